package nql

import (
	"bytes"
	"encoding/json"
	"math"
	"math/big"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/event"
)

// The reference evaluates expressions the slow way: over encoding/json's values, numbers as big.Rat, patterns as regular
// expressions, wildcards by substitution. It shares nothing with the evaluator but the core columns of package event and
// how literals of times and durations are spelled.

type (
	undefined struct{}
	instant   int64
	duration  int64
	// number is a number by value and by spelling; float tells that it was computed as one.
	number struct {
		rat      *big.Rat
		spelling string
		float    bool
	}
	// object is an object whose members have an order.
	object []entry
	entry  struct {
		name  string
		value any
	}
)

func spelled(s string) number {
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		panic(s)
	}
	return number{rat: r, spelling: s}
}

func floating(f float64) any {
	if math.IsInf(f, 0) || math.IsNaN(f) {
		return nil
	}
	format := byte('f')
	if a := math.Abs(f); a != 0 && (a < 1e-6 || a >= 1e21) {
		format = 'e'
	}
	n := spelled(strconv.FormatFloat(f, format, -1, 64))
	n.float = true
	return n
}

type reference struct {
	ev     *Event
	doc    object
	env    map[Expr]any   // what paths with wildcards stand for
	locals map[string]any // the parameters of lambdas
}

func newReference(t testing.TB, e *Event) *reference {
	d := json.NewDecoder(bytes.NewReader(e.Document))
	d.UseNumber()
	r := &reference{ev: e, env: map[Expr]any{}, locals: map[string]any{}}
	r.doc = decodeAny(t, d).(object)
	return r
}

// decodeAny decodes JSON with the order of members, which a map does not keep.
func decodeAny(t testing.TB, d *json.Decoder) any {
	token, err := d.Token()
	if err != nil {
		t.Fatal(err)
	}
	switch token {
	case json.Delim('['):
		list := []any{}
		for d.More() {
			list = append(list, decodeAny(t, d))
		}
		_, _ = d.Token()
		return list
	case json.Delim('{'):
		o := object{}
		for d.More() {
			name, _ := d.Token()
			o = o.with(name.(string), decodeAny(t, d))
		}
		_, _ = d.Token()
		return o
	}
	if n, ok := token.(json.Number); ok {
		return spelled(n.String())
	}
	return token
}

// with adds a member, or gives the one of that name another value.
func (o object) with(name string, v any) object {
	for i := range o {
		if o[i].name == name {
			o = append(object{}, o...)
			o[i].value = v
			return o
		}
	}
	return append(o[:len(o):len(o)], entry{name, v})
}

func member(doc any, s Step) any {
	switch d := doc.(type) {
	case object:
		for _, m := range d {
			if s.Kind == Member && m.name == s.Name {
				return m.value
			}
		}
	case []any:
		if s.Index < 0 {
			s.Index += len(d)
		}
		if s.Kind == Element && s.Index >= 0 && s.Index < len(d) {
			return d[s.Index]
		}
	}
	return undefined{}
}

// inside is a value as it stands in an array or object: times and durations are strings there.
func inside(v any) any {
	switch v := v.(type) {
	case instant:
		return string(appendInstant(nil, int64(v)))
	case duration:
		return string(appendDuration(nil, int64(v)))
	}
	return v
}

// asJSON spells a value.
func asJSON(v any) string {
	switch v := v.(type) {
	case bool:
		return strconv.FormatBool(v)
	case number:
		return v.spelling
	case string:
		return string(event.AppendString(nil, []byte(v)))
	case instant, duration:
		return asJSON(inside(v))
	case []any:
		parts := make([]string, len(v))
		for i := range v {
			parts[i] = asJSON(v[i])
		}
		return "[" + strings.Join(parts, ",") + "]"
	case object:
		parts := make([]string, len(v))
		for i := range v {
			parts[i] = asJSON(v[i].name) + ":" + asJSON(v[i].value)
		}
		return "{" + strings.Join(parts, ",") + "}"
	}
	return "null"
}

