package event

import (
	"bytes"
	"testing"

	"pgregory.net/rapid"

	"github.com/flare-pg/flare-pg/nql/sparse"
)

// coreOf is a core column as its definition has it, without knowledge of the order of members.
func coreOf(doc []byte, builtin string, names ...string) (string, bool) {
	named := func(is func(name string) bool) (sparse.Value, bool) {
		for it := sparse.Members(doc); ; {
			key, v, ok := it.Next()
			if !ok {
				return sparse.Value{}, false
			}
			if is(string(sparse.Unquote(nil, key))) {
				return v, true
			}
		}
	}
	if v, ok := named(func(name string) bool { return name == builtin }); ok && scalar(v) {
		return string(appendScalar(nil, v)), true
	}
	for _, want := range names {
		v, ok := named(func(name string) bool { return bytes.EqualFold([]byte(name), []byte(want)) })
		if ok && scalar(v) {
			return string(appendScalar(nil, v)), true
		}
	}
	return "", false
}

// On every document that a Decoder makes the core columns are what their definitions say.
func TestCoreColumnsFollowTheirDefinitions(t *testing.T) {
	now := int64(16e15)
	d := NewDecoder(Options{Now: &now})
	names := rapid.SampledFrom([]string{"", "@", "@a", "@l", "@m", "@mt", "@x", "@tr", "@sp", "@z", "Level", "LEVEL", "level", "levels", "Severity", "ſeverity",
		"SEVERITY", "message", "Message", "meſſage", "MSG", "msg", "mſg", "exception", "Exception", "trace_id", "TraceId", "traceid", "SpanID", "ſpan_id", "span_id", "a", "z", "é"})
	rapid.Check(t, func(t *rapid.T) {
		src := `{"`
		for range rapid.IntRange(0, 8).Draw(t, "members") {
			if len(src) > 2 {
				src += `,"`
			}
			src += names.Draw(t, "name") + `":` + drawMember(t, 1)
		}
		if len(src) == 2 {
			src = "{"
		}
		doc, _, err := d.Decode(nil, []byte(src+"}"), nil)
		if err != nil {
			t.Skip("no event")
		}
		is := func(column string, f func(dst, doc []byte) ([]byte, bool), want string, ok bool) {
			if got, has := f(nil, doc); string(got) != want || has != ok {
				t.Fatalf("%s of %s is %q %v, want %q %v", column, doc, got, has, want, ok)
			}
		}
		level, ok := coreOf(doc, "@l", "level", "severity")
		if !ok {
			mt, m := sparse.Get(doc, []sparse.Step{{Name: "@mt"}}), sparse.Get(doc, []sparse.Step{{Name: "@m"}})
			if mt.Kind > sparse.Null || m.Kind > sparse.Null {
				level, ok = Information, true
			}
		}
		is("level", AppendLevel, level, ok)
		for _, c := range []struct {
			name    string
			f       func(dst, doc []byte) ([]byte, bool)
			builtin string
			names   []string
		}{{"exception", AppendException, "@x", []string{"exception"}}, {"trace id", AppendTraceID, "@tr", []string{"trace_id", "traceId"}},
			{"span id", AppendSpanID, "@sp", []string{"span_id", "spanId"}}} {
			want, ok := coreOf(doc, c.builtin, c.names...)
			is(c.name, c.f, want, ok)
		}
		if sparse.Get(doc, []sparse.Step{{Name: "@mt"}}).Kind != sparse.String { // else see the tests of templates
			want, ok := coreOf(doc, "@m", "message", "msg")
			is("message", AppendMessage, want, ok)
		}
	})
}
