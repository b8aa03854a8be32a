package session

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// preparedLaws are statements with one parameter, of a type that no schema changes; a, b and n are properties.
var preparedLaws = []string{
	`select count(*) from stream where a::text = $1::text`,
	`select a::text, b::text from stream where b::text >= $1::text order by timestamp, a::text, b::text`,
	`select max(n::numeric), min(a::text) from stream where level = $1::text or a::text like $1::text || '%'`,
	`select count(*) from stream s where exists (select 1 from stream t where t.n = s.n and t.a::text = $1::text)`,
	`select s.a::text, (select count(*) from stream t where t.b::text = s.a::text and t.a::text <> $1::text) from stream s order by 1, 2`,
	`select count(a), count(b), max(level) from stream where timestamp >= '2024-01-01' and b::text is distinct from $1::text`,
}

// A statement that was prepared, with a plan and compiled scans that are kept from run to run, answers as one that is planned anew, whatever happens between its runs
// to the schema, the files and the settings, and whatever its parameters were before.
func TestPreparedStatementsAnswerAsStatementsPlannedAnew(t *testing.T) {
	l := serve(t)
	ctx := context.Background()
	run := 0
	rapid.Check(t, func(t *rapid.T) {
		run++
		// Each run has properties of its own, of which nothing is known at first.
		property := func(name string) string { return fmt.Sprint(name, run) }
		named := strings.NewReplacer("a::", property("a")+"::", "b::", property("b")+"::", ".n", "."+property("n"), "(n", "("+property("n"), "(a)", "("+property("a")+")", "(b)", "("+property("b")+")")
		a, b := l.connect(), l.connect()
		defer a.Close(ctx)
		defer b.Close(ctx)
		do := func(sql string) {
			if _, err := b.simple(sql); err != nil {
				t.Fatalf("%s: %v", sql, err)
			}
		}
		do("truncate stream")
		do("drop index if exists law")
		prepared, events := map[int]bool{}, 0
		value := rapid.SampledFrom([]string{"x", "xy", "1", "2", "Error", "", "é"})
		for range rapid.IntRange(4, 30).Draw(t, "steps") {
			switch rapid.SampledFrom([]string{"run", "run", "run", "insert", "insert", "insert", "vacuum", "index", "delete", "set"}).Draw(t, "what") {
			case "insert":
				var members []string
				for _, name := range []string{property("a"), property("b"), property("n"), "@l"} {
					v := value.Draw(t, name)
					switch kind := rapid.IntRange(0, 3).Draw(t, "kind"); {
					case name[0] == 'n' && kind > 1:
						members = append(members, fmt.Sprintf(`"%s":%d`, name, kind))
					case name[0] == 'n' || kind == 0:
					case kind == 1 && name != "@l":
						members = append(members, fmt.Sprintf(`"%s":%d`, name, len(v)))
					case kind == 2 && name != "@l":
						members = append(members, fmt.Sprintf(`"%s":null`, name))
					default:
						members = append(members, fmt.Sprintf(`"%s":"%s"`, name, v))
					}
				}
				members = append(members, fmt.Sprintf(`"@t":"2024-01-01T00:00:%02dZ"`, events%60))
				events++
				do(`insert into stream (document) values ('{` + strings.Join(members, ",") + `}')`)
			case "vacuum":
				do("vacuum")
			case "index":
				if _, err := b.simple("create index law on stream (timestamp) where level = 'x'"); err != nil {
					do("drop index law")
				}
			case "delete":
				do(`delete from stream where level = '` + value.Draw(t, "deleted") + `'`)
			case "set":
				zone := rapid.SampledFrom([]string{"UTC", "Asia/Tokyo"}).Draw(t, "zone")
				unknown := rapid.SampledFrom([]string{"null", "error"}).Draw(t, "unknown")
				for _, c := range []*conn{a, b} {
					if _, err := c.simple("set timezone = '" + zone + "'; set flare.unknown_columns = '" + unknown + "'"); err != nil {
						t.Fatal(err)
					}
				}
			case "run":
				i, v := rapid.IntRange(0, len(preparedLaws)-1).Draw(t, "statement"), value.Draw(t, "parameter")
				sql := named.Replace(preparedLaws[i])
				want, wantErr := b.simple(strings.ReplaceAll(sql, "$1", "'"+v+"'"))
				name := fmt.Sprint("law", i)
				if !prepared[i] {
					if _, err := a.PgConn().Prepare(ctx, name, sql, nil); err != nil {
						if pgCode(err) != pgCode(wantErr) {
							t.Fatalf("%s: %v, planned anew %v", sql, err, wantErr)
						}
						continue
					}
					prepared[i] = true
				}
				got, gotErr := a.execute(name, v)
				if pgCode(gotErr) != pgCode(wantErr) || wantErr == nil && got != want {
					t.Fatalf("%s with %q: %q, %v; planned anew %q, %v", sql, v, got, gotErr, want, wantErr)
				}
			}
		}
	})
}

// execute runs a prepared statement of one parameter and gives its rows as simple does.
func (c *conn) execute(name, value string) (string, error) {
	r := c.PgConn().ExecPrepared(context.Background(), name, [][]byte{[]byte(value)}, nil, nil).Read()
	return strings.Join(resultLines(r), "\n"), r.Err
}
