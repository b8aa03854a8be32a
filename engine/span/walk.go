package span

import (
	"github.com/flare-pg/flare-pg/event"
	"github.com/flare-pg/flare-pg/nql/sparse"
)

// This is the pass over every document that is written: it has to be several times as fast as the compressor. So a member's name is not
// looked for where the one that was expected stands, and each byte is visited once. Documents are valid and minified; on any
// other bytes the walk ends, reads nothing outside them, and says so.

// walk observes the members of the object in doc that i is in, behind its brace; they are step number level of a path. It gives
// where the object ends, behind its other brace, or -1 where doc is not what a normalised event is.
func (s *summary) walk(doc []byte, i int, parent int32, level int) int {
	if i < len(doc) && doc[i] == '}' {
		return i + 1
	}
	for {
		at := s.expected(parent, doc, i)
		if at >= 0 {
			i += len(s.nodes[at].spelled)
		} else {
			if i >= len(doc) || doc[i] != '"' {
				return -1
			}
			end := sparse.SkipString(doc, i)
			if end >= len(doc) || doc[end] != ':' {
				return -1
			}
			at = s.step(parent, doc[i:end+1], level)
			i = end + 1
		}
		if i >= len(doc) {
			return -1
		}
		types := typeOf[doc[i]]
		switch types {
		case String:
			i = sparse.SkipString(doc, i)
		case Object:
			if at >= 0 && level < event.MaxLevels {
				i = s.walk(doc, i+1, at, level+1)
			} else {
				i = sparse.SkipOut(doc, i+1)
			}
		case Array:
			i = sparse.SkipOut(doc, i+1)
		case 0:
			return -1
		default:
			for i < len(doc) && doc[i] != ',' && doc[i] != '}' {
				i++
			}
		}
		if i < 0 || i >= len(doc) {
			return -1
		}
		if at >= 0 {
			n := &s.nodes[at]
			n.count++
			n.types |= types
		}
		switch doc[i] {
		case ',':
			i++
		case '}':
			return i + 1
		default:
			return -1
		}
	}
}

// typeOf tells a value's type by its first byte; 0: none begins so.
var typeOf = [256]Types{
	'n': Null, 'f': Bool, 't': Bool, '"': String, '{': Object, '[': Array, '-': Number,
	'0': Number, '1': Number, '2': Number, '3': Number, '4': Number,
	'5': Number, '6': Number, '7': Number, '8': Number, '9': Number,
}
