package event

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// reference decodes as Decode is meant to, by encoding/json and the simplest means. It knows whether there is an error, not which.
type reference struct {
	o     Options
	paths []*Property // of all events that were accepted, in order of first appearance
	first []class
}

// refValue is a value as encoding/json reads it: nil, bool, json.Number, string, []refValue or []refMember.
type refValue any

type refMember struct {
	name  string
	value refValue
}

func (r *reference) decode(src []byte) (doc []byte, ts int64, ok bool) {
	if !utf8.Valid(src) || !json.Valid(src) || !storableEscapes(src) {
		return nil, 0, false
	}
	dec := json.NewDecoder(bytes.NewReader(src))
	dec.UseNumber()
	v, depth := readRef(dec)
	members, isObject := v.([]refMember)
	if limit := NewDecoder(r.o).Limits().Depth; !isObject || depth > limit {
		return nil, 0, false
	}
	members = lastOfEach(members)

	// The members that are moved.
	place := func(name string) int {
		return slices.IndexFunc(members, func(m refMember) bool { return m.name == name })
	}
	chosen := -1
	if r.o.Timestamp != "" {
		if chosen = place(r.o.Timestamp); chosen < 0 {
			chosen = place("@t")
		}
	} else {
		for _, name := range ordinaryTimes {
			if chosen = place(name); chosen >= 0 {
				break
			}
		}
	}
	level, message := -1, -1
	if r.o.Level != "" {
		level = place(r.o.Level)
	}
	if r.o.Message != "" {
		message = place(r.o.Message)
	}
	var fraction string
	var err error
	switch {
	case chosen >= 0:
		switch v := members[chosen].value.(type) {
		case string:
			ts, fraction, err = ParseTime([]byte(v))
		case json.Number:
			ts, fraction, err = parseNumberTime(string(v))
		default:
			return nil, 0, false
		}
	case r.o.Now != nil:
		ts, fraction, err = ParseTime(AppendTime(nil, *r.o.Now))
	default:
		return nil, 0, false
	}
	if err != nil {
		return nil, 0, false
	}
	if fraction != "" {
		fraction = "." + fraction
	}
	stamp := time.Unix(floorDiv(ts, ticksPerSecond), 0).UTC().Format("2006-01-02T15:04:05") + fraction + "Z"

	out := []refMember{{"@t", stamp}}
	taken := []string{"@t"}
	moved := []int{chosen}
	for _, m := range []struct {
		at int
		to string
	}{{level, "@l"}, {message, "@m"}} {
		if m.at >= 0 && !slices.Contains(moved, m.at) {
			moved = append(moved, m.at)
			taken = append(taken, m.to)
			out = append(out, refMember{m.to, members[m.at].value})
		}
	}
	var properties []refMember
	for i, m := range members {
		if slices.Contains(moved, i) || slices.Contains(taken, m.name) {
			continue
		}
		out = append(out, m)
		if !IsBuiltin(m.name) {
			properties = append(properties, m)
		}
	}
	r.observe(nil, properties)
	return appendRef(nil, out, true), ts, true
}

// parseNumberTime is ParseTime for a number, which is an epoch whatever it looks like.
func parseNumberTime(s string) (ts int64, fraction string, err error) {
	var scratch []byte
	t, e := parseEpoch([]byte(s), &scratch)
	if e != nil {
		return 0, "", e
	}
	return t.ticks(), string(t.fraction), nil
}

// storableEscapes reports whether no escape of a valid text is NUL or half of a character.
func storableEscapes(src []byte) bool {
	high := false // the escape before was a high surrogate
	for i := 0; i < len(src); i++ {
		if src[i] != '\\' {
			if high {
				return false
			}
			continue
		}
		i++
		if src[i] != 'u' {
			if high {
				return false
			}
			continue
		}
		var c rune
		fmt.Sscanf(string(src[i+1:i+5]), "%04x", &c)
		i += 4
		switch {
		case c == 0, high != (c >= 0xdc00 && c < 0xe000):
			return false
		}
		high = c >= 0xd800 && c < 0xdc00
	}
	return !high
}

