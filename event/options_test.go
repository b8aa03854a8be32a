package event

import (
	"errors"
	"strconv"
	"strings"
	"testing"
)

func TestOptionsMoveFields(t *testing.T) {
	now := int64(15779342450000000)
	for _, c := range []struct {
		name string
		o    Options
		in   string
		want string
	}{
		{"timestamp", Options{Timestamp: "when"}, `{"when":"2020-01-02 03:04:05","@timestamp":"x"}`, `{"@t":"2020-01-02T03:04:05Z","@timestamp":"x"}`},
		{"timestamp takes @t's place", Options{Timestamp: "when"}, `{"@t":"2001-01-01T00:00:00Z","when":"2020-01-02 03:04:05"}`, `{"@t":"2020-01-02T03:04:05Z"}`},
		{"timestamp absent: @t", Options{Timestamp: "when"}, `{"@t":"2020-01-02T03:04:05Z","time":"x"}`, `{"@t":"2020-01-02T03:04:05Z","time":"x"}`},
		{"level and message", Options{Level: "Severity", Message: "text"}, `{"@t":"2020-01-02T03:04:05Z","text":"hi","Severity":4}`, `{"@t":"2020-01-02T03:04:05Z","@m":"hi","@l":4}`},
		{"they take the built-ins' places", Options{Level: "s", Message: "t"}, `{"t":1,"@m":2,"@l":3,"s":4,"@t":"2020-01-02T03:04:05Z"}`, `{"@t":"2020-01-02T03:04:05Z","@m":1,"@l":4}`},
		{"absent fields move nothing", Options{Level: "s", Message: "t"}, `{"@m":2,"@l":3,"@t":"2020-01-02T03:04:05Z"}`, `{"@t":"2020-01-02T03:04:05Z","@m":2,"@l":3}`},
		{"the built-ins change places", Options{Level: "@m", Message: "@l"}, `{"@m":2,"@l":3,"@t":"2020-01-02T03:04:05Z"}`, `{"@t":"2020-01-02T03:04:05Z","@m":3,"@l":2}`},
		{"one field for all", Options{Timestamp: "x", Level: "x", Message: "x"}, `{"x":"2020-01-02T03:04:05Z"}`, `{"@t":"2020-01-02T03:04:05Z"}`},
		{"the last duplicate is moved", Options{Level: "s"}, `{"s":1,"@t":"2020-01-02T03:04:05Z","s":2}`, `{"@t":"2020-01-02T03:04:05Z","@l":2}`},
		{"escaped name", Options{Level: "sé"}, `{"s\u00e9":1,"@t":"2020-01-02T03:04:05Z"}`, `{"@t":"2020-01-02T03:04:05Z","@l":1}`},
		{"nested fields are not moved", Options{Level: "s"}, `{"o":{"s":1,"@timestamp":2},"@t":"2020-01-02T03:04:05Z"}`, `{"@t":"2020-01-02T03:04:05Z","o":{"@timestamp":2,"s":1}}`},
		{"now", Options{Now: &now}, `{"a":1}`, `{"@t":"2020-01-02T03:04:05.0000000Z","a":1}`},
		{"now, empty event", Options{Now: &now}, `{}`, `{"@t":"2020-01-02T03:04:05.0000000Z"}`},
		{"now is for events without a time", Options{Now: &now}, `{"ts":1577934245}`, `{"@t":"2020-01-02T03:04:05Z"}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			var s Summary
			got, ts, err := NewDecoder(c.o).Decode(nil, []byte(c.in), &s)
			if err != nil || string(got) != c.want || ts != now {
				t.Fatalf("got  %s %d %v\nwant %s", got, ts, err, c.want)
			}
			for _, p := range s.Properties() {
				if !strings.Contains(c.want, `"`+p.Path[0]+`"`) || IsBuiltin(p.Path[0]) {
					t.Errorf("observed %v", p.Path)
				}
			}
		})
	}
}

func TestEachKindOfBadEventIsAClearError(t *testing.T) {
	const at = `{"@t":"2020-01-02T03:04:05Z"`
	for _, c := range []struct{ in, code, want string }{
		{"", CodeInvalidText, "event is empty: expected a JSON object at offset 0"},
		{"  ", CodeInvalidText, "event is empty: expected a JSON object at offset 2"},
		{" []", CodeInvalidText, "event is a JSON array: expected an object at offset 1"},
		{"12", CodeInvalidText, "expected a JSON object, found '1' at offset 0"},
		{at + "} {}", CodeInvalidText, "expected the end of the event, found '{' at offset 30"},
		{at + ",}", CodeInvalidText, "expected a member's name in quotes, found '}' at offset 29"},
		{at + `,"a"}`, CodeInvalidText, "expected a colon, found '}' at offset 32"},
		{at + `,"a":}`, CodeInvalidText, "expected a value, found '}' at offset 33"},
		{at + `,"a":tru}`, CodeInvalidText, "expected true, found '}' at offset 36"},
		{at + `,"a":01}`, CodeInvalidText, "expected a comma or }, found '1' at offset 34"},
		{at + `,"a":-}`, CodeInvalidText, "expected a digit, found '}' at offset 34"},
		{at + `,"a":1.}`, CodeInvalidText, "expected a digit, found '}' at offset 35"},
		{at + `,"a":1e+}`, CodeInvalidText, "expected a digit, found '}' at offset 36"},
		{at + `,"a":[1 2]}`, CodeInvalidText, "expected a comma or ], found '2' at offset 36"},
		{at + `,"a":[1,]}`, CodeInvalidText, "expected a value, found ']' at offset 36"},
		{at + `,"a":NaN}`, CodeInvalidText, "expected a value, found 'N' at offset 33"},
		{at + `,"a":"x`, CodeInvalidText, "string without a closing quote at offset 35"},
		{at + `,"a":"x` + "\n", CodeInvalidText, "string without a closing quote on its line at offset 35"},
		{at + `,"a":"x` + "\x01\"}", CodeInvalidText, `control character in a string: '\x01' must be escaped at offset 35`},
		{at + `,"a":"\x"}`, CodeInvalidText, "invalid escape in a string at offset 34"},
		{at + `,"a":"\u12g4"}`, CodeInvalidText, `invalid escape in a string: \u wants four hexadecimal digits at offset 34`},
		{at + `,"a":"\ud800"}`, CodeInvalidText, "high surrogate without a low one behind it at offset 34"},
		{at + `,"a":"\ud800\u0041"}`, CodeInvalidText, "high surrogate without a low one behind it at offset 34"},
		{at + `,"a":"\udc00"}`, CodeInvalidText, "low surrogate without a high one before it at offset 34"},
		{at + `,"a":"\u0000"}`, CodeUntranslatable, `\u0000 cannot be stored as text at offset 34`},
		{at + `,"\u0000":1}`, CodeUntranslatable, `\u0000 cannot be stored as text at offset 30`},
		{at + ",\"\xc3\":1}", CodeInvalidUTF8, "invalid UTF-8: byte 0xc3 at offset 30"},
		{at + ",\"a\":\"\xc0\x80\"}", CodeInvalidUTF8, "invalid UTF-8: byte 0xc0 at offset 34"},
		{at + ",\"a\":\"é\xed\xa0\x80\"}", CodeInvalidUTF8, "invalid UTF-8: byte 0xed at offset 36"},
		{"{}", CodeNoTime, "event has no time: none of @t, @timestamp, timestamp, time, ts, _time, EventTime is there at offset 0"},
		{`{"@timestamp":null,"time":1}`, CodeInvalidTime, "field @timestamp: timestamp is null at offset 14"},
		{`{"time":{}}`, CodeInvalidTime, "field time: timestamp is an object at offset 8"},
		{`{"time":[]}`, CodeInvalidTime, "field time: timestamp is an array at offset 8"},
		{`{"time":true}`, CodeInvalidTime, "field time: timestamp is a boolean at offset 8"},
		{`{"@t":"0000-01-01T00:00:00Z"}`, CodeTimeOutOfRange, `field @t: timestamp is out of range (years 1 to 9999): "0000-01-01T00:00:00Z" at offset 6`},
	} {
		experienced := NewDecoder(Options{})
		for range 4 {
			if _, _, err := experienced.Decode(nil, []byte(at+`,"a":1,"time":1}`), nil); err != nil {
				t.Fatal(err)
			}
		}
		for _, d := range []*Decoder{NewDecoder(Options{}), experienced} {
			dst, _, err := d.Decode([]byte("x"), []byte(c.in), nil)
			var e *Error
			if !errors.As(err, &e) || e.Code != c.code || err.Error() != c.want || string(dst) != "x" {
				t.Errorf("%s\ngot  %v\nwant %s %s", c.in, err, c.want, c.code)
			}
		}
	}
}

