package function

import (
	"github.com/flare-pg/flare-pg/column"
)

// registerNumNulls: how many of any number of arguments are null, or are not.
func registerNumNulls(r *registry) {
	count := func(nulls bool) Kernel {
		return byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
			n := int64(0)
			for _, v := range a {
				if v.Null(i) == nulls {
					n++
				}
			}
			out.AppendInt(n)
			return nil
		})
	}
	r.total("num_nulls(any)", count(true))
	r.total("num_nonnulls(any)", count(false))
}
