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
		"select * from stream where a = 1 2", "select * from stream order @t", "select * from stream order by a", "select * from stream order by @t desk",
		"select * from stream limit x", "select * from stream limit 5 5", "select * from stream limit 99999999999999999999",
		"select a b from stream", "select a as from from stream, b", "select a as 5 from stream",
		"select a,\n  b.,\n  c from stream", "select 'ü', ? from stream", "select a from stream where x = 'open",
		"select @nope from stream", "select @ from stream", "select $ from stream", "select $0 from stream", "select $65536 from stream",
		"select a where b", "select a[x] from stream", "select a[1.5] from stream", "select a[1 from stream", "select a[99999999999] from stream",
		"select x from stream where a not 5", "select x from stream where a is 5", "select x from stream where a is not true",
		"select x from stream where a between 1", "select x from stream where a in 5", "select x from stream where a in lower(b)", "select x from stream where a in [1 2]",
		"select x from stream where a = b = c", "select x from stream where a == b", "select x from stream where a && b", "select x from stream where !a",
		"select x from stream where @t > '2020-07-29'", "select x from stream where '2020-07-29' = @t", "select x from stream where @t between DateTime('2020-01-01') and '2021-01-01'",
		"select x from stream where @t in [DateTime('2020-01-01'), '2021-01-01']", "select x from stream where @t = 'a very long text that is no time and is cut somewhere'",
		"select x from stream where a = /open", "select x from stream where a < /regex/", "select x from stream where a like /regex/",
		"select x from stream where a = /a(b/", "select x from stream where a = /ab\\/[c-a]/", "select x from stream where a = /a**/", "select x from stream where a = /\xff/",
		"select x from stream where a = /(?<!b)c/", "select x from stream where a = /(a{1000}){1000}/",
		"select if a then b from stream", "select if a b else c from stream", "select if a then b else from stream", "select 1 + if a then b else c from stream",
		"select [..] from stream", "select [1, ] from stream", "select [x from stream", "select {..} from stream", "select {a} from stream", "select {a: 1 b: 2} from stream", "select {a: 1, } from stream", "select {5: 1} from stream", "select ..a from stream",
		"select some(Items) from stream", "select some(Items, i.x) from stream", "select some(i => i.x, Items) from stream", "select map(Items, (i, j) => i) from stream",
		"select map(Items, i => ) from stream", "select i => i from stream", "select length(i => i) from stream", "select map(Items, select => 1) from stream",
		"select some(Items, i => j => i) from stream",
		"select soundex(a) from stream", "select lenght(a) from stream", "select Any(Items, i => i) from stream", "select now() from stream", "select substr(a, 1) from stream", "select regexmatch(a, 'b') from stream",
		"select length() from stream", "select length(a, b) from stream", "select substring(a) from stream", "select concat() from stream", "select coalesce( , a) from stream",
		"select 12abc from stream", "select 1h2x from stream", "select 0.01us from stream",
		"select 99999999999999d from stream", "select DateTime(, 5) from stream", "select DateTime('yesterday') from stream",
		"select DateTime('2020-02-30') from stream", "select DateTime('2020-01-01T00:00:00.12345678Z') from stream", "select length( from stream",
		"select (a from stream", "select a ; from stream", "select \"a\" from stream", "select ^a from stream", "select \xff from stream", "select '\xff' from stream",
		"select a -- from stream", "-- nothing", "select a --x\n,, b from stream", "select a--1 from stream", "select # from stream",
		"select group from stream group by a",
		"\tselect a\r\n\tfrom\t日本語 where 'a' like 5 x", "select '日本', 'a' 'b' from stream",
		"select " + strings.Repeat("abcdefghi, ", 30) + "? from stream where " + strings.Repeat("x and ", 30) + "x",
		"select x from stream where " + strings.Repeat("x and ", 30) + "?",
		"select " + strings.Repeat("(", 300) + " from stream",
		"select x from stream where " + strings.Repeat("not ", 300) + "a",
		"select " + strings.Repeat("- ", 300) + "a from stream",
		"select " + strings.Repeat("[", 300) + " from stream", "select " + strings.Repeat("{a:", 300) + " from stream", "select " + strings.Repeat("length(", 300) + " from stream",
		"select " + strings.Repeat("if a then b else ", 300) + " from stream", "select " + strings.Repeat("map(a, b => ", 300) + " from stream",
		"select " + strings.Repeat("1 + ", 10_001) + "1 from stream", "select a from stream where " + strings.Repeat("a or ", 10_001) + "a",
	}
	var b strings.Builder
	for _, text := range texts {
		_, err := Parse(text)
		shown := fmt.Sprintf("%q", text)
		if len(shown) > 90 {
			shown = shown[:80] + "…"
		}
		if err == nil {
			t.Errorf("%s is no error", shown)
			continue
		}
		for _, line := range strings.Split(shown+"\n"+err.(*SyntaxError).Show(), "\n") {
			fmt.Fprintf(&b, "    %s\n", line)
		}
		b.WriteByte('\n')
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

// Any text is a row of tokens and blanks, or an error at a place in it.
func FuzzLex(f *testing.F) {
	for _, s := range []string{"select a.b[0] <> 1e5 -- x", "'it''s", "@t $1 5ms 1.5h30m 1..2 => <= ..", "µs\u00a0\xff", "/a\\/b[/]/ci", "/(/", "/\\"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		l := lexer{text: text}
		for end := 0; ; {
			tok, err := l.next()
			if err != nil {
				if e, ok := err.(*SyntaxError); !ok || e.Offset < end || e.Offset > len(text) || e.Show() == "" {
					t.Fatalf("%q: %v", text, err)
				}
				break
			}
			if tok.start < end || tok.end > len(text) || l.pos != tok.end || tok.end == tok.start && tok.kind != tokEnd {
				t.Fatalf("%q: token %v behind %d", text, tok, end)
			}
			if end = tok.end; tok.kind == tokEnd {
				break
			}
		}
		l = lexer{text: text}
		if pattern, err := l.regex(0); len(text) > 0 && err == nil {
			again := lexer{text: string(appendRegex(nil, pattern)) + " rest"}
			if back, err := again.regex(0); err != nil || back != pattern || again.text[again.pos:] != " rest" {
				t.Fatalf("%q is the pattern %q, printed and read %q: %v", text, pattern, back, err)
			}
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"select StatusCode, Elapsed * 1000 as Micros, { app: Application, env: Environment } as Origin from stream where Method = 'GET' and Elapsed > 100 and Items[?].Sku like 'A-%' and not has(@Exception)",
		"select * from 'my stream' where @t >= DateTime('2020-07-29T07:10:00Z') order by @t desc limit 10",
		"select a[-1]['x y'].where, @p['odd'], @d['@t'], -1h30m, 1.5e300, $3 from s where a in ['x', null] ci or b between 1 and 2 and c is not null",
		"select '", "select 1..2", "select @", "select (((((", "select 1e", "select a -- b\n- -c from s --", "select --", "select a[?].b, x => y, some(a, i => i.b[*] = /x\\/y/ ci) or if a then b else c from s where x in [..a, {..b}]", "select (a)[0].b, 'x'[1], f(x)[?] from s where a = /", "select -9223372036854775808 from s", "select DateTime('-0001-12-31T23:59:59.9999999Z') from s",
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
