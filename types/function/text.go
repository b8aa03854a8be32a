package function

import (
	"bytes"
	"crypto/md5"
	"encoding/hex"
	"slices"
	"strconv"
	"unicode"
	"unicode/utf8"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// SQLSTATEs of text functions beside those that package types names.
const codeSubstring = "22011"

// maxText is the largest text that functions make, and the most that one makes for a batch of rows before it gives up.
// PostgreSQL allows 1 GB a value; here a batch is in memory as a whole.
const maxText = 1 << 28

func tooLong() error {
	return types.Errorf(types.CodeProgramLimitExceeded, "requested length too large")
}

func registerText(r *registry) {
	registerOverlay(r)
	for _, n := range []string{"length", "char_length", "character_length", "textlen"} {
		r.total(n+"(text)", textInt(func(s []byte) int64 { return int64(utf8.RuneCount(s)) }))
	}
	for _, n := range []string{"length", "char_length", "character_length"} {
		r.total(n+"(bpchar)", textInt(func(s []byte) int64 { return int64(utf8.RuneCount(bytes.TrimRight(s, " "))) }))
	}
	r.total("octet_length(text)", textInt(func(s []byte) int64 { return int64(len(s)) }))
	r.total("octet_length(bpchar)", textInt(func(s []byte) int64 { return int64(len(s)) }))
	r.total("bit_length(text)", textInt(func(s []byte) int64 { return 8 * int64(len(s)) }))
	r.total("ascii(text)", textInt(func(s []byte) int64 {
		if len(s) == 0 {
			return 0
		}
		c, _ := utf8.DecodeRune(s)
		return int64(c)
	}))
	r.total("lower(text)", textPieces(always(appendLower)))
	r.total("upper(text)", textPieces(always(appendUpper)))
	r.total("initcap(text)", textPieces(appendInitcap))
	r.total("reverse(text)", byRow(reverse))
	r.total("md5(text)", textHash(appendMD5, md5.New, hex.AppendEncode))
	r.total("md5(bytea)", textHash(appendMD5, md5.New, hex.AppendEncode))
	for _, n := range []string{"btrim", "ltrim", "rtrim"} {
		left, right := n != "rtrim", n != "ltrim"
		r.total(n+"(text)", textText(func(dst, s []byte) []byte { return append(dst, trimBlanks(s, left, right)...) }))
		r.total(n+"(text,text)", byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
			s, err := trim(c, a[0].Str(i), a[1].Str(i), left, right)
			out.AppendBytes(s)
			return err
		}))
	}
	for _, n := range []string{"position", "strpos"} {
		r.total(n+"(text,text)", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
			s := a[0].Str(i)
			at := bytes.Index(s, a[1].Str(i))
			if at < 0 {
				out.AppendInt(0)
			} else {
				out.AppendInt(int64(utf8.RuneCount(s[:at])) + 1)
			}
			return nil
		}))
	}
	for _, n := range []string{"substr", "substring"} {
		r.fn(n+"(text,int4)", byRow(substring))
		r.fn(n+"(text,int4,int4)", byRow(substring))
	}
	r.total("left(text,int4)", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		s := a[0].Str(i)
		out.AppendBytes(s[:charOffset(s, leftCount(s, a[1].Int(i)))])
		return nil
	}))
	r.total("right(text,int4)", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		s := a[0].Str(i)
		length := int64(utf8.RuneCount(s))
		n := a[1].Int(i)
		if n < 0 {
			n = length + n
		}
		out.AppendBytes(s[charOffset(s, length-min(max(n, 0), length)):])
		return nil
	}))
	r.fn("replace(text,text,text)", byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
		s, from, to := a[0].Str(i), a[1].Str(i), a[2].Str(i)
		if len(from) == 0 {
			out.AppendBytes(s)
			return nil
		}
		if len(s)+bytes.Count(s, from)*(len(to)-len(from)) > maxText {
			return tooLong()
		}
		var err error
		out.AppendFunc(func(dst []byte) []byte {
			dst, err = replaceAll(c, dst, s, from, to)
			return dst
		})
		return err
	}))
	r.total("translate(text,text,text)", byRow(translate))
	for _, n := range []string{"lpad", "rpad"} {
		left := n == "lpad"
		r.fn(n+"(text,int4)", byRow(pad(left)))
		r.fn(n+"(text,int4,text)", byRow(pad(left)))
	}
	r.fn("repeat(text,int4)", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		s, n := a[0].Str(i), max(a[1].Int(i), 0)
		if int64(len(s))*n > maxText {
			return tooLong()
		}
		out.AppendBytes(bytes.Repeat(s, int(n)))
		return nil
	}))
	r.fn("split_part(text,text,int4)", byRow(splitPart))
	startsWith := byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		out.AppendBool(bytes.HasPrefix(a[0].Str(i), a[1].Str(i)))
		return nil
	})
	r.total("starts_with(text,text)", startsWith)
	r.fn("chr(int4)", byRow(chr))
	concat := byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		x, y := a[0].Str(i), a[1].Str(i)
		out.AppendFunc(func(dst []byte) []byte { return append(append(dst, x...), y...) })
		return nil
	})
	r.total("textcat(text,text)", concat)
	r.total("byteacat(bytea,bytea)", concat)
	catAny := func(first, second int) Kernel {
		return byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
			out.AppendFunc(func(dst []byte) []byte {
				dst = appendAsText(dst, c, a, first, i)
				return appendAsText(dst, c, a, second, i)
			})
			return nil
		})
	}
	r.op("text || anynonarray", catAny(0, 1))
	r.op("anynonarray || text", catAny(0, 1))
	r.total("text_larger(text,text)", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		x, y := a[0].Str(i), a[1].Str(i)
		if bytes.Compare(x, y) < 0 {
			x = y
		}
		out.AppendBytes(x)
		return nil
	}))
}

