package event

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"sort"
	"strings"
	"testing"
	"unicode/utf8"
)

// failer is what testing.T and rapid.T have in common.
type failer interface {
	Helper()
	Fatal(...any)
	Fatalf(string, ...any)
}

// meaning is a document as encoding/json understands it, numbers as spelled.
func meaning(t failer, doc []byte) map[string]any {
	d := json.NewDecoder(bytes.NewReader(doc))
	d.UseNumber()
	var m map[string]any
	if err := d.Decode(&m); err != nil {
		t.Fatalf("encoding/json refuses %q: %v", doc, err)
	}
	return m
}

// checkNormalised fails unless members are sorted and white space is absent, at every depth.
func checkNormalised(t failer, doc []byte, depth int) {
	dec := json.NewDecoder(bytes.NewReader(doc))
	var names []string
	if tok, _ := dec.Token(); tok == json.Delim('{') {
		for dec.More() {
			tok, err := dec.Token()
			if err != nil {
				t.Fatal(err)
			}
			names = append(names, tok.(string))
			var v json.RawMessage
			if err := dec.Decode(&v); err != nil {
				t.Fatal(err)
			}
			checkNormalised(t, v, depth+1)
		}
	} else if tok == json.Delim('[') {
		for dec.More() {
			var v json.RawMessage
			if err := dec.Decode(&v); err != nil {
				t.Fatal(err)
			}
			checkNormalised(t, v, depth+1)
		}
	}
	rank := func(s string) uint64 {
		if r := builtinRank(s); depth == 1 && r != 0 {
			return r
		}
		return 100
	}
	for i := 1; i < len(names); i++ {
		a, b := names[i-1], names[i]
		if rank(a) > rank(b) || rank(a) == rank(b) && a >= b {
			t.Fatalf("%q stands before %q in %s", a, b, doc)
		}
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, doc); err != nil || compact.Len() != len(doc) {
		t.Fatalf("white space in %s", doc)
	}
}

// checkDecoded checks everything that holds of any event that was accepted.
func checkDecoded(t failer, src, doc []byte, ts int64) {
	t.Helper()
	if !json.Valid(doc) || !utf8.Valid(doc) {
		t.Fatalf("%q became the invalid %q", src, doc)
	}
	checkNormalised(t, doc, 1)
	if ts < MinTime || ts > MaxTime {
		t.Fatalf("time %d", ts)
	}
	again, ts2, err := NewDecoder(Options{Limits: Limits{Bytes: 1 << 30}}).Decode(nil, doc, nil)
	if err != nil || !bytes.Equal(again, doc) || ts2 != ts {
		t.Fatalf("not a fixed point: %q\nbecame %q %v", doc, again, err)
	}
	want, got := meaning(t, src), meaning(t, doc)
	delete(want, "@t")
	if got["@t"] == nil {
		t.Fatalf("no @t in %s", doc)
	}
	delete(got, "@t")
	for _, name := range ordinaryTimes[1:] {
		if _, ok := got[name]; !ok {
			delete(want, name) // the one that became @t
		}
	}
	if !reflect.DeepEqual(want, got) {
		t.Fatalf("%q\nbecame %q", src, doc)
	}
}

var fuzzSeeds = []string{
	`{"@t":"2024-05-01T00:00:00Z"}`,
	`{"@t":"2024-05-01T00:00:00Z","b":[1,{"z":1,"a":[2 ,{"y":0,"x":[]}]}],"a":{"b":null,"a":true}}`,
	`{"time":1714521600.25,"a":"\u00e9\ud83d\ude00\n\/","b":-1.5e+10,"c":[[],{},""]}`,
	` { "ts" : "1714521600123" , "a" : 1 , "a" : { "b" : 1, "b" : 2 } } `,
	"{\"EventTime\":\"2020-09-20 12:16:06,5+02:00\",\"\xc3\xa9\":\"\xf0\x9f\x98\x80\"}",
	`{"@t":"2024-05-01T00:00:00Z","":1,"\u0000":2}`, `{"a":"\ud800"}`, `[{}]`, `{"a":01}`, `{"a":[1,2`, `{"@t":-1}`,
	`{"@t":"2024-05-01T00:00:00Z","abcdefghi":1,"abcdefgha":2,"abcdefgh":3,"abcdefgh\n":4}`,
	`{"@t":"2024-05-01T00:00:00Z","a":[1,2,3, 4,{"b":1,"a":2},5,6]}`,
}

