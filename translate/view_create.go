package translate

import (
	"slices"
	"strconv"
	"strings"

	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/flare-pg/flare-pg/catalog"
	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/types"
)

// createView binds CREATE [OR REPLACE] VIEW.
func (b *binder) createView(n *pg.ViewStmt) (*Definition, error) {
	if n.View.Relpersistence == "t" || n.View.Schemaname == "pg_temp" {
		return nil, b.unsupported(-1, "temporary views are not supported")
	}
	if n.WithCheckOption > pg.ViewCheckOption_NO_CHECK_OPTION {
		return nil, b.unsupported(-1, "WITH CHECK OPTION is not supported: views can't be written to")
	}
	sel := n.Query.GetSelectStmt()
	if sel == nil {
		return nil, b.unsupported(-1, "views of statements other than SELECT are not supported")
	}
	start, recursive := b.viewQueryStart()
	switch {
	case sel.IntoClause != nil:
		return nil, b.unsupported(-1, "views must not contain SELECT INTO")
	case recursive:
		return nil, b.unsupported(-1, "CREATE RECURSIVE VIEW is not supported")
	case start < 0:
		return nil, b.unsupported(-1, "this form of CREATE VIEW is not supported")
	}
	schema, err := b.creationSchema(n.View)
	if err != nil {
		return nil, placeless(err)
	}
	v := &catalog.View{Schema: schema, Name: n.View.Relname}
	if err := b.viewOptions(v, n.Options); err != nil {
		return nil, err
	}
	b.notes = new(viewNotes)
	node, err := b.viewQueryOf(sel)
	if err != nil {
		return nil, err
	}
	if err := b.noTemporary("views"); err != nil {
		return nil, err
	}
	b.needs = nil // who makes a view need not be able to read it; it reads as its owner when it is used
	for _, c := range node {
		v.Columns = append(v.Columns, catalog.ViewColumn{Name: c.Name, Type: c.Type, Typmod: c.Typmod})
	}
	if err := b.viewColumns(v, names(n.Aliases)); err != nil {
		return nil, err
	}
	if v.Query, err = b.viewQuery(start, v.Columns); err != nil {
		return nil, err
	}
	d := &Definition{Tag: "CREATE VIEW"}
	old, there := b.c.Catalog.Relation(schema, v.Name)
	switch {
	case !there:
		d.IDs = 1
		d.Change = func(e *engine.SchemaEdit, g Given) error {
			w := *v
			w.ID = g.IDs[0]
			return catalog.PutView(e, &w, false)
		}
		return d, nil
	case !n.Replace:
		return nil, b.errorf(-1, types.CodeDuplicateTable, "relation %q already exists", v.Name)
	case old.View == nil:
		return nil, b.errorf(-1, types.CodeWrongObjectType, "%q is not a view", v.Name)
	}
	if err := b.mayReplace(old.View, v); err != nil {
		return nil, err
	}
	if err := b.owns(old, "view"); err != nil {
		return nil, err
	}
	v.ID = old.View.ID
	d.Change = func(e *engine.SchemaEdit, _ Given) error { return catalog.PutView(e, v, true) }
	return d, nil
}

// viewQueryOf binds a view's query and gives its columns.
func (b *binder) viewQueryOf(sel *pg.SelectStmt) ([]viewColumn, error) {
	b.top = true
	node, err := b.selectStmt(sel)
	if err != nil {
		return nil, err
	}
	if b.writes {
		return nil, b.unsupported(-1, "views must not contain data-modifying statements in WITH")
	}
	if len(b.params) > 0 {
		at := int32(-1)
		if p := findNode(&pg.Node{Node: &pg.Node_SelectStmt{SelectStmt: sel}}, func(n *pg.Node) bool { return n.GetParamRef() != nil }); p != nil {
			at = p.GetParamRef().Location
		}
		return nil, b.errorf(at, types.CodeUndefinedParameter, "there is no parameter $%d", len(b.params))
	}
	if node, err = b.resolveUnknowns(node); err != nil {
		return nil, err
	}
	var out []viewColumn
	for _, c := range node.Columns() {
		out = append(out, viewColumn{c.Name, c.Type, c.Typmod})
	}
	return out, nil
}

type viewColumn struct {
	Name   string
	Type   types.OID
	Typmod int32
}

