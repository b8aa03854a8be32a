package sparse

import "bytes"

// Find returns the offset of the first needle in text, -1 where there is none: bytes.Index, but as fast whatever the needle begins with.
func Find(text, needle []byte) int {
	if len(text) < 128 { // sooner done than prepared
		return bytes.Index(text, needle)
	}
	n := needleOf(needle, false)
	return n.Find(text)
}

// FindFold is Find for ASCII letters in either case. Other characters stand for themselves alone: so K doesn't find the Kelvin sign.
func FindFold(text, needle []byte) int {
	n := needleOf(needle, true)
	return n.Find(text)
}

// Needle is a text to be found many times. Goroutines may share it.
type Needle struct {
	text []byte
	fold bool
	probes
}

// probes is where in a needle three bytes stand and what they are. The assembly knows its layout.
type probes struct {
	at    [3]int
	bytes [3]byte
	folds [3]byte // bits to be set before a byte of the text is compared
}

// NewNeedle prepares finding needle, which must not change any more; with fold, as FindFold does.
func NewNeedle(needle []byte, fold bool) *Needle {
	n := needleOf(needle, fold)
	return &n
}

func needleOf(needle []byte, fold bool) Needle {
	n := Needle{text: needle, fold: fold}
	if len(needle) < 2 {
		return n
	}
	// The two rarest bytes, and the last one: what differs of texts with a common beginning is behind it.
	last := len(needle) - 1
	a, b := 0, 0
	ra, rb := 256, 256
	for i, c := range needle[:last] {
		if r := int(commonness[c]); r <= ra {
			a, b, ra, rb = i, a, r, ra
		} else if r <= rb {
			b, rb = i, r
		}
	}
	for i, at := range [3]int{a, b, last} {
		c := needle[at]
		n.at[i], n.bytes[i] = at, c
		if l := c | 0x20; fold && 'a' <= l && l <= 'z' {
			n.bytes[i], n.folds[i] = l, 0x20
		}
	}
	return n
}

// commonness orders bytes by how common they are in stored events; 0: hardly ever there.
var commonness = func() (of [256]byte) {
	// Most common first: counted over web events in CLEF and the events of Windows hosts and of AWS, each set weighing the same.
	const order = `"eAs:o\t0rnadic,21lm3wBS- 4u.CpgT5E67I89bhyQPMvDURGHfxWF{}/NLVOk+Z|YK=@Jj_Xqz)(;[]?&$%'#!` + "`*~<>^"
	for i := range len(order) {
		of[order[i]] = byte(len(order) - i)
	}
	return of
}()

// Find returns the offset of the first occurrence in text, -1 where there is none.
func (n *Needle) Find(text []byte) int {
	size := len(n.text)
	places := len(text) - size + 1
	switch {
	case places <= 0:
		return -1
	case size == 0:
		return 0
	case size == 1 && !n.fold, best == portable && !n.fold:
		return bytes.Index(text, n.text)
	case size == 1, best == portable:
		return indexFold(text, n.text)
	}
	// A place that matches at three bytes and not elsewhere costs as much as looking at some bytes more. Once such places have cost too
	// much the rest of the text is for a search that doesn't stumble over them.
	budget := 4096
	for at := 0; at < places; at++ {
		next := n.probe(text[at:], places-at)
		at += next
		budget += next
		if at == places {
			break
		}
		if n.is(text[at : at+size]) {
			return at
		}
		if budget -= 32 + size/8; budget < 0 {
			at++
			i := -1
			if n.fold {
				i = indexFold(text[at:], n.text)
			} else {
				i = bytes.Index(text[at:], n.text)
			}
			if i >= 0 {
				i += at
			}
			return i
		}
	}
	return -1
}

// is reports whether text, which is as long, is the needle.
func (n *Needle) is(text []byte) bool {
	if !n.fold {
		return string(text) == string(n.text)
	}
	return sameFolded(text, n.text)
}

// sameFolded compares two texts of one length, ASCII letters in either case.
func sameFolded(a, b []byte) bool {
	for i, c := range a {
		if folded[c] != folded[b[i]] {
			return false
		}
	}
	return true
}

// folded makes capitals small.
var folded = func() (of [256]byte) {
	for i := range of {
		of[i] = byte(i)
		if 'A' <= i && i <= 'Z' {
			of[i] |= 0x20
		}
	}
	return of
}()

// indexFold is a search by the sum of a polynomial over as many bytes as the needle has, which is kept up from place to place (Rabin and Karp).
func indexFold(text, needle []byte) int {
	const base = 16777619
	var want, sum, power uint32 = 0, 0, 1
	for i, c := range needle {
		want = want*base + uint32(folded[c])
		sum = sum*base + uint32(folded[text[i]])
		power *= base
	}
	for at := 0; ; at++ {
		if sum == want && sameFolded(text[at:at+len(needle)], needle) {
			return at
		}
		if at+len(needle) >= len(text) {
			return -1
		}
		sum = sum*base + uint32(folded[text[at+len(needle)]]) - power*uint32(folded[text[at]])
	}
}
