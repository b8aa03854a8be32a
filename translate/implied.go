package translate

import (
	"unicode/utf8"

	"github.com/cockroachdb/apd/v3"

	"github.com/flare-pg/flare-pg/catalog"
	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/nql"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
)

// implied translates a condition on declared columns into one on what the scan reads that is true wherever the condition is. It
// saves rows; the condition is checked above all the same.
//
// What a column shows of its member, where it isn't null:
//
//   - an integer column the member's number, as it is;
//   - a double the number nearest to it, a numeric the number, rounded where it has a scale; NaN and the infinities for the strings of these
//     names, and for nothing else;
//   - a varchar(n) the text of a string, number or boolean, of which nothing is cut that is shorter than n characters;
//   - a core column that may be null the event's own value;
//   - a column that was added with a default, the default where there is no member.
func (p *pusher) implied(e plan.Expr) (nql.Expr, bool) {
	switch e := e.(type) {
	case *plan.Or:
		var out nql.Expr
		for _, a := range e.Args {
			x, ok := p.condition(a, false)
			if !ok {
				x, ok = p.implied(a)
			}
			if !ok {
				return nil, false
			}
			out = joined(nql.Or, out, x)
		}
		return out, out != nil
	case *plan.And:
		var out nql.Expr
		for _, a := range e.Args {
			params := len(p.scan.Params)
			x, ok := p.condition(a, false)
			if !ok {
				x, ok = p.implied(a)
			}
			if ok {
				out = joined(nql.And, out, x)
			} else {
				p.scan.Params = p.scan.Params[:params]
			}
		}
		return out, out != nil
	case *plan.InList:
		if e.Not {
			return nil, false
		}
		var out nql.Expr
		for _, m := range e.List {
			x, ok := p.impliedCompare(nql.Eq, e.X, m)
			if !ok {
				return nil, false
			}
			out = joined(nql.Or, out, x)
		}
		return out, out != nil
	case *plan.Call:
		op, ok := comparisons[e.Op]
		if !ok || len(e.Args) != 2 {
			return nil, false
		}
		if x, ok := p.impliedCompare(op, e.Args[0], e.Args[1]); ok {
			return x, true
		}
		return p.impliedCompare(mirrored[op], e.Args[1], e.Args[0])
	}
	return nil, false
}

// joined adds x to a chain of and or or; nil is an empty one.
func joined(op nql.Op, chain, x nql.Expr) nql.Expr {
	if chain == nil {
		return x
	}
	return &nql.Binary{Op: op, L: chain, R: x}
}

// impliedCompare is implied of a declared column compared with a constant.
func (p *pusher) impliedCompare(op nql.Op, l, r plan.Expr) (nql.Expr, bool) {
	k, ok := r.(*plan.Const)
	if !ok || k.Value.Null(0) {
		return nil, false
	}
	col, ok := p.shaped(l)
	if !ok {
		return nil, false
	}
	if col.form == catalog.Unless {
		return p.impliedText(op, col, l, k, 0)
	}
	d := col.of.Declared
	if d == nil {
		return nil, false
	}
	var out nql.Expr
	switch col.Type {
	case types.Int2, types.Int4, types.Int8:
		out, ok = p.impliedNumber(op, operand{path: col.read.Path, kind: column.Int64}, l, k)
	case types.Float8:
		out, ok = p.impliedNumber(op, operand{path: col.read.Path, kind: column.Float64}, l, k)
	case types.Numeric:
		if _, scale, limited := types.NumericTypmod(col.Typmod); limited {
			out, ok = impliedRounded(op, operand{path: col.read.Path, kind: column.Decimal}, k, scale)
		} else {
			out, ok = p.impliedNumber(op, operand{path: col.read.Path, kind: column.Decimal}, l, k)
		}
	case types.Varchar, types.Text:
		most := 0
		if col.Type == types.Varchar && col.Typmod >= 4 {
			most = int(col.Typmod - 4)
		}
		out, ok = p.impliedText(op, col, l, k, most)
	default:
		return nil, false
	}
	if ok && d.Missing != nil {
		out = joined(nql.Or, out, &nql.Unary{Op: nql.Not, X: &nql.Call{Name: "has", Args: []nql.Expr{col.read.Path}}})
	}
	return out, ok
}

