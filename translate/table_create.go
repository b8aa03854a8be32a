package translate

import (
	"slices"
	"strings"

	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/flare-pg/flare-pg/catalog"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
)

// maxTableColumns is PostgreSQL's limit.
const maxTableColumns = 1600

// createTable binds CREATE TABLE.
func (b *binder) createTable(n *pg.CreateStmt) (*Definition, error) {
	switch {
	case len(n.InhRelations) > 0 && n.Partbound == nil:
		return nil, b.unsupported(-1, "INHERITS is not supported")
	case n.Partspec != nil || n.Partbound != nil:
		return nil, b.unsupported(-1, "partitioned tables are not supported: streams are kept in order of time by themselves")
	case n.OfTypename != nil:
		return nil, b.unsupported(-1, "CREATE TABLE … OF is not supported")
	}
	onCommit, err := b.onCommit(n.Oncommit, n.Relation)
	if err != nil {
		return nil, err
	}
	schema, err := b.creationSchema(n.Relation)
	if err != nil {
		return nil, err
	}
	d := &Definition{Tag: "CREATE TABLE", OnCommit: onCommit}
	if n.IfNotExists {
		if done, err := b.relationThere(d, schema, n.Relation.Relname, true); done || err != nil {
			return d, err
		}
	}
	t := &catalog.Table{Declared: len(n.TableElts) > 0}
	var unenforced []string
	for _, e := range n.TableElts {
		switch e := e.GetNode().(type) {
		case *pg.Node_ColumnDef:
			c, more, err := b.columnDef(n.Relation.Relname, e.ColumnDef)
			if err != nil {
				return nil, err
			}
			if t.Column(c.Name) >= 0 {
				return nil, b.errorf(-1, types.CodeDuplicateColumn, "column %q specified more than once", c.Name)
			}
			t.Attrs++
			c.Attr, c.Member = t.Attrs, c.Name
			t.Columns = append(t.Columns, *c)
			unenforced = append(unenforced, more...)
		case *pg.Node_TableLikeClause:
			if err := b.likeColumns(t, e.TableLikeClause); err != nil {
				return nil, err
			}
		case *pg.Node_Constraint:
			kind, err := b.constraint(e.Constraint)
			if err != nil {
				return nil, err
			}
			for _, k := range names(e.Constraint.Keys) {
				i := t.Column(k)
				if i < 0 {
					return nil, b.errorf(e.Constraint.Location, types.CodeUndefinedColumn, "column %q named in key does not exist", k)
				}
				t.Columns[i].NotNull = t.Columns[i].NotNull || kind == "PRIMARY KEY"
			}
			unenforced = append(unenforced, kind)
		default:
			return nil, b.unsupported(-1, "%s in CREATE TABLE is not supported", construct(e))
		}
	}
	if len(t.Columns) > maxTableColumns {
		return nil, b.errorf(-1, "54011", "tables can have at most %d columns", maxTableColumns)
	}
	if err := b.tableOptions(t, n.Options); err != nil {
		return nil, err
	}
	if _, err := b.relationThere(d, schema, n.Relation.Relname, false); err != nil { // what is wrong with its columns is said first
		return nil, err
	}
	d.unenforced(unenforced)
	d.create(schema, n.Relation.Relname, b.temporary(n.Relation), t)
	return d, nil
}

// unenforced tells of keys that are taken note of and no more.
func (d *Definition) unenforced(kinds []string) {
	slices.Sort(kinds)
	for _, k := range slices.Compact(kinds) {
		d.note("%s is not enforced", k)
	}
}

// columnDef binds a column's definition; unenforced names the keys in it.
func (b *binder) columnDef(table string, n *pg.ColumnDef) (c *catalog.TableColumn, unenforced []string, err error) {
	c = &catalog.TableColumn{Name: n.Colname}
	if strings.HasPrefix(c.Name, "@") {
		return nil, nil, b.errorf(n.Location, "42939", "column name %q is reserved: names that begin with @ are built in", c.Name)
	}
	if c.Type, c.Typmod, err = b.columnType(n.TypeName, n.Colname); err != nil {
		return nil, nil, err
	}
	if n.CollClause != nil {
		if _, name, _ := qualified(n.CollClause.Collname); name != "C" && name != "default" && name != "POSIX" {
			return nil, nil, b.unsupported(n.CollClause.Location, "collation %q is not supported: text compares by bytes", name)
		}
	}
	null, said := false, int32(-1)
	for _, x := range n.Constraints {
		k := x.GetConstraint()
		switch k.Contype {
		case pg.ConstrType_CONSTR_NULL:
			null, said = true, k.Location
		case pg.ConstrType_CONSTR_NOTNULL:
			c.NotNull, said = true, k.Location
		case pg.ConstrType_CONSTR_DEFAULT:
			if c.Default != "" {
				return nil, nil, b.errorf(k.Location, types.CodeSyntaxError, "multiple default values specified for column %q of table %q", c.Name, table)
			}
			if c.Default, _, err = b.defaultText(k.RawExpr, c); err != nil {
				return nil, nil, err
			}
		default:
			kind, err := b.constraint(k)
			if err != nil {
				return nil, nil, err
			}
			c.NotNull = c.NotNull || kind == "PRIMARY KEY"
			if kind != "" {
				unenforced = append(unenforced, kind)
			}
		}
	}
	if null && c.NotNull {
		return nil, nil, b.errorf(said, types.CodeSyntaxError, "conflicting NULL/NOT NULL declarations for column %q of table %q", c.Name, table)
	}
	return c, unenforced, nil
}