func (r *reference) root(p *Path) any {
	core := func(f func(dst, doc []byte) ([]byte, bool)) any {
		if s, ok := f(nil, r.ev.Document); ok {
			return string(s)
		}
		return undefined{}
	}
	raw := func(name string) any { return member(r.doc, Step{Kind: Member, Name: name}) }
	switch p.Root {
	case Timestamp:
		return instant(r.ev.Timestamp)
	case Template:
		return raw("@mt")
	case Message:
		return core(event.AppendMessage)
	case Level:
		return core(event.AppendLevel)
	case Exception:
		return core(event.AppendException)
	case EventType:
		return raw("@i")
	case Renderings:
		return raw("@r")
	case TraceID:
		return core(event.AppendTraceID)
	case SpanID:
		return core(event.AppendSpanID)
	case Properties:
		rest := object{}
		for _, m := range r.doc {
			switch m.name {
			case "@t", "@mt", "@m", "@l", "@x", "@i", "@r", "@tr", "@sp":
			default:
				rest = append(rest, m)
			}
		}
		return rest
	case ID:
		return string(event.AppendID(nil, r.ev.Timestamp, r.ev.Arrival))
	}
	return r.doc
}

func (r *reference) value(e Expr) any {
	switch e := e.(type) {
	case *Literal:
		switch v := e.Value; v.Kind {
		case Undefined:
			return undefined{}
		case Boolean:
			return v.Bool
		case Integer:
			return spelled(strconv.FormatInt(v.Int, 10))
		case Float:
			return floating(v.Float)
		case Number:
			return spelled(v.Text)
		case String:
			return v.Text
		case Instant:
			return instant(v.Int)
		case Duration:
			return duration(v.Int)
		}
		return nil
	case *Path:
		if v, ok := r.env[e]; ok {
			return v
		}
		return follow(r.root(e), e.Steps)
	case *Local:
		return r.locals[e.Name]
	case *Access:
		if v, ok := r.env[e]; ok {
			return v
		}
		return follow(r.value(e.X), e.Steps)
	case *If:
		if r.truth(e.Cond) == yes {
			return r.value(e.Then)
		}
		return r.value(e.Else)
	case *Array:
		list := []any{}
		for _, x := range e.Items {
			if s, ok := x.(*Spread); ok {
				more, _ := r.value(s.X).([]any)
				list = append(list, more...)
			} else if v := r.value(x); !isUndefined(v) {
				list = append(list, inside(v))
			}
		}
		return list
	case *Object:
		o := object{}
		for _, m := range e.Members {
			if s, ok := m.Value.(*Spread); ok {
				more, _ := r.value(s.X).(object)
				for _, m := range more {
					o = o.with(m.name, m.value)
				}
			} else if v := r.value(m.Value); !isUndefined(v) {
				o = o.with(m.Name, inside(v))
			}
		}
		return o
	case *Unary:
		if e.Op == Neg {
			return r.negate(r.value(e.X))
		}
	case *Binary:
		if e.Op >= Add {
			return r.arithmetic(e.Op, r.value(e.L), r.value(e.R))
		}
	case *Call:
		switch e.Name {
		case "has", "some", "every", "startswith", "endswith", "contains":
		default:
			return r.call(e)
		}
	}
	switch r.truth(e) {
	case yes:
		return true
	case no:
		return false
	}
	return nil
}

func isUndefined(v any) bool {
	_, is := v.(undefined)
	return is
}

// follow reads a path for its value: [*] gives an array of all that is found.
func follow(v any, steps []Step) any {
	for i, s := range steps {
		if s.Kind == AllOf {
			if _, ok := v.([]any); !ok {
				return undefined{}
			}
			return all(v, steps[i:])
		}
		v = member(v, s)
	}
	return v
}

func all(v any, steps []Step) []any {
	found := []any{}
	for i, s := range steps {
		if s.Kind == AllOf {
			items, _ := v.([]any)
			for _, item := range items {
				found = append(found, all(item, steps[i+1:])...)
			}
			return found
		}
		v = member(v, s)
	}
	if !isUndefined(v) {
		found = append(found, v)
	}
	return found
}

