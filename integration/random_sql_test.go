package integration

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// selects makes SELECTs over the twins' table.
type selects struct{ *rand.Rand }

// typ is a type of the expressions that are made.
type typ int

const (
	boolean typ = iota
	integer
	float
	decimal
	text
	moment
	jsonb
	typs
)

func (g *selects) pick(list ...string) string { return list[g.IntN(len(list))] }

// column is a column of a type.
func (g *selects) column(t typ) string {
	switch t {
	case boolean:
		return "b"
	case integer:
		return g.pick("k", "n", "small", "status", "event_type", "small", "status")
	case float:
		return g.pick("f", "elapsed")
	case decimal:
		return "d"
	case text:
		return g.pick("s", "method", "level", "message", "exception", "day", "span", "moment")
	case moment:
		return "timestamp"
	}
	return g.pick("j", "j", "properties")
}

func (g *selects) literal(t typ) string {
	switch t {
	case boolean:
		return g.pick("true", "false", "null::boolean")
	case integer:
		return g.pick("0", "1", "2", "3", "5", "100", "200", "-1", "404", "9223372036854775807", "2147483648", fmt.Sprint(g.IntN(300)))
	case float:
		return g.pick("0.5::float8", "0.1::float8", "100::float8", "-1.5::float8", "0::float8", "12.5::float8")
	case decimal:
		return g.pick("1.5", "0.001", "1.50", "99.995", "0.0", "-0.5", "12345678901234567890.123")
	case text:
		return g.pick("'alpha'", "'GET'", "'Error'", "''", "'12'", "'true'", "'a%'", "'Grüße, Welt'", "'2026-03-28'", "'event 7 of a'", "'z'")
	case moment:
		return "timestamptz " + g.pick("'2026-03-28 20:00:00+00'", "'2026-03-28 23:30:00+00'", "'2026-03-29 01:00:00+00'", "'2026-03-29 10:00:00+00'")
	}
	return g.pick(`'{"a":1}'`, `'[]'`, `'1'`, `'"text"'`, `'{}'`, `'null'`) + "::jsonb"
}

// expr makes an expression of a type.
func (g *selects) expr(t typ, depth int) string {
	if depth <= 0 {
		if g.IntN(4) == 0 {
			return g.literal(t)
		}
		return g.column(t)
	}
	x := func(t typ) string { return g.expr(t, depth-1) }
	if g.IntN(6) == 0 { // for every type
		switch g.IntN(4) {
		case 0:
			return fmt.Sprintf("case when %s then %s when %s then %s end", g.predicate(depth-1), x(t), g.predicate(depth-1), x(t))
		case 1:
			return fmt.Sprintf("coalesce(%s, %s)", x(t), x(t))
		case 2:
			return fmt.Sprintf("nullif(%s, %s)", x(t), x(t))
		default:
			return fmt.Sprintf("case when %s then %s else %s end", g.predicate(depth-1), x(t), x(t))
		}
	}
	if g.IntN(3) == 0 {
		return g.function(t, depth)
	}
	switch t {
	case boolean:
		return g.predicate(depth)
	case integer:
		switch g.IntN(8) {
		case 0, 1:
			return fmt.Sprintf("(%s %s %s)", g.pick("k", "small", "status"), g.pick("+", "-", "*"), g.pick("k", "small", "status", "3"))
		case 2:
			return fmt.Sprintf("(%s %% %s)", x(integer), g.pick("7", "3", "-5"))
		case 3:
			return fmt.Sprintf("(%s / %s)", x(integer), g.pick("7", "3", "-5"))
		case 4:
			return fmt.Sprintf("length(%s)", x(text))
		case 5:
			return fmt.Sprintf("strpos(%s, %s)", x(text), g.literal(text))
		case 6:
			return fmt.Sprintf("greatest(%s, %s)", x(integer), x(integer))
		}
		return g.column(t)
	case float:
		switch g.IntN(6) {
		case 0, 1:
			return fmt.Sprintf("(%s %s %s)", x(float), g.pick("+", "-", "*"), x(float))
		case 2:
			return fmt.Sprintf("round(%s)", x(float))
		case 3:
			return fmt.Sprintf("abs(%s)", x(float))
		case 4:
			return fmt.Sprintf("(%s)::float8", x(integer))
		}
		return fmt.Sprintf("floor(%s)", x(float))
	case decimal:
		switch g.IntN(7) {
		case 0, 1:
			return fmt.Sprintf("(%s %s %s)", x(decimal), g.pick("+", "-", "*"), x(decimal))
		case 2:
			return fmt.Sprintf("round(%s, %d)", x(decimal), g.IntN(4))
		case 3:
			return fmt.Sprintf("(%s)::numeric", x(integer))
		case 4:
			return fmt.Sprintf("extract(%s from %s)", g.pick("year", "month", "day", "hour", "minute", "second", "epoch", "dow", "doy", "week"), x(moment))
		case 5:
			return fmt.Sprintf("(%s / %s)", x(decimal), g.pick("3", "7.5", "0.01"))
		}
		return fmt.Sprintf("trunc(%s)", x(decimal))
	case text:
		switch g.IntN(10) {
		case 0:
			return fmt.Sprintf("%s(%s)", g.pick("upper", "lower", "initcap", "reverse", "trim", "md5"), x(text))
		case 1:
			return fmt.Sprintf("(%s || %s)", x(text), x(text))
		case 2:
			return fmt.Sprintf("substring(%s from %d for %d)", x(text), g.IntN(5), g.IntN(5))
		case 3:
			of := typ(g.IntN(int(typs)))
			if of == float { // the last bits of a logarithm or an angle would show
				return fmt.Sprintf("round((%s)::numeric, 5)::text", x(of))
			}
			return fmt.Sprintf("(%s)::text", x(of))
		case 4:
			return fmt.Sprintf("left(%s, %d)", x(text), g.IntN(8)-3)
		case 5:
			return fmt.Sprintf("replace(%s, 'a', 'bb')", x(text))
		case 6:
			return "(" + g.path() + g.pick("->>'a'", "->>'b'", "->>0", "->>'n'", "->>'s'", "#>>'{a,b}'") + ")"
		case 7:
			return fmt.Sprintf("concat(%s, %s)", x(text), x(integer))
		case 8:
			return fmt.Sprintf("split_part(%s, ' ', %d)", x(text), 1+g.IntN(2))
		}
		return fmt.Sprintf("to_char(%s, '%s')", x(moment), g.pick("YYYY-MM-DD", "HH24:MI", "Dy DD Mon"))
	case moment:
		switch g.IntN(3) {
		case 0:
			return fmt.Sprintf("date_trunc('%s', %s)", g.pick("minute", "hour", "day", "week", "month"), x(moment))
		case 1:
			return fmt.Sprintf("(%s %s interval '%s')", x(moment), g.pick("+", "-"), g.pick("1 hour", "90 minutes", "1 day", "1 month"))
		}
		return g.column(t)
	}
	return "(" + g.path() + g.pick("->'a'", "->'b'", "->0", "->-1", "->1", "#>'{a,b}'", "->'j'", "->'n'") + ")"
}

