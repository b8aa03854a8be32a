package translate

import (
	"strconv"
	"strings"

	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/flare-pg/flare-pg/catalog"
	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/nql"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
)

// scope is what the names of one query level mean.
//
// While a level is bound, a plan.Ref stands for an entry of vars (its Index), or, from aggregateRefs on, for an aggregate. Which
// columns a scan must read is only known when everything is bound; then the Refs are given their true positions.
type scope struct {
	rels      []*relation
	vars      []variable
	find      map[variable]int
	aggs      []aggregate
	sets      sets
	groupings []grouping
	windows   windows
	// merged are the columns that USING and NATURAL make of two; they hide those from names without a relation.
	merged []*mergedColumn
	// aliases are names of what USING merged; they have no columns of their own.
	aliases []*relation
	// hidden are the relations that the names of joins hide.
	hidden []*relation
	// items are the entries of FROM, for *.
	items []*fromItem
	// outer is where names that no relation here has are looked for; nil: nowhere.
	outer *frame

	// clause is what is being bound, where aggregates are not allowed ("WHERE"); "" where they are.
	clause string
	inAgg  bool
	// targetList is the select list of the query, for hints.
	targetList []*pg.Node
	// unknownNull allows flare.unknown_columns = 'null' to answer unknown names.
	unknownNull bool
}

// aggregateRefs is where the Refs of aggregates begin.
const aggregateRefs = 1 << 24

// variable is a column of a relation in the FROM clause.
type variable struct {
	rel *relation
	col int
}

// relation is an entry of the FROM clause.
type relation struct {
	name   string // alias, or the relation's own name
	schema string // of a relation without alias
	stream *catalog.Stream
	source catalog.Relation // a system relation
	node   plan.Node        // a sub-select or VALUES
	// cols are the columns: all of them, or, for a stream, those that the query reads.
	cols  []relColumn
	paths map[string]int // for a stream: column by printed path and kind
	used  []bool
	// exprs are the columns of a join that has a name: expressions over those of its sides.
	exprs []plan.Expr
	// args are what a lateral entry takes from the entries before it.
	args []plan.Expr
	// recursive is the WITH query whose work table this is.
	recursive *cte
	// follow: of a stream what is committed from now on, without end.
	follow bool
	// sample is the condition of TABLESAMPLE; nil: all rows.
	sample plan.Expr
	// fresh are properties that no event has had yet: those of an INSERT whose RETURNING this is of.
	fresh []*catalog.StreamColumn
	// alias gives new names to the first columns (FROM stream AS s(a, b)).
	alias []string
}

// relColumn is a column of a relation.
type relColumn struct {
	plan.Column
	read   nql.Column // of a stream
	form   catalog.Form
	of     *catalog.StreamColumn // what the value is made of where form isn't AsRead
	hidden bool                  // a system column, which no * gives
	// fixed is the value of a system column, the same in every row; nil: an ordinary column.
	fixed *plan.Const
}

func newScope() *scope { return &scope{find: map[variable]int{}} }

// ref makes a reference to a column of a relation.
func (sc *scope) ref(r *relation, col int) *plan.Ref {
	v := variable{r, col}
	i, ok := sc.find[v]
	if !ok {
		i = len(sc.vars)
		sc.vars = append(sc.vars, v)
		sc.find[v] = i
	}
	r.used[col] = true
	c := r.cols[col]
	return &plan.Ref{Typed: plan.Typed{OID: c.Type, Mod: c.Typmod}, Index: i, Name: c.Name}
}

// column describes what a Ref of this scope refers to; ok is false for aggregates.
func (sc *scope) column(r *plan.Ref) (rel *relation, c *relColumn, ok bool) {
	if r.Index >= len(sc.vars) {
		return nil, nil, false
	}
	v := sc.vars[r.Index]
	return v.rel, &v.rel.cols[v.col], true
}

