package catalog

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/types"
)

// Object names something that rights are about.
type Object struct {
	Class Class
	OID   types.OID
	Name  string // for messages
}

func putRights(e *engine.SchemaEdit, o Object, r Rights) error {
	text, err := json.Marshal(r)
	if err != nil {
		return err
	}
	e.Put(engine.Object{ObjectKey: rightsKey(o.Class, o.OID), Data: text})
	return nil
}

// GrantRights gives rights on an object to roles (0: everybody), in the name of by.
func GrantRights(e *engine.SchemaEdit, o Object, by types.OID, to []types.OID, rights Right, option bool) error {
	r := rightsOf(e.Schema(), o.Class, o.OID)
	r.Grants = slices.Clone(r.effective(o.Class))
	for _, t := range to {
		r.Grants = grant(r.Grants, t, by, rights, option)
	}
	return putRights(e, o, r)
}

func grant(list []Grant, to, by types.OID, rights Right, option bool) []Grant {
	i := slices.IndexFunc(list, func(g Grant) bool { return g.To == to && g.By == by })
	if i < 0 {
		i = len(list)
		list = append(list, Grant{To: to, By: by})
	}
	list[i].Rights |= rights
	if option {
		list[i].Options |= rights
	}
	return list
}

// RevokeRights takes rights on an object, or with optionOnly the right to grant them on, from roles, as far as by has granted them. What they granted on goes with
// it under cascade, and stands against it without.
func RevokeRights(e *engine.SchemaEdit, o Object, by types.OID, from []types.OID, rights Right, optionOnly, cascade bool) error {
	r := rightsOf(e.Schema(), o.Class, o.OID)
	list := slices.Clone(r.effective(o.Class))
	var err error
	for _, f := range from {
		if list, err = revoke(list, r.Owner, f, by, rights, optionOnly, cascade); err != nil {
			return err
		}
	}
	r.Grants = list
	return putRights(e, o, r)
}

func revoke(list []Grant, owner, from, by types.OID, rights Right, optionOnly, cascade bool) ([]Grant, error) {
	i := slices.IndexFunc(list, func(g Grant) bool { return g.To == from && g.By == by })
	if i < 0 {
		return list, nil
	}
	lost := list[i].Options & rights
	list[i].Options &^= rights
	if !optionOnly {
		list[i].Rights &^= rights
	}
	if list[i].Rights == 0 {
		list = slices.Delete(list, i, i+1)
	}
	if lost == 0 || from == owner {
		return list, nil
	}
	// What the role can still grant, it has from others.
	for _, g := range list {
		if g.To == from {
			lost &^= g.Options
		}
	}
	for {
		i := slices.IndexFunc(list, func(g Grant) bool { return g.By == from && g.Rights&lost != 0 })
		if i < 0 {
			return list, nil
		}
		if !cascade {
			return nil, types.Errorf("2BP01", "dependent privileges exist").WithHint("Use CASCADE to revoke them too.")
		}
		var err error
		if list, err = revoke(list, owner, list[i].To, from, lost, false, true); err != nil {
			return nil, err
		}
	}
}

// SetOwner gives an object another owner; what the old one granted is the new one's grant then.
func SetOwner(e *engine.SchemaEdit, o Object, owner types.OID) error {
	r := rightsOf(e.Schema(), o.Class, o.OID)
	old := r.Owner
	r.Owner = owner
	if r.Grants != nil && old != owner {
		var out []Grant
		for _, g := range r.Grants {
			if g.To == old {
				g.To = owner
			}
			if g.By == old {
				g.By = owner
			}
			out = grant(out, g.To, g.By, g.Rights, false)
			i := slices.IndexFunc(out, func(x Grant) bool { return x.To == g.To && x.By == g.By })
			out[i].Options |= g.Options
		}
		r.Grants = out
	}
	return putRights(e, o, r)
}

