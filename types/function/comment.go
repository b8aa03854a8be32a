package function

import (
	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// registerCommentFunctions: what COMMENT ON said. pg_description lists the same.
func registerCommentFunctions(r *registry) {
	said := func(c *Call, class, object types.OID, sub int32, out *column.Vector) {
		if n, ok := c.Env.Names.(types.CommentNames); ok {
			if text, ok := n.Comment(class, object, sub); ok {
				out.AppendString(text)
				return
			}
		}
		out.AppendNull()
	}
	byClass := byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
		said(c, commentClasses[string(a[1].Str(i))], types.OID(a[0].Int(i)), 0, out)
		return nil
	})
	r.total("obj_description(oid,name)", byClass)
	r.total("shobj_description(oid,name)", byClass)
	r.total("obj_description(oid)", byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
		object := types.OID(a[0].Int(i))
		if n, ok := c.Env.Names.(types.CommentNames); ok { // an OID is one object's only, whatever PostgreSQL warns of
			for _, name := range [...]string{"pg_class", "pg_namespace", "pg_proc"} {
				if text, ok := n.Comment(commentClasses[name], object, 0); ok {
					out.AppendString(text)
					return nil
				}
			}
		}
		out.AppendNull()
		return nil
	}))
	r.total("col_description(oid,int4)", byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
		sub := int32(a[1].Int(i))
		if sub == 0 { // the table itself is no column
			out.AppendNull()
			return nil
		}
		said(c, commentClasses["pg_class"], types.OID(a[0].Int(i)), sub, out)
		return nil
	}))
}

// commentClasses are the OIDs of the catalogs whose objects can have comments.
var commentClasses = map[string]types.OID{"pg_class": 1259, "pg_proc": 1255, "pg_namespace": 2615, "pg_authid": 1260, "pg_database": 1262}