// show makes sure that a stream relation reads a column of its stream, under a name, and gives the column's number.
func (r *relation) show(name string, c *catalog.StreamColumn) int {
	if c.Form == catalog.AsRead {
		i := r.streamColumn(name, c.Type, c.Attr, c.Read)
		if c.Typmod >= 0 {
			r.cols[i].Typmod = c.Typmod
		}
		return i
	}
	key := "=" + strconv.Itoa(int(c.Attr)) + " " + pathKey(c.Read)
	if i, ok := r.paths[key]; ok {
		return i
	}
	i := len(r.cols)
	r.paths[key] = i
	col := relColumn{Column: plan.Column{Name: name, Type: c.Type, Typmod: c.Typmod}, read: c.Read, form: c.Form, of: c}
	if c.Attr != 0 {
		col.Table, col.Attr = r.stream.OID, c.Attr
	}
	r.cols, r.used = append(r.cols, col), append(r.used, false)
	return i
}

// streamColumn makes sure that a stream relation reads a path, and gives the column's number.
func (r *relation) streamColumn(name string, t types.OID, attr int16, read nql.Column) int {
	key := pathKey(read)
	if i, ok := r.paths[key]; ok {
		return i
	}
	i := len(r.cols)
	r.paths[key] = i
	c := relColumn{Column: plan.Column{Name: name, Type: t, Typmod: -1}, read: read}
	if attr != 0 {
		c.Table, c.Attr = r.stream.OID, attr
	}
	r.cols = append(r.cols, c)
	r.used = append(r.used, false)
	return i
}

// pathKey tells a stream's columns apart.
func pathKey(c nql.Column) string {
	var b strings.Builder
	b.WriteByte('0' + byte(c.Path.Root))
	for _, s := range c.Path.Steps {
		b.WriteByte(0)
		b.WriteByte('0' + byte(s.Kind))
		b.WriteString(s.Name)
		for i := s.Index; i != 0; i /= 10 {
			b.WriteByte(byte('0' + ((i%10)+10)%10))
			if i < 0 {
				b.WriteByte('-')
			}
		}
	}
	b.WriteByte(0)
	b.WriteString(c.Kind.String())
	if c.KeepNull {
		b.WriteByte('0')
	}
	return b.String()
}

// columnRef binds a name, possibly with dots.
func (b *binder) columnRef(sc *scope, n *pg.ColumnRef) (plan.Expr, error) {
	folded := make([]string, 0, len(n.Fields))
	for _, f := range n.Fields {
		if f.GetAStar() != nil {
			return b.rowNamed(sc, n)
		}
		folded = append(folded, f.GetString_().GetSval())
	}
	ids := b.s.identsAt(n.Location, len(folded))
	for i := len(ids); i < len(folded); i++ {
		ids = append(ids, ident{folded[i], true})
	}
	e, name, err := b.resolve(sc, folded, ids, n.Location)
	if err != nil {
		return nil, err
	}
	b.named[n] = name
	own, at := sc.origin(e)
	b.noteColumn(at, n, own, name)
	if r, ok := own.(*plan.Ref); ok {
		b.located[r] = n.Location
	}
	return e, nil
}

// resolve finds what a name means: first a relation's declared, core or output column, then a relation's name, and last an undeclared
// property, so that new properties never change what a query means.
func (b *binder) resolve(sc *scope, folded []string, ids []ident, location int32) (plan.Expr, string, error) {
	if len(folded) == 1 {
		return b.unqualified(sc, folded, ids, location)
	}
	// relation.column… and schema.relation.column…
	for skip := 1; skip <= 2 && skip < len(folded); skip++ {
		found, at, err := b.relationNamed(sc, folded[:skip], location)
		if err != nil {
			return nil, "", err
		}
		if found == nil {
			continue
		}
		e, name, ok, err := b.inRelation(at, found, folded[skip:], ids[skip:], location)
		if ok || err != nil {
			return sc.lift(at, e), name, err
		}
		if e := b.unknownColumn(sc); e != nil {
			return e, folded[len(folded)-1], nil
		}
		e2 := b.errorf(location, types.CodeUndefinedColumn, "column %s.%s does not exist", found.name, strings.Join(folded[skip:], "."))
		if near := b.nearest([]*relation{found}, folded[len(folded)-1]); near != "" {
			e2.WithHint("Perhaps you meant to reference the column %q.", near)
		}
		return nil, "", e2
	}
	// the member of an object
	return b.unqualified(sc, folded, ids, location)
}

