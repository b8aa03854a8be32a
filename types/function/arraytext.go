package function

import (
	"bytes"

	"github.com/flare-pg/flare-pg/types"
)

// textElement is one element of a text[]; nil bytes with null set stand for NULL.
type textElement struct {
	text []byte
	null bool
}

// parseTextArray reads the text form of a one-dimensional text[]: what paths into JSON are given as.
func parseTextArray(s []byte) ([]textElement, error) {
	malformed := func() error {
		return types.Errorf(types.CodeInvalidTextRepresentation, "malformed array literal: \"%s\"", s)
	}
	t := bytes.TrimSpace(s)
	if len(t) < 2 || t[0] != '{' || t[len(t)-1] != '}' {
		return nil, malformed()
	}
	t = bytes.TrimSpace(t[1 : len(t)-1])
	if len(t) == 0 {
		return nil, nil
	}
	var es []textElement
	for {
		t = bytes.TrimLeft(t, " \t\n\r\v\f")
		var e textElement
		e.text = []byte{}
		if len(t) > 0 && t[0] == '"' {
			i := 1
			for ; i < len(t) && t[i] != '"'; i++ {
				if t[i] == '\\' && i+1 < len(t) {
					i++
				}
				e.text = append(e.text, t[i])
			}
			if i >= len(t) {
				return nil, malformed()
			}
			t = bytes.TrimLeft(t[i+1:], " \t\n\r\v\f")
		} else {
			i := 0
			for ; i < len(t) && t[i] != ','; i++ {
				switch t[i] {
				case '{', '}', '"':
					return nil, malformed()
				case '\\':
					if i++; i == len(t) {
						return nil, malformed()
					}
				}
				e.text = append(e.text, t[i])
			}
			e.text, t = bytes.TrimRight(e.text, " \t\n\r\v\f"), t[i:]
			if len(e.text) == 0 {
				return nil, malformed()
			}
			e.null = bytes.EqualFold(e.text, []byte("null"))
		}
		es = append(es, e)
		if len(t) == 0 {
			return es, nil
		}
		if t[0] != ',' {
			return nil, malformed()
		}
		t = t[1:]
	}
}