// appendAsText appends argument j as a cast to text would show it: booleans as words.
func appendAsText(dst []byte, c *Call, a []*column.Vector, j, i int) []byte {
	switch t := c.Args[j]; t {
	case types.Text, types.Varchar, types.Name:
		return append(dst, a[j].Str(i)...)
	case types.BPChar:
		return append(dst, bytes.TrimRight(a[j].Str(i), " ")...)
	case types.Bool:
		return strconv.AppendBool(dst, a[j].Bool(i))
	default:
		return types.AppendText(dst, c.Env, t, a[j], i)
	}
}

// textInt is an integer of a text.
func textInt(f func(s []byte) int64) Kernel {
	return byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		out.AppendInt(f(a[0].Str(i)))
		return nil
	})
}

// textText is a text of a text: f appends to dst.
func textText(f func(dst, s []byte) []byte) Kernel {
	return byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		s := a[0].Str(i)
		out.AppendFunc(func(dst []byte) []byte { return f(dst, s) })
		return nil
	})
}

// charOffset is where character n begins, len(s) past the end.
func charOffset(s []byte, n int64) int {
	at := 0
	for ; n > 0 && at < len(s); n-- {
		_, w := utf8.DecodeRune(s[at:])
		at += w
	}
	return at
}

// leftCount is how many characters left(s, n) keeps: all but -n where n is negative.
func leftCount(s []byte, n int64) int64 {
	if n < 0 {
		return max(0, int64(utf8.RuneCount(s))+n)
	}
	return n
}

// appendLower is appendRunes with unicode.ToLower; most text is ASCII, which goes without a call a character.
func appendLower(dst, s []byte) []byte {
	for i, c := range s {
		if c >= utf8.RuneSelf {
			return appendRunes(dst, s[i:], unicode.ToLower)
		}
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		dst = append(dst, c)
	}
	return dst
}

// appendRunes appends s with each character replaced, as C.UTF-8's towupper and towlower do.
func appendRunes(dst, s []byte, f func(rune) rune) []byte {
	for i := 0; i < len(s); {
		if s[i] < utf8.RuneSelf {
			if c := f(rune(s[i])); c < utf8.RuneSelf {
				dst, i = append(dst, byte(c)), i+1
				continue
			}
		}
		c, w := utf8.DecodeRune(s[i:])
		if c == utf8.RuneError && w < 2 {
			dst = append(dst, s[i])
		} else {
			dst = utf8.AppendRune(dst, f(c))
		}
		i += max(w, 1)
	}
	return dst
}

func appendUpper(dst, s []byte) []byte { return appendRunes(dst, s, unicode.ToUpper) }

// appendInitcap begins a text whose words begin with capitals.
func appendInitcap() func(dst, s []byte) []byte {
	inWord := false
	return func(dst, s []byte) []byte {
		return appendRunes(dst, s, func(c rune) rune {
			was := inWord
			inWord = unicode.IsLetter(c) || unicode.IsDigit(c)
			if was {
				return unicode.ToLower(c)
			}
			return unicode.ToUpper(c)
		})
	}
}

func reverse(c *Call, a []*column.Vector, i int, out *column.Vector) (err error) {
	s, w := a[0].Str(i), watch{call: c}
	out.AppendFunc(func(dst []byte) []byte {
		dst = slices.Grow(dst, len(s))
		for len(s) > 0 {
			_, n := utf8.DecodeLastRune(s)
			dst = append(dst, s[len(s)-n:]...)
			s = s[:len(s)-n]
			if err = w.ended(len(s)); err != nil {
				break
			}
		}
		return dst
	})
	return err
}

func appendMD5(dst, s []byte) []byte {
	sum := md5.Sum(s)
	return hex.AppendEncode(dst, sum[:])
}

func appendHex(out *column.Vector, x uint64) {
	out.AppendFunc(func(dst []byte) []byte { return strconv.AppendUint(dst, x, 16) })
}

