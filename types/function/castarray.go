package function

import (
	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// arrayCast gives the element types of a cast from one array type to another, which is done element by element; zeros where it is none.
// Nothing is cast to int2vector and oidvector so: their arrays must have one dimension that begins with 0.
func arrayCast(from, to types.OID) (a, b types.OID) {
	a, b = types.ElemOf(from), types.ElemOf(to)
	if a == 0 || b == 0 || from == to || to == types.Int2Vector || to == types.OidVector || a == types.Record || b == types.Record {
		return 0, 0
	}
	return a, b
}

// makeArrayCast is the cast of arrays whose elements are cast from a to b; nil where there is none.
func makeArrayCast(from, to, a, b types.OID) *Cast {
	if a == b { // int2vector as int2[]
		return &Cast{From: from, To: to, Context: CastImplicit}
	}
	elem, ok := CastFor(a, b)
	if !ok {
		return nil
	}
	c := &Cast{From: from, To: to, Context: elem.Context}
	base := elem.Function
	if base == nil && !hasTypmod(b) {
		return c // the elements are the same
	}
	ty, _ := types.Lookup(to)
	f := &Function{Name: ty.Name, Schema: "pg_catalog", Args: []types.OID{from}, Result: to, Strict: true, Volatility: Immutable}
	if base != nil {
		f.Volatility, f.Total = base.Volatility, base.Total
	}
	f.Kernel = lift(f, byRow(func(c *Call, args []*column.Vector, i int, out *column.Vector) error {
		return castElements(c, base, a, b, args[0].Str(i), out)
	}))
	c.Function = f
	return c
}

// castElements casts the elements of one array by a cast's function and applies the typmod.
func castElements(c *Call, base *Function, a, b types.OID, s []byte, out *column.Vector) error {
	in := types.ReadArray(a, s)
	v := in.Values
	if base != nil && v.Len > 0 {
		v = column.New(types.KindOf(b))
		call := &Call{Env: c.Env, Args: []types.OID{a}, Result: b, Typmod: c.Typmod}
		if err := base.Kernel(call, in.Values.Len, nil, []*column.Vector{in.Values}, v); err != nil {
			return err
		}
	} else if c.Typmod >= 0 && hasTypmod(b) {
		fitted := column.New(v.Kind)
		for i := range v.Len {
			if v.Null(i) {
				fitted.AppendNull()
			} else if err := types.ApplyTypmod(fitted, b, c.Typmod, v, i, true); err != nil {
				return err
			}
		}
		v = fitted
	}
	out.AppendFunc(func(dst []byte) []byte { return types.AppendArray(dst, in.Dims, v) })
	return nil
}
