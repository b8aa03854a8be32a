package translate

import (
	"strconv"
	"strings"

	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/function"
)

// expr binds an expression. Its type may be types.Unknown: an untyped literal, or a parameter of which nothing is known yet.
func (b *binder) expr(sc *scope, n *pg.Node) (plan.Expr, error) {
	if err := b.enter(); err != nil {
		return nil, err
	}
	defer b.leave()
	switch n := n.GetNode().(type) {
	case *pg.Node_ColumnRef:
		return b.columnRef(sc, n.ColumnRef)
	case *pg.Node_AConst:
		return b.constant(n.AConst)
	case *pg.Node_ParamRef:
		return b.paramRef(n.ParamRef)
	case *pg.Node_TypeCast:
		return b.cast(sc, n.TypeCast)
	case *pg.Node_AExpr:
		return b.operator(sc, n.AExpr)
	case *pg.Node_BoolExpr:
		return b.boolExpr(sc, n.BoolExpr)
	case *pg.Node_NullTest:
		if n.NullTest.Arg.GetRowExpr() != nil {
			return b.rowNull(sc, n.NullTest)
		}
		arg, err := b.expr(sc, n.NullTest.Arg) // of any type, so a parameter doesn't get one here
		if c, ok := arg.(*plan.Const); ok && c.OID == types.Unknown {
			arg = b.retype(arg, types.Text)
		}
		if err != nil {
			return nil, err
		}
		if arg.Type() == types.Record { // each of its fields is, or is not
			not := n.NullTest.Nulltesttype == pg.NullTestType_IS_NOT_NULL
			return &plan.Call{Typed: typed(types.Bool), Func: function.RecordNull(not), Args: []plan.Expr{arg}}, nil
		}
		return &plan.IsNull{Typed: typed(types.Bool), Arg: arg, Not: n.NullTest.Nulltesttype == pg.NullTestType_IS_NOT_NULL}, nil
	case *pg.Node_BooleanTest:
		return b.booleanTest(sc, n.BooleanTest)
	case *pg.Node_CaseExpr:
		var e plan.Expr
		around := sc.sets.within
		err := sc.sets.without("CASE", func() (err error) { e, err = b.caseExpr(sc, n.CaseExpr, around); return err })
		return e, err
	case *pg.Node_CoalesceExpr:
		var args []plan.Expr
		var locations []int32
		err := sc.sets.without("COALESCE", func() (err error) { args, locations, err = b.list(sc, n.CoalesceExpr.Args); return err })
		if err != nil {
			return nil, err
		}
		args, t, err := b.common("COALESCE", args, locations)
		if err != nil {
			return nil, err
		}
		return &plan.Coalesce{Typed: typed(t), Args: args}, nil
	case *pg.Node_MinMaxExpr:
		return b.minMax(sc, n.MinMaxExpr)
	case *pg.Node_FuncCall:
		return b.funcCall(sc, n.FuncCall)
	case *pg.Node_SqlvalueFunction:
		return b.sqlValue(sc, n.SqlvalueFunction)
	case *pg.Node_AIndirection:
		return b.indirection(sc, n.AIndirection)
	case *pg.Node_CollateClause:
		return b.collate(sc, n.CollateClause)
	case *pg.Node_SubLink:
		return b.subLink(sc, n.SubLink)
	case *pg.Node_RowExpr:
		return b.rowExpr(sc, n.RowExpr)
	case *pg.Node_AArrayExpr:
		return b.arrayExpr(sc, n.AArrayExpr, 0, -1)
	case *pg.Node_GroupingFunc:
		return b.groupingCall(sc, n.GroupingFunc)
	case *pg.Node_SetToDefault:
		return nil, b.errorf(n.SetToDefault.Location, types.CodeSyntaxError, "DEFAULT is not allowed in this context")
	case *pg.Node_XmlExpr:
		return nil, types.LackXML.Refuse(b.unsupported(n.XmlExpr.Location, "%s is not supported", xmlConstruct(n.XmlExpr.Op)))
	case *pg.Node_XmlSerialize:
		return nil, types.LackXML.Refuse(b.unsupported(n.XmlSerialize.Location, "XMLSERIALIZE is not supported"))
	case nil:
		return nil, b.unsupported(-1, "an empty expression is not supported")
	default:
		return nil, b.unsupported(-1, "%s is not supported yet", construct(n))
	}
}

// value binds an expression and gives it a type: what is still unknown becomes text, as PostgreSQL does where nothing else tells.
func (b *binder) value(sc *scope, n *pg.Node) (plan.Expr, error) {
	e, err := b.expr(sc, n)
	if err != nil || e.Type() != types.Unknown {
		return e, err
	}
	return b.implicit(e, types.Text, location(n))
}

