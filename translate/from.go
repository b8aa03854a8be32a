package translate

import (
	"slices"

	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/flare-pg/flare-pg/catalog"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
)

// fromItem is an entry of the FROM clause or a join of two: exactly one of rel and kind's sides is set; the zero value is no FROM at all.
type fromItem struct {
	rel         *relation
	join        bool
	kind        plan.JoinKind
	left, right *fromItem
	on          []plan.Expr // conjuncts
	placed      bool        // in the order that reorder chose
	bare        bool        // its join hands rel what it takes
	asWritten   *fromItem   // a join before it was turned: what it shows
	merged      []*mergedColumn
	named       *relation // the name that the join has, if any
	keepsSides  bool      // named doesn't hide what it is a join of
}

// from binds the FROM clause; entries without JOIN between them are crossed.
func (b *binder) from(sc *scope, list []*pg.Node) (fromItem, error) {
	var out *fromItem
	for _, n := range list {
		item, err := b.fromNode(sc, n)
		if err != nil {
			return fromItem{}, err
		}
		sc.items = append(sc.items, item)
		if out == nil {
			out = item
			continue
		}
		if out, err = b.join(sc, plan.InnerJoin, out, item, nil); err != nil {
			return fromItem{}, err
		}
	}
	if out == nil {
		return fromItem{}, nil
	}
	return *out, nil
}

func (b *binder) fromNode(sc *scope, n *pg.Node) (*fromItem, error) {
	if err := b.enter(); err != nil {
		return nil, err
	}
	defer b.leave()
	switch n := n.GetNode().(type) {
	case *pg.Node_RangeVar:
		r, err := b.rangeVar(n.RangeVar)
		if err != nil {
			return nil, err
		}
		return &fromItem{rel: r}, b.addRelation(sc, r)
	case *pg.Node_RangeSubselect:
		r, err := b.subselect(sc, n.RangeSubselect)
		if err != nil {
			return nil, err
		}
		return &fromItem{rel: r}, b.addRelation(sc, r)
	case *pg.Node_JoinExpr:
		return b.joinExpr(sc, n.JoinExpr)
	case *pg.Node_RangeFunction:
		r, err := b.rangeFunction(sc, n.RangeFunction)
		if err != nil {
			return nil, err
		}
		return &fromItem{rel: r}, b.addRelation(sc, r)
	case *pg.Node_RangeTableSample:
		return b.tableSample(sc, n.RangeTableSample)
	case *pg.Node_RangeTableFunc:
		return nil, types.LackXML.Refuse(b.unsupported(n.RangeTableFunc.Location, "XMLTABLE is not supported"))
	default:
		return nil, b.unsupported(-1, "%s is not supported in FROM", construct(n))
	}
}

func (b *binder) addRelation(sc *scope, r *relation) error {
	for _, o := range append(slices.Clip(sc.rels), sc.aliases...) {
		if o.name == r.name && o.name != "" && (o.schema == r.schema || o.schema == "" || r.schema == "") {
			return b.errorf(-1, "42712", "table name %q specified more than once", r.name).WithHint("Give each an alias, as in FROM %s a, %s b.", r.name, r.name)
		}
	}
	sc.rels = append(sc.rels, r)
	return nil
}

// lookup finds a relation by its name in a statement.
func (b *binder) lookup(n *pg.RangeVar) (catalog.Relation, error) {
	if n.Catalogname != "" && n.Catalogname != b.c.Env.Database {
		return catalog.Relation{}, b.unsupported(n.Location, "cross-database references are not implemented: \"%s.%s.%s\"", n.Catalogname, n.Schemaname, n.Relname)
	}
	if err := b.foreignTemporary(n); err != nil {
		return catalog.Relation{}, err
	}
	if n.Schemaname != "" && !b.temporary(n) {
		if err := b.mayUseSchema(n.Schemaname, catalog.Usage, n.Location); err != nil {
			return catalog.Relation{}, err
		}
	}
	rel, ok := b.find(n.Schemaname, n.Relname)
	if !ok {
		name := n.Relname
		if n.Schemaname != "" {
			name = n.Schemaname + "." + name
		}
		err := b.errorf(n.Location, types.CodeUndefinedTable, "relation %q does not exist", name)
		if n.Schemaname == "" && slices.ContainsFunc(b.later, func(c *cte) bool { return c.name == n.Relname }) {
			return catalog.Relation{}, err.WithDetail("There is a WITH item named %q, but it cannot be referenced from this part of the query.", n.Relname).
				WithHint("Use WITH RECURSIVE, or re-order the WITH items to remove forward references.")
		}
		if near := b.nearestRelation(n.Schemaname, n.Relname); near != "" {
			err = err.WithHint("Perhaps you meant %s.", near)
		}
		return catalog.Relation{}, err
	}
	return rel, nil
}

