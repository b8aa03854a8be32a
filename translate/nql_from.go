package translate

import (
	"errors"

	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/flare-pg/flare-pg/catalog"
	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/nql"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
)

// ownCall recognises flare.name(…) as the one function of an entry of FROM.
func ownCall(n *pg.RangeFunction, want string) *pg.FuncCall {
	if len(n.Functions) != 1 {
		return nil
	}
	pair := n.Functions[0].GetList().GetItems()
	if len(pair) == 0 || len(pair) > 1 && pair[1].GetList() != nil {
		return nil
	}
	call := pair[0].GetFuncCall()
	if call == nil {
		return nil
	}
	if schema, name, ok := qualified(call.Funcname); !ok || schema != "flare" || name != want {
		return nil
	}
	return call
}

// nqlRelation binds flare.nql('select … from stream …') in FROM. The query becomes a scan of the stream as one that SQL makes: its
// stream is looked up and the right to read it is checked as for any other name of a relation.
func (b *binder) nqlRelation(n *pg.RangeFunction, call *pg.FuncCall) (*relation, error) {
	query, err := b.nqlQuery(call)
	if err != nil {
		return nil, err
	}
	found, err := b.nqlStream(query, call)
	if err != nil {
		return nil, err
	}
	if found.Stream == nil {
		return nil, b.errorf(call.Location, types.CodeWrongObjectType, "%q is not a stream", query.Stream).
			WithHint("NQL reads streams only. Query a view or a system relation by its name.")
	}
	b.wants(found, catalog.Select)
	var node plan.Node
	if len(query.Select) == 0 {
		node, err = b.nqlStar(found, query)
	} else {
		node = nqlScan(found.Stream, query)
		b.scanned[engine.StreamID(found.Stream.ID)] = &relation{name: found.Name, stream: found.Stream, paths: map[string]int{}}
	}
	if err != nil {
		return nil, err
	}
	if err := b.nqlChecked(scanBelow(node), call); err != nil {
		return nil, err
	}
	if query.Limit >= 0 {
		node = &plan.Limit{Output: plan.Output{Cols: node.Columns()}, Input: node, Count: constInt(types.Int8, query.Limit)}
	}
	r := derived("nql", node)
	if n.Alias != nil {
		r.name = n.Alias.Aliasname
	}
	if n.Ordinality {
		return nil, b.unsupported(call.Location, "flare.nql with ordinality is not supported")
	}
	return r, b.rename(r, n.Alias.GetColnames(), call.Location)
}

// nqlQuery parses the query, which is a literal, so that the columns are known before it runs.
func (b *binder) nqlQuery(call *pg.FuncCall) (*nql.Query, error) {
	if err := b.plainCall(call, "nql"); err != nil {
		return nil, err
	}
	if n := len(call.Args); n != 1 && n != 2 {
		return nil, b.errorf(call.Location, types.CodeUndefinedFunction, "flare.nql takes one argument, the query, not %d", n)
	}
	c := call.Args[0].GetAConst()
	if c == nil || c.Isnull || c.GetSval() == nil {
		return nil, b.errorf(location(call.Args[0]), types.CodeFeatureNotSupported, "the query of flare.nql must be a literal").
			WithHint("Its columns are part of the statement. Write flare.nql('select … from …'), and what varies as a condition on its result.")
	}
	query, err := nql.Parse(c.GetSval().Sval)
	if err != nil {
		at := 0
		if e := (*nql.SyntaxError)(nil); errors.As(err, &e) {
			at = e.Offset
		}
		return nil, b.errorf(b.within(c, at), types.CodeSyntaxError, "NQL: %s", err.Error())
	}
	exprs := []nql.Expr{query.Where}
	for _, it := range query.Select {
		exprs = append(exprs, it.Expr)
	}
	for _, x := range exprs {
		nql.Walk(x, func(e nql.Expr) {
			if p, ok := e.(*nql.Param); ok && err == nil {
				err = b.errorf(b.within(c, 0), types.CodeUndefinedParameter, "there is no parameter $%d within flare.nql", p.Index+1).
					WithHint("Compare the columns of its result with parameters instead.")
			}
		})
	}
	return query, err
}

// nqlStream finds the stream of a query: by the name in it, or by the second argument, which views put there so that what they read may be renamed.
func (b *binder) nqlStream(query *nql.Query, call *pg.FuncCall) (catalog.Relation, error) {
	name := &pg.RangeVar{Relname: query.Stream, Inh: true, Location: call.Location}
	if len(call.Args) == 2 {
		path := names(call.Args[1].GetColumnRef().GetFields())
		switch len(path) {
		case 1:
			name.Relname = path[0]
		case 2:
			name.Schemaname, name.Relname = path[0], path[1]
		default:
			return catalog.Relation{}, b.errorf(location(call.Args[1]), types.CodeInvalidParameterValue, "the second argument of flare.nql must be the name of a stream")
		}
	}
	found, err := b.lookup(name)
	if err != nil || b.notes == nil || found.Stream == nil {
		return found, err
	}
	at := int(call.Args[0].GetAConst().GetLocation())
	end, ok := plainLiteralEnd(b.s.sql, at)
	if !ok {
		return found, b.errorf(int32(at), types.CodeFeatureNotSupported, "in a view the query of flare.nql must be a plain literal: '…'")
	}
	if len(call.Args) == 2 {
		from := int(location(call.Args[1]))
		b.notes.edit(from, b.s.identsEnd(int32(from), len(call.Args[1].GetColumnRef().GetFields())), quoteAll(b.notes.mark(len(b.notes.relations))))
	} else {
		b.notes.edit(at, end, b.s.sql[at:end]+", "+quoteAll(b.notes.mark(len(b.notes.relations))))
	}
	b.notes.relations = append(b.notes.relations, found)
	return found, nil
}

