package integration

import "fmt"

// subQueries makes SELECTs in which a query stands in another. Columns without a relation are those of the innermost.
type subQueries struct {
	selects
	names int
}

func (g *subQueries) name() string {
	g.names++
	return fmt.Sprintf("t%d", g.names)
}

// key is a column that two rows may well have in common.
func (g *subQueries) key() string { return g.pick("small", "status", "method", "level", "k", "n", "b") }

// tie ties a query's rows to those of one around it.
func (g *subQueries) tie(inner, outer string) string {
	switch g.IntN(5) {
	case 0:
		return fmt.Sprintf("%s.k %s %s.k", inner, g.pick("<", ">", "<=", "= 3 +"), outer)
	case 1:
		return fmt.Sprintf("%s.timestamp between %s.timestamp - interval '20 min' and %s.timestamp", inner, outer, outer)
	}
	k := g.key()
	return fmt.Sprintf("%s.%s = %s.%s", inner, k, outer, k)
}

// where is a condition of an inner query.
func (g *subQueries) where(inner, outer string, depth int) string {
	var cond string
	switch g.IntN(4) {
	case 0:
		cond = g.predicate(1)
	case 1:
		cond = g.tie(inner, outer)
	default:
		cond = g.tie(inner, outer) + " and " + g.predicate(g.IntN(2))
	}
	if depth > 0 && g.IntN(3) == 0 {
		cond += " and " + g.condition(inner, depth-1)
	}
	return cond
}

// condition is one on a row of a table, with a sub-query in it.
func (g *subQueries) condition(outer string, depth int) string {
	inner := g.name()
	switch g.IntN(7) {
	case 0, 1:
		return fmt.Sprintf("%sexists (select 1 from stream %s where %s)", g.pick("", "not "), inner, g.where(inner, outer, depth))
	case 2, 3:
		k := g.key()
		return fmt.Sprintf("%s.%s %s (select %s.%s from stream %s where %s)", outer, k, g.pick("in", "not in", "= any", "<> all"), inner, k, inner, g.where(inner, outer, depth))
	case 4:
		return fmt.Sprintf("(%s.method, %s.status) %s (select %s.method, %s.status from stream %s where %s)", outer, outer, g.pick("in", "not in"), inner, inner, inner, g.where(inner, outer, depth))
	case 5:
		return fmt.Sprintf("%s.k %s %s (select %s.n from stream %s where %s)", outer, g.pick("<", ">=", "<>"), g.pick("any", "all"), inner, inner, g.where(inner, outer, depth))
	}
	return fmt.Sprintf("%s.k %s %s", outer, g.pick("<", ">", "<>"), g.scalar(outer, depth))
}

// scalar is a query that gives one bigint.
func (g *subQueries) scalar(outer string, depth int) string {
	inner := g.name()
	return fmt.Sprintf("(select %s from stream %s where %s)", g.pick("count(*)", "max("+inner+".k)", "min("+inner+".k)", "count(distinct "+inner+".status)", "max("+inner+".k - "+outer+".k)"), inner, g.where(inner, outer, depth))
}

func (g *subQueries) statement() string {
	outer := g.name()
	switch g.IntN(6) {
	case 0:
		inner := g.name()
		return fmt.Sprintf("select %s.k, x.* from stream %s %s lateral (select %s.k as z, %s from stream %s where %s order by %s.k limit %d) x on %s where %s.k < 60 order by 1, 2",
			outer, outer, g.pick("join", "left join"), inner, g.scalar(inner, 0), inner, g.where(inner, outer, 1), inner, 1+g.IntN(3), g.pick("true", "x.z <> "+outer+".k"), outer)
	case 1:
		k := g.key()
		return fmt.Sprintf("select %s.%s from stream %s where %s %s select %s from stream where %s order by 1", outer, k, outer, g.condition(outer, 1),
			g.pick("union", "union all", "intersect", "intersect all", "except", "except all"), k, g.predicate(1))
	case 2:
		b, c := g.name(), g.name()
		return fmt.Sprintf("select count(*), min(%s.k), max(%s.k) from stream %s, stream %s, stream %s where %s.k = %s.k + 1 and %s.%s = %s.status and %s",
			outer, c, outer, b, c, c, outer, b, g.pick("status", "k"), c, g.condition(outer, 0))
	case 3:
		return fmt.Sprintf("select %s.method, count(*), %s from stream %s where %s group by %s.method order by 1", outer,
			"(select max(i.k) from stream i where i.method = "+outer+".method and i.k < count(*))", outer, g.condition(outer, 1), outer)
	}
	return fmt.Sprintf("select %s.k, %s, %s from stream %s where %s order by 1", outer, g.scalar(outer, 1), g.condition(outer, 1), outer, g.condition(outer, 1))
}
