package translate

import (
	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/function"
)

// arrayExpr binds ARRAY[…]. A cast around it gives the type wanted, 0 none: then elements are cast to its elements, as a cast of each.
func (b *binder) arrayExpr(sc *scope, n *pg.A_ArrayExpr, want types.OID, typmod int32) (plan.Expr, error) {
	if err := b.enter(); err != nil {
		return nil, err
	}
	defer b.leave()
	list, locations := make([]plan.Expr, len(n.Elements)), make([]int32, len(n.Elements))
	nested := false
	for i, x := range n.Elements {
		var err error
		if inner := x.GetAArrayExpr(); inner != nil {
			nested = true
			list[i], err = b.arrayExpr(sc, inner, want, typmod)
		} else {
			list[i], err = b.expr(sc, x)
			nested = nested || err == nil && types.ElemOf(list[i].Type()) != 0 && want == 0
		}
		if err != nil {
			return nil, err
		}
		locations[i] = location(x)
	}
	t, err := b.arrayType(n, list, locations, want, nested)
	if err != nil {
		return nil, err
	}
	of := types.ElemOf(t)
	if nested {
		of = t
	}
	for i, e := range list {
		if want == 0 {
			list[i], err = b.implicit(e, of, locations[i])
		} else {
			list[i], err = b.explicit(e, of, typmod, locations[i])
		}
		if err != nil {
			return nil, err
		}
	}
	return b.fold(&plan.Call{Typed: plan.Typed{OID: t, Mod: typmod}, Func: function.NewArray(), Args: list}), nil
}

// arrayType finds the type of an array constructor.
func (b *binder) arrayType(n *pg.A_ArrayExpr, list []plan.Expr, locations []int32, want types.OID, nested bool) (types.OID, error) {
	switch {
	case want != 0:
		return want, nil
	case len(list) == 0:
		return 0, b.errorf(n.Location, types.CodeIndeterminateDatatype, "cannot determine type of empty array").
			WithHint("Explicitly cast to the desired type, for example ARRAY[]::integer[].")
	}
	ts := make([]types.OID, len(list))
	for i, e := range list {
		ts[i] = e.Type()
	}
	t, err := function.CommonType("ARRAY", ts)
	if err != nil {
		return 0, b.at(err, b.mismatch(ts, locations))
	}
	if nested {
		if types.ElemOf(t) == 0 {
			return 0, b.errorf(n.Location, types.CodeUndefinedObject, "could not find element type for data type %s", typeName(t))
		}
		return types.ArrayOf(types.ElemOf(t)), nil
	}
	array := types.ArrayOf(t)
	if array == 0 {
		return 0, b.errorf(n.Location, types.CodeUndefinedObject, "could not find array type for data type %s", typeName(t))
	}
	return array, nil
}

// explicit casts e as x::t does.
func (b *binder) explicit(e plan.Expr, t types.OID, typmod int32, at int32) (plan.Expr, error) {
	out, ok, err := b.coerce(e, t, typmod, function.CastExplicit, at)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, b.errorf(at, types.CodeCannotCoerce, "cannot cast type %s to %s", typeName(e.Type()), typeName(t))
	}
	return out, nil
}

// subscriptNumber binds what stands between the brackets of an array's subscript.
func (b *binder) subscriptNumber(sc *scope, n *pg.Node) (plan.Expr, error) {
	x, err := b.expr(sc, n)
	if err != nil {
		return nil, err
	}
	at := location(n)
	x, ok, err := b.coerce(x, types.Int4, -1, function.CastAssignment, at)
	if err == nil && !ok {
		err = b.errorf(at, types.CodeDatatypeMismatch, "array subscript must have type integer")
	}
	return x, err
}

