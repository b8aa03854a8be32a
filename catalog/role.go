package catalog

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"

	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/types"
)

// Kinds of catalog objects that say who there is.
const (
	roleKind   = "role"   // by OID, in decimal: a Role as JSON
	secretKind = "secret" // by name
	mockSecret = "mock"   // what salts for names that don't exist are made of
)

// Role is a role as it is kept.
type Role struct {
	OID         types.OID `json:"-"`
	Name        string    `json:"name"`
	Super       bool      `json:"super,omitempty"`
	Inherit     bool      `json:"inherit,omitempty"`
	CreateRole  bool      `json:"createrole,omitempty"`
	CreateDB    bool      `json:"createdb,omitempty"`
	Login       bool      `json:"login,omitempty"`
	Replication bool      `json:"replication,omitempty"`
	BypassRLS   bool      `json:"bypassrls,omitempty"`
	Limit       int32     `json:"limit"` // of connections; -1: none
	// Password is a SCRAM verifier; "" for none.
	Password string `json:"password,omitempty"`
	// Until is when the password ends, in microseconds since 1970; nil: never.
	Until    *int64        `json:"until,omitempty"`
	Settings []TableOption `json:"settings,omitempty"` // of ALTER ROLE … SET
	In       []Membership  `json:"in,omitempty"`
}

// Membership is a role's membership in another.
type Membership struct {
	Role    types.OID `json:"role"`
	Grantor types.OID `json:"grantor"`
	Admin   bool      `json:"admin,omitempty"`
}

// Roles that PostgreSQL comes with.
const (
	DatabaseOwner   types.OID = 6171
	ReadAllData     types.OID = 6181
	WriteAllData    types.OID = 6182
	monitorRole     types.OID = 3373
	ReadAllSettings types.OID = 3374
	ReadAllStats    types.OID = 3375
	statScanTables  types.OID = 3377
	SignalBackend   types.OID = 4200
	CheckpointRole  types.OID = 4544
)

// predefined are the roles that are always there and can't log in.
var predefined = []*Role{
	{OID: monitorRole, Name: "pg_monitor", In: []Membership{{Role: ReadAllSettings, Grantor: bootstrapRole}, {Role: ReadAllStats, Grantor: bootstrapRole}, {Role: statScanTables, Grantor: bootstrapRole}}},
	{OID: ReadAllSettings, Name: "pg_read_all_settings"}, {OID: ReadAllStats, Name: "pg_read_all_stats"}, {OID: statScanTables, Name: "pg_stat_scan_tables"},
	{OID: SignalBackend, Name: "pg_signal_backend"}, {OID: CheckpointRole, Name: "pg_checkpoint"},
	{OID: 4569, Name: "pg_read_server_files"}, {OID: 4570, Name: "pg_write_server_files"}, {OID: 4571, Name: "pg_execute_server_program"},
	{OID: DatabaseOwner, Name: "pg_database_owner"}, {OID: ReadAllData, Name: "pg_read_all_data"}, {OID: WriteAllData, Name: "pg_write_all_data"},
}

func init() {
	for _, r := range predefined {
		r.Inherit, r.Limit = true, -1
	}
}

// Roles are the roles of a snapshot. They are immutable.
type Roles struct {
	// Open: nobody has made a role so far, and every name is the superuser's.
	Open   bool
	list   []*Role // in order of OID
	byName map[string]*Role
	byOID  map[types.OID]*Role
}

// RolesOf reads the roles of a schema.
func RolesOf(s *engine.Schema) *Roles {
	r := &Roles{Open: true, byName: map[string]*Role{}, byOID: map[types.OID]*Role{}}
	add := func(x *Role) { r.list, r.byName[x.Name], r.byOID[x.OID] = append(r.list, x), x, x }
	for key, text := range s.Objects {
		if key.Kind != roleKind {
			continue
		}
		r.Open = false
		oid, err := strconv.ParseUint(key.Name, 10, 32)
		x := new(Role)
		// What can't be read is a role without rights that can't log in, not one that isn't there: others must not take its place.
		if err != nil || json.Unmarshal(text, x) != nil {
			x = &Role{Name: "damaged role " + key.Name, Limit: -1}
		}
		x.OID = types.OID(oid)
		add(x)
	}
	if r.byOID[bootstrapRole] == nil {
		add(&Role{OID: bootstrapRole, Name: "flare", Super: true, Inherit: true, CreateRole: true, CreateDB: true, Login: r.Open, Replication: true, BypassRLS: true, Limit: -1})
	}
	for _, x := range predefined {
		add(x)
	}
	slices.SortFunc(r.list, func(a, b *Role) int { return cmp.Compare(a.OID, b.OID) })
	return r
}

