package function

import (
	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// registerReg: to_regclass and the like, which answer null where the input functions of the types fail for want of an object.
func registerReg(r *registry) {
	for name, t := range map[string]types.OID{
		"to_regclass": types.RegClass, "to_regtype": types.RegType, "to_regproc": types.RegProc, "to_regprocedure": types.RegProcedure,
		"to_regoper": types.RegOper, "to_regoperator": types.RegOperator, "to_regnamespace": types.RegNamespace, "to_regrole": types.RegRole,
		"to_regcollation": types.RegCollation,
	} {
		r.fn(name+"(text)", byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
			oid, known, err := c.Env.FindReg(t, string(a[0].Str(i)))
			switch {
			case err != nil:
				return err
			case known:
				out.AppendInt(int64(oid))
			default:
				out.AppendNull()
			}
			return nil
		}))
	}
}
