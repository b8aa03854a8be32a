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
}

func newNeedle(text []byte, fold bool) needle {
	if fold {
		text = bytes.ToLower(text) // which is ASCII
	}
	return needle{text, fold, sparse.NewNeedle(text, fold)}
}

// find gives the first place where the needle stands in text, or -1.
func (n *needle) find(text []byte) int { return n.search.Find(text) }

// implies reports whether what contains n contains o.
func (n needle) implies(o needle) bool {
	switch {
	case o.fold:
		return bytes.Contains(bytes.ToLower(n.text), o.text)
	case n.fold:
		return false
	}
	return bytes.Contains(n.text, o.text)
}
