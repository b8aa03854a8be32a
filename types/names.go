package types

import (
	"slices"

	"github.com/flare-pg/flare-pg/types/pgnames"
)

// Object is something with a name and an OID: what reg* types stand for. Which class it is of is told by the OID of the catalog that
// lists it; package pgnames has their names.
type Object = pgnames.Object

// Names is what exists beyond PostgreSQL's own objects, which package pgnames knows: relations, schemas, roles, functions of our own. The reg* types
// and the functions about the catalog look names up in both, through the methods of Env below. Its answers are those of one snapshot,
// and are asked for once a row: they are to be quick. What some functions need besides is asked of it by the small interfaces in this file.
type Names interface {
	// SearchPath lists the schemas of the search path that exist, without repetition. Where pg_catalog is not among them it comes first.
	SearchPath() []string
	// Find lists the objects of a class (pgnames.Relation, …) by exact schema and name; schema is "" for classes whose objects lie in none.
	Find(class OID, schema, name string) []*Object
	// ByOID finds an object by its number.
	ByOID(class, oid OID) (*Object, bool)
}

// The following are what a Names may have besides.
type (
	// IndexNames knows indexes.
	IndexNames interface {
		// IndexDefinition gives the statement that makes an index, or, where column isn't 0, the expression of that column.
		IndexDefinition(index OID, column int) (text string, ok bool)
	}
	// ViewNames knows views.
	ViewNames interface {
		// ViewDefinition gives the query of a view, ended by a semicolon.
		ViewDefinition(view OID) (text string, ok bool)
	}
	// CommentNames knows comments.
	CommentNames interface {
		// Comment gives what COMMENT ON said of an object of a class, or, where sub isn't 0, of its column of that number.
		Comment(class, object OID, sub int32) (text string, ok bool)
	}
	// ColumnNames knows relations' columns.
	ColumnNames interface {
		// Attribute gives the number of a column.
		Attribute(relation OID, column string) (attnum int16, ok bool)
		// AttributeName is its reverse.
		AttributeName(relation OID, attnum int16) (column string, ok bool)
	}
	// Privileges answers has_*_privilege and pg_has_role. Without it everything is allowed.
	Privileges interface {
		// Allowed reports whether a role may do something to an object that exists: attnum is a column's number or 0, privilege a word in upper
		// case, grant asks whether the role may pass it on.
		Allowed(role, class, object OID, attnum int16, privilege string, grant bool) bool
		// Member reports whether a role is a member of another; usage: with its rights in force by themselves, admin: and may let others in.
		Member(role, of OID, usage, admin bool) bool
	}
)

// pathOf is the search path as names are looked up: pg_catalog is always in it.
func (e *Env) pathOf() []string {
	if e == nil || e.Names == nil {
		return defaultPath
	}
	path := e.Names.SearchPath()
	if slices.Contains(path, "pg_catalog") {
		return path
	}
	return append([]string{"pg_catalog"}, path...)
}

var defaultPath = []string{"pg_catalog", "public"}

// eachSchema calls f for the schemas of the search path, in order, until it says stop. Other than pathOf it makes nothing.
func (e *Env) eachSchema(f func(schema string) (stop bool)) {
	path := defaultPath
	if e != nil && e.Names != nil {
		path = e.Names.SearchPath()
		if !slices.Contains(path, "pg_catalog") && f("pg_catalog") {
			return
		}
	}
	for _, schema := range path {
		if f(schema) {
			return
		}
	}
}

// SearchPath lists the schemas that unqualified names are looked up in; those that are searched without being named are left out unless implicit.
func (e *Env) SearchPath(implicit bool) []string {
	if implicit || e == nil || e.Names == nil {
		path := e.pathOf()
		if !implicit {
			path = path[1:]
		}
		return path
	}
	return e.Names.SearchPath()
}

// Find lists the objects of a class by exact schema and name.
func (e *Env) Find(class OID, schema, name string) []*Object {
	found := pgnames.Find(class, schema, name)
	if e == nil || e.Names == nil {
		return found
	}
	more := e.Names.Find(class, schema, name)
	switch {
	case len(found) == 0:
		return more
	case len(more) == 0:
		return found
	}
	return append(slices.Clone(found), more...)
}

// ObjectByOID finds an object by its number.
func (e *Env) ObjectByOID(class, oid OID) (*Object, bool) {
	if o, ok := pgnames.ByOID(class, oid); ok {
		return o, true
	}
	if e == nil || e.Names == nil {
		return nil, false
	}
	return e.Names.ByOID(class, oid)
}

// HasSchema reports whether there is a schema of the name.
func (e *Env) HasSchema(name string) bool { return len(e.Find(pgnames.Namespace, "", name)) > 0 }

// overloaded are the classes in which a name alone may stand for several objects.
func overloaded(class OID) bool { return class == pgnames.Function || class == pgnames.Operator }

// InPath lists what an unqualified name may mean: the object of the first schema that has one, or of functions and operators those of
// all schemas, without those that an earlier one of the same arguments hides.
func (e *Env) InPath(class OID, name string) []*Object {
	if pgnames.Schemaless(class) {
		return e.Find(class, "", name)
	}
	var all []*Object
	e.eachSchema(func(schema string) bool {
		found := e.Find(class, schema, name)
		if len(all) == 0 {
			all = found
			return len(found) > 0 && !overloaded(class)
		}
		for _, o := range found {
			if !slices.ContainsFunc(all, func(x *Object) bool { return slices.Equal(x.Args, o.Args) }) {
				all = append(slices.Clip(all), o)
			}
		}
		return false
	})
	return all
}

// Visible reports whether an object is found by its name alone (of functions and operators: with its arguments).
func (e *Env) Visible(o *Object) bool {
	if o.Schema == "" {
		return true
	}
	visible := false
	e.eachSchema(func(schema string) bool {
		if schema == o.Schema {
			visible = true
			return true
		}
		for _, other := range e.Find(o.Class, schema, o.Name) {
			if sameKey(o, other) {
				return true // it hides the one asked for
			}
		}
		return false
	})
	return visible
}

// sameKey reports whether two objects of a class and name in different schemas hide each other.
func sameKey(a, b *Object) bool {
	switch a.Class {
	case pgnames.Function, pgnames.Operator:
		return slices.Equal(a.Args, b.Args)
	case pgnames.OperatorClass, pgnames.OperatorFamily: // per access method
		return len(a.Args) > 0 && len(b.Args) > 0 && a.Args[0] == b.Args[0]
	}
	return true
}

// AppendName appends an object's name with quotes where needed, and its schema where the search path would find another or none.
func (e *Env) AppendName(dst []byte, o *Object) []byte {
	if !e.Visible(o) {
		dst = append(AppendIdent(dst, o.Schema), '.')
	}
	return AppendIdent(dst, o.Name)
}

// AppendFullName is AppendName with the schema in any case.
func AppendFullName(dst []byte, o *Object) []byte {
	if o.Schema != "" {
		dst = append(AppendIdent(dst, o.Schema), '.')
	}
	return AppendIdent(dst, o.Name)
}
