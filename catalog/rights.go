package catalog

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/types"
)

// Right is a set of things that a role may do with an object.
type Right uint16

const (
	Insert Right = 1 << iota
	Select
	Update
	Delete
	Truncate
	References
	Trigger
	Execute
	Usage
	Create
	Temporary
	Connect

	NoRight     Right = 0
	tableRights       = Insert | Select | Update | Delete | Truncate | References | Trigger
)

// rightLetters are the rights in the order of their bits, as aclitem writes them.
const rightLetters = "arwdDxtXUCTc"

var rightNames = [...]string{"INSERT", "SELECT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER", "EXECUTE", "USAGE", "CREATE", "TEMPORARY", "CONNECT"}

// RightNamed finds a right by its SQL name in upper case.
func RightNamed(name string) (Right, bool) {
	if name == "TEMP" {
		name = "TEMPORARY"
	}
	i := slices.Index(rightNames[:], name)
	return 1 << max(i, 0), i >= 0
}

// Names lists the rights of a set by their SQL names.
func (r Right) Names() []string {
	var out []string
	for i, n := range rightNames {
		if r>>i&1 == 1 {
			out = append(out, n)
		}
	}
	return out
}

// Class is a kind of object that can be owned.
type Class string

const (
	RelationClass Class = "table"
	SchemaClass   Class = "schema"
	DatabaseClass Class = "database"
)

// All are the rights that there are on objects of a class.
func (c Class) All() Right {
	switch c {
	case SchemaClass:
		return Usage | Create
	case DatabaseClass:
		return Create | Temporary | Connect
	}
	return tableRights
}

// Grant is what one role has granted to another: an aclitem.
type Grant struct {
	To      types.OID `json:"to"` // 0: everybody
	By      types.OID `json:"by"`
	Rights  Right     `json:"rights"`
	Options Right     `json:"options,omitempty"` // those that it may grant on
}

// Rights are who owns an object and what others may do with it.
type Rights struct {
	Owner  types.OID `json:"owner"`
	Grants []Grant   `json:"grants"` // nil: those that there are by default
}

// rightsKind is the kind of catalog objects that are Rights as JSON, by class and OID: table/16390.
const rightsKind = "rights"

func rightsKey(c Class, oid types.OID) engine.ObjectKey {
	return engine.ObjectKey{Kind: rightsKind, Name: string(c) + "/" + strconv.FormatUint(uint64(oid), 10)}
}

// rightsOf reads the rights of an object that is no part of the system.
func rightsOf(s *engine.Schema, c Class, oid types.OID) Rights {
	r := Rights{Owner: bootstrapRole}
	if c == SchemaClass && oid == schemaPublic {
		r.Owner = DatabaseOwner
	}
	if text, ok := s.Objects[rightsKey(c, oid)]; ok {
		var kept Rights
		if json.Unmarshal(text, &kept) != nil {
			return Rights{Owner: bootstrapRole, Grants: []Grant{}} // it can't be read: nobody's but the superuser's
		}
		return kept
	}
	if c == SchemaClass && oid == schemaPublic { // as PostgreSQL 15 makes it
		r.Grants = []Grant{{To: r.Owner, By: r.Owner, Rights: Usage | Create}, {By: r.Owner, Rights: Usage}}
	}
	return r
}

// defaults are the grants on an object of a class that nobody has granted anything on.
func defaults(c Class, owner types.OID) []Grant {
	out := []Grant{{To: owner, By: owner, Rights: c.All()}}
	if c == DatabaseClass {
		out = append([]Grant{{By: owner, Rights: Temporary | Connect}}, out...)
	}
	return out
}

// effective are the grants that hold.
func (r Rights) effective(c Class) []Grant {
	if r.Grants == nil {
		return defaults(c, r.Owner)
	}
	return r.Grants
}

// secretRelations are the system relations that only superusers may read.
var secretRelations = map[string]bool{
	"pg_authid": true, "pg_shadow": true, "pg_hba_file_rules": true, "pg_ident_file_mappings": true, "pg_file_settings": true, "pg_config": true,
	"pg_user_mapping": true, "pg_statistic": true, "pg_statistic_ext_data": true, "pg_largeobject": true, "pg_subscription": true,
	"pg_replication_origin_status": true, "pg_shmem_allocations": true, "pg_backend_memory_contexts": true,
}

