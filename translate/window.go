package translate

import (
	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/function"
)

// windowRefs is where the Refs of window functions begin.
const windowRefs = 1 << 26

// codeWindowing is PostgreSQL's SQLSTATE for windows that make no sense.
const codeWindowing = "42P20"

// windows are the window functions of a query level. They run over the rows that WHERE, GROUP BY and HAVING leave.
type windows struct {
	defs  []*windowDef // of the WINDOW clause
	specs []windowSpec
	calls []windowCall
	// within is the construct being bound in which none may stand, "" none; inside says that it is a window function's own arguments.
	within string
	inside bool
}

// windowSpec is what the calls of one plan.Window share.
type windowSpec struct {
	partition []plan.Expr
	order     []plan.SortKey
}

// windowCall is a call, with the number of its spec.
type windowCall struct {
	plan.WindowCall
	spec int
	name string
}

// boundWindow is a window as OVER or WINDOW describes it.
type boundWindow struct {
	windowSpec
	frame  plan.Frame
	framed bool // it has a frame clause
}

// windowDef is an entry of the WINDOW clause; it is bound when it is first asked for.
type windowDef struct {
	n     *pg.WindowDef
	at    int // in the clause: an entry may build on those before it
	bound *boundWindow
}

// hasWindow reports whether an expression reads what a window function gives.
func hasWindow(e plan.Expr) bool {
	return plan.Any(e, func(x plan.Expr) bool {
		r, ok := x.(*plan.Ref)
		return ok && r.Index >= windowRefs && r.Index < groupingRefs
	})
}

// noWindow binds a construct in which window functions may not stand.
func (w *windows) noWindow(construct string, bind func() error) error {
	before := w.within
	w.within = construct
	defer func() { w.within = before }()
	return bind()
}

// windowClause notes the WINDOW clause.
func (b *binder) windowClause(sc *scope, list []*pg.Node) error {
	for i, n := range list {
		def := n.GetWindowDef()
		for _, other := range sc.windows.defs {
			if other.n.Name == def.Name {
				return b.errorf(def.Location, codeWindowing, "window %q is already defined", def.Name)
			}
		}
		sc.windows.defs = append(sc.windows.defs, &windowDef{n: def, at: i})
	}
	return nil
}

// restOfWindows binds the entries of WINDOW that nothing has used: they may be wrong.
func (b *binder) restOfWindows(sc *scope) error {
	for _, d := range sc.windows.defs {
		if _, err := b.defined(sc, d); err != nil {
			return err
		}
	}
	return nil
}

func (b *binder) defined(sc *scope, d *windowDef) (*boundWindow, error) {
	if d.bound == nil {
		w, err := b.window(sc, d.n, sc.windows.defs[:d.at])
		if err != nil {
			return nil, err
		}
		d.bound = w
	}
	return d.bound, nil
}

// over gives the window of OVER name and OVER (…).
func (b *binder) over(sc *scope, n *pg.WindowDef) (*boundWindow, error) {
	if n.Name == "" {
		return b.window(sc, n, sc.windows.defs)
	}
	for _, d := range sc.windows.defs {
		if d.n.Name == n.Name {
			return b.defined(sc, d)
		}
	}
	return nil, b.errorf(n.Location, types.CodeUndefinedObject, "window %q does not exist", n.Name)
}

// window binds a window's description, which may build on one of those known.
func (b *binder) window(sc *scope, n *pg.WindowDef, known []*windowDef) (*boundWindow, error) {
	w := &boundWindow{frame: plan.DefaultFrame}
	var base *boundWindow
	if n.Refname != "" {
		for _, d := range known {
			if d.n.Name == n.Refname {
				var err error
				if base, err = b.defined(sc, d); err != nil {
					return nil, err
				}
			}
		}
		if base == nil {
			return nil, b.errorf(n.Location, types.CodeUndefinedObject, "window %q does not exist", n.Refname)
		}
	}
	allowed := sc.sets.allowed
	sc.sets.allowed = true
	err := sc.windows.noWindow("window definitions", func() error {
		return sc.sets.without("", func() error { return b.windowKeys(sc, n, w) }) // whatever is around
	})
	sc.sets.allowed = allowed
	if err != nil {
		return nil, err
	}
	if base != nil {
		if len(n.PartitionClause) > 0 {
			return nil, b.errorf(n.Location, codeWindowing, "cannot override PARTITION BY clause of window %q", n.Refname)
		}
		if len(w.order) > 0 && len(base.order) > 0 {
			return nil, b.errorf(n.Location, codeWindowing, "cannot override ORDER BY clause of window %q", n.Refname)
		}
		w.partition = base.partition
		if len(base.order) > 0 {
			w.order = base.order
		}
		if base.framed {
			e := b.errorf(n.Location, codeWindowing, "cannot copy window %q because it has a frame clause", n.Refname)
			if n.Name == "" && len(n.OrderClause) == 0 && n.FrameOptions&frameNotDefault == 0 {
				e.WithHint("Omit the parentheses in this OVER clause.")
			}
			return nil, e
		}
	}
	w.framed = n.FrameOptions&frameNotDefault != 0
	if w.framed {
		if w.frame, err = b.frameClause(sc, n, w); err != nil {
			return nil, err
		}
	}
	return w, nil
}

