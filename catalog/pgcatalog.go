package catalog

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strconv"

	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
)

// OIDs that PostgreSQL gives its own objects.
const (
	schemaCatalog     types.OID = 11
	schemaPublic      types.OID = 2200
	schemaInformation types.OID = 13207
	schemaFlare       types.OID = 14999
	bootstrapRole     types.OID = 10
	databaseFlare     types.OID = 14998
	databasePostgres  types.OID = 5
	databaseUser      types.OID = 14997
	heapMethod        types.OID = 2
)

// namespace is a row of pg_namespace.
type namespace struct {
	oid  types.OID
	name string
}

// findNamespaces lists the schemas: PostgreSQL's, our own, and those that streams lie in.
func (s *Snapshot) findNamespaces() []namespace {
	out := []namespace{{schemaCatalog, "pg_catalog"}, {schemaPublic, PublicSchema}, {schemaInformation, "information_schema"}, {schemaFlare, "flare"}}
	for key, text := range s.schema.Objects {
		var o schemaObject
		if key.Kind == schemaKind && json.Unmarshal(text, &o) == nil {
			out = append(out, namespace{o.OID, key.Name})
		}
	}
	slices.SortFunc(out[4:], func(a, b namespace) int { return cmp.Compare(a.oid, b.oid) })
	for _, st := range s.streams {
		known := false
		for _, n := range out {
			known = known || n.name == st.Schema
		}
		if !known { // a stream that was made without SQL: its schema has a number of its own, out of the streams' way
			out = append(out, namespace{1<<30 + st.OID, st.Schema})
		}
	}
	return out
}

// fixedNamespace gives the OID of a schema that holds system relations.
func fixedNamespace(name string) types.OID {
	switch name {
	case "pg_catalog":
		return schemaCatalog
	case "information_schema":
		return schemaInformation
	}
	return schemaFlare
}

func (s *Snapshot) namespaceOID(name string) types.OID {
	for _, n := range s.spaces {
		if n.name == name {
			return n.oid
		}
	}
	return 0
}

func database(env *types.Env) string {
	if env != nil && env.Database != "" {
		return env.Database
	}
	return "flare"
}

// tableColumn is a column of any relation, as pg_attribute and information_schema.columns show it.
type tableColumn struct {
	name    string
	oid     types.OID
	typmod  int32
	attr    int16
	notNull bool
	// byDefault is the default as SQL; "" for none.
	byDefault string
}

// tableColumns lists a relation's columns. A stream's hidden core columns are among them: they can be selected.
func tableColumns(r Relation) []tableColumn {
	var out []tableColumn
	if r.Stream != nil {
		for i := range r.Stream.Columns {
			c := &r.Stream.Columns[i]
			if !c.Core && c.Declared == nil {
				if _, hidden := r.Stream.Core(c.Name); hidden {
					continue // reached through properties->>'…' only
				}
			}
			if c.Attr <= 0 {
				continue // a declared table's other columns
			}
			t := tableColumn{name: c.Name, oid: c.Type, typmod: c.Typmod, attr: c.Attr, notNull: c.Core && c.Name == "timestamp"}
			if c.Declared != nil {
				t.notNull, t.byDefault = c.Declared.NotNull, c.Declared.Default
			}
			out = append(out, t)
		}
		return out
	}
	if r.View != nil {
		for i, c := range r.View.Columns {
			out = append(out, tableColumn{name: c.Name, oid: c.Type, typmod: c.Typmod, attr: int16(i + 1)})
		}
		return out
	}
	src, ok := r.Source.(*systemSource)
	if !ok {
		return nil
	}
	for i, c := range src.relation.columns {
		out = append(out, tableColumn{name: c.Name, oid: c.Type, typmod: c.Typmod, attr: c.Attr, notNull: src.relation.notNull[i]})
	}
	return out
}

func relkind(r Relation) string {
	if src, ok := r.Source.(*systemSource); ok {
		return string(src.relation.kind)
	}
	if r.View != nil {
		return "v"
	}
	return "r"
}

// knownDefaults fills pg_attrdef. A default's expression is its text, which is what pg_get_expr makes of it.
func knownDefaults(s *Snapshot, w *Rows) {
	for _, st := range s.streams {
		for _, c := range st.Own() {
			if c.Declared.Default == "" || c.Attr <= 0 {
				continue
			}
			w.Begin()
			w.OID("oid", attributeOID(defaultOIDs, st.OID, c.Attr)) // no relation has so high a number
			w.OID("adrelid", st.OID)
			w.Int("adnum", int64(c.Attr))
			w.Text("adbin", c.Declared.Default)
			w.End()
		}
	}
}

// defaultOIDs is where the OIDs of defaults begin.
const defaultOIDs types.OID = 1 << 31

func rowsTables(_ context.Context, s *Snapshot, env *types.Env, w *Rows) error {
	for _, r := range s.all() {
		if relkind(r) != "r" || !w.May("tablename", r.Name) || !w.May("schemaname", r.Schema) {
			continue
		}
		w.Begin()
		w.Text("schemaname", r.Schema)
		w.Text("tablename", r.Name)
		w.Text("tableowner", s.ownerName(env, s.RelationRights(r)))
		w.Bool("hasindexes", r.Stream != nil && s.indexed(r.Stream))
		for _, c := range []string{"hasrules", "hastriggers", "rowsecurity"} {
			w.Bool(c, false)
		}
		w.End()
	}
	return nil
}

func rowsViews(_ context.Context, s *Snapshot, env *types.Env, w *Rows) error {
	for _, r := range s.all() {
		if relkind(r) != "v" || !w.May("viewname", r.Name) || !w.May("schemaname", r.Schema) {
			continue
		}
		w.Begin()
		w.Text("schemaname", r.Schema)
		w.Text("viewname", r.Name)
		w.Text("viewowner", s.ownerName(env, s.RelationRights(r)))
		if r.View != nil && w.Wants("definition") {
			w.Text("definition", s.ViewDefinition(r.View, searchPath(env)))
		}
		w.End()
	}
	return nil
}

func init() {
	builtin["pg_catalog.pg_tables"] = maker{rows: rowsTables}
	builtin["pg_catalog.pg_views"] = maker{rows: rowsViews}
	builtin["pg_catalog.pg_attrdef"] = maker{known: knownDefaults}
	builtin["pg_catalog.pg_description"] = maker{known: knownDescriptions}
	builtin["pg_catalog.pg_shdescription"] = maker{known: knownSharedDescriptions}
}

// oidList is an oidvector's text form.
func oidList(oids []types.OID) string {
	var b []byte
	for i, o := range oids {
		if i > 0 {
			b = append(b, ' ')
		}
		b = strconv.AppendUint(b, uint64(o), 10)
	}
	return string(b)
}

var _ plan.Source = (*systemSource)(nil)
