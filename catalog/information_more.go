package catalog

import (
	"context"
	"strconv"

	"github.com/flare-pg/flare-pg/types"
)

func init() {
	for name, rows := range map[string]func(context.Context, *Snapshot, *types.Env, *Rows) error{
		"views": rowsInformationViews, "table_constraints": rowsTableConstraints, "check_constraints": rowsCheckConstraints,
		"character_sets": rowsCharacterSets, "collations": rowsCollations, "collation_character_set_applicability": rowsCollations,
		"routines": rowsRoutines, "parameters": rowsParameters, "element_types": rowsElementTypes,
	} {
		builtin["information_schema."+name] = maker{rows: rows}
	}
}

func rowsInformationViews(_ context.Context, s *Snapshot, env *types.Env, w *Rows) error {
	for _, r := range s.all() {
		if relkind(r) != "v" || !w.May("table_name", r.Name) || !w.May("table_schema", r.Schema) {
			continue
		}
		w.Begin()
		w.Text("table_catalog", database(env))
		w.Text("table_schema", r.Schema)
		w.Text("table_name", r.Name)
		if r.View != nil && w.Wants("view_definition") {
			w.Text("view_definition", s.ViewDefinition(r.View, searchPath(env)))
		}
		w.Text("check_option", "NONE")
		for _, c := range []string{"is_updatable", "is_insertable_into", "is_trigger_updatable", "is_trigger_deletable", "is_trigger_insertable_into"} {
			w.Text(c, "NO")
		}
		w.End()
	}
	return nil
}

// eachNotNull calls f for each column of a table that must not be null: the only constraints that there are.
func (s *Snapshot) eachNotNull(w *Rows, f func(r Relation, c tableColumn, name string)) {
	for _, r := range s.all() {
		if relkind(r) != "r" || !w.May("table_name", r.Name) || !w.May("table_schema", r.Schema) || !w.May("constraint_schema", r.Schema) {
			continue
		}
		prefix := strconv.FormatUint(uint64(s.namespaceOID(r.Schema)), 10) + "_" + strconv.FormatUint(uint64(r.OID), 10) + "_"
		for _, c := range tableColumns(r) {
			if c.notNull && c.attr > 0 {
				f(r, c, prefix+strconv.Itoa(int(c.attr))+"_not_null")
			}
		}
	}
}

func rowsTableConstraints(_ context.Context, s *Snapshot, env *types.Env, w *Rows) error {
	s.eachNotNull(w, func(r Relation, _ tableColumn, name string) {
		w.Begin()
		w.Text("constraint_catalog", database(env))
		w.Text("constraint_schema", r.Schema)
		w.Text("constraint_name", name)
		w.Text("table_catalog", database(env))
		w.Text("table_schema", r.Schema)
		w.Text("table_name", r.Name)
		w.Text("constraint_type", "CHECK")
		w.Text("is_deferrable", "NO")
		w.Text("initially_deferred", "NO")
		w.Text("enforced", "YES")
		w.End()
	})
	return nil
}

func rowsCheckConstraints(_ context.Context, s *Snapshot, env *types.Env, w *Rows) error {
	s.eachNotNull(w, func(r Relation, c tableColumn, name string) {
		w.Begin()
		w.Text("constraint_catalog", database(env))
		w.Text("constraint_schema", r.Schema)
		w.Text("constraint_name", name)
		w.Text("check_clause", c.name+" IS NOT NULL")
		w.End()
	})
	return nil
}

func rowsCharacterSets(_ context.Context, _ *Snapshot, env *types.Env, w *Rows) error {
	w.Begin()
	w.Text("character_set_name", "UTF8")
	w.Text("character_repertoire", "UCS")
	w.Text("form_of_use", "UTF8")
	w.Text("default_collate_catalog", database(env))
	w.Text("default_collate_schema", "pg_catalog")
	w.Text("default_collate_name", "C")
	w.End()
	return nil
}

func rowsCollations(_ context.Context, _ *Snapshot, env *types.Env, w *Rows) error {
	f := factsOf("pg_collation")
	for _, line := range f.lines {
		w.Begin()
		w.Text("collation_catalog", database(env))
		w.Text("collation_schema", "pg_catalog")
		w.Text("collation_name", line[f.column("collname")])
		w.Text("pad_attribute", "NO PAD")
		w.Text("character_set_name", "UTF8")
		w.End()
	}
	return nil
}

