package function

import (
	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// registerViewFunctions: pg_get_viewdef in its five forms. How a definition is broken into lines doesn't depend on the arguments.
func registerViewFunctions(r *registry) {
	byOID := byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
		viewDefinition(c, types.OID(a[0].Int(i)), out)
		return nil
	})
	byName := byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
		o, err := c.Env.Relation(string(a[0].Str(i)))
		if err != nil {
			return err
		}
		viewDefinition(c, o.OID, out)
		return nil
	})
	r.fn("pg_get_viewdef(oid)", byOID)
	r.fn("pg_get_viewdef(oid,bool)", byOID)
	r.fn("pg_get_viewdef(oid,int4)", byOID)
	r.fn("pg_get_viewdef(text)", byName)
	r.fn("pg_get_viewdef(text,bool)", byName)
}

// viewDefinition appends a view's query; null for what is no view.
func viewDefinition(c *Call, oid types.OID, out *column.Vector) {
	if n, ok := c.Env.Names.(types.ViewNames); ok {
		if text, ok := n.ViewDefinition(oid); ok {
			out.AppendString(text)
			return
		}
	}
	out.AppendNull()
}
