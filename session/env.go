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
	e.Location, e.TimeZone = s.settings.location, s.settings.timeZone
	e.DateForm, e.DateOrder, e.IntervalForm = s.settings.dateForm, s.settings.dateOrder, s.settings.intervalForm
	e.FloatDigits, e.ByteaEscape = s.settings.floatDigits, s.settings.byteaEscape
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
	path := s.searchPath(snapshot)
	e.Names = &names{Snapshot: snapshot, path: path, roles: roles, database: s.database,
		Lookup: catalog.Lookup{Snapshot: snapshot, Path: path, Roles: roles}}
	return e
}

// foundPath is a search path as it was found last, for whoever asks again.
type foundPath struct {
	snapshot *catalog.Snapshot
	version  int // of the settings
	schemas  []string
}

// searchPath gives the schemas of the setting search_path that exist; $user is the one named as the user. The caller doesn't change them.
func (s *session) searchPath(snapshot *catalog.Snapshot) []string {
	if f := &s.path; f.snapshot != snapshot || f.version != s.settings.version {
		*f = foundPath{snapshot, s.settings.version, slices.Clip(s.findPath(snapshot))}
	}
	return s.path.schemas
}

func (s *session) findPath(snapshot *catalog.Snapshot) []string {
	out := []string{}
	// Temporary tables are found first, unless pg_temp is given a place.
	if temp := s.tempSchema(); snapshot.HasSchema(temp) && !strings.Contains(s.settings.get("search_path"), "pg_temp") {
		out = append(out, temp)
	}
	for _, part := range strings.Split(s.settings.get("search_path"), ",") {
		name := strings.TrimSpace(part)
		if len(name) >= 2 && name[0] == '"' && name[len(name)-1] == '"' {
			name = strings.ReplaceAll(name[1:len(name)-1], `""`, `"`)
		} else {
			name = strings.ToLower(name)
		}
		if name == "pg_temp" || name == s.tempSchema() {
			if name = s.tempSchema(); snapshot.HasSchema(name) && !slices.Contains(out, name) {
				out = append(out, name)
			}
			continue
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
