package translate

import (
	"strconv"
	"strings"

	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/flare-pg/flare-pg/catalog"
	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/nql"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/function"
)

// operatorName takes the operator out of OPERATOR(schema.op) or a plain one.
func (b *binder) operatorName(list []*pg.Node, location int32) (string, error) {
	schema, name, ok := qualified(list)
	if !ok || schema != "" && schema != "pg_catalog" {
		return "", b.errorf(location, types.CodeUndefinedFunction, "operator does not exist: %s", strings.Join(names(list), "."))
	}
	return name, nil
}

// operator binds every form of the grammar's operator expressions.
func (b *binder) operator(sc *scope, n *pg.A_Expr) (plan.Expr, error) {
	name, err := b.operatorName(n.Name, n.Location)
	if err != nil {
		return nil, err
	}
	if e, ok, err := b.rowOperator(sc, n, name); ok || err != nil {
		return e, err
	}
	switch n.Kind {
	case pg.A_Expr_Kind_AEXPR_OP, pg.A_Expr_Kind_AEXPR_LIKE, pg.A_Expr_Kind_AEXPR_ILIKE, pg.A_Expr_Kind_AEXPR_SIMILAR:
		if n.Lexpr == nil {
			r, err := b.expr(sc, n.Rexpr)
			if err != nil {
				return nil, err
			}
			return b.prefix(name, r, location(n.Rexpr), n.Location)
		}
		l, err := b.expr(sc, n.Lexpr)
		if err != nil {
			return nil, err
		}
		r, err := b.expr(sc, n.Rexpr)
		if err != nil {
			return nil, err
		}
		return b.binary(sc, name, l, r, location(n.Lexpr), location(n.Rexpr), n.Location)
	case pg.A_Expr_Kind_AEXPR_DISTINCT, pg.A_Expr_Kind_AEXPR_NOT_DISTINCT:
		list, locations, err := b.list(sc, []*pg.Node{n.Lexpr, n.Rexpr})
		if err != nil {
			return nil, err
		}
		eq, err := b.apply("=", list[0], list[1], locations[0], locations[1], n.Location)
		if err != nil {
			return nil, err
		}
		c, ok := eq.(*plan.Call)
		if !ok || len(c.Args) != 2 || c.Args[0].Type() != c.Args[1].Type() {
			if list, _, err = b.common("IS DISTINCT FROM", list, locations); err != nil {
				return nil, err
			}
		} else {
			list = c.Args
		}
		return &plan.IsDistinct{Typed: typed(types.Bool), L: list[0], R: list[1], Not: n.Kind == pg.A_Expr_Kind_AEXPR_NOT_DISTINCT}, nil
	case pg.A_Expr_Kind_AEXPR_NULLIF:
		return b.nullIf(sc, n)
	case pg.A_Expr_Kind_AEXPR_IN:
		return b.in(sc, n, n.Rexpr.GetList().GetItems(), name == "<>")
	case pg.A_Expr_Kind_AEXPR_BETWEEN, pg.A_Expr_Kind_AEXPR_NOT_BETWEEN, pg.A_Expr_Kind_AEXPR_BETWEEN_SYM, pg.A_Expr_Kind_AEXPR_NOT_BETWEEN_SYM:
		return b.between(sc, n)
	case pg.A_Expr_Kind_AEXPR_OP_ANY, pg.A_Expr_Kind_AEXPR_OP_ALL:
		if a := n.Rexpr.GetAArrayExpr(); a != nil && (name == "=" && n.Kind == pg.A_Expr_Kind_AEXPR_OP_ANY || name == "<>" && n.Kind == pg.A_Expr_Kind_AEXPR_OP_ALL) && len(a.Elements) > 0 {
			return b.in(sc, n, a.Elements, name == "<>")
		}
		return b.anyAll(sc, n, name)
	}
	return nil, b.unsupported(n.Location, "this form of expression is not supported yet")
}

