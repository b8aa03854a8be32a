package function

import (
	"strings"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/pgnames"
)

// registerObjectFunctions: what else clients ask of catalog objects.
func registerObjectFunctions(r *registry) {
	r.fn("pg_describe_object(oid,oid,int4)", byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
		if o := types.ObjectsOf(c.Env); o != nil {
			if text, ok := o.Describe(types.OID(a[0].Int(i)), types.OID(a[1].Int(i)), int32(a[2].Int(i))); ok {
				out.AppendString(text)
				return nil
			}
		}
		out.AppendNull()
		return nil
	}))
	always := func(b bool) Kernel {
		return byRow(func(_ *Call, _ []*column.Vector, _ int, out *column.Vector) error {
			out.AppendBool(b)
			return nil
		})
	}
	r.fn("pg_relation_is_publishable(regclass)", byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
		if _, ok := kindOfRelation(c, types.OID(a[0].Int(i))); ok {
			out.AppendBool(false) // nothing is replicated
		} else {
			out.AppendNull()
		}
		return nil
	}))
	r.fn("row_security_active(oid)", always(false))
	r.fn("row_security_active(text)", byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
		if _, err := relationNamed(c.Env, a[0].Str(i)); err != nil {
			return err
		}
		out.AppendBool(false)
		return nil
	}))
	// The bits of what can be done with a table: 8 INSERT, 16 DELETE; UPDATE would be 4, but events are immutable.
	r.fn("pg_relation_is_updatable(regclass,bool)", byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
		bits := int64(0)
		if oid := types.OID(a[0].Int(i)); oid >= 16384 {
			if kind, ok := kindOfRelation(c, oid); ok && kind == 'r' {
				bits = 8 | 16
			}
		}
		out.AppendInt(bits)
		return nil
	}))
	r.fn("pg_column_is_updatable(regclass,int2,bool)", always(false))
	for _, n := range []string{"pg_index_has_property(regclass,text)", "pg_index_column_has_property(regclass,int4,text)"} {
		r.fn(n, nothing)
	}
	r.fn("pg_indexam_has_property(oid,text)", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		if a[0].Int(i) != 403 {
			out.AppendNull()
			return nil
		}
		switch strings.ToLower(string(a[1].Str(i))) {
		case "can_order", "can_unique", "can_multi_col", "can_exclude", "can_include":
			out.AppendBool(true)
		default:
			out.AppendNull()
		}
		return nil
	}))
	r.fn("pg_collation_for(any)", byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
		switch t := c.Args[0]; {
		case t == types.Name:
			out.AppendString(`"C"`)
		case category(t) == 'S' || t == types.Unknown:
			out.AppendString(`"default"`)
		default:
			return types.Errorf(types.CodeDatatypeMismatch, "collations are not supported by type %s", types.FormatType(t, -1))
		}
		return nil
	}))
	r.fn("pg_collation_actual_version(oid)", nothing)
	r.fn("pg_database_collation_actual_version(oid)", nothing)

	// There are no sequences.
	sequence := byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
		oid := types.OID(a[0].Int(i))
		if o, ok := c.Env.ObjectByOID(pgnames.Relation, oid); ok {
			return types.Errorf(types.CodeWrongObjectType, "\"%s\" is not a sequence", o.Name)
		}
		return types.Errorf("XX000", "could not open relation with OID %d", oid)
	})
	for _, signature := range []string{"currval(regclass)", "nextval(regclass)", "setval(regclass,int8)", "setval(regclass,int8,bool)", "pg_sequence_last_value(regclass)"} {
		r.fn(signature, sequence)
	}
	r.fn("lastval()", byRow(func(*Call, []*column.Vector, int, *column.Vector) error {
		return types.Errorf(types.CodeObjectNotInState, "lastval is not yet defined in this session")
	}))
}