// Settle sees to the rights of what a change has made and dropped: what is new belongs to owner, with the rights that owner wants by default; those of what is gone
// go too. before is the schema before the change.
func Settle(e *engine.SchemaEdit, before *engine.Schema, owner types.OID) error {
	was, is := ownedObjects(before), ownedObjects(e.Schema())
	for key, o := range is {
		if _, old := was[key]; old {
			continue
		}
		if _, told := e.Schema().Objects[rightsKey(o.Class, o.OID)]; told {
			continue
		}
		r := Rights{Owner: owner, Grants: wantedRights(e.Schema(), o, owner)}
		if owner == bootstrapRole && r.Grants == nil {
			continue // as what has no record is
		}
		if err := putRights(e, o.Object, r); err != nil {
			return err
		}
	}
	for key, o := range was {
		if _, there := is[key]; !there {
			e.Put(engine.Object{ObjectKey: rightsKey(o.Class, o.OID)})
		}
	}
	return nil
}

// owned is an object with the schema that it is in.
type owned struct {
	Object
	schema string // "" for schemas
}

// ownedObjects lists what somebody owns, but for the database, in no order.
func ownedObjects(s *engine.Schema) map[engine.ObjectKey]owned {
	out := map[engine.ObjectKey]owned{}
	add := func(c Class, oid types.OID, name, schema string) {
		out[rightsKey(c, oid)] = owned{Object{c, oid, name}, schema}
	}
	for _, st := range s.Streams {
		add(RelationClass, firstStreamOID+types.OID(st.ID), st.Name, st.Schema)
	}
	for _, v := range viewsOf(s) {
		add(RelationClass, v.OID, v.Name, v.Schema)
	}
	for key, text := range s.Objects {
		var o schemaObject
		if key.Kind == schemaKind && json.Unmarshal(text, &o) == nil {
			add(SchemaClass, o.OID, key.Name, "")
		}
	}
	add(SchemaClass, schemaPublic, PublicSchema, "")
	return out
}

// dependents says in PostgreSQL's words what a role owns, and what it has been granted rights on.
func dependents(s *engine.Schema, role types.OID) []string {
	var out []string
	objects := ownedObjects(s)
	objects[rightsKey(DatabaseClass, databaseFlare)] = owned{Object{DatabaseClass, databaseFlare, "flare"}, ""}
	for _, o := range objects {
		name := string(o.Class) + " " + quoteName(o.Name)
		if o.schema != "" && o.schema != PublicSchema {
			name = string(o.Class) + " " + quoteName(o.schema) + "." + quoteName(o.Name)
		}
		r := rightsOf(s, o.Class, o.OID)
		switch {
		case r.Owner == role:
			out = append(out, "owner of "+name)
		case slices.ContainsFunc(r.Grants, func(g Grant) bool { return g.To == role || g.By == role }):
			out = append(out, "privileges for "+name)
		}
	}
	for _, d := range defaultRights(s) {
		if d.role == role {
			out = append(out, "owner of default privileges on new "+d.objects()+" belonging to role "+quoteName(RolesOf(s).Name(role)))
		} else if slices.ContainsFunc(d.Grants, func(g Grant) bool { return g.To == role }) {
			out = append(out, "privileges for default privileges on new "+d.objects()+" belonging to role "+quoteName(RolesOf(s).Name(d.role)))
		}
	}
	slices.Sort(out)
	return out
}

// defaultKind is the kind of catalog objects that say what is granted on what a role makes: by role, schema (0: in any) and letter of the kind of objects.
const defaultKind = "default rights"

// defaultRight is what ALTER DEFAULT PRIVILEGES has made.
type defaultRight struct {
	OID    types.OID `json:"oid"`
	Grants []Grant   `json:"grants"`

	role, schema types.OID
	letter       string // of pg_default_acl: r tables, S sequences, f functions, T types, n schemas
}

func (d *defaultRight) objects() string {
	return map[string]string{"r": "relations", "S": "sequences", "f": "functions", "T": "types", "n": "schemas"}[d.letter]
}

func defaultKey(role, schema types.OID, letter string) engine.ObjectKey {
	return engine.ObjectKey{Kind: defaultKind, Name: strconv.FormatUint(uint64(role), 10) + "/" + strconv.FormatUint(uint64(schema), 10) + "/" + letter}
}

// defaultRights lists them in order of OID.
func defaultRights(s *engine.Schema) []*defaultRight {
	var out []*defaultRight
	for key, text := range s.Objects {
		if key.Kind != defaultKind {
			continue
		}
		parts := strings.Split(key.Name, "/")
		d := new(defaultRight)
		if len(parts) != 3 || json.Unmarshal(text, d) != nil {
			continue
		}
		role, _ := strconv.ParseUint(parts[0], 10, 32)
		schema, _ := strconv.ParseUint(parts[1], 10, 32)
		d.role, d.schema, d.letter = types.OID(role), types.OID(schema), parts[2]
		out = append(out, d)
	}
	slices.SortFunc(out, func(a, b *defaultRight) int { return cmp.Compare(a.OID, b.OID) })
	return out
}

