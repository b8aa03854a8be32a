package strip

import (
	"fmt"
	"slices"
	"sync/atomic"
	"testing"

	"pgregory.net/rapid"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/nql"
	"github.com/flare-pg/flare-pg/nql/sparse"
)

// coreMembers are names that core columns come from, besides the usual ones.
var coreMembers = append([]string{"@mt", "@m", "@l", "@x", "@tr", "@sp", "Level", "level", "SEVERITY", "exception", "traceid", "Span_Id"}, names...)

// asked draws predicates and columns about some events.
type asked struct{ all []sample }

// path draws what a predicate reads.
func (a *asked) path(t *rapid.T) *nql.Path {
	switch rapid.IntRange(0, 11).Draw(t, "read") {
	case 0, 1, 2:
		return &nql.Path{Root: rapid.SampledFrom([]nql.Builtin{nql.Level, nql.Level, nql.Exception, nql.TraceID, nql.SpanID}).Draw(t, "core")}
	case 3:
		return &nql.Path{Root: rapid.SampledFrom([]nql.Builtin{nql.Timestamp, nql.Message, nql.ID, nql.Template, nql.Document, nql.Properties}).Draw(t, "built in")}
	case 4:
		return nql.PropertyPath("Data", rapid.SampledFrom(names).Draw(t, "name"))
	case 5:
		return &nql.Path{Steps: []nql.Step{{Kind: nql.Member, Name: rapid.SampledFrom(names).Draw(t, "name")}, {Kind: nql.Element, Index: rapid.IntRange(-1, 1).Draw(t, "element")}}}
	case 6:
		return nql.PropertyPath(rapid.SampledFrom(coreMembers).Draw(t, "name"))
	}
	return nql.PropertyPath(rapid.SampledFrom(names).Draw(t, "name"))
}

// literal draws a constant, often one that stands in an event at the path.
func (a *asked) literal(t *rapid.T, p *nql.Path) nql.Expr {
	if rapid.IntRange(0, 2).Draw(t, "of an event") > 0 && len(a.all) > 0 && len(p.Steps) > 0 {
		var steps []sparse.Step
		for _, s := range p.Steps {
			steps = append(steps, sparse.Step{Name: s.Name, Element: s.Kind == nql.Element, Index: s.Index})
		}
		switch v := sparse.Get(rapid.SampledFrom(a.all).Draw(t, "event").doc, steps); v.Kind {
		case sparse.String:
			return &nql.Literal{Value: nql.StringValue(string(sparse.Unquote(nil, v.Raw)))}
		case sparse.Number:
			return &nql.Literal{Value: nql.NumberValue(string(v.Raw))}
		}
	}
	switch rapid.IntRange(0, 6).Draw(t, "constant") {
	case 0:
		return &nql.Literal{Value: nql.BooleanValue(rapid.Bool().Draw(t, "bool"))}
	case 1:
		return &nql.Literal{Value: nql.IntegerValue(rapid.Int64Range(-3, 1000).Draw(t, "integer"))}
	case 2, 3:
		return &nql.Literal{Value: nql.NumberValue(rapid.SampledFrom(spellings).Draw(t, "number"))}
	}
	return &nql.Literal{Value: nql.StringValue(drawText(t))}
}

// list draws a few constants, or many; some lists have texts alone, or numbers.
func (a *asked) list(t *rapid.T, p *nql.Path) (list []nql.Expr) {
	kind := rapid.IntRange(0, 2).Draw(t, "kind of all")
	for range rapid.SampledFrom([]int{3, 3, 5, 20}).Draw(t, "constants") {
		l := a.literal(t, p)
		if isText := l.(*nql.Literal).Value.Kind == nql.String; kind == 0 || isText == (kind == 1) {
			list = append(list, l)
		}
	}
	return list
}

// operand draws a path, or a function of one.
func (a *asked) operand(t *rapid.T) (nql.Expr, *nql.Path) {
	p := a.path(t)
	if name := rapid.SampledFrom([]string{"", "", "", "", "number", "integer", "float", "text", "boolean", "length"}).Draw(t, "function"); name != "" {
		return &nql.Call{Name: name, Args: []nql.Expr{p}}, p
	}
	return p, p
}

