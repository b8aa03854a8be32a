package integration

import (
	"context"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/flare-pg/flare-pg/integration/pgoracle"
)

// TestPgDumpGoesIntoPostgreSQL: what pg_dump makes of streams, declared tables and views, psql reads into PostgreSQL, where queries answer the same.
func TestPgDumpGoesIntoPostgreSQL(t *testing.T) {
	ctx := context.Background()
	oracle := pgoracle.Start(t)
	s := serve(t, filepath.Join(t.TempDir(), "data"))
	ours, theirs := s.Connect(ctx), oracle.Connect(t)
	docs := twinEvents(1, 300)
	if _, err := ours.PgConn().CopyFrom(ctx, strings.NewReader(strings.Join(docs, "\n")+"\n"), "copy stream from stdin (format json)"); err != nil {
		t.Fatal(err)
	}
	for _, sql := range []string{
		`create table "Odd table" (at timestamptz, id int not null default 7, amount numeric(10,2), tags text[], j jsonb)`,
		`insert into "Odd table" values ('2026-01-01Z', 1, 2.5, '{a,"b c",null}', '{"x": null}'), ('2026-01-02Z', 2, null, null, 'null')`,
		`create view few as select id, amount from "Odd table" where id > 1`,
		`comment on view few is 'it''s'`,
	} {
		if _, err := ours.Exec(ctx, sql); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
	dump, err := exec.Command(filepath.Join(oracle.Bin, "pg_dump"), "--no-owner", "-N", "flare", s.DSN("")).Output()
	if err != nil {
		t.Fatal(said(err))
	}
	restore := exec.Command(filepath.Join(oracle.Bin, "psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", oracle.DSN)
	restore.Stdin = strings.NewReader(string(dump))
	if _, err := restore.Output(); err != nil {
		t.Fatal(said(err))
	}
	for _, sql := range []string{
		"select count(*), count(document), sum(length(document::text)), min(event_id), max(event_id) from stream",
		"select timestamp, level, message, properties, document::text from stream order by event_id",
		`select at, id, amount, tags, j from "Odd table" order by id`,
		"select *, obj_description('few'::regclass) from few",
		`select table_name, column_name, data_type, is_nullable from information_schema.columns where table_schema = 'public' order by 1, ordinal_position`,
	} {
		if want, got := textOf(t, ours, sql), textOf(t, theirs, sql); got != want {
			t.Errorf("%s\n- flare-pg, + PostgreSQL\n%s", sql, unified(t, want, got))
		}
	}
}

// said is an error of a program with what it said.
func said(err error) string {
	if e, ok := err.(*exec.ExitError); ok {
		return err.Error() + ": " + string(e.Stderr)
	}
	return err.Error()
}

// textOf gives the rows of a query as text.
func textOf(t *testing.T, c *pgx.Conn, sql string) string {
	t.Helper()
	var out strings.Builder
	results, err := c.PgConn().Exec(context.Background(), sql).ReadAll()
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	for _, row := range results[0].Rows {
		for _, v := range row {
			out.Write(v)
			out.WriteByte('|')
		}
		out.WriteByte('\n')
	}
	return out.String()
}
