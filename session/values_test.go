package session

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/event"
	"github.com/flare-pg/flare-pg/pgwire"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/translate"
	"github.com/flare-pg/flare-pg/types"
)

// code is an error's SQLSTATE, "" for none.
func code(err error) string {
	if e := (*types.Error)(nil); errors.As(err, &e) {
		return e.Code
	}
	if err != nil {
		return "?" + err.Error()
	}
	return ""
}

func TestSettingValues(t *testing.T) {
	table := newTable("test", 50)
	for _, c := range []struct{ name, value, want, code string }{
		{"statement_timeout", "0", "0", ""},
		{"statement_timeout", "1500", "1500ms", ""},
		{"statement_timeout", "5000", "5s", ""},
		{"statement_timeout", "2 min", "2min", ""},
		{"statement_timeout", "1.5s", "1500ms", ""},
		{"statement_timeout", "1h", "1h", ""},
		{"statement_timeout", "-1", "", "22023"},
		{"statement_timeout", "soon", "", "22023"},
		{"statement_timeout", "5 parsecs", "", "22023"},
		{"statement_timeout", "", "", "22023"},
		{"work_mem", "4MB", "4MB", ""},
		{"work_mem", "4096", "4MB", ""},
		{"work_mem", "1", "", "22023"},
		{"extra_float_digits", "3", "3", ""},
		{"extra_float_digits", "4", "", "22023"},
		{"standard_conforming_strings", "ON", "on", ""},
		{"standard_conforming_strings", "off", "", "0A000"},
		{"default_transaction_read_only", "t", "on", ""},
		{"default_transaction_read_only", "of", "off", ""},
		{"default_transaction_read_only", "o", "", "22023"},
		{"bytea_output", "Escape", "escape", ""},
		{"bytea_output", "base64", "", "22023"},
		{"synchronous_commit", "false", "off", ""},
		{"client_encoding", "utf-8", "UTF8", ""},
		{"client_encoding", "UNICODE", "UTF8", ""},
		{"client_encoding", "'utf-8'", "UTF8", ""},
		{"client_encoding", "SQL_ASCII", "SQL_ASCII", ""},
		{"client_encoding", "LATIN1", "", "0A000"},
		{"client_encoding", "klingon", "", "22023"},
		{"DateStyle", "iso, dmy", "ISO, DMY", ""},
		{"DateStyle", "YMD", "ISO, YMD", ""},
		{"DateStyle", "German", "German, DMY", ""},
		{"DateStyle", "never", "", "22023"},
		{"TimeZone", "Europe/Zurich", "Europe/Zurich", ""},
		{"TimeZone", "Mars/Olympus", "", "22023"},
		{"IntervalStyle", "iso_8601", "iso_8601", ""},
		{"application_name", "x\ny", "x?y", ""},
		{"application_name", strings.Repeat("n", 100), strings.Repeat("n", 63), ""},
	} {
		d, ok := table.find(c.name)
		if !ok {
			t.Fatalf("no setting %s", c.name)
		}
		got, err := d.canonical(c.value)
		if got != c.want || code(err) != c.code {
			t.Errorf("%s = %q: %q, %v; want %q, %s", c.name, c.value, got, err, c.want, c.code)
		}
	}
	// Every default is a value that the setting itself takes, in the form that it gives it.
	for _, d := range table.list {
		if d.readOnly {
			continue
		}
		if got, err := d.canonical(d.def); err != nil || got != d.def {
			t.Errorf("%s: default %q becomes %q, %v", d.name, d.def, got, err)
		}
	}
}

// TestCanonicalValuesAreFixed: the canonical form of a canonical form is itself.
func TestCanonicalValuesAreFixed(t *testing.T) {
	table := newTable("test", 50)
	rapid.Check(t, func(t *rapid.T) {
		d := table.list[rapid.IntRange(0, len(table.list)-1).Draw(t, "setting")]
		v, err := d.canonical(rapid.OneOf(rapid.String(), rapid.StringMatching(`[0-9]{1,7} ?(ms|s|min|h|d|kB|MB|GB)?`), rapid.SampledFrom([]string{"on", "off", "yes", "iso", "dmy"})).Draw(t, "value"))
		if err != nil {
			return
		}
		if again, err := d.canonical(v); err != nil || again != v {
			t.Fatalf("%s: %q becomes %q, %v", d.name, v, again, err)
		}
	})
}