// with evaluates something with a lambda's parameter set.
func (r *reference) with(l *Lambda, v any, do func()) {
	before, was := r.locals[l.Param]
	r.locals[l.Param] = v
	do()
	if r.locals[l.Param] = before; !was {
		delete(r.locals, l.Param)
	}
}

func (r *reference) negate(x any) any {
	if d, ok := x.(duration); ok {
		if d == math.MinInt64 {
			return nil
		}
		return -d
	}
	return r.arithmetic(Sub, spelled("0"), x)
}

func small(z *big.Int) (int64, bool) { return z.Int64(), z.IsInt64() }

func (r *reference) arithmetic(op Op, a, b any) any {
	whole := func(x any) *big.Int {
		switch x := x.(type) {
		case instant:
			return big.NewInt(int64(x))
		case duration:
			return big.NewInt(int64(x))
		case number:
			if x.rat.IsInt() && x.rat.Num().IsInt64() {
				return x.rat.Num()
			}
		}
		return nil
	}
	x, y := whole(a), whole(b)
	var z *big.Int
	if x != nil && y != nil {
		switch op {
		case Add:
			z = new(big.Int).Add(x, y)
		case Sub:
			z = new(big.Int).Sub(x, y)
		case Mul:
			z = new(big.Int).Mul(x, y)
		case Div:
			if y.Sign() != 0 && new(big.Int).Rem(x, y).Sign() == 0 && y.Int64() != -1 {
				z = new(big.Int).Quo(x, y)
			}
		case Mod:
			if y.Sign() != 0 {
				z = new(big.Int).Rem(x, y)
			}
		}
	}
	var exact int64
	fits := false
	if z != nil {
		exact, fits = small(z)
	}
	_, ta := a.(instant)
	_, tb := b.(instant)
	_, da := a.(duration)
	_, db := b.(duration)
	m, na := a.(number)
	n, nb := b.(number)
	switch {
	case na && nb:
		if fits {
			return spelled(strconv.FormatInt(exact, 10))
		}
		f, err1 := strconv.ParseFloat(m.spelling, 64)
		g, err2 := strconv.ParseFloat(n.spelling, 64)
		if err1 != nil || err2 != nil {
			return nil
		}
		return floating(map[Op]func() float64{
			Add: func() float64 { return f + g }, Sub: func() float64 { return f - g }, Mul: func() float64 { return f * g },
			Div: func() float64 { return f / g }, Mod: func() float64 { return math.Mod(f, g) },
		}[op]())
	case !fits:
		return nil
	case op == Add && (ta && db || da && tb), op == Sub && ta && db:
		return instant(exact)
	case op == Add && da && db, op == Sub && (da && db || ta && tb), op == Mul && (da && nb || na && db):
		return duration(exact)
	}
	return nil
}

func lowered(s string) string { return strings.Map(unicode.ToLower, s) }

// convert is what Column's comment says.
func (r *reference) convert(kind column.Kind, x any) (v any, fits bool) {
	n, isNumber := x.(number)
	switch x := x.(type) {
	case nil, undefined:
		return nil, true
	case bool:
		if kind == column.Bool {
			return x, true
		}
		if kind == column.Text {
			return strconv.FormatBool(x), true
		}
	case string:
		if kind == column.Text {
			return x, true
		}
	case instant:
		if kind == column.Text {
			return string(appendInstant(nil, int64(x))), true
		}
	case duration:
		if kind == column.Text {
			return string(appendDuration(nil, int64(x))), true
		}
	}
	if !isNumber {
		return nil, false
	}
	switch kind {
	case column.Text:
		return n.spelling, true
	case column.Int64:
		if n.rat.IsInt() && n.rat.Num().IsInt64() {
			return spelled(n.rat.Num().String()), true
		}
	case column.Float64:
		if f, err := strconv.ParseFloat(n.spelling, 64); err == nil {
			return floating(f), true
		}
	case column.Decimal:
		mantissa, exp, _ := strings.Cut(strings.ToLower(n.spelling), "e")
		_, fraction, _ := strings.Cut(mantissa, ".")
		e, _ := strconv.Atoi(exp)
		return spelled(n.rat.FloatString(max(len(fraction)-e, 0))), true
	}
	return nil, false
}

