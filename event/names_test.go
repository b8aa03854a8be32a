package event

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
)

// TestEventsOfEachSize: with any number of members, with and without a time of their own, at the top and nested, twice so that the shape is known.
func TestEventsOfEachSize(t *testing.T) {
	now := int64(15779342450000000)
	d := NewDecoder(Options{Now: &now})
	check := func(n int, in, want string) {
		t.Helper()
		var s Summary
		for range 3 {
			doc, ts, err := d.Decode(nil, []byte(in), &s)
			if err != nil || string(doc) != want || ts != now {
				t.Fatalf("%d members: %v\ngot  %.200s\nwant %.200s", n, err, doc, want)
			}
		}
		for _, p := range s.Properties() {
			if p.Count != 3 {
				t.Fatalf("%d members: %+v", n, p)
			}
		}
	}
	for _, n := range []int{0, 1, 2, 3, 62, 63, 64, 65, 66, 100, 126, 127, 128, 129, 130, 191, 192, 193, 255, 256, 257, 300, 1000, 2040, 3000, 70_000} {
		up, down := make([]string, n), make([]string, n)
		for i := range n {
			up[i] = fmt.Sprintf(`"p%06d":%d`, i, i)
			down[n-1-i] = up[i]
		}
		comma := ""
		if n > 0 {
			comma = ","
		}
		sorted := strings.Join(up, ",")
		check(n, "{"+strings.Join(down, ",")+"}", `{"@t":"2020-01-02T03:04:05.0000000Z"`+comma+sorted+"}")
		check(n, `{"@t":"2020-01-02T03:04:05Z"`+comma+strings.Join(down, ",")+"}", `{"@t":"2020-01-02T03:04:05Z"`+comma+sorted+"}")
		check(n, `{"o":{`+strings.Join(down, ",")+"}}", `{"@t":"2020-01-02T03:04:05.0000000Z","o":{`+sorted+"}}")
		check(n, `{"a":[{`+strings.Join(down, ",")+"},1]}", `{"@t":"2020-01-02T03:04:05.0000000Z","a":[{`+sorted+"},1]}")
	}
}

// TestNamesAreForgotten: a Decoder that meets ever new names answers as before, and holds no more than it may.
func TestNamesAreForgotten(t *testing.T) {
	d := NewDecoder(Options{})
	var in, want bytes.Buffer
	for i := range 3000 {
		in.Reset()
		want.Reset()
		in.WriteString(`{"z":1,"@t":"2020-01-02T03:04:05Z"`)
		want.WriteString(`{"@t":"2020-01-02T03:04:05Z","a":{"b":1}`)
		for k := range 20 {
			fmt.Fprintf(&in, `,"n%d":null`, 100_000+20*i+19-k)
			fmt.Fprintf(&want, `,"n%d":null`, 100_000+20*i+k)
		}
		in.WriteString(`,"a":{"b":1}}`)
		want.WriteString(`,"z":1}`)
		doc, _, err := d.Decode(nil, in.Bytes(), new(Summary))
		if err != nil || !bytes.Equal(doc, want.Bytes()) {
			t.Fatalf("event %d: %v\ngot  %s\nwant %s", i, err, doc, want.Bytes())
		}
		if len(d.names.all) > maxNames || d.names.strays > manyStrays+20 {
			t.Fatalf("%d names, %d strays", len(d.names.all), d.names.strays)
		}
	}
}
