package nql

import (
	"slices"
	"sync/atomic"
	"testing"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/event"
	"github.com/flare-pg/flare-pg/nql/sparse"
	"pgregory.net/rapid"
)

// docPage shows events one by one as a Page, the plainest way there is.
type docPage struct {
	events    []*Event
	converter Converter
}

func (p *docPage) Rows() int { return len(p.events) }

func (p *docPage) Times() (out []int64, err error) {
	for _, e := range p.events {
		out = append(out, e.Timestamp)
	}
	return out, nil
}

func (p *docPage) Arrivals() (out []uint64, err error) {
	for _, e := range p.events {
		out = append(out, e.Arrival)
	}
	return out, nil
}

func (p *docPage) Document(dst []byte, row int) ([]byte, error) {
	return append(dst, p.events[row].Document...), nil
}

// value is what a row has of a member, as JSON.
func (p *docPage) value(m PageMember, row int) sparse.Value {
	doc := p.events[row].Document
	if m.Core == NoBuiltin {
		var steps []sparse.Step
		for _, name := range m.Names {
			steps = append(steps, sparse.Step{Name: name})
		}
		return sparse.Get(doc, steps)
	}
	f := map[Builtin]func(dst, doc []byte) ([]byte, bool){Level: event.AppendLevel, Exception: event.AppendException, TraceID: event.AppendTraceID, SpanID: event.AppendSpanID}[m.Core]
	text, ok := f(nil, doc)
	if !ok {
		return sparse.Value{}
	}
	return sparse.Value{Kind: sparse.String, Raw: event.AppendString(nil, text)}
}

func (p *docPage) Show(out *column.Vector, m PageMember, kind column.Kind, sel column.Selection, keepNull bool) (misfits int, err error) {
	out.Reset(kind)
	for row := range p.events {
		if sel != nil && !slices.Contains(sel, int32(row)) {
			continue
		}
		switch v := p.value(m, row); {
		case kind == column.JSON && (v.Kind > sparse.Null || v.Kind == sparse.Null && keepNull):
			out.AppendBytes(v.Raw)
		case kind == column.JSON:
			out.AppendNull()
		case !p.converter.Append(out, v):
			misfits++
		}
	}
	return misfits, nil
}

func (p *docPage) ShowAny(*column.Vector, PageMember, column.Kind) (bool, error) { return false, nil }

func (p *docPage) Select(out column.Selection, m PageMember, t *ValueTest, sel column.Selection) (column.Selection, error) {
	if sel == nil {
		sel = everyRow(nil, len(p.events))
	}
	for _, row := range sel {
		is, err := t.True(p.value(m, int(row)))
		if err != nil {
			return nil, err
		}
		if is {
			out = append(out, row)
		}
	}
	return out, nil
}

func (p *docPage) Texts(m PageMember, most int) (texts []string, ok bool, err error) {
	for row := range p.events {
		v := p.value(m, row)
		if v.Kind != sparse.String {
			continue
		}
		if text := string(sparse.Unquote(nil, v.Raw)); !slices.Contains(texts, text) {
			texts = append(texts, text)
		}
	}
	return texts, len(texts) <= most, nil
}

func (p *docPage) Excludes(PageMember, *ValueTest) bool { return false }

