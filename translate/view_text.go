package translate

import (
	"crypto/rand"
	"fmt"
	"slices"
	"strings"

	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/flare-pg/flare-pg/catalog"
	"github.com/flare-pg/flare-pg/nql"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/function"
)

// A view's query is kept as text that means for ever what it meant when the view was made: * is written out, columns are qualified and
// spelled as they are, and relations are kept by OID, so that they may be renamed. Binding the query notes what each name in it
// means; the names are replaced in the text, and the grammar writes the result down in its own form.

// viewNotes are what binding a view's query finds out about the names in its text.
type viewNotes struct {
	edits     []viewEdit
	relations []catalog.Relation // what the mark of an edit stands for
	// renamed gives a column of a stream another name.
	renamed *columnRenaming
	drawn   string
	last    int32 // where the last relation's name stands
}

// viewEdit replaces a part of the text.
type viewEdit struct {
	from, to int
	text     string
	renamed  bool
}

// columnRenaming is ALTER TABLE … RENAME COLUMN, for the views that read the column.
type columnRenaming struct {
	relation types.OID
	old, new string
	met      bool // whether the view reads it
}

// mark is a name that stands for a relation while the grammar works on the text. Nobody can have written it: it is drawn at random.
func (v *viewNotes) mark(i int) string {
	if v.drawn == "" {
		v.drawn = rand.Text()[:20]
	}
	return fmt.Sprintf("relation %d %s", i, v.drawn)
}

func (v *viewNotes) edit(from, to int, text string) { v.put(viewEdit{from: from, to: to, text: text}) }

func (v *viewNotes) put(x viewEdit) {
	from, to := x.from, x.to
	if to <= from || slices.ContainsFunc(v.edits, func(e viewEdit) bool { return e.from == from }) {
		return // a WITH query is bound anew for each use
	}
	v.edits = append(v.edits, x)
}

// noteTarget keeps the name of an output column whose source has been given another.
func (b *binder) noteTarget(n *pg.ResTarget, name string) {
	at := n.GetVal().GetColumnRef()
	if b.notes == nil || at == nil || n.Name != "" {
		return
	}
	for i := range b.notes.edits {
		if e := &b.notes.edits[i]; e.from == int(at.Location) && e.renamed {
			e.text, e.renamed = e.text+" AS "+quoteAll(name), false
		}
	}
}

// noteRelation notes what a relation's name in FROM means.
func (b *binder) noteRelation(n *pg.RangeVar, found catalog.Relation) {
	v := b.notes
	if v == nil || n.Location < 0 {
		return
	}
	parts := 1
	if n.Schemaname != "" {
		parts++
	}
	if n.Catalogname != "" {
		parts++
	}
	v.last = n.Location
	var text string
	if found.Source == nil {
		text = quoteAll(v.mark(len(v.relations)))
		v.relations = append(v.relations, found)
	} else {
		text = quoteAll(found.Schema, found.Name)
	}
	if n.Alias == nil {
		text += " " + quoteAll(found.Name)
	}
	v.edit(int(n.Location), b.s.identsEnd(n.Location, parts), text)
}

// noteStar notes what * stands for.
func (b *binder) noteStar(sc *scope, n *pg.ColumnRef, targets []target) {
	v := b.notes
	if v == nil {
		return
	}
	var list []string
	for _, t := range targets {
		name := quoteAll(t.col.Name)
		if rel, c, ok := sc.owner(t.expr); ok && rel.name != "" {
			name = v.columnName(rel, c, t.col.Name)
		}
		list = append(list, name)
	}
	text := strings.Join(list, ", ")
	if n.Location >= 0 {
		end := b.s.identsEnd(n.Location, len(n.Fields)-1)
		if len(n.Fields) > 1 {
			end += strings.IndexByte(b.s.sql[end:], '*')
		} else {
			end = int(n.Location)
		}
		v.edit(int(n.Location), end+1, text)
		return
	}
	// TABLE name
	before := strings.TrimRight(b.s.sql[:v.last], " \t\r\n\f\v")
	if len(before) >= 5 && strings.EqualFold(before[len(before)-5:], "table") {
		v.edit(len(before)-5, len(before), "SELECT "+text+" FROM")
	}
}