// impliedText compares a column that shows at most so many characters, 0: all.
func (p *pusher) impliedText(op nql.Op, col *relColumn, l plan.Expr, k *plan.Const, most int) (nql.Expr, bool) {
	o := operand{path: col.read.Path, kind: column.Text}
	if !comparable(o, l.Type(), k.Type()) {
		return nil, false
	}
	if most > 0 && (op != nql.Eq || utf8.RuneCount(k.Value.Str(0)) >= most) {
		return nil, false
	}
	x, plain, ok := p.value(k, column.Text)
	if ok && op == nql.Eq && o.plainEqual(plain) {
		return &nql.Binary{Op: op, L: o.path, R: x}, true
	}
	return &nql.Binary{Op: op, L: o.exact(), R: x}, ok
}

// impliedNumber compares a column that shows numbers as they are, besides NaN, which is greater than all, and the infinities.
func (p *pusher) impliedNumber(op nql.Op, o operand, l plan.Expr, k *plan.Const) (nql.Expr, bool) {
	if !comparable(o, l.Type(), k.Type()) {
		return nil, false
	}
	if o.kind != column.Int64 && op == nql.Ne {
		return nil, false
	}
	x, _, ok := p.value(k, o.kind)
	if !ok {
		return nil, false
	}
	out := &nql.Binary{Op: op, L: o.exact(), R: x}
	if o.kind == column.Int64 {
		return out, true
	}
	return orUnlimited(op, o.path, out), true
}

// orUnlimited adds the strings of what is no number, where an operator with a finite number may be true of it.
func orUnlimited(op nql.Op, path *nql.Path, out nql.Expr) nql.Expr {
	var names []string
	switch op {
	case nql.Gt, nql.Ge:
		names = []string{"NaN", "Infinity"}
	case nql.Lt, nql.Le:
		names = []string{"-Infinity"}
	}
	if names == nil {
		return out
	}
	in := &nql.In{X: path}
	for _, s := range names {
		in.List = append(in.List, &nql.Literal{Value: nql.Value{Kind: nql.String, Text: s}})
	}
	return joined(nql.Or, out, in)
}

// impliedRounded compares a numeric of a scale: what it shows is at most half a unit of its last digit away from what stands in the event.
func impliedRounded(op nql.Op, o operand, k *plan.Const, scale int) (nql.Expr, bool) {
	var c, low, high apd.Decimal
	if k.OID != types.Numeric || op == nql.Ne || types.ParseNumeric(&c, types.AppendText(nil, nil, k.OID, k.Value, 0)) != nil || c.Form != apd.Finite {
		return nil, false
	}
	half := apd.New(5, int32(-scale-1))
	if types.NumericSub(&low, &c, half) != nil || types.NumericAdd(&high, &c, half) != nil {
		return nil, false
	}
	side := func(op nql.Op, d *apd.Decimal) nql.Expr {
		return &nql.Binary{Op: op, L: o.exact(), R: &nql.Literal{Value: nql.NumberValue(string(types.AppendNumeric(nil, d)))}}
	}
	switch op {
	case nql.Eq:
		return joined(nql.And, side(nql.Ge, &low), side(nql.Le, &high)), true
	case nql.Gt, nql.Ge:
		return orUnlimited(op, o.path, side(nql.Ge, &low)), true
	}
	return orUnlimited(op, o.path, side(nql.Le, &high)), true
}

// shaped gives the column of a reference whose value is made above the scan; an integer's may be widened on its way.
func (p *pusher) shaped(e plan.Expr) (*relColumn, bool) {
	if c, ok := e.(*plan.Call); ok && c.Op == "::" && len(c.Args) == 1 && integerRank(c.Args[0].Type()) > 0 &&
		(c.OID == types.Numeric && c.Mod < 0 || integerRank(c.OID) > integerRank(c.Args[0].Type())) {
		e = c.Args[0]
	}
	r, ok := e.(*plan.Ref)
	if !ok {
		return nil, false
	}
	_, c, ok := p.sc.column(r)
	return c, ok && c.form != catalog.AsRead && (c.Type == r.OID || c.Type == types.Varchar && r.OID == types.Text)
}

// integerRank orders the integer types by their width; 0: none of them.
func integerRank(t types.OID) int {
	switch t {
	case types.Int2:
		return 1
	case types.Int4:
		return 2
	case types.Int8:
		return 3
	}
	return 0
}
