package translate

import (
	"strings"

	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/function"
)

// codeInvalidSample and codeInvalidRepeat are SQLSTATEs for what TABLESAMPLE and REPEATABLE take.
const codeInvalidSample, codeInvalidRepeat = "2202H", "2202G"

// tableSample binds stream TABLESAMPLE method (percent) REPEATABLE (number): a condition on the stream's events, whatever the query asks of them.
func (b *binder) tableSample(sc *scope, n *pg.RangeTableSample) (*fromItem, error) {
	r, err := b.rangeVar(n.Relation.GetRangeVar())
	if err != nil {
		return nil, err
	}
	if r.stream == nil { // of system catalogs PostgreSQL has samples, too
		return nil, b.unsupported(n.Relation.GetRangeVar().GetLocation(), "TABLESAMPLE clause can only be applied to tables and materialized views")
	}
	method := strings.Join(names(n.Method), ".")
	switch strings.TrimPrefix(method, "pg_catalog.") {
	case "bernoulli", "system":
	default:
		return nil, b.errorf(n.Location, types.CodeUndefinedObject, "tablesample method %s does not exist", method)
	}
	if len(n.Args) != 1 {
		return nil, b.errorf(n.Location, codeInvalidSample, "tablesample method %s requires 1 argument, not %d", method, len(n.Args))
	}
	percent, err := b.sampleArgument(n.Args[0], types.Float4, "TABLESAMPLE", codeInvalidSample)
	if err != nil {
		return nil, err
	}
	seed := plan.Expr(constNull(types.Float8))
	if n.Repeatable != nil {
		if seed, err = b.sampleArgument(n.Repeatable, types.Float8, "TABLESAMPLE REPEATABLE", codeInvalidRepeat); err != nil {
			return nil, err
		}
	}
	id, ok := r.stream.Core("event_id")
	if !ok {
		return nil, types.Errorf(types.CodeInternalError, "stream %q has no event_id", r.stream.Name)
	}
	b.samples++
	r.sample = &plan.Call{Typed: typed(types.Bool), Func: function.Sampled(strings.HasSuffix(method, "system"), b.samples),
		Args: []plan.Expr{sc.ref(r, r.show(id.Name, id)), percent, seed}}
	return &fromItem{rel: r}, b.addRelation(sc, r)
}

// sampleArgument binds what TABLESAMPLE or REPEATABLE takes.
func (b *binder) sampleArgument(n *pg.Node, t types.OID, construct, code string) (plan.Expr, error) {
	sc := b.newScope()
	sc.clause = "functions in FROM"
	e, err := b.expr(sc, n)
	if err != nil {
		return nil, err
	}
	out, ok, err := b.coerce(e, t, -1, function.CastAssignment, location(n))
	switch {
	case err != nil:
		return nil, err
	case !ok:
		return nil, b.errorf(location(n), types.CodeDatatypeMismatch, "argument of %s must be type %s, not type %s", strings.TrimPrefix(construct, "TABLESAMPLE "), typeName(t), typeName(e.Type()))
	}
	if c, ok := out.(*plan.Const); ok && c.Value.Null(0) {
		return nil, b.errorf(-1, code, "%s parameter cannot be null", construct)
	}
	return out, nil
}
