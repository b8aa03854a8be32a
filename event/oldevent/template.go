package oldevent

import (
	"hash/maphash"
	"strings"
	"sync/atomic"

	"github.com/flare-pg/flare-pg/nql/sparse"
)

// piece is a part of a parsed template: literal text and the hole behind it, of which the last piece has none.
type piece struct {
	text    string // characters, where they stand as they are in the template; a doubled brace ends the piece
	brace   byte   // what a doubled brace stands for; else 0
	hole    hole   // with a name where there is one
	spelled string // the hole as written
	slot    int    // index of the hole's value, or -1 where it has none
}

// appendPieces takes a template apart.
func appendPieces(pieces []piece, template string) []piece {
	text := 0  // where the literal text begins
	holes := 0 // so far
	for i := 0; ; {
		n := strings.IndexAny(template[i:], "{}")
		if n < 0 {
			return append(pieces, piece{text: template[text:]})
		}
		i += n
		rest := template[i:]
		if len(rest) > 1 && rest[1] == rest[0] { // {{ or }}
			pieces = append(pieces, piece{text: template[text:i], brace: rest[0]})
			i += 2
			text = i
			continue
		}
		h, n, ok := parseHole(rest)
		if !ok {
			i++
			continue
		}
		pieces = append(pieces, piece{text: template[text:i], hole: h, spelled: rest[:n], slot: holes})
		holes++
		i += n
		text = i
	}
}

// template is one that has been met before: taken apart, with the way to what it shows.
type template struct {
	source string // as the document spells it
	pieces []piece
	wanted *sparse.Wanted // what the pieces show
	again  int            // slot of @r, or -1 where no hole has a format
}

const (
	// What is kept of templates is bounded: so many, none of them longer than this or of more pieces.
	templateSlots  = 512
	templateBytes  = 2 << 10
	templatePieces = 32
)

// templates is a cache for the whole process. A template goes in when a slot meets it twice in a row, so that
// messages which their senders put together themselves, all different, aren't prepared in vain.
var templates [templateSlots]struct {
	kept atomic.Pointer[template]
	met  atomic.Uint64 // hash of the last one met that is not kept
}

// prepared gives the template spelled so, where it is kept.
func prepared(source []byte) *template {
	if len(source) > templateBytes {
		return nil
	}
	h := maphash.Bytes(seed, source)
	slot := &templates[h%templateSlots]
	if t := slot.kept.Load(); t != nil && t.source == string(source) {
		return t
	}
	if slot.met.Swap(h) != h {
		return nil
	}
	t := prepare(source)
	if t != nil {
		slot.kept.Store(t)
	}
	return t
}

// prepare takes a template apart for the cache; nil where it has too many pieces.
func prepare(source []byte) *template {
	t := &template{source: string(source)}
	t.pieces = appendPieces(nil, string(sparse.Unquote(nil, source)))
	if len(t.pieces) > templatePieces {
		return nil
	}
	var paths [][]sparse.Step
	want := func(name string) int {
		paths = append(paths, []sparse.Step{{Name: name}})
		return len(paths) - 1
	}
	t.again = -1
	for i := range t.pieces {
		p := &t.pieces[i]
		if p.slot = -1; p.hole.name != "" && !IsBuiltin(p.hole.name) {
			p.slot = want(p.hole.name)
		}
		if p.hole.formatted && t.again < 0 {
			t.again = want("@r")
		}
	}
	t.wanted = Wanted(paths)
	return t
}

// render appends the template filled with what doc has.
func (t *template) render(dst, doc []byte) []byte {
	var room [templatePieces + 1]sparse.Value
	values := room[:t.wanted.Len()]
	t.wanted.Read(doc, values)
	var rendered []byte
	if t.again >= 0 && values[t.again].Kind == sparse.Array {
		rendered = values[t.again].Raw
	}
	return renderPieces(dst, t.pieces, rendered, values)
}