func readRef(dec *json.Decoder) (v refValue, depth int) {
	tok, err := dec.Token()
	if err != nil {
		panic(err)
	}
	switch tok {
	case json.Delim('{'):
		members := []refMember{}
		for dec.More() {
			name, err := dec.Token()
			if err != nil {
				panic(err)
			}
			v, n := readRef(dec)
			members = append(members, refMember{name.(string), v})
			depth = max(depth, n)
		}
		dec.Token()
		return members, depth + 1
	case json.Delim('['):
		elements := []refValue{}
		for dec.More() {
			v, n := readRef(dec)
			elements = append(elements, v)
			depth = max(depth, n)
		}
		dec.Token()
		return elements, depth + 1
	}
	return tok, 0
}

// lastOfEach leaves out members that a later one of the same name replaces.
func lastOfEach(members []refMember) []refMember {
	last := map[string]int{}
	for i, m := range members {
		last[m.name] = i
	}
	var kept []refMember
	for i, m := range members {
		if last[m.name] == i {
			kept = append(kept, m)
		}
	}
	return kept
}

// appendRef appends a value in normalised form.
func appendRef(dst []byte, v refValue, outermost bool) []byte {
	switch v := v.(type) {
	case nil:
		return append(dst, "null"...)
	case bool:
		return fmt.Append(dst, v)
	case json.Number:
		return append(dst, v...)
	case string:
		dst = append(dst, '"')
		for _, c := range v {
			switch {
			case c == '"' || c == '\\':
				dst = append(dst, '\\', byte(c))
			case c >= 0x20:
				dst = utf8.AppendRune(dst, c)
			case strings.ContainsRune("\b\f\n\r\t", c):
				dst = append(dst, '\\', "btn.fr"[c-8])
			default:
				dst = fmt.Appendf(dst, `\u%04x`, c)
			}
		}
		return append(dst, '"')
	case []refValue:
		dst = append(dst, '[')
		for i, e := range v {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendRef(dst, e, false)
		}
		return append(dst, ']')
	}
	members := slices.Clone(lastOfEach(v.([]refMember)))
	slices.SortFunc(members, func(a, b refMember) int {
		if i, k := slices.Index(builtinOrder, a.name), slices.Index(builtinOrder, b.name); outermost && (i >= 0 || k >= 0) {
			if i < 0 || k >= 0 && k < i {
				return 1
			}
			return -1
		}
		return strings.Compare(a.name, b.name)
	})
	dst = append(dst, '{')
	for i, m := range members {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendRef(append(appendRef(dst, m.name, false), ':'), m.value, false)
	}
	return append(dst, '}')
}

// observe counts the members of an object at path.
func (r *reference) observe(path []string, members []refMember) {
	for _, m := range lastOfEach(members) {
		at := append(slices.Clone(path), m.name)
		if len(m.name) > MaxNameBytes || len(at) > MaxLevels {
			continue
		}
		i := slices.IndexFunc(r.paths, func(p *Property) bool { return slices.Equal(p.Path, at) })
		if i < 0 {
			i = len(r.paths)
			r.paths = append(r.paths, &Property{Path: at})
			r.first = append(r.first, classNull)
		}
		c := classJSON
		switch v := m.value.(type) {
		case nil:
			c = classNull
		case bool:
			c = classBool
		case json.Number:
			c = classNumber
			r.paths[i].traits |= traitsOf([]byte(v))
		case string:
			c = classText
		}
		r.paths[i].counts[c]++
		if r.first[i] == classNull {
			r.first[i] = c
		}
		if nested, ok := m.value.([]refMember); ok {
			r.observe(at, nested)
		}
	}
}

// compared is a Decoder with a Summary, and the reference that must agree with them.
type compared struct {
	d    *Decoder
	seen Summary
	ref  reference
}

func newCompared(o Options) *compared { return &compared{d: NewDecoder(o), ref: reference{o: o}} }

func comparedWith(options []Options) (all []*compared) {
	for _, o := range options {
		all = append(all, newCompared(o))
	}
	return all
}

