package function

import (
	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// The catalog relations that list what is_visible functions and privileges are about.
const (
	classType       types.OID = 1247
	classFunction   types.OID = 1255
	classRelation   types.OID = 1259
	classTablespace types.OID = 1213
	classDatabase   types.OID = 1262
	classLanguage   types.OID = 2612
	classSchema     types.OID = 2615
	classParameter  types.OID = 6243
)

// registerVisibility: whether an object is found by its bare name; null where there is no such object.
func registerVisibility(r *registry) {
	for name, class := range map[string]types.OID{
		"table": classRelation, "type": classType, "function": classFunction, "operator": 2617, "opclass": 2616, "opfamily": 2753, "collation": 3456,
		"conversion": 2607, "statistics_obj": 3381, "ts_config": 3602, "ts_dict": 3600, "ts_parser": 3601, "ts_template": 3764,
	} {
		r.total("pg_"+name+"_is_visible(oid)", byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
			if o := types.ObjectsOf(c.Env); o != nil {
				if visible, ok := o.Visible(class, types.OID(a[0].Int(i))); ok {
					out.AppendBool(visible)
					return nil
				}
			}
			out.AppendNull()
			return nil
		}))
	}
}

// registerRegNames: what the input functions of the reg* types do, with null where there is no such object.
func registerRegNames(r *registry) {
	for name, reg := range map[string]types.OID{
		"class": types.RegClass, "type": types.RegType, "proc": types.RegProc, "procedure": types.RegProcedure, "oper": types.RegOper,
		"operator": types.RegOperator, "namespace": types.RegNamespace, "role": types.RegRole, "collation": types.RegCollation,
	} {
		r.fn("to_reg"+name+"(text)", byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
			v := column.New(column.Int64)
			switch err := types.ParseText(v, c.Env, reg, -1, a[0].Str(i)); codeOf(err) {
			case "":
				out.AppendInt(v.Int(0))
			case types.CodeUndefinedTable, types.CodeUndefinedObject, types.CodeUndefinedFunction, types.CodeAmbiguousFunction, types.CodeInvalidSchemaName,
				types.CodeInvalidCatalogName, types.CodeFeatureNotSupported:
				out.AppendNull()
			default:
				return err
			}
			return nil
		}))
	}
}

// codeOf is the SQLSTATE of an error of this package's or package types'; "" for nil.
func codeOf(err error) string {
	if e, ok := err.(*types.Error); ok {
		return e.Code
	}
	if err != nil {
		return types.CodeInternalError
	}
	return ""
}
