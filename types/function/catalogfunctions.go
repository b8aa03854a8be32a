package function

import (
	"strconv"
	"strings"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/pgnames"
)

// registerCatalogFunctions: what clients' queries of pg_catalog call.
func registerCatalogFunctions(r *registry) {
	r.total("format_type(oid,int4)", byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
		switch {
		case a[0].Null(i):
			out.AppendNull()
		case a[1].Null(i):
			out.AppendString(c.Env.FormatType(types.OID(a[0].Int(i)), -1))
		default:
			out.AppendString(formatWithTypmod(c, types.OID(a[0].Int(i)), int32(a[1].Int(i))))
		}
		return nil
	}))
	r.total("pg_is_other_temp_schema(oid)", byRow(func(_ *Call, _ []*column.Vector, _ int, out *column.Vector) error {
		out.AppendBool(false)
		return nil
	}))
	r.total("pg_my_temp_schema()", byRow(func(_ *Call, _ []*column.Vector, _ int, out *column.Vector) error {
		out.AppendInt(0)
		return nil
	}))
	r.total("pg_get_userbyid(oid)", byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
		if o, ok := c.Env.ObjectByOID(pgnames.Role, types.OID(a[0].Int(i))); ok {
			out.AppendString(o.Name)
			return nil
		}
		out.AppendString("unknown (OID=" + strconv.FormatInt(a[0].Int(i), 10) + ")")
		return nil
	}))
	registerCommentFunctions(r)
	registerViewFunctions(r)
	for _, register := range []func(*registry){
		registerVisibility, registerReg, registerDefinitions, registerPrivileges, registerSizes, registerObjectFunctions, registerEncodings, registerInformationSchema, registerServerInfo, registerSizeText, registerStatistics, registerACL,
	} {
		register(r)
	}
	r.fn("pg_get_indexdef(oid)", byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
		indexDefinition(c, types.OID(a[0].Int(i)), 0, out)
		return nil
	}))
	r.fn("pg_get_indexdef(oid,int4,bool)", byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
		indexDefinition(c, types.OID(a[0].Int(i)), int(a[1].Int(i)), out)
		return nil
	}))
}

// formatWithTypmod names a type with its typmod. Where a length would be, and there is none, it is not BIT and CHARACTER, which SQL
// understands as of length 1.
func formatWithTypmod(c *Call, t types.OID, typmod int32) string {
	text := c.Env.FormatType(t, typmod)
	if typmod >= 0 {
		return text
	}
	if e := types.ElemOf(t); e != 0 {
		t = e
	}
	switch t {
	case types.Bit:
		return strings.Replace(text, "bit", `"bit"`, 1)
	case types.BPChar:
		return strings.Replace(text, "character", "bpchar", 1)
	}
	return text
}

// indexDefinition appends the statement that makes an index, or the expression of one of its columns; null where there is no such index.
func indexDefinition(c *Call, oid types.OID, number int, out *column.Vector) {
	if n, ok := c.Env.Names.(types.IndexNames); ok {
		if text, ok := n.IndexDefinition(oid, number); ok {
			out.AppendString(text)
			return
		}
	}
	out.AppendNull()
}