// letterDefaults are the grants on a new object of pg_default_acl's kinds where nobody said otherwise.
func letterDefaults(letter string, role types.OID) []Grant {
	all := map[string]Right{"r": tableRights, "S": Select | Update | Usage, "f": Execute, "T": Usage, "n": Usage | Create}[letter]
	own := Grant{To: role, By: role, Rights: all}
	if letter == "f" || letter == "T" {
		return []Grant{{By: role, Rights: all}, own}
	}
	return []Grant{own}
}

// LetterRights are all the rights on objects of one of pg_default_acl's kinds.
func LetterRights(letter string) Right { return letterDefaults(letter, 0)[0].Rights }

// AlterDefaultRights changes what is granted on what a role will make, in a schema or (0) anywhere. id is a number that nothing else has.
func AlterDefaultRights(e *engine.SchemaEdit, id engine.StreamID, role, schema types.OID, letter string, to []types.OID, rights Right, grants, option bool) error {
	key := defaultKey(role, schema, letter)
	d := &defaultRight{OID: firstStreamOID + types.OID(id), role: role, schema: schema, letter: letter}
	d.Grants = d.base()
	if text, ok := e.Schema().Objects[key]; ok {
		if err := json.Unmarshal(text, d); err != nil {
			return types.Errorf(types.CodeInternalError, "default privileges can't be read: %v", err)
		}
	}
	for _, t := range to {
		if grants {
			d.Grants = grant(d.Grants, t, role, rights, option)
			continue
		}
		var err error
		if d.Grants, err = revoke(d.Grants, role, t, role, rights, option, true); err != nil {
			return err
		}
	}
	return putDefault(e, d)
}

// base are the grants without which there is nothing to keep.
func (d *defaultRight) base() []Grant {
	if d.schema != 0 {
		return nil // it only adds to what holds anywhere
	}
	return letterDefaults(d.letter, d.role)
}

func putDefault(e *engine.SchemaEdit, d *defaultRight) error {
	key := defaultKey(d.role, d.schema, d.letter)
	if sameGrants(d.Grants, d.base()) {
		e.Put(engine.Object{ObjectKey: key})
		return nil
	}
	text, err := json.Marshal(d)
	if err != nil {
		return err
	}
	e.Put(engine.Object{ObjectKey: key, Data: text})
	return nil
}

func sameGrants(a, b []Grant) bool {
	order := func(x, y Grant) int {
		return cmp.Or(cmp.Compare(x.To, y.To), cmp.Compare(x.By, y.By), cmp.Compare(x.Rights, y.Rights), cmp.Compare(x.Options, y.Options))
	}
	a, b = slices.Clone(a), slices.Clone(b)
	slices.SortFunc(a, order)
	slices.SortFunc(b, order)
	return slices.Equal(a, b)
}

// wantedRights are the grants on a new object that its owner wants by default; nil: the ordinary ones.
func wantedRights(s *engine.Schema, o owned, owner types.OID) []Grant {
	letter := "r"
	if o.Class == SchemaClass {
		letter = "n"
	}
	var in types.OID
	if o.schema == PublicSchema {
		in = schemaPublic
	} else if text, ok := s.Objects[engine.ObjectKey{Kind: schemaKind, Name: o.schema}]; ok {
		var x schemaObject
		if json.Unmarshal(text, &x) == nil {
			in = x.OID
		}
	}
	base := letterDefaults(letter, owner)
	out := slices.Clone(base)
	for _, d := range defaultRights(s) {
		if d.role == owner && d.schema == 0 && d.letter == letter {
			out = slices.Clone(d.Grants)
		}
	}
	for _, d := range defaultRights(s) {
		if d.role == owner && d.schema != 0 && d.schema == in && d.letter == letter {
			for _, g := range d.Grants {
				out = grant(out, g.To, g.By, g.Rights, false)
				out = grant(out, g.To, g.By, g.Options, true)
			}
		}
	}
	if sameGrants(out, base) {
		return nil
	}
	return out
}
