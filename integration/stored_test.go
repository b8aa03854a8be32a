package integration

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/flare-pg/flare-pg/integration/pgoracle"
	"pgregory.net/rapid"
)

// storedTypes are the types that a column can be declared with, with texts that are values of each.
var storedTypes = []struct {
	name string
	text *rapid.Generator[string]
}{
	{"boolean", rapid.SampledFrom([]string{"t", "f"})},
	{"smallint", number(rapid.Int16())},
	{"integer", number(rapid.Int32())},
	{"bigint", number(rapid.Int64())},
	{"oid", number(rapid.Uint32())},
	{"real", rapid.OneOf(number(rapid.Float32()), specials)},
	{"double precision", rapid.OneOf(number(rapid.Float64()), specials)},
	{"numeric", rapid.OneOf(rapid.StringMatching(`-?[0-9]{1,30}(\.[0-9]{1,20})?(e-?[0-9])?`), specials)},
	{"numeric(7,3)", rapid.StringMatching(`-?[0-9]{1,4}(\.[0-9]{1,8})?`)},
	{"text", anyText},
	{"varchar", anyText},
	{"varchar(6)", shortText},
	{"char(6)", shortText},
	{"name", shortText},
	{"bytea", rapid.StringMatching(`\\x([0-9a-f][0-9a-f]){0,12}`)},
	{"date", rapid.OneOf(rapid.Custom(func(t *rapid.T) string { return day(t) }), infinities)},
	{"time", rapid.Custom(func(t *rapid.T) string { return clock(t) })},
	{"time(2)", rapid.Custom(func(t *rapid.T) string { return clock(t) })},
	{"timestamp", rapid.OneOf(rapid.Custom(func(t *rapid.T) string { return instant(t) }), infinities)},
	{"timestamp(3)", rapid.Custom(func(t *rapid.T) string { return instant(t) })},
	{"timestamptz", rapid.OneOf(rapid.Custom(func(t *rapid.T) string { return instant(t) }), infinities)},
	{"timestamptz(0)", rapid.Custom(func(t *rapid.T) string { return instant(t) })},
	{"interval", rapid.Custom(func(t *rapid.T) string {
		return fmt.Sprintf("%d mons %d days %d microseconds", rapid.IntRange(-5000, 5000).Draw(t, "months"), rapid.IntRange(-50000, 50000).Draw(t, "days"),
			rapid.Int64Range(-1e15, 1e15).Draw(t, "microseconds"))
	})},
	{"uuid", rapid.StringMatching(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)},
	{"json", jsonText},
	{"jsonb", jsonText},
	{"int4range", rapid.SampledFrom([]string{"empty", "[1,5)", "(,3]", "[2,)", "(,)", "[-7,-7]"})},
	{"numrange", rapid.SampledFrom([]string{"empty", "[1.50,2)", "(,NaN]", "(-1e10,)", "[0,0.00]"})},
	{"tstzrange", rapid.SampledFrom([]string{"empty", "[2024-01-01 00:00+00,2024-02-01 00:00+00)", "[infinity,)", `("1999-12-31 23:59:59.999999+00",]`})},
	{"datemultirange", rapid.SampledFrom([]string{"{}", "{[2024-01-01,2024-02-01),[2024-03-01,)}", "{(,)}"})},
}

var (
	specials   = rapid.SampledFrom([]string{"NaN", "Infinity", "-Infinity", "0", "-0", "1e10"})
	infinities = rapid.SampledFrom([]string{"infinity", "-infinity"})
	anyText    = rapid.Custom(func(t *rapid.T) string {
		return strings.ReplaceAll(rapid.StringN(0, 12, -1).Draw(t, "text"), "\x00", "")
	})
	shortText = rapid.StringMatching(`[a-zé"\\ ]{0,6}`)
	jsonText  = rapid.SampledFrom([]string{
		"null", "true", `"text"`, `"é\n\""`, "1.50", "-1e3", "12345678901234567890.5", "[]", "{}", `{"b": 1, "a": [null, {"x":"y"}]}`, ` [1 ,2] `, `{"a":1,"a":2}`, `""`, `"{}"`,
	})
)

func number[T any](g *rapid.Generator[T]) *rapid.Generator[string] {
	return rapid.Map(g, func(x T) string { return fmt.Sprint(x) })
}

