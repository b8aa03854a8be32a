package nql

import (
	"unicode/utf8"

	"github.com/flare-pg/flare-pg/event"
)

// valueClauses gives what a predicate that is no and, or demands of a value's raw bytes: the text that it must be equal to or contain.
func valueClauses(e Expr) prefilter {
	switch x := e.(type) {
	case *Path:
		return equalTo(x, []Expr{&Literal{BooleanValue(true)}}, false)
	case *Unary:
		if p, ok := x.X.(*Path); ok && x.Op == Not && p.wildcard() < 0 {
			return equalTo(p, []Expr{&Literal{BooleanValue(false)}}, false)
		}
	case *Binary:
		if x.Op != Eq || byDefault(e) {
			break
		}
		if _, ok := x.R.(*Literal); ok {
			return equalTo(x.L, []Expr{x.R}, x.CI)
		}
		return equalTo(x.R, []Expr{x.L}, x.CI)
	case *In:
		if !x.Not && !byDefault(e) {
			return equalTo(x.X, x.List, x.CI)
		}
	case *Like:
		if s, ok := textOf(x.Pattern); ok && !x.Not && !byDefault(e) {
			return matching(x.X, patternOf(s), x.CI)
		}
	case *InArray:
		if p, ok := x.Array.(*Path); ok && !x.Not && !p.Root.isText() {
			element := &Path{Root: p.Root, Steps: append(p.Steps[:len(p.Steps):len(p.Steps)], Step{Kind: AnyOf})}
			return equalTo(element, []Expr{x.X}, x.CI)
		}
	case *Regex:
		if !x.Not && !byDefault(e) {
			return regexClauses(x)
		}
	case *Call:
		if len(x.Args) != 2 || byDefault(e) {
			break
		}
		s, ok := textOf(x.Args[1])
		if !ok {
			break
		}
		switch x.Name {
		case "startswith":
			return matching(x.Args[0], textPattern{runs: []string{s}, from: true}, false)
		case "endswith":
			return matching(x.Args[0], textPattern{runs: []string{s}, to: true}, false)
		case "contains":
			return matching(x.Args[0], textPattern{runs: []string{s}}, false)
		}
	}
	return nil
}

// byDefault reports whether a predicate is true of the level that an event has which has none: no raw bytes say so.
func byDefault(e Expr) bool {
	level := &Path{Root: Level}
	return isLiteralTruth(simplify(replacePath(e, level, &Literal{StringValue(event.Information)}), false), yes)
}

// replacePath puts x in the place of a path.
func replacePath(e Expr, p *Path, x Expr) Expr {
	if q, ok := e.(*Path); ok && q.Equal(p) {
		return x
	}
	y, _ := withChildren(e, func(c Expr) Expr { return replacePath(c, p, x) })
	return y
}

func textOf(e Expr) (string, bool) {
	l, ok := e.(*Literal)
	if !ok || l.Value.Kind != String || !utf8.ValidString(l.Value.Text) {
		return "", false
	}
	return l.Value.Text, true
}

// standing is how a value stands in the raw bytes of a document.
type standing struct {
	before []byte // what stands before it: the member's name and the colon, or nothing that is known
	scalar bool   // a number or a boolean counts as its text
}

// standingOf tells how the value of an operand stands in the document. ok is false for values that are made: a rendered message, an id; and
// where nothing is demanded: of all the elements of an array, which may be none.
func standingOf(e Expr) (s standing, ok bool) {
	if c, is := e.(*Call); is && len(c.Args) == 1 && c.Name == "text" {
		s.scalar, e = true, c.Args[0]
	}
	p, is := e.(*Path)
	if !is {
		return s, false
	}
	for _, step := range p.Steps {
		if step.Kind == AllOf {
			return s, false
		}
	}
	switch p.Root {
	case Level, Exception, TraceID, SpanID:
		return standing{before: []byte(":"), scalar: true}, true // which member it is depends on what there is
	case Timestamp, Message, ID:
		return s, false
	}
	names := members(p)
	if len(p.Steps) == 0 || p.Steps[len(p.Steps)-1].Kind == Member {
		if len(names) == 0 {
			return s, false
		}
		s.before = key(names[len(names)-1])
	}
	return s, true
}

