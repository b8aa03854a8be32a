package function

import (
	"github.com/flare-pg/flare-pg/column"
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
