package function

import (
	"slices"
	"strings"

	"github.com/flare-pg/flare-pg/column"
)

// encodings are the names of PostgreSQL's character sets, by their numbers. Text here is UTF8 always; clients ask for names all the same.
var encodings = strings.Fields(`SQL_ASCII EUC_JP EUC_CN EUC_KR EUC_TW EUC_JIS_2004 UTF8 MULE_INTERNAL LATIN1 LATIN2 LATIN3 LATIN4 LATIN5 LATIN6 LATIN7 LATIN8
	LATIN9 LATIN10 WIN1256 WIN1258 WIN866 WIN874 KOI8R WIN1251 WIN1252 ISO_8859_5 ISO_8859_6 ISO_8859_7 ISO_8859_8 WIN1250 WIN1253 WIN1254 WIN1255 WIN1257 KOI8U
	SJIS BIG5 GBK UHC GB18030 JOHAB SHIFT_JIS_2004`)

// EncodingUTF8 is UTF8's number.
const EncodingUTF8 = 6

// encodingAliases are other names of theirs, without what isn't a letter or digit.
var encodingAliases = map[string]string{"unicode": "UTF8", "win1252": "WIN1252", "windows1252": "WIN1252", "iso88591": "LATIN1", "iso885915": "LATIN9"}

// EncodingNumber is PostgreSQL's number of a character set, by any of its names; -1 where there is none.
func EncodingNumber(name string) int {
	plain := func(name string) string {
		return strings.ToLower(strings.Map(func(c rune) rune {
			if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' {
				return c
			}
			return -1
		}, name))
	}
	asked := plain(name)
	if alias, ok := encodingAliases[asked]; ok {
		asked = plain(alias)
	}
	return slices.IndexFunc(encodings, func(e string) bool { return plain(e) == asked })
}

func registerEncodings(r *registry) {
	r.total("pg_encoding_to_char(int4)", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		if n := a[0].Int(i); n >= 0 && n < int64(len(encodings)) {
			out.AppendString(encodings[n])
		} else {
			out.AppendString("")
		}
		return nil
	}))
	r.total("pg_char_to_encoding(name)", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		out.AppendInt(int64(EncodingNumber(string(a[0].Str(i)))))
		return nil
	}))
	r.total("pg_encoding_max_length(int4)", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		switch n := a[0].Int(i); {
		case n < 0 || n >= int64(len(encodings)):
			out.AppendNull()
		case n == 6 || n == 7 || n == 4 || n == 39:
			out.AppendInt(4)
		case n == 1 || n == 2 || n == 3 || n == 5 || n == 40:
			out.AppendInt(3)
		case n >= 35:
			out.AppendInt(2)
		default:
			out.AppendInt(1)
		}
		return nil
	}))
}