// path is a jsonb value to look into.
func (g *selects) path() string {
	return g.pick("j", "properties", "j->'a'", "properties->'j'", "j['a']", "j->0", "properties->'j'->'b'")
}

// predicate makes a condition.
func (g *selects) predicate(depth int) string {
	if depth > 0 {
		switch g.IntN(8) {
		case 0, 1:
			return fmt.Sprintf("(%s and %s)", g.predicate(depth-1), g.predicate(depth-1))
		case 2, 3:
			return fmt.Sprintf("(%s or %s)", g.predicate(depth-1), g.predicate(depth-1))
		case 4:
			return fmt.Sprintf("(not %s)", g.predicate(depth-1))
		case 5:
			return fmt.Sprintf("(%s %s)", g.predicate(depth-1), g.pick("is true", "is not true", "is false", "is not false", "is unknown", "is null"))
		}
	}
	depth--
	t := typ(g.IntN(int(typs)))
	x := func() string { return g.expr(t, g.IntN(max(depth, 1)+1)) }
	operator := g.pick("=", "=", "<>", "<", "<=", ">", ">=")
	switch g.IntN(10) {
	case 0:
		return fmt.Sprintf("%s is %snull", x(), g.pick("", "not "))
	case 1:
		return fmt.Sprintf("%s %sin (%s, %s, %s)", x(), g.pick("", "not "), g.literal(t), g.literal(t), g.literal(t))
	case 2:
		return fmt.Sprintf("%s %sbetween %s and %s", x(), g.pick("", "not "), g.literal(t), g.literal(t))
	case 3:
		return fmt.Sprintf("%s %s%s %s", g.expr(text, 0), g.pick("", "not "), g.pick("like", "ilike"), g.pick("'a%'", "'%a%'", "'_lpha'", "'1%'", "'%t%'", "'G_T'", "'%'", "''", "'100\\%'"))
	case 4:
		return g.column(boolean)
	case 5:
		return fmt.Sprintf("%s is %sdistinct from %s", x(), g.pick("", "not "), x())
	case 6:
		return fmt.Sprintf("%s %s %s", g.literal(t), operator, x())
	case 7, 8:
		return fmt.Sprintf("%s %s %s", x(), operator, g.literal(t))
	}
	// Numbers of different types compare too.
	numbers := []typ{integer, float, decimal}
	return fmt.Sprintf("%s %s %s", g.expr(numbers[g.IntN(3)], depth), operator, g.expr(numbers[g.IntN(3)], depth))
}

func (g *selects) where() string {
	if g.IntN(4) == 0 {
		return ""
	}
	return " where " + g.predicate(2)
}