// plainLiteralEnd gives the offset behind a literal that is spelled plainly.
func plainLiteralEnd(sql string, at int) (int, bool) {
	if at < 0 || at >= len(sql) || sql[at] != '\'' {
		return 0, false
	}
	for i := at + 1; i < len(sql); i++ {
		if sql[i] != '\'' {
			continue
		}
		if i+1 < len(sql) && sql[i+1] == '\'' {
			i++
			continue
		}
		return i + 1, true
	}
	return 0, false
}

// within is where byte n of a literal's value stands; of one that isn't spelled plainly, where it begins.
func (b *binder) within(c *pg.A_Const, n int) int32 {
	at := int(c.Location)
	if at < 0 || at >= len(b.s.sql) || b.s.sql[at] != '\'' {
		return c.Location
	}
	for at++; n > 0 && at < len(b.s.sql); n-- {
		if b.s.sql[at] == '\'' { // a doubled one
			at++
		}
		at++
	}
	return int32(min(at, len(b.s.sql)-1))
}

// nqlChecked compiles what the scan is to do: errors of NQL's own rules belong to the statement, not to its first row.
func (b *binder) nqlChecked(scan *plan.Scan, call *pg.FuncCall) error {
	if _, err := nql.CompileRows(scan.Where, nil, scan.Reads); err != nil {
		return b.errorf(call.Location, types.CodeSyntaxError, "%s", err.Error())
	}
	return nil
}

// nqlStar is the scan of a query that selects *: the columns that SQL's * shows.
func (b *binder) nqlStar(found catalog.Relation, query *nql.Query) (plan.Node, error) {
	star := &pg.Node{Node: &pg.Node_ResTarget{ResTarget: &pg.ResTarget{Location: -1, Val: &pg.Node{Node: &pg.Node_ColumnRef{ColumnRef: &pg.ColumnRef{
		Location: -1, Fields: []*pg.Node{{Node: &pg.Node_AStar{AStar: &pg.A_Star{}}}},
	}}}}}}
	from := &pg.Node{Node: &pg.Node_RangeVar{RangeVar: &pg.RangeVar{Schemaname: found.Schema, Relname: found.Name, Inh: true, Location: -1}}}
	node, err := b.selectStmt(&pg.SelectStmt{TargetList: []*pg.Node{star}, FromClause: []*pg.Node{from}, Op: pg.SetOperation_SETOP_NONE, LimitOption: pg.LimitOption_LIMIT_OPTION_DEFAULT})
	if err != nil {
		return nil, err
	}
	scan := scanBelow(node)
	if scan == nil {
		return nil, b.errorf(-1, types.CodeInternalError, "%s is not read by a scan", found.Name)
	}
	scan.Where, scan.Order, scan.Limit = query.Where, query.Order, query.Limit
	return node, nil
}

// nqlScan is the scan of a query that says what it wants. A path that SQL has a column for has that column's type; other expressions have
// the type that their text tells, else jsonb.
func nqlScan(st *catalog.Stream, query *nql.Query) *plan.Scan {
	scan := &plan.Scan{Stream: engine.StreamID(st.ID), StreamName: st.Name, Where: query.Where, Order: query.Order, Limit: query.Limit}
	names := query.Columns()
	for i, it := range query.Select {
		c := plan.Column{Name: names[i], Typmod: -1}
		var read nql.Column
		if known, ok := columnOfPath(st, it.Expr); ok {
			c.Type, c.Typmod, read = known.Type, known.Typmod, known.Read
		} else {
			c.Type = nqlTypes[nql.TypeOf(it.Expr)]
			if call, ok := it.Expr.(*nql.Call); ok && nqlConversions[call.Name] != 0 {
				c.Type = nqlConversions[call.Name]
			}
			if c.Type == 0 {
				c.Type = types.JSONB
			}
			read = nql.Column{Expr: it.Expr, Kind: types.KindOf(c.Type)}
		}
		scan.Cols, scan.Reads = append(scan.Cols, c), append(scan.Reads, read)
	}
	return scan
}

var nqlTypes = map[nql.ValueKind]types.OID{
	nql.Boolean: types.Bool, nql.Number: types.Numeric, nql.String: types.Text, nql.Instant: types.Timestamptz, nql.Duration: types.Interval,
}

// nqlConversions are the functions that read a value as a column of a type does.
var nqlConversions = map[string]types.OID{
	"text": types.Text, "integer": types.Int8, "float": types.Float8, "number": types.Numeric, "boolean": types.Bool,
}

// columnOfPath finds the column that shows what a path reads, where a read alone makes it.
func columnOfPath(st *catalog.Stream, e nql.Expr) (*catalog.StreamColumn, bool) {
	p, ok := e.(*nql.Path)
	if !ok {
		return nil, false
	}
	if p.Root != nql.NoBuiltin {
		for i := range st.Columns {
			if c := &st.Columns[i]; len(p.Steps) == 0 && c.Core && c.Read.Path.Root == p.Root && c.Form == catalog.AsRead {
				return c, true
			}
		}
		return nil, false
	}
	c, ok := st.Nested(p)
	if !ok || c.Form != catalog.AsRead || c.Read.Kind == column.Invalid {
		return nil, false
	}
	return c, true
}
