package translate

import (
	"slices"
	"strings"

	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/flare-pg/flare-pg/catalog"
	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/function"
)

// alteration is ALTER TABLE on its way to a Definition: its steps change the table one after the other, now on a copy, so that later
// ones see what earlier ones do, and again when the transaction commits.
type alteration struct {
	b     *binder
	d     *Definition
	st    *catalog.Stream
	now   *catalog.Table
	steps []func(t *catalog.Table, g Given) error
	// before is what falls with the table's columns: views, indexes, comments.
	before []func(e *engine.SchemaEdit) error
	owner  func(e *engine.SchemaEdit) error // gives it another; nil: there is nothing to give
}

// alterTable binds ALTER TABLE with its subcommands.
func (b *binder) alterTable(n *pg.AlterTableStmt) (*Definition, error) {
	d := &Definition{Tag: "ALTER TABLE"}
	st, err := b.changeable(d, n.Relation, n.MissingOk)
	if st == nil {
		return d, err
	}
	a := &alteration{b: b, d: d, st: st, now: st.Table.Clone()}
	for _, c := range n.Cmds {
		if err := a.command(c.GetAlterTableCmd()); err != nil {
			return nil, err
		}
	}
	if len(a.steps) > 0 {
		d.Change = func(e *engine.SchemaEdit, g Given) error {
			return catalog.AlterTable(e, st.ID, st.Name, func(t *catalog.Table) error {
				for _, s := range a.steps {
					if err := s(t, g); err != nil {
						return err
					}
				}
				return nil
			})
		}
	}
	for _, change := range slices.Backward(a.before) {
		d.first(change)
	}
	if a.owner != nil {
		d.first(a.owner)
	}
	return d, nil
}

func (a *alteration) command(c *pg.AlterTableCmd) error {
	b := a.b
	switch c.Subtype {
	case pg.AlterTableType_AT_AddColumn:
		return a.addColumn(c)
	case pg.AlterTableType_AT_DropColumn:
		return a.dropColumn(c)
	case pg.AlterTableType_AT_AlterColumnType:
		return a.setType(c)
	case pg.AlterTableType_AT_ColumnDefault:
		return a.setDefault(c)
	case pg.AlterTableType_AT_SetNotNull, pg.AlterTableType_AT_DropNotNull:
		return a.setNotNull(c.Name, c.Subtype == pg.AlterTableType_AT_SetNotNull)
	case pg.AlterTableType_AT_SetRelOptions, pg.AlterTableType_AT_ResetRelOptions:
		return a.setOptions(c)
	case pg.AlterTableType_AT_ChangeOwner:
		rel, _ := b.c.Catalog.RelationByOID(a.st.OID)
		change, err := b.changeOwner(rel, c.Newowner)
		if err == nil {
			a.owner = change
		}
		return err
	case pg.AlterTableType_AT_AddConstraint:
		kind, err := b.constraint(c.Def.GetConstraint())
		if kind != "" {
			a.d.unenforced([]string{kind})
		}
		return err
	}
	words := strings.TrimPrefix(c.Subtype.String(), "AT_")
	if known, ok := alterations[words]; ok {
		words = known
	}
	return b.unsupported(-1, "ALTER TABLE … %s is not supported", words)
}

// alterations are the words of subcommands that aren't there.
var alterations = map[string]string{
	"AddColumn": "ADD COLUMN", "AlterColumnType": "ALTER COLUMN ... SET DATA TYPE", "SetNotNull": "ALTER COLUMN ... SET NOT NULL",
	"DropColumn": "DROP COLUMN", "DropNotNull": "ALTER COLUMN ... DROP NOT NULL", "AddConstraint": "ADD CONSTRAINT",
	"DropConstraint": "DROP CONSTRAINT", "ChangeOwner": "OWNER TO", "SetStatistics": "SET STATISTICS", "SetStorage": "SET STORAGE",
	"EnableRowSecurity": "ENABLE ROW LEVEL SECURITY", "AddInherit": "INHERIT", "AttachPartition": "ATTACH PARTITION", "SetTableSpace": "SET TABLESPACE",
	"ClusterOn": "CLUSTER ON", "AddIdentity": "ADD GENERATED", "SetLogged": "SET LOGGED", "SetUnLogged": "SET UNLOGGED", "ValidateConstraint": "VALIDATE CONSTRAINT",
}