// RelationRights gives a relation's rights.
func (s *Snapshot) RelationRights(r Relation) Rights {
	if _, system := r.Source.(*systemSource); !system {
		return rightsOf(s.schema, RelationClass, r.OID)
	}
	out := Rights{Owner: bootstrapRole, Grants: []Grant{{To: bootstrapRole, By: bootstrapRole, Rights: tableRights}}}
	if r.Schema != "pg_catalog" || !secretRelations[r.Name] {
		out.Grants = append(out.Grants, Grant{By: bootstrapRole, Rights: Select})
	}
	return out
}

// SchemaRights gives a schema's rights.
func (s *Snapshot) SchemaRights(name string) Rights {
	switch name {
	case "pg_catalog", "information_schema", "flare":
		return Rights{Owner: bootstrapRole, Grants: []Grant{{To: bootstrapRole, By: bootstrapRole, Rights: Usage | Create}, {By: bootstrapRole, Rights: Usage}}}
	}
	return rightsOf(s.schema, SchemaClass, s.namespaceOID(name))
}

// DatabaseRights gives the database's rights: there is one, whatever name it was asked for by.
func (s *Snapshot) DatabaseRights() Rights { return rightsOf(s.schema, DatabaseClass, databaseFlare) }

// rightsHeld tells which of the rights a role has on an object, and which it may grant on.
func (r *Roles) rightsHeld(role types.OID, c Class, x Rights) (have, options Right) {
	if r.Superuser(role) {
		return c.All(), c.All()
	}
	if r.Has(role, x.Owner) {
		options = c.All() // owners may always grant
	}
	for _, g := range x.effective(c) {
		if g.To == 0 || r.Has(role, g.To) {
			have |= g.Rights
			options |= g.Options
		}
	}
	switch {
	case c == RelationClass && r.Has(role, ReadAllData):
		have |= Select
	case c == SchemaClass && (r.Has(role, ReadAllData) || r.Has(role, WriteAllData)):
		have |= Usage
	}
	if c == RelationClass && r.Has(role, WriteAllData) {
		have |= Insert | Update | Delete
	}
	return have, options
}

// Allowed reports whether a role has all the wanted rights on an object.
func (r *Roles) Allowed(role types.OID, c Class, x Rights, want Right) bool {
	have, _ := r.rightsHeld(role, c, x)
	return have&want == want
}

// Grantable reports whether a role may grant all the wanted rights on.
func (r *Roles) Grantable(role types.OID, c Class, x Rights, want Right) bool {
	_, options := r.rightsHeld(role, c, x)
	return options&want == want
}

// Owns reports whether a role may do what only owners may.
func (r *Roles) Owns(role types.OID, x Rights) bool { return r.Has(role, x.Owner) }

// items writes grants as an array of aclitems.
func items(roles *Roles, grants []Grant) string {
	var out strings.Builder
	out.WriteByte('{')
	for i, g := range grants {
		if i > 0 {
			out.WriteByte(',')
		}
		item := item(roles, g)
		if strings.ContainsAny(item, " \t\n\",{}\\") {
			item = `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(item) + `"`
		}
		out.WriteString(item)
	}
	out.WriteByte('}')
	return out.String()
}

// item writes an aclitem: grantee=letters/grantor, where a star follows what may be granted on.
func item(roles *Roles, g Grant) string {
	var out strings.Builder
	if g.To != 0 {
		out.WriteString(itemName(roles, g.To))
	}
	out.WriteByte('=')
	for i := range rightLetters {
		if g.Rights>>i&1 == 1 {
			out.WriteByte(rightLetters[i])
			if g.Options>>i&1 == 1 {
				out.WriteByte('*')
			}
		}
	}
	out.WriteByte('/')
	out.WriteString(itemName(roles, g.By))
	return out.String()
}

// itemName is a role's name in an aclitem; it is its number where there is no such role.
func itemName(roles *Roles, oid types.OID) string {
	x, ok := roles.ByOID(oid)
	if !ok {
		return strconv.FormatUint(uint64(oid), 10)
	}
	for _, c := range []byte(x.Name) {
		if !(c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80) {
			return `"` + strings.ReplaceAll(x.Name, `"`, `""`) + `"`
		}
	}
	return x.Name
}
