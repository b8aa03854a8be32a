package translate

import (
	pg "github.com/pganalyze/pg_query_go/v6"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// codeInvalidRecursion is SQLSTATE invalid_recursion.
const codeInvalidRecursion = "42P19"

// Where a recursive query may not name itself.
const (
	selfAllowed      = ""
	selfNonRecursive = "within its non-recursive term"
	selfSubquery     = "within a subquery"
	selfOuterJoin    = "within an outer join"
	selfIntersect    = "within INTERSECT"
	selfExcept       = "within EXCEPT"
)

// selfReferences looks for the uses of a WITH query's name in its own text.
type selfReferences struct {
	b    *binder
	name string
	met  int
	err  error
}

// refersTo reports whether a statement uses a name of WITH, itself or in what it contains.
func refersTo(n *pg.Node, name string) bool {
	s := &selfReferences{name: name}
	s.message(n.ProtoReflect(), selfAllowed)
	return s.met > 0
}

// wellFormed checks where a recursive query names itself.
func (b *binder) wellFormed(c *cte) error {
	s := &selfReferences{b: b, name: c.name}
	q := c.query
	if q.WithClause != nil {
		s.with(q.WithClause, selfSubquery)
	}
	if s.query(q.Larg, selfNonRecursive); s.err != nil {
		return s.err
	}
	if s.query(q.Rarg, selfAllowed); s.err != nil {
		return s.err
	}
	for _, clause := range []struct {
		word string
		node *pg.Node
	}{{"OFFSET", q.LimitOffset}, {"LIMIT", q.LimitCount}} {
		if clause.node != nil {
			return b.unsupported(location(clause.node), "%s in a recursive query is not implemented", clause.word)
		}
	}
	if len(q.SortClause) > 0 {
		return b.unsupported(location(q.SortClause[0].GetSortBy().GetNode()), "ORDER BY in a recursive query is not implemented")
	}
	return nil
}

// query visits a SELECT; a WITH query of its own of the same name hides the name.
func (s *selfReferences) query(q *pg.SelectStmt, where string) {
	if q == nil || s.err != nil {
		return
	}
	if w := q.WithClause; w != nil {
		hidden := false
		for _, c := range w.Ctes {
			hidden = hidden || c.GetCommonTableExpr().GetCtename() == s.name
		}
		if hidden && w.Recursive {
			return
		}
		s.with(w, selfSubquery)
		if hidden {
			return
		}
	}
	switch q.Op {
	case pg.SetOperation_SETOP_EXCEPT:
		left := where
		if q.All {
			left = selfExcept
		}
		s.query(q.Larg, left)
		s.query(q.Rarg, selfExcept)
	case pg.SetOperation_SETOP_INTERSECT:
		if q.All {
			where = selfIntersect
		}
		s.query(q.Larg, where)
		s.query(q.Rarg, where)
	case pg.SetOperation_SETOP_UNION:
		s.query(q.Larg, where)
		s.query(q.Rarg, where)
	default:
		s.below(q.ProtoReflect(), where, "with_clause")
		return
	}
	s.below(q.ProtoReflect(), where, "with_clause", "larg", "rarg")
}

func (s *selfReferences) with(w *pg.WithClause, where string) {
	for _, c := range w.Ctes {
		s.message(c.GetCommonTableExpr().GetCtequery().ProtoReflect(), where)
	}
}

// below visits what a message holds, except for some fields.
func (s *selfReferences) below(m protoreflect.Message, where string, except ...protoreflect.Name) {
	m.Range(func(f protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		for _, e := range except {
			if f.Name() == e {
				return true
			}
		}
		switch {
		case f.Message() == nil:
		case f.IsList():
			for i := 0; i < v.List().Len(); i++ {
				s.message(v.List().Get(i).Message(), where)
			}
		default:
			s.message(v.Message(), where)
		}
		return s.err == nil
	})
}

func (s *selfReferences) message(m protoreflect.Message, where string) {
	if s.err != nil {
		return
	}
	switch n := m.Interface().(type) {
	case *pg.SelectStmt:
		s.query(n, where)
	case *pg.SubLink:
		if n.Testexpr != nil {
			s.message(n.Testexpr.ProtoReflect(), where)
		}
		s.query(n.Subselect.GetSelectStmt(), selfSubquery)
	case *pg.JoinExpr:
		left, right := where, where
		switch n.Jointype {
		case pg.JoinType_JOIN_LEFT:
			right = selfOuterJoin
		case pg.JoinType_JOIN_RIGHT:
			left = selfOuterJoin
		case pg.JoinType_JOIN_FULL:
			left, right = selfOuterJoin, selfOuterJoin
		}
		s.message(n.Larg.ProtoReflect(), left)
		s.message(n.Rarg.ProtoReflect(), right)
		if n.Quals != nil {
			s.message(n.Quals.ProtoReflect(), where)
		}
	case *pg.RangeVar:
		if n.Schemaname == "" && n.Relname == s.name {
			s.reference(n, where)
		}
	default:
		s.below(m, where)
	}
}

func (s *selfReferences) reference(n *pg.RangeVar, where string) {
	s.met++
	switch {
	case s.b == nil:
	case where != selfAllowed:
		s.err = s.b.errorf(n.Location, codeInvalidRecursion, "recursive reference to query %q must not appear %s", s.name, where)
	case s.met > 1:
		s.err = s.b.errorf(n.Location, codeInvalidRecursion, "recursive reference to query %q must not appear more than once", s.name)
	}
}
