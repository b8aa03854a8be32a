package function

import (
	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/pgnames"
)

// registerVisibility: whether an object is found by its bare name; null where there is no such object.
func registerVisibility(r *registry) {
	for name, class := range map[string]types.OID{
		"table": pgnames.Relation, "type": pgnames.Type, "function": pgnames.Function, "operator": pgnames.Operator, "opclass": pgnames.OperatorClass,
		"opfamily": pgnames.OperatorFamily, "collation": pgnames.Collation, "conversion": pgnames.Conversion, "statistics_obj": pgnames.Statistics,
		"ts_config": pgnames.TextConfig, "ts_dict": pgnames.TextDictionary, "ts_parser": pgnames.TextParser, "ts_template": pgnames.TextTemplate,
	} {
		r.total("pg_"+name+"_is_visible(oid)", byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
			if o, ok := c.Env.ObjectByOID(class, types.OID(a[0].Int(i))); ok {
				out.AppendBool(c.Env.Visible(o))
			} else {
				out.AppendNull()
			}
			return nil
		}))
	}
}
