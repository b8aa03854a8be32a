package integration

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestBadInput gives the program what it can't use. Each time the error is clear, the exit code is right, and
// what was in the store before is still there, and nothing else.
func TestBadInput(t *testing.T) {
	good := `{"@timestamp":"2026-03-01T12:00:00Z","N":1}`
	deep := `{"@timestamp":"2026-03-01T12:00:00Z","D":` + strings.Repeat("[", 10000) + strings.Repeat("]", 10000) + "}"
	huge := `{"@timestamp":"2026-03-01T12:00:00Z","Big":"` + strings.Repeat("x", 20<<20) + `"}`
	cases := []struct {
		name, line string
		want       []string // all of them in the message
	}{
		{"not JSON", `hello`, []string{"in.ndjson:2", "JSON"}},
		{"cut short", `{"@timestamp":"2026-03-01T12:00:00Z","N":`, []string{"in.ndjson:2"}},
		{"an array at top level", `[{"@timestamp":"2026-03-01T12:00:00Z"}]`, []string{"in.ndjson:2", "object"}},
		{"invalid UTF-8", `{"@timestamp":"2026-03-01T12:00:00Z","S":"` + "\xff" + `"}`, []string{"in.ndjson:2", "UTF-8"}},
		{"a NUL", `{"@timestamp":"2026-03-01T12:00:00Z","S":"\u0000"}`, []string{"in.ndjson:2", `\u0000`}},
		{"20 MB", huge, []string{"in.ndjson:2", "16"}},
		{"year 0", `{"@timestamp":"0000-03-01T12:00:00Z"}`, []string{"in.ndjson:2", "0000-03-01"}},
		{"year 12000", `{"@timestamp":"12000-03-01T12:00:00Z"}`, []string{"in.ndjson:2", "12000-03-01"}},
		{"no event time", `{"N":2}`, []string{"in.ndjson:2", "@timestamp", "--now"}},
		{"an event time that can't be read, before one that can", `{"@timestamp":"soon","time":"2026-03-01T12:00:00Z"}`, []string{"in.ndjson:2", "soon"}},
		{"nested 10,000 deep", deep, []string{"in.ndjson:2", "deep"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			data, in := filepath.Join(dir, "data"), filepath.Join(dir, "in.ndjson")
			write(t, in, good+"\n"+c.line+"\n"+strings.Replace(good, `"N":1`, `"N":3`, 1)+"\n")
			_, errs, code := flarePG(t, good, "import", "--data", data, "-")
			if code != 0 {
				t.Fatalf("a good line from standard input: exit code %d\n%s", code, errs)
			}

			_, errs, code = flarePG(t, "", "import", "--data", data, in)
			if code != 1 {
				t.Errorf("stop: exit code %d, want 1", code)
			}
			for _, w := range c.want {
				if !strings.Contains(errs, w) {
					t.Errorf("stop: the message doesn't say %q:\n%s", w, cut(errs))
				}
			}
			if n := count(t, data); n != 1 {
				t.Errorf("stop: %d events afterwards, want the 1 from before", n)
			}

			out, errs, code := flarePG(t, "", "import", "--data", data, "--on-error", "skip", in)
			if code != 0 || !strings.Contains(out, "1 line left out") {
				t.Errorf("skip: exit code %d\n%s%s", code, cut(out), cut(errs))
			}
			if n := count(t, data); n != 3 {
				t.Errorf("skip: %d events afterwards, want 3", n)
			}
			if out := mustFlarePG(t, "check", "--data", data); !strings.Contains(out, "no damage") {
				t.Errorf("check: %s", out)
			}
		})
	}
}

func TestBadDirectory(t *testing.T) {
	dir := t.TempDir()
	t.Run("not a data directory", func(t *testing.T) {
		other := filepath.Join(dir, "other")
		os.Mkdir(other, 0o755)
		write(t, filepath.Join(other, "letter.txt"), "dear reader")
		for _, args := range [][]string{{"serve", "--listen", "127.0.0.1:0", "--data", other}, {"check", "--data", other}, {"inspect", "--data", other}, {"nql", "--data", other, "select @t from stream"}} {
			_, errs, code := flarePG(t, "", args...)
			if code != 1 || !strings.Contains(errs, "not a") || !strings.Contains(errs, other) {
				t.Errorf("%v: exit code %d, %s", args, code, errs)
			}
		}
		if entries, _ := os.ReadDir(other); len(entries) != 1 {
			t.Errorf("the directory was touched: %v", entries)
		}
	})
	t.Run("held by another process", func(t *testing.T) {
		data := filepath.Join(dir, "held")
		s := serve(t, data)
		_, errs, code := flarePG(t, `{"@t":"2026-03-01T12:00:00Z"}`, "import", "--data", data, "-")
		if code != 1 || !strings.Contains(errs, "process "+pid(s)) || !strings.Contains(errs, "--url") {
			t.Errorf("exit code %d, %s (want the holder's pid %s)", code, errs, pid(s))
		}
		// Reading beside the server is fine.
		mustFlarePG(t, "inspect", "--data", data)
		mustFlarePG(t, "check", "--data", data)
		mustFlarePG(t, "nql", "--data", data, "select @t from stream")
	})
	t.Run("a newer format", func(t *testing.T) {
		data := filepath.Join(dir, "newer")
		serve(t, data).Stop()
		manifest := filepath.Join(data, "MANIFEST")
		b, err := os.ReadFile(manifest)
		if err != nil {
			t.Fatal(err)
		}
		at := formatVersionOffset
		b[at] = 99
		os.WriteFile(manifest, b, 0o644)
		_, errs, code := flarePG(t, "", "serve", "--data", data, "--listen", "127.0.0.1:0")
		if code != 1 || !strings.Contains(errs, "MANIFEST") || !strings.Contains(errs, "99") {
			t.Errorf("exit code %d, %s", code, errs)
		}
	})
}