// windowKeys binds PARTITION BY and ORDER BY of a window: expressions, never names or positions of the select list.
func (b *binder) windowKeys(sc *scope, n *pg.WindowDef, w *boundWindow) error {
	for _, s := range n.OrderClause {
		key, err := b.sortKey(sc, s.GetSortBy())
		if err != nil {
			return err
		}
		w.order = append(w.order, key)
	}
	for _, p := range n.PartitionClause {
		e, err := b.value(sc, p)
		if err != nil {
			return err
		}
		if e.Type() == types.JSON {
			return b.errorf(location(p), types.CodeUndefinedFunction, "could not identify an equality operator for type json")
		}
		w.partition = append(w.partition, e)
	}
	return nil
}

// windowFunction binds a call with OVER and gives a Ref that stands for its result.
func (b *binder) windowFunction(sc *scope, n *pg.FuncCall, schema, name string) (plan.Expr, error) {
	ws := &sc.windows
	nested := ws.inside
	call := windowCall{name: name}
	ws.inside = true
	args, err := b.arguments(sc, n.Args)
	ws.inside = nested
	if err != nil {
		return nil, err
	}
	if err := b.positional(args, name, n.Location); err != nil {
		return nil, err
	}
	catalogued := schema == "" || schema == "pg_catalog"
	switch {
	case catalogued && function.IsWindow(name) && !(function.IsAggregate(schema, name) && (len(args.exprs) > 0 || n.AggWithinGroup)):
		f, err := function.ResolveWindow(name, args.types())
		if err != nil {
			return nil, b.at(err, n.Location)
		}
		call.Func = f
	case function.IsAggregate(schema, name):
		switch {
		case n.AggWithinGroup:
			return nil, b.unsupported(n.Location, "OVER is not supported for ordered-set aggregate %s", name)
		case hypotheticalNames[name]:
			return nil, b.errorf(n.Location, types.CodeWrongObjectType, "WITHIN GROUP is required for ordered-set aggregate %s", name)
		case len(args.exprs) == 0 && !n.AggStar && name == "count":
			return nil, b.errorf(n.Location, types.CodeWrongObjectType, "%s(*) must be used to call a parameterless aggregate function", name)
		}
		f, err := function.ResolveAggregate(schema, name, args.types())
		if err != nil {
			return nil, b.at(err, n.Location)
		}
		if f.Kind != 'n' {
			return nil, b.errorf(n.Location, types.CodeWrongObjectType, "WITHIN GROUP is required for ordered-set aggregate %s", name)
		}
		call.Agg = f
	default:
		if !function.IsSetFunction(schema, name) {
			_, err = b.callWith(schema, name, args, n.FuncVariadic, n.Location)
		}
		if err != nil {
			return nil, err
		}
		return nil, b.errorf(n.Location, types.CodeWrongObjectType, "OVER specified, but %s is not a window function nor an aggregate function", name)
	}
	if err := b.windowCallFits(sc, n, &call); err != nil {
		return nil, err
	}
	want := call.wanted()
	for i, a := range args.exprs {
		if a, err = b.implicit(a, want[i], args.locations[i]); err != nil {
			return nil, err
		}
		call.Args = append(call.Args, a)
	}
	if n.AggFilter != nil {
		if call.Filter, err = b.filterClause(sc, n.AggFilter); err != nil {
			return nil, err
		}
	}
	over, err := b.over(sc, n.Over)
	if err != nil {
		return nil, err
	}
	call.Frame = over.frame
	ref := sc.windows.add(call, over.windowSpec)
	b.located[ref] = n.Location
	return ref, nil
}