// arraySubscripts binds x[a][b] and slices x[a:b][c]: with one slice among them all are, x[c] meaning x[1:c].
func (b *binder) arraySubscripts(sc *scope, e plan.Expr, steps []*pg.Node) (plan.Expr, error) {
	if len(steps) > types.MaxDimensions {
		return nil, b.errorf(-1, types.CodeProgramLimitExceeded, "number of array dimensions (%d) exceeds the maximum allowed (%d)", len(steps), types.MaxDimensions)
	}
	slice := false
	for _, s := range steps {
		slice = slice || s.GetAIndices().IsSlice
	}
	var given []byte
	var bounds []plan.Expr
	bound := func(n *pg.Node) error {
		if n == nil {
			given = append(given, '-')
			return nil
		}
		given = append(given, '+')
		x, err := b.subscriptNumber(sc, n)
		if err != nil {
			return err
		}
		bounds = append(bounds, x)
		return nil
	}
	for _, s := range steps {
		i := s.GetAIndices()
		var err error
		switch {
		case !slice:
			err = bound(i.Uidx)
		case i.IsSlice:
			if err = bound(i.Lidx); err == nil {
				err = bound(i.Uidx)
			}
		default:
			given = append(given, '+')
			bounds = append(bounds, constInt(types.Int4, 1))
			err = bound(i.Uidx)
		}
		if err != nil {
			return nil, err
		}
	}
	elem := types.ElemOf(e.Type())
	if !slice {
		return &plan.Call{Typed: plan.Typed{OID: elem, Mod: e.Typmod()}, Func: function.ArrayElement(), Args: append([]plan.Expr{e}, bounds...)}, nil
	}
	args := append([]plan.Expr{e, constText(types.Text, string(given))}, bounds...)
	return &plan.Call{Typed: plan.Typed{OID: types.ArrayOf(elem), Mod: e.Typmod()}, Func: function.ArraySlice(), Args: args}, nil
}

// maxListed is up to how many elements a constant array is bound as the list of an IN, which can go down to the scan.
const maxListed = 1000

// anyAll binds x op ANY (array) and x op ALL (array).
func (b *binder) anyAll(sc *scope, n *pg.A_Expr, name string) (plan.Expr, error) {
	list, locations, err := b.list(sc, []*pg.Node{n.Lexpr, n.Rexpr})
	if err != nil {
		return nil, err
	}
	x, array := list[0], list[1]
	elem := types.OID(types.Unknown)
	if t := array.Type(); t != types.Unknown {
		if elem = types.ElemOf(t); elem == 0 {
			return nil, b.errorf(n.Location, types.CodeWrongObjectType, "op ANY/ALL (array) requires array on right side")
		}
	}
	op, err := function.ResolveOperator(name, x.Type(), elem)
	if err != nil {
		return nil, b.at(err, n.Location)
	}
	if op.Result != types.Bool {
		return nil, b.errorf(n.Location, types.CodeWrongObjectType, "op ANY/ALL (array) requires operator to yield boolean")
	}
	of := types.ArrayOf(op.Right)
	if of == 0 || types.ElemOf(op.Right) != 0 {
		return nil, b.errorf(n.Location, types.CodeUndefinedObject, "could not find array type for data type %s", typeName(op.Right))
	}
	if x, err = b.implicit(x, op.Left, locations[0]); err != nil {
		return nil, err
	}
	if array.Type() == types.Unknown || op.Right != elem {
		if array, err = b.implicit(array, of, locations[1]); err != nil {
			return nil, err
		}
	}
	all := n.Kind == pg.A_Expr_Kind_AEXPR_OP_ALL
	if in := b.listed(x, array, op, name, all); in != nil {
		return in, nil
	}
	return &plan.AnyAll{Typed: typed(types.Bool), X: x, Array: array, Func: op.Function, Op: name, All: all}, nil
}

// listed is x = ANY and x <> ALL of a constant array as x [NOT] IN of its elements; nil where that is not the same.
func (b *binder) listed(x, array plan.Expr, op *function.Operator, name string, all bool) plan.Expr {
	k, ok := array.(*plan.Const)
	if !ok || k.Value.Null(0) || op.Left != op.Right || !(name == "=" && !all || name == "<>" && all) {
		return nil
	}
	elem := types.ElemOf(array.Type())
	a := types.ReadArray(elem, k.Value.Str(0))
	if a.Values.Len == 0 || a.Values.Len > maxListed {
		return nil
	}
	eq, err := function.ResolveOperator("=", op.Left, op.Right)
	if err != nil || eq.Left != op.Left || eq.Right != op.Right {
		return nil
	}
	out := &plan.InList{Typed: typed(types.Bool), X: x, Eq: eq.Function, Not: all}
	for i := range a.Values.Len {
		v := column.New(a.Values.Kind)
		v.AppendFrom(a.Values, i)
		out.List = append(out.List, &plan.Const{Typed: plan.Typed{OID: elem, Mod: -1}, Value: v})
	}
	return out
}

// textList gives the elements of a constant text[]; ok is false where one is null or there is more than one dimension.
func textList(v *column.Vector) (list []string, ok bool) {
	a := types.ReadArray(types.Text, v.Str(0))
	if len(a.Dims) > 1 || a.Values.HasNulls() {
		return nil, false
	}
	for i := range a.Values.Len {
		list = append(list, string(a.Values.Str(i)))
	}
	return list, true
}