func day(t *rapid.T) string {
	bc := rapid.SampledFrom([]string{"", "", " BC"}).Draw(t, "era")
	return fmt.Sprintf("%04d-%02d-%02d%s", rapid.IntRange(1, 4700).Draw(t, "year"), rapid.IntRange(1, 12).Draw(t, "month"), rapid.IntRange(1, 28).Draw(t, "day"), bc)
}

func clock(t *rapid.T) string {
	return fmt.Sprintf("%02d:%02d:%02d.%06d", rapid.IntRange(0, 23).Draw(t, "hour"), rapid.IntRange(0, 59).Draw(t, "minute"), rapid.IntRange(0, 59).Draw(t, "second"),
		rapid.IntRange(0, 999999).Draw(t, "fraction"))
}

func instant(t *rapid.T) string {
	d, era, _ := strings.Cut(day(t), " ")
	out := d + " " + clock(t)
	if era != "" {
		out += " " + era
	}
	return out
}

// TestDeclaredColumnsGiveBackWhatWasWritten: a row of any values, written by INSERT or COPY to a table of every type, is read as PostgreSQL reads
// its own, as text and binary, and is found by comparisons with the same values.
func TestDeclaredColumnsGiveBackWhatWasWritten(t *testing.T) {
	ctx := context.Background()
	oracle := pgoracle.Start(t)
	ours, theirs := serve(t, filepath.Join(t.TempDir(), "data")).Connect(ctx), oracle.Connect(t)
	names, defs := []string{"at", "id"}, []string{"at timestamptz not null", "id bigint"}
	for i, c := range storedTypes {
		names, defs = append(names, fmt.Sprintf("c%d", i)), append(defs, fmt.Sprintf("c%d %s", i, c.name))
	}
	both := func(t interface{ Fatalf(string, ...any) }, binary bool, sql string, params ...[]byte) answer {
		s := &statement{where: "stored", sql: sql, params: params}
		a, err := ask(ours, s, binary)
		if err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
		b, err := ask(theirs, s, binary)
		if err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
		if diff := difference(a, b, s, binary); diff != "" {
			t.Fatalf("%s\n%s", sql, diff)
		}
		return a
	}
	both(t, false, "create table vault ("+strings.Join(defs, ", ")+")")
	id := 0
	rapid.Check(t, func(t *rapid.T) {
		id++
		values := []string{"2024-01-01Z", fmt.Sprint(id)}
		params := [][]byte{[]byte(values[0]), []byte(values[1])}
		holders := []string{"$1", "$2"}
		for i, c := range storedTypes {
			holders = append(holders, fmt.Sprintf("$%d", i+3))
			if rapid.IntRange(0, 4).Draw(t, "null") == 0 {
				params = append(params, nil)
				continue
			}
			params = append(params, []byte(c.text.Draw(t, c.name)))
		}
		zone := rapid.SampledFrom([]string{"UTC", "Asia/Tokyo", "America/New_York"}).Draw(t, "zone")
		style := rapid.SampledFrom([]string{"postgres", "iso_8601", "sql_standard", "postgres_verbose"}).Draw(t, "style")
		both(t, false, "set timezone = '"+zone+"'")
		both(t, false, "set intervalstyle = '"+style+"'")
		if a := both(t, true, "insert into vault values ("+strings.Join(holders, ", ")+")", params...); a.err != nil {
			return // refused by both
		}
		for _, binary := range []bool{false, true} {
			both(t, binary, "select * from vault where id = "+fmt.Sprint(id))
		}
		i := rapid.IntRange(0, len(storedTypes)-1).Draw(t, "column")
		if name := storedTypes[i].name; params[i+2] != nil && name != "json" {
			op := rapid.SampledFrom([]string{"=", "<>", "<", ">=", "is distinct from"}).Draw(t, "operator")
			lit := "'" + strings.ReplaceAll(string(params[i+2]), "'", "''") + "'"
			both(t, false, fmt.Sprintf("select count(*) from vault where c%d %s %s", i, op, lit))
			both(t, false, fmt.Sprintf("select count(*) from vault where not (c%d %s %s::%s)", i, op, lit, name))
		}
	})
	if rows := both(t, false, "select count(*) from vault"); id > 10 && string(rows.rows[0][0][:]) == "0" {
		t.Fatal("no row was taken")
	}
	t.Logf("%d rows tried, %s taken", id, both(t, false, "select count(*) from vault").rows[0][0])
}
