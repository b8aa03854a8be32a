package nql

import (
	"fmt"
	"math"
	"regexp"
	"testing"
	"unicode/utf16"

	"pgregory.net/rapid"

	"github.com/flare-pg/flare-pg/event"
)

// The laws of the planner. What a predicate means is said by the evaluator, of the predicate as it was written, which is held against the reference elsewhere.

// asWritten evaluates a predicate with nothing planned.
func asWritten(t *rapid.T, e Expr) func(*Event) tri {
	c := newCompiler(nil)
	f, _, err := c.truth(e)
	if refused(e, err) {
		t.Skip("refused")
	}
	if err != nil {
		t.Fatalf("%s: %v", Print(e), err)
	}
	wanted, st := event.Wanted(c.paths), newState(len(c.paths), c.elems)
	return func(ev *Event) tri {
		st.begin(ev)
		wanted.Read(ev.Document, st.slots)
		return f(st)
	}
}

// Names and values that meet: predicates and documents are drawn from the same few.
var (
	metNames = []string{"a", "Text", "Flag", "it's", `q"uo\te`, "new\nline", "Straße", "level", "Exception", "trace_id", "日本", "\u007f", "@odd"}
	metTexts = []string{"", "a", "abc", "abcd", "xabc", "Straße", "STRASSE", "x\ny", `a\b"c`, "it's 50%", "true", "false", "null", "100.5", "404", "-0", "1e3", "Information", "INFORMATION",
		"Error", "日本語", "\u007f\u2028", "\u001f", "K-42:7", "\u212a-42:7", "k-42:7", "İ--İ", "{\"a\":1}", "\"Text\":\"abc\""}
	metScalars = []string{"null", "true", "false", "404", "404.0", "4.04e2", "100.5", "1005e-1", "-0", "0", "1e3", "1000"}
)

func metPath(t *rapid.T, wild bool) *Path {
	root := rapid.SampledFrom([]Builtin{NoBuiltin, NoBuiltin, NoBuiltin, NoBuiltin, NoBuiltin, Template, Message, Level, Exception, EventType, TraceID, SpanID, Properties, Document, ID}).Draw(t, "root")
	p := &Path{Root: root}
	if root.isText() {
		return p
	}
	if root == NoBuiltin {
		p.Steps = append(p.Steps, Step{Kind: Member, Name: rapid.SampledFrom(metNames).Draw(t, "name")})
	}
	for range rapid.SampledFrom([]int{0, 0, 0, 1, 1, 2}).Draw(t, "steps") {
		s := Step{Kind: rapid.SampledFrom([]StepKind{Member, Element, AnyOf, AllOf}).Draw(t, "step")}
		if s.Kind == Member || s.Kind > Element && !wild {
			s = Step{Kind: Member, Name: rapid.SampledFrom(metNames).Draw(t, "name")}
		}
		p.Steps = append(p.Steps, s)
	}
	return p.canonical()
}

func metValue(t *rapid.T, wild bool) Expr {
	p := metPath(t, wild)
	switch rapid.IntRange(0, 9).Draw(t, "value") {
	case 0:
		return &Call{"text", []Expr{p}}
	case 1:
		return &Call{rapid.SampledFrom([]string{"lower", "coalesce", "typeof", "boolean", "number", "length"}).Draw(t, "call"), []Expr{p}}
	case 2:
		return &Call{"coalesce", []Expr{p, metConstant(t)}}
	case 3:
		return &If{Cond: &Binary{Op: Eq, L: metPath(t, false), R: metConstant(t)}, Then: p, Else: rapid.SampledFrom([]Expr{metConstant(t), metPath(t, wild)}).Draw(t, "else")}
	case 4:
		return &Access{X: &Call{"split", []Expr{p, &Literal{StringValue(" ")}}}, Steps: []Step{{Kind: rapid.SampledFrom([]StepKind{Element, AnyOf, AllOf}).Draw(t, "access")}}}
	}
	return p
}

