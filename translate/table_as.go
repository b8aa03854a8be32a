package translate

import (
	"slices"

	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/flare-pg/flare-pg/catalog"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
)

// CreateTableAs is CREATE TABLE … AS and SELECT … INTO: a table of a query's columns, and its rows.
type CreateTableAs struct {
	Command string // "CREATE TABLE AS" or "SELECT INTO"
	Source  Bound  // a *Query or an *Execute
	NoData  bool   // the rows are left out
	// Define makes the table of the query's columns. Where it gives a Definition without a Change the table is there already, and nothing is to be done.
	Define func(cols []plan.Column) (*Definition, error)
	Schema string
	Name   string
}

func (*CreateTableAs) bound() {}

// createTableAs binds CREATE TABLE … AS.
func (b *binder) createTableAs(n *pg.CreateTableAsStmt) (Bound, error) {
	inner, err := b.statement(n.Query)
	if err != nil {
		return nil, err
	}
	return b.tableOf(n.Into, inner, "CREATE TABLE AS", n.IfNotExists)
}

// into is the INTO of a SELECT, which stands in its first arm where it has several; nil: it has none.
func into(n *pg.SelectStmt) *pg.SelectStmt {
	for isSetOperation(n) {
		n = n.Larg
	}
	if n.IntoClause == nil {
		return nil
	}
	return n
}

// selectInto binds SELECT … INTO; holder is the arm with the INTO.
func (b *binder) selectInto(n, holder *pg.SelectStmt) (Bound, error) {
	b.into = holder
	q, err := b.query(n)
	if err != nil {
		return nil, err
	}
	return b.tableOf(holder.IntoClause, q, "SELECT INTO", false)
}

// misplacedInto refuses an INTO that is not the statement's own.
func (b *binder) misplacedInto(n *pg.SelectStmt) error {
	if isSetOperation(n) && n.Rarg != nil {
		if x := into(n.Rarg); x != nil {
			return b.errorf(x.IntoClause.GetRel().GetLocation(), types.CodeSyntaxError, "INTO is only allowed on first SELECT of UNION/INTERSECT/EXCEPT")
		}
	}
	if n.IntoClause == nil || n == b.into {
		return nil
	}
	return b.errorf(n.IntoClause.GetRel().GetLocation(), types.CodeSyntaxError, "SELECT ... INTO is not allowed here")
}

// tableOf binds the table that the rows of a statement go to.
func (b *binder) tableOf(n *pg.IntoClause, source Bound, command string, lenient bool) (Bound, error) {
	onCommit, err := b.onCommit(n.OnCommit, n.Rel)
	if err != nil {
		return nil, err
	}
	out := &CreateTableAs{Command: command, Source: source, NoData: n.SkipData, Name: n.Rel.Relname}
	if out.Schema, err = b.creationSchema(n.Rel); err != nil {
		return nil, placeless(err)
	}
	out.Define = func(cols []plan.Column) (*Definition, error) { return b.defineAs(out, n, cols, onCommit, lenient) }
	if q, ok := source.(*Query); ok { // what is wrong is told when the statement is bound
		_, err = out.Define(q.Plan.Columns())
	}
	return out, err
}

// defineAs makes the definition of the table.
func (b *binder) defineAs(a *CreateTableAs, n *pg.IntoClause, cols []plan.Column, onCommit OnCommit, lenient bool) (*Definition, error) {
	d := &Definition{Tag: a.Command, OnCommit: onCommit}
	if done, err := b.relationThere(d, a.Schema, a.Name, lenient); done || err != nil {
		return d, err
	}
	list := names(n.ColNames)
	if len(list) > len(cols) {
		return nil, b.errorf(-1, types.CodeSyntaxError, "too many column names were specified")
	}
	if len(cols) == 0 {
		return nil, b.unsupported(-1, "a table of no columns is not supported here").WithHint("CREATE TABLE %s () makes a stream that takes whatever comes.", plan.QuoteIdent(a.Name))
	}
	t := &catalog.Table{Declared: true}
	for i, c := range cols {
		if i < len(list) {
			c.Name = list[i]
		}
		if c.Type == types.Unknown {
			c.Type = types.Text
		}
		if err := b.addColumn(t, &catalog.TableColumn{Name: c.Name, Type: c.Type, Typmod: c.Typmod}); err != nil {
			return nil, err
		}
	}
	if err := b.tableOptions(t, n.Options); err != nil {
		return nil, err
	}
	d.create(a.Schema, a.Name, b.temporary(n.Rel), t)
	return d, nil
}

