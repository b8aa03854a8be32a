package catalog

import (
	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/pgnames"
)

// Readable reports whether who asks may read a stream, and so may be told what is known of its events. Where nothing is known of roles (the command line's tools) everybody may.
func Readable(env *types.Env, id engine.StreamID) bool {
	if env == nil || env.Names == nil {
		return true
	}
	p, ok := env.Names.(types.Privileges)
	if !ok {
		return true
	}
	who := env.Names.Find(pgnames.Role, "", env.User)
	return len(who) == 1 && p.Allowed(who[0].OID, pgnames.Relation, firstStreamOID+types.OID(id), 0, "SELECT", false)
}