func metConstant(t *rapid.T) Expr {
	switch rapid.IntRange(0, 9).Draw(t, "constant") {
	case 0:
		return &Literal{BooleanValue(rapid.Bool().Draw(t, "bool"))}
	case 1:
		return &Literal{NumberValue(rapid.SampledFrom(metScalars[3:]).Draw(t, "number"))}
	case 2:
		return &Literal{Value{Kind: rapid.SampledFrom([]ValueKind{Null, Undefined}).Draw(t, "nothing")}}
	case 3:
		return &Call{"upper", []Expr{&Literal{StringValue("error")}}}
	}
	return &Literal{StringValue(rapid.SampledFrom(metTexts).Draw(t, "text"))}
}

// searches generates predicates that pre-filters are taken from.
func searches(t *rapid.T, depth int) Expr {
	flag := func(label string) bool { return rapid.Bool().Draw(t, label) }
	text := func() string { return rapid.SampledFrom(metTexts).Draw(t, "text") }
	if depth > 0 {
		switch rapid.IntRange(0, 5).Draw(t, "junction") {
		case 0, 1:
			return &Binary{Op: And, L: searches(t, depth-1), R: searches(t, depth-1)}
		case 2, 3:
			return &Binary{Op: Or, L: searches(t, depth-1), R: searches(t, depth-1)}
		case 4:
			return &Unary{Not, searches(t, depth-1)}
		}
	}
	x := metValue(t, true)
	switch rapid.IntRange(0, 15).Draw(t, "form") {
	case 10, 11:
		r := []rune(text())
		from := rapid.IntRange(0, len(r)).Draw(t, "from")
		a, b := regexp.QuoteMeta(string(r[:from])), regexp.QuoteMeta(string(r[from:]))
		pattern := rapid.SampledFrom([]string{a + b, a + ".*" + b, "^" + a + "(" + b + ")$", a + "|" + b, "(" + a + ")+" + b, "(?i)" + a + b, a + "(?i:" + b + ")", "(" + a + "){0,2}" + b, "[" + a + "x]" + b}).Draw(t, "regex")
		if _, err := regexp.Compile(pattern); err != nil {
			pattern = a + b
		}
		return &Regex{X: x, Pattern: pattern, Not: rapid.IntRange(0, 5).Draw(t, "not") == 0, CI: flag("ci")}
	case 12:
		return &InArray{X: metConstant(t), Array: metPath(t, true), Not: flag("not"), CI: flag("ci")}
	case 13:
		local := &Local{Name: "i"}
		body := rapid.SampledFrom([]Expr{&Binary{Op: Eq, L: local, R: metConstant(t)}, &Binary{Op: Eq, L: local, R: metPath(t, false)}, &IsNull{X: local}}).Draw(t, "body")
		return &Call{rapid.SampledFrom([]string{"some", "every"}).Draw(t, "quantifier"), []Expr{x, &Lambda{Param: "i", Body: body}}}
	case 14:
		return &If{Cond: x, Then: &Binary{Op: Eq, L: metPath(t, true), R: metConstant(t)}, Else: metValue(t, true)}
	case 0, 1, 2:
		b := &Binary{Op: rapid.SampledFrom([]Op{Eq, Eq, Eq, Ne, Lt, Ge}).Draw(t, "op"), L: x, R: metConstant(t), CI: flag("ci")}
		if flag("mirrored") {
			b.L, b.R = b.R, b.L
		}
		return b
	case 3:
		return &Binary{Op: rapid.SampledFrom([]Op{Eq, Lt}).Draw(t, "op"), L: x, R: metValue(t, true)}
	case 4, 5:
		s := []rune(text())
		from := rapid.IntRange(0, len(s)).Draw(t, "from")
		pattern := rapid.SampledFrom([]string{"", "%", "_", "%%"}).Draw(t, "before") + escaped(string(s[:from])) +
			rapid.SampledFrom([]string{"", "%", "_", `\`}).Draw(t, "between") + escaped(string(s[from:])) + rapid.SampledFrom([]string{"", "%", "_"}).Draw(t, "behind")
		return &Like{X: x, Pattern: &Literal{StringValue(pattern)}, Not: rapid.IntRange(0, 5).Draw(t, "not") == 0, CI: rapid.IntRange(0, 2).Draw(t, "ci") == 0}
	case 6:
		in := &In{X: x, Not: rapid.IntRange(0, 5).Draw(t, "not") == 0, CI: flag("ci")}
		for range rapid.IntRange(0, 10).Draw(t, "members") {
			in.List = append(in.List, metConstant(t))
		}
		return in
	case 7:
		return &Call{rapid.SampledFrom([]string{"startswith", "endswith", "contains"}).Draw(t, "test"), []Expr{x, metConstant(t)}}
	case 8:
		if flag("has") {
			return &Call{"has", []Expr{x}}
		}
		return &IsNull{X: x, Not: flag("not")}
	case 9:
		return &Between{X: x, Low: metConstant(t), High: metConstant(t), Not: flag("not")}
	}
	return x
}

func escaped(s string) string {
	out := ""
	for _, r := range s {
		if r == '%' || r == '_' || r == '\\' {
			out += `\`
		}
		out += string(r)
	}
	return out
}

// shipped generates an event as some shipper might spell it, often with what a predicate asks for, and gives it as it is stored.
func shipped(t *rapid.T, e Expr) *Event {
	doc := shippedObject(t, 2)
	for _, p := range Paths(e) {
		if rapid.IntRange(0, 3).Draw(t, "what is asked for") == 0 {
			continue
		}
		var texts []string
		Walk(e, func(x Expr) {
			if l, ok := x.(*Literal); ok {
				switch l.Value.Kind {
				case String:
					texts = append(texts, shippedString(t, unescapedPattern(l.Value.Text)))
				case Boolean, Integer, Float, Number:
					texts = append(texts, Print(l))
				}
			}
		})
		v := rapid.SampledFrom(append(texts, "false", "1")).Draw(t, "value")
		steps := p.Steps
		if p.Root != NoBuiltin && p.Root < Properties && p.Root != Timestamp {
			steps = append([]Step{{Name: p.Root.String()}}, steps...)
		}
		for i := len(steps) - 1; i >= 0; i-- {
			if steps[i].Kind == Member {
				v = "{" + shippedString(t, steps[i].Name) + ":" + v + "}"
			} else {
				v = "[" + v + "," + v + "]"
				if rapid.IntRange(0, 3).Draw(t, "none") == 0 {
					v = "[]"
				}
			}
		}
		if len(steps) == 0 || v[0] != '{' {
			continue
		}
		if doc == "{ }" {
			doc = v
		} else {
			doc = doc[:len(doc)-1] + "," + v[1:]
		}
	}
	ts := int64(0)
	stored, _, err := event.NewDecoder(event.Options{Now: &ts}).Decode(nil, []byte(doc), nil)
	if err != nil {
		t.Skip(err)
	}
	return &Event{Document: stored, Timestamp: rapid.Int64().Draw(t, "timestamp")}
}

// unescapedPattern gives a text that a pattern may match.
func unescapedPattern(s string) string {
	out := ""
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\' && i+1 < len(s):
			i++
			out += s[i : i+1]
		case s[i] == '%':
			out += "<>"
		case s[i] == '_':
			out += "-"
		default:
			out += s[i : i+1]
		}
	}
	return out
}

func shippedObject(t *rapid.T, depth int) string {
	s := "{ "
	for i := range rapid.IntRange(0, 4).Draw(t, "members") {
		if i > 0 {
			s += ","
		}
		name := rapid.SampledFrom(append([]string{"@mt", "@m", "@l", "@x", "@i", "@tr", "Level", "SEVERITY", "EXCEPTION"}, metNames...)).Draw(t, "name")
		s += shippedString(t, name) + rapid.SampledFrom([]string{":", " : "}).Draw(t, "colon") + shippedValue(t, depth-1)
	}
	return s + "}"
}

func shippedValue(t *rapid.T, depth int) string {
	n := 9
	if depth <= 0 {
		n = 7
	}
	switch rapid.IntRange(0, n).Draw(t, "json") {
	case 0, 1:
		return rapid.SampledFrom(metScalars).Draw(t, "scalar")
	case 8:
		return shippedObject(t, depth)
	case 9:
		s := "["
		for i := range rapid.IntRange(0, 3).Draw(t, "elements") {
			if i > 0 {
				s += " ,"
			}
			s += shippedValue(t, depth-1)
		}
		return s + "]"
	}
	return shippedString(t, rapid.SampledFrom(metTexts).Draw(t, "text"))
}

// shippedString spells a string with more escapes than there must be.
func shippedString(t *rapid.T, text string) string {
	if !rapid.Bool().Draw(t, "escaped") {
		return string(event.AppendString(nil, []byte(text)))
	}
	s := `"`
	for _, r := range text {
		if rapid.Bool().Draw(t, "escape") {
			for _, u := range utf16.Encode([]rune{r}) {
				s += fmt.Sprintf(`\u%04X`, u)
			}
			continue
		}
		inside := event.AppendString(nil, []byte(string(r)))
		s += string(inside[1 : len(inside)-1])
	}
	return s + `"`
}

// TestPrefilterHoldsNothingBack: a document for which a predicate is true passes its prefilter, whatever escapes, numbers, names and core
// columns are in it; and many documents do not pass, or it would be good for nothing.
func TestPrefilterHoldsNothingBack(t *testing.T) {
	matched, held := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		e := searches(t, 2)
		truth := asWritten(t, e)
		filter := prefilterOf(Simplify(e))
		st := newProbeState(filter)
		for range 10 {
			ev := shipped(t, e)
			passes := filter.passes(st, ev.Document)
			switch {
			case truth(ev) != yes:
				if !passes {
					held++
				}
			case !passes:
				t.Fatalf("%s\nis true of %s\nwhich does not pass %s", Print(e), ev.Document, filter)
			case len(filter) > 0:
				matched++
			}
		}
	})
	if matched < 5 || held < 20 {
		t.Errorf("%d documents matched and %d were held back: the generator shows nothing", matched, held)
	}
}

// TestSimplifyKeepsWhatIsTrue: a simplified predicate is true of the same events.
func TestSimplifyKeepsWhatIsTrue(t *testing.T) {
	seen := map[bool]int{}
	rapid.Check(t, func(t *rapid.T) {
		search := rapid.Bool().Draw(t, "search")
		var e Expr
		if search {
			e = searches(t, 3)
		} else {
			e = predicates(4).Draw(t, "predicate")
		}
		x := Simplify(e)
		was, is := asWritten(t, e), func(*Event) tri { return yes }
		if x != nil {
			is = asWritten(t, x)
		}
		for range 5 {
			var ev *Event
			if search {
				ev = shipped(t, e)
			} else {
				ev = events().Draw(t, "event")
			}
			want := was(ev) == yes
			if got := is(ev) == yes; got != want {
				t.Fatalf("%s\nis %v of %s, but\n%s is not", Print(e), want, ev.Document, Print(x))
			}
			seen[want]++
		}
	})
	if seen[true] < 5 || seen[false] < 5 {
		t.Errorf("%v: the generator shows nothing", seen)
	}
}

// TestFoldKeepsTheValue: the value of a folded expression is that of the expression, of every event.
func TestFoldKeepsTheValue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := values(4).Draw(t, "value")
		of := func(e Expr) (func(*Event) string, bool) {
			p, err := Compile(&Query{Select: []Item{{Expr: e}}, Limit: -1}, nil)
			if err != nil {
				return nil, false
			}
			return func(ev *Event) string {
				row, _, err := p.Row(ev)
				return fmt.Sprint(row, err)
			}, true
		}
		was, ok := of(e)
		if !ok {
			t.Skip("refused")
		}
		is, ok := of(Fold(e))
		if !ok {
			t.Fatalf("%s becomes %s, which is refused", Print(e), Print(Fold(e)))
		}
		for range 3 {
			ev := events().Draw(t, "event")
			if a, b := was(ev), is(ev); a != b {
				t.Fatalf("%s is %s of %s, folded %s", Print(e), a, ev.Document, b)
			}
		}
	})
}