// trimBlanks cuts blanks from the ends.
func trimBlanks(s []byte, left, right bool) []byte {
	if left {
		s = bytes.TrimLeft(s, " ")
	}
	if right {
		s = bytes.TrimRight(s, " ")
	}
	return s
}

// trim cuts the characters of set from the ends.
func trim(c *Call, s, set []byte, left, right bool) ([]byte, error) {
	look := watch{call: c}
	for left && len(s) > 0 {
		_, w := utf8.DecodeRune(s)
		if !hasChar(set, s[:w]) {
			break
		}
		s = s[w:]
		if err := look.ended(len(s)); err != nil {
			return nil, err
		}
	}
	for right && len(s) > 0 {
		_, w := utf8.DecodeLastRune(s)
		if !hasChar(set, s[len(s)-w:]) {
			break
		}
		s = s[:len(s)-w]
		if err := look.ended(len(s)); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// hasChar looks for one character's bytes; in UTF-8 no character lies within another.
func hasChar(set, c []byte) bool {
	if len(c) == 1 {
		return bytes.IndexByte(set, c[0]) >= 0
	}
	return bytes.Contains(set, c)
}

// substring is substring(s from a[1] [for a[2]]), positions from 1; what lies before the text counts but is empty.
func substring(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
	s, from := a[0].Str(i), a[1].Int(i)
	if len(a) == 3 {
		count := a[2].Int(i)
		end := from + count // both are int4: no overflow
		if end < from {
			return types.Errorf(codeSubstring, "negative substring length not allowed")
		}
		start := charOffset(s, from-1)
		s = s[start:]
		s = s[:charOffset(s, end-max(from, 1))]
		out.AppendBytes(s)
		return nil
	}
	out.AppendBytes(s[charOffset(s, from-1):])
	return nil
}

func translate(c *Call, a []*column.Vector, i int, out *column.Vector) (err error) {
	s, from, to := a[0].Str(i), []rune(string(a[1].Str(i))), []rune(string(a[2].Str(i)))
	out.AppendFunc(func(dst []byte) []byte {
		dst, err = appendPieces(c, dst, s, func(dst, s []byte) []byte { return appendTranslated(dst, s, from, to) })
		return dst
	})
	return err
}

func appendTranslated(dst, s []byte, from, to []rune) []byte {
chars:
	for _, c := range string(s) {
		for j, f := range from {
			if f == c {
				if j < len(to) {
					dst = utf8.AppendRune(dst, to[j])
				}
				continue chars
			}
		}
		dst = utf8.AppendRune(dst, c)
	}
	return dst
}

// pad fills to a length in characters, or cuts to it.
func pad(left bool) rowFunc {
	return func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		s, n, fill := a[0].Str(i), max(a[1].Int(i), 0), []byte(" ")
		if len(a) == 3 {
			fill = a[2].Str(i)
		}
		length := int64(utf8.RuneCount(s))
		missing := n - length
		if missing <= 0 || len(fill) == 0 {
			out.AppendBytes(s[:charOffset(s, n)])
			return nil
		}
		if missing*utf8.UTFMax+int64(len(s)) > maxText {
			return tooLong()
		}
		out.AppendFunc(func(dst []byte) []byte {
			if !left {
				dst = append(dst, s...)
			}
			fillChars := int64(utf8.RuneCount(fill))
			for ; missing >= fillChars; missing -= fillChars {
				dst = append(dst, fill...)
			}
			dst = append(dst, fill[:charOffset(fill, missing)]...)
			if left {
				dst = append(dst, s...)
			}
			return dst
		})
		return nil
	}
}

func splitPart(c *Call, a []*column.Vector, i int, out *column.Vector) error {
	s, sep, n := a[0].Str(i), a[1].Str(i), a[2].Int(i)
	if n == 0 {
		return types.Errorf(types.CodeInvalidParameterValue, "field position must not be zero")
	}
	if len(sep) == 0 { // the text is the only field
		if n != 1 && n != -1 {
			s = nil
		}
		out.AppendBytes(s)
		return nil
	}
	part, err := field(c, s, sep, n)
	out.AppendBytes(part)
	return err
}

func chr(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
	switch n := a[0].Int(i); {
	case n < 0:
		return types.Errorf(types.CodeInvalidParameterValue, "character number must be positive")
	case n == 0:
		return types.Errorf(types.CodeProgramLimitExceeded, "null character not permitted")
	case n > utf8.MaxRune:
		return types.Errorf(types.CodeProgramLimitExceeded, "requested character too large for encoding: %d", n)
	case !utf8.ValidRune(rune(n)):
		return types.Errorf(types.CodeProgramLimitExceeded, "requested character not valid for encoding: %d", n)
	default:
		out.AppendString(string(rune(n)))
	}
	return nil
}
