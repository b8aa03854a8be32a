package session

import "testing"

// TestPartsThatWriteRunOnceAndToTheirEnd: EXPLAIN runs nothing, EXPLAIN ANALYZE and a portal that is read in part run all of a statement once.
func TestPartsThatWriteRunOnceAndToTheirEnd(t *testing.T) {
	l := serve(t)
	c := l.connect()
	c.want("insert into stream (n) values (1), (2), (3)", "INSERT 0 3")
	if _, err := c.simple("explain with d as (delete from stream where n = 1 returning n) insert into stream (n) select n + 100 from d"); err != nil {
		t.Fatal(err)
	}
	c.want("select n from stream order by n", "1\n2\n3\nSELECT 3")
	if _, err := c.simple("explain analyze with d as (delete from stream where n = 1 returning n), i as (insert into stream (n) values (50)) insert into stream (n) select n + 100 from d"); err != nil {
		t.Fatal(err)
	}
	c.want("select n from stream order by n", "2\n3\n50\n101\nSELECT 4")
	c.want("begin read only; explain analyze with d as (delete from stream) select 1", "BEGIN\n!25006")
	c.want("rollback", "ROLLBACK")
	r := l.raw()
	r.say(parse("", "with i as (insert into stream (n) select g from generate_series(201, 203) g returning n), j as (insert into stream (n) values (300)) select n from i"), bind("", ""), execute("", 1), syncs)
	r.wants("ReadyForQuery", 1, "1 rows, PortalSuspended, ready I")
	c.want("select n from stream where n > 200 order by n", "201\n202\n203\n300\nSELECT 4")
}
