package function

import (
	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

func registerBool(r *registry) {
	r.total("booland_statefunc(bool,bool)", bitwise(func(a, b uint64) uint64 { return a & b }))
	r.total("boolor_statefunc(bool,bool)", bitwise(func(a, b uint64) uint64 { return a | b }))
}

// bitwise combines two Bool vectors a word at a time where both are Plain.
func bitwise(f func(a, b uint64) uint64) Kernel {
	return func(_ *Call, n int, _ column.Selection, args []*column.Vector, out *column.Vector) error {
		a, b := bitsOf(args[0], n), bitsOf(args[1], n)
		out.Bools, out.Len = resize(out.Bools, (n+63)/64), n
		for w := range out.Bools {
			out.Bools[w] = f(a[w], b[w])
		}
		return nil
	}
}

// bitsOf is the values of a Bool vector of any form as a bitmap of n bits, to be read only.
func bitsOf(v *column.Vector, n int) column.Bitmap {
	switch v.Form {
	case column.Plain:
		return v.Bools
	case column.Constant:
		b := column.NewBitmap(n)
		b.Fill(n, v.Bools.Get(0))
		return b
	}
	b := column.NewBitmap(n)
	if v.Dict.Len > 0 {
		for i, c := range v.Codes[:n] {
			b.Put(i, v.Dict.Bools.Get(int(c)))
		}
	}
	return b
}

// known gives a Bool vector of any form as two bitmaps of n bits: where it is true and where it is false.
func known(v *column.Vector, n int) (isTrue, isFalse column.Bitmap) {
	isTrue, isFalse = column.NewBitmap(n), column.NewBitmap(n)
	values, valid := bitsOf(v, n), column.NewBitmap(n)
	switch {
	case v.Valid == nil:
		valid.Fill(n, true)
	case v.Form == column.Constant:
		valid.Fill(n, v.Valid.Get(0))
	default:
		copy(valid, v.Valid)
		if n&63 != 0 {
			valid[n>>6] &= 1<<(uint(n)&63) - 1
		}
	}
	for w := range isTrue {
		isTrue[w], isFalse[w] = values[w]&valid[w], ^values[w]&valid[w]
	}
	return isTrue, isFalse
}

// And is SQL's three-valued AND of two Bool vectors of n rows, for the executor. out may be neither of them.
func And(n int, a, b, out *column.Vector) {
	at, af := known(a, n)
	bt, bf := known(b, n)
	for w := range at {
		at[w] &= bt[w]
		af[w] |= bf[w]
	}
	fromKnown(n, at, af, out)
}

// Or is SQL's three-valued OR.
func Or(n int, a, b, out *column.Vector) {
	at, af := known(a, n)
	bt, bf := known(b, n)
	for w := range at {
		at[w] |= bt[w]
		af[w] &= bf[w]
	}
	fromKnown(n, at, af, out)
}

// Not is SQL's three-valued NOT.
func Not(n int, a, out *column.Vector) {
	t, f := known(a, n)
	fromKnown(n, f, t, out)
}

func fromKnown(n int, isTrue, isFalse column.Bitmap, out *column.Vector) {
	out.Reset(column.Bool)
	out.Bools, out.Len = isTrue, n
	for w := range isTrue {
		isFalse[w] |= isTrue[w]
	}
	if isFalse.Count(n) < n {
		out.Valid = isFalse
	}
}

// Extreme is GREATEST and LEAST over arguments of one type: nulls are passed over, and a row is null
// where all are. The binder gives the arguments their common type first.
func Extreme(greatest bool, t types.OID) *Function {
	name := "least"
	if greatest {
		name = "greatest"
	}
	kind := types.KindOf(t)
	return &Function{Name: name, Schema: "pg_catalog", Args: []types.OID{t}, Variadic: true, Result: t, Total: true, Volatility: Immutable,
		Kernel: func(c *Call, n int, sel column.Selection, args []*column.Vector, out *column.Vector) error {
			out.Reset(kind)
			return eachRow(c, n, sel, args, out, func(_ *Call, args []*column.Vector, i int, out *column.Vector) error {
				best := -1
				for j, a := range args {
					if a.Null(i) {
						continue
					}
					if best >= 0 {
						if cmp := types.Compare(t, a, i, args[best], i); cmp == 0 || cmp > 0 != greatest {
							continue
						}
					}
					best = j
				}
				if best < 0 {
					out.AppendNull()
					return nil
				}
				out.AppendFrom(args[best], i)
				return nil
			})
		}}
}
