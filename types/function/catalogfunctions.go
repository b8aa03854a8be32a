package function

import (
	"strconv"
	"strings"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// registerCatalogFunctions: what clients' queries of pg_catalog call.
func registerCatalogFunctions(r *registry) {
	r.total("format_type(oid,int4)", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		switch {
		case a[0].Null(i):
			out.AppendNull()
		case a[1].Null(i):
			out.AppendString(types.FormatType(types.OID(a[0].Int(i)), -1))
		default:
			out.AppendString(types.FormatType(types.OID(a[0].Int(i)), int32(a[1].Int(i))))
		}
		return nil
	}))
	// There is one schema path and nothing hides anything.
	yes := byRow(func(_ *Call, _ []*column.Vector, _ int, out *column.Vector) error {
		out.AppendBool(true)
		return nil
	})
	for _, n := range []string{"table", "type", "function", "operator", "opclass", "collation", "conversion"} {
		r.total("pg_"+n+"_is_visible(oid)", yes)
	}
	// The expressions that the catalogs hold are texts already.
	text := byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		out.AppendBytes(a[0].Str(i))
		return nil
	})
	for signature, oid := range map[string]types.OID{"pg_get_expr(pg_node_tree,oid)": 1716, "pg_get_expr(pg_node_tree,oid,bool)": 2509} {
		f := r.own("pg_catalog", signature, types.Text, Stable, text) // pg15.txt leaves functions of pg_node_tree out
		f.OID, f.Total = oid, true
	}
	r.total("pg_is_other_temp_schema(oid)", byRow(func(_ *Call, _ []*column.Vector, _ int, out *column.Vector) error {
		out.AppendBool(false)
		return nil
	}))
	r.total("pg_my_temp_schema()", byRow(func(_ *Call, _ []*column.Vector, _ int, out *column.Vector) error {
		out.AppendInt(0)
		return nil
	}))
	r.total("pg_get_userbyid(oid)", byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
		if a[0].Int(i) == 10 { // the superuser, as long as roles are not built
			out.AppendString(c.Env.User)
		} else {
			out.AppendString("unknown (OID=" + strconv.FormatInt(a[0].Int(i), 10) + ")")
		}
		return nil
	}))
	r.total("pg_encoding_to_char(int4)", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		if a[0].Int(i) == 6 {
			out.AppendString("UTF8")
		} else {
			out.AppendString("")
		}
		return nil
	}))
	registerCommentFunctions(r)
	registerViewFunctions(r)
	r.fn("to_regclass(text)", byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
		if c.Env.Names != nil {
			if oid, ok := c.Env.Names.Relation(string(a[0].Str(i))); ok {
				out.AppendInt(int64(oid))
				return nil
			}
		}
		out.AppendNull()
		return nil
	}))
	r.fn("to_regtype(text)", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		if t, ok := types.ByName(strings.ToLower(string(a[0].Str(i)))); ok {
			out.AppendInt(int64(t.OID))
		} else {
			out.AppendNull()
		}
		return nil
	}))
	r.fn("pg_get_indexdef(oid)", byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
		indexDefinition(c, types.OID(a[0].Int(i)), out)
		return nil
	}))
	r.fn("pg_get_indexdef(oid,int4,bool)", byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
		switch a[1].Int(i) {
		case 0:
			indexDefinition(c, types.OID(a[0].Int(i)), out)
		case 1: // the only column that an index can have
			out.AppendString(`"timestamp"`)
		default:
			out.AppendString("")
		}
		return nil
	}))
	r.fn("has_table_privilege(text,text)", byRow(hasTablePrivilege))
	r.fn("has_table_privilege(oid,text)", byRow(hasTablePrivilege))
}

// hasTablePrivilege answers for the current user; of the privileges only SELECT is known to the catalog so far, the others
// go with it.
func hasTablePrivilege(c *Call, a []*column.Vector, i int, out *column.Vector) error {
	for p := range strings.SplitSeq(string(a[1].Str(i)), ",") {
		p = strings.TrimSuffix(strings.ToUpper(strings.TrimSpace(p)), " WITH GRANT OPTION")
		switch p {
		case "SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER":
		default:
			return types.Errorf(types.CodeInvalidParameterValue, "unrecognized privilege type: \"%s\"", strings.TrimSpace(p))
		}
	}
	if c.Env.Names == nil {
		out.AppendBool(true)
		return nil
	}
	var oid types.OID
	if a[0].Kind == column.Int64 {
		oid = types.OID(a[0].Int(i))
		if _, ok := c.Env.Names.RelationName(oid); !ok {
			out.AppendNull()
			return nil
		}
	} else {
		var ok bool
		if oid, ok = c.Env.Names.Relation(string(a[0].Str(i))); !ok {
			return types.UndefinedRelation(string(a[0].Str(i)))
		}
	}
	out.AppendBool(c.Env.Names.CanSelect(c.Env.User, oid))
	return nil
}

// indexDefinition appends the statement that makes an index; null where there is none.
func indexDefinition(c *Call, oid types.OID, out *column.Vector) {
	if n, ok := c.Env.Names.(types.IndexNames); ok {
		if text, ok := n.IndexDefinition(oid); ok {
			out.AppendString(text)
			return
		}
	}
	out.AppendNull()
}
