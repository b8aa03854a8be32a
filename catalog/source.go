package catalog

import (
	"context"
	"strconv"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
)

// systemRelation is a relation whose rows are computed.
type systemRelation struct {
	*layout
	rows func(ctx context.Context, s *Snapshot, env *types.Env, w *Rows) error
}

// systemSource yields a system relation's rows as a snapshot sees them.
type systemSource struct {
	snapshot *Snapshot
	relation *systemRelation
}

// Columns implements plan.Source.
func (s *systemSource) Columns() []plan.Column { return s.relation.columns }

// Kind is pg_class.relkind of the relation: 'r' or 'v'.
func (s *systemSource) Kind() byte { return s.relation.kind }

// Open implements plan.Source. The rows are made at once (system relations are small) and handed out in batches; filters
// are left to the caller. No column may be wanted twice.
func (s *systemSource) Open(ctx context.Context, env *types.Env, want []int, _ []plan.Expr) (plan.Batches, error) {
	w := newRows(s.relation.layout, want)
	if err := s.relation.rows(ctx, s.snapshot, env, w); err != nil {
		return nil, err
	}
	return &systemBatches{vectors: w.vectors, rows: w.n}, nil
}

// systemBatches hands rows out, at most column.BatchRows at a time.
type systemBatches struct {
	vectors []*column.Vector
	rows    int
	next    int
}

// Next implements plan.Batches.
func (b *systemBatches) Next(ctx context.Context, out *column.Batch) (bool, error) {
	if err := ctx.Err(); err != nil {
		return false, context.Cause(ctx)
	}
	if b.next >= b.rows {
		return false, nil
	}
	end := min(b.rows, b.next+column.BatchRows)
	kinds := make([]column.Kind, len(b.vectors))
	for i, v := range b.vectors {
		kinds[i] = v.Kind
	}
	out.Reset(kinds)
	for i, v := range b.vectors {
		for r := b.next; r < end; r++ {
			out.Cols[i].AppendFrom(v, r)
		}
	}
	out.Len = end - b.next
	b.next = end
	return true, nil
}

// Close implements plan.Batches.
func (b *systemBatches) Close() { b.next = b.rows }

// Rows is what fills a system relation: for each row Begin, the values of its columns by name, End. Columns that are not
// given are null, or, where PostgreSQL never has a null in them, zero, false or empty. Columns that the query doesn't read are skipped.
type Rows struct {
	layout  *layout
	slot    map[string]int // column name to vector; only wanted columns
	vectors []*column.Vector
	notNull []bool
	n       int
	open    bool
}

func newRows(l *layout, want []int) *Rows {
	w := &Rows{layout: l, slot: make(map[string]int, len(want))}
	for i, c := range want {
		w.slot[l.columns[c].Name] = i
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

// Text sets a column that vectors hold as text or JSON.
func (w *Rows) Text(name, s string) {
	if v := w.at(name); v != nil && !w.arrayText(name, v, s) {
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
