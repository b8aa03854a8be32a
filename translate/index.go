package translate

import (
	"strings"

	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/flare-pg/flare-pg/catalog"
	"github.com/flare-pg/flare-pg/nql"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/function"
)

// CreateIndex is CREATE INDEX name ON stream (timestamp) WHERE predicate: a signal.
type CreateIndex struct {
	Stream       *catalog.Stream
	Name         string
	IfNotExists  bool
	Concurrently bool
	Where        nql.Expr    // over nql.Param nodes that index Params
	Params       []plan.Expr // without Refs and parameters, immutable
	Definition   string      // the predicate as the user wrote it
}

// DropIndex is DROP INDEX. Missing are names that IF EXISTS passes over.
type DropIndex struct {
	Indexes      []*catalog.Index
	Missing      []string
	Concurrently bool
}

func (*CreateIndex) bound() {}
func (*DropIndex) bound()   {}

// whatAnIndexIs is the detail of each error about an index of another kind.
const whatAnIndexIs = "An index here notes for a condition which parts of a stream hold events that meet it: CREATE INDEX errors ON stream (timestamp) WHERE level = 'Error'."

func (b *binder) noSuchIndex(location int32, format string, args ...any) *types.Error {
	return b.errorf(location, types.CodeFeatureNotSupported, format, args...).WithDetail(whatAnIndexIs)
}

// createIndex binds CREATE INDEX.
func (b *binder) createIndex(n *pg.IndexStmt) (Bound, error) {
	switch {
	case n.Unique, n.Primary, n.Isconstraint:
		return nil, b.noSuchIndex(-1, "UNIQUE indexes are not supported")
	case n.AccessMethod != "" && n.AccessMethod != "btree":
		return nil, b.noSuchIndex(-1, "indexes with method %q are not supported", n.AccessMethod)
	case len(n.IndexIncludingParams) > 0:
		return nil, b.noSuchIndex(-1, "indexes with INCLUDE are not supported")
	case len(n.Options) > 0:
		return nil, b.noSuchIndex(-1, "storage parameters of indexes are not supported")
	case n.TableSpace != "":
		return nil, b.noSuchIndex(-1, "tablespaces are not supported")
	}
	stream, err := b.writable(n.Relation, "CREATE INDEX")
	if err != nil {
		return nil, placeless(err)
	}
	if rel, ok := b.c.Catalog.RelationByOID(stream.OID); ok {
		if err := b.owns(rel, "table"); err != nil {
			return nil, err
		}
	}
	if len(n.IndexParams) != 1 || !b.isEventTime(n.IndexParams[0].GetIndexElem()) {
		return nil, b.noSuchIndex(-1, "an index is on the column timestamp, and on nothing else")
	}
	if n.WhereClause == nil {
		return nil, b.noSuchIndex(-1, "an index without WHERE is not supported").
			WithHint("Events are kept in order of time, so looking up a time needs no index.")
	}
	out := &CreateIndex{Stream: stream, Name: n.Idxname, IfNotExists: n.IfNotExists, Concurrently: n.Concurrent, Definition: b.whereText()}
	if out.Name == "" {
		out.Name = b.freeIndexName(stream)
	}
	return out, b.signal(out, n)
}

// isEventTime reports whether an index is on the timestamp.
func (b *binder) isEventTime(e *pg.IndexElem) bool {
	return e.GetExpr() == nil && (e.GetName() == "timestamp" || e.GetName() == "@t") && len(e.GetOpclass()) == 0 && len(e.GetCollation()) == 0
}

// freeIndexName makes a name as PostgreSQL does.
func (b *binder) freeIndexName(stream *catalog.Stream) string {
	base := stream.Name + "_timestamp_idx"
	for i := 0; ; i++ {
		name := base
		if i > 0 {
			name += string(rune('0' + i%10))
		}
		if i > 9 {
			name = base + strings.Repeat("x", i)
		}
		_, taken := b.c.Catalog.Index(stream.Schema, name)
		if _, relation := b.c.Catalog.Relation(stream.Schema, name); !taken && !relation {
			return name
		}
	}
}

