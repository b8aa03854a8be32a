package translate

import (
	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/function"
)

func typed(t types.OID) plan.Typed { return plan.Typed{OID: t, Mod: -1} }

// typeName is a type as messages show it.
func typeName(t types.OID) string {
	if t == types.Unknown {
		return "unknown"
	}
	return types.FormatType(t, -1)
}

// constText makes a constant of a type whose vectors hold text.
func constText(t types.OID, s string) *plan.Const {
	v := column.New(column.Text)
	v.AppendString(s)
	return &plan.Const{Typed: typed(t), Value: v}
}

func constInt(t types.OID, x int64) *plan.Const {
	v := column.New(column.Int64)
	v.AppendInt(x)
	return &plan.Const{Typed: typed(t), Value: v}
}

func constBool(x bool) *plan.Const {
	v := column.New(column.Bool)
	v.AppendBool(x)
	return &plan.Const{Typed: typed(types.Bool), Value: v}
}

// constNull makes a null of a type; of types.Unknown it is the bare word NULL.
func constNull(t types.OID) *plan.Const {
	k := types.KindOf(t)
	if t == types.Unknown || k == column.Invalid {
		k = column.Text
	}
	v := column.New(k)
	v.AppendNull()
	return &plan.Const{Typed: typed(t), Value: v}
}

// literal turns the text of an untyped literal into a constant of a type.
func (b *binder) literal(c *plan.Const, t types.OID, typmod int32, location int32) (plan.Expr, error) {
	if at, ok := b.located[c]; ok && location < 0 {
		location = at
	}
	if c.Value.Null(0) {
		n := constNull(t)
		n.Mod = typmod
		return n, nil
	}
	v := column.New(types.KindOf(t))
	if err := types.ParseText(v, b.c.Env, t, typmod, c.Value.Str(0)); err != nil {
		return nil, b.at(err, location)
	}
	if v.Len != 1 {
		return nil, b.unsupported(location, "literals of type %s are not supported yet", typeName(t))
	}
	return &plan.Const{Typed: plan.Typed{OID: t, Mod: typmod}, Value: v}, nil
}

// coerce makes e a value of type t, as far as the context allows; location is for errors. ok is false where there
// is no such cast in the context.
func (b *binder) coerce(e plan.Expr, t types.OID, typmod int32, ctx function.CastContext, location int32) (_ plan.Expr, ok bool, err error) {
	from := e.Type()
	if from == types.Unknown {
		switch x := e.(type) {
		case *plan.Const:
			if t == types.Unknown {
				return e, true, nil
			}
			if typmod >= 0 && ctx == function.CastExplicit {
				return b.explicitLiteral(x, t, typmod, location)
			}
			out, err := b.assignLiteral(x, t, typmod, location)
			return out, true, err
		case *plan.Param:
			out, err := b.param(x, t, location)
			if err != nil {
				return nil, true, err
			}
			return b.applyTypmod(out, t, typmod), true, nil
		}
	}
	if from == t {
		return b.applyTypmod(e, t, typmod), true, nil
	}
	if !function.CanCast(from, t, ctx) {
		return nil, false, nil
	}
	c, ok := function.CastFor(from, t)
	if !ok {
		return nil, false, nil
	}
	if c.Function == nil {
		return b.applyTypmod(b.retype(e, t), t, typmod), true, nil
	}
	return b.fold(&plan.Call{Typed: plan.Typed{OID: t, Mod: typmod}, Func: c.Function, Args: []plan.Expr{e}, Op: "::"}), true, nil
}

// fold computes a cast of a constant now, where it means the same for ever. One that fails is left to fail where it is evaluated, if ever.
func (b *binder) fold(c *plan.Call) plan.Expr {
	if c.Func.Volatility != function.Immutable || c.Func.Kernel == nil {
		return c
	}
	call := &function.Call{Env: b.c.Env, Result: c.OID, Typmod: c.Mod}
	var args []*column.Vector
	for _, a := range c.Args {
		k, ok := a.(*plan.Const)
		if !ok {
			return c
		}
		call.Args, args = append(call.Args, k.OID), append(args, k.Value)
	}
	out := column.New(types.KindOf(c.OID))
	if err := c.Func.Kernel(call, 1, nil, args, out); err != nil {
		return c
	}
	v := column.New(out.Kind)
	if out.Len != 1 {
		return c
	}
	v.AppendFrom(out, 0)
	return &plan.Const{Typed: c.Typed, Value: v}
}

// explicitLiteral casts a literal to a type with a length: 'abcdef'::varchar(3) is cut, unlike on assignment.
func (b *binder) explicitLiteral(c *plan.Const, t types.OID, typmod int32, location int32) (plan.Expr, bool, error) {
	if c.Value.Null(0) {
		e, err := b.literal(c, t, typmod, location)
		return e, true, err
	}
	if t == types.Interval { // its fields decide how the text is read
		e, err := b.literal(c, t, typmod, location)
		return e, true, err
	}
	e, err := b.literal(c, t, -1, location)
	if err != nil {
		return nil, true, err
	}
	v := column.New(types.KindOf(t))
	if err := types.ApplyTypmod(v, t, typmod, e.(*plan.Const).Value, 0, true); err != nil {
		return nil, true, err // without a position: the cast is at fault
	}
	return &plan.Const{Typed: plan.Typed{OID: t, Mod: typmod}, Value: v}, true, nil
}