// list binds several expressions and tells where they stand.
func (b *binder) list(sc *scope, nodes []*pg.Node) ([]plan.Expr, []int32, error) {
	out, locations := make([]plan.Expr, len(nodes)), make([]int32, len(nodes))
	for i, n := range nodes {
		e, err := b.expr(sc, n)
		if err != nil {
			return nil, nil, err
		}
		out[i], locations[i] = e, location(n)
	}
	return out, locations, nil
}

// location is where an expression begins, -1 where the tree doesn't say.
func location(n *pg.Node) int32 {
	earlier := func(a, b int32) int32 {
		if a < 0 || b >= 0 && b < a {
			return b
		}
		return a
	}
	switch n := n.GetNode().(type) {
	case *pg.Node_ColumnRef:
		return n.ColumnRef.Location
	case *pg.Node_AConst:
		return n.AConst.Location
	case *pg.Node_ParamRef:
		return n.ParamRef.Location
	case *pg.Node_TypeCast:
		return earlier(location(n.TypeCast.Arg), earlier(n.TypeCast.TypeName.GetLocation(), n.TypeCast.Location))
	case *pg.Node_AExpr:
		if n.AExpr.Lexpr != nil {
			return earlier(location(n.AExpr.Lexpr), n.AExpr.Location)
		}
		return n.AExpr.Location
	case *pg.Node_BoolExpr:
		if len(n.BoolExpr.Args) > 0 {
			return earlier(location(n.BoolExpr.Args[0]), n.BoolExpr.Location)
		}
		return n.BoolExpr.Location
	case *pg.Node_FuncCall:
		return n.FuncCall.Location
	case *pg.Node_GroupingFunc:
		return n.GroupingFunc.Location
	case *pg.Node_GroupingSet:
		return n.GroupingSet.Location
	case *pg.Node_CaseExpr:
		return n.CaseExpr.Location
	case *pg.Node_CoalesceExpr:
		return n.CoalesceExpr.Location
	case *pg.Node_MinMaxExpr:
		return n.MinMaxExpr.Location
	case *pg.Node_NullTest:
		return earlier(location(n.NullTest.Arg), n.NullTest.Location)
	case *pg.Node_BooleanTest:
		return earlier(location(n.BooleanTest.Arg), n.BooleanTest.Location)
	case *pg.Node_SqlvalueFunction:
		return n.SqlvalueFunction.Location
	case *pg.Node_AIndirection:
		return location(n.AIndirection.Arg)
	case *pg.Node_CollateClause:
		return location(n.CollateClause.Arg)
	case *pg.Node_SubLink:
		return n.SubLink.Location
	case *pg.Node_AArrayExpr:
		return n.AArrayExpr.Location
	case *pg.Node_RowExpr:
		return n.RowExpr.Location
	case *pg.Node_List:
		if len(n.List.Items) > 0 {
			return location(n.List.Items[0])
		}
	}
	return -1
}

// constant binds a literal.
func (b *binder) constant(n *pg.A_Const) (plan.Expr, error) {
	if n.Isnull {
		return constNull(types.Unknown), nil
	}
	switch v := n.Val.(type) {
	case *pg.A_Const_Ival:
		return constInt(types.Int4, int64(v.Ival.GetIval())), nil
	case *pg.A_Const_Fval:
		return b.number(v.Fval.GetFval(), n.Location)
	case *pg.A_Const_Boolval:
		return constBool(v.Boolval.GetBoolval()), nil
	case *pg.A_Const_Sval:
		c := constText(types.Unknown, v.Sval.GetSval())
		b.located[c] = n.Location
		return c, nil
	case *pg.A_Const_Bsval:
		return b.literal(constText(types.Unknown, v.Bsval.GetBsval()), types.Bit, -1, n.Location) // b101 or x1f
	}
	return nil, b.unsupported(n.Location, "this kind of literal is not supported")
}

// number binds a numeric literal that is no int4: int8 where it is an integer that fits, else numeric.
func (b *binder) number(s string, location int32) (plan.Expr, error) {
	text := strings.ReplaceAll(s, "_", "")
	if i, err := strconv.ParseInt(text, 0, 64); err == nil && !(len(text) > 1 && text[0] == '0' && text[1] >= '0' && text[1] <= '9') {
		return constInt(intOf(i), i), nil
	}
	if i, err := strconv.ParseInt(text, 10, 64); err == nil {
		return constInt(intOf(i), i), nil
	}
	return b.literal(constText(types.Unknown, text), types.Numeric, -1, location)
}

// intOf is the type of an integer as it is written: the smallest negative int4 comes here with its sign.
func intOf(i int64) types.OID {
	if i == int64(int32(i)) {
		return types.Int4
	}
	return types.Int8
}