// check decodes src both ways.
func (c *compared) check(t failer, src []byte) {
	t.Helper()
	doc, ts, err := c.d.Decode(nil, src, &c.seen)
	want, wantTime, ok := c.ref.decode(src)
	switch {
	case (err == nil) != ok:
		t.Fatalf("%q: %v, but the reference: %t", src, err, ok)
	case ok && (!bytes.Equal(doc, want) || ts != wantTime):
		t.Fatalf("%q became\n%q at %d, by the reference\n%q at %d", src, doc, ts, want, wantTime)
	}
}

// checkSeen compares what is known of the properties by now, and begins anew.
func (c *compared) checkSeen(t failer) {
	t.Helper()
	all := c.seen.Properties()
	for i, p := range c.ref.paths {
		p.settle(c.ref.first[i])
		if i >= len(all) || fmt.Sprint(all[i]) != fmt.Sprint(*p) {
			t.Fatalf("properties %+v\nby the reference, %d is %+v", all, i, *p)
		}
	}
	if len(all) != len(c.ref.paths) {
		t.Fatalf("%d properties, by the reference %d", len(all), len(c.ref.paths))
	}
	c.seen.Reset()
	c.ref.paths, c.ref.first = nil, nil
}

var comparedOptions = func() []Options {
	now := int64(15779342450000000)
	return []Options{
		{}, {Now: &now}, {Level: "a", Message: "b"}, {Level: "@m", Message: "@l", Timestamp: "time"}, {Timestamp: "a", Level: "a", Message: "a"},
		{Timestamp: "@l", Level: "@t", Message: "@x", Now: &now}, {Limits: Limits{Depth: 3}, Now: &now},
	}
}()

// Events of a few shapes, whole, damaged and cut short, are decoded as the reference does, and summed up so.
func TestDecodeEqualsTheReference(t *testing.T) {
	each := comparedWith(comparedOptions)
	rapid.Check(t, func(t *rapid.T) {
		c := each[rapid.IntRange(0, len(each)-1).Draw(t, "options")]
		var lines []string
		for range rapid.IntRange(1, 3).Draw(t, "shapes") {
			lines = append(lines, rapid.OneOf(eventText(), rapid.Custom(func(t *rapid.T) string { return drawObject(t, 3) })).Draw(t, "event"))
		}
		for range rapid.IntRange(1, 8).Draw(t, "events") {
			line := []byte(rapid.SampledFrom(lines).Draw(t, "which"))
			switch at := rapid.IntRange(0, len(line)-1).Draw(t, "at"); rapid.IntRange(0, 5).Draw(t, "change") {
			case 0:
				line[at] = rapid.SampledFrom([]byte("\"\\{}[]:, 0\n\x80\xc3eE.-+tfnu")).Draw(t, "byte")
			case 1:
				line = line[:at]
			case 2: // a value of another kind, or another number
				line = bytes.ReplaceAll(line, []byte("true"), []byte(rapid.SampledFrom([]string{"null", "1.5", "12345678901234567.8", "[]", `"\u00e9"`}).Draw(t, "value")))
			}
			c.check(t, line)
		}
		c.checkSeen(t)
	})
}