// assignLiteral makes a literal fit a type with a length, as an assignment does. Where it doesn't, the error has no position: the cast
// is at fault, not the literal.
func (b *binder) assignLiteral(c *plan.Const, t types.OID, typmod int32, location int32) (plan.Expr, error) {
	if typmod < 0 || t == types.Interval || c.Value.Null(0) {
		return b.literal(c, t, typmod, location)
	}
	e, err := b.literal(c, t, -1, location)
	if err != nil {
		return nil, err
	}
	v := column.New(types.KindOf(t))
	if err := types.ApplyTypmod(v, t, typmod, e.(*plan.Const).Value, 0, false); err != nil {
		return nil, err
	}
	return &plan.Const{Typed: plan.Typed{OID: t, Mod: typmod}, Value: v}, nil
}

// applyTypmod makes a value of type t fit a typmod.
func (b *binder) applyTypmod(e plan.Expr, t types.OID, typmod int32) plan.Expr {
	if typmod < 0 || e.Typmod() == typmod {
		return e
	}
	c, ok := function.CastFor(t, t)
	if !ok || c.Function == nil {
		return e
	}
	return &plan.Call{Typed: plan.Typed{OID: t, Mod: typmod}, Func: c.Function, Args: []plan.Expr{e}, Op: "::"}
}

// retype gives e another type whose vectors are the same.
func (b *binder) retype(e plan.Expr, t types.OID) plan.Expr {
	var out plan.Expr
	switch x := e.(type) {
	case *plan.Ref:
		c := *x
		c.Typed = typed(t)
		out = &c
	case *plan.Const:
		c := *x
		c.Typed = typed(t)
		out = &c
	case *plan.Param:
		// A parameter's type is what the client sends; the label goes around it.
		out = &plan.Coalesce{Typed: typed(t), Args: []plan.Expr{x}}
	case *plan.Call:
		if x.Typmod() >= 0 { // a cast to a length, which it takes from its own type
			out = &plan.Coalesce{Typed: typed(t), Args: []plan.Expr{x}}
			break
		}
		c := *x
		c.Typed = typed(t)
		out = &c
	case *plan.Case:
		c := *x
		c.Typed = typed(t)
		out = &c
	case *plan.Coalesce:
		c := *x
		c.Typed = typed(t)
		out = &c
	default:
		out = &plan.Coalesce{Typed: typed(t), Args: []plan.Expr{e}}
	}
	if at, ok := b.located[e]; ok {
		b.located[out] = at
	}
	return out
}

// implicit makes e a value of type t where an implicit cast leads there; the caller has made sure of that with overload resolution.
func (b *binder) implicit(e plan.Expr, t types.OID, location int32) (plan.Expr, error) {
	out, ok, err := b.coerce(e, t, -1, function.CastImplicit, location)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, b.errorf(location, types.CodeCannotCoerce, "cannot cast type %s to %s", typeName(e.Type()), typeName(t))
	}
	return out, nil
}

// boolean makes e a condition; construct names where it stands ("WHERE", "AND", "CASE/WHEN").
func (b *binder) boolean(e plan.Expr, construct string, location int32) (plan.Expr, error) {
	out, ok, err := b.coerce(e, types.Bool, -1, function.CastAssignment, location)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, b.errorf(location, types.CodeDatatypeMismatch, "argument of %s must be type boolean, not type %s", construct, typeName(e.Type()))
	}
	if returnsSet(e) {
		return nil, b.errorf(location, types.CodeDatatypeMismatch, "argument of %s must not return a set", construct)
	}
	return out, nil
}

// common brings expressions to the type that PostgreSQL gives them together; construct begins the message ("CASE", "UNION").
func (b *binder) common(construct string, list []plan.Expr, locations []int32) ([]plan.Expr, types.OID, error) {
	ts := make([]types.OID, len(list))
	for i, e := range list {
		ts[i] = e.Type()
	}
	t, err := function.CommonType(construct, ts)
	if err != nil {
		return nil, 0, b.at(err, b.mismatch(ts, locations))
	}
	out := make([]plan.Expr, len(list))
	for i, e := range list {
		if out[i], err = b.implicit(e, t, locations[i]); err != nil {
			return nil, 0, err
		}
	}
	return out, t, nil
}

// mismatch finds the location of the first expression whose type differs from the first known one.
func (b *binder) mismatch(ts []types.OID, locations []int32) int32 {
	known := types.OID(types.Unknown)
	for i, t := range ts {
		switch {
		case t == types.Unknown:
		case known == types.Unknown:
			known = t
		case known != t && !function.CanCast(t, known, function.CastImplicit) && !function.CanCast(known, t, function.CastImplicit):
			return locations[i]
		}
	}
	return -1
}

// param settles the type of an untyped parameter.
func (b *binder) param(p *plan.Param, t types.OID, location int32) (plan.Expr, error) {
	switch have := b.params[p.Index]; {
	case t == types.Unknown:
		return p, nil
	case have == types.Unknown:
		b.params[p.Index] = t
	case have != t:
		return nil, b.errorf(location, types.CodeAmbiguousParameter, "inconsistent types deduced for parameter $%d", p.Index+1).
			WithDetail("%s versus %s", typeName(have), typeName(t))
	}
	return &plan.Param{Typed: typed(t), Index: p.Index}, nil
}
