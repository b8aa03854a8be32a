package function

import (
	"bytes"
	"strings"

	"github.com/flare-pg/flare-pg/column"
)

// keywords are PostgreSQL's keywords that are not unreserved: names spelled so need quotes.
var keywords = func() map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(keywordList) {
		m[w] = true
	}
	return m
}()

const keywordList = "all analyse analyze and any array as asc asymmetric authorization between bigint binary bit boolean " +
	"both case cast char character check coalesce collate collation column concurrently constraint create " +
	"cross current_catalog current_date current_role current_schema current_time current_timestamp " +
	"current_user dec decimal default deferrable desc distinct do else end except exists extract false " +
	"fetch float for foreign freeze from full grant greatest group grouping having ilike in initially " +
	"inner inout int integer intersect interval into is isnull join lateral leading least left like limit " +
	"localtime localtimestamp national natural nchar none normalize not notnull null nullif numeric offset " +
	"on only or order out outer overlaps overlay placing position precision primary real references " +
	"returning right row select session_user setof similar smallint some substring symmetric table " +
	"tablesample then time timestamp to trailing treat trim true union unique user using values varchar " +
	"variadic verbose when where window with xmlattributes xmlconcat xmlelement xmlexists xmlforest " +
	"xmlnamespaces xmlparse xmlpi xmlroot xmlserialize xmltable"

// QuoteIdent spells a name so that SQL reads it back: quoted only where that is needed.
func QuoteIdent(name string) string { return string(appendIdent(nil, []byte(name))) }

// QuoteLiteral spells a string as a literal.
func QuoteLiteral(s string) string { return string(appendLiteral(nil, []byte(s))) }

func appendIdent(dst, s []byte) []byte {
	safe := len(s) > 0 && (s[0] == '_' || s[0] >= 'a' && s[0] <= 'z')
	for _, c := range s {
		safe = safe && (c == '_' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9')
	}
	if safe && !keywords[string(s)] {
		return append(dst, s...)
	}
	return appendQuoted(dst, s, '"')
}

// appendLiteral writes E'...' with doubled backslashes where there are any.
func appendLiteral(dst, s []byte) []byte {
	if bytes.IndexByte(s, '\\') < 0 {
		return appendQuoted(dst, s, '\'')
	}
	return appendQuoted(append(dst, 'E'), bytes.ReplaceAll(s, []byte(`\`), []byte(`\\`)), '\'')
}

// appendQuoted puts quotes around s and doubles those within.
func appendQuoted(dst, s []byte, quote byte) []byte {
	dst = append(dst, quote)
	for _, c := range s {
		if c == quote {
			dst = append(dst, c)
		}
		dst = append(dst, c)
	}
	return append(dst, quote)
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
