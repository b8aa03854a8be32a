package ingest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/flare-pg/flare-pg/event"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// recorder is a sink that keeps what it is given.
type recorder struct {
	docs    []string
	times   []int64
	summary event.Summary
	fail    error // of the Append after failAt events
	failAt  int
}

func (r *recorder) Append(ts int64, doc []byte) error {
	if r.fail != nil && len(r.docs) == r.failAt {
		return r.fail
	}
	r.docs = append(r.docs, string(doc))
	r.times = append(r.times, ts)
	return nil
}

func (r *recorder) Observe(s *event.Summary) { r.summary.Merge(s) }

const at = `{"@t":"2024-05-01T00:00:00Z"`

func text(s string) []Input { return []Input{Reader("input", strings.NewReader(s))} }

func TestLinesAreTakenHoweverTheyEnd(t *testing.T) {
	want := []string{at + `,"a":1}`, at + `,"a":2}`}
	for name, s := range map[string]string{
		"newline":           at + ",\"a\":1}\n" + at + ",\"a\":2}\n",
		"no last newline":   at + ",\"a\":1}\n" + at + ",\"a\":2}",
		"carriage returns":  at + ",\"a\":1}\r\n" + at + ",\"a\":2}\r\n",
		"blank lines":       "\n\n" + at + ",\"a\":1}\n  \t\n\r\n" + at + ",\"a\":2}\n\n",
		"byte-order mark":   "\xef\xbb\xbf" + at + ",\"a\":1}\n" + at + ",\"a\":2}\n",
		"white space":       "  " + at + ",\"a\":1} \t\n" + at + ",\"a\":2}\n",
		"last carriage end": at + ",\"a\":1}\n" + at + ",\"a\":2}\r",
	} {
		t.Run(name, func(t *testing.T) {
			var r recorder
			result, err := Run(t.Context(), text(s), &r, Options{})
			if err != nil || fmt.Sprint(r.docs) != fmt.Sprint(want) {
				t.Fatalf("%v %v", r.docs, err)
			}
			if result.Events != 2 || len(result.Files) != 1 || result.Files[0].Events != 2 {
				t.Errorf("%+v", result)
			}
		})
	}
}

func TestEmptyInputHasNoEvents(t *testing.T) {
	for _, s := range []string{"", "\n", "\xef\xbb\xbf", "\xef\xbb\xbf\n"} {
		result, err := Run(t.Context(), text(s), &recorder{}, Options{})
		if err != nil || result.Events != 0 {
			t.Errorf("%q: %+v %v", s, result, err)
		}
	}
}

func TestBadLinesAreNamed(t *testing.T) {
	good := at + "}\n"
	for _, c := range []struct{ name, line, code, want string }{
		{"not JSON", "hello", event.CodeInvalidText, `input:3:1: expected a JSON object, found 'h'`},
		{"array", "[1]", event.CodeInvalidText, `input:3:1: event is a JSON array: expected an object`},
		{"cut off", `{"a":`, event.CodeInvalidText, `input:3:6: expected a value, found the end`},
		{"trailing", at + `}x`, event.CodeInvalidText, `input:3:30: expected the end of the event, found 'x'`},
		{"UTF-8", at + ",\"a\":\"\xff\"}", event.CodeInvalidUTF8, `input:3:35: invalid UTF-8: byte 0xff`},
		{"NUL", at + `,"a":"\u0000"}`, event.CodeUntranslatable, `input:3:35: \u0000 cannot be stored as text`},
		{"no time", `{"a":1}`, event.CodeNoTime, `input:3:1: event has no time: none of @t, @timestamp, timestamp, time, ts, _time, EventTime is there`},
		{"bad time", `{"@t":"yesterday"}`, event.CodeInvalidTime, `input:3:7: field @t: cannot read timestamp "yesterday"`},
		{"year 0", `{"@t":"0000-01-01T00:00:00Z"}`, event.CodeTimeOutOfRange, `input:3:7: field @t: timestamp is out of range (years 1 to 9999): "0000-01-01T00:00:00Z"`},
		{"year 12000", `{"@t":"12000-01-01T00:00:00Z"}`, event.CodeTimeOutOfRange, `input:3:7: field @t: timestamp is out of range (years 1 to 9999): "12000-01-01T00:00:00Z"`},
		{"too long", at + `,"a":"` + strings.Repeat("x", 5000) + `"}`, event.CodeTooLarge, `input:3: line is longer than the limit of 4000 bytes`},
		{"too deep", at + `,"a":` + strings.Repeat("[", 1000), event.CodeNestedTooDeep, `input:3:545: event is nested more than 512 levels deep`},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := Options{Options: event.Options{Limits: event.Limits{Bytes: 4000}}}
			in := good + "\n" + c.line + "\n" + good + "bad again\n"
			var r recorder
			_, err := Run(t.Context(), text(in), &r, o)
			var line *LineError
			var reason *event.Error
			if !errors.As(err, &line) || err.Error() != c.want {
				t.Fatalf("stop: %v\nwant %s", err, c.want)
			}
			if !errors.As(err, &reason) || reason.Code != c.code {
				t.Errorf("code %s", reason.Code)
			}

			var reported []string
			r = recorder{}
			o.OnError, o.Report = Skip, func(e *LineError) { reported = append(reported, e.Error()) }
			result, err := Run(t.Context(), text(in), &r, o)
			if err != nil || result.Events != 2 || result.BadLines != 2 || result.Lines != 5 {
				t.Fatalf("skip: %+v %v", result, err)
			}
			if len(reported) != 2 || reported[0] != c.want || !strings.HasPrefix(reported[1], "input:5:1: ") {
				t.Errorf("reported %q", reported)
			}
		})
	}
}

