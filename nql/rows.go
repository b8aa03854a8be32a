package nql

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/event"
	"github.com/flare-pg/flare-pg/nql/sparse"
)

// Column is one column that a scan shall produce: a path, or an expression, and the physical form to give its values.
//
// JSON becomes typed here and nowhere else. A JSON null or a missing member is null. Otherwise, by Kind:
//
//	Bool       true, false
//	Int64      a number that is an integer within 64 bits (also spelled 1.0 or 1e3)
//	Float64    any number
//	Decimal    any number, in PostgreSQL's text form (1e3 becomes 1000; 1.50 stays 1.50)
//	Text       any scalar: a string's characters, a number's spelling, true or false
//	JSON       any value, as spelled; a JSON null too where KeepNull is set
//	Timestamp  a time, as @t is one: its microseconds, rounded down
//	Interval   a duration, likewise; of expressions only
//
// A value that doesn't fit gives null and is counted in Misfits.
type Column struct {
	Path    *Path
	Expr    Expr // what is computed, where Path is nil
	Kind    column.Kind
	Misfits *atomic.Int64 // may be nil
	// KeepNull makes a JSON null the value null of Kind JSON, which is what it is inside a JSON value; else it is no value.
	KeepNull bool
}

// Event is one stored event as a segment shows it to a RowProgram.
type Event struct {
	Timestamp int64  // 100 ns since 1970-01-01T00:00:00Z
	Arrival   uint64 // store-wide number in order of arrival; with Timestamp it makes the id
	Document  []byte // normalised JSON as package event makes it: reading relies on the order of its members
}

// RowProgram is a predicate and a projection compiled for row-wise reading. It is used by one
// goroutine; Clone makes one for another.
type RowProgram struct {
	*rowCode
	st    *state
	probe *state // for what the pre-filter asks
}

// rowCode is what the clones of a program share; it doesn't change.
type rowCode struct {
	where   readTruth // what the predicate asks first; with nothing to ask it is true
	then    readTruth // what it asks of events of which that is true
	before  prefilter // what it demands of the raw bytes
	never   bool      // the predicate is constant and not true
	columns []readColumn
	kinds   []column.Kind
	both    *sparse.Wanted // what where and then read
	later   *sparse.Wanted // what the projection reads besides
	all     *sparse.Wanted // both and later
	elems   int

	bound, plain Expr // the predicate with its parameters in their places, and simplified
	pageOnce     sync.Once
	page         *pageCode // for pages by column; made when first asked for
}

// readTruth is a predicate with what it reads that was not read before.
type readTruth struct {
	truth  truthFunc // nil: there is nothing to ask
	wanted *sparse.Wanted
	from   int // the first of its slots
}

// readColumn is a column with the way to its value.
type readColumn struct {
	Column
	eval valueFunc
	slot int // of a column that shows a part of the document as it stands there; else -1
}

// CompileRows compiles a predicate (nil: all events) over params and the columns to read of events for which it is true. Errors say
// what can't be evaluated.
func CompileRows(where Expr, params []Value, columns []Column) (*RowProgram, error) {
	code := &rowCode{}
	if where != nil {
		if _, _, err := newCompiler(params).truth(where); err != nil { // also about what is simplified away
			return nil, err
		}
		where = Bind(where, params)
	}
	plain := Simplify(where)
	code.never, code.before = Never(plain), prefilterOf(plain)
	code.bound, code.plain = where, plain
	c := newCompiler(params)
	if err := code.predicate(c, plain); err != nil { // what was no constant when it was written may be one now that is refused
		c = newCompiler(params)
		if err := code.predicate(c, where); err != nil {
			return nil, err
		}
	}
	early := len(c.paths)
	for _, col := range columns {
		r, err := c.column(col)
		if err != nil {
			return nil, err
		}
		code.columns = append(code.columns, r)
		code.kinds = append(code.kinds, col.Kind)
	}
	code.both, code.later, code.all = event.Wanted(c.paths[:early]), event.Wanted(c.paths[early:]), event.Wanted(c.paths)
	code.elems = c.elems
	return code.program(len(c.paths)), nil
}

// predicate compiles the predicate.
func (code *rowCode) predicate(c *compiler, where Expr) (err error) {
	if code.never {
		where = nil
	}
	first, then := inTurn(where)
	if code.where, err = c.reading(first); err != nil {
		return err
	}
	code.then, err = c.reading(then)
	return err
}

// reading compiles a predicate with what it reads besides what is read already.
func (c *compiler) reading(e Expr) (r readTruth, err error) {
	r.from = len(c.paths)
	if e != nil {
		r.truth, _, err = c.truth(e)
	}
	r.wanted = event.Wanted(c.paths[r.from:])
	return r, err
}

// inTurn splits a simplified predicate in two, of which both must be true: what is worth asking first, and the conjuncts that an event which has what the pre-filter
// demands most likely fulfils.
func inTurn(where Expr) (first, then Expr) {
	var early, late []Expr
	for _, c := range Conjuncts(where) {
		if slices.ContainsFunc(demanded(c), func(of clause) bool { return !of.bare() }) {
			late = append(late, c)
		} else {
			early = append(early, c)
		}
	}
	if len(early) == 0 {
		return where, nil
	}
	return Conjoin(early), Conjoin(late)
}

