package integration

import (
	"fmt"
	"strings"
)

// queries makes SELECTs as users write them: CTEs, set operations, DISTINCT ON, lateral joins, ordered-set aggregates, lists that are unnested, series with
// gaps filled, pages. Where LIMIT cuts, the order is total.
type queries struct{ selects }

func (g *queries) statement() string {
	switch g.IntN(14) {
	case 0:
		return g.with()
	case 1:
		return g.recursive()
	case 2, 3:
		return g.setOperation()
	case 4:
		return g.distinctOn()
	case 5:
		return g.lateralFunction()
	case 6:
		return g.orderedSets()
	case 7:
		return g.series()
	case 8:
		return g.page()
	case 9:
		return g.quantified()
	case 10:
		return g.pivot()
	case 11:
		return g.documents()
	case 12:
		return g.valuesList()
	}
	return g.using()
}

// key is a column that is good to group by.
func (g *queries) key() string {
	return g.pick("method", "level", "status", "small", "b", "timestamp::date", "date_trunc('hour', timestamp)", "n % 3", "left(s, 1)", "j->>'a'", "extract(hour from timestamp)", "case when status >= 500 then 'bad' when status >= 400 then 'poor' else 'good' end")
}

func (g *queries) cond() string {
	if g.IntN(2) == 0 {
		return g.predicate(1)
	}
	return g.pick("status >= 400", "level = 'Error'", "level in ('Error', 'Warning')", "elapsed > 50", "message like '%of a'", "s ilike '%a%'", "exception is not null", "timestamp >= '2026-03-29'", "timestamp between '2026-03-28 21:00' and '2026-03-28 23:00+00'",
		"j @> '{\"a\": 1}'", "j ? 'a'", "properties->>'method' = 'GET'", "(properties->>'small')::int > 2", "method = any ('{GET,PUT}')", "not b", "k % 7 = 3", "timestamp > timestamptz '2026-03-29 00:00Z' - interval '3 hours'", "true")
}

func (g *queries) with() string {
	k := g.key()
	kind := g.pick("", "materialized ", "not materialized ")
	second := g.pick("select key, n, sum(n) over () as total from a", "select key, n, 0 as total from a where n > 2", "select a.key, b.n, a.n as total from a join a b on a.key is not distinct from b.key", "select key, max(n), count(*) from a group by key")
	return fmt.Sprintf("with a as %s(select %s as key, count(*) as n, %s as x from stream where %s group by 1), b (p, q, r) as (%s) select %s from a %s b on p is not distinct from key order by 1, 2, 3",
		kind, k, g.aggregate(), g.cond(), second, g.pick("key, n, q", "p, q, r", "b.*", "a.key, a.x is null, r"), g.pick("join", "left join", "right join"))
}

func (g *queries) recursive() string {
	switch g.IntN(4) {
	case 0:
		return fmt.Sprintf("with recursive r (i, v) as (select 1, %s union all select i + 1, %s from r where i < %d) select * from r", g.pick("1::bigint", "small from stream where k = 3"), g.pick("v * 2", "v + i", "coalesce(v, 0) - 1"), g.IntN(12))
	case 1:
		return fmt.Sprintf("with recursive r as (select k, n from stream where k < %d %s select s.k, s.n from stream s, r where s.k = r.k + %d and s.k < 120) select count(*), min(k), max(k), %s from r", 1+g.IntN(5), g.pick("union", "union all"), 1+g.IntN(9), g.pick("sum(k)", "count(distinct n)", "count(n)"))
	case 2:
		return fmt.Sprintf("with recursive paths (path, value) as (select array[key], value from stream, jsonb_each(properties) where k = %d union all select path || key, v.value from paths, jsonb_each(case when jsonb_typeof(paths.value) = 'object' then paths.value else '{}' end) as v (key, value)) select * from paths order by 1", g.IntN(150))
	}
	return fmt.Sprintf("with recursive h (at) as (select timestamptz '2026-03-28 20:00Z' union select at + interval '%s' from h where at < '2026-03-29 04:00Z') select at, count(k), %s from h left join stream on timestamp >= at and timestamp < at + interval '%s' and %s group by at order by at",
		g.pick("1 hour", "30 min", "90 min"), g.pick("sum(small)", "max(status)", "avg(small)", "count(distinct method)"), g.pick("1 hour", "15 min"), g.cond())
}

func (g *queries) setOperation() string {
	one := func() string {
		return fmt.Sprintf("select %s, %s from stream where %s", g.pick("method", "level", "s", "null", "'x'"), g.pick("status", "small", "k", "null", "1", "d"), g.cond())
	}
	op := func() string {
		return g.pick(" union ", " union all ", " intersect ", " except ", " intersect all ", " except all ")
	}
	sql := one() + op() + one()
	switch g.IntN(4) {
	case 0:
		sql = "(" + sql + ")" + op() + one()
	case 1:
		sql = one() + op() + "(" + sql + ")"
	case 2:
		sql = fmt.Sprintf("(%s order by 1, 2 limit %d)%s%s", one(), g.IntN(20), op(), one())
	}
	if g.IntN(3) == 0 {
		return fmt.Sprintf("select x.a, count(*), max(b) from (%s) x (a, b) group by a order by 1", sql)
	}
	return sql + " order by 1" + g.pick("", " desc", " nulls first") + ", 2" + g.pick("", fmt.Sprintf(" limit %d", g.IntN(30)), fmt.Sprintf(" offset %d rows fetch next %d rows only", g.IntN(10), g.IntN(20)))
}

