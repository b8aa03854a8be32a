package translate

import (
	"strings"

	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/flare-pg/flare-pg/catalog"
	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/types"
)

// isView tells the statements about relations that are about views: those that say VIEW, and those that say TABLE of a view.
func (b *binder) isView(n *pg.RangeVar, kind pg.ObjectType) bool {
	if kind == pg.ObjectType_OBJECT_VIEW {
		return true
	}
	if kind != pg.ObjectType_OBJECT_TABLE || n == nil {
		return false
	}
	rel, ok := b.find(n.Schemaname, n.Relname)
	return ok && rel.View != nil
}

// renamedKind is the kind of the relation that a RENAME is about.
func renamedKind(n *pg.RenameStmt) pg.ObjectType {
	if n.RenameType == pg.ObjectType_OBJECT_COLUMN {
		return n.RelationType
	}
	return n.RenameType
}

// alterable finds the view that a statement changes; nil where there is none and that is allowed.
func (b *binder) alterable(d *Definition, n *pg.RangeVar, missingOK bool) (*catalog.View, error) {
	rel, err := b.lookup(n)
	if err != nil {
		e, ok := err.(*types.Error)
		if !ok || e.Code != types.CodeUndefinedTable {
			return nil, err
		}
		if missingOK {
			d.note("relation %q does not exist, skipping", n.Relname)
			return nil, nil
		}
		e.Position = 0
		return nil, e
	}
	if rel.View == nil {
		return nil, b.errorf(-1, types.CodeWrongObjectType, "%q is not a view", rel.Name)
	}
	if err := b.owns(rel, "view"); err != nil {
		return nil, err
	}
	return rel.View, nil
}

// alter makes a change of a view a definition's. It is tried on a copy at once.
func (d *Definition) alter(v *catalog.View, change func(v *catalog.View) error) error {
	before := d.Change
	d.Change = func(e *engine.SchemaEdit, g Given) error {
		if before != nil {
			if err := before(e, g); err != nil {
				return err
			}
		}
		return catalog.AlterView(e, v.ID, v.Name, change)
	}
	return change(v.Clone())
}

// alterView binds ALTER VIEW with its subcommands.
func (b *binder) alterView(n *pg.AlterTableStmt) (*Definition, error) {
	d := &Definition{Tag: "ALTER VIEW"}
	if n.Objtype == pg.ObjectType_OBJECT_TABLE {
		d.Tag = "ALTER TABLE"
	}
	v, err := b.alterable(d, n.Relation, n.MissingOk)
	if v == nil {
		return d, err
	}
	for _, c := range n.Cmds {
		cmd := c.GetAlterTableCmd()
		switch cmd.Subtype {
		case pg.AlterTableType_AT_ChangeOwner:
			rel, _ := b.c.Catalog.RelationByOID(v.OID)
			change, err := b.changeOwner(rel, cmd.Newowner)
			if err != nil {
				return nil, err
			}
			d.first(change)
		case pg.AlterTableType_AT_SetRelOptions, pg.AlterTableType_AT_ResetRelOptions:
			given := new(catalog.View)
			list := cmd.Def.GetList().GetItems()
			if err := b.viewOptions(given, list); err != nil {
				return nil, err
			}
			set := cmd.Subtype == pg.AlterTableType_AT_SetRelOptions
			err = d.alter(v, func(v *catalog.View) error {
				t := &catalog.Table{Options: v.Options}
				for _, o := range given.Options {
					if !set {
						o.Value = ""
					}
					t.SetOption(o.Name, o.Value)
				}
				v.Options = t.Options
				return nil
			})
			if err != nil {
				return nil, err
			}
		case pg.AlterTableType_AT_ColumnDefault:
			return nil, b.unsupported(-1, "defaults of a view's columns are not supported: views can't be written to")
		default:
			words := strings.TrimPrefix(cmd.Subtype.String(), "AT_")
			if known, ok := alterations[words]; ok {
				words = known
			}
			return nil, b.errorf(-1, types.CodeWrongObjectType, "ALTER action %s cannot be performed on relation %q", words, v.Name).
				WithDetail("This operation is not supported for views.")
		}
	}
	return d, nil
}

// renameView binds ALTER VIEW … RENAME TO and RENAME COLUMN.
func (b *binder) renameView(n *pg.RenameStmt) (*Definition, error) {
	d := &Definition{Tag: "ALTER VIEW"}
	if renamedKind(n) == pg.ObjectType_OBJECT_TABLE {
		d.Tag = "ALTER TABLE"
	}
	v, err := b.alterable(d, n.Relation, n.MissingOk)
	if v == nil {
		return d, err
	}
	if n.RenameType == pg.ObjectType_OBJECT_COLUMN {
		return d, d.alter(v, func(v *catalog.View) error { return b.renameViewColumn(v, n.Subname, n.Newname) })
	}
	if _, there := b.c.Catalog.Relation(v.Schema, n.Newname); there {
		return nil, b.errorf(-1, types.CodeDuplicateTable, "relation %q already exists", n.Newname)
	}
	return d, d.alter(v, func(v *catalog.View) error { v.Name = n.Newname; return nil })
}