func (a *asked) leaf(t *rapid.T) nql.Expr {
	x, p := a.operand(t)
	flag := func(label string) bool { return rapid.IntRange(0, 3).Draw(t, label) == 0 }
	pattern := func() string {
		return rapid.SampledFrom([]string{"%", "x", "Inf%", "%o%", "user%", "%1%", "%-%", "_", "10.0%", `%"%`, `%\\%`, ""}).Draw(t, "pattern")
	}
	op := rapid.SampledFrom([]nql.Op{nql.Eq, nql.Ne, nql.Lt, nql.Le, nql.Gt, nql.Ge}).Draw(t, "op")
	switch rapid.IntRange(0, 13).Draw(t, "leaf") {
	case 0:
		return &nql.In{X: x, List: a.list(t, p), Not: flag("not"), CI: flag("ci")}
	case 1:
		return &nql.Between{X: x, Low: a.literal(t, p), High: a.literal(t, p), Not: flag("not")}
	case 2:
		return &nql.Like{X: x, Pattern: &nql.Literal{Value: nql.StringValue(pattern())}, Not: flag("not"), CI: flag("ci")}
	case 3:
		return &nql.Regex{X: x, Pattern: rapid.SampledFrom([]string{"o", "^x", "[0-9]+$", "", "user0|Err"}).Draw(t, "pattern"), Not: flag("not"), CI: flag("ci")}
	case 4:
		return &nql.IsNull{X: x, Not: flag("not")}
	case 5:
		return &nql.Call{Name: "has", Args: []nql.Expr{x}}
	case 6:
		return p
	case 7:
		return &nql.Call{Name: rapid.SampledFrom([]string{"startswith", "contains", "endswith"}).Draw(t, "name"), Args: []nql.Expr{x, &nql.Literal{Value: nql.StringValue(drawText(t))}}}
	case 8:
		y, _ := a.operand(t)
		return &nql.Binary{Op: op, L: x, R: y}
	case 9:
		return &nql.Binary{Op: op, L: &nql.Binary{Op: nql.Add, L: x, R: &nql.Literal{Value: nql.IntegerValue(1)}}, R: a.literal(t, p)}
	case 10:
		return &nql.Binary{Op: op, L: a.literal(t, p), R: x}
	}
	return &nql.Binary{Op: op, L: x, R: a.literal(t, p), CI: flag("ci")}
}

func (a *asked) predicate(t *rapid.T, depth int) nql.Expr {
	if depth > 0 {
		switch rapid.IntRange(0, 5).Draw(t, "predicate") {
		case 0, 1:
			return &nql.Binary{Op: nql.And, L: a.predicate(t, depth-1), R: a.predicate(t, depth-1)}
		case 2:
			return &nql.Binary{Op: nql.Or, L: a.predicate(t, depth-1), R: a.predicate(t, depth-1)}
		case 3:
			return &nql.Unary{Op: nql.Not, X: a.predicate(t, depth-1)}
		}
	}
	return a.leaf(t)
}

func (a *asked) columns(t *rapid.T, misfits []atomic.Int64) []nql.Column {
	var out []nql.Column
	for i := range rapid.IntRange(0, len(misfits)).Draw(t, "columns") {
		c := nql.Column{Misfits: &misfits[i], Kind: rapid.SampledFrom([]column.Kind{column.Bool, column.Int64, column.Float64, column.Decimal, column.Text, column.JSON}).Draw(t, "kind"),
			KeepNull: rapid.Bool().Draw(t, "keep null")}
		if c.Path = a.path(t); c.Path.Root == nql.Timestamp && rapid.Bool().Draw(t, "time") {
			c.Kind = column.Timestamp
		}
		if rapid.IntRange(0, 4).Draw(t, "computed") == 0 {
			c.Path, c.Expr = nil, &nql.Call{Name: "concat", Args: []nql.Expr{c.Path, a.path(t)}}
		}
		out = append(out, c)
	}
	return out
}

func shown(v *column.Vector, i int) string {
	if v.Null(i) {
		return "null"
	}
	switch v.Kind {
	case column.Bool:
		return fmt.Sprint(v.Bool(i))
	case column.Int64, column.Timestamp:
		return fmt.Sprint(v.Int(i))
	case column.Float64:
		return fmt.Sprint(v.Float(i))
	}
	return fmt.Sprintf("%q", v.Str(i))
}

