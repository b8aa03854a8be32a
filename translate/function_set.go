package translate

import (
	"slices"
	"strings"

	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/function"
)

// setRefs is where the Refs of columns begin that functions in a select list make.
const setRefs = 1 << 25

// sets are the functions of a select list, and of ORDER BY, that give rows. They run side by side over the rows that are left after WHERE, GROUP BY
// and HAVING; one whose arguments have others in them runs over the rows that these give.
type sets struct {
	allowed bool   // in what is being bound
	within  string // the construct that they may not stand in, "" none
	having  bool   // HAVING is being bound, where they may not stand
	calls   []setCall
	cols    []plan.Column
}

// setCall is one of the functions.
type setCall struct {
	plan.SetCall
	first int // of cols
	level int // how many other functions are nested in its arguments
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
	case strings.HasPrefix(sc.clause, "window "): // of a frame
		return nil, b.unsupported(n.Location, "set-returning functions are not allowed in window definitions")
	case sc.clause != "" && sc.clause != "GROUP BY" && !(sc.clause == "VALUES" && sc.sets.allowed):
		return nil, b.unsupported(n.Location, "set-returning functions are not allowed in %s", sc.clause)
	case sc.inAgg:
		return nil, b.unsupported(n.Location, "aggregate function calls cannot contain set-returning function calls").WithHint("You might be able to move the set-returning function into a LATERAL FROM item.")
	case sc.windows.inside:
		return nil, b.unsupported(n.Location, "window function calls cannot contain set-returning function calls").WithHint("You might be able to move the set-returning function into a LATERAL FROM item.")
	case sc.sets.within != "":
		return nil, b.unsupported(n.Location, "set-returning functions are not allowed in %s", sc.sets.within).WithHint("You might be able to move the set-returning function into a LATERAL FROM item.")
	case sc.sets.having:
		return nil, b.unsupported(n.Location, "set-returning functions are not allowed in HAVING")
	case !sc.sets.allowed:
		return nil, b.unsupported(n.Location, "set-returning functions are not supported here").WithHint("Move the set-returning function into a LATERAL FROM item.")
	}
	call, err := b.setCall(sc, n, schema, name)
	if err != nil {
		return nil, err
	}
	if call.Func.Populates() {
		call.Columns = []function.SetColumn{{Name: name, Type: types.Record, Typmod: -1}}
		ref := &plan.Ref{Typed: plan.Typed{OID: types.Record, Mod: -1}, Index: setRefs + sc.sets.add(call), Name: name}
		b.located[ref] = n.Location
		return ref, nil
	}
	if call.Func.Untyped() {
		return nil, b.unsupported(n.Location, "function returning record called in context that cannot accept type record")
	}
	at := sc.sets.add(call)
	var names []string
	var refs []plan.Expr
	for i, c := range call.Columns {
		names = append(names, c.Name)
		refs = append(refs, &plan.Ref{Typed: plan.Typed{OID: c.Type, Mod: c.Typmod}, Index: setRefs + at + i, Name: c.Name})
	}
	if call.Func.Result != types.Record {
		b.located[refs[0]] = n.Location
		return refs[0], nil
	}
	return b.record(names, refs)
}

// returnsSet reports whether an expression has such a function in it.
func returnsSet(e plan.Expr) bool {
	return plan.Any(e, func(x plan.Expr) bool {
		r, ok := x.(*plan.Ref)
		return ok && r.Index >= setRefs && r.Index < windowRefs
	})
}

// add notes a call and gives the first of its columns. The same call is not made twice, so that ORDER BY can name one of the select list.
func (s *sets) add(call plan.SetCall) int {
	c := setCall{SetCall: call, first: len(s.cols)}
	volatile := call.Func.Volatility == function.Volatile
	for _, a := range call.Args {
		volatile = volatile || plan.IsVolatile(a)
		plan.Walk(a, func(x plan.Expr) bool {
			if r, ok := x.(*plan.Ref); ok && r.Index >= setRefs && r.Index < windowRefs {
				c.level = max(c.level, s.levelOf(r.Index-setRefs)+1)
			}
			return true
		})
	}
	for _, o := range s.calls {
		if !volatile && o.Func.OID == call.Func.OID && slices.EqualFunc(o.Args, call.Args, plan.Equal) {
			return o.first
		}
	}
	for _, col := range call.Columns {
		s.cols = append(s.cols, plan.Column{Name: col.Name, Type: col.Type, Typmod: col.Typmod})
	}
	s.calls = append(s.calls, c)
	return c.first
}

// levelOf is the level of the call that a column is of.
func (s *sets) levelOf(col int) int {
	level := 0
	for _, c := range s.calls {
		if c.first <= col {
			level = c.level
		}
	}
	return level
}

// positions are where the columns stand behind those of the rows: level by level.
func (s *sets) positions() []int {
	out := make([]int, len(s.cols))
	at := 0
	for _, c := range s.ordered() {
		for i := range c.Columns {
			out[c.first+i] = at
			at++
		}
	}
	return out
}

// behind makes an expression one over the columns of the functions alone.
func (s *sets) behind(e plan.Expr) plan.Expr {
	at := s.positions()
	return plan.MapRefs(e, func(i int) int { return at[i-setRefs] })
}