// unqualified finds a column by a name without a relation; further parts are members of an object.
func (b *binder) unqualified(sc *scope, folded []string, ids []ident, location int32) (plan.Expr, string, error) {
	// Columns that are declared, core or outputs, of the nearest level that has one.
	for at := sc; at != nil; at = at.up() {
		e, name, ok, err := b.declaredIn(at, folded, ids, location)
		if ok || err != nil {
			return sc.lift(at, e), name, err
		}
	}
	if len(folded) == 1 {
		if r, at, err := b.relationNamed(sc, folded, location); r != nil && err == nil {
			e, err := b.wholeRow(sc, at, r)
			return e, r.name, err
		}
	}
	// Undeclared properties, again of the nearest level.
	for at := sc; at != nil; at = at.up() {
		var found plan.Expr
		var foundName string
		for _, r := range at.rels {
			if r.stream == nil {
				continue
			}
			e, name, ok := b.property(at, r, ids, location)
			if !ok {
				continue
			}
			if found != nil {
				return nil, "", b.errorf(location, types.CodeAmbiguousColumn, "column reference %q is ambiguous", folded[0])
			}
			found, foundName = e, name
		}
		if found != nil {
			return sc.lift(at, found), foundName, nil
		}
	}
	if e := b.unknownColumn(sc); e != nil {
		return e, folded[len(folded)-1], nil
	}
	return nil, "", b.missing(sc, folded, ids, location)
}

// shownAs is the heading of a core column's output: its name, or the CLEF spelling that it was asked for by.
func shownAs(name string, id ident) string {
	if id.quoted && strings.HasPrefix(id.text, "@") {
		return id.text
	}
	return name
}

// unknownColumn is what flare.unknown_columns = 'null' makes of a name that doesn't exist; nil: an error.
func (b *binder) unknownColumn(sc *scope) plan.Expr {
	if !b.c.UnknownColumnsNull || !sc.unknownNull {
		return nil
	}
	for _, r := range sc.rels {
		if r.stream != nil {
			return constNull(types.Text)
		}
	}
	return nil
}

// missing is the error for a name that nothing has; ids are its parts as they were written, where that is known.
func (b *binder) missing(sc *scope, folded []string, ids []ident, location int32) error {
	if len(folded) > 1 && !b.knownObject(sc, folded[0]) {
		if b.hides(sc, folded[len(folded)-2]) {
			return b.errorf(location, types.CodeUndefinedTable, "invalid reference to FROM-clause entry for table %q", folded[len(folded)-2]).
				WithHint("There is an entry for table %q, but it cannot be referenced from this part of the query.", folded[len(folded)-2])
		}
		for _, r := range sc.rels {
			if r.stream != nil && r.stream.Name == folded[len(folded)-2] && r.name != r.stream.Name {
				return b.errorf(location, types.CodeUndefinedTable, "invalid reference to FROM-clause entry for table %q", r.stream.Name).
					WithHint("Perhaps you meant to reference the table alias %q.", r.name)
			}
		}
		return b.errorf(location, types.CodeUndefinedTable, "missing FROM-clause entry for table %q", folded[len(folded)-2])
	}
	e := b.errorf(location, types.CodeUndefinedColumn, "column %q does not exist", strings.Join(folded, "."))
	if hint := b.nameHint(sc, folded, ids, location); hint != "" {
		e.WithHint("%s", hint)
	}
	return e
}