func (g *queries) distinctOn() string {
	k := g.key()
	return fmt.Sprintf("select distinct on (%s) %s, k, %s from stream where %s order by %s%s, k%s%s", k, k, g.expr(typ(g.IntN(int(typs))), 1), g.cond(), k, g.pick("", " desc", " nulls first"), g.pick("", " desc"), g.pick("", "", fmt.Sprintf(" limit %d", 1+g.IntN(5))))
}

func (g *queries) lateralFunction() string {
	call := g.pick("jsonb_each(properties) as x (xa, xb)", "jsonb_each_text(properties) as x (xa, xb)", "jsonb_array_elements(case jsonb_typeof(j) when 'array' then j else '[]' end) with ordinality as x (xa, xb)", "unnest(string_to_array(message, ' ')) with ordinality as x (xa, xb)", "generate_series(1, small) with ordinality as x (xa, xb)",
		"jsonb_object_keys(properties) with ordinality as x (xa, xb)", "regexp_matches(s, '[a-z]', 'g') with ordinality as x (xa, xb)", "regexp_split_to_table(s, ' ') with ordinality as x (xa, xb)", "string_to_table(message, ' ') with ordinality as x (xa, xb)", "unnest(array[small, status], array[method, level]) as x (xa, xb)",
		"jsonb_path_query(properties, '$.**') with ordinality as x (xa, xb)", "jsonb_to_record(properties) as x (a int, day text)", "rows from (generate_series(1, 2), unnest(array[s, method])) as x (xa, xb)", "(select count(*), max(o.k) from stream o where o.method = stream.method and o.k < stream.k) as x (xa, xb)", "(values (small, s), (status, method)) as x (xa, xb)")
	join := g.pick(", ", " cross join ")
	if g.IntN(3) == 0 {
		call += " on true"
		join = " left join lateral "
	}
	return fmt.Sprintf("select k, x.* from stream%s%s where k between %d and %d and %s", join, call, g.IntN(60), 60+g.IntN(60), g.pick("true", "x is not null", "status = 200", "small > 1"))
}

func (g *queries) orderedSets() string {
	list := []string{g.key() + " as key"}
	for range 1 + g.IntN(3) {
		list = append(list, g.pick("percentile_cont(0.5) within group (order by elapsed)", "percentile_disc(0.95) within group (order by elapsed)", "percentile_cont(array[0.1, 0.5, 0.99]) within group (order by elapsed desc)", "percentile_disc(0.5) within group (order by timestamp)", "percentile_cont(0.25) within group (order by timestamp - timestamptz '2026-03-28')",
			"mode() within group (order by status)", "mode() within group (order by method desc)", "rank(404) within group (order by status)", "dense_rank(3) within group (order by small)", "cume_dist(2) within group (order by small)", "percent_rank(200, 'GET') within group (order by status, method)",
			"array_agg(small order by k)", "array_agg(distinct method order by method)", "string_agg(distinct method, '/' order by method desc)", "jsonb_agg(small order by k)", "json_agg(s order by k)", "jsonb_object_agg(k, small)", "json_object_agg(k, method order by k)", "count(distinct status)", "sum(distinct small)", "bool_and(b)", "bit_or(small)", "bit_and(status)",
			"corr(small, status)", "regr_slope(small, status)", "regr_count(small, status)", "covar_pop(small, status)", "stddev_samp(small)", "var_pop(d)", "avg(timestamp - timestamptz '2026-03-28')", "min(timestamp)", "max(s)", "min(span::interval)", "sum(span::interval)", "count(*) filter (where status >= 400)", "avg(elapsed) filter (where "+g.cond()+")", "array_agg(j order by k) filter (where k < 20)", "max(array[small, status])", "(array_agg(s order by k))[1]"))
	}
	return "select " + strings.Join(list, ", ") + " from stream where " + g.cond() + " group by 1 order by 1"
}

// series fills the gaps of a dashboard's time axis.
func (g *queries) series() string {
	step := g.pick("1 hour", "30 minutes", "2 hours")
	return fmt.Sprintf("select to_char(t%s, '%s'), count(stream.k), coalesce(%s, 0) from generate_series(timestamptz '2026-03-28 20:00Z', timestamptz '2026-03-29 05:00Z', interval '%s') t left join stream on %s = t and %s group by t order by t",
		g.pick("", " at time zone 'Europe/Berlin'", " at time zone 'UTC'"), g.pick("HH24:MI", "Dy DD Mon HH24:MI", "YYYY-MM-DD\"T\"HH24"), g.pick("sum(small)", "max(status)", "sum(status) filter (where b)"), step,
		g.pick("date_bin(interval '"+step+"', timestamp, timestamptz '2026-03-28 20:00Z')", "date_trunc('hour', timestamp)"), g.cond())
}

