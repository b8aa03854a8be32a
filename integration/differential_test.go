package integration

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/flare-pg/flare-pg/integration/pgoracle"
)

// verbose prints every statement that the server says it does not support yet, rather than their number.
var showUnsupported = flag.Bool("unsupported", false, "list the statements of the SQL corpus that are answered with 0A000")

// twins are a flare-pg server and PostgreSQL 15 with the same events in a stream and in a table.
type twins struct {
	ours, theirs *pgx.Conn
}

// startTwins starts both servers and loads the events.
func startTwins(t *testing.T, events int) *twins {
	t.Helper()
	ctx := context.Background()
	oracle := pgoracle.Start(t)
	w := &twins{
		ours:   serve(t, filepath.Join(t.TempDir(), "data")).Connect(ctx),
		theirs: oracle.Connect(t),
	}
	docs := twinEvents(1, events)
	if _, err := w.ours.PgConn().CopyFrom(ctx, strings.NewReader(strings.Join(docs, "\n")+"\n"), "copy stream from stdin (format json)"); err != nil {
		t.Fatal(err)
	}
	w.loadTheirs(t, docs)
	return w
}

// loadTheirs makes the table of a stream's columns, in the types that the stream reports, and fills it from the events' JSON with
// PostgreSQL's own functions.
func (w *twins) loadTheirs(t *testing.T, docs []string) {
	t.Helper()
	ctx := context.Background()
	rows, err := w.ours.Query(ctx, "select column_name::text, data_type::text from information_schema.columns where table_name = 'stream' order by ordinal_position")
	if err != nil {
		t.Fatal(err)
	}
	type col struct{ Name, Type string }
	cols, err := pgx.CollectRows(rows, pgx.RowToStructByPos[col])
	if err != nil {
		t.Fatal(err)
	}
	var defs, exprs []string
	for _, c := range cols {
		if c.Name == "document" || c.Name == "event_id" {
			continue // the stored bytes and the store's own number
		}
		defs = append(defs, pgx.Identifier{c.Name}.Sanitize()+" "+c.Type)
		exprs = append(exprs, columnOfDocument(c.Name, c.Type))
	}
	exec := func(sql string, args ...any) {
		t.Helper()
		if _, err := w.theirs.Exec(ctx, sql, args...); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
	exec("create table stream (" + strings.Join(defs, ", ") + ")")
	exec("create temp table docs (d json)")
	for _, d := range docs {
		exec("insert into docs values ($1::text::json)", d)
	}
	exec("insert into stream select " + strings.Join(exprs, ", ") + " from docs")
	exec("drop table docs")
}

// columnOfDocument is what a stream's column shows of an event d, in PostgreSQL's words.
func columnOfDocument(name, typ string) string {
	builtin := map[string]string{
		"timestamp": "@t", "level": "@l", "message": "@m", "exception": "@x",
		"message_template": "@mt", "event_type": "@i", "trace_id": "@tr", "span_id": "@sp",
	}
	key := name
	if k, ok := builtin[name]; ok {
		key = k
	}
	k := "'" + strings.ReplaceAll(key, "'", "''") + "'"
	number := "case when json_typeof(d->" + k + ") = 'number' then (d->>" + k + ")::numeric end"
	switch {
	case name == "properties":
		return `(select jsonb_object_agg(key, value) from jsonb_each(d::jsonb) where key not like '@%')`
	case name == "timestamp":
		return "(d->>'@t')::timestamptz"
	case typ == "text":
		return "case when json_typeof(d->" + k + ") not in ('object', 'array') then d->>" + k + " end"
	case typ == "boolean":
		return "case when json_typeof(d->" + k + ") = 'boolean' then (d->>" + k + ")::boolean end"
	case typ == "bigint":
		return "(select case when x = trunc(x) then x::bigint end from (select " + number + " as x) s)"
	case typ == "numeric":
		return number
	case typ == "double precision":
		return "case when json_typeof(d->" + k + ") = 'number' then (d->>" + k + ")::float8 end"
	case typ == "jsonb":
		return "case when json_typeof(d->" + k + ") <> 'null' then (d->" + k + ")::jsonb end"
	}
	return "no rule for " + name + " " + typ
}

// TestSQLAnswersAsPostgreSQL runs the statements of testdata/sql over both servers, as text by the simple protocol and binary by the
// extended one.
func TestSQLAnswersAsPostgreSQL(t *testing.T) {
	files, err := filepath.Glob("testdata/sql/*.sql")
	if err != nil || len(files) == 0 {
		t.Fatalf("no statements: %v", err)
	}
	w := startTwins(t, 300)
	total := 0
	var unsupported []string
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".sql"), func(t *testing.T) {
			for _, s := range readStatements(t, file) {
				total++
				if !w.compare(t, s) {
					unsupported = append(unsupported, s.where+": "+s.sql)
				}
			}
			w.reset(t)
		})
	}
	t.Logf("%d statements, of which %d are not supported yet", total, len(unsupported))
	if *showUnsupported {
		t.Log(strings.Join(unsupported, "\n"))
	}
}

