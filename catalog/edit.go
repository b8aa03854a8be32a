package catalog

import (
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/types"
)

// Changes of what exists. They are steps of a SchemaEdit's change, which is made anew over whatever schema there is when the transaction
// commits; so each checks what it needs by itself. Errors are *types.Error, PostgreSQL's.

// CreateTable makes a stream with its columns.
func CreateTable(e *engine.SchemaEdit, id engine.StreamID, schema, name string, t *Table) error {
	if !hasSchema(e.Schema(), schema) {
		return noSchema(schema)
	}
	if err := freeName(e.Schema(), schema, name, id); err != nil {
		return err
	}
	if err := e.CreateStream(id, schema, name); err != nil {
		return editError(err, name)
	}
	return put(e, id, t)
}

// DropTable removes a stream with its events. schema and name are for the error.
func DropTable(e *engine.SchemaEdit, id engine.StreamID, name string) error {
	for _, g := range e.Schema().StreamSignals(id) {
		if err := DropIndex(e, g.ID, g.Name); err != nil {
			return err
		}
	}
	if err := e.DropStream(id); err != nil {
		return editError(err, name)
	}
	e.Put(engine.Object{ObjectKey: tableKey(id)})
	dropComments(e, ClassRelation, firstStreamOID+types.OID(id))
	return nil
}

// MoveTable gives a stream another schema and name.
func MoveTable(e *engine.SchemaEdit, id engine.StreamID, schema, name string) error {
	if !hasSchema(e.Schema(), schema) {
		return noSchema(schema)
	}
	if err := freeName(e.Schema(), schema, name, id); err != nil {
		return err
	}
	return editError(e.RenameStream(id, schema, name), name)
}

// AlterTable changes what SQL says of a stream. The table that change is given is its own to change.
func AlterTable(e *engine.SchemaEdit, id engine.StreamID, name string, change func(t *Table) error) error {
	if e.Schema().Stream(id) == nil {
		return editError(engine.ErrNoStream, name)
	}
	t := tableOf(e.Schema(), id)
	if err := change(t); err != nil {
		return err
	}
	return put(e, id, t)
}

// put writes a table, and declares the properties that its columns are.
func put(e *engine.SchemaEdit, id engine.StreamID, t *Table) error {
	for i := range t.Columns {
		c := &t.Columns[i]
		if c.Core != "" {
			continue
		}
		if p := e.Schema().Stream(id).Property(c.Member); p != nil && p.Declared && types.OID(p.Type) == c.Type {
			continue
		}
		if err := e.Declare(id, []string{c.Member}, uint32(c.Type)); err != nil {
			return err
		}
	}
	text, err := json.Marshal(t)
	if err != nil {
		return err
	}
	e.Put(engine.Object{ObjectKey: tableKey(id), Data: text})
	return nil
}

// CreateSchema makes a schema. oid is a number that nothing else has.
func CreateSchema(e *engine.SchemaEdit, name string, oid engine.StreamID) error {
	if hasSchema(e.Schema(), name) {
		return types.Errorf("42P06", "schema %q already exists", name)
	}
	text, err := json.Marshal(schemaObject{OID: firstStreamOID + types.OID(oid)})
	if err != nil {
		return err
	}
	e.Put(engine.Object{ObjectKey: engine.ObjectKey{Kind: schemaKind, Name: name}, Data: text})
	return nil
}