// addColumn adds a column that a query has, or another relation.
func (b *binder) addColumn(t *catalog.Table, c *catalog.TableColumn) error {
	switch row, _ := types.Lookup(c.Type); {
	case t.Column(c.Name) >= 0:
		return b.errorf(-1, types.CodeDuplicateColumn, "column %q specified more than once", c.Name)
	case len(c.Name) > 0 && c.Name[0] == '@':
		return b.errorf(-1, "42939", "column name %q is reserved: names that begin with @ are built in", c.Name)
	case row.Category == 'P':
		return b.errorf(-1, "42P16", "column %q has pseudo-type %s", c.Name, types.FormatType(c.Type, -1))
	case !types.Storable(c.Type):
		return b.unsupported(-1, "columns of type %s are not supported", types.FormatType(c.Type, -1))
	case len(t.Columns) >= maxTableColumns:
		return b.errorf(-1, "54011", "tables can have at most %d columns", maxTableColumns)
	}
	t.Attrs++
	c.Attr, c.Member = t.Attrs, c.Name
	t.Columns = append(t.Columns, *c)
	return nil
}

// likeDefaults is the option of LIKE that takes the columns' defaults along; PostgreSQL's other options are about what streams don't have.
const likeDefaults = 1 << 3

// likeColumns adds the columns of LIKE: those that * shows of a relation.
func (b *binder) likeColumns(t *catalog.Table, n *pg.TableLikeClause) error {
	rel, err := b.lookup(n.Relation)
	if err != nil {
		return err
	}
	b.wants(rel, catalog.Select)
	if rel.Stream != nil && rel.Stream.Table.Declared {
		for _, c := range rel.Stream.Table.Columns {
			own := catalog.TableColumn{Name: c.Name, Type: c.Type, Typmod: c.Typmod, NotNull: c.NotNull}
			if n.Options&likeDefaults != 0 {
				own.Default = c.Default
			}
			if err := b.addColumn(t, &own); err != nil {
				return err
			}
		}
		return nil
	}
	r, err := b.rangeVar(n.Relation)
	if err != nil {
		return err
	}
	sc := b.newScope()
	if err := b.addRelation(sc, r); err != nil {
		return err
	}
	for _, o := range b.outputsOf(sc, r) {
		if err := b.addColumn(t, &catalog.TableColumn{Name: o.name, Type: o.expr.Type(), Typmod: o.expr.Typmod()}); err != nil {
			return err
		}
	}
	return nil
}

// relationThere reports whether a relation of a name is there, which is an error unless the statement lets it be.
func (b *binder) relationThere(d *Definition, schema, name string, lenient bool) (bool, error) {
	if _, there := b.c.Catalog.Relation(schema, name); !there {
		return false, nil
	}
	if !lenient {
		return false, b.errorf(-1, "42P07", "relation %q already exists", name)
	}
	d.note("relation %q already exists, skipping", name)
	d.Notices[0].Code = "42P07"
	return true, nil
}

// Into makes the node that writes a query's rows to a table of as many columns.
func Into(st *catalog.Stream, rows plan.Node) *plan.Insert {
	out := &plan.Insert{Input: rows, Stream: st.ID, StreamName: st.Name}
	for _, c := range st.Own() {
		out.Targets = append(out.Targets, ownTarget(st, c).Target)
	}
	slices.SortStableFunc(out.Targets, func(a, b plan.Target) int { return a.Declared - b.Declared })
	return out
}