// noteColumn notes what a column's name means. name is what the column is called as an output.
func (b *binder) noteColumn(sc *scope, n *pg.ColumnRef, e plan.Expr, name string) {
	v := b.notes
	if v == nil || n.Location < 0 {
		return
	}
	rel, c, ok := sc.owner(e)
	ids := b.s.identsAt(n.Location, len(n.Fields))
	if !ok || rel.name == "" || len(ids) != len(n.Fields) {
		return
	}
	end := b.s.identsEnd(n.Location, len(n.Fields))
	var steps []nql.Step
	if c.read.Path != nil && c.read.Path.Root == nql.NoBuiltin {
		steps = c.read.Path.Steps
	}
	if len(steps) < 2 {
		v.put(viewEdit{int(n.Location), end, v.columnName(rel, c, name), v.renames(rel, c)})
		return
	}
	// The member of an object: the last names are its path.
	if len(ids) < len(steps) || len(ids) > len(steps)+2 {
		return
	}
	parts := []string{rel.name}
	for i, s := range steps {
		id := ids[len(ids)-len(steps)+i]
		if s.Kind != nql.Member || !strings.EqualFold(s.Name, id.text) {
			return
		}
		parts = append(parts, s.Name)
	}
	v.edit(int(n.Location), end, quoteAll(parts...))
}

// owner finds the relation and the column that an expression is, of this level.
func (sc *scope) owner(e plan.Expr) (rel *relation, c *relColumn, ok bool) {
	r, isRef := e.(*plan.Ref)
	if !isRef {
		return nil, nil, false
	}
	return sc.column(r)
}

// columnName writes a column of a relation.
func (v *viewNotes) columnName(rel *relation, c *relColumn, name string) string {
	if v.renames(rel, c) {
		name = v.renamed.new
	}
	return quoteAll(rel.name, name)
}

// renames tells whether a column is the one that is given another name.
func (v *viewNotes) renames(rel *relation, c *relColumn) bool {
	r := v.renamed
	if r == nil || rel.stream == nil || rel.stream.OID != r.relation || c.Table != r.relation || c.Name != r.old {
		return false
	}
	r.met = true
	return true
}

// quoteAll writes a dotted name.
func quoteAll(parts ...string) string {
	out := make([]string, len(parts))
	for i, p := range parts {
		out[i] = function.QuoteIdent(p)
	}
	return strings.Join(out, ".")
}

// identsEnd gives the offset behind n dotted identifiers.
func (s *Statement) identsEnd(location int32, n int) int {
	rest := s.sql[location:]
	for i := range n {
		_, after, ok := readIdent(rest)
		if !ok {
			return int(location)
		}
		if rest = after; i < n-1 {
			rest = strings.TrimPrefix(skipBlank(rest), ".")
			rest = skipBlank(rest)
		}
	}
	return len(s.sql) - len(rest)
}

// viewQuery makes what is kept of a view's query, which stands in the statement's text from start on. columns are the view's.
func (b *binder) viewQuery(start int, columns []catalog.ViewColumn) ([]catalog.ViewPart, error) {
	v, end := b.notes, b.s.Offset+b.s.Length
	slices.SortFunc(v.edits, func(x, y viewEdit) int { return x.from - y.from })
	var text strings.Builder
	for at, i := start, 0; ; i++ {
		if i == len(v.edits) {
			text.WriteString(b.s.sql[at:end])
			break
		}
		text.WriteString(b.s.sql[at:v.edits[i].from])
		text.WriteString(v.edits[i].text)
		at = v.edits[i].to
	}
	canonical, err := canonicalQuery(text.String(), columns)
	if err != nil {
		return nil, err
	}
	return v.parts(canonical), nil
}

