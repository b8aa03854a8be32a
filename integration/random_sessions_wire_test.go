package integration

import (
	"encoding/binary"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5/pgproto3"
	"github.com/jackc/pgx/v5/pgtype"
)

// extended makes messages of the extended protocol, up to a Sync.
func (g *sessions) extended() step {
	var s step
	say := func(m pgproto3.FrontendMessage, text string, args ...any) {
		s.messages = append(s.messages, m)
		s.text += fmt.Sprintf(text, args...) + "  "
	}
	for range 1 + g.IntN(2) + g.IntN(2)*g.IntN(2) {
		switch g.IntN(6) {
		case 0: // a statement by name, for later
			sql, types, _ := g.withParameters(true)
			name := g.pick("s1", "s2", "")
			say(&pgproto3.Parse{Name: name, Query: sql, ParameterOIDs: types}, "parse %q %q %v", name, sql, types)
			if g.IntN(2) == 0 {
				say(&pgproto3.Describe{ObjectType: 'S', Name: name}, "describe statement %q", name)
			}
		case 1: // one that was parsed, or not
			_, _, values := g.withParameters(false)
			g.bind(say, g.pick("s1", "s2", ""), g.pick("", "p1"), values)
			s.unordered = true
		case 2: // a portal or cursor of before
			portal := g.pick("p1", "c1", "c2")
			switch g.IntN(4) {
			case 0:
				portal = g.pick("c1", "c2")
				say(&pgproto3.Describe{ObjectType: 'P', Name: portal}, "describe portal %q", portal)
			case 1:
				say(&pgproto3.Close{ObjectType: 'P', Name: portal}, "close portal %q", portal)
			default:
				n := uint32(g.IntN(4))
				say(&pgproto3.Execute{Portal: portal, MaxRows: n}, "execute %q %d", portal, n)
			}
			s.unordered = true
		case 3:
			name := g.pick("s1", "s2", "")
			if g.IntN(2) == 0 {
				say(&pgproto3.Describe{ObjectType: 'S', Name: name}, "describe statement %q", name)
			} else {
				say(&pgproto3.Close{ObjectType: 'S', Name: name}, "close statement %q", name)
			}
		default:
			sql, types, values := g.withParameters(false)
			say(&pgproto3.Parse{Query: sql, ParameterOIDs: types}, "parse %q %v", sql, types)
			if g.IntN(3) == 0 {
				say(&pgproto3.Describe{ObjectType: 'S'}, "describe statement")
			}
			g.bind(say, "", g.pick("", "", "p1"), values)
			s.unordered = s.unordered || unorderedRows(sql)
		}
	}
	say(&pgproto3.Sync{}, "sync")
	return s
}

// bind makes Bind, perhaps Describe, and one or two Executes.
func (g *sessions) bind(say func(pgproto3.FrontendMessage, string, ...any), statement, portal string, values [][]byte) {
	var formats []int16
	if len(values) > 0 && g.IntN(8) == 0 {
		formats = make([]int16, len(values)) // all text, in as many words
	}
	results := [][]int16{nil, nil, {0}, {1}, {1}, {0, 1}}[g.IntN(6)]
	say(&pgproto3.Bind{DestinationPortal: portal, PreparedStatement: statement, ParameterFormatCodes: formats, Parameters: values, ResultFormatCodes: results}, "bind %q to %q %q %v", statement, portal, values, results)
	if g.IntN(2) == 0 {
		say(&pgproto3.Describe{ObjectType: 'P', Name: portal}, "describe portal %q", portal)
	}
	for range 1 + g.IntN(2)*g.IntN(2) {
		n := uint32(max(0, g.IntN(6)-2))
		say(&pgproto3.Execute{Portal: portal, MaxRows: n}, "execute %q %d", portal, n)
	}
}

// withParameters makes a statement that may have parameters, the types that the client says they have (0: none), and values. Where rows, it is one that
// EXECUTE could run, too.
func (g *sessions) withParameters(rows bool) (sql string, types []uint32, values [][]byte) {
	if !rows && g.IntN(3) == 0 {
		return g.command(), nil, nil
	}
	sql = g.pick("select a, b from t where a = $1 order by a, b", "select $1::int + 1, $2", "insert into t (a, b) values ($1, $2)", "insert into t (a, b) values ($1, $2) returning a, b", "delete from t where a = $1 or b = $2", "select $1", "select g from generate_series(1, $1) g", "select a from t where a in ($1, $2) order by a", "select coalesce($1, 'x'), $2 is null",
		"select $2::text", "select count(*) from t where n > $1", "values ($1, $2), (1, 'x')", "select case when $1 then $2 else 'no' end", "select $1 || $2", "select a from t order by a limit $1 offset $2", "select $1 = any (array[1, 2])", "select b like $1 from t order by a, b", "select ts + $1 from t where a = 1", "select extract(year from $1::timestamptz)", "select $1 + $2", "insert into t (a) select $1", "select * from (values ($1::int)) q (a) where a = $2", "notify c", "show timezone", "select $1 union all select 2", "select lower($1)", "set timezone = $1", "select $1 between 1 and $2")
	if g.IntN(4) == 0 {
		types = [][]uint32{{pgtype.Int4OID}, {pgtype.TextOID}, {pgtype.Int4OID, pgtype.TextOID}, {0, pgtype.Int4OID}, {pgtype.UnknownOID}, {pgtype.NumericOID, pgtype.VarcharOID}}[g.IntN(6)]
	}
	n := strings.Count(sql, "$1") + strings.Count(sql, "$2")
	n = min(n, 2)
	if g.IntN(12) == 0 {
		n = g.IntN(3)
	}
	for range n {
		var v []byte
		if s := g.pick("1", "2", "3", "x", "two", "", "t", "1.5", "2024-01-01", "nil"); s != "nil" {
			v = []byte(s)
		}
		values = append(values, v)
	}
	return sql, types, values
}

