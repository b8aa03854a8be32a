package exec

import (
	"sync/atomic"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/plan"
)

// narrowing is what the first rows of an order tell the scan below: rows whose first key sorts behind that of the last row that is kept need not be read.
// The sort's goroutine tells, those that scan ask.
type narrowing struct {
	scan  *plan.Scan
	index int // of the first key among the scan's columns
	order ordering
	last  atomic.Pointer[column.Vector] // one row; nil: not known yet
}

// narrowingOf recognises a sort of which few rows are wanted, over a scan that reads its first key and more.
func narrowingOf(n *plan.Sort, order ordering) *narrowing {
	if n.Limit <= 0 || n.Limit > topRows {
		return nil
	}
	ref, ok := n.Keys[0].Expr.(*plan.Ref)
	node := n.Input
	for ok {
		switch x := node.(type) {
		case *plan.Project:
			ref, ok = x.Exprs[ref.Index].(*plan.Ref)
			node = x.Input
		case *plan.Filter:
			node = x.Input
		case *plan.Scan:
			if x.Order != 0 || x.Limit >= 0 || len(x.Reads) < 2 || ref.Index >= len(x.Reads) {
				return nil
			}
			return &narrowing{scan: x, index: ref.Index, order: order[:1]}
		default:
			return nil
		}
	}
	return nil
}

// set tells of the last row that is kept.
func (w *narrowing) set(key *column.Vector, row int) {
	v := column.New(key.Kind)
	v.AppendFrom(key, row)
	w.last.Store(v)
}

func (w *narrowing) spec() *engine.Narrowing {
	return &engine.Narrowing{Column: w.index, Wanted: w.wanted}
}

// wanted appends the rows of v that don't sort behind the last row that is kept.
func (w *narrowing) wanted(v *column.Vector, dst column.Selection) column.Selection {
	last := w.last.Load()
	if last == nil {
		return nil
	}
	descending := w.order[0].descending
	if v.Form == column.Plain && !v.HasNulls() && last.Valid == nil {
		switch v.Kind {
		case column.Int64, column.Timestamp:
			return notBehind(v.Ints[:v.Len], last.Ints[0], descending, dst)
		case column.Float64:
			if x := last.Floats[0]; x == x { // NaN is greatest, and neither less nor more to the processor
				return notBehind(v.Floats[:v.Len], x, descending, dst)
			}
		}
	}
	lasts := []*column.Vector{last}
	these := []*column.Vector{v}
	for i := range v.Len {
		if w.order.compare(these, i, lasts, 0) <= 0 {
			dst = append(dst, int32(i))
		}
	}
	return dst
}

func notBehind[T int64 | float64](values []T, last T, descending bool, dst column.Selection) column.Selection {
	if descending {
		for i, x := range values {
			if !(x < last) {
				dst = append(dst, int32(i))
			}
		}
		return dst
	}
	for i, x := range values {
		if x <= last {
			dst = append(dst, int32(i))
		}
	}
	return dst
}
