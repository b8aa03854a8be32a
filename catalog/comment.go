package catalog

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/function"
)

// commentKind is the kind of a comment's object in the MANIFEST: by what it is about, as "class/object/column" in decimal, the text as it is.
const commentKind = "comment"

// OIDs of the catalogs that list what comments are about, as in pg_description.classoid.
const (
	ClassRelation  types.OID = 1259 // pg_class: tables, views, indexes, and, with a column's attnum, their columns
	ClassNamespace types.OID = 2615 // pg_namespace
	ClassRole      types.OID = 1260 // pg_authid, shared
	ClassDatabase  types.OID = 1262 // pg_database, shared
)

// Comment is what COMMENT ON said of something.
type Comment struct {
	Class, Object types.OID
	Sub           int32 // a column's attnum; 0: the whole
	Text          string
}

func commentKey(class, object types.OID, sub int32) engine.ObjectKey {
	part := func(n int64) string { return strconv.FormatInt(n, 10) }
	return engine.ObjectKey{Kind: commentKind, Name: part(int64(class)) + "/" + part(int64(object)) + "/" + part(int64(sub))}
}

// PutComment sets a comment, or, where the text is empty, takes it away.
func PutComment(e *engine.SchemaEdit, c Comment) {
	o := engine.Object{ObjectKey: commentKey(c.Class, c.Object, c.Sub)}
	if c.Text != "" {
		o.Data = []byte(c.Text)
	}
	e.Put(o)
}

// dropComments takes away what was said of something that is gone, and of its columns.
func dropComments(e *engine.SchemaEdit, class, object types.OID) {
	prefix := strings.TrimSuffix(commentKey(class, object, 0).Name, "0")
	var gone []engine.Object
	for key := range e.Schema().Objects {
		if key.Kind == commentKind && strings.HasPrefix(key.Name, prefix) {
			gone = append(gone, engine.Object{ObjectKey: key})
		}
	}
	slices.SortFunc(gone, func(a, b engine.Object) int { return cmp.Compare(a.Name, b.Name) })
	e.Put(gone...)
}

// Comment gives what was said of something: sub is a column's attnum, or 0. Of a core column there is always something to say.
func (s *Snapshot) Comment(class, object types.OID, sub int32) (string, bool) {
	if text, ok := s.schema.Objects[commentKey(class, object, sub)]; ok {
		return string(text), true
	}
	switch class {
	case ClassRelation:
		return s.coreComment(object, sub)
	case classFunction:
		text, ok := function.OwnComments()[object]
		return text, ok
	}
	return "", false
}

// Comments lists what COMMENT ON said, in order of what they are about.
func (s *Snapshot) Comments() []Comment {
	var out []Comment
	for key, text := range s.schema.Objects {
		parts := strings.Split(key.Name, "/")
		if key.Kind != commentKind || len(parts) != 3 {
			continue
		}
		var n [3]int64
		bad := false
		for i, p := range parts {
			var err error
			n[i], err = strconv.ParseInt(p, 10, 64)
			bad = bad || err != nil
		}
		if !bad {
			out = append(out, Comment{types.OID(n[0]), types.OID(n[1]), int32(n[2]), string(text)})
		}
	}
	slices.SortFunc(out, func(a, b Comment) int {
		return cmp.Or(cmp.Compare(a.Class, b.Class), cmp.Compare(a.Object, b.Object), cmp.Compare(a.Sub, b.Sub))
	})
	return out
}

// SchemaOID gives a schema's OID; 0: there is none of that name.
func (s *Snapshot) SchemaOID(name string) types.OID { return s.namespaceOID(name) }

// DatabaseOID is the OID of the one database that there is, by whatever name it was asked for.
const DatabaseOID = databaseFlare

// BootstrapRole is the OID of the first superuser, who owns what nobody else does.
const BootstrapRole = bootstrapRole

// RelationColumn finds a column of a relation by its name, and gives its attnum; ok is false where there is none, or none that has one.
func RelationColumn(r Relation, name string) (attr int16, ok bool) {
	for _, c := range tableColumns(r) {
		if c.name == name {
			return c.attr, true
		}
	}
	return 0, false
}