// times generates predicates about @t, with other things among them.
func times(t *rapid.T, depth int) Expr {
	at := &Path{Root: Timestamp}
	constant := func() Expr {
		x := rapid.OneOf(rapid.Int64Range(-9, 9), rapid.Int64(), rapid.SampledFrom([]int64{math.MinInt64, math.MaxInt64, math.MaxInt64 - 1, math.MinInt64 + 1})).Draw(t, "instant")
		d := &Literal{DurationValue(rapid.Int64Range(-5, 5).Draw(t, "duration"))}
		switch rapid.IntRange(0, 5).Draw(t, "constant") {
		case 0:
			return &Binary{Op: Sub, L: &Literal{InstantValue(x)}, R: d}
		case 1:
			return &Binary{Op: Add, L: d, R: &Literal{InstantValue(x)}}
		case 2:
			return &Literal{rapid.SampledFrom([]Value{{Kind: Null}, IntegerValue(1), DurationValue(1)}).Draw(t, "odd")}
		}
		return &Literal{InstantValue(x)}
	}
	if depth > 0 {
		switch rapid.IntRange(0, 6).Draw(t, "junction") {
		case 0, 1:
			return &Binary{Op: And, L: times(t, depth-1), R: times(t, depth-1)}
		case 2, 3:
			return &Binary{Op: Or, L: times(t, depth-1), R: times(t, depth-1)}
		case 4:
			return &Unary{Not, times(t, depth-1)}
		}
	}
	not := rapid.Bool().Draw(t, "not")
	switch rapid.IntRange(0, 5).Draw(t, "form") {
	case 0:
		return &Between{X: at, Low: constant(), High: constant(), Not: not}
	case 1:
		in := &In{X: at, Not: not}
		for range rapid.IntRange(0, 3).Draw(t, "members") {
			in.List = append(in.List, constant())
		}
		return in
	case 2:
		return rapid.SampledFrom([]Expr{
			&IsNull{X: &Path{Steps: []Step{{Name: "a"}}}}, &Literal{BooleanValue(true)}, &Literal{BooleanValue(false)}, &Literal{Value{Kind: Null}}, &IsNull{X: at},
		}).Draw(t, "other")
	}
	b := &Binary{Op: rapid.SampledFrom([]Op{Eq, Ne, Lt, Le, Gt, Ge}).Draw(t, "op"), L: at, R: constant()}
	if rapid.Bool().Draw(t, "mirrored") {
		b.L, b.R = b.R, b.L
	}
	return b
}

