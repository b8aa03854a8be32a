package engine

import (
	"context"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/engine/span"
	"github.com/flare-pg/flare-pg/engine/span/strip"
	"github.com/flare-pg/flare-pg/nql"
)

// A scan that reads one member, and by which nobody wants to know which event has which value, takes whole pages as what they say of themselves: how many events have which value. Pages that are cut
// by the bounds of time, or have deleted events, and whatever is no page by column, are gone through as ever, and each row weighs 1.

// weighing is what the cursors of a fragment say of the rows of a batch.
type weighing struct {
	member  nql.PageMember
	weights []int64 // of the batch's rows; empty: each weighs 1
	doc     []byte
}

func newWeighing(spec *Spec) *weighing {
	if !spec.Weighted || spec.Order != nql.Unordered {
		return nil
	}
	m, ok := nql.OnlyMember(spec.Where, spec.Columns)
	if !ok {
		return nil
	}
	return &weighing{member: m}
}

// nextWeighted is Next with a column of weights behind the others.
func (f *fragment) nextWeighted(ctx context.Context, b *column.Batch) (ok bool, err error) {
	kinds := f.q.program.Kinds()
	n := len(kinds)
	b.Reset(append(kinds[:n:n], column.Int64))
	weights := b.Cols[n]
	b.Cols = b.Cols[:n]
	if w := f.q.weighing; w != nil {
		w.weights = w.weights[:0]
	}
	if f.merged != nil {
		ok, err = f.merged.next(ctx, b)
	} else {
		_, err = f.fill(ctx, b)
		ok = err == nil && b.Len > 0
	}
	b.Cols = append(b.Cols[:n], weights)
	if w := f.q.weighing; w != nil && len(w.weights) > 0 {
		for _, x := range w.weights {
			weights.AppendInt(x)
		}
	} else if b.Len > 0 {
		weights.AppendInt(1)
		weights.Repeat(b.Len)
	}
	return ok, err
}

// valueCounts is how many events of pages have which value of a scan's member: of pages that a footer tells of, and of such that were asked.
type valueCounts struct {
	w       *weighing
	footer  *span.ValueCounts // nil: there are none
	counts  []int64           // of its values, and behind these of events without
	values  map[string]int64  // as they stand in JSON; empty: of events without
	some    bool
	tallied strip.Tally
}

// mostValues is how many different values are gathered before they are delivered.
const mostValues = 1024

// of begins with the pages of a file; of a RAM run there is no footer.
func (v *valueCounts) of(q *query, footer *span.Footer) {
	v.w = q.weighing
	if v.w == nil || footer == nil {
		return
	}
	if v.footer = footer.Counted(v.w.member); v.footer != nil {
		v.counts = make([]int64, len(v.footer.Values)+1)
	}
}

// page takes a whole page as the footer tells of it; false where it does not.
func (v *valueCounts) page(i, events int) bool {
	if v.footer == nil || !v.footer.Add(i, events, v.counts) {
		return false
	}
	v.some = true
	return true
}

// tally takes a whole page as it tells of itself; done is false where it does not.
func (v *valueCounts) tally(view *strip.Columns) (done bool, err error) {
	t := &v.tallied
	if done, err = view.Tally(v.w.member, t); !done || err != nil {
		return false, err
	}
	if v.values == nil {
		v.values = map[string]int64{}
	}
	for i, x := range t.Values {
		v.values[string(x)] += t.Counts[i]
	}
	if t.Missing > 0 {
		v.values[""] += t.Missing
	}
	v.some = true
	return true, nil
}

// full reports whether what is gathered is to be delivered before there is more.
func (v *valueCounts) full() bool { return len(v.values) >= mostValues }

// yield adds a row to b, which takes nothing else then, for each value that the predicate is true of. more says that b has other rows, which go first.
func (v *valueCounts) yield(r *rows, b *column.Batch) (more bool, err error) {
	if !v.some {
		return false, nil
	}
	if b.Len > 0 {
		*r.q.sealed = true
		return true, nil
	}
	v.some = false
	add := func(value []byte, n int64) error {
		if n == 0 {
			return nil
		}
		w := v.w
		w.doc = w.member.AppendDocument(w.doc[:0], value)
		r.event = nql.Event{Document: w.doc}
		ok, err := r.q.program.AppendPassed(&r.event, b)
		if ok {
			w.weights = append(w.weights, n)
		}
		return err
	}
	if v.footer != nil {
		for i, n := range v.counts {
			var value []byte
			if i < len(v.footer.Values) {
				value = v.footer.Values[i]
			}
			if err := add(value, n); err != nil {
				return false, err
			}
		}
		clear(v.counts)
	}
	for x, n := range v.values {
		value := []byte(x)
		if x == "" {
			value = nil
		}
		if err := add(value, n); err != nil {
			return false, err
		}
	}
	clear(v.values)
	*r.q.sealed = b.Len > 0
	return false, nil
}
