package translate

import (
	"errors"
	"strings"
	"testing"

	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
)

// TestErrorsAreAsPostgreSQLGivesThem: SQLSTATE, position, message and hint.
func TestErrorsAreAsPostgreSQLGivesThem(t *testing.T) {
	for _, c := range []struct {
		sql      string
		code     string
		position int
		message  string
		hint     string
	}{
		{"selec 1", "42601", 1, `syntax error at or near "selec"`, "Perhaps you meant SELECT."},
		{"select 'ä', foo bar baz q", "42601", 21, `syntax error at or near "baz"`, ""},
		{"select 1 +", "42601", 11, "syntax error at end of input", ""},
		{"select 'abc", "42601", 8, `unterminated quoted string at or near "'abc"`, "The text that begins here isn't closed. A quote within a text is written twice: 'it''s'."},
		{"select statuscod from stream", "42703", 8, `column "statuscod" does not exist`, `Perhaps you meant to reference the column "stream.StatusCode".`},
		{"select 'ä', s.Methodd from stream s", "42703", 13, "column s.methodd does not exist", `Perhaps you meant to reference the column "s.Method".`},
		{"select zzzzzz from stream", "42703", 8, `column "zzzzzz" does not exist`, "No such property is known; flare.columns lists those that are. A text is written in single quotes: 'zzzzzz'."},
		{`select "statuscode" from stream`, "42703", 8, `column "statuscode" does not exist`, `Perhaps you meant to reference the column "stream.StatusCode".`},
		{"select x.y from stream", "42P01", 8, `missing FROM-clause entry for table "x"`, ""},
		{"select Data.y from stream", "42703", 8, `column "data.y" does not exist`, ""},
		{"select x.y", "42P01", 8, `missing FROM-clause entry for table "x"`, ""},
		{"select * from nosuch", "42P01", 15, `relation "nosuch" does not exist`, ""},
		{"select * from no.such", "42P01", 15, `relation "no.such" does not exist`, ""},
		{"select StatusCode, count(*) from stream", "42803", 8, `column "stream.StatusCode" must appear in the GROUP BY clause or be used in an aggregate function`, ""},
		{"select count(*) from stream where count(*) > 1", "42803", 35, "aggregate functions are not allowed in WHERE", ""},
		{"select sum(count(*)) from stream", "42803", 12, "aggregate function calls cannot be nested", ""},
		{"select Method from stream group by 3", "42P10", 36, "GROUP BY position 3 is not in select list", ""},
		{"select Method from stream order by 2", "42P10", 36, "ORDER BY position 2 is not in select list", ""},
		{"select distinct Method from stream order by Elapsed", "42P10", 45, "for SELECT DISTINCT, ORDER BY expressions must appear in select list", ""},
		{"select Method from stream where Method", "42804", 33, "argument of WHERE must be type boolean, not type text", ""},
		{"select Method from stream, audit", "42702", 8, `column reference "method" is ambiguous`, ""},
		{"select 1 from stream, stream", "42712", 0, `table name "stream" specified more than once`, "Give each an alias, as in FROM stream a, stream b."},
		{"select nosuch(1)", "42883", 8, "function nosuch(integer) does not exist", "No function matches the given name and argument types. You might need to add explicit type casts."},
		{"select 1 + true", "42883", 10, "operator does not exist: integer + boolean", "No operator matches the given name and argument types. You might need to add explicit type casts."},
		{"select '2'::nosuch", "42704", 13, `type "nosuch" does not exist`, ""},
		{"select 'x'::int", "22P02", 8, `invalid input syntax for type integer: "x"`, ""},
		{"select StatusCode from stream where StatusCode = 'x'", "22P02", 50, `invalid input syntax for type bigint: "x"`, "What it is compared with is a number: cast that to text to compare with a text, as in x::text."},
		{"select true::timestamptz", "42846", 12, "cannot cast type boolean to timestamp with time zone", ""},
		{"select $1", "", 0, "", ""}, // text, as in PostgreSQL
		{"select $2::int", "42P18", 0, "could not determine data type of parameter $1", ""},
		{"select $70000", "42P02", 8, "there is no parameter $70000", ""},
		{"values (1),(2,3)", "42601", 13, "VALUES lists must all be the same length", ""},
		{"select 1 union select 1, 2", "42601", 23, "each UNION query must have the same number of columns", ""},
		{"select 1 union select true", "42804", 23, "UNION types integer and boolean cannot be matched", ""},
		{"select case when true then 1 else true end", "42804", 28, "CASE types boolean and integer cannot be matched", ""},
		{"insert into stream (timestamp, level) values (now())", "42601", 32, "INSERT has more target columns than expressions", ""},
		{"insert into stream (level) values ('a', 'b')", "42601", 41, "INSERT has more expressions than target columns", ""},
		{"insert into stream (level, level) values ('a', 'b')", "42701", 28, `column "level" specified more than once`, ""},
		{"insert into stream (timestamp) values (true)", "42804", 40, `column "timestamp" is of type timestamp with time zone but expression is of type boolean`, "You will need to rewrite or cast the expression."},
		{"insert into pg_class (relname) values ('a')", "42501", 0, `permission denied: "pg_class" is a system catalog`, ""},
		{"select row_number() over nosuch from stream", "42704", 26, `window "nosuch" does not exist`, ""},
		{"create materialized view v as select 1", "0A000", 0, "materialized views are not supported", ""},
		{"create index i on stream (timestamp)", "0A000", 0, "an index without WHERE is not supported", "Events are kept in order of time, so looking up a time needs no index."},
		{"select xpath('/a', 'a')", "0A000", 8, "function xpath(text, xml) is not supported", types.LackXML.Instead},
		{"select 1, xmlelement(name a)", "0A000", 11, "XMLELEMENT is not supported", types.LackXML.Instead},
		{"select 'a' is document", "0A000", 12, "IS DOCUMENT is not supported", types.LackXML.Instead},
		{"select * from xmltable('/a' passing 'a' columns b int)", "0A000", 15, "XMLTABLE is not supported", types.LackXML.Instead},
		{"select '<a/>'::xml", "0A000", 8, "values of type xml are not supported", types.LackXML.Instead},
		{"update stream set a = 1", "0A000", 0, "UPDATE is not supported: events are immutable", "Events are corrected by DELETE and INSERT, in one transaction."},
		{"copy stream from stdin (format nosuch)", "22023", 25, `COPY format "nosuch" not recognized`, ""},
		{"copy stream from '/etc/passwd'", "0A000", 0, "COPY with a file on the server is not supported", "Use COPY … FROM STDIN or TO STDOUT, or psql's \\copy."},
	} {
		b := bindText(t, c.sql, nil)
		if c.code == "" {
			if b.err != nil {
				t.Errorf("%s: %v", c.sql, b.err)
			}
			continue
		}
		e, ok := asTypesError(b.err)
		if !ok {
			t.Errorf("%s: no error (%v)", c.sql, b.err)
			continue
		}
		if e.Code != c.code || e.Position != c.position || e.Message != c.message || e.Hint != c.hint {
			t.Errorf("%s:\n got %s %d %q %q\nwant %s %d %q %q", c.sql, e.Code, e.Position, e.Message, e.Hint, c.code, c.position, c.message, c.hint)
		}
	}
}

