package translate

import (
	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/flare-pg/flare-pg/plan"
)

// frame is what a sub-query or a lateral entry of FROM takes from around it: arguments, expressions of the level that it stands in, which its
// plan knows as Outers. What comes from further out is handed down from frame to frame.
type frame struct {
	scope *scope
	args  []plan.Expr
}

// arg makes an expression of the frame's level known inside.
func (f *frame) arg(e plan.Expr) *plan.Outer {
	at := -1
	for i, a := range f.args {
		if plan.Equal(a, e) {
			at = i
			break
		}
	}
	if at < 0 {
		at = len(f.args)
		f.args = append(f.args, e)
	}
	out := &plan.Outer{Typed: plan.Typed{OID: e.Type(), Mod: e.Typmod()}, Index: at}
	switch e := e.(type) {
	case *plan.Ref:
		out.Name = e.Name
	case *plan.Outer:
		out.Name = e.Name
	}
	return out
}

// used gives the arguments that a plan reads; those that it doesn't are null, and at the end left out.
func (f *frame) used(n plan.Node) []plan.Expr {
	reads := plan.Outers(n)
	var out []plan.Expr
	for i, a := range f.args {
		if !reads[i] {
			a = constNull(a.Type())
		}
		out = append(out, a)
	}
	for len(out) > 0 && !reads[len(out)-1] {
		out = out[:len(out)-1]
	}
	return out
}

// newScope makes the scope of a query level inside the present frame.
func (b *binder) newScope() *scope {
	sc := newScope()
	sc.outer = b.frame
	return sc
}

// up is the scope of the level around, nil where there is none.
func (sc *scope) up() *scope {
	if sc.outer == nil {
		return nil
	}
	return sc.outer.scope
}

// lift brings an expression of a level around sc, or of sc itself, into sc.
func (sc *scope) lift(from *scope, e plan.Expr) plan.Expr {
	if sc == from || e == nil {
		return e
	}
	if _, ok := e.(*plan.Const); ok {
		return e
	}
	return sc.outer.arg(sc.up().lift(from, e))
}

// drop is the reverse for an expression that reads nothing but Outers: it puts it in terms of the level around.
func (sc *scope) drop(e plan.Expr) plan.Expr {
	return plan.Transform(e, func(x plan.Expr) plan.Expr {
		if o, ok := x.(*plan.Outer); ok {
			return sc.outer.args[o.Index]
		}
		return x
	})
}

// inside binds a query in a frame of its own, whose arguments are expressions of sc.
func (b *binder) inside(sc *scope, bind func() (plan.Node, error)) (plan.Node, []plan.Expr, error) {
	f, around := &frame{scope: sc}, b.frame
	b.frame = f
	node, err := bind()
	b.frame = around
	if err != nil {
		return nil, nil, err
	}
	return node, f.used(node), nil
}

// subPlan binds the query of a sub-query.
func (b *binder) subPlan(sc *scope, n *pg.SelectStmt) (plan.Node, []plan.Expr, error) {
	return b.inside(sc, func() (plan.Node, error) {
		node, err := b.selectStmt(n)
		if err != nil {
			return nil, err
		}
		return b.resolveUnknowns(node)
	})
}
