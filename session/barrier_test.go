package session

import (
	"fmt"
	"testing"
)

// TestViewsAreBarriers: a condition of whoever reads a view never meets a row that the view hides, by which it could tell of it: not one that
// fails, not one that is cast, whatever the view is made of; with security_barrier or without.
func TestViewsAreBarriers(t *testing.T) {
	c := serve(t).connect()
	c.want(`insert into stream (n, secret, text) values (1, '12', 'open'), (2, 'hush', 'hidden'), (3, '14', 'open')`, "INSERT 0 3")
	c.want("create view seen as select * from (values (1), (3)) v(m)", "CREATE VIEW")
	for i, q := range []string{
		"select n, secret from stream where n <> 2",
		"select n, secret from stream where text = 'open'",
		"select n, secret from stream where n + 0 <> 2 order by n offset 0",
		"select distinct n, secret from stream where text ilike 'OPEN'",
		"select n, secret from stream join seen on m = n",
		"select n, secret from stream where n in (select m from seen)",
		"select n, max(secret) as secret from stream where n <> 2 group by n",
		"select n, secret from stream where n = 1 union all select n, secret from stream where n = 3",
		"with w as (select n, secret from stream where n % 2 = 1) select * from w",
	} {
		for _, option := range []string{"", " with (security_barrier)"} {
			v := fmt.Sprintf("v%d", i)
			c.want(fmt.Sprintf("create view %s%s as %s", v, option, q), "CREATE VIEW")
			for _, cond := range []string{"secret::int > 10", "1 / (n - 2) <> 0", "case when secret = 'hush' then 1 / 0 = 1 else true end", "not (secret::int = 11) and n > 0", "n = any (array[1, 3]) and secret::int > 0"} {
				c.want(fmt.Sprintf("select n from %s where %s order by n", v, cond), "1\n3\nSELECT 2")
			}
			c.want(fmt.Sprintf("select count(*) from %s a join %s b on a.secret::int = b.secret::int and 1 / (a.n - 2) is not null", v, v), "2\nSELECT 1")
			c.want("drop view "+v, "DROP VIEW")
		}
	}
}
