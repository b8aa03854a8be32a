package session

import (
	"github.com/flare-pg/flare-pg/types"
)

// ViewDefinition implements types.ViewNames.
func (n names) ViewDefinition(oid types.OID) (string, bool) {
	if n.snapshot == nil {
		return "", false
	}
	r, ok := n.snapshot.RelationByOID(oid)
	if !ok || r.View == nil {
		return "", false
	}
	return n.snapshot.ViewDefinition(r.View, n.path), true
}