// viewColumns gives the first columns the names of the statement's list, and checks them.
func (b *binder) viewColumns(v *catalog.View, list []string) error {
	if len(list) > len(v.Columns) {
		return b.errorf(-1, types.CodeSyntaxError, "CREATE VIEW specifies more column names than columns")
	}
	if len(v.Columns) > maxTableColumns {
		return b.errorf(-1, "54011", "tables can have at most %d columns", maxTableColumns)
	}
	seen := map[string]bool{}
	for i := range v.Columns {
		c := &v.Columns[i]
		if i < len(list) {
			c.Name = list[i]
		}
		if seen[c.Name] {
			return b.errorf(-1, types.CodeDuplicateColumn, "column %q specified more than once", c.Name)
		}
		seen[c.Name] = true
		if row, ok := types.Lookup(c.Type); ok && row.Category == 'P' {
			return b.errorf(-1, "42P16", "column %q has pseudo-type %s", c.Name, types.FormatType(c.Type, -1))
		}
	}
	return nil
}

// viewOptions reads WITH (…).
func (b *binder) viewOptions(v *catalog.View, list []*pg.Node) error {
	t := &catalog.Table{Options: v.Options}
	for _, o := range list {
		d := o.GetDefElem()
		switch {
		case d.Defnamespace != "":
			return b.errorf(-1, types.CodeInvalidParameterValue, "unrecognized parameter namespace %q", d.Defnamespace)
		case d.Defname == "check_option":
			return b.unsupported(-1, "WITH CHECK OPTION is not supported: views can't be written to")
		case d.Defname != "security_barrier" && d.Defname != "security_invoker":
			return b.errorf(-1, types.CodeInvalidParameterValue, "unrecognized parameter %q", d.Defname)
		case t.Option(d.Defname) != "":
			return b.errorf(-1, types.CodeInvalidParameterValue, "parameter %q specified more than once", d.Defname)
		}
		value := "true"
		if d.Arg != nil {
			on, ok := defBool(d.Arg)
			if !ok {
				return b.errorf(-1, types.CodeInvalidParameterValue, "invalid value for boolean option %q: %s", d.Defname, defString(d.Arg))
			}
			value = strconv.FormatBool(on)
		}
		t.SetOption(d.Defname, value)
	}
	v.Options = t.Options
	return nil
}

// mayReplace checks that a view's new columns begin with its old ones, and that it doesn't come to read itself.
func (b *binder) mayReplace(old, v *catalog.View) error {
	const code = "42P16"
	if len(v.Columns) < len(old.Columns) {
		return b.errorf(-1, code, "cannot drop columns from view")
	}
	for i, was := range old.Columns {
		c := v.Columns[i]
		if c.Name != was.Name {
			return b.errorf(-1, code, "cannot change name of view column %q to %q", was.Name, c.Name).
				WithHint("Use ALTER VIEW ... RENAME COLUMN ... to change name of view column instead.")
		}
		if c.Type != was.Type || c.Typmod != was.Typmod {
			return b.errorf(-1, code, "cannot change data type of view column %q from %s to %s", c.Name,
				types.FormatType(was.Type, was.Typmod), types.FormatType(c.Type, c.Typmod))
		}
	}
	for _, p := range v.Query {
		reads := p.Relation == old.OID
		for _, d := range catalog.Dependents(b.c.Catalog.Views(), []types.OID{old.OID}) {
			reads = reads || d.View.OID == p.Relation
		}
		if reads {
			return b.errorf(-1, types.CodeInvalidObjectDefinition, "infinite recursion detected in rules for relation %q", v.Name)
		}
	}
	return nil
}

// viewQueryStart finds where a view's query begins in the statement's text: behind the first AS outside of parentheses.
func (b *binder) viewQueryStart() (start int, recursive bool) {
	text := b.s.Text()
	scan, err := grammarScan(text)
	if err != nil {
		return -1, false
	}
	depth := 0
	for _, t := range scan.Tokens {
		switch {
		case t.Token == pg.Token_ASCII_40:
			depth++
		case t.Token == pg.Token_ASCII_41:
			depth--
		case depth == 0 && t.Token == pg.Token_RECURSIVE:
			recursive = true
		case depth == 0 && t.Token == pg.Token_AS:
			return b.s.Offset + int(t.End), recursive
		}
	}
	return -1, recursive
}

