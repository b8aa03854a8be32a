package strip

import (
	"bytes"
	"encoding/binary"
	"math/bits"

	"github.com/flare-pg/flare-pg/nql"
)

// fewHexTexts is up to how many texts are searched for one after the other.
const fewHexTexts = 4

// askHex looks for texts among those that are kept as their digits.
func (c *Columns) askHex(s *strip, t *nql.ValueTest) answer {
	h := s.text.hex
	if h.size == 0 { // all are the same, and there is nothing of them but the pattern
		return answerOf(t.TrueOfText(h.pattern))
	}
	pass := c.passes(s.n)
	found := b2u(!t.Others)
	if len(t.Texts) > fewHexTexts {
		c.hexKeys.of(h, t)
		for i := range pass {
			pass[i] = b2u(c.hexKeys.has(h.data[i*h.size:(i+1)*h.size])) ^ (1 - found)
		}
		return someTrue
	}
	for i := range pass {
		pass[i] = 1 - found
	}
	for _, text := range t.Texts {
		key, ok := h.digitsOf(c.raw[:0], text)
		if !ok {
			continue
		}
		c.raw = key
		for at := 0; ; {
			i := bytes.Index(h.data[at:], key)
			if i < 0 {
				break
			}
			if at += i; at%h.size == 0 {
				pass[at/h.size] = found
			}
			at++
		}
	}
	return someTrue
}

// hexKeys are the digits of many texts in a hash table: of a slot the number of a key and one, 0 for none. They stay while pages have the same pattern.
type hexKeys struct {
	test    *nql.ValueTest
	pattern []byte
	lower   bool
	size    int
	keys    []byte // each of size bytes
	slots   []int32
	shift   int
}

// of fills the table with those texts of a test that have the pattern.
func (k *hexKeys) of(h *hexTexts, t *nql.ValueTest) {
	lower := h.pairs == &lowerPairs
	if k.test == t && k.lower == lower && bytes.Equal(k.pattern, h.pattern) {
		return
	}
	k.test, k.lower, k.pattern, k.size, k.keys = t, lower, append(k.pattern[:0], h.pattern...), h.size, k.keys[:0]
	width := bits.Len(uint(len(t.Texts))) + 2 // at most a quarter is full
	k.shift = 64 - width
	k.slots = make([]int32, 1<<width)
	for _, text := range t.Texts {
		at := len(k.keys)
		key, ok := h.digitsOf(k.keys, text)
		if !ok {
			k.keys = k.keys[:at]
			continue
		}
		k.keys = key
		slot := k.hash(key[at:])
		for k.slots[slot] != 0 {
			slot = (slot + 1) & (len(k.slots) - 1)
		}
		k.slots[slot] = int32(at/k.size) + 1
	}
}

// hash gives the slot where a key is looked for first. Its first and last bytes tell it from most others.
func (k *hexKeys) hash(key []byte) int {
	var first, last uint64
	if n := len(key); n >= 8 {
		first, last = binary.LittleEndian.Uint64(key), binary.LittleEndian.Uint64(key[n-8:])
	} else {
		for _, c := range key {
			first = first<<8 | uint64(c)
		}
	}
	const odd = 0x9e3779b97f4a7c15
	return int((first*odd ^ last) * odd >> k.shift)
}

func (k *hexKeys) has(key []byte) bool {
	for slot := k.hash(key); k.slots[slot] != 0; slot = (slot + 1) & (len(k.slots) - 1) {
		if at := int(k.slots[slot]-1) * k.size; string(k.keys[at:at+k.size]) == string(key) {
			return true
		}
	}
	return false
}