// TestPagesAreReadAsTheirRowsAre: a predicate finds the rows of a page that it finds row by row, and columns show of them what they show row by row.
func TestPagesAreReadAsTheirRowsAre(t *testing.T) {
	b := NewBuilder()
	var r Reader
	var c Columns
	var batch column.Batch
	rapid.Check(t, func(t *rapid.T) {
		all := drawEventsOf(t, coreMembers)
		body, ok := smallPage(t, b, all)
		if !ok {
			return
		}
		if err := openBody(&r, body, len(all), size(all)); err != nil {
			t.Fatal(err)
		}
		c.Turn(&r)
		a := asked{all}
		for range 3 {
			a.check(t, &c, &batch, a.predicate(t, 2))
			a.checkAnyOrder(t, &c, &batch)
		}
	})
}

func (a *asked) check(t *rapid.T, c *Columns, got *column.Batch, where nql.Expr) {
	all := a.all
	var misfits, wantMisfits [3]atomic.Int64
	columns := a.columns(t, misfits[:])
	p, err := nql.CompileRows(where, nil, columns)
	if err != nil {
		return // it is no question
	}
	for i := range columns {
		columns[i].Misfits = &wantMisfits[i]
	}
	rows, err := nql.CompileRows(where, nil, columns)
	if err != nil {
		t.Fatal(err)
	}
	pages, err := p.Pages()
	if err != nil {
		t.Fatalf("%s: %v", nql.Print(where), err)
	}
	var sel column.Selection
	if rapid.Bool().Draw(t, "selected") {
		sel = column.Selection{}
		for row := range all {
			if rapid.Bool().Draw(t, "row") {
				sel = append(sel, int32(row))
			}
		}
	}
	var want column.Batch
	want.Reset(rows.Kinds())
	var wanted column.Selection
	for row := range sel.Count(len(all)) {
		if sel != nil {
			row = int(sel[row])
		}
		e := nql.Event{Timestamp: all[row].ts, Arrival: all[row].arrival, Document: all[row].doc}
		is, err := rows.Append(&e, &want)
		if err != nil {
			t.Fatal(err)
		}
		if is {
			wanted = append(wanted, int32(row))
		}
	}
	if len(wanted) > 0 && pages.Excludes(c) {
		t.Fatalf("%s is excluded though it is true of row %d, %s", nql.Print(where), wanted[0], all[wanted[0]].doc)
	}
	found, err := pages.Select(c, sel)
	if err != nil {
		t.Fatal(err)
	}
	if found == nil {
		found = everyRow(nil, len(all))
	}
	if fmt.Sprint(found) != fmt.Sprint(append(column.Selection{}, wanted...)) {
		text := ""
		for _, row := range append(found, wanted...) {
			text += fmt.Sprintf("\n%d: %s", row, all[row].doc)
		}
		t.Fatalf("%s\nfinds %v\nwant  %v%s", nql.Print(where), found, wanted, text)
	}
	got.Reset(p.Kinds())
	if err := pages.Columns(c, found, got); err != nil {
		t.Fatal(err)
	}
	for i, x := range columns {
		if got.Cols[i].Len != len(found) {
			t.Fatalf("column %d has %d rows, not %d", i, got.Cols[i].Len, len(found))
		}
		for k, row := range found {
			if g, w := shown(got.Cols[i], k), shown(want.Cols[i], k); g != w {
				t.Fatalf("%v %v as %s of row %d, %s: %s, want %s", x.Path, x.Expr, x.Kind, row, all[row].doc, g, w)
			}
		}
		if g, w := misfits[i].Load(), wantMisfits[i].Load(); g != w {
			t.Fatalf("%v as %s: %d misfits, want %d", x.Path, x.Kind, g, w)
		}
	}
}

// checkAnyOrder: a column whose rows may come in any order has the same ones.
func (a *asked) checkAnyOrder(t *rapid.T, c *Columns, got *column.Batch) {
	var misfits [1]atomic.Int64
	columns := a.columns(t, misfits[:])
	if len(columns) == 0 {
		return
	}
	read := func(anyOrder bool) (out []string) {
		p, err := nql.CompileRows(nil, nil, columns)
		if err != nil {
			t.Fatal(err)
		}
		pages, err := p.Pages()
		if err != nil {
			t.Fatal(err)
		}
		pages.AnyOrder = anyOrder
		got.Reset(p.Kinds())
		if err := pages.Columns(c, nil, got); err != nil {
			t.Fatal(err)
		}
		for i := range got.Cols[0].Len {
			out = append(out, shown(got.Cols[0], i))
		}
		slices.Sort(out)
		return out
	}
	x := columns[0]
	if g, w := read(true), read(false); !slices.Equal(g, w) || len(g) != len(a.all) {
		t.Fatalf("%v %v as %s: %v, want %v", x.Path, x.Expr, x.Kind, g, w)
	}
}
