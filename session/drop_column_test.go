package session

import (
	"testing"

	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/engine/vfs"
)

// TestDroppedColumnsStayHidden: their values are in the events, and no name reaches them, not after a restart, and not when events
// with that member are added whole. Indexes that ask for the column go with it, others stay.
func TestDroppedColumnsStayHidden(t *testing.T) {
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
	c.want("create table t (at timestamptz, level text, code bigint, data jsonb, kind text)", "CREATE TABLE")
	c.want(`insert into t values ('2024-01-01Z', 'Error', 7, '{"deep": {"er": 1}}', 'a')`, "INSERT 0 1")
	c.want("select data.deep.er from t", "1\nSELECT 1")
	c.want("create index codes on t (timestamp) where code > 5; create index deep on t (timestamp) where data.deep.er = 1; create index errors on t (timestamp) where kind = 'a'; comment on index codes is 'gone soon'",
		"CREATE INDEX\nCREATE INDEX\nCREATE INDEX\nCOMMENT")
	c.want("alter table t drop column code, drop column data", "ALTER TABLE")
	c.want("select indexname from pg_indexes", "errors\nSELECT 1")
	c.want("select count(*) from pg_description where description = 'gone soon'", "0\nSELECT 1")
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	c = serveStore(t, open()).connect()
	c.want("select * from t", "2024-01-01 00:00:00+00|Error|a\nSELECT 1")
	c.want("select code from t", "!42703")
	c.want("select data.deep.er from t", "!42P01")
	if _, err := c.copyIn("copy t from stdin (format json)", `{"@t":"2024-01-02T00:00:00Z","code":8}`+"\n"); err != nil {
		t.Fatal(err)
	}
	c.want("select code from t", "!42703")
	c.want("alter table t add column code text default 'new'", "ALTER TABLE")
	c.want("select code, document from t order by at", `new|{"@t":"2024-01-01T00:00:00Z","@l":"Error","code":7,"data":{"deep":{"er":1}},"kind":"a"}`+"\n"+`new|{"@t":"2024-01-02T00:00:00Z","code":8}`+"\nSELECT 2")
	// Without the columns that were the event's own the hidden ones show them.
	c.want("alter table t drop column at, drop column level, drop column kind", "ALTER TABLE")
	c.want("select *, timestamp from t where level = 'Error'", "new|2024-01-01 00:00:00+00\nSELECT 1")
	c.want("insert into t values ('now')", "INSERT 0 1")
	c.want("select count(*) from t where timestamp > now() - interval '1 hour'", "1\nSELECT 1")
	c.want("alter table t drop column code", "ALTER TABLE")
	c.want("select count(*) from t", "3\nSELECT 1")
	// What a stream without a schema has comes and goes with its events.
	c.want("alter table stream add column x int", "ALTER TABLE")
	c.want("alter table stream drop column x", "!0A000")
	c.want("alter table stream drop column nosuch", "!42703")
	c.want("alter table stream drop column if exists nosuch", "ALTER TABLE")
}
