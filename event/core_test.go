package event

import (
	"encoding/json"
	"testing"

	"pgregory.net/rapid"
)

func TestCoreColumns(t *testing.T) {
	const none = "\x00" // no text
	for _, c := range []struct {
		name                    string
		in                      string // without @t
		level, message, exc     string
		trace, span, properties string
	}{
		{"CLEF", `"@mt":"Hello, {Name}","@l":"Warning","@x":"boom","@tr":"1","@sp":"2","Name":"world"`,
			"Warning", "Hello, world", "boom", "1", "2", `{"Name":"world"}`},
		{"CLEF without a level is Information", `"@mt":"Hello"`, "Information", "Hello", none, none, none, `{}`},
		{"so with @m", `"@m":"Hello"`, "Information", "Hello", none, none, none, `{}`},
		{"but a property level comes first", `"@m":"Hello","LEVEL":"Debug"`, "Debug", "Hello", none, none, none, `{"LEVEL":"Debug"}`},
		{"@m before @mt", `"@mt":"{A}","@m":"m","A":1`, "Information", "m", none, none, none, `{"A":1}`},
		{"other shippers", `"Level":"4","Message":"hi","Exception":"e","TraceId":"t","SPAN_ID":"s"`,
			"4", "hi", "e", "t", "s", `{"Exception":"e","Level":"4","Message":"hi","SPAN_ID":"s","TraceId":"t"}`},
		{"severity and msg", `"severity":3,"msg":true`, "3", "true", none, none, none, `{"msg":true,"severity":3}`},
		{"level before severity, message before msg", `"msg":"a","message":"b","Severity":"c","level":"d"`, "d", "b", none, none, none,
			`{"Severity":"c","level":"d","message":"b","msg":"a"}`},
		{"null is absence", `"@l":null,"level":"x","@m":null,"message":"y","@x":null`, "x", "y", none, none, none, `{"level":"x","message":"y"}`},
		{"null level of CLEF", `"@l":null,"@mt":"y"`, "Information", "y", none, none, none, `{}`},
		{"objects are no text", `"@l":{},"severity":"x","level":[],"message":{},"msg":"y"`, "x", "y", none, none, none, `{"level":[],"message":{},"msg":"y","severity":"x"}`},
		{"the first spelling counts", `"level":"b","Level":"a"`, "a", none, none, none, none, `{"Level":"a","level":"b"}`},
		{"escapes are undone", `"@m":"a\nb\"","@l":"\u00e9"`, "é", "a\nb\"", none, none, none, `{}`},
		{"nothing", `"a":{"level":1}`, none, none, none, none, none, `{"a":{"level":1}}`},
		{"trace ids", `"trace_id":"a","traceId":"b","spanid":"c"`, none, none, none, "a", "c", `{"spanid":"c","traceId":"b","trace_id":"a"}`},
		{"odd @ names are properties", `"@version":"1","@@l":"x","@st":"y","@i":1,"@r":[]`, none, none, none, none, none, `{"@@l":"x","@st":"y","@version":"1"}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			doc, _, err := NewDecoder(Options{}).Decode(nil, []byte(`{"@t":0,`+c.in+`}`), nil)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range []struct {
				name string
				f    func(dst, doc []byte) ([]byte, bool)
				want string
			}{{"level", AppendLevel, c.level}, {"message", AppendMessage, c.message}, {"exception", AppendException, c.exc},
				{"trace", AppendTraceID, c.trace}, {"span", AppendSpanID, c.span}} {
				got, ok := f.f([]byte(">"), doc)
				switch {
				case f.want == none && (ok || string(got) != ">"):
					t.Errorf("%s: %q, want none", f.name, got)
				case f.want != none && (!ok || string(got) != ">"+f.want):
					t.Errorf("%s: %q %v, want %q", f.name, got, ok, f.want)
				}
			}
			if got := AppendProperties(nil, doc); string(got) != c.properties {
				t.Errorf("properties %s, want %s", got, c.properties)
			}
		})
	}
}

func TestTemplatesAreRendered(t *testing.T) {
	properties := map[string]string{
		"Name": `"Zoë"`, "N": "42", "F": "1234.5678", "Neg": "-7", "Obj": `{"a":[1]}`, "Null": "null", "True": "true", "0": `"zero"`,
		"Big": "12345678901234567890", "a.b": "1", "Small": "0.0000001", "Exp": "1e3", "Quote": `"a\"b"`,
	}
	for _, c := range [][2]string{
		{"", ""},
		{"plain", "plain"},
		{"{Name} has {N}", "Zoë has 42"},
		{"{@Obj} {$Obj} {Null} {True}", `{"a":[1]} {"a":[1]} null true`},
		{"{0} {a.b} {Quote}", `zero 1 a"b`},
		{"{{Name}} }} {{", "{Name} } {"},
		{"{Missing} {Missing:000} {Missing,5}", "{Missing} {Missing:000} {Missing,5}"},
		{"{", "{"}, {"}", "}"}, {"{}", "{}"}, {"{Name", "{Name"}, {"{ Name}", "{ Name}"}, {"{{{Name}}}", "{Zoë}"}, {"{a{Name}", "{aZoë"},
		{"[{Name,5}] [{Name,-5}] [{Name,2}]", "[  Zoë] [Zoë  ] [Zoë]"},
		{"[{N,6:000}]", "[   042]"},
		{"{Name,x} {Name,0} {Name,}", "{Name,x} {Name,0} {Name,}"},
		{"{N:000} {N:00000} {N:0.00} {N:D4} {N:F} {N:F1} {N:N0} {N:X4} {N:x}", "042 00042 42.00 0042 42.00 42.0 42 002A 2a"},
		{"{F:0.000} {F:0.##} {F:#,##0.0} {F:N} {F:F0} {F:P1} {F:0}", "1234.568 1234.57 1,234.6 1,234.57 1235 123,456.8 % 1235"},
		{"{Neg:000} {Neg:X} {Neg:0.0} {Neg,4}", "-007 FFFFFFF9 -7.0   -7"},
		{"{Big:N0} {Big:0.00}", "12,345,678,901,234,567,890 12345678901234567890.00"},
		{"{Small:0.00} {Small:#.##} {Small:0.##} {Exp:0} {Exp:N0}", "0.00  0 1000 1,000"},
		{"{N:l} {N:yyyy} {Name:000} {F:D}", "42 42 Zoë 1234.5678"},
		{"{Name,-2000000}", "{Name,-2000000}"},
	} {
		got := string(Render(nil, c[0], func(name string) ([]byte, bool) {
			raw, ok := properties[name]
			return []byte(raw), ok
		}))
		if got != c[1] {
			t.Errorf("%q\ngot  %q\nwant %q", c[0], got, c[1])
		}
	}
}

func TestRenderingsStandForFormattedHoles(t *testing.T) {
	doc := `{"@t":"2024-05-01T00:00:00Z","@mt":"{A:0.0} {B} {C:x} {D:00}","@r":["one","three"],"A":1,"B":2,"C":3,"D":4}`
	if got, _ := AppendMessage(nil, []byte(doc)); string(got) != "one 2 three 04" {
		t.Errorf("%s", got)
	}
}

// TestTemplatesWithoutHolesAreTheirText: with braces doubled, any text renders to itself.
func TestTemplatesWithoutHolesAreTheirText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var template []byte
		text := rapid.StringMatching(`[{}a-c:,@ é]{0,20}`).Draw(t, "text")
		for _, c := range []byte(text) {
			template = append(template, c)
			if c == '{' || c == '}' {
				template = append(template, c)
			}
		}
		got := Render(nil, string(template), func(string) ([]byte, bool) { return []byte("1"), true })
		if string(got) != text {
			t.Fatalf("%q rendered as %q", template, got)
		}
	})
}

func TestStringsAreAppendedAsJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.String().Draw(t, "s")
		var back string
		if err := json.Unmarshal(AppendString(nil, []byte(s)), &back); err != nil || back != s {
			t.Fatalf("%q became %q: %v", s, back, err)
		}
	})
}
