package sparse

import (
	"bytes"
	"unicode/utf16"
	"unicode/utf8"
)

// Plain returns the characters of a String's Raw where they stand in the document as they are, that is,
// when nothing in it is escaped.
func Plain(raw []byte) ([]byte, bool) {
	if len(raw) < 2 || bytes.IndexByte(raw, '\\') >= 0 {
		return nil, false
	}
	return raw[1 : len(raw)-1 : len(raw)-1], true
}

// Unquote appends the characters of a String's Raw to dst. A lone surrogate becomes U+FFFD, as in encoding/json.
func Unquote(dst, raw []byte) []byte {
	if len(raw) > 0 && raw[0] == '"' {
		raw = raw[1:]
	}
	if n := len(raw); n > 0 && raw[n-1] == '"' {
		raw = raw[:n-1]
	}
	for {
		n := bytes.IndexByte(raw, '\\')
		if n < 0 || n == len(raw)-1 {
			return append(dst, raw...)
		}
		dst = append(dst, raw[:n]...)
		c := raw[n+1]
		raw = raw[n+2:]
		switch c {
		case 'b':
			c = '\b'
		case 'f':
			c = '\f'
		case 'n':
			c = '\n'
		case 'r':
			c = '\r'
		case 't':
			c = '\t'
		case 'u':
			r, ok := hex4(raw)
			if !ok {
				dst = append(dst, '\\', 'u')
				continue
			}
			raw = raw[4:]
			if utf16.IsSurrogate(r) {
				low, ok := rune(0), len(raw) >= 6 && raw[0] == '\\' && raw[1] == 'u'
				if ok {
					low, ok = hex4(raw[2:])
				}
				if r = utf16.DecodeRune(r, low); ok && r != utf8.RuneError {
					raw = raw[6:]
				}
			}
			dst = utf8.AppendRune(dst, r)
			continue
		}
		dst = append(dst, c)
	}
}

func hex4(b []byte) (rune, bool) {
	if len(b) < 4 {
		return 0, false
	}
	var r rune
	for _, c := range b[:4] {
		switch {
		case '0' <= c && c <= '9':
			r = r<<4 | rune(c-'0')
		case 'a' <= c|0x20 && c|0x20 <= 'f':
			r = r<<4 | rune(c|0x20-'a'+10)
		default:
			return 0, false
		}
	}
	return r, true
}