func (b *binder) renameViewColumn(v *catalog.View, old, name string) error {
	at, taken := -1, false
	for i, c := range v.Columns {
		if c.Name == old {
			at = i
		}
		taken = taken || c.Name == name
	}
	switch {
	case at < 0:
		return types.Errorf(types.CodeUndefinedColumn, "column %q does not exist", old)
	case taken:
		return types.Errorf(types.CodeDuplicateColumn, "column %q of relation %q already exists", name, v.Name)
	}
	if on := b.c.Catalog.ViewsOn(v.OID); len(on) > 0 { // their queries say the old name
		return types.Errorf(types.CodeFeatureNotSupported, "renaming a column of view %q is not supported while view %q reads it", v.Name, on[0].Name)
	}
	v.Columns[at].Name = name
	return nil
}

// moveView binds ALTER VIEW … SET SCHEMA.
func (b *binder) moveView(n *pg.AlterObjectSchemaStmt) (*Definition, error) {
	d := &Definition{Tag: "ALTER VIEW"}
	if n.ObjectType == pg.ObjectType_OBJECT_TABLE {
		d.Tag = "ALTER TABLE"
	}
	v, err := b.alterable(d, n.Relation, n.MissingOk)
	if v == nil {
		return d, err
	}
	if err := b.mayCreateIn(n.Newschema, v.Name, -1); err != nil {
		return nil, err
	}
	if _, there := b.c.Catalog.Relation(n.Newschema, v.Name); there && n.Newschema != v.Schema {
		return nil, b.errorf(-1, types.CodeDuplicateTable, "relation %q already exists in schema %q", v.Name, n.Newschema)
	}
	return d, d.alter(v, func(v *catalog.View) error { v.Schema = n.Newschema; return nil })
}

// renameInViews rewrites the queries of the views that read a stream for a new name of one of its columns.
func (b *binder) renameInViews(st *catalog.Stream, old, name string) ([]*catalog.View, error) {
	var out []*catalog.View
	for _, v := range b.c.Catalog.ViewsOn(st.OID) {
		again, err := b.bindViewAgain(v, &columnRenaming{relation: st.OID, old: old, new: name})
		if err != nil {
			return nil, err
		}
		w := v.Clone()
		if w.Query, err = again.viewQuery(0, v.Columns); err != nil {
			return nil, err
		}
		out = append(out, w)
	}
	return out, nil
}

// bindViewAgain binds a view's query and notes what its names mean, for a column that is given another name or goes.
func (b *binder) bindViewAgain(v *catalog.View, renamed *columnRenaming) (*binder, error) {
	list, err := Parse(b.c.Catalog.ViewQuery(v))
	if err != nil {
		return nil, err
	}
	inner := *b.c
	inner.Path, inner.Notice = []string{"pg_catalog"}, nil
	again := newBinder(&inner, list[0])
	again.notes = &viewNotes{renamed: renamed}
	if _, err := again.viewSelect(); err != nil {
		return nil, viewError(v, err)
	}
	return again, nil
}

// notView refuses what is done to tables only.
func (b *binder) notView(rel catalog.Relation, doing string) error {
	if rel.View == nil {
		return nil
	}
	switch doing {
	case "INSERT":
		return b.errorf(-1, "55000", "cannot insert into view %q", rel.Name).
			WithDetail("Views are for reading here: none is automatically updatable.").
			WithHint("To enable inserting into the view, provide an INSTEAD OF INSERT trigger or an unconditional ON INSERT DO INSTEAD rule.")
	case "DELETE":
		return b.errorf(-1, "55000", "cannot delete from view %q", rel.Name).
			WithDetail("Views are for reading here: none is automatically updatable.").
			WithHint("To enable deleting from the view, provide an INSTEAD OF DELETE trigger or an unconditional ON DELETE DO INSTEAD rule.")
	case "COPY FROM":
		return b.errorf(-1, types.CodeWrongObjectType, "cannot copy to view %q", rel.Name).
			WithHint("To enable copying to a view, provide an INSTEAD OF INSERT trigger.")
	case "COPY TO":
		return b.errorf(-1, types.CodeWrongObjectType, "cannot copy from view %q", rel.Name).WithHint("Try the COPY (SELECT ...) TO variant.")
	case "CREATE INDEX":
		return b.errorf(-1, types.CodeWrongObjectType, "cannot create index on relation %q", rel.Name).
			WithDetail("This operation is not supported for views.")
	}
	return b.errorf(-1, types.CodeWrongObjectType, "%q is not a table", rel.Name)
}
