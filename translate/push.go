package translate

import (
	"math"
	"strconv"

	"github.com/flare-pg/flare-pg/catalog"
	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/nql"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/function"
)

// What goes down to a scan must decide exactly as SQL decides above it, for every document.
//
// SQL compares what a column shows: a text column shows any scalar (a number in its spelling), a bigint column integers
// only, and null otherwise. NQL compares what stands in the document, and values of different kinds give null. The functions
// text, integer, float, number and boolean of NQL read a value just as a column of that type shows it, so a comparison of them is
// SQL's. They are left out where that changes nothing for the rows that are kept:
//
//   - text = constant, text in (constants), text like 'prefix…', where no number's or boolean's spelling could be equal or match;
//   - bigint = constant, bigint in (constants): a number that equals an integer is one;
//   - jsonb = a constant string or boolean;
//   - comparisons of booleans: only booleans compare with booleans;
//   - comparisons of numbers with a column that is faithful (catalog.StreamColumn): no number in the events differs from what it shows.
//
// Without the function such a comparison is null where SQL's is false, which is the same for WHERE but not under NOT: there,
// it stays (strict).

// push moves conditions on a stream's rows into its scan and gives back the others.
func (b *binder) push(sc *scope, scan *plan.Scan, conds []plan.Expr) (rest []plan.Expr) {
	p := &pusher{b: b, sc: sc, scan: scan}
	for _, c := range conds {
		if bound, ok := p.bound(c); ok {
			scan.Bounds = append(scan.Bounds, bound)
			continue
		}
		if bounds, whole := p.within(c); bounds != nil {
			scan.Bounds = append(scan.Bounds, bounds...)
			if whole {
				continue
			}
		}
		params := len(scan.Params)
		if e, ok := p.condition(c, false); ok {
			if scan.Where == nil {
				scan.Where = e
			} else {
				scan.Where = &nql.Binary{Op: nql.And, L: scan.Where, R: e}
			}
			continue
		}
		scan.Params = scan.Params[:params]
		rest = append(rest, c)
		if e, ok := p.implied(c); ok {
			if scan.Where != nil {
				e = &nql.Binary{Op: nql.And, L: scan.Where, R: e}
			}
			scan.Where = e
		} else {
			scan.Params = scan.Params[:params]
		}
	}
	return rest
}

type pusher struct {
	b    *binder
	sc   *scope
	scan *plan.Scan
}

// comparisons are the operators that both languages have.
var comparisons = map[string]nql.Op{"=": nql.Eq, "<>": nql.Ne, "<": nql.Lt, "<=": nql.Le, ">": nql.Gt, ">=": nql.Ge}

// mirrored is the operator with its sides swapped.
var mirrored = map[nql.Op]nql.Op{nql.Eq: nql.Eq, nql.Ne: nql.Ne, nql.Lt: nql.Gt, nql.Le: nql.Ge, nql.Gt: nql.Lt, nql.Ge: nql.Le}

func isTimestamp(p *nql.Path) bool { return p.Root == nql.Timestamp && len(p.Steps) == 0 }

// read gives the column that a Ref reads.
func (p *pusher) read(e plan.Expr) (*relColumn, bool) {
	r, ok := e.(*plan.Ref)
	if !ok {
		return nil, false
	}
	_, c, ok := p.sc.column(r)
	if !ok || c.read.Path == nil || c.form != catalog.AsRead || c.fixed != nil || c.Type != r.OID && !(c.Type == types.Varchar && r.OID == types.Text) {
		return nil, false
	}
	return c, true
}

