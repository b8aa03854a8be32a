package nql

import (
	"bytes"
	"unicode"
	"unicode/utf8"
)

// lower gives s in lower case, character by character as Unicode maps them one to one; this is what ci compares.
func (st *state) lower(s []byte) []byte {
	start := len(st.arena)
	st.arena = appendCase(st.arena, s, unicode.ToLower)
	made := st.arena[start:]
	st.grown()
	return made
}

func (st *state) upper(s []byte) []byte {
	start := len(st.arena)
	st.arena = appendCase(st.arena, s, unicode.ToUpper)
	made := st.arena[start:]
	st.grown()
	return made
}

func appendCase(dst, s []byte, to func(rune) rune) []byte {
	for i := 0; i < len(s); {
		if s[i] < utf8.RuneSelf {
			dst = append(dst, byte(to(rune(s[i]))))
			i++
			continue
		}
		r, n := utf8.DecodeRune(s[i:])
		if r == utf8.RuneError && n == 1 {
			dst = append(dst, s[i])
		} else {
			dst = utf8.AppendRune(dst, to(r))
		}
		i += n
	}
	return dst
}

// likePattern is a pattern taken apart at its percent signs. Within a part a character stands for itself, and anyOne for
// any one character.
type likePattern struct {
	parts []likePart // one more than the percent signs
}

type likePart struct {
	literal []byte // when no anyOne is in it
	chars   []rune // otherwise
}

const anyOne rune = -1

// parseLike takes a pattern apart: % stands for any characters, _ for any one, a backslash takes the next literally. ok is false
// where a backslash is the last character.
func parseLike(pattern []byte) (p likePattern, ok bool) {
	var chars []rune
	wild := false
	end := func() {
		part := likePart{}
		if wild {
			part.chars = chars
		} else {
			part.literal = []byte(string(chars))
		}
		p.parts = append(p.parts, part)
		chars, wild = nil, false
	}
	for i := 0; i < len(pattern); {
		r, n := utf8.DecodeRune(pattern[i:])
		i += n
		switch r {
		case '%':
			end()
			continue
		case '_':
			r, wild = anyOne, true
		case '\\':
			if i == len(pattern) {
				return p, false
			}
			r, n = utf8.DecodeRune(pattern[i:])
			i += n
		}
		chars = append(chars, r)
	}
	end()
	return p, true
}

// match reports whether s as a whole matches.
func (p *likePattern) match(s []byte) bool {
	last := len(p.parts) - 1
	n, ok := p.parts[0].prefix(s)
	if !ok {
		return false
	}
	if last == 0 {
		return n == len(s)
	}
	s = s[n:]
	for i := 1; i < last; i++ {
		_, end, ok := p.parts[i].find(s)
		if !ok {
			return false
		}
		s = s[end:]
	}
	return p.parts[last].suffix(s)
}

// prefix reports whether s begins with the part, and how many bytes of s it takes.
func (p *likePart) prefix(s []byte) (int, bool) {
	if p.chars == nil {
		return len(p.literal), bytes.HasPrefix(s, p.literal)
	}
	at := 0
	for _, c := range p.chars {
		if at == len(s) {
			return 0, false
		}
		r, n := utf8.DecodeRune(s[at:])
		if c != anyOne && c != r {
			return 0, false
		}
		at += n
	}
	return at, true
}

// find gives the first place where the part occurs.
func (p *likePart) find(s []byte) (start, end int, ok bool) {
	if p.chars == nil {
		i := bytes.Index(s, p.literal)
		return i, i + len(p.literal), i >= 0
	}
	for at := 0; at <= len(s); {
		if n, ok := p.prefix(s[at:]); ok {
			return at, at + n, true
		}
		_, n := utf8.DecodeRune(s[at:])
		at += max(n, 1)
	}
	return 0, 0, false
}

// suffix reports whether s ends with the part.
func (p *likePart) suffix(s []byte) bool {
	if p.chars == nil {
		return bytes.HasSuffix(s, p.literal)
	}
	// Step back over as many characters as the part has.
	at := len(s)
	for range p.chars {
		if at == 0 {
			return false
		}
		_, n := utf8.DecodeLastRune(s[:at])
		at -= n
	}
	n, ok := p.prefix(s[at:])
	return ok && at+n == len(s)
}
