package nql

import (
	"strconv"
	"strings"
)

// Lookup is a value that would make a part of a predicate true, such as can be looked up in what is known of many events' values at once.
type Lookup struct {
	Path []string // the names of the members that lead to it from the event
	Fold bool     // the name, which is one, may be in any case
	// Texts: the value is a string of these characters, or a number or boolean that is spelled so where Scalar is set; one of them.
	Texts []string
	// Contains, where there are no Texts: the value is a string that contains all of these, their ASCII letters in either case; or, where Scalar
	// is set, a number or boolean whose spelling does.
	Contains []string
	Scalar   bool
	// Message, where it is not empty and all else is: the event's message contains this text, or with AnyCase what is this in lower case; see MessageWays.
	Message string
	AnyCase bool
}

const (
	// maxLookupTexts is how many values of one path are looked up: of more, one is almost always thought to be there.
	maxLookupTexts = 128
	// maxLookupPaths is how many alternatives are.
	maxLookupPaths = 16
	// minContained is the length that a text has which is looked up within others.
	minContained = 3
)

// Lookups gives what no event can match a predicate without: of each list, something.
func Lookups(where Expr) [][]Lookup {
	var out [][]Lookup
	for _, c := range Conjuncts(Simplify(where)) {
		if any := lookups(c); any != nil {
			out = append(out, any)
		}
	}
	return out
}

// lookups gives what a simplified predicate is true of nothing without, one of it; nil where that can't be told.
func lookups(e Expr) []Lookup {
	if texts := messageTexts(e); texts != nil && len(texts) <= maxLookupPaths {
		var all []Lookup
		for _, r := range texts {
			all = append(all, Lookup{Message: r.text, AnyCase: r.fold})
		}
		return all
	}
	switch x := e.(type) {
	case *Binary:
		switch x.Op {
		case Or:
			var all []Lookup
			for _, branch := range chainOf(x) {
				of := lookups(branch)
				if of == nil {
					return nil
				}
				if all = append(all, of...); len(all) > maxLookupPaths {
					return nil
				}
			}
			return all
		case And:
			return bestLookups(chainOf(x))
		case Eq:
			if _, ok := x.R.(*Literal); ok {
				return lookupsEqual(x.L, []Expr{x.R}, x.CI)
			}
			return lookupsEqual(x.R, []Expr{x.L}, x.CI)
		}
	case *In:
		if !x.Not {
			return lookupsEqual(x.X, x.List, x.CI)
		}
	case *Like:
		if s, ok := textOf(x.Pattern); ok && !x.Not {
			return lookupsWithin(x.X, patternOf(s).runs, x.CI)
		}
	case *Regex:
		if !x.Not {
			return lookupsOfRegex(x)
		}
	case *Call:
		if len(x.Args) != 2 {
			break
		}
		switch x.Name {
		case "startswith", "endswith", "contains":
			if s, ok := textOf(x.Args[1]); ok {
				return lookupsWithin(x.Args[0], []string{s}, false)
			}
		}
	}
	return nil
}

// bestLookups takes those of the conjunct that seems the rarest: with the fewest whole values, else with the longest text.
func bestLookups(conjuncts []Expr) []Lookup {
	var best []Lookup
	worth := func(list []Lookup) int {
		least := 1 << 30
		for _, l := range list {
			w := 1 << 20 / max(len(l.Texts), 1)
			if l.Texts == nil {
				w = min(len(l.Message), 1<<10)
				for _, s := range l.Contains {
					w = max(w, min(len(s), 1<<10))
				}
			}
			least = min(least, w)
		}
		return least
	}
	for _, c := range conjuncts {
		if of := lookups(c); of != nil && (best == nil || worth(of) > worth(best)) {
			best = of
		}
	}
	return best
}

