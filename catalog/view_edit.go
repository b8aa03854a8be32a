package catalog

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/types"
)

// PutView makes a view, or, with replace, changes the one that has its id.
func PutView(e *engine.SchemaEdit, v *View, replace bool) error {
	if !hasSchema(e.Schema(), v.Schema) {
		return noSchema(v.Schema)
	}
	if _, there := e.Schema().Objects[viewKey(v.ID)]; replace && !there {
		return editError(engine.ErrNoStream, v.Name)
	}
	if err := freeName(e.Schema(), v.Schema, v.Name, v.ID); err != nil {
		return err
	}
	for _, p := range v.Query {
		if p.Relation != 0 && !hasRelation(e.Schema(), p.Relation) {
			return types.Errorf(types.CodeUndefinedTable, "relation %q does not exist", p.Alias)
		}
	}
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	e.Put(engine.Object{ObjectKey: viewKey(v.ID), Data: text})
	return nil
}

// AlterView changes a view by its id. The view that change is given is its own to change.
func AlterView(e *engine.SchemaEdit, id engine.StreamID, name string, change func(v *View) error) error {
	for _, v := range viewsOf(e.Schema()) {
		if v.ID != id {
			continue
		}
		if err := change(v); err != nil {
			return err
		}
		return PutView(e, v, true)
	}
	return editError(engine.ErrNoStream, name)
}

// DropView removes a view.
func DropView(e *engine.SchemaEdit, id engine.StreamID, name string) error {
	if _, there := e.Schema().Objects[viewKey(id)]; !there {
		return editError(engine.ErrNoStream, name)
	}
	e.Put(engine.Object{ObjectKey: viewKey(id)})
	dropComments(e, ClassRelation, firstStreamOID+types.OID(id))
	return nil
}

// DropViewsOn removes the views that read relations which are about to go, and the views on those. Without cascade there must be none
// but those that go themselves.
func DropViewsOn(e *engine.SchemaEdit, going []types.OID, cascade bool) error {
	all := viewsOf(e.Schema())
	chain := Dependents(all, going)
	if len(chain) > 0 && !cascade {
		names := map[types.OID]string{}
		for _, v := range all {
			names[v.OID] = "view " + quoteName(v.Schema) + "." + quoteName(v.Name)
		}
		for _, s := range e.Schema().Streams {
			names[firstStreamOID+types.OID(s.ID)] = "table " + quoteName(s.Schema) + "." + quoteName(s.Name)
		}
		return DependencyError(going, chain, func(oid types.OID) string { return names[oid] })
	}
	for _, d := range chain {
		if err := DropView(e, d.View.ID, d.View.Name); err != nil {
			return err
		}
	}
	return nil
}

// Dependent is a view that falls with a relation that it reads.
type Dependent struct {
	View *View
	On   types.OID
}

// Dependents finds the views among all that read the relations in going, directly or through others, and aren't among them. Each is
// named once, those nearest to what goes first.
func Dependents(all []*View, going []types.OID) []Dependent {
	var out []Dependent
	seen := slices.Clone(going)
	for i := 0; i < len(seen); i++ {
		for _, v := range viewsOn(all, seen[i]) {
			if !slices.Contains(seen, v.OID) {
				seen = append(seen, v.OID)
				out = append(out, Dependent{v, seen[i]})
			}
		}
	}
	return out
}

// DependencyError says that something can't be dropped because of the views on it. name describes a relation: "view v".
func DependencyError(going []types.OID, chain []Dependent, name func(types.OID) string) *types.Error {
	var detail []string
	for _, d := range chain {
		detail = append(detail, name(d.View.OID)+" depends on "+name(d.On))
	}
	e := types.Errorf("2BP01", "cannot drop desired object(s) because other objects depend on them")
	if len(going) == 1 {
		e = types.Errorf("2BP01", "cannot drop %s because other objects depend on it", name(going[0]))
	}
	return e.WithDetail("%s", strings.Join(detail, "\n")).WithHint("Use DROP ... CASCADE to drop the dependent objects too.")
}

// moveViews gives the views of a schema that is renamed its new name.
func moveViews(e *engine.SchemaEdit, old, name string) error {
	for _, v := range viewsOf(e.Schema()) {
		if v.Schema != old {
			continue
		}
		v.Schema = name
		if err := PutView(e, v, true); err != nil {
			return err
		}
	}
	return nil
}

// freeName checks that no other relation has a name.
func freeName(s *engine.Schema, schema, name string, id engine.StreamID) error {
	if t := s.Lookup(schema, name); t != nil && t.ID != id {
		return editError(engine.ErrStreamExists, name)
	}
	for _, v := range viewsOf(s) {
		if v.Schema == schema && v.Name == name && v.ID != id {
			return editError(engine.ErrStreamExists, name)
		}
	}
	return nil
}

// hasRelation tells whether a stream or view is there.
func hasRelation(s *engine.Schema, oid types.OID) bool {
	id := engine.StreamID(oid - firstStreamOID)
	_, view := s.Objects[viewKey(id)]
	return view || s.Stream(id) != nil
}
