package function

import (
	"bytes"
	"unicode/utf8"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// registerTextSets gives the functions that split texts their rows.
func registerTextSets(s *setFunctions) {
	s.define("regexp_matches(text,text)", regexpMatches)
	s.define("regexp_matches(text,text,text)", regexpMatches)
	s.define("regexp_split_to_table(text,text)", regexpSplit)
	s.define("regexp_split_to_table(text,text,text)", regexpSplit)
	s.define("string_to_table(text,text)", stringToTable)
	s.define("string_to_table(text,text,text)", stringToTable)
}

// setRegexp compiles the expression of a call, and begins to look for its matches; once as in checkFlags.
func setRegexp(c *SetCall, once string) (*matches, bool, error) {
	var flags []byte
	if len(c.Args) > 2 {
		flags = c.Args[2].Str(0)
	}
	if err := checkFlags(flags, once); err != nil {
		return nil, false, err
	}
	re, global, err := compileRegexp(c.Args[1].Str(0), flags)
	return &matches{pattern: re, env: c.Env, s: c.Args[0].Str(0)}, global, err
}

// matchRows yields the groups of each match, or of the first, as a text[], or the whole match where there are no groups.
type matchRows struct {
	*matches
	all, done bool
}

func regexpMatches(c *SetCall) (Rows, error) {
	re, global, err := setRegexp(c, "")
	if err != nil {
		return nil, err
	}
	return &matchRows{matches: re, all: global}, nil
}

func (r *matchRows) Next(max int, out []*column.Vector) error {
	for ; max > 0 && !r.done; max-- {
		m, err := r.next()
		if err != nil {
			return err
		}
		if r.done = m == nil || !r.all; m == nil {
			return nil
		}
		if err := types.ParseText(out[0], nil, types.TextArray, -1, groupsText(r.s, m)); err != nil {
			return err
		}
	}
	return nil
}

// groupsText is a match's groups, or the match where there are none, as the text of an array.
func groupsText(s []byte, m []int) []byte {
	if len(m) > 2 {
		m = m[2:]
	}
	text := []byte{'{'}
	for i := 0; i < len(m); i += 2 {
		if i > 0 {
			text = append(text, ',')
		}
		if m[i] < 0 {
			text = append(text, "NULL"...)
		} else {
			text = appendQuotedElement(text, s[m[i]:m[i+1]])
		}
	}
	return append(text, '}')
}

// pieceRows yields pieces of a text; a nil piece is null.
type pieceRows struct {
	next func() (piece []byte, ok bool, err error)
	done bool
}

func (r *pieceRows) Next(max int, out []*column.Vector) error {
	for ; max > 0 && !r.done; max-- {
		p, ok, err := r.next()
		switch r.done = !ok; {
		case err != nil:
			return err
		case !ok:
		case p == nil:
			out[0].AppendNull()
		default:
			out[0].AppendBytes(p)
		}
	}
	return nil
}

func regexpSplit(c *SetCall) (Rows, error) {
	re, _, err := setRegexp(c, "regexp_split_to_table")
	if err != nil {
		return nil, err
	}
	if re.s == nil {
		re.s = []byte{} // an empty text, not none
	}
	return &pieceRows{next: (&pieces{matches: re}).next}, nil
}

// pieces cuts a text at all matches but empty ones at its ends and right behind another match.
type pieces struct {
	*matches
	cut, end int // of what was given last, and of the match behind it
	done     bool
}

// next is the next piece; ok is false where no more follow.
func (p *pieces) next() (piece []byte, ok bool, err error) {
	for !p.done {
		m, err := p.matches.next()
		if err != nil {
			return nil, false, err
		}
		if m == nil {
			p.done = true
			return p.s[p.cut:len(p.s):len(p.s)], true, nil
		}
		at, behind := p.cut, p.end
		if p.end = m[1]; m[0] < len(p.s) && m[1] > behind {
			p.cut = m[1]
			return p.s[at:m[0]:m[0]], true, nil
		}
	}
	return nil, false, nil
}

// stringToTable splits at a separator: at none where that is empty, between all characters where it is null.
func stringToTable(c *SetCall) (Rows, error) {
	if c.Args[0].Null(0) || len(c.Args[0].Str(0)) == 0 {
		return &pieceRows{done: true}, nil
	}
	s, separator, characters := c.Args[0].Str(0), c.Args[1].Str(0), c.Args[1].Null(0)
	var null []byte
	nulls := len(c.Args) > 2 && !c.Args[2].Null(0)
	if nulls {
		null = c.Args[2].Str(0)
	}
	return &pieceRows{next: func() (piece []byte, ok bool, err error) {
		if s == nil {
			return nil, false, nil
		}
		at := -1
		switch {
		case characters:
			if _, at = utf8.DecodeRune(s); at == len(s) {
				at = -1
			}
		case len(separator) > 0:
			at = bytes.Index(s, separator)
		}
		if at >= 0 {
			piece, s = s[:at:at], s[at+len(separator):]
		} else {
			piece, s = s, nil
		}
		if nulls && bytes.Equal(piece, null) {
			return nil, true, nil
		}
		return piece, true, nil
	}}, nil
}