// windowCallFits refuses a call for where it stands, and for what a window function can't do.
func (b *binder) windowCallFits(sc *scope, n *pg.FuncCall, call *windowCall) error {
	at := n.Location
	switch {
	case n.AggDistinct:
		return b.unsupported(at, "DISTINCT is not implemented for window functions")
	case len(n.AggOrder) > 0:
		return b.unsupported(at, "aggregate ORDER BY is not implemented for window functions")
	case n.AggFilter != nil && call.Agg == nil:
		return b.unsupported(at, "FILTER is not implemented for non-aggregate window functions")
	case sc.windows.within != "":
		return b.errorf(at, codeWindowing, "window functions are not allowed in %s", sc.windows.within)
	case sc.windows.inside:
		return b.errorf(at, codeWindowing, "window function calls cannot be nested")
	case sc.inAgg:
		return b.errorf(at, types.CodeGroupingError, "aggregate function calls cannot contain window function calls")
	case sc.clause != "":
		return b.errorf(at, codeWindowing, "window functions are not allowed in %s", sc.clause)
	}
	return nil
}

func (c *windowCall) wanted() []types.OID {
	if c.Func != nil {
		return c.Func.Args
	}
	return c.Agg.Args
}

func (c *windowCall) result() types.OID {
	if c.Func != nil {
		return c.Func.Result
	}
	return c.Agg.Result
}

// add notes a call and gives what stands for it. The same call is not made twice, so that ORDER BY can name one of the select list.
func (w *windows) add(call windowCall, spec windowSpec) *plan.Ref {
	call.spec = -1
	for i := range w.specs {
		if w.specs[i].equal(&spec) {
			call.spec = i
		}
	}
	if call.spec < 0 {
		call.spec = len(w.specs)
		w.specs = append(w.specs, spec)
	}
	at := -1
	for i := range w.calls {
		if o := &w.calls[i]; o.spec == call.spec && o.Equal(&call.WindowCall) {
			at = i
		}
	}
	if at < 0 {
		at = len(w.calls)
		w.calls = append(w.calls, call)
	}
	return &plan.Ref{Typed: typed(call.result()), Index: windowRefs + at, Name: call.name}
}

func (s *windowSpec) equal(o *windowSpec) bool {
	if len(s.partition) != len(o.partition) || len(s.order) != len(o.order) {
		return false
	}
	for i := range s.partition {
		if !plan.Equal(s.partition[i], o.partition[i]) {
			return false
		}
	}
	for i, k := range s.order {
		if x := o.order[i]; k.Descending != x.Descending || k.NullsFirst != x.NullsFirst || !plan.Equal(k.Expr, x.Expr) {
			return false
		}
	}
	return true
}

// exprs are the expressions over the level's rows that the windows compute.
func (w *windows) exprs() []plan.Expr {
	var out []plan.Expr
	for i := range w.calls {
		out = append(out, w.calls[i].Args...)
		if f := w.calls[i].Filter; f != nil {
			out = append(out, f)
		}
	}
	for _, s := range w.specs {
		out = append(out, s.partition...)
		for _, k := range s.order {
			out = append(out, k.Expr)
		}
	}
	return out
}

// positions are where the results stand behind the columns of the rows: window by window.
func (w *windows) positions() []int {
	out := make([]int, len(w.calls))
	at := 0
	for spec := range w.specs {
		for i := range w.calls {
			if w.calls[i].spec == spec {
				out[i] = at
				at++
			}
		}
	}
	return out
}

// over puts the windows over the level's rows; place brings their expressions to these.
func (w *windows) over(node plan.Node, place func(plan.Expr) (plan.Expr, error)) (plan.Node, error) {
	for s := range w.specs {
		spec := &w.specs[s]
		out := &plan.Window{}
		var keys []plan.SortKey
		for _, e := range spec.partition {
			e, err := place(e)
			if err != nil {
				return nil, err
			}
			out.Partition = append(out.Partition, e)
			keys = append(keys, plan.SortKey{Expr: e})
		}
		for _, k := range spec.order {
			var err error
			if k.Expr, err = place(k.Expr); err != nil {
				return nil, err
			}
			out.Order = append(out.Order, k)
			keys = append(keys, k)
		}
		if len(keys) > 0 {
			node = &plan.Sort{Output: plan.Output{Cols: node.Columns()}, Input: node, Keys: keys, Limit: -1}
		}
		out.Input = node
		out.Cols = append(out.Cols, node.Columns()...)
		for i := range w.calls {
			c := &w.calls[i]
			if c.spec != s {
				continue
			}
			call, err := c.Map(place)
			if err != nil {
				return nil, err
			}
			out.Calls = append(out.Calls, call)
			out.Cols = append(out.Cols, plan.Column{Name: c.name, Type: c.result(), Typmod: -1})
		}
		node = out
	}
	return node, nil
}
