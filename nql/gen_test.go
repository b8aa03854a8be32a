package nql

import (
	"math"
	"regexp"
	"strconv"
	"unicode/utf8"

	"github.com/flare-pg/flare-pg/event"
	"pgregory.net/rapid"
)

// Generators of random expressions. Names and texts are drawn from small sets so that paths meet values, and from
// wild ones so that printing meets everything.

var (
	tameNames = []string{"a", "b", "List", "Obj", "Text", "Num", "Flag", "odd name", "where", "Select", "@version", "it's"}
	tameTexts = []string{"", "a", "A", "abc", "a%b", "a_b", `a\b`, "50%", "Straße", "STRASSE", "it's", "x\ny", "1", "true", "日本", "é"}
	numbers   = []string{"0", "-0", "1", "1.0", "1e0", "10e-1", "0.1", "100.5", "-3", "2.50", "1e3", "9007199254740993", "9007199254740992",
		"9007199254740993.0", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "123456789012345678901234567890",
		"0.1000000000000000055511151231257827", "1e400", "-1e400", "1e-400", "5e-324", "1.7976931348623157e308", "1E+2", "1.5e1", "0.0", "0e5", "1e22", "1e23"}
)

func names() *rapid.Generator[string] {
	return rapid.OneOf(rapid.SampledFrom(tameNames), rapid.String())
}

func texts() *rapid.Generator[string] {
	return rapid.OneOf(rapid.SampledFrom(tameTexts), rapid.String())
}

func literals() *rapid.Generator[Value] {
	return rapid.Custom(func(t *rapid.T) Value {
		switch rapid.IntRange(0, 9).Draw(t, "literal") {
		case 0:
			return Value{Kind: Null}
		case 1:
			return Value{Kind: Undefined}
		case 2:
			return BooleanValue(rapid.Bool().Draw(t, "bool"))
		case 3:
			return IntegerValue(rapid.Int64().Draw(t, "int"))
		case 4:
			f := rapid.Float64().Draw(t, "float")
			if f == 0 || math.IsInf(f, 0) || math.IsNaN(f) {
				f = 1.5
			}
			return FloatValue(f)
		case 5:
			return NumberValue(rapid.SampledFrom(numbers).Draw(t, "number"))
		case 6:
			return InstantValue(rapid.Int64().Draw(t, "instant"))
		case 7:
			return DurationValue(rapid.Int64().Draw(t, "duration"))
		}
		return StringValue(texts().Draw(t, "string"))
	})
}

func paths(wild bool) *rapid.Generator[*Path] {
	return rapid.Custom(func(t *rapid.T) *Path {
		p := &Path{Root: rapid.SampledFrom([]Builtin{NoBuiltin, NoBuiltin, NoBuiltin, NoBuiltin, Timestamp, Template, Message, Level,
			Exception, EventType, Renderings, TraceID, SpanID, Properties, Document, ID}).Draw(t, "root")}
		if p.Root.isText() {
			return p
		}
		if p.Root == NoBuiltin {
			p.Steps = append(p.Steps, Step{Kind: Member, Name: names().Draw(t, "name")})
		}
		p.Steps = append(p.Steps, someSteps(2, wild).Draw(t, "steps")...)
		return p.canonical()
	})
}

func someSteps(most int, wild bool) *rapid.Generator[[]Step] {
	return rapid.Custom(func(t *rapid.T) (steps []Step) {
		for range rapid.IntRange(0, most).Draw(t, "steps") {
			s := Step{Kind: rapid.SampledFrom([]StepKind{Member, Member, Element, AnyOf, AllOf}).Draw(t, "step")}
			switch {
			case s.Kind == Member || s.Kind > Element && !wild:
				s = Step{Kind: Member, Name: names().Draw(t, "name")}
			case s.Kind == Element:
				s.Index = rapid.IntRange(-3, 3).Draw(t, "index")
			}
			steps = append(steps, s)
		}
		return steps
	})
}