// eachRoutine calls f for each function that pg_proc lists, with its specific name.
func eachRoutine(s *Snapshot, w *Rows, f func(t *rowTable, row int, schema, name, specific string)) {
	l := Lookup{Snapshot: s}
	t := l.fixed("pg_proc")
	names, schemas, oids := t.column("proname"), t.column("pronamespace"), t.column("oid")
	for row := range t.n {
		name := string(names.Str(row))
		schema := l.schemaName(schemas.Int(row))
		specific := name + "_" + strconv.FormatInt(oids.Int(row), 10)
		if w.May("routine_name", name) && w.May("routine_schema", schema) && w.May("specific_schema", schema) && w.May("specific_name", specific) {
			f(t, row, schema, name, specific)
		}
	}
}

func rowsRoutines(ctx context.Context, s *Snapshot, env *types.Env, w *Rows) error {
	eachRoutine(s, w, func(t *rowTable, row int, schema, name, specific string) {
		w.Begin()
		for _, prefix := range []string{"specific", "routine"} {
			w.Text(prefix+"_catalog", database(env))
			w.Text(prefix+"_schema", schema)
		}
		w.Text("specific_name", specific)
		w.Text("routine_name", name)
		if kind := string(t.column("prokind").Str(row)); kind == "f" {
			w.Text("routine_type", "FUNCTION")
		}
		result := types.OID(t.column("prorettype").Int(row))
		elementType(w, env, result)
		w.Text("type_udt_catalog", database(env))
		w.Text("type_udt_schema", "pg_catalog")
		if ty, ok := types.Lookup(result); ok {
			w.Text("type_udt_name", ty.Name)
		}
		w.Text("dtd_identifier", "0")
		w.Text("routine_body", "EXTERNAL")
		w.Text("external_language", "INTERNAL")
		w.Text("parameter_style", "GENERAL")
		w.Text("is_deterministic", yesNo(string(t.column("provolatile").Str(row)) == "i"))
		w.Text("sql_data_access", "MODIFIES")
		w.Text("is_null_call", yesNo(t.column("proisstrict").Bool(row)))
		w.Text("schema_level_routine", "YES")
		w.Int("max_dynamic_result_sets", 0)
		w.Text("security_type", "INVOKER")
		w.Text("as_locator", "NO")
		w.Text("is_udt_dependent", "NO")
		w.End()
	})
	return ctx.Err()
}

func rowsParameters(ctx context.Context, s *Snapshot, env *types.Env, w *Rows) error {
	eachRoutine(s, w, func(t *rowTable, row int, schema, _, specific string) {
		for i, arg := range vectorOIDs(t.column("proargtypes"), row) {
			w.Begin()
			w.Text("specific_catalog", database(env))
			w.Text("specific_schema", schema)
			w.Text("specific_name", specific)
			w.Int("ordinal_position", int64(i+1))
			w.Text("parameter_mode", "IN")
			w.Text("is_result", "NO")
			w.Text("as_locator", "NO")
			elementType(w, env, arg)
			w.Text("udt_catalog", database(env))
			w.Text("udt_schema", "pg_catalog")
			if ty, ok := types.Lookup(arg); ok {
				w.Text("udt_name", ty.Name)
			}
			w.Text("dtd_identifier", strconv.Itoa(i+1))
			w.End()
		}
	})
	return ctx.Err()
}

// elementType names a type as data_type columns do.
func elementType(w *Rows, _ *types.Env, t types.OID) {
	ty, ok := types.Lookup(t)
	switch {
	case !ok:
		w.Text("data_type", "USER-DEFINED")
	case types.ElemOf(t) != 0:
		w.Text("data_type", "ARRAY")
	case t == types.BPChar:
		w.Text("data_type", "character")
	default:
		w.Text("data_type", ty.SQL)
	}
}

// rowsElementTypes lists what the arrays in columns are of.
func rowsElementTypes(_ context.Context, s *Snapshot, env *types.Env, w *Rows) error {
	for _, r := range s.all() {
		if !w.May("object_name", r.Name) || !w.May("object_schema", r.Schema) {
			continue
		}
		kind := "TABLE"
		if relkind(r) == "v" {
			kind = "VIEW"
		}
		for _, c := range tableColumns(r) {
			elem := types.ElemOf(c.oid)
			if elem == 0 || c.attr <= 0 {
				continue
			}
			w.Begin()
			w.Text("object_catalog", database(env))
			w.Text("object_schema", r.Schema)
			w.Text("object_name", r.Name)
			w.Text("object_type", kind)
			w.Int("collection_type_identifier", int64(c.attr))
			elementType(w, env, elem)
			w.Text("udt_catalog", database(env))
			w.Text("udt_schema", "pg_catalog")
			if ty, ok := types.Lookup(elem); ok {
				w.Text("udt_name", ty.Name)
			}
			w.Text("dtd_identifier", "a"+strconv.Itoa(int(c.attr)))
			w.End()
		}
	}
	return nil
}
