package translate

import (
	pg "github.com/pganalyze/pg_query_go/v6"
)

// Listen is LISTEN and UNLISTEN.
type Listen struct {
	Channel string // "" for UNLISTEN *
	Off     bool   // UNLISTEN
}

// Notify is NOTIFY.
type Notify struct{ Channel, Payload string }

// Lock is LOCK TABLE. Nothing here waits for a table, so all that there is to do is to find out whether the tables exist.
type Lock struct{}

func (*Listen) bound() {}
func (*Notify) bound() {}
func (*Lock) bound()   {}

// sessionStatement binds what sessions say to each other; nil, nil for other statements.
func (b *binder) sessionStatement(n *pg.Node) (Bound, error) {
	switch n := n.GetNode().(type) {
	case *pg.Node_ListenStmt:
		return &Listen{Channel: n.ListenStmt.Conditionname}, nil
	case *pg.Node_UnlistenStmt:
		return &Listen{Channel: n.UnlistenStmt.Conditionname, Off: true}, nil
	case *pg.Node_NotifyStmt:
		return &Notify{Channel: n.NotifyStmt.Conditionname, Payload: n.NotifyStmt.Payload}, nil
	case *pg.Node_LockStmt:
		for _, r := range n.LockStmt.Relations {
			if _, err := b.lookup(r.GetRangeVar()); err != nil {
				return nil, nowhere(err)
			}
		}
		return &Lock{}, nil
	}
	return nil, nil
}
