package function

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/unicode/norm"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// charmaps are the encodings of one byte a character that can be converted from and to.
var charmaps = map[string]*charmap.Charmap{
	"LATIN1": charmap.ISO8859_1, "LATIN2": charmap.ISO8859_2, "LATIN3": charmap.ISO8859_3, "LATIN4": charmap.ISO8859_4, "LATIN5": charmap.ISO8859_9,
	"LATIN6": charmap.ISO8859_10, "LATIN7": charmap.ISO8859_13, "LATIN8": charmap.ISO8859_14, "LATIN9": charmap.ISO8859_15, "LATIN10": charmap.ISO8859_16,
	"ISO_8859_5": charmap.ISO8859_5, "ISO_8859_6": charmap.ISO8859_6, "ISO_8859_7": charmap.ISO8859_7, "ISO_8859_8": charmap.ISO8859_8,
	"WIN1250": charmap.Windows1250, "WIN1251": charmap.Windows1251, "WIN1252": charmap.Windows1252, "WIN1253": charmap.Windows1253, "WIN1254": charmap.Windows1254,
	"WIN1255": charmap.Windows1255, "WIN1256": charmap.Windows1256, "WIN1257": charmap.Windows1257, "WIN1258": charmap.Windows1258,
	"WIN866": charmap.CodePage866, "WIN874": charmap.Windows874, "KOI8R": charmap.KOI8R, "KOI8U": charmap.KOI8U,
}

func hexBytes(s []byte) string {
	var b strings.Builder
	for _, c := range s {
		fmt.Fprintf(&b, " 0x%02x", c)
	}
	return b.String()[1:]
}

// CheckUTF8 fails for bytes that are no text.
func CheckUTF8(b []byte) error {
	for rest := b; len(rest) > 0; {
		c, w := utf8.DecodeRune(rest)
		if c == 0 || c == utf8.RuneError && w < 2 {
			n := 1
			for want := utf8Length(rest[0]); n < want && n < len(rest); { // as many as the first byte announces
				n++
			}
			return types.Errorf(types.CodeCharacterNotInRepertoire, "invalid byte sequence for encoding \"UTF8\": %s", hexBytes(rest[:n]))
		}
		rest = rest[w:]
	}
	return nil
}

func utf8Length(first byte) int {
	switch {
	case first < 0xc0:
		return 1
	case first < 0xe0:
		return 2
	case first < 0xf0:
		return 3
	case first < 0xf8:
		return 4
	}
	return 1
}

// toUTF8 gives bytes of an encoding as text.
func toUTF8(b, encoding []byte) ([]byte, error) {
	n := EncodingNumber(string(encoding))
	if n < 0 {
		return nil, types.Errorf(types.CodeInvalidParameterValue, "invalid source encoding name \"%s\"", encoding)
	}
	name := encodings[n]
	if name == "UTF8" || name == "SQL_ASCII" {
		return b, CheckUTF8(b)
	}
	m := charmaps[name]
	if m == nil {
		return nil, types.Errorf(types.CodeFeatureNotSupported, "conversion from encoding \"%s\" is not supported", name)
	}
	var dst []byte
	for _, c := range b {
		x := m.DecodeByte(c)
		switch {
		case c == 0:
			return nil, types.Errorf(types.CodeCharacterNotInRepertoire, "invalid byte sequence for encoding \"%s\": 0x00", name)
		case x == utf8.RuneError:
			return nil, noEquivalent([]byte{c}, name, "UTF8")
		}
		dst = utf8.AppendRune(dst, x)
	}
	return dst, nil
}

func noEquivalent(b []byte, from, to string) error {
	return types.Errorf(types.CodeUntranslatableCharacter, "character with byte sequence %s in encoding \"%s\" has no equivalent in encoding \"%s\"", hexBytes(b), from, to)
}

// appendEncoded appends text in an encoding.
func appendEncoded(out *column.Vector, s, encoding []byte) error {
	n := EncodingNumber(string(encoding))
	if n < 0 {
		return types.Errorf(types.CodeInvalidParameterValue, "invalid destination encoding name \"%s\"", encoding)
	}
	name := encodings[n]
	if name == "UTF8" || name == "SQL_ASCII" {
		out.AppendBytes(s)
		return nil
	}
	m := charmaps[name]
	if m == nil {
		return types.Errorf(types.CodeFeatureNotSupported, "conversion to encoding \"%s\" is not supported", name)
	}
	dst := make([]byte, 0, len(s))
	for len(s) > 0 {
		c, w := utf8.DecodeRune(s)
		b, ok := m.EncodeRune(c)
		if !ok {
			return noEquivalent(s[:w], "UTF8", name)
		}
		dst, s = append(dst, b), s[w:]
	}
	out.AppendBytes(dst)
	return nil
}

func convertFrom(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
	s, err := toUTF8(a[0].Str(i), a[1].Str(i))
	if err != nil {
		return err
	}
	out.AppendBytes(s)
	return nil
}

func convertTo(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
	return appendEncoded(out, a[0].Str(i), a[1].Str(i))
}

// registerNormalize: Unicode's normal forms.
func registerNormalize(r *registry) {
	form := func(a []*column.Vector, i int) (norm.Form, error) {
		if len(a) == 1 {
			return norm.NFC, nil
		}
		name := a[1].Str(i)
		switch strings.ToUpper(string(name)) {
		case "NFC":
			return norm.NFC, nil
		case "NFD":
			return norm.NFD, nil
		case "NFKC":
			return norm.NFKC, nil
		case "NFKD":
			return norm.NFKD, nil
		}
		return 0, types.Errorf(types.CodeInvalidParameterValue, "invalid normalization form: %s", name)
	}
	r.fn("normalize(text,text)", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		f, err := form(a, i)
		if err != nil {
			return err
		}
		out.AppendBytes(f.Bytes(a[0].Str(i)))
		return nil
	}))
	r.fn("is_normalized(text,text)", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		f, err := form(a, i)
		if err != nil {
			return err
		}
		out.AppendBool(f.IsNormal(a[0].Str(i)))
		return nil
	}))
}
