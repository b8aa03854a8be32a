package catalog

import (
	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/pgnames"
)

// Readable reports whether who asks may read a stream, and so may be told what is known of its events.
func Readable(env *types.Env, id engine.StreamID) bool {
	if env == nil || env.Names == nil {
		return true
	}
	p, ok := env.Names.(types.Privileges)
	if !ok {
		return true
	}
	var role types.OID
	if found := env.Find(pgnames.Role, "", env.User); len(found) > 0 {
		role = found[0].OID
	}
	return p.Allowed(role, pgnames.Relation, firstStreamOID+types.OID(id), 0, "SELECT", false)
}