// apply binds a binary operator over bound operands.
func (b *binder) apply(name string, l, r plan.Expr, lat, rat, at int32) (plan.Expr, error) {
	op, err := function.ResolveOperator(name, l.Type(), r.Type())
	if err != nil {
		return nil, b.at(err, at)
	}
	given := [2]plan.Expr{l, r}
	if l, err = b.implicit(l, op.Left, lat); err != nil {
		return nil, b.operandHint(err, name, given[0], given[1].Type())
	}
	if r, err = b.implicit(r, op.Right, rat); err != nil {
		return nil, b.operandHint(err, name, given[1], given[0].Type())
	}
	return &plan.Call{Typed: typed(op.Result), Func: op.Function, Args: []plan.Expr{l, r}, Op: name}, nil
}

// binary is apply, and turns constant paths into jsonb columns of a stream into reads of the scan.
func (b *binder) binary(sc *scope, name string, l, r plan.Expr, lat, rat, at int32) (plan.Expr, error) {
	e, err := b.apply(name, l, r, lat, rat, at)
	if err != nil {
		return nil, err
	}
	if c, ok := e.(*plan.Call); ok {
		if read := b.pathRead(sc, name, c); read != nil {
			if name == "->>" || name == "#>>" {
				return b.jsonText(read, lat, at)
			}
			return read, nil
		}
	}
	return e, nil
}

// jsonText is the text of a whole jsonb value.
func (b *binder) jsonText(read plan.Expr, lat, at int32) (plan.Expr, error) {
	return b.apply("#>>", read, constText(types.Unknown, "{}"), lat, at, at)
}

// pathRead recognises properties->'a', Data->'b'->0 and the like: a jsonb column of a stream and a constant step or path. It gives
// the column that the scan then reads instead, or nil.
func (b *binder) pathRead(sc *scope, name string, c *plan.Call) plan.Expr {
	if name != "->" && name != "->>" && name != "#>" && name != "#>>" || len(c.Args) != 2 {
		return nil
	}
	rel, at := b.pathBase(sc, c.Args[0])
	if rel == nil {
		return nil
	}
	k, ok := c.Args[1].(*plan.Const)
	if !ok || k.Value.Null(0) {
		return nil
	}
	var steps []nql.Step
	switch {
	case k.Value.Kind == column.Int64:
		i := k.Value.Int(0)
		if i < -1<<30 || i > 1<<30 {
			return nil
		}
		if i == 0 || i == -1 {
			return nil // a scalar is its own element: only what lies below is sure to be an array's
		}
		steps = []nql.Step{{Kind: nql.Element, Index: int(i)}}
	case name == "->" || name == "->>":
		steps = []nql.Step{{Kind: nql.Member, Name: string(k.Value.Str(0))}}
	default:
		parts, ok := textList(k.Value)
		if !ok || len(parts) == 0 {
			return nil
		}
		for _, p := range parts {
			if _, err := strconv.Atoi(p); err == nil {
				return nil // a member or an element, as the value decides
			}
			steps = append(steps, nql.Step{Kind: nql.Member, Name: p})
		}
	}
	return b.readPath(sc, rel, at, steps)
}

// pathBase gives the path that a jsonb expression stands for when a further step follows: that of a column that a stream's scan
// reads, or of the first or last element of one.
func (b *binder) pathBase(sc *scope, e plan.Expr) (*relation, *nql.Path) {
	switch e := e.(type) {
	case *plan.Ref:
		rel, col, ok := sc.column(e)
		if ok && rel.stream != nil && e.OID == types.JSONB && col.read.Kind == column.JSON && col.form == catalog.AsRead {
			return rel, col.read.Path
		}
	case *plan.Call:
		if e.Op != "->" || len(e.Args) != 2 || e.OID != types.JSONB {
			return nil, nil
		}
		k, ok := e.Args[1].(*plan.Const)
		if !ok || k.Value.Kind != column.Int64 || k.Value.Null(0) || k.Value.Int(0) != 0 && k.Value.Int(0) != -1 {
			return nil, nil
		}
		if rel, at := b.pathBase(sc, e.Args[0]); rel != nil && len(at.Steps) > 0 {
			step := nql.Step{Kind: nql.Element, Index: int(k.Value.Int(0))}
			return rel, &nql.Path{Root: at.Root, Steps: append(append([]nql.Step(nil), at.Steps...), step)}
		}
	}
	return nil, nil
}

