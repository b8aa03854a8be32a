package translate

import (
	"slices"

	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
)

// setRefs is where the Refs of columns begin that functions in a select list make.
const setRefs = 1 << 25

// sets are the functions of a select list that give rows. They run side by side over the rows that are left after WHERE, GROUP BY and HAVING.
type sets struct {
	allowed bool   // in what is being bound
	within  string // the construct that they may not stand in, "" none
	calls   []plan.SetCall
	cols    []plan.Column
}

// without binds a construct in which such functions may not stand.
func (s *sets) without(construct string, bind func() error) error {
	before := s.within
	s.within = construct
	defer func() { s.within = before }()
	return bind()
}

// setFunctionCall binds a call of a function that gives rows outside of FROM: what stands for it are columns of the level's ProjectSet.
func (b *binder) setFunctionCall(sc *scope, n *pg.FuncCall, schema, name string) (plan.Expr, error) {
	switch {
	case sc.clause == "functions in FROM":
		return nil, b.unsupported(n.Location, "set-returning functions must appear at top level of FROM")
	case sc.clause != "":
		return nil, b.unsupported(n.Location, "set-returning functions are not allowed in %s", sc.clause)
	case sc.inAgg:
		return nil, b.unsupported(n.Location, "aggregate function calls cannot contain set-returning function calls")
	case sc.sets.within != "":
		return nil, b.unsupported(n.Location, "set-returning functions are not allowed in %s", sc.sets.within).WithHint("You might be able to move the set-returning function into a LATERAL FROM item.")
	case !sc.sets.allowed:
		return nil, b.unsupported(n.Location, "set-returning functions are not supported here").WithHint("Move the set-returning function into a LATERAL FROM item.")
	}
	call, err := b.setCall(sc, n, schema, name)
	if err != nil {
		return nil, err
	}
	for _, a := range call.Args {
		if hasSet(a) {
			return nil, b.unsupported(n.Location, "set-returning functions within others are not supported yet")
		}
	}
	if call.Func.Untyped() {
		return nil, b.unsupported(n.Location, "function returning record called in context that cannot accept type record")
	}
	at := len(sc.sets.cols)
	sc.sets.calls = append(sc.sets.calls, call)
	var names []string
	var refs []plan.Expr
	for i, c := range call.Columns {
		sc.sets.cols = append(sc.sets.cols, plan.Column{Name: c.Name, Type: c.Type, Typmod: c.Typmod})
		names = append(names, c.Name)
		refs = append(refs, &plan.Ref{Typed: plan.Typed{OID: c.Type, Mod: c.Typmod}, Index: setRefs + at + i, Name: c.Name})
	}
	if call.Func.Result != types.Record {
		return refs[0], nil
	}
	return b.record(names, refs)
}

// hasSet reports whether an expression reads what functions of the select list give.
func hasSet(e plan.Expr) bool {
	return plan.Any(e, func(x plan.Expr) bool {
		r, ok := x.(*plan.Ref)
		return ok && r.Index >= setRefs
	})
}

// projectSet puts the functions of the select list over the level's rows; place brings their arguments to these.
func (s *sets) projectSet(node plan.Node, place func(plan.Expr) (plan.Expr, error)) (plan.Node, error) {
	if len(s.calls) == 0 {
		return node, nil
	}
	n := &plan.FunctionScan{Input: node}
	n.Cols = append(slices.Clone(node.Columns()), s.cols...)
	for _, c := range s.calls {
		c.Args = slices.Clone(c.Args)
		for i := range c.Args {
			var err error
			if c.Args[i], err = place(c.Args[i]); err != nil {
				return nil, err
			}
		}
		n.Calls = append(n.Calls, c)
	}
	return n, nil
}
