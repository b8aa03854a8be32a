package translate

import (
	"github.com/flare-pg/flare-pg/catalog"
	"github.com/flare-pg/flare-pg/column"
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
