package catalog

import (
	"context"

	"github.com/flare-pg/flare-pg/types"
)

// information_schema, as the SQL standard and PostgreSQL define it.

func init() {
	builtin["information_schema.schemata"] = maker{rows: rowsSchemata}
	builtin["information_schema.tables"] = maker{rows: rowsInformationTables}
	builtin["information_schema.columns"] = maker{rows: rowsInformationColumns}
	builtin["information_schema.information_schema_catalog_name"] = maker{rows: func(_ context.Context, _ *Snapshot, env *types.Env, w *Rows) error {
		w.Begin()
		w.Text("catalog_name", database(env))
		w.End()
		return nil
	}}
}

func rowsSchemata(_ context.Context, s *Snapshot, env *types.Env, w *Rows) error {
	for _, n := range s.spaces {
		w.Begin()
		w.Text("catalog_name", database(env))
		w.Text("schema_name", n.name)
		w.Text("schema_owner", s.ownerName(env, s.SchemaRights(n.name)))
		w.End()
	}
	return nil
}

func yesNo(b bool) string {
	if b {
		return "YES"
	}
	return "NO"
}

func rowsInformationTables(_ context.Context, s *Snapshot, env *types.Env, w *Rows) error {
	for _, r := range s.all() {
		if !w.May("table_name", r.Name) || !w.May("table_schema", r.Schema) {
			continue
		}
		kind := "VIEW"
		if relkind(r) == "r" {
			kind = "BASE TABLE"
		}
		w.Begin()
		w.Text("table_catalog", database(env))
		w.Text("table_schema", r.Schema)
		w.Text("table_name", r.Name)
		w.Text("table_type", kind)
		w.Text("is_insertable_into", yesNo(r.Stream != nil))
		w.Text("is_typed", "NO")
		w.End()
	}
	return nil
}

func rowsInformationColumns(ctx context.Context, s *Snapshot, env *types.Env, w *Rows) error {
	for _, r := range s.all() {
		if err := ctx.Err(); err != nil {
			return context.Cause(ctx)
		}
		if !w.May("table_name", r.Name) || !w.May("table_schema", r.Schema) {
			continue
		}
		for _, c := range tableColumns(r) {
			w.Begin()
			w.Text("table_catalog", database(env))
			w.Text("table_schema", r.Schema)
			w.Text("table_name", r.Name)
			w.Text("column_name", c.name)
			w.Int("ordinal_position", int64(c.attr))
			if c.byDefault != "" {
				w.Text("column_default", c.byDefault)
			}
			w.Text("is_nullable", yesNo(!c.notNull))
			informationType(w, c)
			w.Text("udt_catalog", database(env))
			w.Text("udt_schema", "pg_catalog")
			w.Text("is_self_referencing", "NO")
			w.Text("is_identity", "NO")
			w.Text("identity_cycle", "NO")
			w.Text("is_generated", "NEVER")
			w.Text("is_updatable", yesNo(r.Stream != nil))
			w.End()
		}
	}
	return nil
}

// informationType fills what information_schema.columns says of a column's type.
func informationType(w *Rows, c tableColumn) {
	w.Int("dtd_identifier", int64(c.attr))
	t, ok := types.Lookup(c.oid)
	if !ok {
		w.Text("data_type", "USER-DEFINED")
		return
	}
	name := t.SQL
	switch {
	case types.ElemOf(c.oid) != 0:
		name = "ARRAY"
	case c.oid == types.BPChar:
		name = "character"
	}
	w.Text("data_type", name)
	w.Text("udt_name", t.Name)
	set := func(column string, n int64, ok bool) {
		if ok {
			w.Int(column, n)
		}
	}
	precision, hasPrecision, radix, hasRadix := types.NumberPrecision(c.oid, c.typmod)
	set("numeric_precision", precision, hasPrecision)
	set("numeric_precision_radix", radix, hasRadix)
	n, ok := types.NumberScale(c.oid, c.typmod)
	set("numeric_scale", n, ok)
	n, ok = types.DatetimePrecision(c.oid, c.typmod)
	set("datetime_precision", n, ok)
	n, ok = types.CharMaxLength(c.oid, c.typmod)
	set("character_maximum_length", n, ok)
	n, ok = types.CharOctetLength(c.oid, c.typmod)
	set("character_octet_length", n, ok)
	if fields, ok := types.IntervalType(c.oid, c.typmod); ok {
		w.Text("interval_type", fields)
	}
	switch c.oid {
	case types.Name:
		w.Text("collation_catalog", "flare")
		w.Text("collation_schema", "pg_catalog")
		w.Text("collation_name", "C")
	}
}
