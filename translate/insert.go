package translate

import (
	"strings"

	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/flare-pg/flare-pg/catalog"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/function"
)

// coreTargets says where what is inserted into a core column goes.
var coreTargets = map[string]plan.Target{
	"timestamp":        {Kind: plan.TargetTimestamp, Member: "@t", Type: types.Timestamptz},
	"level":            {Member: "@l", Type: types.Text},
	"message":          {Member: "@m", Type: types.Text},
	"exception":        {Member: "@x", Type: types.Text},
	"properties":       {Kind: plan.TargetProperties, Type: types.JSONB},
	"message_template": {Member: "@mt", Type: types.Text},
	"event_type":       {Member: "@i", Type: types.Int8},
	"trace_id":         {Member: "@tr", Type: types.Text},
	"span_id":          {Member: "@sp", Type: types.Text},
	"document":         {Kind: plan.TargetDocument, Type: types.JSON},
}

// insertColumn is a column of an INSERT or COPY FROM.
type insertColumn struct {
	plan.Target
	// open: a property that isn't declared takes a value of any scalar type as it is.
	open bool
	// fresh: a property that isn't there yet.
	fresh    bool
	location int32
	own      *catalog.TableColumn // declared
}

// insertable finds the stream that is written to.
func (b *binder) insertable(n *pg.RangeVar) (*catalog.Stream, error) { return b.writable(n, "INSERT") }

// writable finds the stream that a statement is about; views are refused in the words for that statement.
func (b *binder) writable(n *pg.RangeVar, doing string) (*catalog.Stream, error) {
	rel, err := b.lookup(n)
	if err != nil {
		return nil, err
	}
	if err := b.notView(rel, doing); err != nil {
		return nil, err
	}
	if rel.Stream == nil {
		return nil, b.errorf(-1, types.CodeInsufficientPrivilege, "permission denied: %q is a system catalog", rel.Name)
	}
	return rel.Stream, nil
}

// insertColumns says where the columns of a list go; without a list, to those that * shows.
func (b *binder) insertColumns(st *catalog.Stream, folded []string, locations []int32) ([]insertColumn, error) {
	var out []insertColumn
	if len(folded) == 0 && st.Table.Declared {
		for _, c := range st.Own() {
			out = append(out, ownTarget(st, c))
		}
		return out, nil
	}
	if len(folded) == 0 {
		for _, c := range st.Columns {
			if c.Star {
				t := coreTargets[c.Name]
				t.Name, t.Typmod = c.Name, -1
				out = append(out, insertColumn{Target: t, location: -1})
			}
		}
		return out, nil
	}
	for i, name := range folded {
		id := ident{name, true}
		if locations != nil {
			if ids := b.s.identsAt(locations[i], 1); len(ids) == 1 {
				id = ids[0]
			}
		}
		at := int32(-1)
		if locations != nil {
			at = locations[i]
		}
		c, err := b.insertColumn(st, name, id, at)
		if err != nil {
			return nil, err
		}
		for _, o := range out {
			if o.Kind == c.Kind && o.Member == c.Member {
				return nil, b.errorf(at, types.CodeDuplicateColumn, "column %q specified more than once", c.Name)
			}
		}
		out = append(out, c)
	}
	return out, nil
}

