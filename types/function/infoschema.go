package function

import (
	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// registerInformationSchema: the functions by which PostgreSQL's information_schema takes types apart. Drivers call them too.
func registerInformationSchema(r *registry) {
	number := func(of func(t types.OID, typmod int32) (int64, bool)) Kernel {
		return byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
			if n, ok := of(types.OID(a[0].Int(i)), int32(a[1].Int(i))); ok {
				out.AppendInt(n)
			} else {
				out.AppendNull()
			}
			return nil
		})
	}
	for name, of := range map[string]func(t types.OID, typmod int32) (int64, bool){
		"char_max_length": types.CharMaxLength, "char_octet_length": types.CharOctetLength, "numeric_scale": types.NumberScale,
		"datetime_precision": types.DatetimePrecision,
		"numeric_precision": func(t types.OID, typmod int32) (int64, bool) {
			n, ok, _, _ := types.NumberPrecision(t, typmod)
			return n, ok
		},
		"numeric_precision_radix": func(t types.OID, typmod int32) (int64, bool) {
			_, _, n, ok := types.NumberPrecision(t, typmod)
			return n, ok
		},
	} {
		r.own("information_schema", "_pg_"+name+"(oid,int4)", types.Int4, Immutable, number(of))
	}
	r.own("information_schema", "_pg_interval_type(oid,int4)", types.Text, Immutable, byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		if fields, ok := types.IntervalType(types.OID(a[0].Int(i)), int32(a[1].Int(i))); ok {
			out.AppendString(fields)
		} else {
			out.AppendNull()
		}
		return nil
	}))
}
