package nql

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/flare-pg/flare-pg/event"
	"pgregory.net/rapid"
)

// Generators of random expressions. Names and texts are drawn from small sets so that paths meet values, and from
// wild ones so that printing meets everything.

var (
	tameNames = []string{"a", "b", "List", "Obj", "Text", "Num", "Flag", "odd name", "where", "Select", "@version", "it's"}
	tameTexts = []string{"", "a", "A", "abc", "a%b", "a_b", `a\b`, "50%", "Straße", "STRASSE", "it's", "x\ny", "1", "true", "日本", "é", " 5 ", "-007", "1h30m", "2020-02-29", "a,b,,c", "Ab", "a\\", "1e-9999", "1e10000"}
	numbers   = []string{"0", "-0", "1", "1.0", "1e0", "10e-1", "0.1", "100.5", "-3", "2.50", "1e3", "9007199254740993", "9007199254740992",
		"9007199254740993.0", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "123456789012345678901234567890",
		"0.1000000000000000055511151231257827", "1e400", "-1e400", "1e-400", "5e-324", "1.7976931348623157e308", "1E+2", "1.5e1", "0.0", "0e5", "1e22", "1e23", "9.5", "99.995", "-0.5", "-99.5"}
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

// values generates value expressions, predicates truth expressions. depth bounds both; scope are the parameters of the lambdas around.
func values(depth int, scope ...string) *rapid.Generator[Expr] {
	return rapid.Custom(func(t *rapid.T) Expr {
		n := 4
		if depth > 0 {
			n = 13
		}
		draw := func(label string) Expr { return values(depth-1, scope...).Draw(t, label) }
		switch rapid.IntRange(0, n).Draw(t, "value") {
		case 0, 1:
			return paths(true).Draw(t, "path")
		case 2, 3:
			return &Literal{literals().Draw(t, "literal")}
		case 4:
			if len(scope) > 0 {
				return access(&Local{rapid.SampledFrom(scope).Draw(t, "local")}, someSteps(1, true).Draw(t, "steps"))
			}
			return paths(false).Draw(t, "path")
		case 5:
			op := rapid.SampledFrom([]Op{Add, Sub, Mul, Div, Mod}).Draw(t, "op")
			return &Binary{Op: op, L: draw("l"), R: draw("r")}
		case 6:
			return &Unary{Op: Neg, X: draw("x")}
		case 7:
			return &If{predicates(depth-1, scope...).Draw(t, "if"), draw("then"), draw("else")}
		case 8:
			x := ofType(t, rapid.SampledFrom([]rune("AO")).Draw(t, "type"), depth-1, scope)
			if p, ok := x.(*Path); ok && p.Root.isText() {
				return x
			}
			return access(x, someSteps(2, true).Draw(t, "steps"))
		case 9:
			return ofType(t, rapid.SampledFrom([]rune("AO")).Draw(t, "type"), depth-1, scope)
		case 10:
			return predicates(depth-1, scope...).Draw(t, "predicate")
		}
		return calls(depth, scope, rapid.SampledFrom(signatures[boolFunctions:]).Draw(t, "call")).Draw(t, "call")
	})
}

// signatures are the functions with the types of their arguments: T text, N number, S small integer, A array, O object, D time, U duration, J a text that is
// JSON, X any, L lambda. The first boolFunctions are predicates.
var signatures = []string{
	"has X", "startswith TT", "endswith TT", "contains TT", "some AL", "every AL",
	"map AL", "filter AL", "typeof X", "coalesce XXX", "nullif XX", "text X", "integer X", "float X", "number X", "boolean X", "tonumber T", "tojson X", "fromjson J",
	"length T", "length A", "lower T", "upper T", "trim T", "trimstart T", "trimend T", "indexof TT", "lastindexof TT", "substring TS", "substring TSS", "replace TTT",
	"concat XXX", "split TT", "join AT", "padleft TS", "padleft TST", "padright TS", "padright TST",
	"abs N", "abs U", "sign N", "floor N", "ceil N", "round N", "round NS", "sqrt N", "exp N", "ln N", "log10 N", "power NN", "least NN", "least XX", "greatest NN", "greatest TT",
	"datetime T", "datetime D", "duration T", "year D", "month D", "day D", "hour D", "minute D", "second D", "dayofweek D", "dayofyear D", "bucket DU", "epoch D", "fromepoch N",
	"totalseconds U", "totalmilliseconds U",
	"keys O", "values O", "first A", "last A", "reverse A", "sort A", "distinct A", "flatten A", "sum A", "avg A", "min A", "max A",
}

const boolFunctions = 6

func calls(depth int, scope []string, signature string) *rapid.Generator[Expr] {
	return rapid.Custom(func(t *rapid.T) Expr {
		name, types, _ := strings.Cut(signature, " ")
		e := &Call{Name: name}
		for _, letter := range types {
			if letter != 'L' {
				e.Args = append(e.Args, ofType(t, letter, depth-1, scope))
				continue
			}
			l := &Lambda{Param: rapid.SampledFrom([]string{"a", "x", "Text"}).Draw(t, "parameter")}
			inner := append(scope[:len(scope):len(scope)], l.Param)
			if l.Body = predicates(depth-1, inner...).Draw(t, "body"); name == "map" {
				l.Body = values(depth-1, inner...).Draw(t, "body")
			}
			e.Args = append(e.Args, l)
		}
		return e
	})
}

// ofType generates an expression that is often of a type.
func ofType(t *rapid.T, letter rune, depth int, scope []string) Expr {
	literal := func(v Value) Expr { return &Literal{v} }
	path := func(names ...string) Expr { return PropertyPath(rapid.SampledFrom(names).Draw(t, "name")) }
	form := rapid.IntRange(0, 3).Draw(t, "form")
	if form == 0 || letter == 'X' {
		return values(depth, scope...).Draw(t, "any")
	}
	switch letter {
	case 'T':
		if form == 1 {
			return path("Text", "a", "b")
		}
		return literal(StringValue(texts().Draw(t, "text")))
	case 'N':
		if form == 1 {
			return path("Num", "a", "b")
		}
		return literal(NumberValue(rapid.SampledFrom(numbers).Draw(t, "number")))
	case 'S':
		return literal(IntegerValue(rapid.OneOf(rapid.Int64Range(-3, 12), rapid.SampledFrom([]int64{math.MinInt64, math.MaxInt64})).Draw(t, "small")))
	case 'D':
		if form == 1 {
			return &Path{Root: Timestamp}
		}
		return literal(InstantValue(rapid.Int64().Draw(t, "instant")))
	case 'U':
		return literal(DurationValue(rapid.OneOf(rapid.Int64(), rapid.SampledFrom([]int64{1, ticksPerSecond, 600_000_000, 864_000_000_000})).Draw(t, "duration")))
	case 'J':
		return literal(StringValue(string(appendAny(t, nil, 3))))
	case 'O':
		if form == 1 {
			return path("Obj", "a")
		}
		o := &Object{}
		for range rapid.IntRange(0, 3).Draw(t, "members") {
			m := Property{Value: spreadOr(t, values(depth-1, scope...).Draw(t, "member"))}
			if _, spread := m.Value.(*Spread); !spread {
				m.Name = names().Draw(t, "name")
			} else if rapid.Bool().Draw(t, "object") {
				m.Value = &Spread{path("Obj", "a")}
			}
			o.Members = append(o.Members, m)
		}
		return o
	}
	if form == 1 {
		return path("List", "a")
	}
	a := &Array{}
	for range rapid.IntRange(0, 3).Draw(t, "items") {
		x := spreadOr(t, values(depth-1, scope...).Draw(t, "item"))
		if _, spread := x.(*Spread); spread && rapid.Bool().Draw(t, "array") {
			x = &Spread{path("List", "a")}
		}
		a.Items = append(a.Items, x)
	}
	return a
}

func predicates(depth int, scope ...string) *rapid.Generator[Expr] {
	return rapid.Custom(func(t *rapid.T) Expr {
		draw := func(label string) Expr { return values(depth-1, scope...).Draw(t, label) }
		truth := func(label string) Expr { return predicates(depth-1, scope...).Draw(t, label) }
		flag := func(label string) bool { return rapid.Bool().Draw(t, label) }
		n := 14
		if depth <= 0 {
			n = 2
		}
		switch rapid.IntRange(0, n).Draw(t, "predicate") {
		case 0, 1, 2:
			op := rapid.SampledFrom([]Op{Eq, Ne, Lt, Le, Gt, Ge}).Draw(t, "op")
			return &Binary{Op: op, L: draw("l"), R: draw("r"), CI: flag("ci")}
		case 3:
			op := rapid.SampledFrom([]Op{And, Or}).Draw(t, "op")
			return &Binary{Op: op, L: truth("l"), R: truth("r")}
		case 4:
			return &Unary{Op: Not, X: truth("x")}
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
		case 8:
			return &Like{X: ofType(t, 'T', depth-1, scope), Pattern: ofType(t, 'T', depth-1, scope), Not: flag("not"), CI: flag("ci")}
		case 9:
			return &Regex{X: ofType(t, 'T', depth-1, scope), Pattern: patterns().Draw(t, "pattern"), Not: flag("not"), CI: flag("ci")}
		case 10:
			return &InArray{X: draw("x"), Array: orList(ofType(t, 'A', depth-1, scope)), Not: flag("not"), CI: flag("ci")}
		case 11:
			return &If{truth("if"), truth("then"), truth("else")}
		case 12, 13:
			return calls(depth, scope, rapid.SampledFrom(signatures[:boolFunctions]).Draw(t, "call")).Draw(t, "call")
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
			return &InArray{X: draw("x"), Array: orList(draw("array")), Not: flag("not"), CI: flag("ci")}
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

// orList gives e where it may stand behind in, else a path.
func orList(e Expr) Expr {
	if t := TypeOf(e); t == Undefined || t == ArrayValue {
		return e
	}
	return PropertyPath("List")
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
		dst = appendNamed(t, dst, name, depth-1)
	}
	return append(dst, '}')
}

// appendNamed gives what a name stands for: often what it says.
func appendNamed(t *rapid.T, dst []byte, name string, depth int) []byte {
	if rapid.Bool().Draw(t, "as named") {
		switch {
		case name == "List" && depth > 0:
			return appendArray(t, dst, depth)
		case name == "Obj" && depth > 0:
			return appendObject(t, dst, depth, nil)
		case name == "Text":
			return event.AppendString(dst, []byte(rapid.SampledFrom(tameTexts).Draw(t, "text")))
		case name == "Num":
			return append(dst, rapid.SampledFrom(numbers).Draw(t, "number")...)
		}
	}
	return appendAny(t, dst, depth)
}

func appendArray(t *rapid.T, dst []byte, depth int) []byte {
	dst = append(dst, '[')
	same := rapid.Bool().Draw(t, "numbers")
	for i := range rapid.IntRange(0, 4).Draw(t, "elements") {
		if i > 0 {
			dst = append(dst, ',')
		}
		if same {
			dst = append(dst, rapid.SampledFrom(numbers).Draw(t, "number")...)
		} else {
			dst = appendAny(t, dst, depth-1)
		}
	}
	return append(dst, ']')
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
		return appendArray(t, dst, depth)
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