// values generates value expressions, predicates truth expressions. depth bounds both.
func values(depth int) *rapid.Generator[Expr] {
	return rapid.Custom(func(t *rapid.T) Expr {
		n := 3
		if depth > 0 {
			n = 7
		}
		switch rapid.IntRange(0, n).Draw(t, "value") {
		case 0, 1:
			return paths(true).Draw(t, "path")
		case 2, 3:
			return &Literal{literals().Draw(t, "literal")}
		case 4:
			op := rapid.SampledFrom([]Op{Add, Sub, Mul, Div, Mod}).Draw(t, "op")
			return &Binary{Op: op, L: values(depth-1).Draw(t, "l"), R: values(depth-1).Draw(t, "r")}
		case 5:
			return &Unary{Op: Neg, X: values(depth-1).Draw(t, "x")}
		case 6:
			name := rapid.SampledFrom([]string{"text", "integer", "float", "number", "boolean", "length", "lower", "upper", "typeof", "coalesce"}).Draw(t, "call")
			return &Call{Name: name, Args: []Expr{values(depth-1).Draw(t, "arg")}}
		}
		return predicates(depth-1).Draw(t, "predicate")
	})
}

func predicates(depth int) *rapid.Generator[Expr] {
	return rapid.Custom(func(t *rapid.T) Expr {
		draw := func(label string) Expr { return values(depth-1).Draw(t, label) }
		flag := func(label string) bool { return rapid.Bool().Draw(t, label) }
		n := 8
		if depth <= 0 {
			n = 2
		}
		switch rapid.IntRange(0, n).Draw(t, "predicate") {
		case 0, 1, 2:
			op := rapid.SampledFrom([]Op{Eq, Ne, Lt, Le, Gt, Ge}).Draw(t, "op")
			return &Binary{Op: op, L: draw("l"), R: draw("r"), CI: flag("ci")}
		case 3:
			op := rapid.SampledFrom([]Op{And, Or}).Draw(t, "op")
			return &Binary{Op: op, L: predicates(depth-1).Draw(t, "l"), R: predicates(depth-1).Draw(t, "r")}
		case 4:
			return &Unary{Op: Not, X: predicates(depth-1).Draw(t, "x")}
		case 5:
			return &Like{X: draw("x"), Pattern: &Literal{StringValue(texts().Draw(t, "pattern"))}, Not: flag("not"), CI: flag("ci")}
		case 6:
			in := &In{X: draw("x"), Not: flag("not"), CI: flag("ci")}
			for range rapid.IntRange(0, 5).Draw(t, "members") {
				in.List = append(in.List, draw("member"))
			}
			return in
		case 7:
			return &Between{X: draw("x"), Low: draw("low"), High: draw("high"), Not: flag("not")}
		}
		if flag("has") {
			return &Call{Name: "has", Args: []Expr{draw("x")}}
		}
		return &IsNull{X: draw("x"), Not: flag("not")}
	})
}

// expressions generates expressions of every kind, whether they can be evaluated or not, for what is about their text. scope are the parameters
// of the lambdas around.
func expressions(depth int, scope ...string) *rapid.Generator[Expr] {
	return rapid.Custom(func(t *rapid.T) Expr {
		draw := func(label string) Expr { return expressions(depth-1, scope...).Draw(t, label) }
		flag := func(label string) bool { return rapid.Bool().Draw(t, label) }
		n := 12
		if depth <= 0 {
			n = 2
		}
		switch rapid.IntRange(0, n).Draw(t, "any") {
		case 0:
			return &Param{Index: rapid.IntRange(0, 65534).Draw(t, "param")}
		case 1:
			if len(scope) > 0 {
				return access(&Local{rapid.SampledFrom(scope).Draw(t, "local")}, someSteps(2, true).Draw(t, "steps"))
			}
		case 3:
			a := &Array{}
			for range rapid.IntRange(0, 3).Draw(t, "items") {
				a.Items = append(a.Items, spreadOr(t, draw("item")))
			}
			return a
		case 4:
			o := &Object{}
			for range rapid.IntRange(0, 3).Draw(t, "members") {
				m := Property{Value: spreadOr(t, draw("member"))}
				if _, spread := m.Value.(*Spread); !spread {
					m.Name = names().Draw(t, "name")
				}
				o.Members = append(o.Members, m)
			}
			return o
		case 5:
			return &If{draw("if"), draw("then"), draw("else")}
		case 6:
			param := rapid.SampledFrom([]string{"a", "b", "x", "Text", "ß"}).Draw(t, "parameter")
			name := rapid.SampledFrom([]string{"some", "every", "map", "filter"}).Draw(t, "name")
			return &Call{name, []Expr{draw("array"), &Lambda{param, expressions(depth-1, append(scope[:len(scope):len(scope)], param)...).Draw(t, "body")}}}
		case 7:
			return access(draw("accessed"), someSteps(2, true).Draw(t, "steps"))
		case 8:
			in := &InArray{X: draw("x"), Array: draw("array"), Not: flag("not"), CI: flag("ci")}
			return in
		case 9:
			return &Regex{X: draw("x"), Pattern: patterns().Draw(t, "pattern"), Not: flag("not"), CI: flag("ci")}
		case 10:
			return &Like{X: draw("x"), Pattern: draw("pattern"), Not: flag("not"), CI: flag("ci")}
		case 11:
			op := rapid.SampledFrom([]Op{And, Or, Eq, Ne, Lt, Le, Gt, Ge, Add, Sub, Mul, Div, Mod}).Draw(t, "op")
			return &Binary{Op: op, L: draw("l"), R: draw("r"), CI: op >= Eq && op <= Ge && flag("ci")}
		case 12:
			return &Unary{rapid.SampledFrom([]Op{Not, Neg}).Draw(t, "op"), draw("x")}
		}
		if depth > 0 && flag("evaluable") {
			return predicates(depth-1).Draw(t, "predicate")
		}
		return values(depth).Draw(t, "value")
	})
}