// members are the names of the members that lead from the document to a path's value.
func members(p *Path) []string {
	var names []string
	switch p.Root {
	case Timestamp, Message, Level, Exception, TraceID, SpanID, ID:
		return nil
	case Template:
		names = append(names, "@mt")
	case EventType:
		names = append(names, "@i")
	case Renderings:
		names = append(names, "@r")
	}
	for _, s := range p.Steps {
		if s.Kind == Member {
			names = append(names, s.Name)
		}
	}
	return names
}

// key spells a member's name as it stands in documents, with the colon.
func key(name string) []byte { return append(event.AppendString(nil, []byte(name)), ':') }

// inner spells text as it stands within a string of a document.
func inner(text string) []byte {
	quoted := event.AppendString(nil, []byte(text))
	return quoted[1 : len(quoted)-1]
}

// equalTo gives the clause of x in (constants).
func equalTo(x Expr, constants []Expr, ci bool) prefilter {
	var all clause
	for _, k := range constants {
		l, ok := k.(*Literal)
		if !ok {
			return nil
		}
		var of clause
		switch l.Value.Kind {
		case Undefined, Null, ArrayValue, ObjectValue, Instant, Duration:
			continue // nothing in a document is equal to it
		case Boolean:
			of = booleanNeedles(x, l.Value.Bool)
		case String:
			if s, ok := textOf(l); ok {
				of = textNeedles(x, s, ci)
			}
		}
		if len(of) == 0 {
			return nil
		}
		for _, n := range of {
			all = all.with(n)
		}
	}
	if len(all) == 0 || len(all) > maxNeedles {
		return nil
	}
	return prefilter{all}
}

func booleanNeedles(x Expr, b bool) clause {
	if c, is := x.(*Call); is && len(c.Args) == 1 && c.Name == "boolean" {
		x = c.Args[0]
	}
	s, ok := standingOf(x)
	if !ok || s.scalar || len(s.before) == 0 {
		return nil
	}
	if b {
		return clause{newNeedle(append(s.before, "true"...), false)}
	}
	return clause{newNeedle(append(s.before, "false"...), false)}
}

// textNeedles are the spellings of values that are equal to a text.
func textNeedles(x Expr, text string, ci bool) clause {
	s, ok := standingOf(x)
	if !ok {
		return nil
	}
	if ci {
		return long(inner(foldable(text)), true)
	}
	quoted := append(append([]byte(nil), s.before...), event.AppendString(nil, []byte(text))...)
	if s.scalar && scalarSpelling(text) {
		return clause{newNeedle(quoted, false), newNeedle(append(append([]byte(nil), s.before...), text...), false)}
	}
	return long(quoted, false)
}

func long(text []byte, fold bool) clause {
	if len(text) < minNeedle {
		return nil
	}
	return clause{newNeedle(text, fold)}
}

// scalarSpelling reports whether a text could be the spelling of a number or boolean; it may say so of more.
func scalarSpelling(s string) bool {
	return s == "true" || s == "false" || s != "" && (s[0] == '-' || s[0] >= '0' && s[0] <= '9')
}

// foldable gives the longest part of a text that is found in any case when ASCII letters are: without other characters, and without the letters that
// some character beyond ASCII becomes in lower case or in a regular expression that ignores case (K of the Kelvin sign, İ, ſ).
func foldable(text string) string {
	best, start := "", 0
	for i := 0; i <= len(text); i++ {
		if i < len(text) && text[i] < utf8.RuneSelf {
			if c := text[i] | 0x20; c != 'i' && c != 'k' && c != 's' {
				continue
			}
		}
		if i-start > len(best) {
			best = text[start:i]
		}
		start = i + 1
	}
	return best
}

