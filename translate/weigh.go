package translate

import (
	"github.com/flare-pg/flare-pg/nql"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
)

// weigh lets what counts events by one member, or looks for its different values, be answered from how many events have which value, as far as files tell:
//
//	Aggregate by level: count(*)     Aggregate by level: count(*), a row counting for as many as its weight
//	  Filter, Project           →      Filter, Project, with the weight
//	    Scan: level                      Scan: level, weighted
//
// It comes last, when nothing is moved or left out any more: n is the plan of a statement, whose nodes are its own.
func (b *binder) weigh(n plan.Node) {
	if b.c.NoPushdown {
		return
	}
	plan.WalkNodes(n, func(n plan.Node) bool {
		switch n := n.(type) {
		case *plan.Aggregate:
			weighAggregate(n)
		case *plan.Distinct:
			weighDistinct(n)
		}
		return true
	})
}

// weightName is what the column of weights is called.
const weightName = "events"

func weighAggregate(n *plan.Aggregate) {
	for i := range n.Aggs {
		if !weighable(&n.Aggs[i]) {
			return
		}
	}
	for _, k := range n.Keys {
		if plan.IsVolatile(k) {
			return
		}
	}
	input, weight := weighted(n.Input)
	if weight == nil {
		return
	}
	aggs := append([]plan.AggCall(nil), n.Aggs...)
	for i := range aggs {
		if a := &aggs[i]; a.Func.Name == "count" && !a.Distinct {
			a.Weight = weight
		}
	}
	n.Input, n.Aggs = input, aggs
}

// weighable reports whether a call can be told how many rows each of its rows stands for, or need not know.
func weighable(a *plan.AggCall) bool {
	for _, x := range append([]plan.Expr{a.Filter}, a.Args...) {
		if x != nil && plan.IsVolatile(x) {
			return false
		}
	}
	if len(a.OrderBy) > 0 {
		return false
	}
	if a.Distinct {
		return true
	}
	switch a.Func.Name {
	case "count", "min", "max", "bool_and", "bool_or", "every", "bit_and", "bit_or":
		return true
	}
	return false
}

func weighDistinct(n *plan.Distinct) {
	input, weight := weighted(n.Input)
	if weight == nil {
		return
	}
	// The weights are no part of the rows.
	p := &plan.Project{Output: plan.Output{Cols: n.Input.Columns()}, Input: input}
	if below, ok := input.(*plan.Project); ok {
		p.Input, p.Exprs = below.Input, below.Exprs[:len(p.Cols)]
	} else {
		for i, c := range p.Cols {
			p.Exprs = append(p.Exprs, &plan.Ref{Typed: plan.Typed{OID: c.Type, Mod: c.Typmod}, Index: i, Name: c.Name})
		}
	}
	n.Input = p
}

// weighted gives a scan with the filters and projections above it that has weights as its last column, which weight reads; nil where it can't.
func weighted(n plan.Node) (out plan.Node, weight *plan.Ref) {
	switch n := n.(type) {
	case *plan.Scan:
		if _, ok := nql.OnlyMember(n.Where, n.Reads); !ok || n.Weighted || n.Order != nql.Unordered || n.Limit >= 0 {
			return nil, nil
		}
		scan := *n
		scan.Weighted = true
		scan.Cols, weight = withWeight(n.Cols)
		return &scan, weight
	case *plan.Filter:
		if plan.IsVolatile(n.Cond) {
			return nil, nil
		}
		input, weight := weighted(n.Input)
		if weight == nil {
			return nil, nil
		}
		return &plan.Filter{Output: plan.Output{Cols: input.Columns()}, Input: input, Cond: n.Cond}, weight
	case *plan.Project:
		for _, e := range n.Exprs {
			if plan.IsVolatile(e) {
				return nil, nil
			}
		}
		input, below := weighted(n.Input)
		if below == nil {
			return nil, nil
		}
		p := &plan.Project{Input: input, Exprs: append(n.Exprs[:len(n.Exprs):len(n.Exprs)], below)}
		p.Cols, weight = withWeight(n.Cols)
		return p, weight
	}
	return nil, nil
}

// withWeight adds the column of weights.
func withWeight(cols []plan.Column) ([]plan.Column, *plan.Ref) {
	weight := &plan.Ref{Typed: plan.Typed{OID: types.Int8, Mod: -1}, Index: len(cols), Name: weightName}
	return append(cols[:len(cols):len(cols)], plan.Column{Name: weightName, Type: types.Int8, Typmod: -1}), weight
}
