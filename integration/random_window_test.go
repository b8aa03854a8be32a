package integration

import (
	"fmt"
	"strings"
)

// windowSelects makes SELECTs with windows and grouping sets. Where a result depends on the order of rows the order is total.
type windowSelects struct{ selects }

func (g *windowSelects) statement() string {
	switch g.IntN(8) {
	case 0, 1, 2:
		return g.groupingSets()
	case 3:
		return fmt.Sprintf("select k, w, c from (select k, %s as w, %s as c from stream%s) x where w %s order by 1", g.call(), g.expr(typ(g.IntN(int(typs))), 1), g.where(),
			g.pick("is not null", "is null"))
	case 4:
		key := g.pick("method", "small", "status", "b", "n", "n % 3", "timestamp::date")
		sql := fmt.Sprintf("select %s as key, %s, %s over (%s) from stream%s group by 1", key, g.aggregate(),
			g.pick("sum(count(*))", "row_number()", "lag(count(*))", "rank()", "max(max(k))", "count(*)", "first_value(min(k))", "string_agg(min(s), ',')"),
			g.pick("order by "+key, "order by "+key+" desc nulls last", "order by "+key+" rows 2 preceding", "order by "+key+" groups between 1 preceding and 1 following"), g.where())
		return sql + g.order(2)
	case 5:
		return fmt.Sprintf("select k, %s over w, %s over (w rows %d preceding), %s from stream%s window w as (%sorder by %s) order by 1",
			g.positional(), g.sum(), g.IntN(4), g.call(), g.where(), g.partition(), g.pick("k", "small, k", "s desc, k", "f nulls first, k desc"))
	}
	list := []string{"k"}
	for range 1 + g.IntN(3) {
		list = append(list, g.call())
	}
	sql := "select " + strings.Join(list, ", ") + " from stream" + g.where() + " order by 1" + g.pick("", " desc")
	if g.IntN(3) == 0 {
		sql += fmt.Sprintf(" limit %d", g.IntN(30))
	}
	return sql
}

// call is a window function with its window.
func (g *windowSelects) call() string {
	switch g.IntN(6) {
	case 0: // peers share a rank
		return fmt.Sprintf("%s over (%sorder by %s%s)", g.pick("rank()", "dense_rank()", "percent_rank()", "cume_dist()"), g.partition(), g.expr(typ(g.IntN(int(typs))), 1), g.direction())
	case 1:
		return fmt.Sprintf("%s over (%s%s)", g.positional(), g.partition(), g.totalOrder())
	case 2:
		return fmt.Sprintf("%s over (%s%s%s)", g.inFrame(), g.partition(), g.totalOrder(), g.frame("rows", ""))
	case 3:
		return fmt.Sprintf("%s over (%s%s%s)", g.filtered(), g.partition(), g.totalOrder(), g.frame(g.pick("rows", "groups"), ""))
	case 4:
		return fmt.Sprintf("%s over (%sorder by %s%s%s)", g.filtered(), g.partition(), g.expr(typ(g.IntN(int(typs))), g.IntN(2)), g.direction(), g.frame("groups", ""))
	}
	key, offset := g.distance()
	return fmt.Sprintf("%s over (%sorder by %s%s%s)", g.filtered(), g.partition(), key, g.direction(), g.frame("range", offset))
}

func (g *windowSelects) partition() string {
	return g.pick("", "", "partition by method ", "partition by small, b ", "partition by status ", "partition by n % 3 ", "partition by timestamp::date ", "partition by level, d is null ")
}

func (g *windowSelects) direction() string {
	return g.pick("", "", " desc", " nulls first", " desc nulls last")
}

func (g *windowSelects) totalOrder() string {
	if g.IntN(3) == 0 {
		return "order by k" + g.pick("", " desc")
	}
	return fmt.Sprintf("order by %s%s, k%s", g.expr(typ(g.IntN(int(typs))), g.IntN(2)), g.direction(), g.pick("", " desc"))
}

// positional is a function that goes by the place of rows in the partition.
func (g *windowSelects) positional() string {
	t := typ(g.IntN(int(typs)))
	switch g.IntN(4) {
	case 0:
		return "row_number()"
	case 1:
		return fmt.Sprintf("ntile(%d)", 1+g.IntN(9))
	case 2:
		return fmt.Sprintf("%s(%s, %s)", g.pick("lag", "lead"), g.typedColumn(t), g.pick("1", "2", "0", "-1", "small::int", "null"))
	}
	return fmt.Sprintf("%s(%s)", g.pick("lag", "lead"), g.typedColumn(t))
}

// typedColumn is a column, or an expression that has a type of its own.
func (g *windowSelects) typedColumn(t typ) string {
	if g.IntN(2) == 0 {
		return g.column(t)
	}
	return fmt.Sprintf("coalesce(%s, %s)", g.column(t), g.column(t))
}

