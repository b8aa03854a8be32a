package nql

import (
	"bytes"
	"encoding/json"

	"github.com/flare-pg/flare-pg/event"
	"github.com/flare-pg/flare-pg/nql/sparse"
)

// maxExponentDigits limits the exponents that tonumber reads: whoever writes out a number with a longer one runs out of memory.
const maxExponentDigits = 4

// toNumber reads a text as a number: digits, perhaps with a sign, a fraction and an exponent, and with blanks around.
func (st *state) toNumber(v val) val {
	if v.numeric() {
		return v
	}
	if v.kind != String {
		return null
	}
	s := bytes.TrimSpace(v.s)
	negative := false
	if len(s) > 0 && (s[0] == '-' || s[0] == '+') {
		negative = s[0] == '-'
		s = s[1:]
	}
	for len(s) > 1 && s[0] == '0' && isDigit(s[1]) {
		s = s[1:]
	}
	if !isUnsigned(s) {
		return null
	}
	if negative {
		start := len(st.arena)
		st.arena = append(append(st.arena, '-'), s...)
		s = st.arena[start:]
	}
	return st.read(sparse.Value{Kind: sparse.Number, Raw: s})
}

// isUnsigned reports whether s is a number of JSON without a sign.
func isUnsigned(s []byte) bool {
	digits := func(most int) bool {
		n := 0
		for n < len(s) && isDigit(s[n]) {
			n++
		}
		s = s[n:]
		return n > 0 && n <= most
	}
	if !digits(len(s)) {
		return false
	}
	if len(s) > 0 && s[0] == '.' {
		if s = s[1:]; !digits(len(s)) {
			return false
		}
	}
	if len(s) > 0 && (s[0] == 'e' || s[0] == 'E') {
		if s = s[1:]; len(s) > 0 && (s[0] == '-' || s[0] == '+') {
			s = s[1:]
		}
		if !digits(maxExponentDigits) {
			return false
		}
	}
	return len(s) == 0
}

// fromJSON reads a text as JSON, in the normal form in which documents are stored.
func (st *state) fromJSON(v val) val {
	if v.kind != String || !json.Valid(v.s) {
		return null
	}
	if st.json == nil {
		st.json = event.NewDecoder(event.Options{})
	}
	text := make([]byte, 0, len(v.s)+40)
	text = append(text, `{"@t":"2000-01-01T00:00:00Z","json":`...)
	text = append(append(text, v.s...), '}')
	start := len(st.arena)
	out, _, err := st.json.Decode(st.arena, text, nil)
	if err != nil { // too deep, or what an event may not hold
		return null
	}
	st.arena = out
	st.grown()
	return st.read(sparse.Get(out[start:], []sparse.Step{{Name: "json"}}))
}