// bound recognises a comparison of the timestamp with something that doesn't depend on the row.
func (p *pusher) bound(e plan.Expr) (plan.Bound, bool) {
	c, ok := e.(*plan.Call)
	if !ok || len(c.Args) != 2 {
		return plan.Bound{}, false
	}
	op, ok := comparisons[c.Op]
	if !ok || op == nql.Ne {
		return plan.Bound{}, false
	}
	l, r := c.Args[0], c.Args[1]
	if col, ok := p.read(r); ok && isTimestamp(col.read.Path) {
		l, r, op = r, l, mirrored[op]
	}
	col, ok := p.read(l)
	if !ok || !isTimestamp(col.read.Path) || !plan.IsStable(r) {
		return plan.Bound{}, false
	}
	switch r.Type() {
	case types.Timestamptz:
	case types.Timestamp, types.Date:
		// The comparison across types casts in the same way.
		x, ok, err := p.b.coerce(r, types.Timestamptz, -1, function.CastImplicit, -1)
		if err != nil || !ok {
			return plan.Bound{}, false
		}
		r = x
	default:
		return plan.Bound{}, false
	}
	return plan.Bound{Op: op, X: r}, true
}

// within recognises `timestamp <@ range`, or the same the other way round, with a range that doesn't depend on the row: it lies between the
// range's ends. whole says that these are all that the condition asks for, as they are not for several ranges.
func (p *pusher) within(e plan.Expr) (bounds []plan.Bound, whole bool) {
	c, ok := e.(*plan.Call)
	if !ok || len(c.Args) != 2 || c.Op != "<@" && c.Op != "@>" {
		return nil, false
	}
	element, ranges := c.Args[0], c.Args[1]
	if c.Op == "@>" {
		element, ranges = ranges, element
	}
	col, ok := p.read(element)
	t := ranges.Type()
	if !ok || !isTimestamp(col.read.Path) || types.SubtypeOf(t) != types.Timestamptz || !plan.IsStable(ranges) {
		return nil, false
	}
	if c, ok := ranges.(*plan.Call); ok {
		ranges = p.b.fold(c)
	}
	bounds = []plan.Bound{}
	for i, f := range []*function.Function{function.FirstInstant(), function.LastInstant()} {
		op, everything := nql.Ge, int64(types.NegInfinity)
		if i == 1 {
			op, everything = nql.Le, types.Infinity
		}
		x := p.b.fold(&plan.Call{Typed: typed(types.Timestamptz), Func: f, Args: []plan.Expr{ranges}})
		if k, ok := x.(*plan.Const); !ok || k.Value.Null(0) || k.Value.Int(0) != everything {
			bounds = append(bounds, plan.Bound{Op: op, X: x})
		}
	}
	return bounds, types.IsRange(t)
}

// condition translates a boolean expression. strict asks for one that is null exactly where SQL's is; otherwise it may be null where SQL's is false.
func (p *pusher) condition(e plan.Expr, strict bool) (nql.Expr, bool) {
	switch e := e.(type) {
	case *plan.And:
		return p.chain(nql.And, e.Args, strict)
	case *plan.Or:
		return p.chain(nql.Or, e.Args, strict)
	case *plan.Not:
		x, ok := p.condition(e.Arg, true)
		return &nql.Unary{Op: nql.Not, X: x}, ok
	case *plan.IsNull:
		return p.isNull(e)
	case *plan.IsBool:
		col, ok := p.read(e.Arg)
		if !ok || col.read.Kind != column.Bool || strict || e.Not || e.Want == plan.IsUnknown {
			return nil, false
		}
		return &nql.Binary{Op: nql.Eq, L: col.read.Path, R: &nql.Literal{Value: nql.Value{Kind: nql.Boolean, Bool: e.Want == plan.IsTrue}}}, true
	case *plan.Ref:
		col, ok := p.read(e)
		if !ok || col.read.Kind != column.Bool {
			return nil, false
		}
		return col.read.Path, true // anything but a boolean is unknown
	case *plan.InList:
		return p.in(e, strict)
	case *plan.Call:
		if len(e.Args) != 2 {
			return nil, false
		}
		if op, ok := comparisons[e.Op]; ok {
			return p.compare(op, e.Args[0], e.Args[1], strict)
		}
		switch e.Op {
		case "~~", "!~~", "~~*", "!~~*":
			return p.like(e, strict)
		case "~", "!~", "~*", "!~*":
			return p.regex(e)
		}
	}
	return nil, false
}