// knownObject reports whether a name is that of a stream's column, so that what follows it was meant as a member.
func (b *binder) knownObject(sc *scope, name string) bool {
	for _, r := range sc.rels {
		if r.stream == nil {
			continue
		}
		if _, ok := r.stream.Core(name); ok {
			return true
		}
		if _, ok := r.own(name, ident{name, true}, spelledExactly); ok {
			return true
		}
		if _, _, ok := r.stream.Property(name, name); ok {
			return true
		}
	}
	return false
}

// nearest finds the column that was probably meant, as "relation.column".
func (b *binder) nearest(rels []*relation, name string) string {
	var all []string
	for _, r := range rels {
		if r.stream != nil {
			for i := range r.stream.Columns {
				all = append(all, r.name+"."+r.stream.Columns[i].Name)
			}
			continue
		}
		for i := range r.cols {
			if !r.cols[i].hidden {
				all = append(all, r.name+"."+r.cols[i].Name)
			}
		}
	}
	columns := make([]string, len(all))
	for i, full := range all {
		columns[i] = full[strings.LastIndexByte(full, '.')+1:]
	}
	near := types.Nearest(name, columns)
	for i, c := range columns {
		if near != "" && c == near {
			return all[i]
		}
	}
	return ""
}

// Spellings, best first.
const (
	spelledExactly = iota // as in the query text
	spelledFolded         // in lower case, as PostgreSQL reads unquoted names
	spelledAnyhow         // in any case; not for quoted names
)

// declared finds a column of a relation that is no undeclared property.
func (b *binder) declared(r *relation, folded string, id ident, rank int) []int {
	if r.stream != nil {
		if i, ok := r.own(folded, id, rank); ok {
			return []int{i}
		}
		if rank != spelledExactly {
			return nil
		}
		if i, ok := b.core(r, folded, id); ok {
			return []int{i}
		}
		return nil
	}
	var out []int
	for i := range r.cols {
		name, match := r.cols[i].Name, false
		switch rank {
		case spelledExactly:
			match = name == id.text
		case spelledFolded:
			match = !id.quoted && name == folded
		default:
			match = !id.quoted && strings.EqualFold(name, id.text)
		}
		if match {
			out = append(out, i)
			if rank == spelledAnyhow {
				break // the first of several spellings
			}
		}
	}
	return out
}

// clef are the names of CLEF's members that are core columns.
var clef = map[string]string{
	"@t": "timestamp", "@l": "level", "@m": "message", "@x": "exception", "@mt": "message_template",
	"@i": "event_type", "@tr": "trace_id", "@sp": "span_id",
}

// core finds a stream's core column.
func (b *binder) core(r *relation, folded string, id ident) (int, bool) {
	name := folded
	if id.quoted {
		name = id.text
		if n, ok := clef[name]; ok {
			name = n
		}
	}
	for i, a := range r.alias {
		if a == name && r.stream.Columns[i].Declared == nil {
			return r.show(a, &r.stream.Columns[i]), true
		}
	}
	c, ok := r.stream.Core(name)
	if !ok {
		if id.quoted && id.text == "@r" {
			return r.streamColumn("@r", types.JSONB, 0, nql.Column{Path: &nql.Path{Root: nql.Renderings}, Kind: types.KindOf(types.JSONB)}), true
		}
		return 0, false
	}
	if c.Star && int(c.Attr) <= len(r.alias) {
		return 0, false // it goes by another name here
	}
	return r.show(c.Name, c), true
}

// own finds a declared column of a stream.
func (r *relation) own(folded string, id ident, rank int) (int, bool) {
	for at, c := range r.stream.Own() {
		name := c.Name
		if c.Star && at < len(r.alias) {
			name = r.alias[at]
		}
		match := false
		switch rank {
		case spelledExactly:
			match = name == id.text
		case spelledFolded:
			match = !id.quoted && name == folded
		default:
			match = !id.quoted && strings.EqualFold(name, id.text)
		}
		if match {
			return r.show(name, c), true
		}
	}
	return 0, false
}