func FuzzDecode(f *testing.F) {
	for _, s := range fuzzSeeds {
		f.Add([]byte(s))
	}
	d := NewDecoder(Options{})
	f.Fuzz(func(t *testing.T, src []byte) {
		var s Summary
		prefix := []byte("kept")
		out, ts, err := d.Decode(prefix, src, &s)
		if string(out[:4]) != "kept" {
			t.Fatal("dst was not kept")
		}
		if err == nil {
			checkDecoded(t, src, out[4:], ts)
			s.Properties()
			readEverything(out[4:])
			return
		}
		var e *Error
		if !errors.As(err, &e) || e.Code == "" || e.Reason == "" || e.Offset > len(src) {
			t.Fatalf("%#v", err)
		}
		if len(out) != 4 || s.Len() != 0 {
			t.Fatalf("an error left %q and %d paths", out[4:], s.Len())
		}
		// Whatever is refused as no JSON must be none to encoding/json, but for what we refuse on purpose.
		if e.Code == CodeInvalidText && json.Valid(src) && !strings.Contains(e.Reason, "surrogate") &&
			!strings.Contains(e.Reason, "object") {
			t.Fatalf("%q is valid JSON, but: %v", src, err)
		}
	})
}

// readEverything runs the readers of documents; on any bytes they must end without harm.
func readEverything(doc []byte) {
	for _, f := range []func(dst, doc []byte) ([]byte, bool){AppendLevel, AppendMessage, AppendException, AppendTraceID, AppendSpanID} {
		f(nil, doc)
	}
	AppendProperties(nil, doc)
}

func FuzzReadDocument(f *testing.F) {
	for _, s := range fuzzSeeds {
		f.Add([]byte(s))
	}
	f.Add([]byte(`{"@mt":"{a,5} {b:0.00} {{c}} {d","@r":["x"],"a":1,"b":2}`))
	f.Fuzz(func(_ *testing.T, doc []byte) { readEverything(doc) })
}

func FuzzParseTime(f *testing.F) {
	for _, c := range timeCases {
		f.Add(c.in)
	}
	f.Fuzz(func(t *testing.T, s string) {
		ts, fraction, err := ParseTime([]byte(s))
		if err != nil {
			return
		}
		if ts < MinTime || ts > MaxTime || strings.Trim(fraction, "0123456789") != "" {
			t.Fatalf("%q: %d %q", s, ts, fraction)
		}
		again, _, err := ParseTime(AppendTime(nil, ts))
		if err != nil || again != ts {
			t.Fatalf("%q: %d became %d %v", s, ts, again, err)
		}
	})
}

func TestRealEventsKeepTheirMeaning(t *testing.T) {
	for _, name := range realFiles {
		t.Run(name, func(t *testing.T) {
			lines := realLines(t, name)
			step := 1 + len(lines)/200
			d := NewDecoder(Options{})
			for i := 0; i < len(lines); i += step {
				doc, ts, err := d.Decode(nil, lines[i], nil)
				if err != nil {
					t.Fatal(err)
				}
				checkDecoded(t, lines[i], doc, ts)
			}
		})
	}
}

func TestBuiltinsAreInOrder(t *testing.T) {
	names := []string{"@t", "@mt", "@m", "@l", "@x", "@i", "@r", "@tr", "@sp"}
	if !sort.SliceIsSorted(names, func(i, j int) bool { return builtinRank(names[i]) < builtinRank(names[j]) }) {
		t.Error("order")
	}
	for _, n := range names {
		if !IsBuiltin(n) {
			t.Error(n)
		}
	}
	for _, n := range []string{"", "@", "t", "@@t", "@T", "@st", "@version", "@timestamp", "@metadata"} {
		if IsBuiltin(n) {
			t.Error(n)
		}
	}
}
