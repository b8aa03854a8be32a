package session

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/flare-pg/flare-pg/catalog"
	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/engine/vfs"
)

// TestDefinitionsAreTransactional: what a transaction defines is there for itself only until it commits, and is forgotten by a rollback.
func TestDefinitionsAreTransactional(t *testing.T) {
	l := serve(t)
	a, b := l.connect(), l.connect()
	a.want("begin; create schema app; create table app.t (x int, d date); insert into app.t values (1, '2024-01-01')",
		"BEGIN\nCREATE SCHEMA\nCREATE TABLE\nINSERT 0 1")
	a.want("select * from app.t", "1|2024-01-01\nSELECT 1")
	b.want("select * from app.t", "!42P01")
	a.want("savepoint s; alter table app.t rename column x to y; alter table app.t rename to u; drop table stream", "SAVEPOINT\nALTER TABLE\nALTER TABLE\nDROP TABLE")
	a.want("select y from app.u", "1\nSELECT 1")
	a.want("select * from stream", "!42P01")
	a.want("rollback to s", "ROLLBACK")
	a.want("select x from app.t where d = '2024-01-01'", "1\nSELECT 1")
	a.want("select count(*) from stream", "0\nSELECT 1")
	a.want("commit", "COMMIT")
	b.want("select * from app.t", "1|2024-01-01\nSELECT 1")
	b.want("begin; drop schema app cascade; rollback", "BEGIN\nDROP SCHEMA\nROLLBACK")
	b.want("begin; insert into app.t values (2, null); drop table app.t; create table app.t (z text); insert into app.t values ('new'); commit",
		"BEGIN\nINSERT 0 1\nDROP TABLE\nCREATE TABLE\nINSERT 0 1\nCOMMIT")
	a.want("select * from app.t", "new\nSELECT 1")
	a.want("begin read only; create table ro (x int)", "BEGIN\n!25006")
	a.want("rollback", "ROLLBACK")
	// Without BEGIN the statements of one query are a transaction.
	a.want("create table one (x int); select nonsense", "CREATE TABLE\n!42703")
	a.want("table one", "!42P01")
}

// TestDefinitionsSurviveRestart: tables, schemas, parameters and values are what they were.
func TestDefinitionsSurviveRestart(t *testing.T) {
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
	c.want("create schema app; create table app.t (id int not null, d date default '2024-02-29', n numeric(5,2)) with (retention = '30 days', retention_size = '10 GB')",
		"CREATE SCHEMA\nCREATE TABLE")
	c.want("insert into app.t (id, n) values (1, 2.345)", "INSERT 0 1")
	c.want("alter table app.t rename column id to key; alter table app.t add column note text default 'old'", "ALTER TABLE\nALTER TABLE")
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	store = open()
	c = serveStore(t, store).connect()
	c.want("select key, d, n, note from app.t", "1|2024-02-29|2.35|old\nSELECT 1")
	c.want("insert into app.t (n) values (1)", "!23502")
	c.want("insert into app.t (key) values (2)", "INSERT 0 1")
	c.want("select column_name, data_type, is_nullable, column_default, ordinal_position from information_schema.columns where table_name = 't' order by 5",
		"key|integer|NO|<null>|1\nd|date|YES|'2024-02-29'::date|2\nn|numeric|YES|<null>|3\nnote|text|YES|'old'::text|4\nSELECT 4")
	tx := store.Read()
	defer tx.Close()
	id := tx.Schema().Lookup("app", "t").ID
	if r := catalog.Retention(tx.Schema(), id); r != (engine.Retention{Age: 30 * 24 * time.Hour, Bytes: 10 << 30}) {
		t.Errorf("retention %+v", r)
	}
	c.want("alter table app.t reset (retention, retention_size)", "ALTER TABLE")
	again := store.Read()
	defer again.Close()
	if r := catalog.Retention(again.Schema(), id); r != (engine.Retention{}) {
		t.Errorf("retention %+v after RESET", r)
	}
}

// TestOneOfConcurrentCreatesWins: the others are told that the relation exists.
func TestOneOfConcurrentCreatesWins(t *testing.T) {
	l := serve(t)
	a, b := l.connect(), l.connect()
	a.want("begin; create table t (x int)", "BEGIN\nCREATE TABLE")
	b.want("create table t (y text)", "CREATE TABLE")
	a.want("commit", "!42P07")
	if a.status() != 'I' {
		t.Errorf("status %c", a.status())
	}
	a.want("begin; alter table t add column z int; insert into t (z) values (1)", "BEGIN\nALTER TABLE\nINSERT 0 1")
	b.want("drop table t", "DROP TABLE")
	a.want("commit", "!42P01")
	a.want("begin; create schema s", "BEGIN\nCREATE SCHEMA")
	b.want("create schema s", "CREATE SCHEMA")
	a.want("commit", "!42P06")

	const n = 8
	var wg sync.WaitGroup
	errs := make([]error, n)
	for i := range n {
		c := l.connect()
		wg.Go(func() { _, errs[i] = c.simple(fmt.Sprintf("create table many (c%d int)", i)) })
	}
	wg.Wait()
	made := 0
	for _, err := range errs {
		if err == nil {
			made++
		} else if pgCode(err) != "42P07" {
			t.Error(err)
		}
	}
	if made != 1 {
		t.Errorf("%d tables of one name", made)
	}
}

