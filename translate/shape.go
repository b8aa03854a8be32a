package translate

import (
	"github.com/flare-pg/flare-pg/catalog"
	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/nql"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/function"
)

// shape puts a projection over a scan that makes declared columns of what the scan reads, where a read alone doesn't. Column i of the
// projection is made of column i of the scan, and of the nulls that the scan reads besides, behind them.
func shape(r *relation, scan *plan.Scan, positions []int) plan.Node {
	plain := true
	for _, p := range positions {
		plain = plain && r.cols[p].form == catalog.AsRead
	}
	if plain {
		return scan
	}
	out := &plan.Project{Output: plan.Output{Cols: scan.Cols}, Input: scan}
	read := make([]plan.Column, len(positions))
	for i, p := range positions {
		c := &r.cols[p]
		if read[i] = c.Column; c.form == catalog.Cast {
			read[i].Type, read[i].Typmod = types.JSON, -1
		} else if c.form == catalog.Unless {
			read[i].Type, read[i].Typmod = types.Text, -1
		}
	}
	for i, p := range positions {
		c := &r.cols[p]
		ref := &plan.Ref{Typed: plan.Typed{OID: read[i].Type, Mod: read[i].Typmod}, Index: i, Name: c.Name}
		switch c.form {
		case catalog.Cast:
			out.Exprs = append(out.Exprs, stored(c.of, ref))
		case catalog.Unless:
			null := &plan.Ref{Typed: typed(types.JSON), Index: len(read), Name: c.of.Null.Path.Steps[0].Name}
			scan.Reads = append(scan.Reads, c.of.Null)
			read = append(read, plan.Column{Name: null.Name, Type: types.JSON, Typmod: -1})
			out.Exprs = append(out.Exprs, &plan.Call{Typed: typed(types.Text), Func: function.Unless, Args: []plan.Expr{ref, null}})
		default:
			out.Exprs = append(out.Exprs, ref)
		}
	}
	scan.Cols = read
	return out
}

// stored makes a declared column's value of its JSON.
func stored(c *catalog.StreamColumn, ref *plan.Ref) plan.Expr {
	var out plan.Expr = &plan.Call{Typed: plan.Typed{OID: c.Type, Mod: c.Typmod}, Func: function.Stored(c.Type), Args: []plan.Expr{ref}, Op: "::"}
	if c.Declared == nil || c.Declared.Missing == nil {
		return out
	}
	v := column.New(types.KindOf(c.Type))
	types.ParseStored(v, c.Type, c.Typmod, c.Declared.Missing)
	return &plan.Case{Typed: plan.Typed{OID: c.Type, Mod: c.Typmod},
		Whens: []plan.When{{Cond: &plan.IsNull{Typed: typed(types.Bool), Arg: ref}, Then: &plan.Const{Typed: plan.Typed{OID: c.Type, Mod: c.Typmod}, Value: v}}},
		Else:  out}
}

// isShaping recognises such a projection: its columns stand as the scan's.
func isShaping(p *plan.Project) bool {
	if _, ok := p.Input.(*plan.Scan); !ok {
		return false
	}
	for i, e := range p.Exprs {
		if c, ok := e.(*plan.Case); ok {
			e = c.Else
		}
		if c, ok := e.(*plan.Call); ok && (c.Func == function.Unless || c.Func == function.Stored(c.OID)) {
			e = c.Args[0]
		}
		if r, ok := e.(*plan.Ref); !ok || r.Index != i {
			return false
		}
	}
	return true
}

// implied translates a condition on a declared column into one on what the scan reads that is true wherever the condition is. It
// saves rows; the condition is checked above all the same.
//
// An integer column shows no other number than its member; a float or numeric column neither, but for NaN and the infinities, which only
// an equality with a finite constant rules out, and a numeric of a scale may be rounded. A core column that isn't null is the
// event's own.
func (p *pusher) implied(e plan.Expr) (nql.Expr, bool) {
	c, ok := e.(*plan.Call)
	if !ok || len(c.Args) != 2 {
		return nil, false
	}
	op, ok := comparisons[c.Op]
	if !ok {
		return nil, false
	}
	l, r := c.Args[0], c.Args[1]
	col, ok := p.shaped(l)
	if !ok {
		if col, ok = p.shaped(r); !ok {
			return nil, false
		}
		l, r, op = r, l, mirrored[op]
	}
	if _, ok := r.(*plan.Const); !ok {
		return nil, false
	}
	if col.form == catalog.Unless {
		o := operand{path: col.read.Path, kind: column.Text}
		if !comparable(o, l.Type(), r.Type()) {
			return nil, false
		}
		x, plain, ok := p.value(r, column.Text)
		if ok && op == nql.Eq && o.plainEqual(plain) {
			return &nql.Binary{Op: op, L: o.path, R: x}, true
		}
		return &nql.Binary{Op: op, L: o.exact(), R: x}, ok
	}
	if col.of.Declared == nil || col.of.Declared.Missing != nil || col.Typmod >= 0 {
		return nil, false
	}
	o := operand{path: col.read.Path}
	switch col.Type {
	case types.Int2, types.Int4, types.Int8:
		o.kind = column.Int64
	case types.Float8:
		o.kind = column.Float64
	case types.Numeric:
		o.kind = column.Decimal
	}
	if o.kind == column.Invalid || op != nql.Eq && o.kind != column.Int64 || !comparable(o, l.Type(), r.Type()) {
		return nil, false
	}
	x, _, ok := p.value(r, o.kind)
	return &nql.Binary{Op: op, L: o.exact(), R: x}, ok
}

// shaped gives the column of a reference whose value is made above the scan.
func (p *pusher) shaped(e plan.Expr) (*relColumn, bool) {
	r, ok := e.(*plan.Ref)
	if !ok {
		return nil, false
	}
	_, c, ok := p.sc.column(r)
	return c, ok && c.form != catalog.AsRead && c.Type == r.OID
}
