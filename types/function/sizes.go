package function

import (
	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/pgnames"
)

// registerSizes: how many bytes relations and databases take.
func registerSizes(r *registry) {
	size := func(of func(table, indexes int64) int64) Kernel {
		return byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
			if o := types.ObjectsOf(c.Env); o != nil {
				if table, indexes, ok := o.RelationSize(types.OID(a[0].Int(i))); ok {
					out.AppendInt(of(table, indexes))
					return nil
				}
			}
			out.AppendNull()
			return nil
		})
	}
	table := size(func(table, _ int64) int64 { return table })
	r.fn("pg_table_size(regclass)", table)
	r.fn("pg_relation_size(regclass)", table)
	r.fn("pg_relation_size(regclass,text)", byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
		table, ok := int64(0), false
		if o := types.ObjectsOf(c.Env); o != nil {
			table, _, ok = o.RelationSize(types.OID(a[0].Int(i)))
		}
		if !ok {
			out.AppendNull()
			return nil
		}
		switch string(a[1].Str(i)) {
		case "main":
			out.AppendInt(table)
		case "fsm", "vm", "init":
			out.AppendInt(0)
		default:
			return types.Errorf(types.CodeInvalidParameterValue, "invalid fork name").WithHint(`Valid fork names are "main", "fsm", "vm", and "init".`)
		}
		return nil
	}))
	r.fn("pg_indexes_size(regclass)", size(func(_, indexes int64) int64 { return indexes }))
	r.fn("pg_total_relation_size(regclass)", size(func(table, indexes int64) int64 { return table + indexes }))
	// There is one store, whatever name it is asked for by.
	whole := func(c *Call, out *column.Vector) {
		total := int64(0)
		if o := types.ObjectsOf(c.Env); o != nil {
			total = o.StoreSize()
		}
		out.AppendInt(total)
	}
	r.fn("pg_database_size(name)", byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
		q := inquiries["database"]
		if _, err := q.object(c.Env, a[0], i); err != nil {
			return err
		}
		whole(c, out)
		return nil
	}))
	r.fn("pg_database_size(oid)", byRow(func(c *Call, _ []*column.Vector, _ int, out *column.Vector) error {
		whole(c, out)
		return nil
	}))
	tablespace := func(c *Call, oid types.OID, out *column.Vector) {
		switch oid {
		case 1663:
			whole(c, out)
		case 1664:
			out.AppendInt(0)
		default:
			out.AppendNull()
		}
	}
	r.fn("pg_tablespace_size(oid)", byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
		tablespace(c, types.OID(a[0].Int(i)), out)
		return nil
	}))
	r.fn("pg_tablespace_size(name)", byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
		q := inquiries["tablespace"]
		oid, err := q.object(c.Env, a[0], i)
		if err != nil {
			return err
		}
		tablespace(c, oid, out)
		return nil
	}))
	r.fn("pg_tablespace_location(oid)", byRow(func(_ *Call, _ []*column.Vector, _ int, out *column.Vector) error {
		out.AppendString("") // in the data directory
		return nil
	}))
	r.fn("pg_relation_filenode(regclass)", byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
		if kind, ok := kindOfRelation(c, types.OID(a[0].Int(i))); ok && kind != 'v' {
			out.AppendInt(a[0].Int(i))
		} else {
			out.AppendNull()
		}
		return nil
	}))
	r.fn("pg_relation_filepath(regclass)", nothing) // a stream's events lie in many files: flare.files lists them
}

func kindOfRelation(c *Call, oid types.OID) (byte, bool) {
	if o, ok := c.Env.ObjectByOID(pgnames.Relation, oid); ok {
		return o.Kind, true
	}
	return 0, false
}