func order(a, b any) (int, bool) {
	switch a := a.(type) {
	case number:
		if b, ok := b.(number); ok {
			return a.rat.Cmp(b.rat), true
		}
	case string:
		if b, ok := b.(string); ok {
			return strings.Compare(a, b), true
		}
	case bool:
		if b, ok := b.(bool); ok {
			switch {
			case a == b:
				return 0, true
			case b:
				return -1, true
			}
			return 1, true
		}
	case instant:
		if b, ok := b.(instant); ok {
			return big.NewInt(int64(a)).Cmp(big.NewInt(int64(b))), true
		}
	case duration:
		if b, ok := b.(duration); ok {
			return big.NewInt(int64(a)).Cmp(big.NewInt(int64(b))), true
		}
	}
	return 0, false
}

func (r *reference) compare(op Op, a, b any, ci bool) tri {
	if s, ok := a.(string); ok && ci {
		if t, ok := b.(string); ok {
			a, b = lowered(s), lowered(t)
		}
	}
	n, ok := order(a, b)
	if !ok {
		return unknown
	}
	return triOf(map[Op]bool{Eq: n == 0, Ne: n != 0, Lt: n < 0, Le: n <= 0, Gt: n > 0, Ge: n >= 0}[op])
}

// truth of a predicate. One with wildcards is asked once for each of the elements.
func (r *reference) truth(e Expr) tri {
	switch e := e.(type) {
	case *Binary:
		switch e.Op {
		case And:
			return min(r.truth(e.L), r.truth(e.R))
		case Or:
			return max(r.truth(e.L), r.truth(e.R))
		}
	case *Unary:
		if e.Op == Not {
			return yes - r.truth(e.X)
		}
	case *If:
		if r.truth(e.Cond) == yes {
			return r.truth(e.Then)
		}
		return r.truth(e.Else)
	}
	return r.quantify(wildcards(e), func() tri { return r.leaf(e) })
}

// wildcards lists what has wildcards and belongs to predicate e, but to no predicate, lambda or condition within it.
func wildcards(e Expr) (list []Expr) {
	steps := []Step(nil)
	below := children(e)
	switch e := e.(type) {
	case *Path:
		steps = e.Steps
	case *Access:
		steps = e.Steps
	case *If:
		below = below[1:]
	case *Lambda:
		return nil
	}
	for _, c := range below {
		switch c := c.(type) {
		case *Like, *In, *InArray, *Regex, *Between, *IsNull:
			continue
		case *Binary:
			if c.Op < Add {
				continue
			}
		case *Unary:
			if c.Op == Not {
				continue
			}
		case *Call:
			switch c.Name {
			case "has", "some", "every", "startswith", "endswith", "contains":
				continue
			}
		}
		list = append(list, wildcards(c)...)
	}
	for _, s := range steps {
		if s.Kind >= AnyOf {
			return append(list, e)
		}
	}
	return list
}

func (r *reference) quantify(list []Expr, leaf func() tri) tri {
	if len(list) == 0 {
		return leaf()
	}
	e := list[0]
	var walk func(v any, steps []Step) tri
	walk = func(v any, steps []Step) tri {
		for i, s := range steps {
			if s.Kind < AnyOf {
				v = member(v, s)
				continue
			}
			items, ok := v.([]any)
			if !ok {
				return unknown
			}
			t := triOf(s.Kind == AllOf)
			for _, item := range items {
				if x := walk(item, steps[i+1:]); s.Kind == AllOf {
					t = min(t, x)
				} else {
					t = max(t, x)
				}
			}
			return t
		}
		r.env[e] = v
		defer delete(r.env, e)
		return r.quantify(list[1:], leaf)
	}
	if p, ok := e.(*Path); ok {
		return walk(r.root(p), p.Steps)
	}
	a := e.(*Access)
	return walk(r.value(a.X), a.Steps)
}

