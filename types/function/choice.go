package function

import (
	"sync"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// extremes and nullIfs are the functions that were made.
var (
	extremes sync.Map // extremeOf: *Function
	nullIfs  sync.Map // *Function of the operator =: *Function
)

// extremeOf is GREATEST or LEAST of a type.
type extremeOf struct {
	greatest bool
	t        types.OID
}

// Extreme is GREATEST and LEAST over arguments of one type: nulls are passed over, and a row is null
// where all are. The binder gives the arguments their common type first. The same type gives the same function, by which equal expressions are known.
func Extreme(greatest bool, t types.OID) *Function {
	name := "least"
	if greatest {
		name = "greatest"
	}
	kind := types.KindOf(t)
	f, _ := extremes.LoadOrStore(extremeOf{greatest, t}, &Function{Name: name, Schema: "pg_catalog", Args: []types.OID{t}, Variadic: true, Result: t, Total: true, Volatility: Immutable,
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
		}})
	return f.(*Function)
}

// NullIf is NULLIF with the operator = of its arguments' types: the first argument, null where it equals the second.
func NullIf(equal *Function) *Function {
	f, _ := nullIfs.LoadOrStore(equal, &Function{Name: "nullif", Total: equal.Total, Volatility: equal.Volatility, Kernel: func(c *Call, n int, sel column.Selection, args []*column.Vector, out *column.Vector) error {
		compare := Call{Env: c.Env, Args: c.Args, Result: types.Bool, Typmod: -1}
		var same column.Vector
		if err := equal.Kernel(&compare, n, sel, args, &same); err != nil {
			return err
		}
		out.Reset(args[0].Kind)
		return eachRow(c, n, sel, args, out, func(_ *Call, args []*column.Vector, i int, out *column.Vector) error {
			if !same.Null(i) && same.Bool(i) {
				out.AppendNull()
			} else {
				out.AppendFrom(args[0], i)
			}
			return nil
		})
	}})
	return f.(*Function)
}
