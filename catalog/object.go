package catalog

import (
	"sync"

	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/pgnames"
)

// objectIndex finds what exists under a snapshot by name and by number, for the reg* types and the functions about the catalog: relations, indexes,
// schemas. PostgreSQL's own schemas and types are not in it, as package pgnames knows them.
type objectIndex struct {
	once   sync.Once
	byName map[objectName][]*types.Object
	byOID  map[objectNumber]*types.Object
}

type objectName struct {
	class        types.OID
	schema, name string
}

type objectNumber struct{ class, oid types.OID }

func (x *objectIndex) add(o *types.Object) {
	name := objectName{o.Class, o.Schema, o.Name}
	x.byName[name] = append(x.byName[name], o)
	x.byOID[objectNumber{o.Class, o.OID}] = o
}

// objectIndex makes the objects of a snapshot, the first time.
func (s *Snapshot) objectIndex() *objectIndex {
	x := &s.objects
	x.once.Do(func() {
		x.byName, x.byOID = map[objectName][]*types.Object{}, map[objectNumber]*types.Object{}
		for _, r := range s.relations {
			x.add(&types.Object{Class: pgnames.Relation, OID: r.OID, Schema: r.Schema, Name: r.Name, Kind: relkind(r)[0]})
		}
		for _, r := range s.relations {
			if r.Source != nil {
				continue // PostgreSQL's own, or without one
			}
			name := types.QuoteIdent(r.Name)
			x.add(&types.Object{Class: pgnames.Type, OID: rowTypeOIDs + r.OID, Schema: r.Schema, Name: r.Name, Kind: 'c', Within: r.OID, Display: name})
			x.add(&types.Object{Class: pgnames.Type, OID: rowArrayOIDs + r.OID, Schema: r.Schema, Name: "_" + r.Name, Kind: 'b', Display: name + "[]"})
		}
		for _, i := range s.indexes {
			x.add(&types.Object{Class: pgnames.Relation, OID: i.OID, Schema: i.Schema, Name: i.Name, Kind: 'i', Within: i.Stream.OID})
		}
		for _, n := range s.spaces {
			if len(pgnames.Find(pgnames.Namespace, "", n.name)) == 0 {
				x.add(&types.Object{Class: pgnames.Namespace, OID: n.oid, Name: n.name})
			}
		}
	})
	return x
}

// FindObjects lists the objects of a class by exact schema and name, as types.Names has it.
func (s *Snapshot) FindObjects(class types.OID, schema, name string) []*types.Object {
	return s.objectIndex().byName[objectName{class, schema, name}]
}

// ObjectByOID finds an object by its number.
func (s *Snapshot) ObjectByOID(class, oid types.OID) (*types.Object, bool) {
	o, ok := s.objectIndex().byOID[objectNumber{class, oid}]
	return o, ok
}

// Attribute gives the number of a relation's column.
func (s *Snapshot) Attribute(relation types.OID, column string) (int16, bool) {
	if r, ok := s.RelationByOID(relation); ok {
		for _, c := range tableColumns(r) {
			if c.name == column {
				return c.attr, true
			}
		}
	}
	return 0, false
}

// AttributeName gives the name of a relation's column.
func (s *Snapshot) AttributeName(relation types.OID, attnum int16) (string, bool) {
	if r, ok := s.RelationByOID(relation); ok {
		for _, c := range tableColumns(r) {
			if c.attr == attnum {
				return c.name, true
			}
		}
	}
	return "", false
}

// IndexDefinition gives the statement that makes an index, or the expression of one of its columns.
func (s *Snapshot) IndexDefinition(index types.OID, column int) (string, bool) {
	x, ok := s.IndexByOID(index)
	switch {
	case !ok:
		return "", false
	case column == 0:
		return x.Definition(), true
	case column == 1: // the only one that an index can have
		return `"timestamp"`, true
	}
	return "", true
}