func TestDeepNestingIsAnErrorAndNoOverflow(t *testing.T) {
	for _, sql := range []string{
		"select " + strings.Repeat("(1+", 5000) + "1" + strings.Repeat(")", 5000),
		"select " + strings.Repeat("abs(", 3000) + "1" + strings.Repeat(")", 3000),
		"select " + strings.Repeat("-", 1) + strings.Repeat("not ", 20000) + "true",
		strings.Repeat("select * from (", 2000) + "select 1" + strings.Repeat(") x", 2000),
		"select 1" + strings.Repeat(" union all select 1", 5000),
	} {
		b := bindText(t, sql, nil)
		if e, ok := asTypesError(b.err); !ok || e.Code != types.CodeStatementTooComplex {
			t.Errorf("%.40s…: %v", sql, b.err)
		}
	}
}

// TestUnknownColumnsAreNullWhereAskedFor is flare.unknown_columns = 'null'.
func TestUnknownColumnsAreNullWhereAskedFor(t *testing.T) {
	null := func(c *Context) { c.UnknownColumnsNull = true }
	b := bindText(t, "select NotYet, StatusCode from stream where Neither is null", null)
	if b.err != nil {
		t.Fatal(b.err)
	}
	if c := b.result.(*Query).Plan.Columns()[0]; c.Type != types.Text || c.Name != "notyet" {
		t.Errorf("column %+v", c)
	}
	if b := bindText(t, "insert into stream (level) select NotYet", null); b.err == nil {
		t.Error("a name is null only where there is a stream that may get it")
	}
}

func TestStatementsAreSplitWithTheirOwnText(t *testing.T) {
	list, err := Parse("select 1; ; -- x\n select 'ä;' from x ; commit")
	if err != nil {
		t.Fatal(err)
	}
	want := []struct {
		text   string
		offset int
	}{{"select 1", 0}, {"-- x\n select 'ä;' from x", 12}, {"commit", 40}}
	if len(list) != len(want) {
		t.Fatalf("%d statements", len(list))
	}
	for i, w := range want {
		if list[i].Text() != w.text || list[i].Offset != w.offset {
			t.Errorf("statement %d: %q at %d", i, list[i].Text(), list[i].Offset)
		}
	}
	for _, empty := range []string{"", ";", "-- ping", " /* x */ ; "} {
		if list, err := Parse(empty); err != nil || len(list) != 0 {
			t.Errorf("%q: %d statements, %v", empty, len(list), err)
		}
	}
}

func TestFormatJSONIsUnderstoodWithAndWithoutQuotes(t *testing.T) {
	for _, sql := range []string{
		"copy stream from stdin (format json)", "COPY stream FROM STDIN WITH (FORMAT JSON);", "copy stream from stdin (format 'json')",
		"copy stream from stdin ( /* json */ Format Json )", "select 1; copy stream from stdin (format json)",
	} {
		list, err := Parse(sql)
		if err != nil {
			t.Errorf("%s: %v", sql, err)
			continue
		}
		b, err := Bind(&Context{Catalog: snapshot()}, list[len(list)-1])
		if c, ok := b.(*Copy); err != nil || !ok || c.Format != "json" || len(c.Targets) != 1 || c.Targets[0].Kind != plan.TargetDocument {
			t.Errorf("%s: %+v, %v", sql, b, err)
		}
	}
	for sql, position := range map[string]int{
		"copy stream from stdin (format jsom)":               25,
		"copy stream from stdin (format json) nonsense here": 38,
		"select 1 format json from copy":                     0,
	} {
		list, err := Parse(sql)
		if err == nil {
			_, err = Bind(&Context{Catalog: snapshot()}, list[0])
		}
		e, ok := asTypesError(err)
		if !ok || position != 0 && e.Position != position {
			t.Errorf("%s: %v", sql, err)
		}
	}
}

// asTypesError gives the *types.Error in err.
func asTypesError(err error) (*types.Error, bool) {
	var e *types.Error
	ok := errors.As(err, &e)
	return e, ok
}