func TestLimitsHold(t *testing.T) {
	d := NewDecoder(Options{})
	big := []byte(`{"@t":0,"a":"` + strings.Repeat("x", 20_000_000) + `"}`)
	if _, _, err := d.Decode(nil, big, nil); err == nil || err.Error() != "event of 20000015 bytes is larger than the limit of 16777216" {
		t.Error(err)
	}
	nested := func(n int, open, shut string) []byte {
		return []byte(`{"@t":0,"a":` + strings.Repeat(open, n) + "1" + strings.Repeat(shut, n) + "}")
	}
	for _, c := range [][2]string{{"[", "]"}, {`{"a":`, "}"}} {
		if _, _, err := d.Decode(nil, nested(511, c[0], c[1]), new(Summary)); err != nil {
			t.Error(err)
		}
		for _, n := range []int{512, 10_000, 1_000_000} {
			_, _, err := d.Decode(nil, nested(n, c[0], c[1]), nil)
			var e *Error
			if !errors.As(err, &e) || e.Code != CodeNestedTooDeep {
				t.Errorf("%d levels: %v", n, err)
			}
		}
	}
	if _, _, err := NewDecoder(Options{Limits: Limits{Depth: 3}}).Decode(nil, nested(3, "[", "]"), nil); err == nil {
		t.Error("4 levels of 3 were accepted")
	}
}

