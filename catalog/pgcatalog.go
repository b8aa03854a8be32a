package catalog

import (
	"cmp"
	"context"
	_ "embed"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"sync"

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
	heapMethod        types.OID = 2
	collationDefault  types.OID = 100
	collationC        types.OID = 950
)

// namespace is a row of pg_namespace.
type namespace struct {
	oid  types.OID
	name string
}

// namespaces lists the schemas: PostgreSQL's, our own, and those that streams lie in.
func (s *Snapshot) namespaces() []namespace {
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

func (s *Snapshot) namespaceOID(name string) types.OID {
	for _, n := range s.namespaces() {
		if n.name == name {
			return n.oid
		}
	}
	return 0
}

// owner is who owns everything until there are roles: the role that asks.
func owner(env *types.Env) string {
	if env != nil && env.User != "" {
		return env.User
	}
	return "flare"
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

func rowsNamespace(_ context.Context, s *Snapshot, _ *types.Env, w *Rows) error {
	for _, n := range s.namespaces() {
		w.Begin()
		w.OID("oid", n.oid)
		w.Text("nspname", n.name)
		w.OID("nspowner", bootstrapRole)
		w.End()
	}
	return nil
}

func rowsClass(_ context.Context, s *Snapshot, _ *types.Env, w *Rows) error {
	for _, r := range s.all() {
		kind := relkind(r)
		w.Begin()
		w.OID("oid", r.OID)
		w.Text("relname", r.Name)
		w.OID("relnamespace", s.namespaceOID(r.Schema))
		w.OID("relowner", bootstrapRole)
		if kind == "r" {
			w.OID("relam", heapMethod)
		}
		w.Float("reltuples", -1) // never counted
		w.Text("relpersistence", "p")
		w.Text("relkind", kind)
		w.Int("relnatts", int64(len(tableColumns(r))))
		w.Bool("relispopulated", true)
		w.Bool("relhasindex", r.Stream != nil && s.indexed(r.Stream))
		if r.Stream != nil && len(r.Stream.Table.Options) > 0 {
			w.Text("reloptions", r.Stream.Table.options())
		}
		w.Text("relreplident", map[bool]string{true: "d", false: "n"}[r.Stream != nil])
		w.End()
	}
	rowsIndexClass(s, w)
	return nil
}

func rowsAttribute(ctx context.Context, s *Snapshot, _ *types.Env, w *Rows) error {
	for _, r := range s.all() {
		if err := ctx.Err(); err != nil {
			return context.Cause(ctx)
		}
		for _, c := range tableColumns(r) {
			w.Begin()
			w.OID("attrelid", r.OID)
			w.Text("attname", c.name)
			w.OID("atttypid", c.oid)
			w.Int("attstattarget", -1)
			w.Int("attnum", int64(c.attr))
			w.Int("attcacheoff", -1)
			w.Int("atttypmod", int64(c.typmod))
			if t, ok := types.Lookup(c.oid); ok {
				p := typePhysics(c.oid)
				w.Int("attlen", int64(t.Len))
				w.Bool("attbyval", p.byValue)
				w.Text("attalign", p.align)
				w.Text("attstorage", p.storage)
				w.OID("attcollation", p.collation)
				if types.ElemOf(c.oid) != 0 {
					w.Int("attndims", 1)
				}
			}
			w.Bool("attnotnull", c.notNull)
			w.Bool("atthasdef", c.byDefault != "")
			w.Bool("attislocal", true)
			w.End()
		}
	}
	return nil
}

// typesText is what pg_type says of a type beyond what package types needs, a line each: oid typalign typstorage typbyval
// typtype typinput typoutput typreceive typsend typmodin typmodout typcollation typsubscript typrelid (PostgreSQL 15).
//
//go:embed types.txt
var typesText string

// physics is a line of typesText.
type physics struct {
	align, storage                                         string
	byValue                                                bool
	kind                                                   string
	input, output, receive, send, modIn, modOut, subscript types.OID
	collation, relation                                    types.OID
}

var typeLines = sync.OnceValue(func() map[types.OID]physics {
	out := map[types.OID]physics{}
	for line := range strings.Lines(typesText) {
		f := strings.Fields(line)
		if len(f) != 14 {
			panic("catalog: bad line in types.txt: " + line)
		}
		oid := func(i int) types.OID { return types.OID(number(f[i])) }
		out[oid(0)] = physics{
			align: f[1], storage: f[2], byValue: f[3] == "t", kind: f[4], input: oid(5), output: oid(6), receive: oid(7), send: oid(8),
			modIn: oid(9), modOut: oid(10), collation: oid(11), subscript: oid(12), relation: oid(13),
		}
	}
	return out
})

// typePhysics gives what PostgreSQL says of a type's storage; of one that it lacks, what any variable-width type has.
func typePhysics(oid types.OID) physics {
	if p, ok := typeLines()[oid]; ok {
		return p
	}
	return physics{align: "i", storage: "x", kind: "b"}
}

func rowsType(_ context.Context, _ *Snapshot, _ *types.Env, w *Rows) error {
	for _, t := range types.All() {
		p := typePhysics(t.OID)
		w.Begin()
		w.OID("oid", t.OID)
		w.Text("typname", t.Name)
		w.OID("typnamespace", schemaCatalog)
		w.OID("typowner", bootstrapRole)
		w.Int("typlen", int64(t.Len))
		w.Bool("typbyval", p.byValue)
		w.Text("typtype", p.kind)
		w.Text("typcategory", string(t.Category))
		w.Bool("typispreferred", t.Preferred)
		w.Bool("typisdefined", true)
		w.Text("typdelim", ",")
		w.OID("typrelid", 0)
		w.OID("typsubscript", p.subscript)
		if t.OID == types.Name { // it can be subscripted, though it is no array
			w.OID("typelem", types.Char)
		}
		w.OID("typelem", t.Elem)
		w.OID("typarray", t.Array)
		w.OID("typinput", p.input)
		w.OID("typoutput", p.output)
		w.OID("typreceive", p.receive)
		w.OID("typsend", p.send)
		w.OID("typmodin", p.modIn)
		w.OID("typmodout", p.modOut)
		w.Text("typalign", p.align)
		w.Text("typstorage", p.storage)
		w.Int("typtypmod", -1)
		w.OID("typcollation", p.collation)
		w.End()
	}
	return nil
}

// rowsDefaults fills pg_attrdef. A default's expression is its text, which is what pg_get_expr makes of it.
func rowsDefaults(_ context.Context, s *Snapshot, _ *types.Env, w *Rows) error {
	for _, st := range s.streams {
		for _, c := range st.Own() {
			if c.Declared.Default == "" || c.Attr <= 0 {
				continue
			}
			w.Begin()
			w.OID("oid", defaultOIDs+st.OID<<11+types.OID(c.Attr)) // no relation has so high a number
			w.OID("adrelid", st.OID)
			w.Int("adnum", int64(c.Attr))
			w.Text("adbin", c.Declared.Default)
			w.End()
		}
	}
	return nil
}

// defaultOIDs is where the OIDs of defaults begin.
const defaultOIDs types.OID = 1 << 31

func rowsDatabase(_ context.Context, _ *Snapshot, env *types.Env, w *Rows) error {
	w.Begin()
	w.OID("oid", databaseFlare)
	w.Text("datname", database(env))
	w.OID("datdba", bootstrapRole)
	w.Int("encoding", 6) // UTF8
	w.Text("datlocprovider", "c")
	w.Bool("datallowconn", true)
	w.Int("datconnlimit", -1)
	w.OID("dattablespace", 1663) // pg_default
	w.Text("datcollate", "C")
	w.Text("datctype", "C.UTF-8")
	w.End()
	return nil
}

// rowsRole fills pg_roles, pg_authid, pg_user and pg_shadow: until there are roles, who asks is the only one, and may do everything.
func rowsRole(_ context.Context, _ *Snapshot, env *types.Env, w *Rows) error {
	w.Begin()
	w.OID("oid", bootstrapRole)
	w.Text("rolname", owner(env))
	for _, right := range []string{"rolsuper", "rolinherit", "rolcreaterole", "rolcreatedb", "rolcanlogin", "rolreplication", "rolbypassrls"} {
		w.Bool(right, true)
	}
	w.Int("rolconnlimit", -1)
	if w.layout.name == "pg_roles" {
		w.Text("rolpassword", "********")
	}
	w.Text("usename", owner(env))
	w.OID("usesysid", bootstrapRole)
	for _, right := range []string{"usecreatedb", "usesuper", "userepl", "usebypassrls"} {
		w.Bool(right, true)
	}
	if w.layout.name == "pg_user" {
		w.Text("passwd", "********")
	}
	w.End()
	return nil
}

func rowsTables(_ context.Context, s *Snapshot, env *types.Env, w *Rows) error {
	for _, r := range s.all() {
		if relkind(r) != "r" {
			continue
		}
		w.Begin()
		w.Text("schemaname", r.Schema)
		w.Text("tablename", r.Name)
		w.Text("tableowner", owner(env))
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
		if relkind(r) != "v" {
			continue
		}
		w.Begin()
		w.Text("schemaname", r.Schema)
		w.Text("viewname", r.Name)
		w.Text("viewowner", owner(env))
		if r.View != nil && w.Wants("definition") {
			w.Text("definition", s.ViewDefinition(r.View, searchPath(env)))
		}
		w.End()
	}
	return nil
}

// rowsAccessMethod lists the one way that tables are kept, and what indexes are called.
func rowsAccessMethod(_ context.Context, _ *Snapshot, _ *types.Env, w *Rows) error {
	w.Begin()
	w.OID("oid", heapMethod)
	w.Text("amname", "heap")
	w.OID("amhandler", 3)
	w.Text("amtype", "t")
	w.End()
	w.Begin()
	w.OID("oid", btreeMethod)
	w.Text("amname", "btree")
	w.OID("amhandler", 330)
	w.Text("amtype", "i")
	w.End()
	return nil
}

func init() {
	for name, rows := range map[string]func(context.Context, *Snapshot, *types.Env, *Rows) error{
		"pg_namespace": rowsNamespace, "pg_class": rowsClass, "pg_attribute": rowsAttribute, "pg_type": rowsType, "pg_database": rowsDatabase,
		"pg_roles": rowsRole, "pg_authid": rowsRole, "pg_user": rowsRole, "pg_shadow": rowsRole, "pg_tables": rowsTables, "pg_views": rowsViews,
		"pg_am": rowsAccessMethod, "pg_attrdef": rowsDefaults, "pg_description": rowsDescription, "pg_shdescription": rowsSharedDescription,
	} {
		builtin["pg_catalog."+name] = maker{rows: rows}
	}
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
