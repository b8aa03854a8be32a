package function

import (
	"bytes"
	"slices"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// QuoteIdent spells a name so that SQL reads it back: quoted only where that is needed.
func QuoteIdent(name string) string { return types.QuoteIdent(name) }

// QuoteLiteral spells a string as a literal.
func QuoteLiteral(s string) string { return string(appendLiteral(nil, []byte(s))) }

func appendIdent(dst, s []byte) []byte { return types.AppendIdent(dst, s) }

// appendLiteral writes E'...' with doubled backslashes where there are any.
func appendLiteral(dst, s []byte) []byte {
	if bytes.IndexByte(s, '\\') < 0 {
		return appendQuoted(dst, s, '\'')
	}
	return appendQuoted(append(dst, 'E'), bytes.ReplaceAll(s, []byte(`\`), []byte(`\\`)), '\'')
}

// appendQuoted puts quotes around s and doubles those within.
func appendQuoted(dst, s []byte, quote byte) []byte {
	dst = append(slices.Grow(dst, len(s)+2), quote)
	for {
		at := bytes.IndexByte(s, quote)
		if at < 0 {
			return append(append(dst, s...), quote)
		}
		dst = append(append(dst, s[:at+1]...), quote)
		s = s[at+1:]
	}
}

func registerQuote(r *registry) {
	r.total("quote_ident(text)", textText(appendIdent))
	r.total("quote_literal(text)", textText(appendLiteral))
	r.fn("quote_literal(anyelement)", byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
		s := appendAsText(nil, c, a, 0, i)
		out.AppendFunc(func(dst []byte) []byte { return appendLiteral(dst, s) })
		return nil
	}))
	nullable := byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
		if a[0].Null(i) {
			out.AppendString("NULL")
			return nil
		}
		s := appendAsText(nil, c, a, 0, i)
		out.AppendFunc(func(dst []byte) []byte { return appendLiteral(dst, s) })
		return nil
	})
	r.total("quote_nullable(text)", nullable)
	r.fn("quote_nullable(anyelement)", nullable)
}