func (p *pusher) chain(op nql.Op, args []plan.Expr, strict bool) (nql.Expr, bool) {
	var out nql.Expr
	for _, a := range args {
		x, ok := p.condition(a, strict)
		if !ok {
			return nil, false
		}
		if out == nil {
			out = x
		} else {
			out = &nql.Binary{Op: op, L: out, R: x}
		}
	}
	return out, out != nil
}

// operand is a column in a comparison.
type operand struct {
	path *nql.Path
	kind column.Kind
	// json: the text of any JSON value (->>), which NQL's text isn't: it leaves out objects and arrays, and keeps a number's spelling.
	json bool
	// faithful: the numbers in the documents are the column's.
	faithful bool
}

func (o operand) exact() nql.Expr {
	return &nql.Call{Name: plan.Conversion(o.kind), Args: []nql.Expr{o.path}}
}

// operand recognises a column, cast at most to a type in which it compares the same.
func (p *pusher) operand(e plan.Expr) (operand, bool) {
	if col, ok := p.read(e); ok {
		if plan.Conversion(col.read.Kind) == "" {
			return operand{}, false
		}
		o := operand{path: col.read.Path, kind: col.read.Kind}
		if rel, _, ok := p.sc.column(e.(*plan.Ref)); ok && rel.stream != nil && o.path.Root == nql.NoBuiltin {
			known, ok := rel.stream.Nested(o.path)
			o.faithful = ok && known.Faithful && known.Read.Kind == o.kind
		}
		return o, true
	}
	c, ok := e.(*plan.Call)
	if !ok {
		return operand{}, false
	}
	if c.Op == "::" && len(c.Args) == 1 && c.OID == types.Numeric && c.Mod < 0 && c.Args[0].Type() == types.Int8 {
		return p.operand(c.Args[0]) // the same number
	}
	if c.Op == "#>>" && len(c.Args) == 2 {
		k, ok := c.Args[1].(*plan.Const)
		col, isCol := p.read(c.Args[0])
		if ok && isCol && col.read.Kind == column.JSON && !k.Value.Null(0) && types.ArrayLen(k.Value.Str(0)) == 0 && len(col.read.Path.Steps) > 0 {
			return operand{path: col.read.Path, kind: column.Text, json: true}, true
		}
	}
	return operand{}, false
}

// value translates what a column is compared with: constants to literals, what is only known when the query runs to parameters. plain is the
// text of a constant text. ok is false for types whose values NQL has no like of.
func (p *pusher) value(e plan.Expr, kind column.Kind) (x nql.Expr, plain *string, ok bool) {
	switch t := e.Type(); kind {
	case column.Text:
		ok = t == types.Text || t == types.Varchar
	case column.Int64, column.Decimal:
		ok = t == types.Int2 || t == types.Int4 || t == types.Int8 || t == types.Numeric
	case column.Float64:
		ok = t == types.Float8
	case column.Bool:
		ok = t == types.Bool
	}
	if !ok {
		return nil, nil, false
	}
	if c, isConst := e.(*plan.Const); isConst {
		if c.Value.Null(0) {
			return nil, nil, false
		}
		var v nql.Value
		if c.Value.Kind == column.Float64 {
			f := c.Value.Float(0)
			if math.IsNaN(f) || math.IsInf(f, 0) || f == 0 && math.Signbit(f) {
				return nil, nil, false
			}
			v = nql.NumberValue(strconv.FormatFloat(f, 'f', -1, 64))
		} else {
			var err error
			if v, err = plan.NQLValue(p.b.c.Env, c.OID, c.Value); err != nil || v.Kind == nql.Float && (math.IsNaN(v.Float) || math.IsInf(v.Float, 0)) {
				return nil, nil, false
			}
		}
		if kind == column.Text {
			plain = &v.Text
		}
		return &nql.Literal{Value: v}, plain, true
	}
	if !plan.IsStable(e) || !harmless(e) {
		return nil, nil, false
	}
	p.scan.Params = append(p.scan.Params, e)
	return &nql.Param{Index: len(p.scan.Params) - 1}, nil, true
}