func TestParseOptions(t *testing.T) {
	for in, want := range map[string][]string{
		"":                                     nil,
		"-c TimeZone=UTC":                      {"TimeZone=UTC"},
		"-cTimeZone=UTC --work-mem=4MB":        {"TimeZone=UTC", "work-mem=4MB"},
		`-c search_path=a\ b -c x.y=\\`:        {"search_path=a b", `x.y=\`},
		"-c":                                   {""},
		"  -c  geqo=off  ":                     {"geqo=off"},
		"-B 5":                                 {"-B", "5"},
		"x=1":                                  {"x 1"},
		"-c\tstatement_timeout=5s\n-c jit=off": {"statement_timeout=5s", "jit=off"},
	} {
		if got := parseOptions(in); !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

// TestErrors: what the store, the decoder and the end of a context are to the client.
func TestErrors(t *testing.T) {
	ended := func(cause error) context.Context {
		ctx, cancel := context.WithCancelCause(context.Background())
		cancel(cause)
		return ctx
	}
	bg := context.Background()
	for _, c := range []struct {
		ctx  context.Context
		err  error
		code string
	}{
		{bg, nil, ""},
		{bg, types.Errorf("22012", "division by zero"), "22012"},
		{bg, fmt.Errorf("scan: %w", &engine.DamageError{File: "x.tick", Offset: 7, What: "frame"}), "XX001"},
		{bg, fmt.Errorf("commit: %w", engine.ErrPoisoned), "58030"},
		{bg, engine.ErrNoSpace, "53100"},
		{bg, engine.ErrUnknownOutcome, "08007"},
		{bg, engine.ErrReadOnly, "25006"},
		{bg, engine.ErrClosed, "57P03"},
		{bg, &event.Error{Code: "22P05", Reason: "NUL"}, "22P05"},
		{bg, errors.New("other"), "?other"},
		{ended(pgwire.ErrCanceled), context.Canceled, "57014"},
		{ended(pgwire.ErrCanceled), pgwire.ErrCanceled, "57014"},
		{ended(errStatementTimeout), errStatementTimeout, "57014"},
		{ended(pgwire.ErrShutdown), context.Canceled, "57P01"},
		{ended(pgwire.ErrHangup), context.Canceled, "08006"},
		{ended(pgwire.ErrCanceled), types.Errorf("22012", "division by zero"), "22012"}, // it came first
		{bg, pgwire.ErrCanceled, "57014"},
	} {
		if got := code(clientError(c.ctx, c.err)); got != c.code {
			t.Errorf("%v: %s, want %s", c.err, got, c.code)
		}
	}
	// A deadline's own error is told by its cause.
	late, cancel := context.WithDeadlineCause(bg, time.Now().Add(-time.Second), errStatementTimeout)
	defer cancel()
	if err := clientError(late, context.DeadlineExceeded); code(err) != "57014" || !strings.Contains(err.Error(), "statement timeout") {
		t.Error(err)
	}
	if err := because(late, context.DeadlineExceeded); !errors.Is(err, errStatementTimeout) {
		t.Error(err)
	}
}

// copyOf makes a COPY of n text columns.
func copyOf(format string, n int) *translate.Copy {
	b := &translate.Copy{Format: format, Delimiter: '\t', Null: `\N`}
	if format == "csv" {
		b.Delimiter, b.Null, b.Quote, b.Escape = ',', "", '"', '"'
	}
	for i := range n {
		b.Targets = append(b.Targets, plan.Target{Name: fmt.Sprintf("c%d", i), Member: fmt.Sprintf("c%d", i), Type: types.Text})
	}
	return b
}

// readRows reads all rows; null is shown as <null>.
func readRows(b *translate.Copy, in string) (rows [][]string, lines []int64, err error) {
	r := newCopyReader(strings.NewReader(in), b)
	for {
		ok, err := r.next()
		if err != nil || !ok {
			return rows, lines, err
		}
		var row []string
		for _, f := range r.fields {
			if f.null {
				row = append(row, "<null>")
			} else {
				row = append(row, string(f.bytes))
			}
		}
		rows, lines = append(rows, row), append(lines, r.line)
	}
}

func TestCopyReader(t *testing.T) {
	esc := copyOf("csv", 2)
	esc.Escape = '\\'
	force := copyOf("csv", 2)
	force.ForceNotNull, force.ForceNull = []string{"c0"}, []string{"c1"}
	for _, c := range []struct {
		name string
		b    *translate.Copy
		in   string
		want [][]string
		code string
	}{
		{"text", copyOf("text", 2), "a\tb\nc\t\\N\n", [][]string{{"a", "b"}, {"c", "<null>"}}, ""},
		{"no newline at the end", copyOf("text", 1), "a\nb", [][]string{{"a"}, {"b"}}, ""},
		{"carriage returns", copyOf("text", 1), "a\r\nb\r\n", [][]string{{"a"}, {"b"}}, ""},
		{"escapes", copyOf("text", 2), `\ta\\b\n` + "\t" + `\x41\102\q` + "\n", [][]string{{"\ta\\b\n", "ABq"}}, ""},
		{"escaped delimiter and line end", copyOf("text", 2), "a\\\tb\tc\\\nd\n", [][]string{{"a\tb", "c\nd"}}, ""},
		{"escaped null is no null", copyOf("text", 1), "\\\\N\n", [][]string{{`\N`}}, ""},
		{"end mark", copyOf("text", 1), "a\n\\.\nb\n", [][]string{{"a"}}, ""},
		{"empty input", copyOf("text", 1), "", nil, ""},
		{"empty line", copyOf("text", 1), "\n", [][]string{{""}}, ""},
		{"csv", copyOf("csv", 3), "a,\"b,\"\"c\"\"\",\n", [][]string{{"a", `b,"c"`, "<null>"}}, ""},
		{"csv quoted empty", copyOf("csv", 2), "\"\",\n", [][]string{{"", "<null>"}}, ""},
		{"csv lines", copyOf("csv", 2), "\"a\nb\r\nc\",d\ne,f\n", [][]string{{"a\nb\r\nc", "d"}, {"e", "f"}}, ""},
		{"csv escape", esc, `"a\"b\\",c` + "\n", [][]string{{`a"b\`, "c"}}, ""},
		{"csv quotes inside", copyOf("csv", 1), "a\"b\"c\n", [][]string{{"abc"}}, ""},
		{"csv force", force, ",\"\"\n", [][]string{{"", "<null>"}}, ""},
		{"csv unterminated", copyOf("csv", 1), "\"a\nb", nil, "22P04"},
		{"lines that end in carriage returns", copyOf("text", 1), "a\rb\r", [][]string{{"a"}, {"b"}}, ""},
		{"csv lines that end in carriage returns", copyOf("csv", 1), "a\r\"b\nc\"\r", [][]string{{"a"}, {"b\nc"}}, ""},
		{"another line end", copyOf("text", 1), "a\nb\r\n", [][]string{{"a"}}, "22P04"},
		{"a bare line end", copyOf("csv", 1), "a\r\nb\nc\r\n", [][]string{{"a"}}, "22P04"},
		{"end mark behind data", copyOf("text", 1), "a\\.\nb\n", [][]string{{"a"}}, ""},
		{"end mark and more", copyOf("text", 1), "a\n\\.b\n", [][]string{{"a"}}, "22P04"},
		{"csv end mark that is a value", copyOf("csv", 2), "\\.,b\n", [][]string{{`\.`, "b"}}, ""},
		{"backslash at the end", copyOf("text", 1), "a\nb\\", [][]string{{"a"}, {"b"}}, ""},
		{"csv end mark", copyOf("csv", 1), "a\n\\.\n", [][]string{{"a"}}, ""},
	} {
		rows, _, err := readRows(c.b, c.in)
		if fmt.Sprintf("%q", rows) != fmt.Sprintf("%q", c.want) || code(err) != c.code {
			t.Errorf("%s: %q, %v; want %q, %s", c.name, rows, err, c.want, c.code)
		}
	}
	if _, lines, _ := readRows(copyOf("csv", 1), "a\n\"b\nb\"\nc\n"); !slices.Equal(lines, []int64{1, 3, 4}) {
		t.Errorf("lines %d", lines)
	}
}

// TestCopyRoundTrip: what the writer writes the reader reads, whatever the values hold.
func TestCopyRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 4).Draw(t, "columns")
		b := copyOf(rapid.SampledFrom([]string{"text", "csv"}).Draw(t, "format"), n)
		if b.Format == "csv" && rapid.Bool().Draw(t, "backslash") {
			b.Escape = '\\'
		}
		if rapid.Bool().Draw(t, "null") {
			b.Null = "nil"
		}
		value := rapid.OneOf(rapid.StringMatching("[a\\\\\"',\t\n.Nil]{0,6}"), rapid.SampledFrom([]string{"", `\N`, `\.`, "nil"}))
		var want [][]string
		var text []byte
		w := newCopyWriter(nil, b, nil)
		w.force = make([]bool, n)
		for range rapid.IntRange(1, 4).Draw(t, "rows") {
			var row []string
			w.line = w.line[:0]
			for i := range n {
				w.separate(i)
				if rapid.IntRange(0, 3).Draw(t, "isnull") == 0 {
					w.line = append(w.line, b.Null...)
					row = append(row, "<null>")
					continue
				}
				v := value.Draw(t, "value")
				if b.Format == "text" && v == b.Null && v == "nil" {
					v = "other" // a text null that is no escape can't be told from the value: PostgreSQL has the same flaw
				}
				w.cols = w.cols[:0]
				w.append([]byte(v), n == 1)
				row = append(row, v)
			}
			text = append(append(text, w.line...), '\n')
			want = append(want, row)
		}
		rows, _, err := readRows(b, string(text))
		if err != nil || fmt.Sprintf("%q", rows) != fmt.Sprintf("%q", want) {
			t.Fatalf("%q: %q, %v; want %q", text, rows, err, want)
		}
	})
}

// FuzzCopyReader: any bytes are read to an end, and no field is longer than the input.
func FuzzCopyReader(f *testing.F) {
	f.Add("a\tb\n", false)
	f.Add("\"a\n\"\"b\",c\n\\.\n", true)
	f.Add("\\x\\0\\777\\", false)
	f.Add("\\", false)
	f.Fuzz(func(t *testing.T, in string, csv bool) {
		b := copyOf("text", 2)
		if csv {
			b = copyOf("csv", 2)
		}
		rows, _, err := readRows(b, in)
		if err != nil && code(err) != "22P04" {
			t.Fatal(err)
		}
		total := 0
		for _, r := range rows {
			for _, v := range r {
				if v != "<null>" {
					total += len(v)
				}
			}
		}
		if total > len(in) {
			t.Fatalf("%d bytes out of %d", total, len(in))
		}
	})
}