func (b *binder) insertColumn(st *catalog.Stream, folded string, id ident, at int32) (insertColumn, error) {
	for rank := spelledExactly; rank <= spelledAnyhow; rank++ {
		for _, c := range st.Own() {
			if c.Name == id.text && rank == spelledExactly || !id.quoted && (rank == spelledFolded && c.Name == folded ||
				rank == spelledAnyhow && strings.EqualFold(c.Name, id.text)) {
				out := ownTarget(st, c)
				out.location = at
				return out, nil
			}
		}
	}
	core := folded
	if id.quoted {
		core = id.text
		if n, ok := clef[core]; ok {
			core = n
		}
	}
	_, there := st.Core(core)
	if t, ok := coreTargets[core]; ok && there {
		t.Name, t.Typmod = core, -1
		return insertColumn{Target: t, location: at}, nil
	}
	if core == "event_id" && there {
		return insertColumn{}, b.errorf(at, "428C9", "cannot insert a non-DEFAULT value into column %q", core).
			WithDetail("Column %q is made from the event's time and its order of arrival.", core)
	}
	if len(id.text) > 0 && id.text[0] == '@' {
		return insertColumn{}, b.errorf(at, types.CodeUndefinedColumn, "column %q of relation %q does not exist", id.text, st.Name).
			WithDetail("Names that begin with @ are built in.")
	}
	if st.Table.Declared {
		return insertColumn{}, b.errorf(at, types.CodeUndefinedColumn, "column %q of relation %q does not exist", folded, st.Name)
	}
	any := id.text
	if id.quoted {
		any = ""
	}
	if c, others, ok := st.Property(id.text, any); ok {
		if others > 0 {
			b.notice(at, "%q is spelled in several ways in stream %q; the oldest, %q, is meant", id.text, st.Name, c.Name)
		}
		return insertColumn{Target: plan.Target{Member: c.Name, Type: c.Type, Typmod: -1, Name: c.Name}, open: true, location: at}, nil
	}
	return insertColumn{Target: plan.Target{Member: id.text, Type: types.Unknown, Typmod: -1, Name: id.text}, open: true, fresh: true, location: at}, nil
}

// accepts chooses the type that a value of type from is stored as in a column.
func (c *insertColumn) accepts(from types.OID) types.OID {
	switch {
	case from == types.Unknown && c.fresh:
		return types.Text
	case from == types.Unknown || !c.open:
		return c.Type
	case c.fresh, numeric(from) && numeric(c.Type):
		return from // an undeclared property's type widens by itself
	}
	return c.Type
}

func numeric(t types.OID) bool {
	switch t {
	case types.Int2, types.Int4, types.Int8, types.Float4, types.Float8, types.Numeric:
		return true
	}
	return false
}

// insert binds INSERT.
func (b *binder) insert(n *pg.InsertStmt) (plan.Node, error) {
	// OVERRIDING is about identity columns, of which there are none.
	st, err := b.insertable(n.Relation)
	if err != nil {
		return nil, err
	}
	if err := b.noConflict(n.OnConflictClause, st); err != nil {
		return nil, err
	}
	b.wantsOf(st, catalog.Insert)
	var folded []string
	var locations []int32
	for _, c := range n.Cols {
		r := c.GetResTarget()
		if len(r.GetIndirection()) > 0 {
			return nil, b.noPart(st, r)
		}
		folded, locations = append(folded, r.GetName()), append(locations, r.GetLocation())
	}
	cols, err := b.insertColumns(st, folded, locations)
	if err != nil {
		return nil, err
	}
	return b.with(n.WithClause, func() (plan.Node, error) { return b.inserted(n, st, cols) })
}

// noPart refuses what stands for a part of a column, or, as table.column, for a part of a column that isn't there.
func (b *binder) noPart(st *catalog.Stream, r *pg.ResTarget) error {
	cols, err := b.insertColumns(st, []string{r.Name}, []int32{r.Location})
	if err != nil {
		return err
	}
	if t := cols[0].Type; r.Indirection[0].GetAIndices() != nil && types.ElemOf(t) == 0 && t != types.JSONB && t != types.Unknown {
		return types.Errorf(types.CodeDatatypeMismatch, "cannot subscript type %s because it does not support subscripting", typeName(t))
	}
	return b.unsupported(r.Location, "assignment to a part of a column is not supported").WithHint("Name the column alone, and give its whole value.")
}

// inserted binds an INSERT whose WITH queries are known.
func (b *binder) inserted(n *pg.InsertStmt, st *catalog.Stream, cols []insertColumn) (plan.Node, error) {
	node, cols, err := b.insertRows(n, cols)
	if err != nil {
		return nil, err
	}
	if node, cols, err = b.fillIn(st, node, cols); err != nil {
		return nil, err
	}
	out := &plan.Insert{Input: node, Stream: st.ID, StreamName: st.Name}
	for _, c := range cols {
		out.Targets = append(out.Targets, c.Target)
	}
	if len(n.ReturningList) > 0 {
		if out.Returning, err = b.insertReturning(n, cols); err != nil {
			return nil, err
		}
		out.Cols = out.Returning.Plan.Columns()
	}
	return out, nil
}

