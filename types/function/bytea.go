package function

import (
	"bytes"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"slices"
	"unicode/utf8"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

func registerBytea(r *registry) {
	for _, n := range []string{"length", "octet_length"} {
		r.total(n+"(bytea)", textInt(func(s []byte) int64 { return int64(len(s)) }))
	}
	r.fn("encode(bytea,text)", byRow(encode))
	r.fn("decode(text,text)", byRow(decode))
	r.fn("convert_from(bytea,name)", byRow(convertFrom))
	r.total("sha256(bytea)", textHash(func(dst, s []byte) []byte { h := sha256.Sum256(s); return append(dst, h[:]...) }, sha256.New, appendSum))
	r.total("sha224(bytea)", textHash(func(dst, s []byte) []byte { h := sha256.Sum224(s); return append(dst, h[:]...) }, sha256.New224, appendSum))
	r.total("sha512(bytea)", textHash(func(dst, s []byte) []byte { h := sha512.Sum512(s); return append(dst, h[:]...) }, sha512.New, appendSum))
	r.total("sha384(bytea)", textHash(func(dst, s []byte) []byte { h := sha512.Sum384(s); return append(dst, h[:]...) }, sha512.New384, appendSum))
}

func appendSum(dst, sum []byte) []byte { return append(dst, sum...) }

func unknownEncoding(name []byte) error {
	return types.Errorf(types.CodeInvalidParameterValue, "unrecognized encoding: \"%s\"", name)
}

func encode(c *Call, a []*column.Vector, i int, out *column.Vector) error {
	b, name := a[0].Str(i), a[1].Str(i)
	switch string(bytes.ToLower(name)) {
	case "hex":
		out.AppendFunc(func(dst []byte) []byte { return hex.AppendEncode(slices.Grow(dst, 2*len(b)), b) })
	case "base64": // in lines of 76 characters
		s := base64.StdEncoding.AppendEncode(nil, b)
		out.AppendFunc(func(dst []byte) []byte {
			for len(s) > 76 {
				dst, s = append(append(dst, s[:76]...), '\n'), s[76:]
			}
			return append(dst, s...)
		})
	case "escape":
		var err error
		out.AppendFunc(func(dst []byte) []byte {
			dst, err = appendPieces(c, dst, b, appendEscaped)
			return dst
		})
		return err
	default:
		return unknownEncoding(name)
	}
	return nil
}

func appendEscaped(dst, b []byte) []byte {
	for _, c := range b {
		switch {
		case c == 0 || c >= 0x80:
			dst = append(dst, '\\', '0'+c>>6, '0'+c>>3&7, '0'+c&7)
		case c == '\\':
			dst = append(dst, '\\', '\\')
		default:
			dst = append(dst, c)
		}
	}
	return dst
}

func decode(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
	s, name := a[0].Str(i), a[1].Str(i)
	var b []byte
	var err error
	switch string(bytes.ToLower(name)) {
	case "hex":
		b, err = decodeHex(s)
	case "base64":
		b, err = decodeBase64(s)
	case "escape":
		b, err = decodeEscape(s)
	default:
		err = unknownEncoding(name)
	}
	if err != nil {
		return err
	}
	out.AppendBytes(b)
	return nil
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

func decodeHex(s []byte) ([]byte, error) {
	var b []byte
	high := -1
	for len(s) > 0 {
		c := s[0]
		digit := bytes.IndexByte([]byte("0123456789abcdef"), c|0x20)
		switch {
		case c >= '0' && c <= '9' || digit >= 10:
			if c <= '9' {
				digit = int(c - '0')
			}
			if high < 0 {
				high = digit
			} else {
				b, high = append(b, byte(high<<4|digit)), -1
			}
		case isSpace(c) && high < 0:
		default:
			r, _ := utf8.DecodeRune(s)
			return nil, types.Errorf(types.CodeInvalidParameterValue, "invalid hexadecimal digit: \"%c\"", r)
		}
		s = s[1:]
	}
	if high >= 0 {
		return nil, types.Errorf(types.CodeInvalidParameterValue, "invalid hexadecimal data: odd number of digits")
	}
	return b, nil
}

func decodeBase64(s []byte) ([]byte, error) {
	var t []byte
	for rest := s; len(rest) > 0; rest = rest[1:] {
		c := rest[0]
		switch {
		case isSpace(c):
		case c == '=' || c == '+' || c == '/' || c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z':
			t = append(t, c)
		default:
			r, _ := utf8.DecodeRune(rest)
			return nil, types.Errorf(types.CodeInvalidParameterValue, "invalid symbol \"%c\" found while decoding base64 sequence", r)
		}
	}
	b, err := base64.StdEncoding.DecodeString(string(t))
	if err != nil {
		return nil, types.Errorf(types.CodeInvalidParameterValue, "invalid base64 end sequence").
			WithHint("Input data is missing padding, is truncated, or is otherwise corrupted.")
	}
	return b, nil
}

func decodeEscape(s []byte) ([]byte, error) {
	var b []byte
	for len(s) > 0 {
		octal := func(i int, top byte) bool { return s[i] >= '0' && s[i] <= top }
		switch {
		case s[0] != '\\':
			b, s = append(b, s[0]), s[1:]
		case len(s) >= 4 && octal(1, '3') && octal(2, '7') && octal(3, '7'):
			b, s = append(b, (s[1]-'0')<<6|(s[2]-'0')<<3|(s[3]-'0')), s[4:]
		case len(s) >= 2 && s[1] == '\\':
			b, s = append(b, '\\'), s[2:]
		default:
			return nil, types.Errorf(types.CodeInvalidTextRepresentation, "invalid input syntax for type bytea")
		}
	}
	return b, nil
}
