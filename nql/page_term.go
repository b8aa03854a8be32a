package nql

import (
	"cmp"
	"slices"

	"github.com/flare-pg/flare-pg/column"
)

// pageTerm is a predicate, or a part of one, of a page's rows.
type pageTerm struct {
	op    Op // And, Or: of parts; else a leaf
	parts []*pageTerm
	cost  int

	test *ValueTest // a leaf that reads one member of documents
	of   PageMember
	rows *pageRows // any other leaf
	eval truthFunc
	text *pageMessage // of the message: what leaves out rows beforehand; or nil

	left, found, more column.Selection // memory of an or
}

// What terms cost, roughly: those of one kind stay in the order in which they were written.
const (
	costSet  = 1 // compared as integers or bytes
	costText = 2 // asked of each different text
	costAny  = 3 // asked of each different value
	costOr   = 4
	costRows = 8  // asked row by row
	costDocs = 16 // likewise, of whole documents
)

// compile compiles a predicate; nil is nil.
func (code *pageCode) compile(e Expr) (*pageTerm, error) {
	if e == nil {
		return nil, nil
	}
	if b, ok := e.(*Binary); ok && (b.Op == And || b.Op == Or) {
		t := &pageTerm{op: b.Op}
		for _, x := range chainOf(b) {
			part, err := code.compile(x)
			if err != nil {
				return nil, err
			}
			t.parts = append(t.parts, part)
			t.cost = max(t.cost, part.cost)
		}
		slices.SortStableFunc(t.parts, func(a, b *pageTerm) int { return cmp.Compare(a.cost, b.cost) })
		if b.Op == Or {
			t.cost += costOr
		}
		return t, nil
	}
	return code.leaf(e)
}

// leaf compiles a predicate that is no and, or.
func (code *pageCode) leaf(e Expr) (*pageTerm, error) {
	c := newCompiler(nil)
	f, _, err := c.truth(e)
	if err != nil {
		return nil, err
	}
	code.fit(c)
	rows := readsOf(c, Paths(e))
	if m, ok := rows.single(); ok {
		t := &pageTerm{test: testOf(e, m), of: m, cost: costAny}
		t.test.truth, t.test.slots = f, rows.slots
		switch {
		case t.test.Numbers != nil || t.test.Texts != nil:
			t.cost = costSet
		case t.test.Strings:
			t.cost = costText
		}
		return t, nil
	}
	t := &pageTerm{rows: rows, eval: f, cost: costRows}
	if rows.document || rows.message {
		t.cost = costDocs
		t.text = messageOf(e)
	}
	return t, nil
}

// clone makes a term for another goroutine, which evaluates in st.
func (t *pageTerm) clone(st *state) *pageTerm {
	if t == nil {
		return nil
	}
	u := &pageTerm{op: t.op, of: t.of, eval: t.eval, text: t.text.clone()}
	for _, p := range t.parts {
		u.parts = append(u.parts, p.clone(st))
	}
	if t.test != nil {
		u.test = t.test.clone(st)
	}
	if t.rows != nil {
		rows := t.rows.clone()
		u.rows = &rows
	}
	return u
}

func (t *pageTerm) excludes(page Page) bool {
	excludes := func(p *pageTerm) bool { return p.excludes(page) }
	switch {
	case t.op == And:
		return slices.ContainsFunc(t.parts, excludes)
	case t.op == Or:
		return !slices.ContainsFunc(t.parts, func(p *pageTerm) bool { return !p.excludes(page) })
	}
	return t.test != nil && page.Excludes(t.of, t.test)
}

// selectRows appends the rows of sel of which the term is true to out, which may be the same memory.
func (t *pageTerm) selectRows(p *PageProgram, page Page, out, sel column.Selection) (column.Selection, error) {
	switch {
	case t.op == And:
		for _, part := range t.parts {
			var err error
			if out, err = part.selectRows(p, page, out[:0], sel); err != nil || len(out) == 0 {
				return out, err
			}
			sel = out
		}
		return out, nil
	case t.op == Or:
		return t.selectAny(p, page, out, sel)
	case t.test != nil:
		return page.Select(out, t.of, t.test, sel)
	}
	return t.selectEach(p, page, out, sel)
}

// selectAny is selectRows of an or: each part is asked about what no part before it is true of.
func (t *pageTerm) selectAny(p *PageProgram, page Page, out, sel column.Selection) (column.Selection, error) {
	if sel == nil {
		t.left = everyRow(t.left, page.Rows())
	} else {
		t.left = append(t.left[:0], sel...)
	}
	t.found = t.found[:0]
	for _, part := range t.parts {
		if len(t.left) == 0 {
			break
		}
		more, err := part.selectRows(p, page, t.more[:0], t.left)
		if err != nil {
			return nil, err
		}
		if t.more = more; len(more) == 0 {
			continue
		}
		t.left = without32(t.left, more)
		t.found = append(t.found, more...)
	}
	if !slices.IsSorted(t.found) {
		slices.Sort(t.found)
	}
	return append(out, t.found...), nil
}

// without32 leaves the rows of sel that are not among some of them.
func without32(sel, some column.Selection) column.Selection {
	if len(some) == 0 {
		return sel
	}
	n := 0
	if len(some)*32 < len(sel) { // what lies between them is moved as it is
		at := 0
		for _, row := range some {
			i, there := slices.BinarySearch(sel[at:], row)
			n += copy(sel[n:], sel[at:at+i])
			if at += i; there {
				at++
			}
		}
		return sel[:n+copy(sel[n:], sel[at:])]
	}
	for _, row := range sel {
		if len(some) > 0 && some[0] == row {
			some = some[1:]
			continue
		}
		sel[n] = row
		n++
	}
	return sel[:n]
}

// selectEach is selectRows of a leaf that is asked row by row.
func (t *pageTerm) selectEach(p *PageProgram, page Page, out, sel column.Selection) (column.Selection, error) {
	if sel == nil {
		t.left = everyRow(t.left, page.Rows())
		sel = t.left
	}
	if t.text != nil {
		t.left = append(t.left[:0], sel...)
		var err error
		if sel, err = t.text.narrow(page, t.left); err != nil {
			return nil, err
		}
		if len(sel) == 0 {
			return out, nil
		}
	}
	if err := t.rows.load(page, sel); err != nil {
		return nil, err
	}
	for i, row := range sel {
		if err := t.rows.turn(p, page, i, row); err != nil {
			return nil, err
		}
		if t.eval(p.st) == yes {
			out = append(out, row)
		}
		if p.st.failed != nil {
			return nil, p.st.failed
		}
	}
	return out, nil
}
