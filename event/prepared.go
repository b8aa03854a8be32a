package event

import "github.com/flare-pg/flare-pg/nql/sparse"

// Template is a message template taken apart, for whoever reads events' members by itself. Goroutines may share it.
type Template struct {
	pieces []piece
	names  []string
	again  int // slot of @r, or -1
}

// ParseTemplate takes a template apart, given as the JSON string that @mt is.
func ParseTemplate(source []byte) *Template {
	t := &Template{pieces: appendPieces(nil, string(sparse.Unquote(nil, source))), again: -1}
	want := func(name string) int {
		t.names = append(t.names, name)
		return len(t.names) - 1
	}
	for i := range t.pieces {
		p := &t.pieces[i]
		if p.slot = -1; p.hole.name != "" && !IsBuiltin(p.hole.name) {
			p.slot = want(p.hole.name)
		}
		if p.hole.formatted && t.again < 0 {
			t.again = want("@r")
		}
	}
	return t
}

// Names are the members of the document that the template shows; some may be there twice.
func (t *Template) Names() []string { return t.names }

// Append appends the template with its holes filled: the message of an event without @m. values are those of Names.
func (t *Template) Append(dst []byte, values []sparse.Value) []byte {
	var rendered []byte
	if t.again >= 0 && values[t.again].Kind == sparse.Array {
		rendered = values[t.again].Raw
	}
	return renderPieces(dst, t.pieces, rendered, values)
}
