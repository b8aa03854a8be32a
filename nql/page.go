package nql

import (
	"github.com/flare-pg/flare-pg/column"
)

// A page by column is read as a whole: each conjunct of the predicate leaves less of a selection of its rows, the cheapest first, and the columns are taken of what is
// left. A conjunct that reads one member is asked once for each different value rather than once for each row, where the page knows which those are; what reads
// several is asked of each row that is left with these members alone, and only what reads the message or whole events has documents put together. All of it asks
// what a RowProgram asks, with the same compiled functions.

// Page is a page of events by column, as a PageProgram reads it. Rows are in order of time. Where sel is nil all rows are meant.
type Page interface {
	Rows() int
	// Times and Arrivals give each event's timestamp and arrival number. They are not to be changed.
	Times() ([]int64, error)
	Arrivals() ([]uint64, error)
	// Document appends a row's document.
	Document(dst []byte, row int) ([]byte, error)
	// Show fills out with a member of the rows of sel, as Column has it of a kind: any but Timestamp and Interval of what documents have, Text of core columns. It may
	// have any form.
	Show(out *column.Vector, m PageMember, kind column.Kind, sel column.Selection, keepNull bool) (misfits int, err error)
	// ShowAny is Show of all rows in any order, null being what JSON has as null, too. done is false where the page knows no cheaper way than Show.
	ShowAny(out *column.Vector, m PageMember, kind column.Kind) (done bool, err error)
	// Select gives those rows of sel that a test is true of, in the memory of out, which may be that of sel, too.
	Select(out column.Selection, m PageMember, t *ValueTest, sel column.Selection) (column.Selection, error)
	// Texts gives the different strings that documents have at a member. ok is false where the page can't tell, or where there are more than so many.
	Texts(m PageMember, most int) (texts []string, ok bool, err error)
	// Excludes reports whether what the page says of itself, without any value being read, tells that a test is true of no row.
	Excludes(m PageMember, t *ValueTest) bool
}

// PageMember is something that documents have: what names lead to, or where there are none a core column with its fall-backs (Level, Exception, TraceID, SpanID).
type PageMember struct {
	Names []string
	Core  Builtin
}

// PageProgram is the predicate and the projection of a RowProgram for pages by column. It is used by one goroutine.
type PageProgram struct {
	*pageCode
	// AnyOrder: where there is one column, and all rows of a page are asked for, it may have them in any order.
	AnyOrder bool

	st    *state
	where *pageTerm // nil: all rows
	rows  pageRows  // what is computed row by row for the projection
	all   column.Selection
	event Event
}

// pageCode is what the programs of several goroutines share.
type pageCode struct {
	term    *pageTerm
	never   bool // the predicate is constant and not true
	columns []pageColumn
	later   pageRows
	slots   int
	elems   int
	err     error
}

// Pages returns a program for pages by column that another goroutine may use beside this one.
func (p *RowProgram) Pages() (*PageProgram, error) {
	p.pageOnce.Do(func() { p.page = p.compilePage() })
	code := p.page
	if code.err != nil {
		return nil, code.err
	}
	st := newState(code.slots, code.elems)
	return &PageProgram{pageCode: code, st: st, where: code.term.clone(st), rows: code.later.clone()}, nil
}

// compilePage compiles the program once more, in parts.
func (code *rowCode) compilePage() *pageCode {
	page := &pageCode{never: code.never}
	where := code.plain
	if code.never {
		where = nil
	}
	if page.err = page.predicate(where); page.err != nil {
		// What was no constant when it was written is one now, and refused.
		page.err = page.predicate(code.bound)
	}
	if page.err == nil {
		page.err = page.projection(code.columns)
	}
	return page
}

func (code *pageCode) predicate(where Expr) (err error) {
	code.slots, code.elems = 0, 0
	code.term, err = code.compile(where)
	return err
}

// fit sees to it that the state has room for what a compiler has made.
func (code *pageCode) fit(c *compiler) {
	code.slots, code.elems = max(code.slots, len(c.paths)), max(code.elems, c.elems)
}

// Excludes reports whether the page tells, without any value being read, that no row matches.
func (p *PageProgram) Excludes(page Page) bool {
	return p.never || p.where != nil && p.where.excludes(page)
}

// Select gives the rows that match among those of sel (nil: all), whose memory it may use. nil are all rows.
func (p *PageProgram) Select(page Page, sel column.Selection) (column.Selection, error) {
	if p.never {
		return column.Selection{}, nil
	}
	if p.where == nil {
		return sel, nil
	}
	if sel == nil {
		if cap(p.all) < page.Rows() {
			p.all = make(column.Selection, 0, page.Rows())
		}
		return p.where.selectRows(p, page, p.all[:0], nil)
	}
	return p.where.selectRows(p, page, sel[:0], sel)
}

// everyRow gives the selection of all of n rows.
func everyRow(dst column.Selection, n int) column.Selection {
	dst = dst[:0]
	for i := range n {
		dst = append(dst, int32(i))
	}
	return dst
}
