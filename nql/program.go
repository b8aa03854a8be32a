package nql

import (
	"fmt"

	"github.com/flare-pg/flare-pg/event"
	"github.com/flare-pg/flare-pg/nql/sparse"
)

// Program is a whole query compiled to run over events one by one: what flare-pg nql does with what a scan delivers,
// and what flare.nql('…') shows. It is used by one goroutine; Clone makes one for another. Order and limit are the caller's business.
type Program struct {
	*programCode
	st  *state
	row []Value
}

type programCode struct {
	query        *Query
	names        []string
	where        truthFunc // nil: all events
	items        []valueFunc
	first, later *sparse.Wanted
	elems        int
}

// Compile compiles a query over params.
func Compile(q *Query, params []Value) (*Program, error) {
	c := newCompiler(params)
	code := &programCode{query: q}
	if q.Where != nil {
		f, _, err := c.truth(q.Where)
		if err != nil {
			return nil, err
		}
		code.where = f
	}
	early := len(c.paths)
	items := q.Select
	if len(items) == 0 {
		items = []Item{{Expr: &Path{Root: Document}, Name: "@d"}}
	}
	for _, it := range items {
		x, err := c.value(it.Expr)
		if err != nil {
			return nil, err
		}
		code.items = append(code.items, x.eval)
	}
	code.names = columnNames(items)
	code.first, code.later = event.Wanted(c.paths[:early]), event.Wanted(c.paths[early:])
	code.elems = c.elems
	return code.program(len(c.paths)), nil
}

// columnNames are the names of the items' columns, each once: of equal ones the later have _2, _3 … behind them.
func columnNames(items []Item) []string {
	var names []string
	taken := make(map[string]bool)
	for _, it := range items {
		name := it.Name
		if name == "" {
			name = itemName(it.Expr)
		}
		base := name
		for n := 2; taken[name]; n++ {
			name = fmt.Sprintf("%s_%d", base, n)
		}
		taken[name] = true
		names = append(names, name)
	}
	return names
}

// Columns names the columns of a query's rows, as Program.Names does; none where it selects *.
func (q *Query) Columns() []string { return columnNames(q.Select) }

func (c *programCode) program(slots int) *Program {
	return &Program{c, newState(slots, c.elems), make([]Value, len(c.items))}
}

// Clone returns a program that another goroutine may use.
func (p *Program) Clone() *Program { return p.program(len(p.st.slots)) }

// Names are the names of the columns, each once: of equal ones the later have _2, _3 … behind them. A query that selects * has the
// one column @d.
func (p *Program) Names() []string { return p.names }

// Star reports whether the query selects *: its rows are whole documents, and AppendRow gives them as they are.
func (p *Program) Star() bool { return len(p.query.Select) == 0 }

// Row evaluates the query on e: whether e matches, and if so the values of its columns, in the order of Names. The slice is reused by the next
// call, the values in it stay.
func (p *Program) Row(e *Event) ([]Value, bool, error) {
	st := p.st
	st.begin(e)
	if n := p.first.Len(); n > 0 {
		st.reader.Read(p.first, e.Document, st.slots[:n])
	}
	if p.where != nil && p.where(st) != yes {
		return nil, false, st.failed
	}
	if p.later.Len() > 0 {
		st.reader.Read(p.later, e.Document, st.slots[p.first.Len():])
	}
	for i, f := range p.items {
		v := f(st)
		p.row[i] = v.toValue()
	}
	if st.failed != nil {
		return nil, false, st.failed
	}
	return p.row, true, nil
}

// AppendRow appends a row as NDJSON has it, without the line's end: an object of the columns that are not undefined, {} where
// all are; of a query that selects * the document.
func (p *Program) AppendRow(dst []byte, row []Value) []byte {
	if p.Star() {
		return AppendJSON(dst, row[0])
	}
	dst = append(dst, '{')
	first := len(dst)
	for i, v := range row {
		if v.Kind == Undefined {
			continue
		}
		if len(dst) > first {
			dst = append(dst, ',')
		}
		name := val{kind: String, s: []byte(p.names[i])}
		dst = AppendJSON(append(appendJSON(dst, &name), ':'), v)
	}
	return append(dst, '}')
}

// AppendJSON appends a value as JSON: undefined and what JSON has no number for as null, times and durations as strings.
func AppendJSON(dst []byte, v Value) []byte {
	x := toRaw(v)
	return appendJSON(dst, &x)
}

// AppendText appends a value as tables and CSV show it: a string's characters, nothing for null and undefined, JSON for the rest.
func AppendText(dst []byte, v Value) []byte {
	switch v.Kind {
	case Undefined, Null:
		return dst
	case String:
		return append(dst, v.Text...)
	case Instant:
		return appendInstant(dst, v.Int)
	case Duration:
		return appendDuration(dst, v.Int)
	}
	return AppendJSON(dst, v)
}

// toRaw is toVal with numbers left as they are spelled.
func toRaw(v Value) val {
	return val{kind: v.Kind, b: v.Bool, i: v.Int, f: v.Float, s: []byte(v.Text)}
}
