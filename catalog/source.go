package catalog

import (
	"context"
	"strconv"
	"sync"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
)

// systemRelation is a relation whose rows are computed: those that are always the same, those that follow from what exists, and those
// that depend on more (who asks, what runs), in this order. Any of the three may be nil.
type systemRelation struct {
	*layout
	registry *Registry
	fixed    func(r *Registry, w *Rows)                                            // made once
	known    func(s *Snapshot, w *Rows)                                            // made once for each snapshot
	rows     func(ctx context.Context, s *Snapshot, env *types.Env, w *Rows) error // made for each scan

	once   sync.Once
	always *rowTable // of fixed
}

// fixedRows makes the rows that are always the same, the first time.
func (r *systemRelation) fixedRows() *rowTable {
	r.once.Do(func() { r.always = makeRows(r.layout, func(w *Rows) { r.fixed(r.registry, w) }) })
	return r.always
}

// systemSource yields a system relation's rows as a snapshot sees them.
type systemSource struct {
	snapshot *Snapshot
	relation *systemRelation

	once sync.Once
	here *rowTable // of relation.known
}

// Columns implements plan.Source.
func (s *systemSource) Columns() []plan.Column { return s.relation.columns }

// Kind is pg_class.relkind of the relation: 'r' or 'v'.
func (s *systemSource) Kind() byte { return s.relation.kind }

// knownRows makes the rows that follow from the snapshot, the first time.
func (s *systemSource) knownRows() *rowTable {
	s.once.Do(func() { s.here = makeRows(s.relation.layout, func(w *Rows) { s.relation.known(s.snapshot, w) }) })
	return s.here
}

// Open implements plan.Source. Rows that filters exclude are left out where that is cheap to tell. System columns may be wanted too, see
// SystemColumns. No column may be wanted twice.
func (s *systemSource) Open(ctx context.Context, env *types.Env, want []int, filters []plan.Expr) (plan.Batches, error) {
	limits := limitsOf(env, s.relation.layout, filters)
	out := &systemBatches{want: want, relation: s.relation.layout}
	if s.relation.fixed != nil {
		out.add(s.relation.fixedRows(), want, limits)
	}
	if s.relation.known != nil {
		out.add(s.knownRows(), want, limits)
	}
	if s.relation.rows != nil {
		w := newRows(s.relation.layout, want)
		w.limits = limits
		if err := s.relation.rows(ctx, s.snapshot, env, w); err != nil {
			return nil, err
		}
		vectors := make([]*column.Vector, len(want))
		for i, c := range want {
			if c < len(s.relation.columns) {
				vectors[i] = w.vectors[w.slot[s.relation.columns[c].Name]]
			}
		}
		out.parts = append(out.parts, part{vectors: vectors, n: w.n})
	}
	return out, nil
}

// part is some rows of what a scan yields.
type part struct {
	vectors []*column.Vector // as wanted; nil for a system column
	pick    []int32          // which rows; nil: all
	n       int              // how many
}

// systemBatches hands rows out, at most column.BatchRows at a time.
type systemBatches struct {
	want     []int
	relation *layout
	parts    []part
	next     int // row of the first part
	number   int64
}

func (b *systemBatches) add(t *rowTable, want []int, limits []limit) {
	p := part{vectors: make([]*column.Vector, len(want)), n: t.n}
	if len(limits) > 0 {
		p.pick = t.pick(limits)
		p.n = len(p.pick)
	}
	for i, c := range want {
		if c < len(t.vectors) {
			p.vectors[i] = t.vectors[c]
		}
	}
	if p.n > 0 {
		b.parts = append(b.parts, p)
	}
}

// Next implements plan.Batches.
func (b *systemBatches) Next(ctx context.Context, out *column.Batch) (bool, error) {
	if err := ctx.Err(); err != nil {
		return false, context.Cause(ctx)
	}
	for len(b.parts) > 0 && b.next >= b.parts[0].n {
		b.parts, b.next = b.parts[1:], 0
	}
	if len(b.parts) == 0 {
		return false, nil
	}
	p := &b.parts[0]
	end := min(p.n, b.next+column.BatchRows)
	kinds := make([]column.Kind, len(b.want))
	for i, c := range b.want {
		if c < len(b.relation.columns) {
			kinds[i] = kindOf(b.relation.columns[c].Type)
		} else {
			kinds[i] = kindOf(systemColumns[c-len(b.relation.columns)].Type)
		}
	}
	out.Reset(kinds)
	for i, v := range p.vectors {
		if v == nil {
			b.systemColumn(b.want[i]-len(b.relation.columns), out.Cols[i], end-b.next)
			continue
		}
		for r := b.next; r < end; r++ {
			at := r
			if p.pick != nil {
				at = int(p.pick[r])
			}
			out.Cols[i].AppendFrom(v, at)
		}
	}
	out.Len = end - b.next
	b.number += int64(out.Len)
	b.next = end
	return true, nil
}