// ordered are the calls level by level.
func (s *sets) ordered() []setCall {
	out := slices.Clone(s.calls)
	slices.SortStableFunc(out, func(a, b setCall) int { return a.level - b.level })
	return out
}

// callOf is the call that a column is of.
func (s *sets) callOf(col int) int {
	for i, c := range s.calls {
		if c.first <= col && col < c.first+len(c.Columns) {
			return i
		}
	}
	return -1
}

// mark notes the calls whose columns an expression reads, and those in the arguments of these. What seen knows already is left alone.
func (s *sets) mark(e plan.Expr, calls map[int]bool, seen func(plan.Expr) bool) {
	plan.Walk(e, func(x plan.Expr) bool {
		if seen != nil && seen(x) {
			return false
		}
		if r, ok := x.(*plan.Ref); ok && r.Index >= setRefs && r.Index < windowRefs {
			if i := s.callOf(r.Index - setRefs); i >= 0 && !calls[i] {
				calls[i] = true
				for _, a := range s.calls[i].Args {
					s.mark(a, calls, seen)
				}
			}
		}
		return true
	})
}

// argumentsIn are the arguments of the calls that an expression reads.
func (s *sets) argumentsIn(e plan.Expr) (args []plan.Expr) {
	calls := map[int]bool{}
	s.mark(e, calls, nil)
	for i, c := range s.calls {
		if calls[i] {
			args = append(args, c.Args...)
		}
	}
	return args
}

// only are the sets of some of the calls, over the same columns.
func (s *sets) only(calls map[int]bool) *sets {
	out := &sets{cols: s.cols}
	for i, c := range s.calls {
		if calls[i] {
			out.calls = append(out.calls, c)
		}
	}
	return out
}

// groupSets puts the functions that GROUP BY's keys have in them below the grouping: layout learns where their columns are. Those of the select list
// that are no part of a key stay above it.
func (q *level) groupSets(node plan.Node, layout map[int]int, place func(plan.Expr) (plan.Expr, error)) (plan.Node, error) {
	all, below, above := &q.sc.sets, map[int]bool{}, map[int]bool{}
	for _, k := range q.keys {
		all.mark(k, below, nil)
	}
	if len(below) == 0 {
		return node, nil
	}
	key := func(x plan.Expr) bool { return anyEqual(q.keys, x) }
	for _, t := range q.targets {
		all.mark(t.expr, above, key)
	}
	for _, e := range q.sc.windows.exprs() {
		all.mark(e, above, key)
	}
	lower := all.only(below)
	for i, at := range lower.positions() {
		layout[setRefs+i] = len(node.Columns()) + at
	}
	node, err := lower.projectSet(node, place)
	q.sc.sets = *all.only(above)
	return node, err
}

// compute puts what a level computes of its rows, windows and functions that give rows, over these: the functions that windows read, the windows, the other functions.
// place brings their expressions to the rows; it finds what is computed behind them, where computed says.
func (q *level) compute(node plan.Node, place func(plan.Expr) (plan.Expr, error)) (plan.Node, error) {
	below, above := q.aroundWindows()
	node, err := below.projectSet(node, place)
	if err != nil {
		return nil, err
	}
	if node, err = q.sc.windows.over(node, place); err != nil {
		return nil, err
	}
	return above.projectSet(node, place)
}

// computed tells where each column that compute adds stands behind the level's rows, by the index of the Refs to it.
func (q *level) computed() map[int]int {
	below, above := q.aroundWindows()
	out := map[int]int{}
	lay := func(s *sets, behind int) {
		at := s.positions()
		for _, c := range s.calls {
			for i := range c.Columns {
				out[setRefs+c.first+i] = behind + at[c.first+i]
			}
		}
	}
	lay(below, 0)
	width := below.width()
	for i, at := range q.sc.windows.positions() {
		out[windowRefs+i] = width + at
	}
	lay(above, width+len(q.sc.windows.calls))
	return out
}

// aroundWindows divides the functions: those that windows read, and the others.
func (q *level) aroundWindows() (below, above *sets) {
	all, under, rest := &q.sc.sets, map[int]bool{}, map[int]bool{}
	for _, e := range q.sc.windows.exprs() {
		all.mark(e, under, func(x plan.Expr) bool { return anyEqual(q.keys, x) })
	}
	for i := range all.calls {
		rest[i] = !under[i]
	}
	return all.only(under), all.only(rest)
}

// width is how many columns the calls have.
func (s *sets) width() (n int) {
	for _, c := range s.calls {
		n += len(c.Columns)
	}
	return n
}

// projectSet puts the functions of the select list over the level's rows; place brings their arguments to these.
func (s *sets) projectSet(node plan.Node, place func(plan.Expr) (plan.Expr, error)) (plan.Node, error) {
	calls := s.ordered()
	for len(calls) > 0 {
		n := &plan.FunctionScan{Input: node}
		n.Cols = slices.Clone(node.Columns())
		level := calls[0].level
		for ; len(calls) > 0 && calls[0].level == level; calls = calls[1:] {
			c := calls[0]
			n.Cols = append(n.Cols, s.cols[c.first:c.first+len(c.Columns)]...)
			c.Args = slices.Clone(c.Args)
			for i := range c.Args {
				var err error
				if c.Args[i], err = place(c.Args[i]); err != nil {
					return nil, err
				}
			}
			n.Calls = append(n.Calls, c.SetCall)
		}
		node = n
	}
	return node, nil
}