// copying is a COPY out, or one in with its data. At most one thing is wrong with a statement: which of several is found first is not compared.
func (g *sessions) copying() step {
	format := g.pick("text", "text", "csv", "csv", "binary")
	out := g.IntN(5) < 2
	wrong := g.IntN(24) // which
	o := copyOptions{delimiter: '\t', null: `\N`, quote: '"', escape: '"'}
	var list []string
	add := func(format string, args ...any) { list = append(list, fmt.Sprintf(format, args...)) }
	if format != "text" || g.IntN(3) == 0 {
		add("format %s", format)
	}
	if format == "csv" {
		o.delimiter, o.null = ',', ""
	}
	if format != "binary" {
		if g.IntN(3) == 0 {
			o.delimiter = g.pick("|", ";", ",", "\t", " ")[0]
			add("delimiter E'%s'", strings.ReplaceAll(string(o.delimiter), "\t", `\t`))
		}
		if g.IntN(3) == 0 {
			o.null = g.pick("", "nil", `\N`, "NULL", "-")
			add("null '%s'", o.null)
		}
		if g.IntN(4) == 0 {
			o.header = true
			add("header%s", g.pick("", " true", " on", " false", " 1"))
		} else if g.IntN(8) == 0 && !out {
			o.header = true
			add("header match")
		}
	}
	if format == "csv" {
		if g.IntN(3) == 0 {
			o.quote = g.pick("'", "\"", "~")[0]
			o.escape = o.quote
			add("quote '%s'", strings.ReplaceAll(string(o.quote), "'", "''"))
		}
		if g.IntN(3) == 0 {
			o.escape = g.pick(`\`, "\"", "!")[0]
			add("escape '%c'", o.escape)
		}
		if out && g.IntN(3) == 0 {
			add("force_quote %s", g.pick("*", "*", "(b)"))
		}
		if !out && g.IntN(3) == 0 {
			add("%s %s", g.pick("force_not_null", "force_null"), g.pick("(b)", "(a)"))
		}
	}
	if g.IntN(8) == 0 {
		add("encoding '%s'", g.pick("UTF8", "utf-8"))
	}
	if wrong == 0 {
		list = []string{g.pick("nosuch", "format nosuch", "encoding 'nosuch'", "delimiter 'ab'", "format csv, force_quote (nosuch)", "format csv, quote 'ab'", "header 2", "null E'\\n'", "format binary, header", "quote 'x'", "force_null (a)", "format csv, format csv", "delimiter 'x'", "delimiter E'\\n'", "format csv, quote ','", "null E'\\t'", "format csv, null 'a\"'", "format binary, delimiter ','")}
		format = "nosuch" // no data go in
	}
	g.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	options := ""
	if len(list) > 0 {
		options = g.pick(" (", " with (") + strings.Join(list, ", ") + ")"
	}
	if out {
		if format == "binary" && wrong != 0 { // its header comes with the first row
			wrong = -1
		}
		from := g.pick("(select a, b, n from t order by a, b, n)", "(select a, b, n from t order by a, b, n)", "t (a, b)", "t (b)", "(values (1, E'a\tb', null), (2, '\\N', ''), (null, E'q\"''\\\\', 'nil')) ", "(select a, b from t where false)", "(select 1 / (2 - a) as b from t order by a)")
		switch wrong {
		case -1:
			from = g.pick("(select a, b, n from t order by a, b, n)", "(select b, a, ts from t order by a, b, ts)")
		case 1:
			from = g.pick("v", "(select nosuch)", "nosuch", "t (a, nosuch)", "t (a, a)", "(select $1)", "(select a from t")
		case 2:
			from = "x"
		}
		sql := "copy " + from + " to stdout" + options
		return step{text: sql + ";", messages: []pgproto3.FrontendMessage{&pgproto3.Query{String: sql}}, unordered: true}
	}
	into, where := g.pick("t (a, b)", "t (a, b)", "t (a, b)", "t (b, a)", "t (a, n)"), g.pick("", "", "", "", " where a > 1", " where b is not null", " where 1 / (a - 12) < 1")
	switch wrong {
	case 1:
		into, where = g.pick("nosuch", "t (a, nosuch)", "t (a, a)"), ""
	case 2:
		where = g.pick(" where nosuch", " where a", " where max(a) > 1", " where a in (select 1)", " where $1")
	case 3:
		into, where = "x (a, b)", ""
	}
	sql := "copy " + into + " from stdin" + options + where
	var data []byte
	switch format {
	case "binary":
		data = g.copyBinary()
	case "text", "csv":
		data = g.copyText(format == "csv", o)
	}
	if g.IntN(10) == 0 && len(data) > 0 { // a byte of it is another
		change := g.pick("\xff", "\n", "\r", `\`, `"`, "\x00", "\t", "7")[0]
		switch format {
		case "csv":
			change = g.pick("\n", "\r", `"`, "\t", "7")[0]
		case "binary":
			change = g.pick("\xff", "\x00")[0] // not a length of gigabytes
		}
		data[g.IntN(len(data))] = change
	}
	messages := []pgproto3.FrontendMessage{&pgproto3.Query{String: sql}}
	for rest := data; ; {
		n := min(len(rest), 1+g.IntN(40))
		messages = append(messages, &pgproto3.CopyData{Data: rest[:n]})
		if rest = rest[n:]; len(rest) == 0 {
			break
		}
	}
	if end := pgproto3.FrontendMessage(&pgproto3.CopyDone{}); g.IntN(15) == 0 {
		messages = append(messages, &pgproto3.CopyFail{Message: "no more"})
	} else {
		messages = append(messages, end)
	}
	return step{text: fmt.Sprintf("%s; %q", sql, data), messages: messages}
}

// copyOptions are those by which data are made; the statement may say others.
type copyOptions struct {
	delimiter, quote, escape byte
	null                     string
	header                   bool
}

// copyText makes lines of the formats text and csv.
func (g *sessions) copyText(csv bool, o copyOptions) []byte {
	var out []byte
	if o.header {
		out = append(out, g.pick("a", "b")...)
		out = append(out, o.delimiter)
		out = append(out, g.pick("b\n", "a\n", "n\n")...)
	}
	eol := g.pick("\n", "\n", "\n", "\n", "\r\n", "\r")
	for range g.IntN(4) {
		fields := []string{g.pick("11", "12", "13", "14", "x", "1.5", " 15", o.null), g.pick("plain", o.null, "", `a\tb`, `\N`, `\\`, `back\`, "ü", `\x41\101\q`, `"q"`, "it's", "nil", "NULL", "a b", `\.`, "a,b|c;d", "a\nb", "3", "-")}
		if g.IntN(12) == 0 {
			fields = append(fields, "more")
		} else if g.IntN(12) == 0 {
			fields = fields[:1]
		}
		for i, f := range fields {
			if i > 0 {
				out = append(out, o.delimiter)
			}
			quoted := csv && (g.IntN(4) == 0 || strings.ContainsAny(f, "\n,|;\"' ") && g.IntN(8) > 0)
			if quoted {
				out = append(out, o.quote)
				for _, c := range []byte(f) {
					if c == o.quote || c == o.escape {
						out = append(out, o.escape)
					}
					out = append(out, c)
				}
				out = append(out, o.quote)
			} else {
				out = append(out, f...)
			}
		}
		out = append(out, eol...)
	}
	switch g.IntN(8) {
	case 0:
		out = append(out, "\\.\n"...)
	case 1:
		out = append(out, "\\.\nrubbish\n"...)
	case 2:
		out = append(out, "16"...)
	case 3:
		out = append(out, eol...)
	}
	return out
}

// copyBinary makes rows of the format binary of an int4 and a text.
func (g *sessions) copyBinary() []byte {
	out := append([]byte("PGCOPY\n\xff\r\n\x00"), 0, 0, 0, 0, 0, 0, 0, 0)
	for range g.IntN(3) {
		out = append(out, 0, 2)
		if g.IntN(6) == 0 {
			out = append(out, 0xff, 0xff, 0xff, 0xff)
		} else {
			out = append(out, 0, 0, 0, 4)
			out = binary.BigEndian.AppendUint32(out, uint32(20+g.IntN(5)))
		}
		text := g.pick("", "x", "ü", "a\tb", "\xff")
		out = binary.BigEndian.AppendUint32(out, uint32(len(text)))
		out = append(out, text...)
	}
	return append(out, g.pick("\xff\xff", "\xff\xff", "\xff\xff", "", "\xff\xffmore", "\x00\x01", "\x00")...)
}