// TestTimeBoundsAndRestAreTheWhole: the bounds and the rest together say what the predicate said.
func TestTimeBoundsAndRestAreTheWhole(t *testing.T) {
	narrowed, matched := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		var e Expr
		if rapid.IntRange(0, 9).Draw(t, "any") == 0 {
			e = Conjoin(rapid.SliceOfN(predicates(1), 0, 3).Draw(t, "conjuncts"))
		} else {
			e = times(t, 3)
		}
		from, to, rest := TimeBounds(e)
		if from != MinTime || to != MaxTime {
			narrowed++
		}
		ev := &Event{Document: []byte(`{"@t":"2020-01-01T00:00:00Z"}`)}
		for range 5 {
			ev.Timestamp = rapid.OneOf(rapid.Int64Range(-12, 12), rapid.Int64(), rapid.SampledFrom([]int64{math.MinInt64, math.MaxInt64})).Draw(t, "timestamp")
			want := e == nil || asWritten(t, e)(ev) == yes
			got := from <= ev.Timestamp && (ev.Timestamp < to || to == MaxTime) && (rest == nil || asWritten(t, rest)(ev) == yes)
			if got != want {
				t.Fatalf("%s at %d: %d <= @t < %d and %s", Print(e), ev.Timestamp, from, to, Print(rest))
			}
			if want {
				matched++
			}
		}
	})
	if narrowed < 10 || matched < 10 {
		t.Errorf("%d predicates were narrowed, %d events matched: the generator shows nothing", narrowed, matched)
	}
}
