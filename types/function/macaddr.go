package function

import (
	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// registerMacAddr: macaddr and macaddr8.
func registerMacAddr(r *registry) {
	each := func(f func(i int, x byte) byte) Kernel {
		return textText(func(dst, s []byte) []byte {
			for i, x := range s {
				dst = append(dst, f(i, x))
			}
			return dst
		})
	}
	both := func(f func(x, y byte) byte) Kernel {
		return byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
			x, y := a[0].Str(i), a[1].Str(i)
			out.AppendFunc(func(dst []byte) []byte {
				for k := range min(len(x), len(y)) {
					dst = append(dst, f(x[k], y[k]))
				}
				return dst
			})
			return nil
		})
	}
	for _, t := range []string{"macaddr", "macaddr8"} {
		r.totalOp("~ "+t, each(func(_ int, x byte) byte { return ^x }))
		r.totalOp(t+" & "+t, both(func(x, y byte) byte { return x & y }))
		r.totalOp(t+" | "+t, both(func(x, y byte) byte { return x | y }))
		r.total("trunc("+t+")", each(func(i int, x byte) byte { // the manufacturer's part
			if i < 3 {
				return x
			}
			return 0
		}))
	}
	r.total("macaddr8_set7bit(macaddr8)", each(func(i int, x byte) byte {
		if i == 0 {
			return x | 2
		}
		return x
	}))
	r.fn("macaddr8(macaddr)", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		out.AppendBytes(types.MacAddrTo8(a[0].Str(i)))
		return nil
	}))
	r.fn("macaddr(macaddr8)", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		m := a[0].Str(i)
		if m[3] != 0xff || m[4] != 0xfe {
			return types.Errorf(types.CodeNumericOutOfRange, "macaddr8 data out of range to convert to macaddr").
				WithHint("Only addresses that have FF and FE as values in the 4th and 5th bytes from the left, for example xx:xx:xx:ff:fe:xx:xx:xx, are eligible to be converted from macaddr8 to macaddr.")
		}
		out.AppendBytes([]byte{m[0], m[1], m[2], m[5], m[6], m[7]})
		return nil
	}))
}