// nearestRelation finds the relation, or the WITH query, that was probably meant, as it would have to be written; "" where nothing is near. Without a schema it is
// one of the search path, or of flare by its very name.
func (b *binder) nearestRelation(schema, name string) string {
	schemas := []string{schema}
	if schema == "" {
		if schemas = b.c.Path; schemas == nil {
			schemas = []string{catalog.PublicSchema}
		}
	}
	var names []string
	for _, r := range b.c.Catalog.Relations() {
		if slices.Contains(schemas, r.Schema) {
			names = append(names, r.Name)
		} else if schema == "" && r.Schema == "flare" && r.Name == name {
			return quoteAll(r.Schema, r.Name)
		}
	}
	if schema == "" {
		for _, c := range b.ctes {
			names = append(names, c.name)
		}
	}
	slices.Sort(names)
	near := types.Nearest(name, names)
	switch {
	case near == "":
		return ""
	case schema == "":
		return quoteAll(near)
	}
	return quoteAll(schema, near)
}

// find finds a relation by its name, in the search path where no schema is given.
func (b *binder) find(schema, name string) (catalog.Relation, bool) {
	if schema == "pg_temp" && b.c.TempSchema != "" {
		schema = b.c.TempSchema
	}
	if schema == "" && b.c.Path != nil {
		return b.c.Catalog.Find(b.c.Path, name)
	}
	return b.c.Catalog.Relation(schema, name)
}

// rangeVar binds the name of a relation or of a WITH query.
func (b *binder) rangeVar(n *pg.RangeVar) (*relation, error) {
	if n.Schemaname == "" {
		for i := len(b.ctes) - 1; i >= 0; i-- {
			if c := b.ctes[i]; c.name == n.Relname {
				return b.useCTE(c, n)
			}
		}
	}
	found, err := b.lookup(n)
	if err != nil {
		return nil, err
	}
	b.wants(found, catalog.Select)
	b.noteRelation(n, found)
	if found.View != nil {
		return b.useView(found.View, n)
	}
	r := &relation{name: found.Name, schema: found.Schema}
	alias := n.Alias.GetColnames()
	if n.Alias != nil {
		r.name, r.schema = n.Alias.Aliasname, ""
	}
	if found.Stream != nil {
		r.stream, r.paths = found.Stream, map[string]int{}
		r.alias = names(alias)
		return r, b.aliasFits(r, n.Location)
	}
	r.source = found
	for _, c := range found.Source.Columns() {
		r.cols = append(r.cols, relColumn{Column: c})
	}
	r.used = make([]bool, len(r.cols))
	return r, b.rename(r, alias, n.Location)
}

// aliasFits refuses more names than * of a stream has columns.
func (b *binder) aliasFits(r *relation, location int32) error {
	stars := 0
	for _, c := range r.stream.Columns {
		if c.Star {
			stars++
		}
	}
	if len(r.alias) > stars {
		return b.tooManyAliases(r.name, stars, len(r.alias), location)
	}
	return nil
}

func (b *binder) tooManyAliases(name string, have, want int, location int32) error {
	return b.errorf(location, types.CodeInvalidColumnReference, "table %q has %d columns available but %d columns specified", name, have, want)
}

// rename gives the first columns of a relation the names of its alias.
func (b *binder) rename(r *relation, alias []*pg.Node, location int32) error {
	if len(alias) > len(r.cols) {
		return b.tooManyAliases(r.name, len(r.cols), len(alias), location)
	}
	for i, name := range names(alias) {
		r.cols[i].Name = name
	}
	return nil
}

// subselect binds (SELECT …) AS name in FROM. With LATERAL it sees the entries before it.
func (b *binder) subselect(sc *scope, n *pg.RangeSubselect) (*relation, error) {
	var node plan.Node
	var args []plan.Expr
	var err error
	if n.Lateral {
		clause := sc.clause
		sc.clause = "FROM clause of their own query level"
		node, args, err = b.subPlan(sc, n.Subquery.GetSelectStmt())
		sc.clause = clause
	} else {
		b.beside = append(b.beside, sc)
		if node, err = b.selectStmt(n.Subquery.GetSelectStmt()); err == nil {
			node, err = b.resolveUnknowns(node)
		}
		b.beside = b.beside[:len(b.beside)-1]
	}
	if err != nil {
		return nil, err
	}
	r := derived(n.Alias.GetAliasname(), node)
	r.args = args
	return r, b.rename(r, n.Alias.GetColnames(), -1)
}

func derived(name string, node plan.Node) *relation {
	r := &relation{name: name, node: node}
	for _, c := range node.Columns() {
		r.cols = append(r.cols, relColumn{Column: c})
	}
	r.used = make([]bool, len(r.cols))
	return r
}

func volatile(n plan.Node) bool {
	found := false
	plan.WalkNodes(n, func(n plan.Node) bool {
		for _, e := range plan.Exprs(n) {
			found = found || plan.IsVolatile(e)
		}
		return !found
	})
	return found
}
