package session

import (
	"context"
	"strings"
	"testing"
)

// TestKeysOfDeclaredColumnsGoDown: a declared column is read as its member, and the store is told of the member's values.
func TestKeysOfDeclaredColumnsGoDown(t *testing.T) {
	c := serve(t).connect()
	c.want("create table calls (at timestamptz, id int, level text, cost numeric(8,2))", "CREATE TABLE")
	c.want("insert into calls select timestamptz '2026-01-01Z' + g * interval '1 s', g, case g % 2 when 0 then 'Error' end, g * 1.005 from generate_series(1, 1000) g", "INSERT 0 1000")
	c.want("vacuum", "VACUUM")
	contains(t, c, "explain analyze select at from calls where id in (select id from calls where cost > 1003)", "Keys: id from the sub-query", "cost) >= 1002.995")
	contains(t, c, "explain analyze select a.at from calls a join (values (7), (8)) v(id) on v.id = a.id", "Keys: id from the join's right side", "Values of keys: 2")
	rows, err := c.Query(context.Background(), "explain (analyze) select at from calls where id = any ($1) and level = any ($2)", []int32{3, 4}, []string{"Error"})
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			t.Fatal(err)
		}
		all = append(all, line)
	}
	text := strings.Join(all, "\n")
	for _, want := range []string{"Keys: id from $1", "Keys: @l from $2", "Filter (actual rows=1"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	c.want("select id from calls where id = any ('{3,4}') and cost in (3.02, 4.02) order by 1", "3\n4\nSELECT 2")
}