// noConflict lets ON CONFLICT DO NOTHING be where nothing is unique, as PostgreSQL does. It is refused for a declared table, whose keys are
// accepted but not enforced: what is meant to be skipped would be written.
func (b *binder) noConflict(n *pg.OnConflictClause, st *catalog.Stream) error {
	switch {
	case n == nil:
		return nil
	case st.Table.Declared:
		return b.unsupported(n.Location, "ON CONFLICT is not supported: streams have no unique keys").
			WithHint("Choose the rows instead: INSERT … SELECT … WHERE NOT EXISTS (…).")
	case n.Infer == nil && n.Action != pg.OnConflictAction_ONCONFLICT_NOTHING:
		return b.errorf(n.Location, types.CodeSyntaxError, "ON CONFLICT DO UPDATE requires inference specification or constraint name").
			WithHint("For example, ON CONFLICT (column_name).")
	case n.Infer.GetConname() != "":
		return b.errorf(-1, types.CodeUndefinedObject, "constraint %q for table %q does not exist", n.Infer.Conname, st.Name)
	case n.Infer != nil:
		return b.errorf(-1, types.CodeInvalidColumnReference, "there is no unique or exclusion constraint matching the ON CONFLICT specification")
	}
	return nil
}

// insertRows binds what an INSERT takes its rows from, and tells which columns it gives.
func (b *binder) insertRows(n *pg.InsertStmt, cols []insertColumn) (plan.Node, []insertColumn, error) {
	sel := n.SelectStmt.GetSelectStmt()
	switch {
	case sel == nil: // DEFAULT VALUES
		return &plan.Values{Rows: [][]plan.Expr{{}}}, cols[:0], nil
	case len(sel.ValuesLists) > 0 && len(sel.SortClause) == 0 && sel.LimitCount == nil && sel.LimitOffset == nil && sel.WithClause == nil:
		return b.insertValues(sel.ValuesLists, cols, len(n.Cols) > 0)
	}
	node, err := b.selectStmt(sel)
	if err != nil {
		return nil, nil, err
	}
	have := node.Columns()
	if cols, err = b.insertWidth(cols, len(have), len(n.Cols) > 0, outputLocation(sel, len(cols))); err != nil {
		return nil, nil, err
	}
	want := make([]plan.Column, len(cols))
	for i := range cols {
		cols[i].Type = cols[i].accepts(have[i].Type)
		want[i] = plan.Column{Name: cols[i].Name, Type: cols[i].Type, Typmod: cols[i].Typmod}
	}
	node, err = b.retarget(node, want, function.CastAssignment, func(i int, from types.OID) error {
		return b.cannotAssign(&cols[i], from, outputLocation(sel, i))
	})
	return node, cols, err
}

// outputLocation is where a column of a query stands; where * hides that, its first one.
func outputLocation(sel *pg.SelectStmt, i int) int32 {
	if sel.GetLarg() != nil {
		return firstLocation(sel)
	}
	for _, t := range sel.GetTargetList() {
		if r := t.GetResTarget().GetVal().GetColumnRef(); r != nil && r.Fields[len(r.Fields)-1].GetAStar() != nil {
			return firstLocation(sel)
		}
	}
	return targetLocation(sel, i)
}

func (b *binder) cannotAssign(c *insertColumn, from types.OID, at int32) error {
	return b.errorf(at, types.CodeDatatypeMismatch, "column %q is of type %s but expression is of type %s", c.Name, typeName(c.Type), typeName(from)).
		WithHint("You will need to rewrite or cast the expression.")
}