func spreadOr(t *rapid.T, e Expr) Expr {
	if rapid.IntRange(0, 3).Draw(t, "spread") == 0 {
		return &Spread{e}
	}
	return e
}

// patterns generates regular expressions: some that match, and whatever else compiles.
func patterns() *rapid.Generator[string] {
	return rapid.OneOf(
		rapid.SampledFrom([]string{"", "a", "^a", "b$", "^$", "[A-C]", ".", "^[0-9]+$", "a/b", "[/]", `\.`, `\\`, "(?i)STRASSE", "é|日", `\bit\b`, "x\ny", `\Qa.b/c\E`}),
		rapid.StringMatching(`[a-c.*+?|/^$]{0,5}`).Filter(func(s string) bool { _, err := regexp.Compile(s); return err == nil }),
	)
}

// documents generates normalised events with the names that expressions use.
func documents() *rapid.Generator[[]byte] {
	return rapid.Custom(func(t *rapid.T) []byte {
		doc := appendObject(t, nil, 3, []string{"@mt", "@m", "@l", "@x", "@i", "@r", "@tr", "@sp", "Level", "SEVERITY", "msg", "traceid"})
		ts := int64(0)
		out, _, err := event.NewDecoder(event.Options{Now: &ts}).Decode(nil, doc, nil)
		if err != nil {
			t.Fatalf("%s: %v", doc, err)
		}
		return out
	})
}

func appendObject(t *rapid.T, dst []byte, depth int, more []string) []byte {
	dst = append(dst, '{')
	for i := range rapid.IntRange(0, 6).Draw(t, "members") {
		if i > 0 {
			dst = append(dst, ',')
		}
		name := rapid.SampledFrom(append(more, tameNames...)).Draw(t, "name")
		dst = append(strconv.AppendQuote(dst, name), ':')
		dst = appendAny(t, dst, depth-1)
	}
	return append(dst, '}')
}

func appendAny(t *rapid.T, dst []byte, depth int) []byte {
	n := 7
	if depth > 0 {
		n = 9
	}
	switch rapid.IntRange(0, n).Draw(t, "json") {
	case 0:
		return append(dst, "null"...)
	case 1:
		return strconv.AppendBool(dst, rapid.Bool().Draw(t, "bool"))
	case 2, 3, 4:
		return append(dst, rapid.SampledFrom(numbers).Draw(t, "number")...)
	case 8:
		return appendObject(t, dst, depth, nil)
	case 9:
		dst = append(dst, '[')
		for i := range rapid.IntRange(0, 3).Draw(t, "elements") {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendAny(t, dst, depth-1)
		}
		return append(dst, ']')
	}
	s := texts().Draw(t, "text")
	if !utf8.ValidString(s) {
		s = "?"
	}
	for i := range s {
		if s[i] == 0 {
			s = "nul"
			break
		}
	}
	return event.AppendString(dst, []byte(s))
}