// Roles gives the snapshot's roles.
func (s *Snapshot) Roles() *Roles { return s.roles() }

// For gives the roles as a session of a user sees them: while they are open, the superuser has the user's name.
func (r *Roles) For(user string) *Roles {
	super := r.byOID[bootstrapRole]
	if !r.Open || user == super.Name || r.byName[user] != nil {
		return r
	}
	c := &Roles{Open: true, byName: map[string]*Role{}, byOID: map[types.OID]*Role{}}
	named := *super
	named.Name = user
	for _, x := range r.list {
		if x == super {
			x = &named
		}
		c.list, c.byName[x.Name], c.byOID[x.OID] = append(c.list, x), x, x
	}
	return c
}

// List lists the roles in order of OID. The slice is not to be changed.
func (r *Roles) List() []*Role { return r.list }

// Named finds a role by its name.
func (r *Roles) Named(name string) (*Role, bool) { x, ok := r.byName[name]; return x, ok }

// ByOID finds a role by its OID.
func (r *Roles) ByOID(oid types.OID) (*Role, bool) { x, ok := r.byOID[oid]; return x, ok }

// Name gives a role's name, or PostgreSQL's words for one that is not there any more.
func (r *Roles) Name(oid types.OID) string {
	if x, ok := r.byOID[oid]; ok {
		return x.Name
	}
	return "unknown (OID=" + strconv.FormatUint(uint64(oid), 10) + ")"
}

// Superuser reports whether a role may do everything.
func (r *Roles) Superuser(oid types.OID) bool { x, ok := r.byOID[oid]; return ok && x.Super }

// Member reports whether a role is another, or a member of it by whatever way; superusers are members of all.
func (r *Roles) Member(oid, of types.OID) bool {
	return r.Superuser(oid) || r.reach(oid, of, false, map[types.OID]bool{})
}

// MemberStrictly is Member without the superusers' exception, as rules files mean it.
func (r *Roles) MemberStrictly(oid, of types.OID) bool {
	return r.reach(oid, of, false, map[types.OID]bool{})
}

// Has reports whether a role has another's privileges without SET ROLE: over memberships of roles that inherit.
func (r *Roles) Has(oid, of types.OID) bool {
	return r.Superuser(oid) || r.reach(oid, of, true, map[types.OID]bool{})
}

// Admin reports whether a role may grant another.
func (r *Roles) Admin(oid, of types.OID) bool {
	if r.Superuser(oid) {
		return true
	}
	for _, x := range r.list {
		for _, m := range x.In {
			if m.Role == of && m.Admin && r.reach(oid, x.OID, false, map[types.OID]bool{}) {
				return true
			}
		}
	}
	return false
}

func (r *Roles) reach(oid, of types.OID, inherit bool, seen map[types.OID]bool) bool {
	if oid == of {
		return true
	}
	x, ok := r.byOID[oid]
	if !ok || seen[oid] {
		return false
	}
	seen[oid] = true
	if of == DatabaseOwner && oid == bootstrapRole { // who owns the database, without being told
		return true
	}
	if inherit && !x.Inherit {
		return false
	}
	for _, m := range x.In {
		if r.reach(m.Role, of, inherit, seen) {
			return true
		}
	}
	return false
}

// MockSecret is what salts for roles that don't exist are made of; nil: nobody has made a role.
func MockSecret(s *engine.Schema) []byte {
	return s.Objects[engine.ObjectKey{Kind: secretKind, Name: mockSecret}]
}