// TestPageProgramsDecideAsRowProgramsDo: whatever the predicate and the columns, the rows of a page that are found are those that are found one by one, and
// show the same.
func TestPageProgramsDecideAsRowProgramsDo(t *testing.T) {
	kinds := []column.Kind{column.Bool, column.Int64, column.Float64, column.Decimal, column.Text, column.JSON}
	rapid.Check(t, func(t *rapid.T) {
		where := predicates(3).Draw(t, "predicate")
		var misfits, wantMisfits [3]atomic.Int64
		var cols, wantCols []Column
		for i := range rapid.IntRange(0, 3).Draw(t, "columns") {
			c := Column{Kind: rapid.SampledFrom(kinds).Draw(t, "kind"), KeepNull: rapid.Bool().Draw(t, "keep null")}
			if rapid.Bool().Draw(t, "computed") {
				c.Expr = values(2).Draw(t, "expression")
			} else {
				c.Path = paths(false).Draw(t, "path")
			}
			want := c
			c.Misfits, want.Misfits = &misfits[i], &wantMisfits[i]
			cols, wantCols = append(cols, c), append(wantCols, want)
		}
		rows, err := CompileRows(where, nil, wantCols)
		if err != nil {
			t.Skip("refused")
		}
		code, err := CompileRows(where, nil, cols)
		if err != nil {
			t.Fatal(err)
		}
		p, err := code.Pages()
		if err != nil {
			t.Fatalf("%s: %v", Print(where), err)
		}
		page := &docPage{}
		var want, got column.Batch
		want.Reset(rows.Kinds())
		wanted := column.Selection{}
		for i := range 5 {
			e := events().Draw(t, "event")
			page.events = append(page.events, e)
			ok, err := rows.Append(e, &want)
			if err != nil {
				t.Skip("past a limit")
			}
			if ok {
				wanted = append(wanted, int32(i))
			}
		}
		found, err := p.Select(page, nil)
		if err != nil {
			t.Fatal(err)
		}
		if found == nil {
			found = everyRow(nil, len(page.events))
		}
		if !slices.Equal(found, wanted) {
			for _, e := range page.events {
				t.Logf("%s", e.Document)
			}
			t.Fatalf("%s finds %v, want %v", Print(where), found, wanted)
		}
		got.Reset(code.Kinds())
		if err := p.Columns(page, found, &got); err != nil {
			t.Fatal(err)
		}
		for i := range cols {
			if got.Cols[i].Len != len(found) {
				t.Fatalf("column %d has %d rows, want %d", i, got.Cols[i].Len, len(found))
			}
			for row := range found {
				if g, w := show(got.Cols[i], row), show(want.Cols[i], row); g != w {
					t.Fatalf("column %d is %s, want %s: %s", i, g, w, page.events[found[row]].Document)
				}
			}
			if g, w := misfits[i].Load(), wantMisfits[i].Load(); g != w {
				t.Fatalf("column %d: %d misfits, want %d", i, g, w)
			}
		}
	})
}

// TestNumberSetsHoldWhatCompares: an integer divided by a power of ten lies in a set where the comparison that it was made of is true.
func TestNumberSetsHoldWhatCompares(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		op := rapid.SampledFrom([]Op{Eq, Ne, Lt, Le, Gt, Ge}).Draw(t, "op")
		k := rapid.OneOf(rapid.SampledFrom(numbers), rapid.StringMatching(`-?[1-9][0-9]{0,20}(\.[0-9]{1,20})?(e-?[0-9]{1,2})?`)).Draw(t, "constant")
		literal := &Literal{NumberValue(k)}
		test := testOf(&Binary{Op: op, L: PropertyPath("x"), R: literal}, PageMember{Names: []string{"x"}})
		if test.Numbers == nil {
			t.Fatalf("nothing is known of x %d %s", op, k)
		}
		digits := rapid.IntRange(0, 17).Draw(t, "digits")
		in, others := test.Numbers.Scaled(digits)
		near, _ := scaledFloor([]byte(k), digits)
		for _, v := range []int64{near, near + 1, near - 1, 0, rapid.Int64().Draw(t, "integer")} {
			is := others
			for _, r := range in {
				if r.Low <= v && v <= r.High {
					is = !others
				}
			}
			a, b := val{kind: Number, s: []byte(scaledSpelling(v, digits))}, toVal(literal.Value)
			order, _ := compare(&a, &b)
			if want := op.decides(order) == yes; is != want {
				t.Fatalf("%s %d %s is %v, the set says %v", a.s, op, k, want, is)
			}
		}
	})
}

// scaledSpelling spells an integer divided by ten to the digits.
func scaledSpelling(v int64, digits int) string {
	s := string(val2spelling(v))
	sign := ""
	if s[0] == '-' {
		sign, s = "-", s[1:]
	}
	for len(s) <= digits {
		s = "0" + s
	}
	if digits == 0 {
		return sign + s
	}
	return sign + s[:len(s)-digits] + "." + s[len(s)-digits:]
}

func val2spelling(v int64) []byte {
	x := val{kind: Integer, i: v}
	return x.spelling(nil)
}