// lookupPlaces gives the places where the value of an operand can stand, as lookups without a value. text: what is compared is the text of a
// scalar, else numbers and strings are different. nil: nowhere that can be told.
func lookupPlaces(e Expr) (places []Lookup, text bool) {
	if c, is := e.(*Call); is && len(c.Args) == 1 && c.Name == "text" {
		text, e = true, c.Args[0]
	}
	p, is := e.(*Path)
	if !is {
		return nil, false
	}
	for _, s := range p.Steps {
		if s.Kind != Member {
			return nil, false
		}
	}
	first := func(builtin string, names ...string) []Lookup {
		list := []Lookup{{Path: []string{builtin}, Scalar: true}}
		for _, n := range names {
			list = append(list, Lookup{Path: []string{n}, Fold: true, Scalar: true})
		}
		return list
	}
	switch p.Root {
	case Exception:
		return first("@x", "exception"), true
	case TraceID:
		return first("@tr", "trace_id", "traceId"), true
	case SpanID:
		return first("@sp", "span_id", "spanId"), true
	}
	if names := members(p); len(names) > 0 {
		return []Lookup{{Path: names, Scalar: text}}, text
	}
	return nil, false
}

// lookupsEqual gives those of x in (constants).
func lookupsEqual(x Expr, constants []Expr, ci bool) []Lookup {
	number := false
	if c, is := x.(*Call); is && len(c.Args) == 1 && (c.Name == "integer" || c.Name == "number" || c.Name == "float") {
		number, x = true, c.Args[0]
	}
	places, text := lookupPlaces(x)
	if places == nil || number && text || len(constants) > maxLookupTexts {
		return nil
	}
	if ci {
		if l, ok := constants[0].(*Literal); ok && len(constants) == 1 && l.Value.Kind == String {
			return lookupsWithin(x, []string{l.Value.Text}, true)
		}
		return nil
	}
	var texts []string
	scalar := text
	for _, k := range constants {
		l, ok := k.(*Literal)
		if !ok {
			return nil
		}
		switch v := l.Value; v.Kind {
		case Undefined, Null, ArrayValue, ObjectValue, Instant, Duration:
			// nothing in a document is equal to it
		case String:
			s, ok := textOf(l)
			if !ok || number {
				return nil
			}
			texts = append(texts, s)
		case Integer, Float:
			s, ok := plainInteger(v)
			if !ok || text {
				return nil
			}
			texts, scalar = append(texts, s), true
		default:
			return nil
		}
	}
	if texts == nil {
		return nil
	}
	for i := range places {
		places[i].Texts, places[i].Scalar = texts, scalar
	}
	return places
}

// plainInteger spells a number that is an integer, unless it is so large that a number may be equal to it as a float and not otherwise.
func plainInteger(v Value) (string, bool) {
	const exact = 1 << 53
	n := v.Int
	if v.Kind == Float {
		if !(v.Float > -exact && v.Float < exact) {
			return "", false
		}
		if n = int64(v.Float); float64(n) != v.Float {
			return "", false
		}
	}
	return strconv.FormatInt(n, 10), n > -exact && n < exact
}

// lookupsWithin gives those of a text that contains all the runs.
func lookupsWithin(x Expr, runs []string, ci bool) []Lookup {
	places, _ := lookupPlaces(x)
	if places == nil {
		return nil
	}
	var all []string
	for _, run := range runs {
		if ci {
			run = foldable(run)
		}
		if len(run) >= minContained {
			all = append(all, run)
		}
	}
	if all == nil {
		return nil
	}
	for i := range places {
		places[i].Contains = all
	}
	return places
}

// lookupsOfRegex gives those of a regular expression.
func lookupsOfRegex(x *Regex) []Lookup {
	var all []Lookup
	for _, r := range regexTexts(x) {
		of := lookupsWithin(x.X, []string{r.text}, r.fold)
		if of == nil {
			return nil
		}
		if all = append(all, of...); len(all) > maxLookupPaths {
			return nil
		}
	}
	return all
}

// String shows a lookup, for people and tests.
func (l Lookup) String() string {
	if l.Message != "" {
		if l.AnyCase {
			return "message ci contains " + strconv.Quote(l.Message)
		}
		return "message contains " + strconv.Quote(l.Message)
	}
	var b strings.Builder
	b.WriteString(strings.Join(l.Path, "."))
	if l.Fold {
		b.WriteString(" ci")
	}
	if l.Scalar {
		b.WriteString(" (scalar)")
	}
	if l.Texts != nil {
		return b.String() + " in " + strconv.Quote(strings.Join(l.Texts, "|"))
	}
	return b.String() + " contains " + strconv.Quote(strings.Join(l.Contains, "|"))
}