// textPattern is the parts that a text must contain; the first begins it where from is set, and the last ends it where to is.
type textPattern struct {
	runs     []string
	from, to bool
}

// patternOf takes a pattern of like apart.
func patternOf(pattern string) (p textPattern) {
	var run []byte
	end := func() {
		if len(run) > 0 {
			p.runs = append(p.runs, string(run))
		}
		run = run[:0]
	}
	p.from = pattern != "" && pattern[0] != '%' && pattern[0] != '_'
	for i := 0; i < len(pattern); i++ {
		switch pattern[i] {
		case '%', '_':
			end()
			continue
		case '\\':
			if i++; i == len(pattern) {
				return textPattern{} // refused
			}
		}
		run = append(run, pattern[i])
	}
	p.to = len(run) > 0
	end()
	return p
}

// matching gives the clauses of a text that matches a pattern: of its beginning, its end and the longest of what is between.
func matching(x Expr, p textPattern, ci bool) prefilter {
	s, ok := standingOf(x)
	if !ok || len(p.runs) == 0 {
		return nil
	}
	var out prefilter
	add := func(text []byte) {
		if c := long(text, ci); c != nil {
			out = append(out, c)
		}
	}
	best := ""
	for i, run := range p.runs {
		if ci {
			run = foldable(run)
		}
		if len(run) > len(best) {
			best = run
		}
		if s.scalar || ci {
			continue
		}
		if i == 0 && p.from && len(s.before) > 0 {
			add(append(append(append([]byte(nil), s.before...), '"'), inner(run)...))
		}
		if i == len(p.runs)-1 && p.to {
			add(append(inner(run), '"'))
		}
	}
	add(inner(best))
	return out
}

// maxProbes bounds the paths of one predicate that are asked about.
const maxProbes = 8

// keyClauses gives the names that must stand in a document because the predicate can't be true without a value there: what it
// becomes without is worked out. Where it reads nothing but one value, that one is asked about.
func keyClauses(e Expr) prefilter {
	if wild(e) {
		p, read := wildKeys(e)
		if p == nil {
			return nil
		}
		return keysOf(e, p, read)
	}
	var out prefilter
	for i, p := range Paths(e) {
		if i == maxProbes {
			break
		}
		if len(members(p)) > 0 && without(e, p) {
			out = append(out, keysOf(e, p, true)...)
		}
	}
	return out
}

// keysOf gives the names on a path. read: the predicate is true of nothing but what the path leads to.
func keysOf(e Expr, p *Path, read bool) prefilter {
	var out prefilter
	for _, name := range members(p) {
		out = append(out, clause{newNeedle(key(name), false)})
	}
	if last := len(out) - 1; read && last >= 0 && (len(p.Steps) == 0 || p.Steps[len(p.Steps)-1].Kind == Member) {
		out[last][0].probe = probeOf(e, p)
	}
	return out
}

// wildKeys gives the path on which all must be there for a predicate with a wildcard to be true, and whether it reads the value there. Without the array it is
// unknown, whatever it is, and so is its negation.
func wildKeys(e Expr) (p *Path, read bool) {
	leaf := e
	u, negated := e.(*Unary)
	if negated = negated && u.Op == Not; negated {
		leaf = u.X
	}
	var path *Path
	simple, paths, every := true, 0, false
	for _, c := range children(leaf) {
		Walk(c, func(x Expr) {
			if _, known := withChildren(x, func(y Expr) Expr { return y }); !known || predicate(x) {
				simple = false // it may be true of what is unknown
			}
			switch x.(type) {
			case *If, *Access:
				simple = false
			}
			if p, ok := x.(*Path); ok {
				paths++
				if p.wildcard() >= 0 {
					path = p
				}
			}
		})
	}
	if !simple || paths != 1 || path == nil || !predicate(leaf) {
		return nil, false
	}
	for _, s := range path.Steps {
		every = every || s.Kind == AllOf
	}
	if !negated && !every && without(e, path) {
		return path, true
	}
	return &Path{Root: path.Root, Steps: path.Steps[:path.wildcard()]}, false
}