// TestManyMembersTakeNoQuadraticTime: the members of an object, sorted the wrong way round or all of one name.
func TestManyMembersTakeNoQuadraticTime(t *testing.T) {
	var reversed, same strings.Builder
	reversed.WriteString(`{"@t":0`)
	same.WriteString(`{"@t":0`)
	const n = 200_000
	for i := range n {
		reversed.WriteString(`,"member` + string(rune('a'+25-i*26/n)) + strings.Repeat("z", 3) + strconv.Itoa(n-i) + `":1`)
		same.WriteString(`,"one":1`)
	}
	d := NewDecoder(Options{})
	for _, s := range []string{reversed.String() + "}", same.String() + "}"} {
		doc, _, err := d.Decode(nil, []byte(s), new(Summary))
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(s, `"one":1}`) && string(doc) != `{"@t":"1970-01-01T00:00:00Z","one":1}` {
			t.Errorf("%.100s", doc)
		}
	}
}

func TestLongArraysTakeLittleScratch(t *testing.T) {
	for _, array := range []string{strings.Repeat("1,", 30_000), `"\/",` + strings.Repeat("1,", 15_000) + `{"b":1,"a":2},` + strings.Repeat(`[{"a":1}],`, 15_000)} {
		d := NewDecoder(Options{})
		doc, _, err := d.Decode(nil, []byte(`{"@t":0,"a":[`+array+`0]}`), nil)
		if err != nil || len(doc) < len(array) {
			t.Fatal(len(doc), err)
		}
		if n := cap(d.nodes) + cap(d.order); n > 100 {
			t.Errorf("%d nodes", n)
		}
	}
}