// readPath makes a scan read what lies some steps below a path, as jsonb; nil where that is no path of NQL's.
func (b *binder) readPath(sc *scope, rel *relation, at *nql.Path, steps []nql.Step) plan.Expr {
	path := &nql.Path{Root: at.Root, Steps: append(append([]nql.Step(nil), at.Steps...), steps...)}
	if path.Root == nql.Properties {
		if path.Steps[0].Kind != nql.Member || strings.HasPrefix(path.Steps[0].Name, "@") {
			return nil // built-in members are no properties
		}
		path.Root = nql.NoBuiltin
	}
	i := rel.streamColumn(printPath(path), types.JSONB, 0, nql.Column{Path: path, Kind: column.JSON, KeepNull: true})
	return sc.ref(rel, i)
}

// printPath names a read path for EXPLAIN.
func printPath(p *nql.Path) string {
	var out strings.Builder
	for i, s := range p.Steps {
		switch {
		case s.Kind == nql.Element:
			out.WriteString("[" + strconv.Itoa(s.Index) + "]")
		case i > 0:
			out.WriteString("." + s.Name)
		default:
			out.WriteString(s.Name)
		}
	}
	return out.String()
}

// prefix binds a prefix operator.
func (b *binder) prefix(name string, r plan.Expr, rat, at int32) (plan.Expr, error) {
	op, err := function.ResolveOperator(name, 0, r.Type())
	if err != nil {
		return nil, b.at(err, at)
	}
	if r, err = b.implicit(r, op.Right, rat); err != nil {
		return nil, err
	}
	return &plan.Call{Typed: typed(op.Result), Func: op.Function, Args: []plan.Expr{r}, Op: name}, nil
}

// nullIf binds NULLIF(x, y), of the type that the first argument is compared in.
func (b *binder) nullIf(sc *scope, n *pg.A_Expr) (plan.Expr, error) {
	list, locations, err := b.list(sc, []*pg.Node{n.Lexpr, n.Rexpr})
	if err != nil {
		return nil, err
	}
	eq, err := b.apply("=", list[0], list[1], locations[0], locations[1], n.Location)
	if err != nil {
		return nil, err
	}
	c, ok := eq.(*plan.Call)
	if !ok || len(c.Args) != 2 {
		return nil, b.unsupported(n.Location, "NULLIF of these types is not supported")
	}
	x := c.Args[0] // as it is compared
	return &plan.Call{Typed: plan.Typed{OID: x.Type(), Mod: x.Typmod()}, Func: function.NullIf(c.Func), Args: c.Args}, nil
}

// in binds x [NOT] IN (a, b, …).
func (b *binder) in(sc *scope, n *pg.A_Expr, items []*pg.Node, not bool) (plan.Expr, error) {
	list, locations, err := b.list(sc, append([]*pg.Node{n.Lexpr}, items...))
	if err != nil {
		return nil, err
	}
	if n.Kind == pg.A_Expr_Kind_AEXPR_IN {
		if err := b.setIn(list, locations[0]); err != nil {
			return nil, err
		}
	}
	ts := make([]types.OID, len(list))
	for i, e := range list {
		ts[i] = e.Type()
	}
	if t, err := function.CommonType("IN", ts); err == nil {
		if op, err := function.ResolveOperator("=", t, t); err == nil && op.Left == op.Right {
			out := &plan.InList{Typed: typed(types.Bool), Eq: op.Function, Not: not}
			for i, e := range list {
				if e, err = b.implicit(e, op.Left, locations[i]); err != nil {
					return nil, err
				}
				if i == 0 {
					out.X = e
				} else {
					out.List = append(out.List, e)
				}
			}
			return out, nil
		}
	}
	// No common type: one comparison after the other, as PostgreSQL does.
	var parts []plan.Expr
	name := "="
	if not {
		name = "<>"
	}
	for i, e := range list[1:] {
		c, err := b.apply(name, list[0], e, locations[0], locations[i+1], n.Location)
		if err != nil {
			return nil, err
		}
		parts = append(parts, c)
	}
	if len(parts) == 1 {
		return parts[0], nil
	}
	if not {
		return &plan.And{Typed: typed(types.Bool), Args: parts}, nil
	}
	return &plan.Or{Typed: typed(types.Bool), Args: parts}, nil
}

