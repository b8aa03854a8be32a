package nql

import (
	"bytes"

	"github.com/flare-pg/flare-pg/nql/sparse"
)

// needle is bytes that are searched for.
type needle struct {
	text   []byte // in lower case where fold is set
	fold   bool   // ASCII letters are found in either case
	search *sparse.Needle
	probe  *probe // of the value that stands behind the text; nil: any will do
}

func newNeedle(text []byte, fold bool) needle {
	if fold {
		text = bytes.ToLower(text) // which is ASCII
	}
	return needle{text: text, fold: fold, search: sparse.NewNeedle(text, fold)}
}

// find gives the first place from offset at on where the needle stands in text, or -1.
func (n *needle) find(st *state, text []byte, at int) int {
	for {
		i := n.search.Find(text[at:])
		if i < 0 {
			return -1
		}
		if at += i; n.probe == nil || n.probe.holds(st, text, at+len(n.text)) {
			return at
		}
		at++
	}
}

// implies reports whether what contains n contains o.
func (n *needle) implies(o *needle) bool { return o.probe == nil && n.includes(o) }

// includes reports whether the text of o is in that of n.
func (n *needle) includes(o *needle) bool {
	switch {
	case o.fold:
		return bytes.Contains(bytes.ToLower(n.text), o.text)
	case n.fold:
		return false
	}
	return bytes.Contains(n.text, o.text)
}
