package session

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
)

func TestIndexesAreListedUsedAndDropped(t *testing.T) {
	l := serve(t)
	c := l.connect()
	hours(c, 4)
	c.want("create index errors on stream (timestamp) where level = 'Error' ; create index concurrently if not exists big on public.stream using btree (timestamp) where n > 2 and level = 'Er' || 'ror'",
		"CREATE INDEX\nCREATE INDEX")
	c.want("create index on stream (timestamp) where n = 77", "CREATE INDEX")
	c.want("create index if not exists errors on stream (timestamp) where n = 1", "CREATE INDEX")
	c.want("select indexname, indexdef from pg_indexes order by 1", strings.Join([]string{
		`big|CREATE INDEX big ON public.stream USING btree ("timestamp") WHERE (n > 2 and level = 'Er' || 'ror')`,
		`errors|CREATE INDEX errors ON public.stream USING btree ("timestamp") WHERE (level = 'Error')`,
		`stream_timestamp_idx|CREATE INDEX stream_timestamp_idx ON public.stream USING btree ("timestamp") WHERE (n = 77)`, "SELECT 3"}, "\n"))
	c.want("select c.relname, c.relkind, pg_get_indexdef(i.indexrelid, 1, true) from pg_index i join pg_class c on c.oid = i.indexrelid where i.indrelid = 'stream'::regclass order by 1",
		"big|i|\"timestamp\"\nerrors|i|\"timestamp\"\nstream_timestamp_idx|i|\"timestamp\"\nSELECT 3")
	c.want("select 'errors'::regclass, relhasindex from pg_class where oid = 'stream'::regclass", "errors|t\nSELECT 1")
	contains(t, c, "explain select * from stream where level = 'Error' and n = 3", "Signals: errors\n")
	contains(t, c, "explain select * from stream where level = 'Error' and n > 2 and timestamp > '2020-01-01'", "Signals: errors, big\n")
	c.want("vacuum", "VACUUM")
	contains(t, c, "explain analyze select * from stream where n = 77", "Signals: stream_timestamp_idx\n", "Files: 0 of 1 (1 excluded by signal stream_timestamp_idx)")
	contains(t, c, "explain select * from stream where n = 78", "Files: 1 of 1\n")
	c.want("select n from stream where level = 'Error' order by 1", "1\n3\nSELECT 2")
	var line, all string
	rows, err := c.Query(context.Background(), "explain select * from stream where level = $1", "Error")
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		if err := rows.Scan(&line); err != nil {
			t.Error(err)
		}
		all += line + "\n"
	}
	if !strings.Contains(all, "Signals: errors\n") {
		t.Errorf("with a parameter:\n%s", all)
	}
}

func TestIndexTransactions(t *testing.T) {
	l := serve(t)
	c, other := l.connect(), l.connect()
	hours(c, 2)
	c.want("begin; create index a on stream (timestamp) where n = 1; select count(*) from pg_indexes", "BEGIN\nCREATE INDEX\n1\nSELECT 1")
	other.want("select count(*) from pg_indexes", "0\nSELECT 1")
	c.want("rollback; select count(*) from pg_indexes", "ROLLBACK\n0\nSELECT 1")
	c.want("begin; create index a on stream (timestamp) where n = 1; savepoint s; drop index a; select count(*) from pg_indexes; rollback to s; commit; select count(*) from pg_indexes",
		"BEGIN\nCREATE INDEX\nSAVEPOINT\nDROP INDEX\n0\nSELECT 1\nROLLBACK\nCOMMIT\n1\nSELECT 1")
	// Two transactions take the same name.
	c.want("begin; create index b on stream (timestamp) where n = 1", "BEGIN\nCREATE INDEX")
	other.want("create index b on stream (timestamp) where n = 2", "CREATE INDEX")
	if _, err := c.simple("commit"); pgCode(err) != "42P07" {
		t.Error(err)
	}
	c.want("set synchronous_commit = off; drop index a, b; select count(*) from pg_indexes", "SET\nDROP INDEX\n0\nSELECT 1")
	c.want("drop index if exists a, b", "DROP INDEX")
}

func TestIndexesOfOtherKindsAreRefused(t *testing.T) {
	l := serve(t)
	c := l.connect()
	hours(c, 2)
	c.want("create index i on stream (timestamp) where n = 1", "CREATE INDEX")
	for sql, want := range map[string]string{
		"create unique index u on stream (timestamp) where n = 1":              "0A000",
		"create index u on stream (timestamp)":                                 "0A000",
		"create index u on stream (n) where n = 1":                             "0A000",
		"create index u on stream (timestamp, n) where n = 1":                  "0A000",
		"create index u on stream ((n + 1)) where n = 1":                       "0A000",
		"create index u on stream using gin (timestamp) where n = 1":           "0A000",
		"create index u on stream (timestamp) include (n) where n = 1":         "0A000",
		"create index u on stream (timestamp) where n + 1 = 1":                 "0A000",
		"create index u on stream (timestamp) where timestamp > '2024-01-01'":  "0A000",
		"create index u on stream (timestamp) where true":                      "0A000",
		"create index u on stream (timestamp) where random() < 0.5":            "42P17",
		"create index u on stream (timestamp) where level = now()::text":       "42P17",
		"create index u on stream (timestamp) where nosuch = 1":                "42703",
		"create index u on nosuch (timestamp) where n = 1":                     "42P01",
		"create index u on pg_class (timestamp) where n = 1":                   "42501",
		"create index i on stream (timestamp) where n = 2":                     "42P07",
		"create index stream on stream (timestamp) where n = 2":                "42P07",
		"begin; create index concurrently u on stream (timestamp) where n = 2": "25001",
		"begin read only; create index u on stream (timestamp) where n = 2":    "25006",
		"begin read only; drop index i":                                        "25006",
		"drop index nosuch":                                                    "42704",
		"drop index stream":                                                    "42809",
	} {
		if _, err := c.simple(sql); pgCode(err) != want {
			t.Errorf("%s: %v, want %s", sql, err, want)
		}
		c.simple("rollback")
	}
	_, err := c.simple("create index u on stream (timestamp) where level = 'Error' and n + 1 = 1")
	var e *pgconn.PgError
	if !errors.As(err, &e) || !strings.Contains(e.Message, "(n + ") || strings.Contains(e.Message, "level") || e.Hint == "" || e.Detail == "" {
		t.Errorf("%+v", e)
	}
}