// Close implements plan.Batches.
func (b *systemBatches) Close() { b.parts = nil }

// Rows is what fills a system relation: for each row Begin, the values of its columns by name, End. Columns that are not
// given are null, or, where PostgreSQL never has a null in them, zero, false or empty. Columns that the query doesn't read are skipped.
type Rows struct {
	layout  *layout
	slot    map[string]int // column name to vector; only wanted columns
	vectors []*column.Vector
	notNull []bool
	n       int
	open    bool
	limits  []limit
}

func newRows(l *layout, want []int) *Rows {
	w := &Rows{layout: l, slot: make(map[string]int, len(want))}
	for _, c := range want {
		if c >= len(l.columns) {
			continue // a system column
		}
		w.slot[l.columns[c].Name] = len(w.vectors)
		w.vectors = append(w.vectors, column.New(kindOf(l.columns[c].Type)))
		w.notNull = append(w.notNull, l.notNull[c])
	}
	return w
}

// kindOf is the physical form of a type; what the type table doesn't know is held as text.
func kindOf(oid types.OID) column.Kind {
	if k := types.KindOf(oid); k != column.Invalid {
		return k
	}
	return column.Text
}

// Wants reports whether the query reads a column, for values that are dear to make.
func (w *Rows) Wants(name string) bool { _, ok := w.slot[name]; return ok }

// Begin starts a row.
func (w *Rows) Begin() {
	if w.open {
		w.End()
	}
	w.open = true
}

// End ends a row and fills what was not given.
func (w *Rows) End() {
	w.n++
	w.open = false
	for i, v := range w.vectors {
		if v.Len == w.n {
			continue
		}
		if !w.notNull[i] {
			v.AppendNull()
			continue
		}
		switch v.Kind {
		case column.Bool:
			v.AppendBool(false)
		case column.Int64, column.Timestamp:
			v.AppendInt(0)
		case column.Float64:
			v.AppendFloat(0)
		case column.Interval:
			v.AppendSpan(column.Span{})
		case column.Decimal:
			v.AppendString("0")
		default:
			v.AppendString("")
		}
	}
}

// at gives the vector of a wanted column that has no value in this row yet.
func (w *Rows) at(name string) *column.Vector {
	i, ok := w.slot[name]
	if !ok || w.vectors[i].Len != w.n {
		return nil
	}
	return w.vectors[i]
}

// Int sets a column of a numeric, OID or reg* type, or one that shows a number as text.
func (w *Rows) Int(name string, x int64) {
	if v := w.at(name); v != nil {
		switch v.Kind {
		case column.Float64:
			v.AppendFloat(float64(x))
		case column.Int64, column.Timestamp:
			v.AppendInt(x)
		default:
			v.AppendString(strconv.FormatInt(x, 10))
		}
	}
}

// OID sets a column of an OID type.
func (w *Rows) OID(name string, x types.OID) { w.Int(name, int64(x)) }

// Text sets a column that vectors hold as text or JSON, or from its value's text.
func (w *Rows) Text(name, s string) {
	if v := w.at(name); v != nil && !w.fromText(name, v, s) {
		v.AppendString(s)
	}
}

// Bool sets a boolean column.
func (w *Rows) Bool(name string, b bool) {
	if v := w.at(name); v != nil {
		v.AppendBool(b)
	}
}

// Float sets a float column.
func (w *Rows) Float(name string, f float64) {
	if v := w.at(name); v != nil {
		v.AppendFloat(f)
	}
}

// Time sets a timestamp column, microseconds since 1970.
func (w *Rows) Time(name string, micros int64) {
	if v := w.at(name); v != nil {
		v.AppendInt(micros)
	}
}

// Null sets a column to null.
func (w *Rows) Null(name string) {
	if v := w.at(name); v != nil {
		v.AppendNull()
	}
}