// setIn refuses a function that gives rows in what IN compares one by one: all but several items that read no column, which are an array to PostgreSQL.
func (b *binder) setIn(list []plan.Expr, at int32) error {
	column := func(e plan.Expr) bool {
		return plan.Any(e, func(x plan.Expr) bool {
			r, ok := x.(*plan.Ref)
			return ok && (r.Index < setRefs || r.Index >= windowRefs)
		})
	}
	array := 0
	for _, e := range list[1:] {
		if !column(e) {
			array++
		}
	}
	for _, e := range list[1:] {
		if (column(e) || array == 1) && (returnsSet(list[0]) || returnsSet(e)) {
			return b.errorf(at, types.CodeDatatypeMismatch, "argument of IN must not return a set")
		}
	}
	return nil
}

// between binds x [NOT] BETWEEN [SYMMETRIC] a AND b. As in PostgreSQL a volatile x is evaluated for each comparison.
func (b *binder) between(sc *scope, n *pg.A_Expr) (plan.Expr, error) {
	bounds := n.Rexpr.GetList().GetItems()
	if len(bounds) != 2 {
		return nil, b.unsupported(n.Location, "this form of BETWEEN is not supported")
	}
	again := 0
	one := func(low, high *pg.Node) (plan.Expr, error) {
		var parts []plan.Expr
		ops := [2]string{">=", "<="}
		not := n.Kind == pg.A_Expr_Kind_AEXPR_NOT_BETWEEN || n.Kind == pg.A_Expr_Kind_AEXPR_NOT_BETWEEN_SYM
		word := "AND"
		if not {
			ops, word = [2]string{"<", ">"}, "OR"
		}
		for i, bound := range []*pg.Node{low, high} {
			list, locations, err := b.list(sc, []*pg.Node{n.Lexpr, bound})
			if err != nil {
				return nil, err
			}
			if err := b.repeats(list[0], again, n.Location); err != nil {
				return nil, err
			}
			again = 1
			c, err := b.apply(ops[i], list[0], list[1], locations[0], locations[1], n.Location)
			if err != nil {
				return nil, err
			}
			if c, err = b.boolean(c, word, locations[0]); err != nil {
				return nil, err
			}
			parts = append(parts, c)
		}
		if not {
			return &plan.Or{Typed: typed(types.Bool), Args: parts}, nil
		}
		return &plan.And{Typed: typed(types.Bool), Args: parts}, nil
	}
	straight, err := one(bounds[0], bounds[1])
	if err != nil || n.Kind == pg.A_Expr_Kind_AEXPR_BETWEEN || n.Kind == pg.A_Expr_Kind_AEXPR_NOT_BETWEEN {
		return straight, err
	}
	swapped, err := one(bounds[1], bounds[0])
	if err != nil {
		return nil, err
	}
	if n.Kind == pg.A_Expr_Kind_AEXPR_NOT_BETWEEN_SYM {
		return &plan.And{Typed: typed(types.Bool), Args: []plan.Expr{straight, swapped}}, nil
	}
	return &plan.Or{Typed: typed(types.Bool), Args: []plan.Expr{straight, swapped}}, nil
}
