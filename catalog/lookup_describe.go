package catalog

import (
	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/function"
)

// relationWords are what pg_describe_object calls relations of a kind.
var relationWords = map[byte]string{'r': "table", 'v': "view", 'i': "index"}

// Describe implements types.Objects.
func (l Lookup) Describe(class, oid types.OID, sub int32) (string, bool) {
	switch class {
	case classRelation:
		schema, name, kind, ok := l.object(oid)
		if !ok {
			return "", false
		}
		text := dotted(schema, name)
		if found := l.Snapshot.FindObjects(class, schema, name); l.visible(found) {
			text = function.QuoteIdent(name)
		}
		text = relationWords[kind] + " " + text
		if sub != 0 {
			column, ok := l.columnName(oid, sub)
			if !ok {
				return "", false
			}
			text = "column " + function.QuoteIdent(column) + " of " + text
		}
		return text, true
	case classType:
		name, ok := l.regName(types.RegType, oid)
		return "type " + name, ok
	case classFunction:
		name, ok := l.regName(types.RegProcedure, oid)
		return "function " + name, ok
	case classOperator:
		name, ok := l.regName(types.RegOperator, oid)
		return "operator " + name, ok
	case classSchema:
		name := l.schemaName(int64(oid))
		return "schema " + function.QuoteIdent(name), name != ""
	case classRole:
		name, ok := l.roleName(oid)
		return "role " + name, ok
	case classCollation:
		name, ok := l.regName(types.RegCollation, oid)
		return "collation " + name, ok
	case classDatabase:
		for _, d := range databases {
			if d.oid == oid {
				return "database " + function.QuoteIdent(d.name), true
			}
		}
	}
	return "", false
}

// Identify implements types.Objects.
func (l Lookup) Identify(class, oid types.OID, sub int32) (types.Identity, bool) {
	switch class {
	case classRelation:
		schema, name, kind, ok := l.object(oid)
		if !ok {
			return types.Identity{}, false
		}
		out := types.Identity{Type: relationWords[kind], Schema: function.QuoteIdent(schema), Name: function.QuoteIdent(name), Identity: dotted(schema, name)}
		if sub != 0 {
			column, ok := l.columnName(oid, sub)
			if !ok {
				return types.Identity{}, false
			}
			out.Type += " column"
			out.Name = ""
			out.Identity += "." + function.QuoteIdent(column)
		}
		return out, true
	case classType:
		name, ok := l.regName(types.RegType, oid)
		out := types.Identity{Type: "type", Schema: "pg_catalog", Name: name, Identity: name}
		if t, known := types.Lookup(oid); known {
			out.Name = function.QuoteIdent(t.Name)
		}
		return out, ok
	case classFunction:
		t := l.fixed("pg_proc")
		row, ok := t.byOID(oid)
		if !ok {
			return types.Identity{}, false
		}
		schema := function.QuoteIdent(l.schemaName(t.column("pronamespace").Int(row)))
		identity := schema + "." + function.QuoteIdent(string(t.column("proname").Str(row))) + "(" + typeList(vectorOIDs(t.column("proargtypes"), row)) + ")"
		return types.Identity{Type: "function", Schema: schema, Identity: identity}, true
	case classSchema:
		name := function.QuoteIdent(l.schemaName(int64(oid)))
		return types.Identity{Type: "schema", Name: name, Identity: name}, name != `""`
	case classRole:
		name, ok := l.roleName(oid)
		name = function.QuoteIdent(name)
		return types.Identity{Type: "role", Name: name, Identity: name}, ok
	}
	return types.Identity{}, false
}

// visible reports whether a relation is found by its name alone.
func (l Lookup) visible(found []*types.Object) bool {
	return len(found) == 1 && (&types.Env{Names: pathOnly{l.Snapshot, l.Path}}).Visible(found[0])
}

// pathOnly is a snapshot with a search path, as types.Names.
type pathOnly struct {
	*Snapshot
	path []string
}

func (p pathOnly) SearchPath() []string { return p.path }
func (p pathOnly) Find(class types.OID, schema, name string) []*types.Object {
	return p.FindObjects(class, schema, name)
}
func (p pathOnly) ByOID(class, oid types.OID) (*types.Object, bool) { return p.ObjectByOID(class, oid) }