// dropRelations binds DROP TABLE and DROP VIEW.
func (b *binder) dropRelations(n *pg.DropStmt) (*Definition, error) {
	kind, d := "table", &Definition{Tag: "DROP TABLE"}
	if n.RemoveType == pg.ObjectType_OBJECT_VIEW {
		kind, d.Tag = "view", "DROP VIEW"
	}
	var drop []catalog.Relation
	for _, o := range n.Objects {
		rel, ok, err := b.droppable(d, n, kind, names(o.GetList().GetItems()))
		if err != nil {
			return nil, err
		}
		if ok && !slices.ContainsFunc(drop, func(r catalog.Relation) bool { return r.OID == rel.OID }) {
			drop = append(drop, rel)
		}
	}
	if len(drop) == 0 {
		return d, nil
	}
	cascade := n.Behavior == pg.DropBehavior_DROP_CASCADE
	var going []types.OID
	for _, r := range drop {
		going = append(going, r.OID)
	}
	chain := catalog.Dependents(b.c.Catalog.Views(), going)
	if len(chain) > 0 && !cascade {
		return nil, catalog.DependencyError(going, chain, b.describeRelation)
	}
	var falling []string
	for _, x := range chain {
		falling = append(falling, "drop cascades to "+b.describeRelation(x.View.OID))
	}
	d.cascades(falling)
	d.Change = func(e *engine.SchemaEdit, _ Given) error {
		if err := catalog.DropViewsOn(e, going, cascade); err != nil {
			return err
		}
		for _, r := range drop {
			var err error
			if r.View != nil {
				err = catalog.DropView(e, r.View.ID, r.Name)
			} else {
				err = catalog.DropTable(e, r.Stream.ID, r.Name)
			}
			if err != nil {
				return err
			}
		}
		return nil
	}
	return d, nil
}

// cascades tells of what falls with what is dropped.
func (d *Definition) cascades(falling []string) {
	switch len(falling) {
	case 0:
	case 1:
		d.note("%s", falling[0])
	default:
		d.note("drop cascades to %d other objects", len(falling))
		d.Notices[len(d.Notices)-1].Detail = strings.Join(falling, "\n")
	}
}

// describeRelation says what a relation is, by its name as the search path has it: view v.
func (b *binder) describeRelation(oid types.OID) string {
	r, _ := b.c.Catalog.RelationByOID(oid)
	kind := "table "
	if r.View != nil {
		kind = "view "
	}
	if found, ok := b.find("", r.Name); ok && found.OID == oid {
		return kind + quoteAll(r.Name)
	}
	return kind + quoteAll(r.Schema, r.Name)
}

// droppable finds a table or view that is to be dropped; ok is false where there is none and that is allowed.
func (b *binder) droppable(d *Definition, n *pg.DropStmt, kind string, parts []string) (rel catalog.Relation, ok bool, err error) {
	if len(parts) == 3 && parts[0] == b.c.Env.Database {
		parts = parts[1:]
	}
	if len(parts) > 2 {
		return rel, false, b.unsupported(-1, "cross-database references are not implemented: %q", strings.Join(parts, "."))
	}
	schema, name := "", parts[len(parts)-1]
	if len(parts) == 2 {
		schema = parts[0]
	}
	rel, ok = b.find(schema, name)
	switch {
	case !ok && schema != "" && !b.c.Catalog.HasSchema(schema):
		if !n.MissingOk {
			return rel, false, b.errorf(-1, types.CodeInvalidSchemaName, "schema %q does not exist", schema)
		}
		d.note("schema %q does not exist, skipping", schema)
	case !ok && n.MissingOk:
		d.note("%s %q does not exist, skipping", kind, name)
	case !ok:
		return rel, false, b.errorf(-1, types.CodeUndefinedTable, "%s %q does not exist", kind, strings.Join(parts, "."))
	case rel.Source != nil && strings.HasPrefix(rel.Schema, "pg_"):
		return rel, false, b.errorf(-1, types.CodeInsufficientPrivilege, "permission denied: %q is a system catalog", rel.Name)
	case kind == "table" && rel.View != nil:
		return rel, false, b.errorf(-1, types.CodeWrongObjectType, "%q is not a table", rel.Name).WithHint("Use DROP VIEW to remove a view.")
	case kind == "view" && rel.Stream != nil:
		return rel, false, b.errorf(-1, types.CodeWrongObjectType, "%q is not a view", rel.Name).WithHint("Use DROP TABLE to remove a table.")
	case rel.Source != nil:
		return rel, false, b.errorf(-1, types.CodeWrongObjectType, "%q is not a %s", rel.Name, kind)
	}
	if ok && b.owns(rel, kind) != nil && b.ownsSchema(rel.Schema) != nil {
		return rel, false, b.owns(rel, kind)
	}
	return rel, ok, nil
}