// inRelation finds a column of one relation, and members of it.
func (b *binder) inRelation(sc *scope, r *relation, folded []string, ids []ident, location int32) (plan.Expr, string, bool, error) {
	for rank := spelledExactly; rank <= spelledAnyhow; rank++ {
		cols := b.declared(r, folded[0], ids[0], rank)
		if len(cols) == 0 {
			continue
		}
		if len(cols) > 1 {
			return nil, "", false, b.errorf(location, types.CodeAmbiguousColumn, "column reference %q is ambiguous", folded[0])
		}
		if len(folded) == 1 {
			e := sc.columnOf(r, cols[0])
			return e, shownAs(r.cols[cols[0]].Name, ids[0]), true, nil
		}
		e, name, ok := b.members(sc, r, cols[0], ids[1:])
		return e, name, ok, nil
	}
	if len(folded) == 1 {
		if col, ok := r.system(folded[0]); ok {
			return sc.ref(r, col), folded[0], true, nil
		}
	}
	if r.stream == nil {
		return nil, "", false, nil
	}
	e, name, ok := b.property(sc, r, ids, location)
	return e, name, ok, nil
}

// property finds an undeclared property of a stream, or a member of one.
func (b *binder) property(sc *scope, r *relation, ids []ident, location int32) (plan.Expr, string, bool) {
	fold := func(id ident) string {
		if id.quoted {
			return ""
		}
		return id.text
	}
	c, others, ok := r.stream.Property(ids[0].text, fold(ids[0]))
	if !ok && len(ids) == 1 {
		c, ok = r.freshProperty(ids[0])
	}
	if !ok {
		return nil, "", false
	}
	if others > 0 {
		b.notice(location, "%q is spelled in several ways in stream %q; the oldest, %q, is meant", ids[0].text, r.stream.Name, c.Name)
	}
	if len(ids) == 1 {
		return sc.ref(r, r.show(c.Name, c)), c.Name, true
	}
	return b.nested(sc, r, c.Read.Path.Steps, ids[1:])
}

// members finds a member of a column that shows an object: only the core column properties has known ones.
func (b *binder) members(sc *scope, r *relation, col int, ids []ident) (plan.Expr, string, bool) {
	if r.stream == nil || r.cols[col].read.Kind != column.JSON {
		return nil, "", false
	}
	switch at := r.cols[col].read.Path; {
	case at.Root == nql.Properties && len(at.Steps) == 0:
		return b.nested(sc, r, nil, ids)
	case at.Root == nql.NoBuiltin && r.cols[col].Type == types.JSONB && r.cols[col].form == catalog.AsRead:
		return b.nested(sc, r, at.Steps, ids)
	}
	return nil, "", false
}

// nested finds a member at any depth below the object at steps.
func (b *binder) nested(sc *scope, r *relation, steps []nql.Step, ids []ident) (plan.Expr, string, bool) {
	steps = append([]nql.Step(nil), steps...)
	for _, id := range ids {
		any := id.text
		if id.quoted {
			any = ""
		}
		name, ok := r.stream.Member(steps, id.text, any)
		if !ok {
			return nil, "", false
		}
		steps = append(steps, nql.Step{Kind: nql.Member, Name: name})
	}
	c, ok := r.stream.Nested(&nql.Path{Steps: steps})
	if !ok {
		return nil, "", false
	}
	if len(steps) > 1 {
		return sc.ref(r, r.streamColumn(c.Name, c.Type, 0, c.Read)), c.Name, true // catalogs list top-level properties only
	}
	return sc.ref(r, r.show(c.Name, c)), c.Name, true
}
