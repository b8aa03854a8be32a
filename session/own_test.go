package session

import (
	"strings"
	"testing"
)

// TestRenderGivesMessages: flare.render is what the column message shows of a document, and fills templates with properties.
func TestRenderGivesMessages(t *testing.T) {
	c := serve(t).connect()
	for expr, want := range map[string]string{
		`flare.render('{"@mt":"Order {OrderId} of {User}","OrderId":7,"User":"ann"}')`:                   "Order 7 of ann",
		`flare.render(json ' { "User" : "ann", "@mt" : "Hello {User}" } ')`:                              "Hello ann",
		`flare.render(json '{"@t":"2024-05-06T07:08:09Z","@m":"as it is","@mt":"{User}"}')`:              "as it is",
		`flare.render(json '{"@mt":"{N:000}","@r":["<7>"],"N":7}')`:                                      "<7>",
		`flare.render(json '{"MSG":"of no template"}')`:                                                  "of no template",
		`flare.render(json '{"a":1}')`:                                                                   "<null>",
		`flare.render(null::json)`:                                                                       "<null>",
		`flare.render(json '[1]')`:                                                                       "!22P02",
		`flare.render(json '{"@t":"soon"}')`:                                                             "!22007",
		`flare.render('{A} and {B,5}/{{{C}}} {D}', jsonb '{"A": {"x": [1, 2]}, "B": 1.50, "C": null}')`: `{"x":[1,2]} and  1.50/{null} {D}`,
		`flare.render('{0}', jsonb '[5]')`:                                                               "{0}",
		`flare.render('{A}', null)`:                                                                      "<null>",
	} {
		if !strings.HasPrefix(want, "!") {
			want += "\nSELECT 1"
		}
		c.want("select "+expr, want)
	}
	c.want(`insert into stream (document) values ('{"@t":"2024-01-01T00:00:00Z","@mt":"{A} is {B}","A":"a","B":{"c":1}}'), ('{"@t":"2024-01-01T00:00:00Z","msg":"hello"}'), ('{"@t":"2024-01-01T00:00:00Z"}')`, "INSERT 0 3")
	c.want("select count(*), count(message) from stream where message is not distinct from flare.render(document)", "3|2\nSELECT 1")
}

// TestApproximateAggregatesInSQL: they are aggregates as any other, with groups, FILTER, windows, in views, and over no rows.
func TestApproximateAggregatesInSQL(t *testing.T) {
	c := serve(t).connect()
	c.want("select flare.approx_count_distinct(x % 100), flare.approx_count_distinct(x % 100) filter (where x < 10) from generate_series(1, 1000) x", "100|9\nSELECT 1")
	c.want("select flare.approx_count_distinct(v) from (values (1.0), (1.00), (null), (2)) v(v)", "2\nSELECT 1")
	c.want(`select flare.approx_count_distinct(v) from (values (jsonb '{"a": 1}'), ('{"a": 1.0}'), ('[]')) v(v)`, "2\nSELECT 1")
	c.want("select flare.approx_count_distinct(v) from (values (float8 '0'), ('-0'), ('NaN'), ('NaN')) v(v)", "2\nSELECT 1")
	c.want("select flare.approx_count_distinct(x), flare.approx_percentile(x, 0.5) from generate_series(1, 0) x", "0|<null>\nSELECT 1")
	c.want("select x % 2, flare.approx_percentile(x, 0.5) from generate_series(1, 60) x group by 1 order by 1", "0|30\n1|29\nSELECT 2")
	c.want("select flare.approx_percentile(x, array[0, 0.5, 1, null]) from generate_series(1, 60) x", "{1,30,60,NULL}\nSELECT 1")
	c.want("select abs(flare.approx_percentile(x, 0.99) / 9900 - 1) < 0.004 from generate_series(1, 10000) x", "t\nSELECT 1")
	c.want("select flare.approx_percentile(x, null::float8) from generate_series(1, 60) x", "<null>\nSELECT 1")
	c.want("select flare.approx_percentile(x, 1.5) from generate_series(1, 60) x", "!22003")
	c.want("select flare.approx_percentile(x, x / 100.0) from generate_series(1, 60) x", "!22023")
	c.want("select sum(d) from (select flare.approx_count_distinct(x) over (order by x rows 1 preceding) as d from generate_series(1, 10) x) t", "19\nSELECT 1")
	c.want("select approx_count_distinct(1)", "!42883")
	c.want("create view v as select flare.approx_count_distinct(level) as levels from stream", "CREATE VIEW")
	c.want("select levels from v", "0\nSELECT 1")
	c.want("select count(*) from pg_proc p join pg_aggregate a on a.aggfnoid = p.oid where pronamespace = 'flare'::regnamespace and obj_description(p.oid, 'pg_proc') is not null", "3\nSELECT 1")
	c.want("select 'flare.render(json)'::regprocedure, 'flare.approx_count_distinct'::regproc", "flare.render(json)|flare.approx_count_distinct\nSELECT 1")
}
