package translate

import (
	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/flare-pg/flare-pg/catalog"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
)

// tailRelation binds flare.tail('stream') in FROM: the stream as a relation, with all its columns, whose scan follows what is committed.
func (b *binder) tailRelation(n *pg.RangeFunction, call *pg.FuncCall) (*relation, error) {
	if err := b.plainCall(call, "tail"); err != nil {
		return nil, err
	}
	if len(call.Args) != 1 {
		return nil, b.errorf(call.Location, types.CodeUndefinedFunction, "flare.tail takes one argument, the name of a stream, not %d", len(call.Args))
	}
	c := call.Args[0].GetAConst()
	if c == nil || c.Isnull || c.GetSval() == nil {
		return nil, b.errorf(location(call.Args[0]), types.CodeFeatureNotSupported, "the stream of flare.tail must be a literal").
			WithHint("The columns of the stream are part of the statement.")
	}
	path, err := types.SplitName(c.GetSval().Sval)
	if err != nil {
		return nil, b.at(err, c.Location)
	}
	name := &pg.RangeVar{Relname: path[len(path)-1], Inh: true, Location: c.Location}
	switch len(path) {
	case 1:
	case 2:
		name.Schemaname = path[0]
	default:
		return nil, b.errorf(c.Location, types.CodeInvalidName, "improper relation name (too many dotted names): %s", c.GetSval().Sval)
	}
	found, err := b.lookup(name)
	if err != nil {
		return nil, err
	}
	switch {
	case found.Stream == nil:
		return nil, b.errorf(c.Location, types.CodeWrongObjectType, "%q is not a stream", name.Relname).WithHint("Only streams can be followed.")
	case b.notes != nil:
		return nil, b.unsupported(call.Location, "flare.tail in a view is not supported")
	case n.Ordinality:
		return nil, b.unsupported(call.Location, "flare.tail with ordinality is not supported")
	}
	b.wants(found, catalog.Select)
	r := &relation{name: "tail", stream: found.Stream, follow: true, paths: map[string]int{}}
	if n.Alias != nil {
		r.name = n.Alias.Aliasname
	}
	r.alias = names(n.Alias.GetColnames())
	return r, b.aliasFits(r, call.Location)
}

// followed puts what follows a stream over its scan; node is that, or what shape made of it.
func followed(node plan.Node) plan.Node {
	if p, ok := node.(*plan.Project); ok {
		p.Input = followed(p.Input)
		return p
	}
	scan := node.(*plan.Scan)
	return &plan.Follow{Output: scan.Output, Input: scan}
}