// step takes a change down and makes it on the copy.
func (a *alteration) step(change func(t *catalog.Table, g Given) error) error {
	a.steps = append(a.steps, change)
	given := Given{}
	for range a.d.Values {
		given.Values = append(given.Values, []byte("null"))
	}
	return change(a.now, given)
}

// column finds the column that a subcommand is about: a declared one, or, in a stream without a schema, a property, which is declared then.
func (a *alteration) column(name string) (string, error) {
	if a.now.Column(name) >= 0 {
		return name, nil
	}
	if a.now.Declared {
		return "", a.noColumn(name)
	}
	for i := range a.now.Columns {
		if strings.EqualFold(a.now.Columns[i].Name, name) {
			return a.now.Columns[i].Name, nil
		}
	}
	if _, core := a.st.Core(name); core {
		return "", a.b.unsupported(-1, "column %q is built in and can't be altered", name)
	}
	p, _, ok := a.st.Property(name, name)
	if !ok {
		return "", a.noColumn(name)
	}
	c := catalog.TableColumn{Name: p.Name, Type: p.Type, Typmod: -1, Member: p.Name}
	return c.Name, a.step(func(t *catalog.Table, _ Given) error {
		if t.Column(c.Name) < 0 {
			t.Columns = append(t.Columns, c)
		}
		return nil
	})
}

func (a *alteration) noColumn(name string) error {
	return a.b.errorf(-1, types.CodeUndefinedColumn, "column %q of relation %q does not exist", name, a.st.Name)
}

// edit changes a column by a step.
func (a *alteration) edit(name string, change func(c *catalog.TableColumn)) error {
	return a.step(func(t *catalog.Table, _ Given) error {
		i := t.Column(name)
		if i < 0 {
			return a.noColumn(name)
		}
		change(&t.Columns[i])
		return nil
	})
}

func (a *alteration) addColumn(c *pg.AlterTableCmd) error {
	def := c.Def.GetColumnDef()
	b, name := a.b, def.Colname
	if !a.now.Declared { // a property is spelled as it was written
		if ids := b.s.identsAt(def.Location, 1); len(ids) == 1 {
			name = ids[0].text
		}
		if p, _, ok := a.st.Property(name, name); ok {
			name = p.Name
		}
	}
	_, core := a.st.Core(name)
	if a.now.Column(name) >= 0 || core && !a.now.Declared {
		if c.MissingOk {
			a.d.note("column %q of relation %q already exists, skipping", name, a.st.Name)
			a.d.Notices[len(a.d.Notices)-1].Code = types.CodeDuplicateColumn
			return nil
		}
		return b.errorf(-1, types.CodeDuplicateColumn, "column %q of relation %q already exists", name, a.st.Name)
	}
	col, unenforced, err := b.columnDef(a.st.Name, def)
	if err != nil {
		return err
	}
	if len(a.now.Columns) >= maxTableColumns {
		return b.errorf(-1, "54011", "tables can have at most %d columns", maxTableColumns)
	}
	a.d.unenforced(unenforced)
	col.Name = name
	value := -1
	if col.Default != "" {
		e, err := b.columnDefault(col)
		if err != nil {
			return err
		}
		if plan.VolatilityOf(e) == function.Volatile {
			return b.errorf(-1, types.CodeFeatureNotSupported, "ADD COLUMN with a volatile DEFAULT is not supported: events are immutable").
				WithHint("Add the column without a default, then set it with ALTER COLUMN … SET DEFAULT.")
		}
		value = len(a.d.Values)
		a.d.Values = append(a.d.Values, e)
	} else if col.NotNull {
		// The events that are there have no such value.
		if err := a.check("select 1 from "+a.relation()+" limit 1", name); err != nil {
			return err
		}
	}
	return a.step(func(t *catalog.Table, g Given) error {
		if t.Column(name) >= 0 {
			return a.b.errorf(-1, types.CodeDuplicateColumn, "column %q of relation %q already exists", name, a.st.Name)
		}
		c := *col
		if t.Declared {
			t.Attrs++
			c.Attr = t.Attrs
		}
		c.Member = t.FreeMember(name)
		if value >= 0 && string(g.Values[value]) != "null" {
			c.Missing = g.Values[value]
		}
		t.Columns = append(t.Columns, c)
		return nil
	})
}