// Events of a few templates, whose values differ and whose members are now and then missing, in another order or spaced, are decoded as the reference does, and
// summed up so: what a Decoder and a Summary remember of the events before makes no difference.
func TestEventsOfTemplatesEqualTheReference(t *testing.T) {
	names := []string{"a", "b", "time", "@t", "@l", "@m", "@x", "@mt", "", "Id", "Tag", "Path", "Elapsed", "Elapses", "Elapsec", "RequestId", "ConnectionId",
		"abcdefghIJKLmnopqrst", "abcdefghXYZLmnopqrst", "abcdefgh0123mnopqrst", "a name of twenty-four bytes", "A name of twenty-four bytes", "Zoë", "a\\nb"}
	values := [][]string{
		{"1", "22", "-3", "1234567", "12345678", "123456789012345678", "9223372036854775808", "0", "1.5", "0.25", "1234567.1234567", "12345678.12345678", "1e3", "1e400", "null"},
		{`"x"`, `""`, `"a \"quoted\" text"`, `"a text of more than fifty-seven bytes, which are looked at at once, and no less"`, `"Zo\u00eb"`, `"Zoë"`, "null"},
		{"true", "false", "null"},
		{"1", "1.5", "true", "false", "null", `"x"`, "1.", "01", "1.5.5", "-", "1e", "12345678.", "tru", "truf", "fals", "falsf", "nul", "+1", ".5", `"\x01"`, "\"\xff\"", `"\ud800"`, ""},
		{`{"b":1,"a":"x"}`, `{"a":1,"b":2}`, `{"a":{"b":[]},"c":1.5}`, "{}", "[]", `[{"b":1,"a":2}]`, `[[1, 2],[{"b":1,"a":2}]]`, "null"},
	}
	each := comparedWith(comparedOptions)
	rapid.Check(t, func(t *rapid.T) {
		c := each[rapid.IntRange(0, len(each)-1).Draw(t, "options")]
		type member struct {
			name   string
			values []string
		}
		templates := rapid.SliceOfN(rapid.SliceOfN(rapid.Custom(func(t *rapid.T) member {
			return member{rapid.SampledFrom(names).Draw(t, "name"), rapid.SampledFrom(values).Draw(t, "values")}
		}), 0, 9), 1, 3).Draw(t, "templates")
		for range rapid.IntRange(1, 25).Draw(t, "events") {
			var parts []string
			comma := rapid.SampledFrom([]string{",", ",", ",", ", ", " ,"}).Draw(t, "comma")
			for _, m := range rapid.SampledFrom(templates).Draw(t, "template") {
				parts = append(parts, `"`+m.name+`":`+rapid.SampledFrom(m.values).Draw(t, "value"))
			}
			if rapid.IntRange(0, 3).Draw(t, "time") > 0 {
				at := rapid.SampledFrom([]string{`"@t":"2024-05-01T00:00:00Z"`, `"@t":"2024-05-01T00:00:00.123+02:00"`, `"time":1714521600`, `"a":"2024-05-01T00:00"`}).Draw(t, "time")
				parts = slices.Insert(parts, rapid.IntRange(0, len(parts)).Draw(t, "place"), at)
			}
			switch rapid.IntRange(0, 5).Draw(t, "change") {
			case 0:
				parts = rapid.Permutation(parts).Draw(t, "order")
			case 1:
				parts = parts[:rapid.IntRange(0, len(parts)).Draw(t, "length")]
			}
			c.check(t, []byte("{"+strings.Join(parts, comma)+"}"))
		}
		c.checkSeen(t)
	})
}

// Numbers of all kinds are told apart when a shape is known already, too.
func TestNumbersInKnownShapesEqualTheReference(t *testing.T) {
	numbers := []string{"1", "1.5", "9007199254740993", "9223372036854775808", "1.23456789012345678", "1e3", "1e400", "12345678.5"}
	c := newCompared(Options{})
	for _, a := range numbers {
		for _, b := range numbers {
			for _, n := range []string{a, a, a, a, b, b, a} {
				c.check(t, []byte(`{"@t":0,"n":`+n+`,"o":{"n":`+b+`}}`))
			}
			c.checkSeen(t)
		}
	}
}

func TestRealEventsEqualTheReference(t *testing.T) {
	for _, name := range realFiles {
		lines := realLines(t, name)
		c := newCompared(Options{})
		for i := range min(len(lines), 250) {
			c.check(t, lines[i])
		}
		c.checkSeen(t)
	}
}

func FuzzDecodeEqualsTheReference(f *testing.F) {
	for _, s := range fuzzSeeds {
		f.Add([]byte(s))
	}
	for _, l := range shopLines()[:20] {
		f.Add(l)
	}
	f.Add([]byte(`{"@t":0,"a":[` + strings.Repeat(`{"b":1,"a":2},`, 130) + `1]}`))
	all := comparedWith(comparedOptions)
	f.Fuzz(func(t *testing.T, src []byte) {
		for _, c := range all {
			c.check(t, src)
			c.check(t, src) // its shape is known now, or will be
			c.check(t, src)
			c.checkSeen(t)
		}
	})
}
