package session

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/flare-pg/flare-pg/catalog"
	"github.com/flare-pg/flare-pg/translate"
	"github.com/flare-pg/flare-pg/types"
)

// In whose name a session acts is kept with its settings, under keys that no setting can have: so it is the transaction's as they are.
const (
	keySession = "\x00session" // OID of the role of SET SESSION AUTHORIZATION; without, the one that logged in
	keyRole    = "\x00role"    // OID of the role of SET ROLE; without, the session's
)

func roleAt(now values, key string, otherwise types.OID) types.OID {
	n, err := strconv.ParseUint(now[key], 10, 32)
	if err != nil {
		return otherwise
	}
	return types.OID(n)
}

// actingRole is current_user under settings, of a session that a role logged in to.
func actingRole(now values, login types.OID) types.OID {
	return roleAt(now, keyRole, roleAt(now, keySession, login))
}

// sessionRole is session_user, currentRole current_user.
func (s *session) sessionRole() types.OID { return roleAt(s.settings.now, keySession, s.login) }
func (s *session) currentRole() types.OID { return actingRole(s.settings.now, s.login) }

// identity refuses to go on in the name of a role that has been dropped.
func (s *session) identity(snapshot *catalog.Snapshot) error {
	for _, oid := range [...]types.OID{s.login, s.sessionRole(), s.currentRole()} {
		if _, ok := snapshot.Roles().ByOID(oid); !ok {
			return &types.Error{Severity: "FATAL", Code: "28000", Message: "role with OID " + strconv.FormatUint(uint64(oid), 10) + " does not exist"}
		}
	}
	return nil
}

// become is SET ROLE, SET SESSION AUTHORIZATION and their RESETs. key is the setting.
func (s *session) become(snapshot *catalog.Snapshot, b *translate.Set, key string) error {
	roles := snapshot.Roles().For(s.user)
	name, oid, err := s.whom(roles, s.settings.now, b, key)
	if err != nil {
		return err
	}
	hidden := keyRole
	if key == "session_authorization" {
		hidden = keySession
	}
	put := func(key, value string) {
		s.settings.now = s.settings.now.with(key, value)
		if !b.Local {
			s.settings.kept = s.settings.kept.with(key, value)
		}
	}
	value := ""
	if oid != 0 {
		value = strconv.FormatUint(uint64(oid), 10)
	}
	put(hidden, value)
	put(key, name)
	if key == "session_authorization" { // whoever the session is now, it has taken on nobody else's role
		put(keyRole, "")
		put("role", "none")
	}
	put("is_superuser", onOff(roles.Superuser(s.currentRole())))
	s.settings.version++
	s.settings.changes++ // plans were checked for another role
	return nil
}

// whom finds the role of SET ROLE or SET SESSION AUTHORIZATION, under settings, and refuses those that it may not be; 0: the one that it was before any such.
func (s *session) whom(roles *catalog.Roles, now values, b *translate.Set, key string) (name string, oid types.OID, err error) {
	name = b.Value
	switch {
	case key == "role" && (b.Reset || name == "none"):
		return "none", 0, nil
	case b.Reset || key == "session_authorization" && name == "default":
		return roles.Name(s.login), 0, nil
	}
	x, ok := roles.Named(name)
	switch {
	case !ok || roles.Open && x.OID != catalog.BootstrapRole:
		err = types.Errorf(types.CodeInvalidParameterValue, "role %q does not exist", name)
	case key == "role" && !roles.Member(roleAt(now, keySession, s.login), x.OID):
		err = types.Errorf(types.CodeInsufficientPrivilege, "permission denied to set role %q", name)
	case key != "role" && x.OID != s.login && !roles.Superuser(s.login):
		err = types.Errorf(types.CodeInsufficientPrivilege, "permission denied to set session authorization")
	default:
		return x.Name, x.OID, nil
	}
	return "", 0, err
}

// latest is the catalog as of now.
func (s *Server) latest() *catalog.Snapshot {
	tx := s.c.Store.Read()
	defer tx.Close()
	return s.c.Catalog.Snapshot(tx.Schema())
}

// privileged refuses a setting that only superusers may change.
func (s *session) privileged(snapshot *catalog.Snapshot, d *definition) error {
	if !d.superuser || snapshot.Roles().Superuser(s.currentRole()) {
		return nil
	}
	return types.Errorf(types.CodeInsufficientPrivilege, "permission denied to set parameter %q", d.name)
}

// roleSettings are what ALTER ROLE … SET has the role's sessions begin with, global those of ALTER ROLE ALL. What is no good any more is passed over, as
// nothing could be done about it from within.
func (s *session) roleSettings(r *catalog.Role, global []catalog.TableOption, start values) values {
	start = maps.Clone(start)
	for _, o := range slices.Concat(global, r.Settings) {
		d, err := s.settings.definition(o.Name)
		if err != nil || d.readOnly {
			continue
		}
		if v, err := d.canonical(o.Value); err == nil {
			start[strings.ToLower(d.name)] = v
		}
	}
	return start
}

// roleSetting makes what ALTER ROLE … SET keeps.
func (s *session) roleSetting(b *translate.Set) (out [2]string, err error) {
	if b.Name == "" {
		return out, nil
	}
	d, err := s.settings.definition(b.Name)
	if err != nil {
		return out, err
	}
	key := strings.ToLower(d.name)
	if d.readOnly || key == "role" || strings.HasPrefix(key, "transaction_") {
		return out, types.Errorf(types.CodeCantChangeRuntimeParam, "parameter %q cannot be changed", d.name)
	}
	out[0] = d.name
	if b.Reset {
		return out, nil
	}
	if _, err := d.canonical(b.Value); err != nil {
		return out, err
	}
	out[1] = b.Value
	return out, nil
}

// visible tells the sessions of which who asks may see what they do: those of roles whose privileges he has, or all with pg_read_all_stats.
func visible(env *types.Env) func(*session) bool {
	n, ok := env.Names.(*names)
	if !ok {
		return func(*session) bool { return false }
	}
	me, ok := n.roles.Named(env.User)
	return func(x *session) bool {
		return ok && (n.roles.Has(me.OID, x.login) || n.roles.Has(me.OID, catalog.ReadAllStats))
	}
}

// maySignal refuses a role to cancel or, as a whole, end another's session.
func maySignal(roles *catalog.Roles, me, other types.OID, whole bool) error {
	switch {
	case roles.Superuser(other) && !roles.Superuser(me) && whole:
		return types.Errorf(types.CodeInsufficientPrivilege, "must be a superuser to terminate superuser process")
	case roles.Superuser(other) && !roles.Superuser(me):
		return types.Errorf(types.CodeInsufficientPrivilege, "must be a superuser to cancel superuser query")
	case roles.Has(me, other), roles.Has(me, catalog.SignalBackend):
		return nil
	case whole:
		return types.Errorf(types.CodeInsufficientPrivilege, "must be a member of the role whose process is being terminated or member of pg_signal_backend")
	}
	return types.Errorf(types.CodeInsufficientPrivilege, "must be a member of the role whose query is being canceled or member of pg_signal_backend")
}