// maxParams is the highest parameter number that the protocol can carry.
const maxParams = 65535

func (b *binder) paramRef(n *pg.ParamRef) (plan.Expr, error) {
	if n.Number < 1 || n.Number > maxParams || b.c.NoParams {
		return nil, b.errorf(n.Location, types.CodeUndefinedParameter, "there is no parameter $%d", n.Number)
	}
	for len(b.params) < int(n.Number) {
		b.params = append(b.params, types.Unknown)
	}
	i := int(n.Number) - 1
	p := &plan.Param{Typed: typed(b.params[i]), Index: i}
	if p.OID == types.Unknown {
		b.untyped = append(b.untyped, p)
	}
	return p, nil
}

// cast binds CAST(x AS type), x::type and type 'literal'.
func (b *binder) cast(sc *scope, n *pg.TypeCast) (plan.Expr, error) {
	t, typmod, err := b.typeName(n.TypeName)
	if err != nil {
		return nil, err
	}
	if a := n.Arg.GetAArrayExpr(); a != nil && types.ElemOf(t) != 0 { // its elements are cast one by one
		return b.arrayExpr(sc, a, t, typmod)
	}
	e, err := b.expr(sc, n.Arg)
	if err != nil {
		return nil, err
	}
	at := n.Location
	if at < 0 || e.Type() == types.Unknown {
		at = location(n.Arg)
	}
	out, ok, err := b.coerce(e, t, typmod, function.CastExplicit, at)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, b.errorf(at, types.CodeCannotCoerce, "cannot cast type %s to %s", typeName(e.Type()), typeName(t))
	}
	return out, nil
}

// typeName looks a type up.
func (b *binder) typeName(n *pg.TypeName) (types.OID, int32, error) {
	schema, name, ok := qualified(n.Names)
	if !ok || n.PctType {
		return 0, 0, b.unsupported(n.Location, "this form of type name is not supported")
	}
	if n.Setof {
		return 0, 0, b.unsupported(n.Location, "SETOF is not supported here")
	}
	if len(n.ArrayBounds) > 0 {
		name += "[]"
	}
	t, found := types.ByName(name)
	if schema != "" && schema != "pg_catalog" {
		found = false
	}
	if !found || t.OID == types.Unknown {
		shown := strings.Join(names(n.Names), ".")
		if len(n.ArrayBounds) > 0 {
			shown += "[]"
		}
		err := b.errorf(n.Location, types.CodeUndefinedObject, "type %q does not exist", shown)
		if meant := typeMeant(strings.TrimSuffix(name, "[]")); meant != "" {
			err = err.WithHint("Perhaps you meant %s.", meant)
		}
		return 0, 0, err
	}
	if len(n.Typmods) == 0 {
		return t.OID, -1, nil
	}
	var mods []int32
	for _, m := range n.Typmods {
		c := m.GetAConst()
		i, ok := c.GetVal().(*pg.A_Const_Ival)
		if !ok {
			return 0, 0, b.errorf(n.Location, types.CodeSyntaxError, "type modifiers must be simple constants or identifiers")
		}
		mods = append(mods, i.Ival.GetIval())
	}
	typmod, err := types.TypmodOf(t.OID, mods)
	if err != nil {
		return 0, 0, b.at(err, n.Location)
	}
	return t.OID, typmod, nil
}

func (b *binder) boolExpr(sc *scope, n *pg.BoolExpr) (plan.Expr, error) {
	word := map[pg.BoolExprType]string{pg.BoolExprType_AND_EXPR: "AND", pg.BoolExprType_OR_EXPR: "OR", pg.BoolExprType_NOT_EXPR: "NOT"}[n.Boolop]
	args := make([]plan.Expr, len(n.Args))
	for i, a := range n.Args {
		e, err := b.expr(sc, a)
		if err != nil {
			return nil, err
		}
		if args[i], err = b.boolean(e, word, location(a)); err != nil {
			return nil, err
		}
	}
	switch n.Boolop {
	case pg.BoolExprType_AND_EXPR:
		return &plan.And{Typed: typed(types.Bool), Args: args}, nil
	case pg.BoolExprType_OR_EXPR:
		return &plan.Or{Typed: typed(types.Bool), Args: args}, nil
	case pg.BoolExprType_NOT_EXPR:
		return &plan.Not{Typed: typed(types.Bool), Arg: args[0]}, nil
	}
	return nil, b.unsupported(n.Location, "this boolean operator is not supported")
}