// canonicalQuery writes a query as the grammar does, each column of the select list by its name.
func canonicalQuery(text string, columns []catalog.ViewColumn) (string, error) {
	tree, err := grammarParse(text)
	if err != nil {
		return "", syntaxError(text, err)
	}
	sel := tree.Stmts[0].Stmt.GetSelectStmt()
	for sel.GetLarg() != nil {
		sel = sel.Larg
	}
	if list := sel.GetTargetList(); len(list) == len(columns) {
		for i, t := range list {
			r := t.GetResTarget()
			fields := r.GetVal().GetColumnRef().GetFields()
			if len(fields) == 0 || fields[len(fields)-1].GetString_().GetSval() != columns[i].Name {
				r.Name = columns[i].Name
			}
		}
	}
	plain, err := grammarDeparse(tree)
	if err != nil {
		return "", types.Errorf(types.CodeFeatureNotSupported, "this query can't be made a view: %s", err)
	}
	return layoutQuery(plain), nil
}

// parts splits a text at the marks of relations.
func (v *viewNotes) parts(text string) []catalog.ViewPart {
	var out []catalog.ViewPart
	for text != "" {
		first, which := len(text), -1
		for i := range v.relations {
			if at := strings.Index(text, quoteAll(v.mark(i))); at >= 0 && at < first {
				first, which = at, i
			}
		}
		if which < 0 {
			return append(out, catalog.ViewPart{Text: text})
		}
		p := catalog.ViewPart{Text: text[:first], Relation: v.relations[which].OID}
		text = text[first+len(quoteAll(v.mark(which))):]
		// An alias that says the name itself is shown only once the name is another.
		alias := " " + quoteAll(v.relations[which].Name)
		if rest, ok := strings.CutPrefix(text, alias); ok && (rest == "" || strings.ContainsAny(rest[:1], " ,)\n;")) && !strings.HasPrefix(rest, " (") {
			p.Alias, text = v.relations[which].Name, rest
		}
		out = append(out, p)
	}
	return out
}

// layoutQuery breaks a query's text into lines at its own clauses, as PostgreSQL shows views.
func layoutQuery(text string) string {
	scan, err := grammarScan(text)
	if err != nil {
		return text
	}
	var out strings.Builder
	depth, at := 0, 0
	listing := false
	breakAt := func(start int32, indent string) {
		out.WriteString(strings.TrimRight(text[at:start], " "))
		out.WriteString(indent)
		at = int(start)
	}
	for i, t := range scan.Tokens {
		switch t.Token {
		case pg.Token_ASCII_40, pg.Token_ASCII_91:
			depth++
		case pg.Token_ASCII_41, pg.Token_ASCII_93:
			depth--
		}
		if depth > 0 {
			continue
		}
		next := pg.Token_NUL
		if i+1 < len(scan.Tokens) {
			next = scan.Tokens[i+1].Token
		}
		switch t.Token {
		case pg.Token_SELECT:
			if i > 0 {
				breakAt(t.Start, "\n ")
			} else {
				out.WriteString(" ")
			}
			listing = true
		case pg.Token_ASCII_44:
			if listing {
				out.WriteString(text[at:t.End])
				out.WriteString("\n   ")
				at = int(t.End)
			}
		case pg.Token_FROM:
			if listing {
				breakAt(t.Start, "\n   ")
			}
			listing = false
		case pg.Token_WHERE, pg.Token_HAVING:
			breakAt(t.Start, "\n  ")
			listing = false
		case pg.Token_GROUP_P, pg.Token_ORDER:
			if next == pg.Token_BY {
				breakAt(t.Start, "\n  ")
				listing = false
			}
		case pg.Token_LIMIT, pg.Token_OFFSET:
			breakAt(t.Start, "\n ")
			listing = false
		case pg.Token_UNION, pg.Token_INTERSECT, pg.Token_EXCEPT:
			breakAt(t.Start, "\n")
			listing = false
		}
	}
	out.WriteString(text[at:])
	return out.String()
}