func TestSeveralFilesCountEachForItself(t *testing.T) {
	var reported []string
	r := recorder{}
	result, err := Run(t.Context(), []Input{
		Reader("one", strings.NewReader(at+"}\nx\n"+at+"}")),
		Reader("two", strings.NewReader(at+"}\n\nx")),
	}, &r, Options{OnError: Skip, Report: func(e *LineError) { reported = append(reported, e.Error()[:6]) }})
	if err != nil || fmt.Sprint(reported) != "[one:2: two:3:]" {
		t.Fatalf("%q %v", reported, err)
	}
	if result.Events != 3 || result.Files[0].Events != 2 || result.Files[1].Events != 1 || result.Files[1].BadLines != 1 {
		t.Errorf("%+v", result)
	}
}

func compressed(t *testing.T, kind, s string) []byte {
	t.Helper()
	var b bytes.Buffer
	var w io.WriteCloser
	switch kind {
	case "gzip":
		w = gzip.NewWriter(&b)
	case "zstd":
		z, err := zstd.NewWriter(&b, zstd.WithEncoderConcurrency(1))
		if err != nil {
			t.Fatal(err)
		}
		w = z
	default:
		return []byte(s)
	}
	if _, err := io.WriteString(w, s); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func manyLines(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "%s,\"n\":%d,\"x\":\"%x\"}\n", at, i, uint64(i)*0x9e3779b97f4a7c15)
	}
	return b.String()
}

func TestCompressionIsToldByTheFirstBytes(t *testing.T) {
	lines := manyLines(3000)
	for _, kind := range []string{"plain", "gzip", "zstd"} {
		path := filepath.Join(t.TempDir(), "events") // no telling name
		if err := os.WriteFile(path, compressed(t, kind, lines), 0o600); err != nil {
			t.Fatal(err)
		}
		var last Progress
		result, err := Run(t.Context(), []Input{File(path)}, &recorder{}, Options{Progress: func(p Progress) { last = p }})
		if err != nil || result.Events != 3000 || result.Bytes != int64(len(lines)) {
			t.Errorf("%s: %+v %v", kind, result, err)
		}
		if last.Events != 3000 || last.Size == 0 || last.Read != last.Size || last.File != path {
			t.Errorf("%s: progress %+v", kind, last)
		}
		// Two members or frames one after the other are one text.
		twice := append(compressed(t, kind, lines), compressed(t, kind, lines)...)
		result, err = Run(t.Context(), []Input{Reader("twice", bytes.NewReader(twice))}, &recorder{}, Options{})
		if err != nil || result.Events != 6000 {
			t.Errorf("%s twice: %+v %v", kind, result, err)
		}
	}
}

func TestDamagedCompressionIsAnError(t *testing.T) {
	for _, kind := range []string{"gzip", "zstd"} {
		whole := compressed(t, kind, manyLines(3000))
		for _, cut := range []int{5, 12, len(whole) / 2, len(whole) - 1} {
			_, err := Run(t.Context(), []Input{Reader("cut", bytes.NewReader(whole[:cut]))}, &recorder{}, Options{OnError: Skip})
			if !errors.Is(err, ErrDamaged) || !strings.HasPrefix(err.Error(), "cut: ") {
				t.Errorf("%s cut at %d: %v", kind, cut, err)
			}
		}
		flipped := bytes.Clone(whole)
		flipped[len(flipped)/2] ^= 0x10
		if _, err := Run(t.Context(), []Input{Reader("flipped", bytes.NewReader(flipped))}, &recorder{}, Options{OnError: Skip}); !errors.Is(err, ErrDamaged) {
			t.Errorf("%s flipped: %v", kind, err)
		}
	}
}

func TestMissingFileAndDirectoryAreErrors(t *testing.T) {
	dir := t.TempDir()
	if _, err := Run(t.Context(), []Input{File(filepath.Join(dir, "absent"))}, &recorder{}, Options{}); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
	if _, err := Run(t.Context(), []Input{File(dir)}, &recorder{}, Options{}); err == nil || !strings.Contains(err.Error(), "is a directory") {
		t.Error(err)
	}
}

func TestSinkErrorEndsTheRun(t *testing.T) {
	full := errors.New("no space")
	r := &recorder{fail: full, failAt: 10}
	if _, err := Run(t.Context(), text(manyLines(20_000)), r, Options{chunk: 1000}); !errors.Is(err, full) || len(r.docs) != 10 {
		t.Errorf("%v after %d", err, len(r.docs))
	}
}

// endless never ends.
type endless struct{ line []byte }

func (e endless) Read(p []byte) (int, error) { return copy(p, e.line), nil }

func TestCancelEndsTheRun(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	o := Options{Progress: func(p Progress) {
		if p.Events > 10_000 {
			cancel()
		}
	}}
	_, err := Run(ctx, []Input{Reader("endless", endless{[]byte(at + "}\n")})}, &countingSink{}, o)
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestCancelDoesNotWaitForAHangingReader(t *testing.T) {
	read, write := io.Pipe()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	in := Detached("hanging", read)
	if _, err := Run(ctx, []Input{in}, &recorder{}, Options{}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	write.Close() // lets the goroutine go
}

func TestDetachedReadsEverything(t *testing.T) {
	lines := manyLines(20_000)
	var r recorder
	in := Detached("stdin", strings.NewReader(lines))
	if result, err := Run(t.Context(), []Input{in}, &r, Options{}); err != nil || result.Events != 20_000 || result.Bytes != int64(len(lines)) {
		t.Errorf("%+v %v", result, err)
	}
}

// countingSink keeps nothing.
type countingSink struct{ events, bytes int64 }

func (s *countingSink) Append(_ int64, doc []byte) error {
	s.events++
	s.bytes += int64(len(doc))
	return nil
}

func (s *countingSink) Observe(*event.Summary) {}