// harmless reports whether an expression can't fail: a scan evaluates its parameters even where SQL would never come to evaluate them.
func harmless(e plan.Expr) bool {
	return !plan.Any(e, func(x plan.Expr) bool {
		switch x := x.(type) {
		case *plan.Call:
			return !x.Func.Total
		case *plan.InList:
			return true
		case *plan.SubQuery:
			// A value that is there once, as that of an aggregate, is worth a look-up; what has several rows isn't harmless.
			return x.Kind != plan.ExistsQuery && (x.Kind != plan.ScalarQuery || nodeRows(x.Plan) > 1)
		}
		return false
	})
}

// jsonSpelling reports whether a text could be that of a JSON value other than a string.
func jsonSpelling(s string) bool {
	return plan.ScalarSpelling(s) || s != "" && (s[0] == '{' || s[0] == '[')
}

// plainEqual reports whether column = value keeps the same rows as its exact form, the column standing by itself.
func (o operand) plainEqual(text *string) bool {
	switch {
	case o.json:
		return text != nil && !jsonSpelling(*text)
	case o.kind == column.Text:
		return text != nil && !plan.ScalarSpelling(*text)
	}
	return o.kind == column.Int64 || o.kind == column.Bool
}

// jsonEqual translates jsonb = constant where the constant is a string or boolean: no value of another kind equals it. (Null where
// SQL's is false, for those.)
func (p *pusher) jsonEqual(op nql.Op, l, r plan.Expr, strict bool) (nql.Expr, bool) {
	if _, ok := l.(*plan.Const); ok {
		l, r = r, l
	}
	k, isConst := r.(*plan.Const)
	if op != nql.Eq || strict || !isConst || k.OID != types.JSONB || k.Value.Null(0) {
		return nil, false
	}
	col, ok := p.read(l)
	if !ok || col.Type != types.JSONB || col.read.Kind != column.JSON || col.read.Path.Root != nql.NoBuiltin {
		return nil, false
	}
	v, err := plan.NQLValue(p.b.c.Env, k.OID, k.Value)
	if err != nil || v.Kind != nql.String && v.Kind != nql.Boolean {
		return nil, false
	}
	return &nql.Binary{Op: nql.Eq, L: col.read.Path, R: &nql.Literal{Value: v}}, true
}

func (p *pusher) compare(op nql.Op, l, r plan.Expr, strict bool) (nql.Expr, bool) {
	if x, ok := p.jsonEqual(op, l, r, strict); ok {
		return x, true
	}
	o, ok := p.operand(l)
	if !ok {
		if o, ok = p.operand(r); !ok {
			return nil, false
		}
		l, r, op = r, l, mirrored[op]
	}
	if !comparable(o, l.Type(), r.Type()) {
		return nil, false
	}
	x, plain, ok := p.value(r, o.kind)
	if !ok {
		return nil, false
	}
	switch {
	case o.kind == column.Bool, o.faithful:
		return &nql.Binary{Op: op, L: o.path, R: x}, true
	case op == nql.Eq && !strict && o.plainEqual(plain):
		return &nql.Binary{Op: op, L: o.path, R: x}, true
	case o.json:
		return nil, false
	}
	return &nql.Binary{Op: op, L: o.exact(), R: x}, true
}

// comparable reports whether SQL compares values of the two types by their exact value, as NQL does.
func comparable(o operand, l, r types.OID) bool {
	integer := func(t types.OID) bool { return t == types.Int2 || t == types.Int4 || t == types.Int8 }
	switch {
	case l == r:
		return true
	case integer(l) && integer(r):
		return true
	case o.kind == column.Text:
		return (l == types.Text || l == types.Varchar) && (r == types.Text || r == types.Varchar)
	}
	return false
}

