package translate

import (
	"math"

	pg "github.com/pganalyze/pg_query_go/v6"
)

// DeclareCursor is DECLARE … CURSOR.
type DeclareCursor struct {
	Name     string
	Query    *Query
	Binary   bool
	Hold     bool
	Scroll   bool
	NoScroll bool
	Source   string // the whole text that the client sent
}

// Fetch is FETCH and MOVE.
type Fetch struct {
	Name      string
	Direction FetchDirection
	Count     int64 // FetchAll: all
	Move      bool
}

// FetchDirection is where a FETCH goes, and what its count means.
type FetchDirection uint8

const (
	FetchForward FetchDirection = iota
	FetchBackward
	FetchAbsolute
	FetchRelative
)

// FetchAll is the count of FETCH ALL.
const FetchAll = math.MaxInt64

// CloseCursor is CLOSE.
type CloseCursor struct{ Name string } // "" for ALL

func (*DeclareCursor) bound() {}
func (*Fetch) bound()         {}
func (*CloseCursor) bound()   {}

// The options of DECLARE as the grammar gives them.
const (
	optBinary      = 0x01
	optScroll      = 0x02
	optNoScroll    = 0x04
	optInsensitive = 0x08
	optAsensitive  = 0x10
	optHold        = 0x20
)

// cursorStatement binds what has to do with cursors; nil, nil for other statements.
func (b *binder) cursorStatement(n *pg.Node) (Bound, error) {
	switch n := n.GetNode().(type) {
	case *pg.Node_DeclareCursorStmt:
		return b.declareCursor(n.DeclareCursorStmt)
	case *pg.Node_FetchStmt:
		return fetchStatement(n.FetchStmt), nil
	case *pg.Node_ClosePortalStmt:
		return &CloseCursor{Name: n.ClosePortalStmt.Portalname}, nil
	}
	return nil, nil
}

func (b *binder) declareCursor(n *pg.DeclareCursorStmt) (Bound, error) {
	has := func(option int32) bool { return n.Options&option != 0 }
	switch {
	case has(optScroll) && has(optNoScroll):
		return nil, b.errorf(-1, "42P11", "cannot specify both %s and %s", "SCROLL", "NO SCROLL")
	case has(optInsensitive) && has(optAsensitive):
		return nil, b.errorf(-1, "42P11", "cannot specify both %s and %s", "INSENSITIVE", "ASENSITIVE")
	}
	inner := n.Query.GetSelectStmt()
	if inner == nil {
		return nil, b.unsupported(-1, "DECLARE CURSOR of this statement is not supported")
	}
	q, err := b.query(inner)
	if err != nil {
		return nil, err
	}
	if q.Writes {
		return nil, b.unsupported(-1, "DECLARE CURSOR must not contain data-modifying statements in WITH")
	}
	return &DeclareCursor{
		Name: n.Portalname, Query: q, Binary: has(optBinary), Hold: has(optHold), Scroll: has(optScroll), NoScroll: has(optNoScroll),
		Source: b.s.sql,
	}, nil
}

func fetchStatement(n *pg.FetchStmt) *Fetch {
	out := &Fetch{Name: n.Portalname, Count: n.HowMany, Move: n.Ismove}
	switch n.Direction {
	case pg.FetchDirection_FETCH_BACKWARD:
		out.Direction = FetchBackward
	case pg.FetchDirection_FETCH_ABSOLUTE:
		out.Direction = FetchAbsolute
	case pg.FetchDirection_FETCH_RELATIVE:
		out.Direction = FetchRelative
	}
	return out
}

// Source is the whole text that the statement was sent in.
func (s *Statement) Source() string { return s.sql }