// statement makes a SELECT whose rows are the same in every right answer, in order where it has one.
func (g *selects) statement() string {
	switch g.IntN(10) {
	case 0, 1, 2:
		return g.grouped()
	case 3, 4:
		inner, types := g.plain("c")
		outer := make([]string, len(types))
		for i := range types {
			outer[i] = fmt.Sprintf("c%d", i)
		}
		i := g.IntN(len(types))
		where := fmt.Sprintf("c%d %s %s", i, g.pick("=", "<>", "<", ">="), g.literal(types[i]))
		where += g.pick("", "", fmt.Sprintf(" or c%d is null", i), fmt.Sprintf(" and c%d is not null", g.IntN(len(types))))
		if g.IntN(2) == 0 {
			outer = outer[:1]
		}
		return fmt.Sprintf("select %s, c0 is null from (%s) x where %s", strings.Join(outer, ", "), inner, where)
	case 5:
		return fmt.Sprintf("select a.k, b.k, a.c0, b.c0 from (select k, small, %s as c0 from stream%s) a %s (select k, status, n, %s as c0 from stream%s) b on a.k = b.%s%s where %s",
			g.expr(typ(g.IntN(int(typs))), 1), g.where(), g.pick("join", "left join", "right join", "full join"),
			g.expr(typ(g.IntN(int(typs))), 1), g.where(), g.pick("k", "n", "status"), g.pick("", "", " and a.small = 2", " and b.status = 200"),
			g.pick("true", "a.k < 100", "b.k > 50", "a.c0 is null", "b.c0 is not null", "a.small = 1 or b.status = 404"))
	}
	sql, types := g.plain("")
	return sql + g.order(len(types))
}

// order sorts by every output column, so that ties are of equal rows.
func (g *selects) order(n int) string {
	if g.IntN(3) == 0 {
		return ""
	}
	keys := make([]string, n)
	for i, k := range g.Perm(n) {
		keys[i] = fmt.Sprint(k+1) + g.pick("", "", " desc", " nulls first", " desc nulls last")
	}
	out := " order by " + strings.Join(keys, ", ")
	if g.IntN(2) == 0 {
		out += fmt.Sprintf(" limit %d", g.IntN(40))
	}
	if g.IntN(4) == 0 {
		out += fmt.Sprintf(" offset %d", g.IntN(20))
	}
	return out
}

func (g *selects) plain(alias string) (sql string, types []typ) {
	var list []string
	for i := range 1 + g.IntN(3) {
		t := typ(g.IntN(int(typs)))
		e := g.expr(t, g.IntN(3))
		if alias != "" {
			e += fmt.Sprintf(" as %s%d", alias, i)
		}
		list, types = append(list, e), append(types, t)
	}
	return "select " + g.pick("", "", "", "distinct ") + strings.Join(list, ", ") + " from stream" + g.where(), types
}

func (g *selects) grouped() string {
	var list, keys []string
	for i := range g.IntN(3) {
		list = append(list, g.expr(typ(g.IntN(int(typs))), g.IntN(2)))
		keys = append(keys, fmt.Sprint(i+1))
		if strings.Trim(list[i], "'") != list[i] { // a bare literal has no type to group by
			list[i] += "::text"
		}
	}
	for range 1 + g.IntN(3) {
		list = append(list, g.aggregate())
	}
	sql := "select " + strings.Join(list, ", ") + " from stream" + g.where()
	if len(keys) > 0 {
		sql += " group by " + strings.Join(keys, ", ")
	}
	if g.IntN(3) == 0 {
		sql += " having " + g.pick("count(*) > 2", "max(k) > 100", "min(small) is not null", "count(distinct method) > 1", "bool_or(b)")
	}
	return sql + g.order(len(list))
}

func (g *selects) aggregate() string {
	var call string
	switch g.IntN(9) {
	case 0, 1:
		call = "count(*)"
	case 2:
		call = fmt.Sprintf("count(%s%s)", g.pick("", "distinct "), g.expr(typ(g.IntN(int(typs))), 1))
	case 3:
		call = fmt.Sprintf("%s(%s%s)", g.pick("sum", "avg"), g.pick("", "distinct "), g.pick("small", "status", "k", "d", "n % 100"))
	case 4:
		call = fmt.Sprintf("%s(%s)", g.pick("sum", "avg"), g.pick("elapsed", "abs(f)", "d", "small"))
	case 5:
		call = fmt.Sprintf("%s(%s)", g.pick("min", "max"), g.expr(integer+typ(g.IntN(int(jsonb)-1)), 1))
	case 6:
		call = fmt.Sprintf("%s(%s)", g.pick("bool_and", "bool_or", "every"), g.predicate(1))
	case 7:
		call = fmt.Sprintf("string_agg(%s, ',' order by %s)", g.expr(text, 1), "k")
	default:
		call = fmt.Sprintf("%s(%s)", g.pick("stddev", "variance", "stddev_pop", "var_pop"), g.pick("small", "d", "status"))
	}
	if g.IntN(5) == 0 {
		call += " filter (where " + g.predicate(1) + ")"
	}
	return call
}