func (p *pusher) in(e *plan.InList, strict bool) (nql.Expr, bool) {
	o, ok := p.operand(e.X)
	if !ok {
		return nil, false
	}
	out := &nql.In{Not: e.Not}
	allPlain := !strict && !e.Not
	for _, m := range e.List {
		if !comparable(o, e.X.Type(), m.Type()) {
			return nil, false
		}
		x, plain, ok := p.value(m, o.kind)
		if !ok {
			return nil, false
		}
		allPlain = allPlain && o.plainEqual(plain)
		out.List = append(out.List, x)
	}
	switch {
	case allPlain || o.kind == column.Bool || o.faithful:
		out.X = o.path
	case o.json:
		return nil, false
	default:
		out.X = o.exact()
	}
	return out, true
}

func (p *pusher) like(e *plan.Call, strict bool) (nql.Expr, bool) {
	o, ok := p.operand(e.Args[0])
	if !ok || o.kind != column.Text {
		return nil, false
	}
	k, ok := e.Args[1].(*plan.Const)
	if !ok {
		return nil, false
	}
	x, pattern, ok := p.value(k, column.Text)
	if !ok || pattern == nil || !wholePattern(*pattern) {
		return nil, false
	}
	out := &nql.Like{Pattern: x, Not: e.Op[0] == '!', CI: e.Op[len(e.Op)-1] == '*'}
	switch {
	case !strict && !out.Not && !out.CI && textOnly(*pattern):
		out.X = o.path
	case o.json:
		return nil, false
	default:
		out.X = o.exact()
	}
	return out, true
}

// regex translates a match with a regular expression that is one of Go's, too.
func (p *pusher) regex(e *plan.Call) (nql.Expr, bool) {
	o, ok := p.operand(e.Args[0])
	if !ok || o.kind != column.Text || o.json {
		return nil, false
	}
	k, ok := e.Args[1].(*plan.Const)
	if !ok {
		return nil, false
	}
	_, pattern, ok := p.value(k, column.Text)
	if !ok || pattern == nil {
		return nil, false
	}
	same, ok := function.GoRegexp(*pattern, e.Op[len(e.Op)-1] == '*')
	if !ok {
		return nil, false // that is told when a text is matched with it
	}
	return &nql.Regex{X: o.exact(), Pattern: same, Not: e.Op[0] == '!'}, true
}

// wholePattern reports whether a LIKE pattern is valid: it doesn't end in the middle of an escape.
func wholePattern(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' {
			if i++; i == len(s) {
				return false
			}
		}
	}
	return true
}

// textOnly reports whether a LIKE pattern can match nothing but strings: it begins with a letter that no other value's text begins with.
func textOnly(s string) bool {
	if s == "" {
		return true
	}
	c := s[0]
	return c >= 'A' && c <= 'Z' || c == '/' || c >= 'a' && c <= 'z' && c != 't' && c != 'f' && c != 'n'
}

func (p *pusher) isNull(e *plan.IsNull) (nql.Expr, bool) {
	if col, ok := p.read(e.Arg); ok && col.read.Kind == column.JSON && col.read.Path.Root == nql.NoBuiltin {
		if col.read.KeepNull {
			var has nql.Expr = &nql.Call{Name: "has", Args: []nql.Expr{col.read.Path}}
			if !e.Not {
				has = &nql.Unary{Op: nql.Not, X: has}
			}
			return has, true
		}
		return &nql.IsNull{X: col.read.Path, Not: e.Not}, true
	}
	o, ok := p.operand(e.Arg)
	if !ok || e.Arg.Type() == types.Numeric && o.kind != column.Decimal {
		return nil, false
	}
	if o.json {
		return &nql.IsNull{X: o.path, Not: e.Not}, true
	}
	return &nql.IsNull{X: o.exact(), Not: e.Not}, true
}