func (c *compiler) column(col Column) (readColumn, error) {
	r := readColumn{Column: col, slot: -1}
	if col.Path == nil && col.Expr != nil {
		x, err := c.value(col.Expr)
		r.eval = x.eval
		return r, err
	}
	if col.Path == nil {
		return r, errPath
	}
	if col.Kind == column.Invalid || col.Kind == column.Interval || col.Kind > column.Interval {
		return r, fmt.Errorf("nql: %s can't be read as %s", Print(col.Path), col.Kind)
	}
	if col.Kind == column.Timestamp && !isTime(col.Path) {
		return r, fmt.Errorf("nql: only @t is read as %s, not %s", col.Kind, Print(col.Path))
	}
	x, err := c.path(col.Path)
	if err != nil {
		return r, err
	}
	r.eval = x.eval
	if col.Kind == column.JSON {
		r.slot = x.slot
	}
	return r, nil
}

func (code *rowCode) program(slots int) *RowProgram {
	return &RowProgram{code, newState(slots, code.elems), newProbeState(code.before)}
}

// Clone returns a program that another goroutine may use.
func (p *RowProgram) Clone() *RowProgram { return p.program(len(p.st.slots)) }

// Kinds are the kinds of the columns, in their order: what a batch is Reset to before the first Append.
func (p *RowProgram) Kinds() []column.Kind { return p.kinds }

// Never reports whether the predicate is true of no event at all.
func (p *RowProgram) Never() bool { return p.never }

// Match evaluates the predicate only.
func (p *RowProgram) Match(e *Event) (bool, error) {
	if !p.before.passes(p.probe, e.Document) {
		return false, nil
	}
	return p.MatchPassed(e)
}

// MatchPassed is Match for an event that has gone through the program's Sieve, or that no sieve is worth it for.
func (p *RowProgram) MatchPassed(e *Event) (bool, error) {
	if p.never {
		return false, nil
	}
	ok := p.asked(e)
	return ok && p.st.failed == nil, p.st.failed
}

// asked evaluates the predicate itself. What is most likely read in the end is read at once: a second pass over a document costs as much as the first.
func (p *RowProgram) asked(e *Event) bool {
	st := p.st
	st.begin(e)
	if p.then.truth != nil && !st.first.often() {
		st.allRead = false
		p.where.read(st)
		first := p.where.truth(st) == yes
		if st.first.count(first); !first {
			return false
		}
		p.then.read(st)
		return p.then.truth(st) == yes
	}
	st.allRead = st.matches.often()
	wanted := p.both
	if st.allRead {
		wanted = p.all
	}
	if n := wanted.Len(); n > 0 {
		st.reader.Read(wanted, e.Document, st.slots[:n])
	}
	matches := p.where.truth == nil || p.where.truth(st) == yes
	if p.then.truth != nil {
		st.first.count(matches)
		matches = matches && p.then.truth(st) == yes
	}
	st.matches.count(matches)
	return matches
}

func (r *readTruth) read(st *state) {
	if n := r.wanted.Len(); n > 0 {
		st.reader.Read(r.wanted, st.ev.Document, st.slots[r.from:r.from+n])
	}
}

// share counts how often something was true of late.
type share struct{ asked, true int32 }

// often says that it was of more than half.
func (t *share) often() bool { return t.asked >= 64 && t.true > t.asked/2 }

func (t *share) count(is bool) {
	if t.asked++; is {
		t.true++
	}
	if t.asked == 1024 {
		t.asked, t.true = t.asked/2, t.true/2
	}
}

// Append evaluates the predicate on e and, where it is true, appends one row to b, whose vectors are Plain and of Kinds(). What
// only the projection needs is read of those events alone. The row is a copy: e may be changed afterwards.
func (p *RowProgram) Append(e *Event, b *column.Batch) (bool, error) {
	if ok, err := p.Match(e); !ok {
		return false, err
	}
	return true, p.append(b)
}

// AppendPassed is Append for an event that has gone through the program's Sieve, or that no sieve is worth it for: its bytes are not searched
// again before it is read.
func (p *RowProgram) AppendPassed(e *Event, b *column.Batch) (bool, error) {
	if ok, err := p.MatchPassed(e); !ok {
		return false, err
	}
	return true, p.append(b)
}

// append appends the row of the event that was asked last.
func (p *RowProgram) append(b *column.Batch) error {
	if len(b.Cols) != len(p.columns) {
		return fmt.Errorf("nql: the batch has %d columns, the program %d", len(b.Cols), len(p.columns))
	}
	st := p.st
	if p.later.Len() > 0 && !st.allRead {
		st.reader.Read(p.later, st.ev.Document, st.slots[p.both.Len():])
	}
	for i := range p.columns {
		p.columns[i].append(st, b.Cols[i])
	}
	b.Len++
	return st.failed
}

func (c *readColumn) append(st *state, out *column.Vector) {
	if c.slot >= 0 { // JSON, as spelled
		if v := st.slots[c.slot]; v.Kind > sparse.Null || v.Kind == sparse.Null && c.KeepNull {
			out.AppendBytes(v.Raw)
		} else {
			out.AppendNull()
		}
		return
	}
	x := c.eval(st)
	if c.KeepNull && x.kind == Null && c.Kind == column.JSON {
		out.AppendString("null")
		return
	}
	v, fits := st.convert(c.Kind, x)
	if !fits && c.Misfits != nil {
		c.Misfits.Add(1)
	}
	v.appendTo(out)
}
