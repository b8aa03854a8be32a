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