// formatVersionOffset is where the MANIFEST's version stands, behind its magic number (docs/formats.md).
const formatVersionOffset = 8

// TestFlippedByte damages one byte of a tick: reads that need it name file and offset, the rest stays readable.
func TestFlippedByte(t *testing.T) {
	program(t, "psql")
	data := filepath.Join(t.TempDir(), "data")
	var in bytes.Buffer
	for _, hour := range []string{"10", "11", "12"} {
		for range 2000 {
			in.WriteString(`{"@t":"2026-03-01T` + hour + `:00:01Z","Hour":` + hour + `,"Text":"` + strings.Repeat("some text ", 20) + `"}` + "\n")
		}
	}
	if _, errs, code := flarePG(t, in.String(), "import", "--data", data, "-"); code != 0 {
		t.Fatal(errs)
	}
	tick := filepath.Join(data, "streams", "1")
	files, _ := filepath.Glob(filepath.Join(tick, "2026-03-01T11-00-*.tick"))
	if len(files) != 1 {
		all, _ := filepath.Glob(filepath.Join(data, "streams", "*", "*"))
		t.Fatalf("no tick of 11:00 among %v", all)
	}
	b, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	b[len(b)/3] ^= 0x10
	if err := os.WriteFile(files[0], b, 0o644); err != nil {
		t.Fatal(err)
	}
	name := filepath.Base(files[0])

	out, errs, code := flarePG(t, "", "check", "--data", data)
	if code != 1 || !strings.Contains(out+errs, name) || !strings.Contains(out+errs, "offset") {
		t.Errorf("check: exit code %d\n%s%s", code, out, errs)
	}
	s := serve(t, data)
	_, errs, code = s.PsqlCode("select count(Text) from stream")
	if code == 0 || !strings.Contains(errs, name) || !strings.Contains(errs, "offset") {
		t.Errorf("a statement that needs the page: exit code %d, %s", code, errs)
	}
	if got := s.Psql("select count(Text) from stream where timestamp >= '2026-03-01 12:00+00'", "-t"); got != "2000\n" {
		t.Errorf("a statement that doesn't: %s", got)
	}
	got, warning, code := s.PsqlCode("set flare.skip_damaged = on; select count(Text) >= 4000 from stream", "-t")
	if code != 0 || !strings.Contains(got, "t\n") || !strings.Contains(warning, "WARNING") {
		t.Errorf("flare.skip_damaged: %d %s%s", code, got, warning)
	}
}

func TestWrongQueries(t *testing.T) {
	program(t, "psql")
	data := filepath.Join(t.TempDir(), "data")
	if _, errs, code := flarePG(t, `{"@t":"2026-03-01T12:00:00Z","StatusCode":200}`, "import", "--data", data, "-"); code != 0 {
		t.Fatal(errs)
	}
	s := serve(t, data)
	cases := []struct{ sql, want string }{
		{"select StatusCod from stream", "ERROR:  42703: column \"statuscod\" does not exist"},
		{"select StatusCod from stream", "StatusCode"},
		{"select StatusCod from stream", "LINE 1: select StatusCod from stream\n               ^"},
		{"select StatusCode frm stream", "42601: syntax error at or near"},
		{"select count(* from stream", "42601: syntax error at or near \"from\"\nLINE 1: select count(* from stream\n                       ^"},
		{"select * from nowhere", "42P01: relation \"nowhere\" does not exist"},
		{"update stream set level = 'x'", "0A000"},
		{"select 1/0", "22012: division by zero"},
	}
	for _, c := range cases {
		_, errs, code := s.PsqlCode(c.sql, "-v", "VERBOSITY=verbose")
		if code == 0 || !strings.Contains(errs, c.want) {
			t.Errorf("%s: exit code %d\n%s\nwant %q", c.sql, code, errs, c.want)
		}
	}
	for _, c := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"nql", "--data", data, "select from where"}, 1, "line 1, column"},
		{[]string{"nql", "--data", data, "--format", "xml", "select @t from stream"}, 2, "format"},
		{[]string{"serve", "--no-such-flag"}, 2, "no-such-flag"},
		{[]string{"imprt"}, 2, "import"},
		{[]string{"import", "--data", filepath.Join(t.TempDir(), "data"), filepath.Join(data, "no such file")}, 1, "no such file"},
		{[]string{"check"}, 2, "--data"},
	} {
		_, errs, code := flarePG(t, "", c.args...)
		if code != c.code || !strings.Contains(errs, c.want) {
			t.Errorf("%v: exit code %d, want %d\n%s", c.args, code, c.code, errs)
		}
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func count(t *testing.T, data string) int {
	t.Helper()
	return strings.Count(mustFlarePG(t, "nql", "--data", data, "--format", "ndjson", "select @id from stream"), "\n")
}

// cut shortens a message for a failure's report.
func cut(s string) string { return s[:min(len(s), 2000)] }