// TestCopyIntoDeclaredTable: missing columns get their defaults, NOT NULL and lengths are held to, whole events have their time where the table says.
func TestCopyIntoDeclaredTable(t *testing.T) {
	c := serve(t).connect()
	c.want("create table t (id int, created timestamptz, seen timestamptz, name varchar(3) not null default 'x', r float8 default random()) with (event_time = 'seen')", "CREATE TABLE")
	tag, err := c.copyIn("copy t (id, seen) from stdin", "1\t2024-01-01Z\n2\t2024-01-02Z\n")
	if err != nil || tag != "COPY 2" {
		t.Fatal(tag, err)
	}
	c.want("select id, created, seen, name from t order by id", "1|<null>|2024-01-01 00:00:00+00|x\n2|<null>|2024-01-02 00:00:00+00|x\nSELECT 2")
	c.want("select count(distinct r) from t", "2\nSELECT 1")
	for data, want := range map[string]string{
		"1\t\\N\t2024-01-01Z\t\\N\t1\n":  "23502",
		"1\t\\N\t2024-01-01Z\tlong\t1\n": "22001",
		"x\t\\N\t2024-01-01Z\ta\t1\n":    "22P02",
		"1\t\\N\t2024-01-01Z\ta\n":       "22P04",
	} {
		if _, err := c.copyIn("copy t from stdin", data); pgCode(err) != want {
			t.Errorf("%q: %v", data, err)
		}
	}
	if _, err := c.copyIn("copy t from stdin (format json)", "{}\n"); pgCode(err) != "0A000" {
		t.Error(err)
	}
	c.want("alter table t alter column name drop not null", "ALTER TABLE")
	if _, err := c.copyIn("copy t from stdin (format json)", `{"id":3,"seen":"2024-01-03T00:00:00Z","created":"2023-01-01","other":true}`+"\n"); err != nil {
		t.Fatal(err)
	}
	c.want("select id, seen, created, name, other from t where seen > '2024-01-02 12:00Z'", "3|2024-01-03 00:00:00+00|2023-01-01 00:00:00+00|<null>|t\nSELECT 1")
	out, err := c.copyOut("copy t (id, seen) to stdout")
	if err != nil || strings.Count(out, "\n") != 3 || !strings.Contains(out, "1\t2024-01-01 00:00:00+00\n") { // in no order
		t.Errorf("%q %v", out, err)
	}
}

// TestCoreColumnsOfDeclaredTables: a declared column of a core column's name and type is that column, and yet gives back the nulls that were written.
func TestCoreColumnsOfDeclaredTables(t *testing.T) {
	c := serve(t).connect()
	c.want("create table logs (at timestamptz, level text, message text, trace_id text, properties jsonb, event_type bigint)", "CREATE TABLE")
	c.want(`insert into logs values ('2024-01-01Z', null, 'one', null, '{"a": 1}', 5), ('2024-01-02Z', 'Error', null, 'abc', null, null)`, "INSERT 0 2")
	c.want("select * from logs order by at", "2024-01-01 00:00:00+00|<null>|one|<null>|{\"a\": 1}|5\n2024-01-02 00:00:00+00|Error|<null>|abc|{}|<null>\nSELECT 2")
	c.want("select message, a, document from logs where level is null", `one|1|{"@t":"2024-01-01T00:00:00Z","@m":"one","@l":null,"@i":5,"@tr":null,"a":1}`+"\nSELECT 1")
	c.want("select count(*) from logs where level = 'Error'", "1\nSELECT 1")
	c.want("select count(*) from logs where level = 'Information'", "0\nSELECT 1")
	c.want("select count(*) from logs where level <> 'Error' or message = 'one'", "1\nSELECT 1")
	if _, err := c.copyIn("copy logs from stdin (format json)", `{"@t":"2024-01-03T00:00:00Z","@mt":"n is {n}","n":7}`+"\n"); err != nil {
		t.Fatal(err)
	}
	c.want("select level, message, n from logs where at = '2024-01-03Z'", "Information|n is 7|7\nSELECT 1")
	// Another type hides the core column.
	c.want("create table hide (level int, message text)", "CREATE TABLE")
	c.want("insert into hide values (3, 'm')", "INSERT 0 1")
	c.want("select level + 1, message from hide where level = 3", "4|m\nSELECT 1")
	c.want("select timestamp is not null, event_id is not null from hide", "t|t\nSELECT 1")
	c.want("insert into hide (nosuch) values (1)", "!42703")
}

