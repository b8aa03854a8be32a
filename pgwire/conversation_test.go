package pgwire

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgproto3"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// TestConversations plays conversations and compares what the server says with golden files.
func TestConversations(t *testing.T) {
	q := func(s string) pgproto3.FrontendMessage { return &pgproto3.Query{String: s} }
	parse := func(name, sql string) pgproto3.FrontendMessage { return &pgproto3.Parse{Name: name, Query: sql} }
	bind := func(portal, statement string, results ...int16) pgproto3.FrontendMessage {
		return &pgproto3.Bind{DestinationPortal: portal, PreparedStatement: statement, ResultFormatCodes: results}
	}
	execute := func(portal string, max uint32) pgproto3.FrontendMessage {
		return &pgproto3.Execute{Portal: portal, MaxRows: max}
	}
	sync := &pgproto3.Sync{}
	data := func(s string) pgproto3.FrontendMessage { return &pgproto3.CopyData{Data: []byte(s)} }

	cases := []struct {
		name  string
		turns [][]pgproto3.FrontendMessage
	}{
		{"simple", [][]pgproto3.FrontendMessage{{q("rows 2")}, {q("")}, {q("notice;rows 1;set TimeZone UTC")}, {q("rows 1;fail;rows 1")}, {q("internal")}}},
		{"extended", [][]pgproto3.FrontendMessage{
			{parse("s", "rows 5"), &pgproto3.Describe{ObjectType: 'S', Name: "s"}, sync},
			{bind("", "s", 1), &pgproto3.Describe{ObjectType: 'P'}, execute("", 0), sync},
			{bind("p", "s"), execute("p", 2), execute("p", 2), execute("p", 2), &pgproto3.Close{ObjectType: 'P', Name: "p"}, sync},
			{&pgproto3.Close{ObjectType: 'S', Name: "s"}, &pgproto3.Describe{ObjectType: 'S', Name: "s"}, sync},
		}},
		{"pipeline skips to Sync after an error", [][]pgproto3.FrontendMessage{
			{
				parse("", "rows 1"), bind("", ""), execute("", 0), sync,
				parse("", "fail"), bind("", ""), execute("", 0), parse("", "rows 1"), bind("", ""), execute("", 0), sync,
				parse("", "syntax error"), &pgproto3.Flush{}, bind("", ""), q("rows 1"), sync,
				parse("", "rows 1"), bind("", ""), execute("", 0), sync,
			},
			{}, {}, {},
		}},
		{"copy", [][]pgproto3.FrontendMessage{
			{q("copyin"), data("a\nb"), data("\n"), &pgproto3.CopyDone{}},
			{q("copyin"), data("a\n"), &pgproto3.CopyFail{Message: "no more"}},
			{q("copyfail"), data("a\n"), data("b\n"), &pgproto3.CopyDone{}},
			{parse("", "copyfail"), bind("", ""), execute("", 0), data("a\n"), data("b\n"), &pgproto3.CopyDone{}, sync},
			{parse("", "copyin"), bind("", ""), execute("", 0), data("a\n"), &pgproto3.Flush{}, &pgproto3.CopyDone{}, sync},
			{q("copyout")},
			{q("copyin"), q("rows 1")},
		}},
		{"function call", [][]pgproto3.FrontendMessage{{&pgproto3.FunctionCall{Function: 1}}, {q("rows 1")}}},
		{"panic", [][]pgproto3.FrontendMessage{{q("panic")}}},
		{"fatal", [][]pgproto3.FrontendMessage{{q("fatal")}}},
		{"bad format code", [][]pgproto3.FrontendMessage{{parse("", "rows 1"), bind("", "", 7), sync}, {q("rows 1")}}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, addr := serveFake(t, &fakeHandler{}, Options{})
			cl := connect(t, addr, pgproto3.ProtocolVersion30)
			var got strings.Builder
			for _, turn := range c.turns {
				cl.send(turn...)
				for _, m := range cl.until() {
					got.WriteString(m + "\n")
				}
				got.WriteString("\n")
			}
			golden(t, strings.ReplaceAll(c.name, " ", "_"), got.String())
		})
	}
}

// TestErrorFields: every field of an error reaches the client.
func TestErrorFields(t *testing.T) {
	_, addr := serveFake(t, &fakeHandler{}, Options{})
	c := connect(t, addr, pgproto3.ProtocolVersion30)
	c.send(&pgproto3.Query{String: "fail"})
	e, ok := c.receive().(*pgproto3.ErrorResponse)
	want := pgproto3.ErrorResponse{
		Severity: "ERROR", SeverityUnlocalized: "ERROR", Code: "42703", Message: `column "x" does not exist`, Detail: "detail", Hint: "hint",
		Position: 8, Where: "where", SchemaName: "s", TableName: "t", ColumnName: "c", Routine: "errorMissingColumn",
	}
	if !ok || e.Position != want.Position || show(e) != show(&want) || e.Detail+e.Hint+e.Where+e.SchemaName+e.TableName+e.ColumnName+e.Routine !=
		want.Detail+want.Hint+want.Where+want.SchemaName+want.TableName+want.ColumnName+want.Routine {
		t.Errorf("got %+v", e)
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s\ngot:\n%s\nwant:\n%s", path, got, want)
	}
}
