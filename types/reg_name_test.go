package types

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestSplitName(t *testing.T) {
	for written, want := range map[string]string{
		"Events":       "events",
		`"Events"`:     "Events",
		`s . "a""B".c`: `s|a"B|c`,
		`"unfinished`:  "error",
		`public.Größe`: "public|größe",
		"a b":          "error",
		"":             "error",
		"a.":           "error",
		".a":           "error",
		`"a"b`:         "error",
		`""`:           "error",
		`"A"."b.c"`:    "A|b.c",
	} {
		parts, err := SplitName(written)
		got := strings.Join(parts, "|")
		if err != nil {
			got = "error"
		}
		if got != want {
			t.Errorf("%s: %s, want %s", written, got, want)
		}
	}
}

// TestQuotedNamesAreReadBack: any name, quoted where needed.
func TestQuotedNamesAreReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.StringN(1, 10, -1).Draw(t, "name")
		got, err := SplitName(QuoteIdent(name) + ".x")
		if err != nil || len(got) != 2 || got[0] != name {
			t.Fatalf("%q is quoted as %s and read as %q", name, QuoteIdent(name), got)
		}
	})
}

func TestParseTypeName(t *testing.T) {
	for written, want := range map[string]string{
		"int": "integer", "INT4[]": "integer[]", "int array[3]": "integer[]", "char": "character", `"char"`: `"char"`,
		"interval day to second(3)": "interval", "timestamp(3) with time zone": "timestamp with time zone", "time": "time without time zone",
		"double precision": "double precision", "character varying(10)": "character varying", "pg_catalog.int8": "bigint", "numeric(10,2)": "numeric",
		"float(10)": "real", "float(40)": "double precision", "point": "point", "_text": "text[]", "pg_class": "pg_class",
		"information_schema.sql_identifier": "information_schema.sql_identifier", "varchar(3)[][]": "character varying[]",
		"a b": `syntax error at or near "b"`, "nosuch": `type "nosuch" does not exist`, "nosuch[]": `type "nosuch[]" does not exist`,
		"x.y": `schema "x" does not exist`, "": `invalid type name ""`, "int[": "syntax error at end of input",
		"select": `syntax error at or near "select"`, "setof int": `invalid type name "setof int"`, "public.x": `type "public.x" does not exist`,
	} {
		oid, err := ParseTypeName(written)
		got := FormatType(oid, -1)
		if e, ok := err.(*Error); ok {
			got = e.Message
		}
		if got != want {
			t.Errorf("%s: %s, want %s", written, got, want)
		}
	}
}