// reset undoes what a file of statements has set.
func (w *twins) reset(t *testing.T) {
	for _, c := range []*pgx.Conn{w.ours, w.theirs} {
		if _, err := c.Exec(context.Background(), "reset all"); err != nil {
			t.Fatal(err)
		}
	}
}

// statement is a statement of the corpus. In the files a statement ends with a line's last semicolon; lines that begin with -- before
// it are about it:
//
//	-- params: a | b     its parameters, as text; NULL is null
//	-- later             0A000 is an answer for now
//	-- unordered         its ORDER BY leaves ties
//	-- code              only the SQLSTATE of its error is compared
//	-- differs: why      ours is another on purpose: it must still not fail with an internal error
type statement struct {
	where     string
	sql       string
	params    [][]byte
	later     bool
	unordered bool
	codeOnly  bool
	differs   bool
}

func readStatements(t *testing.T, file string) []*statement {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var out []*statement
	s := &statement{}
	for i, line := range strings.Split(string(text), "\n") {
		if s.sql == "" {
			if strings.TrimSpace(line) == "" {
				continue
			}
			if directive, ok := strings.CutPrefix(line, "--"); ok {
				s.directive(t, strings.TrimSpace(directive))
				continue
			}
			s.where = fmt.Sprintf("%s:%d", filepath.Base(file), i+1)
		} else {
			s.sql += "\n"
		}
		s.sql += line
		if end, ok := strings.CutSuffix(strings.TrimRight(s.sql, " "), ";"); ok {
			s.sql = end
			out = append(out, s)
			s = &statement{}
		}
	}
	if s.sql != "" {
		t.Fatalf("%s: the last statement has no end", file)
	}
	return out
}

func (s *statement) directive(t *testing.T, d string) {
	word, rest, _ := strings.Cut(d, ":")
	switch word {
	case "params":
		for _, p := range strings.Split(rest, "|") {
			if p = strings.TrimSpace(p); p == "NULL" {
				s.params = append(s.params, nil)
			} else {
				s.params = append(s.params, []byte(p))
			}
		}
	case "later":
		s.later = true
	case "unordered":
		s.unordered = true
	case "code":
		s.codeOnly = true
	case "differs":
		s.differs = true
	default:
		if !strings.HasPrefix(d, "#") {
			t.Fatalf("unknown directive %q", d)
		}
	}
}

// compare runs a statement on both servers, in both protocols. It is false where ours does not support it yet.
func (w *twins) compare(t *testing.T, s *statement) (supported bool) {
	t.Helper()
	for _, binary := range []bool{false, true} {
		if s.params != nil && !binary {
			continue
		}
		ours, theirs := run(t, w.ours, s, binary), run(t, w.theirs, s, binary)
		form := "text"
		if binary {
			form = "binary"
		}
		if ours.err != nil && ours.err.Code == "0A000" && (theirs.err == nil || theirs.err.Code != "0A000") {
			if !s.later {
				t.Errorf("%s (%s): %s\n  not supported: %s", s.where, form, s.sql, ours.err.Message)
			}
			return false
		}
		if s.differs {
			if ours.err != nil && strings.HasPrefix(ours.err.Code, "XX") {
				t.Errorf("%s (%s): %s\n  %s", s.where, form, s.sql, ours.err.Message)
			}
			continue
		}
		if diff := difference(ours, theirs, s, binary); diff != "" {
			t.Errorf("%s (%s): %s\n%s", s.where, form, s.sql, diff)
			return true // the other protocol would say the same
		}
	}
	if s.later {
		t.Errorf("%s: %s\n  is supported now: its mark `-- later` would hide that it ceases to be", s.where, s.sql)
	}
	return true
}

// answer is what a server answered to one statement.
type answer struct {
	fields []pgconn.FieldDescription
	rows   [][][]byte
	tag    string
	err    *pgconn.PgError
}

func run(t testing.TB, c *pgx.Conn, s *statement, binary bool) answer {
	t.Helper()
	a, err := ask(c, s, binary)
	if err != nil {
		t.Fatalf("%s: %s\nthe connection broke: %v", s.where, s.sql, err)
	}
	return a
}

// ask runs a statement; an error is one of the connection.
func ask(c *pgx.Conn, s *statement, binary bool) (answer, error) {
	ctx := context.Background()
	var a answer
	read := func(r *pgconn.ResultReader) {
		a.fields = slices.Clone(r.FieldDescriptions())
		for r.NextRow() {
			var row [][]byte
			for _, v := range r.Values() {
				if v != nil {
					v = append([]byte{}, v...)
				}
				row = append(row, v)
			}
			a.rows = append(a.rows, row)
		}
	}
	var err error
	if binary {
		r := c.PgConn().ExecParams(ctx, s.sql, s.params, nil, nil, []int16{1})
		read(r)
		var tag pgconn.CommandTag
		tag, err = r.Close()
		a.tag = tag.String()
	} else {
		m := c.PgConn().Exec(ctx, s.sql)
		for m.NextResult() {
			r := m.ResultReader()
			read(r)
			tag, _ := r.Close()
			a.tag = tag.String()
		}
		err = m.Close()
	}
	if err != nil && !errors.As(err, &a.err) {
		return a, err
	}
	return a, nil
}