func (a *alteration) setType(c *pg.AlterTableCmd) error {
	def := c.Def.GetColumnDef()
	if def.RawDefault != nil {
		return a.b.unsupported(location(def.RawDefault), "ALTER COLUMN … TYPE … USING is not supported: events are immutable")
	}
	name, err := a.column(c.Name)
	if err != nil {
		return err
	}
	t, typmod, err := a.b.columnType(def.TypeName, name)
	if err != nil {
		return err
	}
	col := a.now.Columns[a.now.Column(name)]
	if col.Core != "" && (t != col.Type || typmod >= 0 && col.Core != "timestamp") {
		return a.b.unsupported(-1, "column %q is the event's own %s: its type can't be altered", name, col.Core)
	}
	if col.Default != "" {
		col.Type, col.Typmod = t, typmod
		if _, err := a.b.columnDefault(&col); err != nil {
			return a.b.errorf(-1, types.CodeDatatypeMismatch, "default for column %q cannot be cast automatically to type %s", name, types.FormatType(t, -1))
		}
	}
	return a.edit(name, func(c *catalog.TableColumn) { c.Type, c.Typmod = t, typmod })
}

func (a *alteration) setDefault(c *pg.AlterTableCmd) error {
	name, err := a.column(c.Name)
	if err != nil {
		return err
	}
	text := ""
	if c.Def != nil {
		col := a.now.Columns[a.now.Column(name)]
		if text, _, err = a.b.defaultText(c.Def, &col); err != nil {
			return err
		}
	}
	return a.edit(name, func(c *catalog.TableColumn) {
		if c.Default = text; text == "" && c.Core == "timestamp" {
			c.Default = "now()" // an event always has a time
		}
	})
}

func (a *alteration) setNotNull(name string, on bool) error {
	name, err := a.column(name)
	if err != nil {
		return err
	}
	col := a.now.Columns[a.now.Column(name)]
	if on == col.NotNull {
		return nil
	}
	if !on && col.Core == "timestamp" {
		return a.b.errorf(-1, "42P16", "column %q is the event's time and is never null", name)
	}
	if on {
		if err := a.check("select 1 from "+a.relation()+" where "+quoteName(name)+" is null limit 1", name); err != nil {
			return err
		}
	}
	return a.edit(name, func(c *catalog.TableColumn) { c.NotNull = on })
}

func (a *alteration) relation() string { return quoteName(a.st.Schema) + "." + quoteName(a.st.Name) }

// check adds a query that tells whether a column has nulls.
func (a *alteration) check(sql, column string) error {
	list, err := Parse(sql)
	if err != nil {
		return err
	}
	c := *a.b.c
	c.Params, c.Notice = nil, nil
	bound, err := Bind(&c, list[0])
	if e, ok := err.(*types.Error); ok && e.Code == types.CodeUndefinedColumn {
		return nil // the column is made by the same statement: that looked already
	}
	if err != nil {
		return err
	}
	e := types.Errorf(types.CodeNotNullViolation, "column %q of relation %q contains null values", column, a.st.Name)
	e.Schema, e.Table, e.Column = a.st.Schema, a.st.Name, column
	a.d.Checks = append(a.d.Checks, Check{bound.(*Query).Plan, e})
	return nil
}

// setOptions is SET (…) and RESET (…).
func (a *alteration) setOptions(c *pg.AlterTableCmd) error {
	for _, o := range c.Def.GetList().GetItems() {
		d := o.GetDefElem()
		name, value := d.Defname, ""
		if d.Defnamespace != "" {
			return a.b.errorf(-1, types.CodeInvalidParameterValue, "unrecognized parameter namespace %q", d.Defnamespace)
		}
		if name == "event_time" {
			return a.b.unsupported(-1, "parameter %q is for CREATE TABLE only: events are immutable", name)
		}
		if catalog.Pointless(name) {
			a.b.notice(-1, "storage parameter %q has no effect here", name)
			continue
		}
		if c.Subtype == pg.AlterTableType_AT_SetRelOptions {
			value = defString(d.Arg)
			if err := catalog.CheckParameter(name, value); err != nil {
				return err
			}
		}
		if err := a.step(func(t *catalog.Table, _ Given) error { t.SetOption(name, value); return nil }); err != nil {
			return err
		}
	}
	return nil
}