// signal translates the predicate to what the store decides by itself.
func (b *binder) signal(out *CreateIndex, n *pg.IndexStmt) error {
	sc := newScope()
	r, err := b.rangeVar(n.Relation)
	if err != nil {
		return err
	}
	if err := b.addRelation(sc, r); err != nil {
		return err
	}
	cond, err := b.condition(sc, n.WhereClause, "index predicates")
	if err != nil {
		return err
	}
	conds := plan.Conjuncts(cond)
	for _, c := range conds {
		switch {
		case plan.HasParams(c):
			return b.errorf(-1, types.CodeUndefinedParameter, "there is no parameter $1")
		case plan.VolatilityOf(c) == function.Volatile:
			return b.errorf(-1, types.CodeInvalidObjectDefinition, "functions in index predicate must be marked IMMUTABLE")
		}
	}
	if conds, err = b.foldAll(conds); err != nil {
		return err
	}
	scan := &plan.Scan{Stream: out.Stream.ID, StreamName: out.Stream.Name, Limit: -1}
	rest := b.push(sc, scan, conds)
	if len(scan.Bounds) > 0 {
		return b.noSuchIndex(-1, "an index's WHERE can't compare the timestamp").
			WithHint("Files outside a query's time are left out without an index.")
	}
	if len(rest) > 0 {
		var parts []string
		for _, c := range rest {
			parts = append(parts, plan.Deparse(c, plan.ExplainOptions{Env: b.c.Env}))
		}
		return b.noSuchIndex(-1, "this part of the index's WHERE can't be decided by the store: %s", strings.Join(parts, " AND ")).
			WithHint("What can: columns compared with constants (=, <>, <, <=, >, >=, IN, LIKE, IS NULL, booleans), joined by AND, OR and NOT.")
	}
	for _, p := range scan.Params {
		if plan.VolatilityOf(p) != function.Immutable {
			return b.errorf(-1, types.CodeInvalidObjectDefinition, "functions in index predicate must be marked IMMUTABLE")
		}
	}
	if scan.Where == nil {
		return b.noSuchIndex(-1, "an index's WHERE must be about columns of the stream")
	}
	out.Where, out.Params = scan.Where, scan.Params
	return nil
}

// foldAll computes what is constant in expressions: a signal is compared with queries by its text.
func (b *binder) foldAll(exprs []plan.Expr) ([]plan.Expr, error) {
	if b.c.Eval == nil {
		return exprs, nil
	}
	var failed error
	out := make([]plan.Expr, len(exprs))
	for i, e := range exprs {
		out[i] = plan.Transform(e, func(x plan.Expr) plan.Expr {
			if _, is := x.(*plan.Const); is || failed != nil || plan.HasRefs(x) || plan.HasOuter(x) || plan.VolatilityOf(x) != function.Immutable {
				return x
			}
			v, err := b.c.Eval(x)
			if err != nil {
				failed = err
				return x
			}
			return &plan.Const{Typed: plan.Typed{OID: x.Type(), Mod: x.Typmod()}, Value: v}
		})
	}
	return out, failed
}

// whereText gives the text behind the statement's last WHERE.
func (b *binder) whereText() string {
	text := b.s.Text()
	scan, err := grammarScan(text)
	if err != nil {
		return ""
	}
	depth, at := 0, -1
	for _, t := range scan.Tokens {
		switch w := text[t.Start:t.End]; {
		case w == "(":
			depth++
		case w == ")":
			depth--
		case depth == 0 && at < 0 && strings.EqualFold(w, "where"):
			at = int(t.End)
		}
	}
	if at < 0 {
		return ""
	}
	return strings.TrimSpace(text[at:])
}

// dropIndex binds DROP INDEX.
func (b *binder) dropIndex(n *pg.DropStmt) (Bound, error) {
	out := &DropIndex{Concurrently: n.Concurrent}
	for _, o := range n.Objects {
		schema, name, ok := qualified(o.GetList().GetItems())
		if !ok {
			return nil, b.unsupported(-1, "cross-database references are not implemented")
		}
		if x, ok := b.c.Catalog.Index(schema, name); ok {
			if rel, ok := b.c.Catalog.RelationByOID(x.Stream.OID); ok {
				if err := b.owns(rel, "index"); err != nil {
					return nil, b.refuse("must be owner of index %s", name)
				}
			}
			out.Indexes = append(out.Indexes, x)
			continue
		}
		if _, ok := b.c.Catalog.Relation(schema, name); ok {
			return nil, b.errorf(-1, types.CodeWrongObjectType, "%q is not an index", name)
		}
		if !n.MissingOk {
			return nil, b.errorf(-1, types.CodeUndefinedObject, "index %q does not exist", name)
		}
		out.Missing = append(out.Missing, name)
	}
	return out, nil
}
