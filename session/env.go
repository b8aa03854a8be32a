package session

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/flare-pg/flare-pg/catalog"
	"github.com/flare-pg/flare-pg/types"
)

// env makes the world of one statement.
func (s *session) env(ctx context.Context, snapshot *catalog.Snapshot) *types.Env {
	e := types.NewEnv(time.Now())
	e.Context = ctx
	e.TransactionStart = s.tx.start
	e.Location, e.TimeZone = s.settings.location, s.settings.get("TimeZone")
	_, e.DateOrder, _ = strings.Cut(s.settings.get("DateStyle"), ", ")
	e.IntervalForm = s.settings.get("IntervalStyle")
	if n, ok := parseNumber(s.settings.get("extra_float_digits"), nil); ok {
		e.FloatDigits = int(n)
	}
	e.ByteaEscape = s.settings.get("bytea_output") == "escape"
	roles := snapshot.Roles().For(s.user)
	e.User, e.SessionUser, e.Database = roles.Name(s.currentRole()), roles.Name(s.sessionRole()), s.database
	e.BackendPID = int32(s.pid)
	// An Env is read by many goroutines while the statement runs; the values in force are a map that never changes.
	frozen := s.settings
	frozen.tx = &transaction{begun: s.tx.begun, explicit: s.tx.explicit, isolation: s.tx.isolation, readOnly: s.tx.readOnly}
	e.Setting = frozen.lookup
	e.Names = names{snapshot, s.searchPath(snapshot), roles}
	return e
}

// searchPath gives the schemas of the setting search_path that exist; $user is the one named as the user.
func (s *session) searchPath(snapshot *catalog.Snapshot) []string {
	out := []string{}
	for _, part := range strings.Split(s.settings.get("search_path"), ",") {
		name := strings.TrimSpace(part)
		if len(name) >= 2 && name[0] == '"' && name[len(name)-1] == '"' {
			name = strings.ReplaceAll(name[1:len(name)-1], `""`, `"`)
		} else {
			name = strings.ToLower(name)
		}
		if name == "$user" {
			if name = snapshot.Roles().For(s.user).Name(s.currentRole()); name == "flare" {
				continue // the schema of that name is nobody's
			}
		}
		if snapshot.HasSchema(name) && !slices.Contains(out, name) &&
			snapshot.Roles().Allowed(s.currentRole(), catalog.SchemaClass, snapshot.SchemaRights(name), catalog.Usage) {
			out = append(out, name)
		}
	}
	return out
}

// names answers types.Names from a catalog snapshot.
type names struct {
	snapshot *catalog.Snapshot
	path     []string
	roles    *catalog.Roles
}

// Relation finds a relation by its name as a user writes it: maybe qualified, maybe quoted.
func (n names) Relation(name string) (types.OID, bool) {
	parts, ok := splitName(name)
	if !ok || n.snapshot == nil {
		return 0, false
	}
	if oid, ok := n.index(parts); ok {
		return oid, true
	}
	switch len(parts) {
	case 1:
		r, ok := n.snapshot.Find(n.path, parts[0])
		return r.OID, ok
	case 3: // with a database in front
		parts = parts[1:]
		fallthrough
	case 2:
		if r, ok := n.snapshot.Relation(parts[0], parts[1]); ok {
			return r.OID, true
		}
	}
	return 0, false
}

// RelationName gives a relation's name, qualified where the search path would not find it.
func (n names) RelationName(oid types.OID) (string, bool) {
	if n.snapshot == nil {
		return "", false
	}
	r, ok := n.snapshot.RelationByOID(oid)
	if !ok {
		return n.indexName(oid)
	}
	if found, ok := n.snapshot.Find(n.path, r.Name); ok && found.OID == oid {
		return quoteName(r.Name), true
	}
	return quoteName(r.Schema) + "." + quoteName(r.Name), true
}

func (n names) SearchPath() []string { return n.path }

// CanSelect reports whether a role may read a relation.
func (n names) CanSelect(user string, relation types.OID) bool {
	if n.snapshot == nil {
		return false
	}
	x, known := n.roles.Named(user)
	r, ok := n.snapshot.RelationByOID(relation)
	return known && ok && n.roles.Allowed(x.OID, catalog.RelationClass, n.snapshot.RelationRights(r), catalog.Select)
}

// splitName splits a dotted name; what is not quoted is folded to lower case.
func splitName(s string) ([]string, bool) {
	var parts []string
	for {
		s = strings.TrimSpace(s)
		if strings.HasPrefix(s, `"`) {
			var b strings.Builder
			i := 1
			for ; i < len(s); i++ {
				if s[i] == '"' {
					if i+1 < len(s) && s[i+1] == '"' {
						i++
					} else {
						break
					}
				}
				b.WriteByte(s[i])
			}
			if i >= len(s) {
				return nil, false
			}
			parts = append(parts, b.String())
			s = strings.TrimSpace(s[i+1:])
		} else {
			end := strings.IndexByte(s, '.')
			if end < 0 {
				end = len(s)
			}
			parts = append(parts, strings.ToLower(strings.TrimSpace(s[:end])))
			s = s[end:]
		}
		if parts[len(parts)-1] == "" {
			return nil, false
		}
		if s == "" {
			return parts, true
		}
		if s[0] != '.' {
			return nil, false
		}
		s = s[1:]
	}
}

// quoteName quotes a name where SQL would fold it or not take it.
func quoteName(s string) string {
	plain := s != ""
	for i, c := range []byte(s) {
		if !(c >= 'a' && c <= 'z' || c == '_' || i > 0 && (c >= '0' && c <= '9' || c == '$')) {
			plain = false
		}
	}
	if plain {
		return s
	}
	return `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
}
