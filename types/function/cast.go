package function

import (
	"slices"
	"sync"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// CanCast reports whether a value of type from becomes one of type to by itself in the context.
func CanCast(from, to types.OID, ctx CastContext) bool {
	switch {
	case from == to || from == types.Unknown:
		return true
	case polymorphic(to):
		return accepts(to, from)
	}
	if c, ok := theRegistry().pgCasts[castKey{from, to}]; ok {
		return allows(ctx, c.context)
	}
	if a, b := arrayCast(from, to); a != 0 {
		return CanCast(a, b, ctx)
	}
	return allows(ctx, textContext(from, to))
}

// allows reports whether a cast declared for context declared applies in ctx.
func allows(ctx, declared CastContext) bool {
	switch declared {
	case CastImplicit:
		return true
	case CastAssignment:
		return ctx != CastImplicit
	case CastExplicit:
		return ctx == CastExplicit
	}
	return false
}

// textContext is where the cast through text applies that every type has to and from the string types; 0 nowhere.
func textContext(from, to types.OID) CastContext {
	switch f, t := category(from), category(to); {
	case from == types.Record && t == 'S':
		return CastAssignment
	case f == 'P' || t == 'P':
		return 0
	case t == 'S':
		return CastAssignment
	case f == 'S':
		return CastExplicit
	}
	return 0
}

// CastFor finds the cast. Its Function takes the value as its one argument and obeys Call.Typmod where the
// type has one (an explicit cast: varchar(3) cuts). Function is nil where the vectors are the same; then, where a
// typmod is wanted, CastFor(to, to) has the function that applies it. Casts from types.Unknown take the text of a
// literal. It fails where there is no cast in any context.
func CastFor(from, to types.OID) (*Cast, bool) {
	k := castKey{from, to}
	if c, ok := castCache.Load(k); ok {
		return c.(*Cast), true
	}
	c := makeCast(theRegistry(), from, to)
	if c == nil {
		return nil, false
	}
	kept, _ := castCache.LoadOrStore(k, c)
	return kept.(*Cast), true
}

// castCache keeps what CastFor made: castKey to *Cast. It is bounded by the square of the number of types.
var castCache sync.Map

func makeCast(r *registry, from, to types.OID) *Cast {
	c := &Cast{From: from, To: to, Context: CastImplicit}
	switch {
	case from == to:
		if hasTypmod(to) || hasTypmod(types.ElemOf(to)) {
			c.Function = typmodFunction(to)
		}
		return c
	case from == types.Unknown:
		c.Function = throughText(types.Text, to)
		return c
	case polymorphic(to):
		if !accepts(to, from) {
			return nil
		}
		return c
	}
	p, ok := r.pgCasts[castKey{from, to}]
	if !ok {
		if a, b := arrayCast(from, to); a != 0 {
			return makeArrayCast(from, to, a, b)
		}
		if c.Context = textContext(from, to); c.Context == 0 {
			return nil
		}
		c.Function = throughText(from, to)
		return c
	}
	c.Context = p.context
	switch same := sameBits(from, to); {
	case same != nil:
		c.Function = same
	case p.method == 'i':
		c.Function = throughText(from, to)
	case p.method == 'f':
		if p.function == nil || p.function.Kernel == nil {
			return nil
		}
		c.Function = withTypmod(p.function, to)
	}
	return c
}

// Casts lists pg_cast: those of PostgreSQL's that are built.
func Casts() []*Cast {
	var all []*Cast
	for k := range theRegistry().pgCasts {
		if c, ok := CastFor(k.from, k.to); ok {
			all = append(all, c)
		}
	}
	slices.SortFunc(all, func(a, b *Cast) int {
		return int(int64(a.From)<<20 + int64(a.To) - int64(b.From)<<20 - int64(b.To))
	})
	return all
}

// hasTypmod: the types that have a cast to themselves have one to apply a typmod.
func hasTypmod(t types.OID) bool {
	_, ok := theRegistry().pgCasts[castKey{t, t}]
	return ok
}

// typmodFunction applies a typmod to values of the type; without one it copies.
func typmodFunction(t types.OID) *Function {
	ty, _ := types.Lookup(t)
	f := &Function{Name: ty.Name, Schema: "pg_catalog", Args: []types.OID{t}, Result: t, Strict: true, Volatility: Immutable}
	if p := theRegistry().pgCasts[castKey{t, t}]; p.function != nil {
		f.OID = p.function.OID
	}
	f.Kernel = lift(f, byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
		if c.Typmod < 0 {
			out.AppendFrom(a[0], i)
			return nil
		}
		return types.ApplyTypmod(out, t, c.Typmod, a[0], i, true)
	}))
	return f
}

// withTypmod makes the function of a cast obey the typmod.
func withTypmod(f *Function, to types.OID) *Function {
	c := *f
	c.Args = f.Args[:1]
	if !hasTypmod(to) || to == types.Bit { // a number's bits are counted from the last one: its cast looks at the typmod itself
		return &c
	}
	apply, base := typmodFunction(to).Kernel, f.Kernel
	c.Total = false
	c.Kernel = func(c *Call, n int, sel column.Selection, args []*column.Vector, out *column.Vector) error {
		if c.Typmod < 0 {
			return base(c, n, sel, args, out)
		}
		var v column.Vector
		if err := base(c, n, sel, args, &v); err != nil {
			return err
		}
		return apply(c, n, sel, []*column.Vector{&v}, out)
	}
	return &c
}

// relabel is a function for a cast that changes nothing, where a function is needed.
func relabel(from, to types.OID) *Function {
	ty, _ := types.Lookup(to)
	f := &Function{Name: ty.Name, Schema: "pg_catalog", Args: []types.OID{from}, Result: to, Strict: true, Total: true, Volatility: Immutable}
	f.Kernel = lift(f, byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		out.AppendFrom(a[0], i)
		return nil
	}))
	return f
}

// throughText is the cast that every type has to and from strings: output function, then input function.
func throughText(from, to types.OID) *Function {
	ty, ok := types.Lookup(to)
	if !ok {
		return nil
	}
	f := &Function{Name: ty.Name, Schema: "pg_catalog", Args: []types.OID{from}, Result: to, Strict: true, Volatility: Immutable}
	for _, t := range []types.OID{from, to} {
		if e := types.ElemOf(t); e != 0 {
			t = e
		}
		if k, c := types.KindOf(t), category(t); k == column.Timestamp || k == column.Interval || c == 'D' || c == 'T' || isReg(t) {
			f.Volatility = Stable // the time zone, interval style, or names have a part in it
		}
	}
	f.Total = to == types.Text
	plainText := from == types.Text || from == types.Varchar || from == types.Name || from == types.BPChar
	if to == types.Text && !plainText {
		f.Kernel = lift(f, byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
			out.AppendFunc(func(dst []byte) []byte { return types.AppendText(dst, c.Env, from, a[0], i) })
			return nil
		}))
		return f
	}
	f.Kernel = lift(f, byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
		var s []byte
		if plainText {
			s = a[0].Str(i)
		} else {
			s = types.AppendText(nil, c.Env, from, a[0], i)
		}
		if c.Typmod < 0 {
			return types.ParseText(out, c.Env, to, -1, s)
		}
		v := column.New(out.Kind)
		if err := types.ParseText(v, c.Env, to, -1, s); err != nil {
			return err
		}
		return types.ApplyTypmod(out, to, c.Typmod, v, 0, true) // a value that is too long is cut, not refused
	}))
	return f
}

func isReg(t types.OID) bool {
	_, ok := types.RegClassOf(t)
	return ok
}