// columnType finds the type of a declared column.
func (b *binder) columnType(n *pg.TypeName, column string) (types.OID, int32, error) {
	if list := names(n.GetNames()); len(list) == 1 && strings.HasSuffix(list[0], "serial") {
		return 0, 0, b.unsupported(n.Location, "type %s is not supported: there are no sequences", list[0])
	}
	t, typmod, err := b.typeName(n)
	if err != nil {
		return 0, 0, err
	}
	switch row, _ := types.Lookup(t); {
	case row.Category == 'P':
		return 0, 0, b.errorf(n.Location, "42P16", "column %q has pseudo-type %s", column, types.FormatType(t, -1))
	case !types.Storable(t):
		return 0, 0, b.unsupported(n.Location, "columns of type %s are not supported", types.FormatType(t, -1))
	}
	return t, typmod, nil
}

// constraint says what a constraint is that is not enforced; "" for a mere attribute of one.
func (b *binder) constraint(k *pg.Constraint) (string, error) {
	switch k.Contype {
	case pg.ConstrType_CONSTR_PRIMARY:
		return "PRIMARY KEY", nil
	case pg.ConstrType_CONSTR_UNIQUE:
		return "UNIQUE", nil
	case pg.ConstrType_CONSTR_FOREIGN:
		return "FOREIGN KEY", nil
	case pg.ConstrType_CONSTR_CHECK:
		return "", b.unsupported(k.Location, "CHECK constraints are not supported")
	case pg.ConstrType_CONSTR_EXCLUSION:
		return "", b.unsupported(k.Location, "EXCLUDE constraints are not supported")
	case pg.ConstrType_CONSTR_IDENTITY:
		return "", b.unsupported(k.Location, "identity columns are not supported: there are no sequences")
	case pg.ConstrType_CONSTR_GENERATED:
		return "", b.unsupported(k.Location, "generated columns are not supported")
	}
	return "", nil
}

// defaultText binds a DEFAULT expression and gives its text as it is kept: "" for null.
func (b *binder) defaultText(n *pg.Node, c *catalog.TableColumn) (string, plan.Expr, error) {
	e, err := b.defaultExpr(n, c)
	if err != nil {
		return "", nil, err
	}
	if k, ok := e.(*plan.Const); ok && k.Value.Null(0) {
		return "", e, nil
	}
	shown := e
	if plain, err := b.expr(newScope(), n); err == nil && plain.Type() != types.Unknown {
		shown = plain // as it was given, before it is cast for the column
	}
	text := plan.Deparse(shown, plan.ExplainOptions{})
	again := *c
	again.Default = text
	if _, err := b.columnDefault(&again); err != nil {
		return "", nil, b.unsupported(location(n), "this DEFAULT expression is not supported")
	}
	return text, e, nil
}

// tableOptions reads WITH (…) and settles which column is the event's time.
func (b *binder) tableOptions(t *catalog.Table, list []*pg.Node) error {
	time, named := "", false
	for _, o := range list {
		d := o.GetDefElem()
		value := defString(d.Arg)
		if d.Defnamespace != "" {
			return b.errorf(-1, types.CodeInvalidParameterValue, "unrecognized parameter namespace %q", d.Defnamespace)
		}
		if d.Defname == "event_time" {
			time, named = value, true
			continue
		}
		if catalog.Pointless(d.Defname) {
			b.notice(-1, "storage parameter %q has no effect here", d.Defname)
			continue
		}
		if err := catalog.CheckParameter(d.Defname, value); err != nil {
			return err
		}
		if t.Option(d.Defname) != "" {
			return b.errorf(-1, types.CodeInvalidParameterValue, "parameter %q specified more than once", d.Defname)
		}
		t.SetOption(d.Defname, value)
	}
	at := -1
	if named {
		if at = t.Column(time); at < 0 {
			return b.errorf(-1, types.CodeInvalidParameterValue, "invalid value for parameter %q: %q", "event_time", time).
				WithDetail("The table has no column of that name.")
		}
		if t.Columns[at].Type != types.Timestamptz {
			return b.errorf(-1, types.CodeInvalidParameterValue, "invalid value for parameter %q: %q", "event_time", time).
				WithDetail("The column is of type %s, and the event time is timestamp with time zone.", types.FormatType(t.Columns[at].Type, -1))
		}
		t.SetOption("event_time", time)
	}
	for i := range t.Columns {
		c := &t.Columns[i]
		if at < 0 && c.Type == types.Timestamptz {
			at = i
		}
		if oid, ok := ownCores[c.Name]; ok && oid == c.Type && c.Typmod < 0 {
			c.Core, c.Member = c.Name, ""
		}
	}
	if at >= 0 {
		c := &t.Columns[at]
		c.Core, c.Member, c.NotNull = "timestamp", "", true
		if c.Default == "" {
			c.Default = "now()"
		}
	}
	return nil
}

// ownCores are the core columns that a declared column of the same name and type is.
var ownCores = map[string]types.OID{
	"level": types.Text, "message": types.Text, "exception": types.Text, "trace_id": types.Text, "span_id": types.Text,
	"message_template": types.Text, "event_type": types.Int8, "properties": types.JSONB,
}