// page shows the newest events, from a place on.
func (g *queries) page() string {
	return fmt.Sprintf("select %s from stream where %s and (timestamp, k) < (timestamptz '2026-03-29 0%d:00Z', %d) order by timestamp desc, k desc limit %d%s", g.pick("timestamp, level, message", "k, message, j", "k, properties->>'method' as method, elapsed::numeric(10,2)", "k, to_jsonb(stream.j), stream.s", "k, row(method, status), coalesce(exception, '-')"),
		g.cond(), g.IntN(9), g.IntN(150), 1+g.IntN(20), g.pick("", fmt.Sprintf(" offset %d", g.IntN(10))))
}

func (g *queries) quantified() string {
	inner := g.pick("select small from stream where "+g.cond(), "select status from stream where "+g.cond(), "select max(k) from stream group by method", "values (1), (null), (200)", "select null::bigint", "select k from stream where false")
	return fmt.Sprintf("select k, small %s %s (%s), status %s (%s), %s from stream where %s order by k limit 40", g.pick("=", "<>", "<", ">=", ">"), g.pick("any", "all", "some"), inner, g.pick("in", "not in"), inner,
		g.pick("exists (select 1 from stream x where x.k = stream.n)", "(select array_agg(x.k order by x.k) from stream x where x.method = stream.method and x.k < 9)", "array(select x.k from stream x where x.status = stream.status order by 1 limit 3)", "(small, method) in (select small, method from stream x where x.k <> stream.k and x.b)", "(select count(*) from stream x where x.small > stream.small)", "(select row(x.s, x.k) from stream x where x.k = stream.k + 1)"), g.cond())
}

func (g *queries) pivot() string {
	k := g.key()
	return fmt.Sprintf("select %s as key, %s, round(100.0 * count(*) filter (where %s) / nullif(count(*), 0), %d) as share, rank() over (order by count(*) desc, %s) from stream group by %s having %s order by %s",
		k, g.pick("sum(case when status = 200 then 1 else 0 end)", "count(case when b then 1 end)", "count(*) filter (where method = 'GET')", "sum((status >= 400)::int)"), g.cond(), g.IntN(4), k, g.pick("1", k), g.pick("true", "count(*) > 3", "max(status) > 400", "bool_or(b)"), g.pick("3 desc nulls last, 1", "1", "2, 1 desc", "count(*), 1"))
}

// documents looks into JSON.
func (g *queries) documents() string {
	path := g.pick("$.j.a", "$.*", "$.j[*]", "$.s ? (@ like_regex \"^[a-z]\")", "$ ? (@.small > 2)", "strict $.j.b[0]", "$.j.b[*] ? (@ >= 2)", "$.n.type()", "$.j.size()", "$.elapsed.floor()", "$.keyvalue() ? (@.key == \"s\")", "$.j.b[last]", "$.small + 1", "$.moment.datetime()", "-$.small", "$.j.** ? (@ == 1)", "$[*].k", "$ ? (@.b == true || @.small == 2).k")
	return fmt.Sprintf("select k, %s, %s from stream where %s order by k limit 50", g.pick("jsonb_path_query_array(properties, '"+path+"')", "jsonb_path_exists(properties, '"+path+"')", "properties @? '"+path+"'", "jsonb_path_query_first(properties, '"+path+"')", "jsonb_path_query_array(properties, '$.small ? (@ > $x)', jsonb_build_object('x', 2))"),
		g.pick("properties - 'j' - 'day' - 'moment'", "properties #> '{j,b,1}'", "properties #>> '{j,a}'", "j || jsonb_build_object('k', k)", "jsonb_set(properties, '{j}', to_jsonb(k))->'j'", "(select count(*) from jsonb_object_keys(properties))", "jsonb_strip_nulls(j)", "j->>'a'", "j->0", "j['a']", "properties->'j'->'b'->>-1", "to_jsonb(array[s, method])", "jsonb_build_array(k, s, null, d, timestamp)", "jsonb_typeof(j)", "jsonb_pretty(j)", "row_to_json(row(k, s, b))", "(select jsonb_object_agg(key, value) from jsonb_each(properties) where key < 'f')"), g.cond())
}

func (g *queries) valuesList() string {
	return fmt.Sprintf("select v.name, v.low, count(k), min(k) from (values ('ok', 200, 299), ('moved', 300, 399), ('client', 400, 499), ('server', 500, 599), (null, null, null)) v (name, low, high) %s stream on status between v.low and v.high and %s group by v.name, v.low order by 1 nulls %s, 2",
		g.pick("join", "left join"), g.cond(), g.pick("first", "last"))
}

func (g *queries) using() string {
	k := g.pick("method", "status", "small", "method, status", "k")
	return fmt.Sprintf("select %s, count(*), min(a.k), max(b.k) from stream a %s stream b %s where a.k < %d and b.k < %d group by %s order by 1, 2, 3, 4", k, g.pick("join", "left join", "full join", "right join"), "using ("+k+")", 20+g.IntN(60), 20+g.IntN(60), k)
}