// TestTypesOfPropertiesCanBeDeclared: in a stream that takes whatever comes, only what a column shows changes.
func TestTypesOfPropertiesCanBeDeclared(t *testing.T) {
	c := serve(t).connect()
	c.want(`insert into stream ("Code", "When") values (1, '2024-01-01'), (5000000000, 'never')`, "INSERT 0 2")
	c.want("alter table stream alter column code type int, alter column when type date", "!42601")
	c.want(`alter table stream alter column code type int, alter column "When" type date`, "ALTER TABLE")
	c.want(`select Code, "When" from stream order by 1`, "1|2024-01-01\n<null>|<null>\nSELECT 2")
	c.want("select Code from stream where not (Code > 5)", "1\nSELECT 1")
	c.want("select count(*) from stream where Code > 5", "0\nSELECT 1")
	c.want(`insert into stream ("Code") values (2.5)`, "INSERT 0 1") // as PostgreSQL, rounded on assignment
	c.want("select Code from stream where Code = 3", "3\nSELECT 1")
	c.want("alter table stream alter column code type text", "ALTER TABLE")
	c.want("select Code from stream where Code = '5000000000'", "5000000000\nSELECT 1")
	c.want("alter table stream add column UserId uuid", "ALTER TABLE")
	c.want("insert into stream (UserId) values ('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11')", "INSERT 0 1")
	c.want("select userid, properties from stream where UserId is not null", `a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11|{"UserId": "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"}`+"\nSELECT 1")
	c.want("alter table stream add column level int", "!42701")
	c.want("alter table stream alter column level type int", "!0A000")
	c.want("select * from stream limit 0", "SELECT 0")
}

// TestPreparedStatementsNoticeDefinitions: one whose result has other columns now has to be prepared again.
func TestPreparedStatementsNoticeDefinitions(t *testing.T) {
	ctx := context.Background()
	l := serve(t)
	c := l.connect()
	c.want("create table t (x int); insert into t values (1)", "CREATE TABLE\nINSERT 0 1")
	if _, err := c.Prepare(ctx, "all", "select * from t"); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Prepare(ctx, "one", "select x from t where x = $1"); err != nil {
		t.Fatal(err)
	}
	l.connect().want("alter table t add column y text", "ALTER TABLE")
	var e *pgconn.PgError
	if r := c.PgConn().ExecPrepared(ctx, "all", nil, nil, nil).Read(); !errors.As(r.Err, &e) || e.Code != "0A000" || e.Routine != "RevalidateCachedQuery" {
		t.Error(r.Err)
	}
	if r := c.PgConn().ExecPrepared(ctx, "one", [][]byte{[]byte("1")}, nil, nil).Read(); r.Err != nil || len(r.Rows) != 1 {
		t.Error(r.Err)
	}
	l.connect().want("drop table t", "DROP TABLE")
	if r := c.PgConn().ExecPrepared(ctx, "one", [][]byte{[]byte("1")}, nil, nil).Read(); !errors.As(r.Err, &e) || e.Code != "42P01" {
		t.Error(r.Err)
	}
}

// TestStorageParameters: what they may be.
func TestStorageParameters(t *testing.T) {
	c := serve(t).connect()
	for with, want := range map[string]string{
		"retention = '30 days'":                           "CREATE TABLE",
		"retention = 'soon'":                              "!22023",
		"retention = '-1 day'":                            "!22023",
		"retention_size = '1.5 GB', retention = '1 week'": "CREATE TABLE",
		"retention_size = 1048576":                        "CREATE TABLE",
		"retention_size = '10 XB'":                        "!22023",
		"retention_size = '0'":                            "!22023",
		"layout = 'rows'":                                 "CREATE TABLE",
		"layout = columns":                                "CREATE TABLE",
		"layout = 'diagonal'":                             "!22023",
		"event_time = 'x'":                                "!22023",
		"event_time = 'nosuch'":                           "!22023",
		"retain = 3":                                      "!22023",
		"toast.retention = 3":                             "!22023",
	} {
		c.want("create table p (x int) with ("+with+")", want)
		c.want("drop table if exists p", "DROP TABLE")
	}
	c.want("alter table stream set (retention = '1 day')", "ALTER TABLE")
	c.want("select reloptions from pg_class where relname = 'stream'", `{"retention=1 day"}`+"\nSELECT 1")
	c.want("alter table stream set (event_time = 'x')", "!0A000")
	c.want("alter table stream set (layout = 'rows'); alter table stream reset (retention)", "ALTER TABLE\nALTER TABLE")
	c.want("select reloptions from pg_class where relname = 'stream'", `{layout=rows}`+"\nSELECT 1")
}
