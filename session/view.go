package session

import (
	"github.com/flare-pg/flare-pg/types"
)

// Comment implements types.CommentNames.
func (n names) Comment(class, object types.OID, sub int32) (string, bool) {
	if n.snapshot == nil {
		return "", false
	}
	return n.snapshot.Comment(class, object, sub)
}

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
