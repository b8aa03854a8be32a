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
	e.DateForm, e.DateOrder, _ = strings.Cut(s.settings.get("DateStyle"), ", ")
	e.IntervalForm = s.settings.get("IntervalStyle")
	if n, ok := parseNumber(s.settings.get("extra_float_digits"), nil); ok {
		e.FloatDigits = int(n)
	}
	e.ByteaEscape = s.settings.get("bytea_output") == "escape"
	roles := snapshot.Roles().For(s.user)
	e.User, e.SessionUser, e.Database = roles.Name(s.currentRole()), roles.Name(s.sessionRole()), s.database
	e.BackendPID = int32(s.pid)
	e.ServerStart, e.Remote, e.Local = s.srv.started, s.remote, s.local
	// An Env is read by many goroutines while the statement runs; the values in force are a map that never changes.
	frozen := s.settings
	frozen.tx = &transaction{begun: s.tx.begun, explicit: s.tx.explicit, isolation: s.tx.isolation, readOnly: s.tx.readOnly}
	e.Setting = func(name string) (string, bool) { return s.calls.lookup(&frozen, name) }
	e.Session = s.calls
	s.calls.begin(frozen)
	e.Names = &names{Snapshot: snapshot, path: s.searchPath(snapshot), roles: roles, database: s.database,
		Lookup: catalog.Lookup{Snapshot: snapshot, Path: s.searchPath(snapshot), Roles: roles}}
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
