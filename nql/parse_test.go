package nql

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// Each wrong text with the error that it gives. testdata/errors.golden is to be read by eye when it changes.
func TestSyntaxErrorsSayWhereWhatAndWhatInstead(t *testing.T) {
	texts := []string{
		"", "select", "select * stream", "select * from", "select * from stream where", "select * from stream where a = ",
		"select * from stream where a = 1 2", "select * from stream order @t", "select * from stream order by a",
		"select * from stream limit x", "select * from stream limit 5 5", "select * from stream limit 99999999999999999999",
		"select a b from stream", "select a as from from stream, b", "select a as 5 from stream",
		"select a,\n  b.,\n  c from stream", "select 'ü', ? from stream", "select a from stream where x = 'open",
		"select @nope from stream", "select @ from stream", "select $ from stream", "select $0 from stream", "select $65536 from stream",
		"select a where b", "select a[x] from stream", "select a[1.5] from stream", "select a[1 from stream", "select a[99999999999] from stream",
		"select x from stream where a not 5", "select x from stream where a is 5", "select x from stream where a is not true",
		"select x from stream where a between 1", "select x from stream where a in 5", "select x from stream where a in [1 2]",
		"select x from stream where a = b = c", "select x from stream where a = /regex/", "select if a then b else c from stream",
		"select [..a] from stream", "select {..a} from stream", "select {a} from stream", "select {a: 1 b: 2} from stream",
		"select some(Items, i => i.x) from stream", "select 12abc from stream", "select 1h2x from stream", "select 0.01us from stream",
		"select 99999999999999d from stream", "select DateTime(5) from stream", "select DateTime('yesterday') from stream",
		"select DateTime('2020-02-30') from stream", "select DateTime('2020-01-01T00:00:00.12345678Z') from stream", "select length( from stream",
		"select (a from stream", "select a ; from stream", "select \"a\" from stream", "select \xff from stream", "select '\xff' from stream",
		"select group from stream group by a",
		"select " + strings.Repeat("(", 300) + " from stream",
		"select x from stream where " + strings.Repeat("not ", 300) + "a",
		"select " + strings.Repeat("- ", 300) + "a from stream",
	}
	var b strings.Builder
	for _, text := range texts {
		_, err := Parse(text)
		shown := fmt.Sprintf("%q", text)
		if len(shown) > 90 {
			shown = shown[:80] + "…"
		}
		fmt.Fprintf(&b, "%s\n    %v\n", shown, err)
	}
	golden := filepath.Join("testdata", "errors.golden")
	if *update {
		if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if b.String() != string(want) {
		t.Errorf("errors differ from %s (-update rewrites it):\n%s", golden, b.String())
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"select StatusCode, Elapsed * 1000 as Micros, { app: Application, env: Environment } as Origin from stream where Method = 'GET' and Elapsed > 100 and Items[?].Sku like 'A-%' and not has(@Exception)",
		"select * from 'my stream' where @t >= DateTime('2020-07-29T07:10:00Z') order by @t desc limit 10",
		"select a[-1]['x y'].where, @p['odd'], @d['@t'], -1h30m, 1.5e300, $3 from s where a in ['x', null] ci or b between 1 and 2 and c is not null",
		"select '", "select 1..2", "select @", "select (((((", "select 1e", "select -9223372036854775808 from s", "select DateTime('-0001-12-31T23:59:59.9999999Z') from s",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		q, err := Parse(text)
		if err != nil {
			if e, ok := err.(*SyntaxError); !ok || e.Line < 1 || e.Column < 1 || e.Offset > len(text) {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		once := q.String()
		back, err := Parse(once)
		if err != nil {
			t.Fatalf("%q printed as %q: %v", text, once, err)
		}
		if twice := back.String(); twice != once {
			t.Fatalf("%q printed as %q and then as %q", text, once, twice)
		}
		if p, err := Compile(q, make([]Value, 10)); err == nil {
			if _, _, err := p.Row(&Event{Document: []byte(`{"a":[1,{"b":"x"}],"s":"text"}`)}); err != nil {
				t.Fatalf("%q: %v", text, err)
			}
		}
	})
}
