package types

import (
	"unicode/utf16"
	"unicode/utf8"
)

// AppendJSONString appends a string in quotes with the escapes that JSON must have, as PostgreSQL
// writes them.
func AppendJSONString(dst, s []byte) []byte {
	dst = append(dst, '"')
	start := 0
	for i, c := range s {
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		dst = append(dst, s[start:i]...)
		start = i + 1
		switch c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\b':
			dst = append(dst, '\\', 'b')
		case '\f':
			dst = append(dst, '\\', 'f')
		case '\n':
			dst = append(dst, '\\', 'n')
		case '\r':
			dst = append(dst, '\\', 'r')
		case '\t':
			dst = append(dst, '\\', 't')
		default:
			dst = append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
	}
	return append(append(dst, s[start:]...), '"')
}

// AppendJSONUnquoted appends the characters of a JSON string that is known to be valid, given with
// its quotes. What is no string is appended as it is.
func AppendJSONUnquoted(dst, s []byte) []byte {
	if len(s) < 2 || s[0] != '"' {
		return append(dst, s...)
	}
	r := jsonReader{s: s, lenient: true}
	n := len(dst)
	dst, ok := r.unescape(dst)
	if !ok {
		return append(dst[:n], s...)
	}
	return dst
}

// plainString gives the end of the string at p if it has no escapes, else -1.
func (r *jsonReader) plainString() int {
	for i := r.p + 1; i < len(r.s); i++ {
		switch c := r.s[i]; {
		case c == '"':
			return i + 1
		case c == '\\' || c < ' ':
			return -1
		}
	}
	return -1
}

// skipString checks the string at p and passes it, without looking at surrogates, which PostgreSQL's
// json type doesn't either.
func (r *jsonReader) skipString() bool {
	for i := r.p + 1; i < len(r.s); i++ {
		c := r.s[i]
		switch {
		case c == '"':
			r.p = i + 1
			return true
		case c < ' ':
			return r.fail(i, "Character with value 0x%02x must be escaped.", c)
		case c == '\\':
			i++
			if i >= len(r.s) {
				break
			}
			switch r.s[i] {
			case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
			case 'u':
				for k := 1; k <= 4; k++ {
					if i+k >= len(r.s) {
						return r.fail(len(r.s), "The input string ended unexpectedly.")
					}
					if hexValue(r.s[i+k]) < 0 {
						_, n := utf8.DecodeRune(r.s[i+k:])
						return r.fail(i+k+n, "\"\\u\" must be followed by four hexadecimal digits.")
					}
				}
				i += 4
			default:
				_, n := utf8.DecodeRune(r.s[i:])
				return r.fail(i+n, "Escape sequence \"\\%s\" is invalid.", r.s[i:i+n])
			}
		}
	}
	return r.fail(len(r.s), "Token \"%s\" is invalid.", r.s[r.p:])
}

func hexValue(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return int(c|0x20-'a') + 10
	}
	return -1
}

// stringValue reads a string and writes it.
func (r *jsonReader) stringValue() bool {
	if !r.canonical {
		return r.skipString()
	}
	if end := r.plainString(); end >= 0 {
		r.dst = append(r.dst, r.s[r.p:end]...)
		r.p = end
		return true
	}
	var ok bool
	if r.scratch, ok = r.unescape(r.scratch[:0]); !ok {
		return false
	}
	r.dst = AppendJSONString(r.dst, r.scratch)
	return true
}

// nameString reads a member's name, writes it and adds its characters to names.
func (r *jsonReader) nameString() bool {
	if !r.canonical {
		return r.skipString()
	}
	start := len(r.names)
	if end := r.plainString(); end >= 0 {
		r.names = append(r.names, r.s[r.p+1:end-1]...)
		r.dst = append(r.dst, r.s[r.p:end]...)
		r.p = end
		return true
	}
	var ok bool
	if r.names, ok = r.unescape(r.names); !ok {
		return false
	}
	r.dst = AppendJSONString(r.dst, r.names[start:])
	return true
}

// unescape reads the string at p and appends its characters.
func (r *jsonReader) unescape(dst []byte) ([]byte, bool) {
	first := r.p
	if !r.skipString() {
		return dst, false
	}
	s := r.s[first+1 : r.p-1]
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' {
			dst = append(dst, s[i])
			continue
		}
		i++
		switch s[i] {
		case 'b':
			dst = append(dst, '\b')
		case 'f':
			dst = append(dst, '\f')
		case 'n':
			dst = append(dst, '\n')
		case 'r':
			dst = append(dst, '\r')
		case 't':
			dst = append(dst, '\t')
		case 'u':
			u := hex4(s[i+1:])
			i += 4
			end := first + 2 + i
			switch {
			case u == 0 && !r.lenient:
				r.fault = Errorf(CodeUntranslatableCharacter, "unsupported Unicode escape sequence").
					WithDetail("\\u0000 cannot be converted to text.")
				r.fault.Where = r.where(end)
				return dst, false
			case utf16.IsSurrogate(u):
				low := rune(0)
				if i+6 < len(s) && s[i+1] == '\\' && s[i+2] == 'u' {
					low = hex4(s[i+3:])
				}
				c := utf16.DecodeRune(u, low)
				if c != utf8.RuneError {
					i += 6
				} else if !r.lenient {
					if u < 0xdc00 && low >= 0xd800 && low < 0xdc00 {
						return dst, r.fail(end+6, "Unicode high surrogate must not follow a high surrogate.")
					}
					return dst, r.fail(end, "Unicode low surrogate must follow a high surrogate.")
				}
				dst = utf8.AppendRune(dst, c)
			default:
				dst = utf8.AppendRune(dst, u)
			}
		default: // one of " \ /
			dst = append(dst, s[i])
		}
	}
	return dst, true
}

// hex4 reads four hexadecimal digits, which were checked.
func hex4(s []byte) rune {
	u := rune(0)
	for _, c := range s[:4] {
		u = u<<4 | rune(hexValue(c))
	}
	return u
}
