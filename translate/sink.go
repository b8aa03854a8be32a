package translate

import (
	"slices"

	"github.com/flare-pg/flare-pg/nql"
	"github.com/flare-pg/flare-pg/plan"
)

// sink moves conditions on a sub-select's rows into the scans below it and gives back the others. Only what a scan decides all by
// itself goes down; the sub-select's own plan is left as it was, and copied where it changes.
func (b *binder) sink(node plan.Node, conds []plan.Expr) (out plan.Node, rest []plan.Expr) {
	for _, c := range conds {
		if below, ok := b.sinkOne(node, c); ok {
			node = below
		} else {
			rest = append(rest, c)
		}
	}
	return node, rest
}

// sinkOne puts one condition, over a node's output, into the scans below it.
func (b *binder) sinkOne(node plan.Node, cond plan.Expr) (plan.Node, bool) {
	switch n := node.(type) {
	case *plan.Scan:
		return b.sinkScan(n, cond)
	case *plan.Filter:
		input, ok := b.sinkOne(n.Input, cond)
		return &plan.Filter{Output: n.Output, Input: input, Cond: n.Cond}, ok
	case *plan.Project:
		cond, ok := substitute(cond, n.Exprs)
		if !ok {
			return nil, false
		}
		input, ok := b.sinkOne(n.Input, cond)
		return &plan.Project{Output: n.Output, Input: input, Exprs: n.Exprs}, ok
	case *plan.Sort:
		if n.Limit >= 0 {
			return nil, false
		}
		input, ok := b.sinkOne(n.Input, cond)
		return &plan.Sort{Output: n.Output, Input: input, Keys: n.Keys, Limit: n.Limit}, ok
	case *plan.Distinct:
		if n.On != nil { // another row of its set might be kept
			return nil, false
		}
		input, ok := b.sinkOne(n.Input, cond)
		return &plan.Distinct{Output: n.Output, Input: input}, ok
	case *plan.Aggregate:
		if len(n.Keys) == 0 { // one group, also of no rows
			return nil, false
		}
		cond, ok := substitute(cond, n.Keys)
		if !ok {
			return nil, false
		}
		input, ok := b.sinkOne(n.Input, cond)
		return &plan.Aggregate{Output: n.Output, Input: input, Keys: n.Keys, Aggs: n.Aggs}, ok
	case *plan.Window:
		// Whole partitions are left out or none of their rows.
		for _, i := range plan.Refs(cond) {
			if !slices.ContainsFunc(n.Partition, func(e plan.Expr) bool { r, ok := e.(*plan.Ref); return ok && r.Index == i }) {
				return nil, false
			}
		}
		input, ok := b.sinkOne(n.Input, cond)
		return &plan.Window{Output: n.Output, Input: input, Partition: n.Partition, Order: n.Order, Calls: n.Calls}, ok
	case *plan.Append:
		inputs := make([]plan.Node, len(n.Inputs))
		for i, in := range n.Inputs {
			var ok bool
			if inputs[i], ok = b.sinkOne(in, cond); !ok {
				return nil, false
			}
		}
		return &plan.Append{Output: n.Output, Inputs: inputs}, true
	}
	return nil, false
}

// substitute puts expressions in the place of the columns that they compute. ok is false where a column has none, or one that must
// not be computed twice.
func substitute(e plan.Expr, exprs []plan.Expr) (out plan.Expr, ok bool) {
	ok = true
	out = plan.Transform(e, func(x plan.Expr) plan.Expr {
		r, isRef := x.(*plan.Ref)
		if !isRef {
			return x
		}
		if r.Index >= len(exprs) || plan.IsVolatile(exprs[r.Index]) || exprs[r.Index].Type() != r.OID {
			ok = false
			return x
		}
		return exprs[r.Index]
	})
	return out, ok
}

// sinkScan adds a condition over a scan's columns to it.
func (b *binder) sinkScan(n *plan.Scan, cond plan.Expr) (plan.Node, bool) {
	if n.Limit >= 0 {
		return nil, false
	}
	r := b.scanned[n.Stream]
	if r == nil {
		return nil, false
	}
	scan := *n
	scan.Params = append([]plan.Expr(nil), n.Params...)
	scan.Bounds = append([]plan.Bound(nil), n.Bounds...)
	// A scope in which the scan's columns are what Refs mean.
	own := &relation{name: r.name, stream: r.stream, paths: map[string]int{}}
	sc := newScope()
	for i, c := range n.Cols {
		own.cols = append(own.cols, relColumn{Column: c, read: n.Reads[i]})
		own.used = append(own.used, true)
		sc.vars = append(sc.vars, variable{own, i})
	}
	if rest := b.push(sc, &scan, []plan.Expr{cond}); len(rest) > 0 {
		return nil, false
	}
	return &scan, true
}

// prune makes a sub-select compute only the columns that are wanted, the others being null and, as in PostgreSQL, never failing, and its scan read no more than that
// takes. It reaches through projections, conditions and limits.
func prune(node plan.Node, wanted func(i int) bool) plan.Node {
	switch n := node.(type) {
	case *plan.Limit:
		return &plan.Limit{Output: n.Output, Input: prune(n.Input, wanted), Count: n.Count, Skip: n.Skip, Ties: n.Ties}
	case *plan.Project:
		exprs := make([]plan.Expr, len(n.Exprs))
		for i, e := range n.Exprs {
			if exprs[i] = e; !wanted(i) && !plan.IsVolatile(e) {
				exprs[i] = constNull(e.Type())
			}
		}
		return pruneInput(&plan.Project{Output: n.Output, Input: n.Input, Exprs: exprs})
	}
	return node
}

// pruneInput takes the columns that a projection doesn't use out of what it reads.
func pruneInput(p *plan.Project) plan.Node {
	used := map[int]bool{}
	for _, i := range plan.Refs(p.Exprs...) {
		used[i] = true
	}
	wanted := func(i int) bool { return used[i] }
	f, filtered := p.Input.(*plan.Filter)
	input := p.Input
	if filtered {
		for _, i := range plan.Refs(f.Cond) {
			used[i] = true
		}
		input = f.Input
	}
	scan, ok := input.(*plan.Scan)
	if !ok {
		if filtered {
			p.Input = &plan.Filter{Output: f.Output, Input: prune(f.Input, wanted), Cond: f.Cond}
		} else {
			p.Input = prune(p.Input, wanted)
		}
		return p
	}
	less := *scan
	less.Cols, less.Reads = nil, []nql.Column(nil)
	at := map[int]int{}
	for i := range scan.Cols {
		if used[i] {
			at[i] = len(less.Cols)
			less.Cols, less.Reads = append(less.Cols, scan.Cols[i]), append(less.Reads, scan.Reads[i])
		}
	}
	for i, e := range p.Exprs {
		p.Exprs[i] = place(e, at)
	}
	p.Input = &less
	if filtered {
		p.Input = &plan.Filter{Output: less.Output, Input: &less, Cond: place(f.Cond, at)}
	}
	return p
}