func (b *binder) booleanTest(sc *scope, n *pg.BooleanTest) (plan.Expr, error) {
	e, err := b.expr(sc, n.Arg)
	if err != nil {
		return nil, err
	}
	test, word := &plan.IsBool{Typed: typed(types.Bool)}, ""
	switch n.Booltesttype {
	case pg.BoolTestType_IS_TRUE:
		test.Want, word = plan.IsTrue, "IS TRUE"
	case pg.BoolTestType_IS_NOT_TRUE:
		test.Want, test.Not, word = plan.IsTrue, true, "IS NOT TRUE"
	case pg.BoolTestType_IS_FALSE:
		test.Want, word = plan.IsFalse, "IS FALSE"
	case pg.BoolTestType_IS_NOT_FALSE:
		test.Want, test.Not, word = plan.IsFalse, true, "IS NOT FALSE"
	case pg.BoolTestType_IS_UNKNOWN:
		test.Want, word = plan.IsUnknown, "IS UNKNOWN"
	default:
		test.Want, test.Not, word = plan.IsUnknown, true, "IS NOT UNKNOWN"
	}
	test.Arg, err = b.boolean(e, word, location(n.Arg))
	return test, err
}

// caseExpr binds both forms of CASE; the simple one becomes comparisons.
func (b *binder) caseExpr(sc *scope, n *pg.CaseExpr, around string) (plan.Expr, error) {
	out := &plan.Case{}
	var results []plan.Expr
	var locations []int32
	if n.Defresult != nil { // PostgreSQL lets the ELSE arm choose the type first
		e, err := b.expr(sc, n.Defresult)
		if err != nil {
			return nil, err
		}
		results, locations = append(results, e), append(locations, location(n.Defresult))
	}
	var subject plan.Expr
	if n.Arg != nil {
		e, err := b.value(sc, n.Arg)
		if err != nil {
			return nil, err
		}
		if plan.IsVolatile(e) && len(n.Args) > 1 {
			return nil, b.unsupported(n.Location, "CASE over a volatile expression is not supported yet")
		}
		if err := b.repeats(e, len(n.Args)-1, n.Location); err != nil {
			return nil, err
		}
		subject = e
	}
	for _, a := range n.Args {
		w := a.GetCaseWhen()
		var cond plan.Expr
		// That a condition gives rows is said of the condition.
		err := sc.sets.without(around, func() (err error) { cond, err = b.expr(sc, w.GetExpr()); return err })
		if err != nil {
			return nil, err
		}
		at := location(w.GetExpr())
		if subject != nil {
			if cond, err = b.apply("=", subject, cond, location(n.Arg), at, w.GetLocation()); err != nil {
				return nil, err
			}
			at = w.GetLocation()
		}
		if cond, err = b.boolean(cond, "CASE/WHEN", at); err != nil {
			return nil, err
		}
		then, err := b.expr(sc, w.GetResult())
		if err != nil {
			return nil, err
		}
		out.Whens = append(out.Whens, plan.When{Cond: cond})
		results, locations = append(results, then), append(locations, location(w.GetResult()))
	}
	results, t, err := b.common("CASE", results, locations)
	if err != nil {
		return nil, err
	}
	out.Typed = typed(t)
	if n.Defresult != nil {
		out.Else, results = results[0], results[1:]
	}
	for i := range out.Whens {
		out.Whens[i].Then = results[i]
	}
	return out, nil
}

// minMax binds GREATEST and LEAST: nulls are passed over.
func (b *binder) minMax(sc *scope, n *pg.MinMaxExpr) (plan.Expr, error) {
	word, op := "GREATEST", ">="
	if n.Op == pg.MinMaxOp_IS_LEAST {
		word, op = "LEAST", "<="
	}
	args, locations, err := b.list(sc, n.Args)
	if err != nil {
		return nil, err
	}
	args, t, err := b.common(word, args, locations)
	if err != nil {
		return nil, err
	}
	if len(args) == 1 {
		return args[0], nil
	}
	if _, err := b.apply(op, args[0], args[1], n.Location, n.Location, n.Location); err != nil { // there is an order
		return nil, err
	}
	return &plan.Call{Typed: plan.Typed{OID: t, Mod: commonTypmod(args)}, Func: function.Extreme(op == ">=", t), Args: args}, nil
}

// commonTypmod is the typmod that all expressions have, else -1.
func commonTypmod(list []plan.Expr) int32 {
	for _, e := range list {
		if e.Typmod() != list[0].Typmod() {
			return -1
		}
	}
	return list[0].Typmod()
}

// collate accepts the collations that are in force anyway.
func (b *binder) collate(sc *scope, n *pg.CollateClause) (plan.Expr, error) {
	_, name, _ := qualified(n.Collname)
	switch name {
	case "C", "POSIX", "default", "ucs_basic":
		return b.expr(sc, n.Arg)
	}
	return nil, b.errorf(n.Location, types.CodeUndefinedObject, "collation %q for encoding \"UTF8\" does not exist", name)
}
