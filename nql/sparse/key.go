package sparse

import (
	"bytes"
	"encoding/binary"
	"math/bits"
)

// keyAt gives a member's name, which stands in doc from i to the colon, as it is spelled, with the quotes, and the first eight bytes behind the opening quote
// as a word: zeros where there are fewer. It gives nothing where there is no name.
func keyAt(doc []byte, i, colon int) (spelled []byte, word uint64) {
	n := colon - i - 2
	if n < 0 || doc[i] != '"' || doc[colon-1] != '"' {
		if i, colon = trim(doc, i, colon); colon-i < 2 || doc[i] != '"' || doc[colon-1] != '"' {
			return nil, 0
		}
		n = colon - i - 2
	}
	spelled = doc[i:colon]
	if i+9 > len(doc) {
		return spelled, wordOf(string(spelled[1 : len(spelled)-1]))
	}
	return spelled, first(doc, i+1, n)
}

// trim leaves white space at both ends of doc[i:end] out.
func trim(doc []byte, i, end int) (int, int) {
	for i < end && doc[i] <= ' ' {
		i++
	}
	for i < end && doc[end-1] <= ' ' {
		end--
	}
	return i, end
}

// first is the first eight of the n bytes at i, or those and zeros, without a branch: names are about as often shorter as not. So many bytes are there.
func first(doc []byte, i, n int) uint64 {
	short := n - 8
	return binary.LittleEndian.Uint64(doc[i:]) & lowest[(8+short&(short>>63))&15]
}

// lowest is masks of so many bytes.
var lowest = [16]uint64{0, 1<<8 - 1, 1<<16 - 1, 1<<24 - 1, 1<<32 - 1, 1<<40 - 1, 1<<48 - 1, 1<<56 - 1, 1<<64 - 1}

// wordOf is the first eight bytes of a name, the first the lowest.
func wordOf(name string) uint64 {
	var room [8]byte
	copy(room[:], name)
	return binary.LittleEndian.Uint64(room[:])
}

// escaped reports whether a word has a backslash.
func escaped(word uint64) bool {
	x := word ^ '\\'*ones
	return (x-ones)&^x&highs != 0
}

// named reports whether m wants the member of a name.
func (m *member) named(spelled []byte, word uint64) bool {
	if m.fold || m.odd {
		return KeyIs(spelled, m.name, m.fold)
	}
	if word != m.word {
		return escaped(word) && KeyIs(spelled, m.name, false)
	}
	if len(spelled) == len(m.name)+2 {
		return len(m.name) <= 8 || string(spelled[9:len(spelled)-1]) == m.name[8:]
	}
	// With an escape behind the eighth byte it may be longer than the name.
	return len(spelled) > len(m.name)+2 && len(m.name) > 8 && KeyIs(spelled, m.name, false)
}

// compare orders a name and that of m by their bytes.
func (m *member) compare(spelled []byte, word uint64) int {
	if word != m.word && !escaped(word) {
		if bits.ReverseBytes64(word) < m.order {
			return -1
		}
		return 1
	}
	return compareKey(spelled, m.name)
}

// compareKey orders a member's name, as spelled with its quotes, and a plain one.
func compareKey(spelled []byte, name string) int {
	if len(spelled) < 2 {
		return -1
	}
	plain := spelled[1 : len(spelled)-1]
	for i := range min(len(plain), len(name)) {
		if plain[i] == '\\' {
			var room [64]byte
			return bytes.Compare(Unquote(room[:0], spelled), []byte(name))
		}
		if plain[i] != name[i] {
			return int(plain[i]) - int(name[i])
		}
	}
	// The longer one is the greater: no escape stands for nothing.
	return len(plain) - len(name)
}