// inFrame is a function that goes by the place of rows in the frame.
func (g *windowSelects) inFrame() string {
	t := typ(g.IntN(int(typs)))
	switch g.IntN(4) {
	case 0:
		return fmt.Sprintf("nth_value(%s, %d)", g.typedColumn(t), 1+g.IntN(4))
	case 1:
		return fmt.Sprintf("string_agg(%s, ',')", g.column(text))
	case 2:
		return fmt.Sprintf("array_agg(%s)", g.pick("k", "s", "b", "small"))
	}
	return fmt.Sprintf("%s(%s)", g.pick("first_value", "last_value"), g.typedColumn(t))
}

// sum is an aggregate that does not ask for an order.
func (g *windowSelects) sum() string {
	switch g.IntN(6) {
	case 0:
		return "count(*)"
	case 1:
		return fmt.Sprintf("count(%s)", g.column(typ(g.IntN(int(typs)))))
	case 2:
		return fmt.Sprintf("%s(%s)", g.pick("min", "max"), g.expr(integer+typ(g.IntN(int(jsonb)-1)), 1))
	case 3:
		return fmt.Sprintf("%s(%s)", g.pick("bool_and", "bool_or"), g.predicate(1))
	case 4:
		return fmt.Sprintf("%s(%s)", g.pick("stddev", "variance", "var_pop"), g.pick("small", "status", "d"))
	}
	return fmt.Sprintf("%s(%s)", g.pick("sum", "avg"), g.pick("small", "status", "k", "d", "n % 100", "elapsed", "abs(elapsed)"))
}

func (g *windowSelects) filtered() string {
	if g.IntN(4) == 0 {
		return g.sum() + " filter (where " + g.predicate(1) + ")"
	}
	return g.sum()
}

// distance is a key of ORDER BY, and a distance in its values.
func (g *windowSelects) distance() (key, offset string) {
	switch g.IntN(5) {
	case 0:
		return "timestamp", "interval '" + g.pick("10 minutes", "1 hour", "1 day", "0") + "'"
	case 1:
		return "f", g.pick("0.5", "10", "0", "1e3")
	case 2:
		return "d", g.pick("0.5", "10", "0", "1e3")
	case 3:
		return "n", g.pick("1", "10", "0", "1000")
	}
	return g.pick("k", "small", "status"), g.pick("1", "2", "0", "50")
}

// frame is a frame clause of a mode, or none; offset is a distance, "" a number of rows.
func (g *windowSelects) frame(mode, offset string) string {
	if g.IntN(5) == 0 {
		return ""
	}
	bounds := []string{"unbounded preceding", "x preceding", "current row", "x following", "unbounded following"}
	start := g.IntN(4)
	end := max(start, 1) + g.IntN(5-max(start, 1))
	side := func(b string) string {
		by := offset
		if by == "" {
			by = g.pick("0", "1", "2", "3", "20", "90")
		}
		return strings.Replace(b, "x ", by+" ", 1)
	}
	return fmt.Sprintf(" %s between %s and %s%s", mode, side(bounds[start]), side(bounds[end]), g.pick("", "", "", " exclude current row", " exclude group", " exclude ties", " exclude no others"))
}

// groupingSets groups by several sets of some keys.
func (g *windowSelects) groupingSets() string {
	keys := []string{"method", "small", "b", "status", "level"}
	g.Shuffle(len(keys), func(i, j int) { keys[i], keys[j] = keys[j], keys[i] })
	keys = keys[:1+g.IntN(3)]
	if g.IntN(3) == 0 {
		// No constants: PostgreSQL does not sort by one, though grouping sets make it null in some rows.
		keys[0] = g.pick("upper(method)", "n % 3", "left(s, 1)", "timestamp::date", "k / 50", "status is null", "j is null", "round(elapsed / 100)")
	}
	names := make([]string, len(keys))
	list := make([]string, len(keys))
	for i, k := range keys {
		names[i] = fmt.Sprintf("g%d", i)
		list[i] = k + " as " + names[i]
	}
	some := func() string {
		var out []string
		for _, n := range names {
			if g.IntN(2) == 0 {
				out = append(out, n)
			}
		}
		return "(" + strings.Join(out, ", ") + ")"
	}
	all := strings.Join(names, ", ")
	by := ""
	switch g.IntN(6) {
	case 0:
		by = "rollup (" + all + ")"
	case 1:
		by = "cube (" + all + ")"
	case 2:
		by = "grouping sets (" + some() + ", " + some() + ", " + some() + ", (" + all + "))"
	case 3:
		by = "grouping sets (rollup (" + all + "), (" + names[0] + "))"
	case 4:
		by = names[0] + ", rollup (" + all + ")"
	default:
		by = "rollup (" + all + "), cube (" + names[0] + ")"
	}
	for range 1 + g.IntN(2) {
		list = append(list, g.aggregate())
	}
	if keys[0] == "method" && g.IntN(2) == 0 {
		list = append(list, "grouping(method)")
	}
	sql := "select " + strings.Join(list, ", ") + " from stream" + g.where() + " group by " + g.pick("", "", "distinct ") + by
	if g.IntN(4) == 0 {
		sql += " having " + g.pick("count(*) > 2", "max(k) > 100", "min(small) is not null")
	}
	return sql + g.order(len(list))
}
