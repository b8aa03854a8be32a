package function

import (
	"slices"
	"strconv"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/pgnames"
)

// registerDefinitions: the functions that say by which SQL an object was made; null where there is no such object.
func registerDefinitions(r *registry) {
	// The expressions that the catalogs hold are texts already.
	text := byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		out.AppendBytes(a[0].Str(i))
		return nil
	})
	r.fn("pg_get_expr(pg_node_tree,oid)", text).Total = true
	r.fn("pg_get_expr(pg_node_tree,oid,bool)", text).Total = true

	of := func(class types.OID) Kernel {
		return objectText(func(o types.Objects, oid types.OID) (string, bool) { return o.Definition(class, oid) })
	}
	r.fn("pg_get_constraintdef(oid)", of(2606))
	r.fn("pg_get_constraintdef(oid,bool)", of(2606))
	r.fn("pg_get_ruledef(oid)", of(2618))
	r.fn("pg_get_ruledef(oid,bool)", of(2618))
	r.fn("pg_get_triggerdef(oid)", of(2620))
	r.fn("pg_get_triggerdef(oid,bool)", of(2620))
	for _, signature := range []string{"pg_get_statisticsobjdef(oid)", "pg_get_statisticsobjdef_columns(oid)"} {
		r.fn(signature, of(3381))
	}
	r.fn("pg_get_statisticsobjdef_expressions(oid)", nothing)
	r.fn("pg_get_partkeydef(oid)", nothing)
	r.fn("pg_get_partition_constraintdef(oid)", nothing)

	r.fn("pg_get_functiondef(oid)", byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
		oid := types.OID(a[0].Int(i))
		for name, overloads := range r.aggregates {
			if slices.ContainsFunc(overloads, func(a *Aggregate) bool { return a.OID == oid }) {
				return types.Errorf(types.CodeWrongObjectType, "\"%s\" is an aggregate function", name)
			}
		}
		appendObjectText(c, oid, out, func(o types.Objects, oid types.OID) (string, bool) { return o.Definition(pgnames.Function, oid) })
		return nil
	}))
	r.fn("pg_get_function_arguments(oid)", objectText(func(o types.Objects, oid types.OID) (string, bool) { return o.FunctionArguments(oid, true) }))
	r.fn("pg_get_function_identity_arguments(oid)", objectText(func(o types.Objects, oid types.OID) (string, bool) { return o.FunctionArguments(oid, false) }))
	r.fn("pg_get_function_result(oid)", objectText(func(o types.Objects, oid types.OID) (string, bool) { return o.FunctionResult(oid) }))
	r.fn("pg_get_function_arg_default(oid,int4)", byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
		if o, ok := c.Env.ObjectByOID(pgnames.Function, types.OID(a[0].Int(i))); ok {
			d := o.Details.Defaults
			if n := int(a[1].Int(i)) - 1 - len(o.Args) + len(d); n >= 0 && n < len(d) {
				out.AppendString(d[n])
				return nil
			}
		}
		out.AppendNull()
		return nil
	}))
	r.fn("pg_get_function_sqlbody(oid)", nothing)
	// No column has a sequence, but the names must be right.
	r.fn("pg_get_serial_sequence(text,text)", byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
		relation, err := relationNamed(c.Env, a[0].Str(i))
		if err != nil {
			return err
		}
		if _, err := columnNamed(c.Env, relation, string(a[1].Str(i))); err != nil {
			return err
		}
		out.AppendNull()
		return nil
	}))
}

// nothing answers null: there is nothing of the kind here.
var nothing = byRow(func(_ *Call, _ []*column.Vector, _ int, out *column.Vector) error {
	out.AppendNull()
	return nil
})

// objectText makes a kernel of what is known of the object whose OID is the first argument.
func objectText(text func(o types.Objects, oid types.OID) (string, bool)) Kernel {
	return byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
		appendObjectText(c, types.OID(a[0].Int(i)), out, text)
		return nil
	})
}

func appendObjectText(c *Call, oid types.OID, out *column.Vector, text func(o types.Objects, oid types.OID) (string, bool)) {
	if o := types.ObjectsOf(c.Env); o != nil {
		if s, ok := text(o, oid); ok {
			out.AppendString(s)
			return
		}
	}
	out.AppendNull()
}

// relationNamed finds a relation by its name as a user writes it.
func relationNamed(env *types.Env, name []byte) (types.OID, error) {
	o, err := env.Relation(string(name))
	if err != nil {
		return 0, err
	}
	return o.OID, nil
}

// columnNamed finds a relation's column.
func columnNamed(env *types.Env, relation types.OID, name string) (int16, error) {
	if n, ok := env.Names.(types.ColumnNames); ok {
		if attr, ok := n.Attribute(relation, name); ok {
			return attr, nil
		}
	}
	shown := strconv.FormatUint(uint64(relation), 10)
	if o, ok := env.ObjectByOID(pgnames.Relation, relation); ok {
		shown = o.Name
	}
	return 0, types.Errorf(types.CodeUndefinedColumn, "column \"%s\" of relation \"%s\" does not exist", name, shown)
}
