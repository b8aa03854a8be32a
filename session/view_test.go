package session

import (
	"strings"
	"testing"

	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/engine/vfs"
)

const someEvents = `insert into stream (timestamp, level, "StatusCode", "Path") values
	('2024-01-01 10:00Z', 'Error', 500, '/a'), ('2024-01-01 11:00Z', 'Information', 200, '/b'), ('2024-01-02 12:00Z', 'Error', 503, '/c')`

// TestViewsOverProperties: a view keeps the properties that it was made of, however they were spelled, and new ones change nothing.
func TestViewsOverProperties(t *testing.T) {
	l := serve(t)
	c := l.connect()
	c.want(someEvents, "INSERT 0 3")
	c.want("create view errors as select timestamp, StatusCode, path as p, * from stream where level = 'Error'", "!42701")
	c.want("create view errors as select timestamp, statuscode, path as p from stream where level = 'Error'", "CREATE VIEW")
	c.want("select StatusCode, p from errors order by 1", "500|/a\n503|/c\nSELECT 2")
	c.want(`insert into stream (timestamp, level, "statuscode") values ('2024-01-03Z', 'Error', 1)`, "INSERT 0 1")
	c.want("select StatusCode from errors where p is not null order by 1", "500\n503\nSELECT 2")
	c.want("select pg_get_viewdef('errors'::regclass)", strings.Join([]string{
		` SELECT stream."timestamp",`, `    stream."StatusCode",`, `    stream."Path" AS p`, `   FROM stream`, `  WHERE stream.level = 'Error';`}, "\n")+"\nSELECT 1")
	c.want("alter table stream rename to events", "ALTER TABLE")
	c.want("select count(*) from errors", "3\nSELECT 1")
	c.want("select pg_get_viewdef('errors'::regclass) like '%FROM events stream%'", "t\nSELECT 1")
}

// TestViewsHoldTheirTypes: a property that has widened since is shown in the view's type.
func TestViewsHoldTheirTypes(t *testing.T) {
	c := serve(t).connect()
	c.want(`insert into stream (timestamp, "N", "O") values ('2024-01-01Z', 1, 'x')`, "INSERT 0 1")
	c.want("create view v as select N, O from stream", "CREATE VIEW")
	c.want(`insert into stream (timestamp, "N") values ('2024-01-02Z', 1.25)`, "INSERT 0 1")
	c.want("select pg_typeof(N) from stream limit 1", "double precision\nSELECT 1")
	c.want("select pg_typeof(N), sum(N) from v group by 1", "bigint|2\nSELECT 1")
	c.want(`alter table stream alter column "N" type boolean`, "ALTER TABLE")
	c.want("select * from v", "!42804")
}

// TestConditionsOnViewsReachTheScan: what is asked of a view is asked of the store, its time too.
func TestConditionsOnViewsReachTheScan(t *testing.T) {
	c := serve(t).connect()
	c.want(someEvents, "INSERT 0 3")
	c.want("create view v as select timestamp as at, StatusCode as code, message from stream where level = 'Error'", "CREATE VIEW")
	c.want("create view w as select * from v where code >= 500", "CREATE VIEW")
	plan := strings.Join([]string{"Project", "  Output: code", "  ->  Project",
		"        Output: NULL::timestamp with time zone, code, NULL::text", "        ->  Project", `              Output: NULL::timestamp with time zone, "StatusCode", NULL::text`,
		"              ->  Scan on stream",
		"                    NQL: select StatusCode from stream where @l = 'Error' and StatusCode >= 500 and StatusCode < 600",
		"                    Time: 2024-01-01 00:00:00+00 <= timestamp < 2024-01-02 00:00:00+00",
		"                    Files: 2 of 3 (1 outside the time)", "EXPLAIN"}, "\n")
	c.want("explain select code from w where at >= '2024-01-01Z' and at < '2024-01-02Z' and code < 600", plan)
}

// TestViewsSurviveRestart: they are what they were, and ids are not given twice.
func TestViewsSurviveRestart(t *testing.T) {
	fs := vfs.NewMem()
	open := func() *engine.Store {
		store, err := engine.Open("data", engine.Options{FS: fs, Create: true})
		if err != nil {
			t.Fatal(err)
		}
		return store
	}
	store := open()
	c := serveStore(t, store).connect()
	c.want("create table t (id int); insert into t values (1); create view v as select * from t; create view w as select * from v", "CREATE TABLE\nINSERT 0 1\nCREATE VIEW\nCREATE VIEW")
	c.want("select 'v'::regclass::oid", "16387\nSELECT 1")
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	c = serveStore(t, open()).connect()
	c.want("select * from w", "1\nSELECT 1")
	c.want("select viewname, definition from pg_views where schemaname = 'public' order by 1", "v| SELECT t.id\n   FROM t;\nw| SELECT v.id\n   FROM v;\nSELECT 2")
	c.want("select relkind from pg_class where relname = 'w'", "v\nSELECT 1")
	c.want("create table u (); drop table t", "CREATE TABLE\n!2BP01")
	c.want("drop table t cascade", "DROP TABLE")
	c.want("select * from w", "!42P01")
}

// TestViewsOnWhatIsDroppedMeanwhile: a view that came to be meanwhile is looked at when a drop commits.
func TestViewsOnWhatIsDroppedMeanwhile(t *testing.T) {
	l := serve(t)
	a, b := l.connect(), l.connect()
	a.want("create table t (id int)", "CREATE TABLE")
	a.want("begin; drop table t", "BEGIN\nDROP TABLE")
	b.want("create view v as select * from t", "CREATE VIEW")
	a.want("commit", "!2BP01")
	b.want("select * from v", "SELECT 0")
	a.want("begin; create view w as select * from t", "BEGIN\nCREATE VIEW")
	b.want("drop table t cascade", "DROP TABLE")
	a.want("commit", "!42P01")
}