// insertWidth checks that as many values are given as columns; without a column list there may be fewer.
func (b *binder) insertWidth(cols []insertColumn, have int, listed bool, at int32) ([]insertColumn, error) {
	if have > len(cols) {
		return nil, b.errorf(at, types.CodeSyntaxError, "INSERT has more expressions than target columns")
	}
	if have < len(cols) && listed {
		return nil, b.errorf(cols[have].location, types.CodeSyntaxError, "INSERT has more target columns than expressions")
	}
	return cols[:have], nil
}

// insertValues binds INSERT … VALUES; every row's value is cast for its column by itself.
func (b *binder) insertValues(lists []*pg.Node, cols []insertColumn, listed bool) (plan.Node, []insertColumn, error) {
	out := &plan.Values{}
	sc := b.newScope()
	sc.clause = "VALUES"
	sc.sets.allowed = len(lists) == 1 // as in a select list
	width := len(lists[0].GetList().GetItems())
	extra := int32(-1)
	if width > len(cols) {
		extra = location(lists[0].GetList().GetItems()[len(cols)])
	}
	cols, err := b.insertWidth(cols, width, listed, extra)
	if err != nil {
		return nil, nil, err
	}
	rows, at := make([][]plan.Expr, len(lists)), make([][]int32, len(lists))
	for r, l := range lists {
		items := l.GetList().GetItems()
		if len(items) != width {
			return nil, nil, b.errorf(location(l), types.CodeSyntaxError, "VALUES lists must all be the same length")
		}
		rows[r], at[r] = make([]plan.Expr, width), make([]int32, width)
		for c, n := range items {
			at[r][c] = location(n)
			if n.GetSetToDefault() == nil {
				if rows[r][c], err = b.expr(sc, n); err != nil {
					return nil, nil, err
				}
			}
		}
	}
	for c := range cols {
		col := &cols[c]
		// A property that isn't there yet, or one whose numbers widen, has the type that the rows have together.
		given := []types.OID{}
		for r := range rows {
			if e := rows[r][c]; e != nil {
				given = append(given, e.Type())
			}
		}
		if common, err := function.CommonType("VALUES", given); err == nil && len(given) > 0 && hasKnown(given) {
			col.Type = col.accepts(common)
		} else if err != nil && col.fresh {
			return nil, nil, b.at(err, at[0][c])
		} else {
			col.Type = col.accepts(types.Unknown)
		}
		out.Cols = append(out.Cols, plan.Column{Name: col.Name, Type: col.Type, Typmod: col.Typmod})
		for r := range rows {
			if rows[r][c] == nil {
				if rows[r][c], err = b.defaultValue(col); err != nil {
					return nil, nil, err
				}
				continue
			}
			e, ok, err := b.coerce(rows[r][c], col.Type, col.Typmod, function.CastAssignment, at[r][c])
			if err != nil {
				return nil, nil, err
			}
			if !ok {
				return nil, nil, b.cannotAssign(col, rows[r][c].Type(), at[r][c])
			}
			rows[r][c] = e
		}
	}
	if len(sc.sets.calls) == 0 {
		out.Rows = rows
		return out, cols, nil
	}
	node, err := sc.sets.projectSet(&plan.Values{Rows: [][]plan.Expr{{}}}, func(e plan.Expr) (plan.Expr, error) { return sc.sets.behind(e), nil })
	if err != nil {
		return nil, nil, err
	}
	project := &plan.Project{Output: out.Output, Input: node}
	for _, e := range rows[0] {
		project.Exprs = append(project.Exprs, sc.sets.behind(e))
	}
	return project, cols, nil
}

func hasKnown(ts []types.OID) bool {
	for _, t := range ts {
		if t != types.Unknown {
			return true
		}
	}
	return false
}

// defaultValue is what DEFAULT means: the time of the transaction for the timestamp, nothing for all else.
func (b *binder) defaultValue(c *insertColumn) (plan.Expr, error) {
	if c.own != nil {
		return b.columnDefault(c.own)
	}
	if c.Kind == plan.TargetTimestamp {
		return b.call("pg_catalog", "now", nil, nil, -1)
	}
	return constNull(c.Type), nil
}