// DropSchema removes a schema, and with cascade the streams and views in it.
func DropSchema(e *engine.SchemaEdit, name string, cascade bool) error {
	if !hasSchema(e.Schema(), name) {
		return noSchema(name)
	}
	inside := slices.DeleteFunc(slices.Clone(e.Schema().Streams), func(s *engine.StreamSchema) bool { return s.Schema != name })
	views := slices.DeleteFunc(viewsOf(e.Schema()), func(v *View) bool { return v.Schema != name })
	if len(inside)+len(views) > 0 && !cascade {
		var detail []string
		for _, s := range inside {
			detail = append(detail, "table "+quoteName(s.Schema)+"."+quoteName(s.Name)+" depends on schema "+quoteName(name))
		}
		for _, v := range views {
			detail = append(detail, "view "+quoteName(v.Schema)+"."+quoteName(v.Name)+" depends on schema "+quoteName(name))
		}
		return types.Errorf("2BP01", "cannot drop schema %s because other objects depend on it", quoteName(name)).
			WithDetail("%s", strings.Join(detail, "\n")).WithHint("Use DROP ... CASCADE to drop the dependent objects too.")
	}
	var going []types.OID
	for _, v := range views {
		going = append(going, v.OID)
		if err := DropView(e, v.ID, v.Name); err != nil {
			return err
		}
	}
	for _, s := range inside {
		going = append(going, firstStreamOID+types.OID(s.ID))
	}
	if err := DropViewsOn(e, going, true); err != nil {
		return err
	}
	for _, s := range inside {
		if err := DropTable(e, s.ID, s.Name); err != nil {
			return err
		}
	}
	var o schemaObject
	if json.Unmarshal(e.Schema().Objects[engine.ObjectKey{Kind: schemaKind, Name: name}], &o) == nil {
		dropComments(e, ClassNamespace, o.OID)
	}
	e.Put(engine.Object{ObjectKey: engine.ObjectKey{Kind: schemaKind, Name: name}})
	return nil
}

// RenameSchema gives a schema another name, and its streams and views with it.
func RenameSchema(e *engine.SchemaEdit, old, name string) error {
	key := engine.ObjectKey{Kind: schemaKind, Name: old}
	text, ok := e.Schema().Objects[key]
	if !ok {
		return noSchema(old)
	}
	if hasSchema(e.Schema(), name) {
		return types.Errorf("42P06", "schema %q already exists", name)
	}
	e.Put(engine.Object{ObjectKey: engine.ObjectKey{Kind: schemaKind, Name: name}, Data: text}, engine.Object{ObjectKey: key})
	for _, s := range e.Schema().Streams {
		if s.Schema == old {
			if err := e.RenameStream(s.ID, name, s.Name); err != nil {
				return editError(err, s.Name)
			}
		}
	}
	return moveViews(e, old, name)
}

// hasSchema tells whether streams can be in a schema.
// HasSchema reports whether a schema of streams is there.
func HasSchema(s *engine.Schema, name string) bool { return hasSchema(s, name) }

// tempPrefix begins the names of the schemas of temporary tables: each session has one of its own.
const tempPrefix = "pg_temp_"

// TempSchema reports whether a schema is one of temporary tables.
func TempSchema(name string) bool { return strings.HasPrefix(name, tempPrefix) }

// TempSchemaOf is the schema of the temporary tables of the session with a process ID.
func TempSchemaOf(pid uint32) string { return tempPrefix + strconv.FormatUint(uint64(pid), 10) }

// TempSchemas lists those that are there.
func TempSchemas(s *engine.Schema) (out []string) {
	for key := range s.Objects {
		if key.Kind == schemaKind && TempSchema(key.Name) {
			out = append(out, key.Name)
		}
	}
	return out
}

func hasSchema(s *engine.Schema, name string) bool {
	_, ok := s.Objects[engine.ObjectKey{Kind: schemaKind, Name: name}]
	return ok || name == PublicSchema
}

func noSchema(name string) error {
	return types.Errorf(types.CodeInvalidSchemaName, "schema %q does not exist", name)
}

// editError says in PostgreSQL's words what stands against a change of a relation.
func editError(err error, name string) error {
	switch {
	case errors.Is(err, engine.ErrStreamExists):
		return types.Errorf("42P07", "relation %q already exists", name)
	case errors.Is(err, engine.ErrNoStream):
		return types.Errorf(types.CodeUndefinedTable, "relation %q does not exist", name)
	}
	return err
}

// quoteName quotes an identifier where that is needed to read it back.
func quoteName(name string) string {
	plain := name != ""
	for i := 0; i < len(name); i++ {
		c := name[i]
		plain = plain && (c == '_' || c >= 'a' && c <= 'z' || i > 0 && c >= '0' && c <= '9')
	}
	if plain {
		return name
	}
	return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
}