func (r *reference) leaf(e Expr) tri {
	not := func(t tri, not bool) tri {
		if not {
			return yes - t
		}
		return t
	}
	switch e := e.(type) {
	case *Binary:
		if e.Op >= Eq && e.Op <= Ge {
			return r.compare(e.Op, r.value(e.L), r.value(e.R), e.CI)
		}
	case *Like:
		s, ok := r.value(e.X).(string)
		pattern, ok2 := r.value(e.Pattern).(string)
		if !ok || !ok2 {
			return unknown
		}
		if e.CI {
			s, pattern = lowered(s), lowered(pattern)
		}
		if likeRegexp(pattern) == nil {
			return unknown
		}
		return not(triOf(likeRegexp(pattern).MatchString(s)), e.Not)
	case *In:
		t := no
		for _, m := range e.List {
			t = max(t, r.compare(Eq, r.value(e.X), r.value(m), e.CI))
		}
		return not(t, e.Not)
	case *InArray:
		list, ok := r.value(e.Array).([]any)
		if !ok {
			return unknown
		}
		t := no
		for _, v := range list {
			t = max(t, r.compare(Eq, r.value(e.X), v, e.CI))
		}
		return not(t, e.Not)
	case *Regex:
		s, ok := r.value(e.X).(string)
		if !ok {
			return unknown
		}
		flags := ""
		if e.CI {
			flags = "(?i)"
		}
		return not(triOf(regexp.MustCompile(flags+"(?:"+e.Pattern+")").FindStringIndex(s) != nil), e.Not)
	case *Between:
		x := r.value(e.X)
		return not(min(r.compare(Ge, x, r.value(e.Low), false), r.compare(Le, x, r.value(e.High), false)), e.Not)
	case *IsNull:
		x := r.value(e.X)
		_, missing := x.(undefined)
		return not(triOf(x == nil || missing), e.Not)
	case *Call:
		switch e.Name {
		case "has":
			return triOf(!isUndefined(r.value(e.Args[0])))
		case "startswith", "endswith", "contains":
			s, ok := r.value(e.Args[0]).(string)
			u, ok2 := r.value(e.Args[1]).(string)
			if !ok || !ok2 {
				return unknown
			}
			return triOf(map[string]func(s, t string) bool{"startswith": strings.HasPrefix, "endswith": strings.HasSuffix, "contains": strings.Contains}[e.Name](s, u))
		case "some", "every":
			list, ok := r.value(e.Args[0]).([]any)
			if !ok {
				return unknown
			}
			l := e.Args[1].(*Lambda)
			t := triOf(e.Name == "every")
			for _, v := range list {
				r.with(l, v, func() {
					if x := r.truth(l.Body); e.Name == "every" {
						t = min(t, x)
					} else {
						t = max(t, x)
					}
				})
			}
			return t
		}
	}
	b, ok := r.value(e).(bool)
	if !ok {
		return unknown
	}
	return triOf(b)
}

// likeRegexp is a pattern as a regular expression; nil where it ends in a backslash.
func likeRegexp(pattern string) *regexp.Regexp {
	var b strings.Builder
	b.WriteString(`(?s)\A`)
	escaped := false
	for _, c := range pattern {
		switch {
		case escaped:
			b.WriteString(regexp.QuoteMeta(string(c)))
			escaped = false
		case c == '\\':
			escaped = true
		case c == '%':
			b.WriteString(".*")
		case c == '_':
			b.WriteString(".")
		default:
			b.WriteString(regexp.QuoteMeta(string(c)))
		}
	}
	if escaped {
		return nil
	}
	return regexp.MustCompile(b.String() + `\z`)
}
