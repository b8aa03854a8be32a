package translate

import (
	"slices"

	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
)

// systemColumns is what a source has that knows system columns: they follow on its own.
type systemColumns interface{ SystemColumns() []plan.Column }

// system finds a system column of a stream or system relation, which no * gives. A stream has tableoid only; a sub-select and a view have none.
func (r *relation) system(name string) (col int, ok bool) {
	if r.stream == nil && r.source.Source == nil {
		return 0, false
	}
	for i := range r.cols {
		if r.cols[i].hidden && r.cols[i].Name == name {
			return i, true
		}
	}
	if s, ok := r.source.Source.(systemColumns); ok && r.stream == nil {
		own := len(r.source.Source.Columns())
		if len(r.cols) > own {
			return 0, false
		}
		for _, c := range s.SystemColumns() {
			r.cols, r.used = append(r.cols, relColumn{Column: c, hidden: true}), append(r.used, false)
		}
		for i := range r.cols[own:] {
			if r.cols[own+i].Name == name {
				return own + i, true
			}
		}
		return 0, false
	}
	if name != "tableoid" {
		return 0, false
	}
	oid := r.source.OID
	if r.stream != nil {
		oid = r.stream.OID
	}
	value := constInt(types.Oid, int64(oid))
	r.cols = append(r.cols, relColumn{Column: plan.Column{Name: name, Type: types.Oid, Typmod: -1}, hidden: true, fixed: value})
	r.used = append(r.used, false)
	return len(r.cols) - 1, true
}

// withSystem puts the system columns of a relation that are wanted behind those that it reads.
func withSystem(sc *scope, r *relation, node plan.Node, order []int, layout map[int]int, want map[int]bool) (plan.Node, []int) {
	var out *plan.Project
	for i, v := range sc.vars {
		if v.rel != r || !want[i] || r.cols[v.col].fixed == nil {
			continue
		}
		if out == nil {
			cols := node.Columns()
			out = &plan.Project{Output: plan.Output{Cols: slices.Clone(cols)}, Input: node, Exprs: plan.RefsOf(cols, 0)}
			order = slices.Clone(order)
			for len(order) < len(cols) { // what the node reads besides
				order = append(order, -1)
			}
		}
		layout[i] = len(order)
		order = append(order, i)
		out.Cols, out.Exprs = append(out.Cols, r.cols[v.col].Column), append(out.Exprs, r.cols[v.col].fixed)
	}
	if out == nil {
		return node, order
	}
	return out, order
}

// readsSystem reports whether a condition reads a system column, of which a source knows nothing.
func readsSystem(sc *scope, e plan.Expr) bool {
	for _, v := range plan.Refs(e) {
		if v < len(sc.vars) && sc.vars[v].rel.cols[sc.vars[v].col].fixed != nil {
			return true
		}
	}
	return false
}
