package exec

import (
	"context"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
)

// workTable is the rows that the last round of a recursion added.
type workTable struct{ rows *rowQueue }

// recursion yields the rows of its start, and then those of its step over the rows that the round before added.
type recursion struct {
	n     *plan.Recursion
	rt    *Runtime
	kinds []column.Kind
	from  plan.Batches // open: the start, or the step of this round
	frame *frame       // of this round; nil: the start
	seen  *keySet      // the rows that were there, where they must be distinct
	any   bool         // such a row without columns was there
	added *rowQueue    // by this round
	work  *rowQueue    // by the one before: what the step reads; nil: the start
	rows  []int32
	all   []int32
}

func openRecursion(ctx context.Context, n *plan.Recursion, rt *Runtime) (plan.Batches, error) {
	r := &recursion{n: n, rt: rt, kinds: kindsOfNode(n)}
	if n.Distinct && len(n.Cols) > 0 {
		var keys []types.OID
		for _, c := range n.Cols {
			keys = append(keys, c.Type)
		}
		r.seen = newKeySet(rt, keys)
	}
	r.added = newRowQueue(rt, r.kinds)
	if r.seen != nil { // both queues write a chunk and read one
		r.seen.beside = 12 * r.added.chunkBytes()
	}
	var err error
	r.from, err = build(ctx, n.Start, rt)
	return r, err
}

func (r *recursion) Next(ctx context.Context, b *column.Batch) (bool, error) {
	for r.from != nil {
		if err := ended(ctx); err != nil {
			return false, err
		}
		ok, err := r.from.Next(ctx, b)
		if err != nil {
			return false, because(ctx, err)
		}
		if !ok {
			if err := r.round(ctx); err != nil {
				return false, err
			}
			continue
		}
		if r.n.Distinct {
			if err := r.narrow(ctx, b); err != nil {
				return false, err
			}
		}
		if b.Rows() == 0 {
			continue
		}
		rows := b.Sel
		if rows == nil {
			r.all = allRows(r.all, b.Len)
			rows = r.all
		}
		return true, r.added.push(b.Cols, rows)
	}
	return false, nil
}

// round ends one round and begins the next, if the one added rows.
func (r *recursion) round(ctx context.Context) error {
	r.closeRound()
	if r.added.end == 0 {
		return nil
	}
	if r.work != nil { // what the round that has ended read
		r.work.close()
	}
	r.work, r.added = r.added, newRowQueue(r.rt, r.kinds)
	rt := *r.rt
	rt.frame = &frame{up: r.rt.frame, outer: r.rt.frame.outer, tables: map[*plan.WorkTable]*workTable{r.n.Table: {r.work}}}
	rt.Workers = 1
	r.frame = rt.frame
	var err error
	r.from, err = build(ctx, r.n.Step, &rt)
	return err
}

func (r *recursion) closeRound() {
	if r.from != nil {
		r.from.Close()
		r.from = nil
	}
	if r.frame != nil {
		r.frame.close()
		r.frame = nil
	}
}

// narrow selects the rows of b that were not there before.
func (r *recursion) narrow(ctx context.Context, b *column.Batch) error {
	if r.seen == nil {
		n := 1
		if r.any {
			n = 0
		}
		r.any = true
		r.rows = clip(b, n, r.rows)
		return nil
	}
	fresh, err := r.seen.add(ctx, b.Len, b.Sel, b.Cols)
	b.Sel = fresh
	return err
}

func (r *recursion) Close() {
	r.closeRound()
	if r.seen != nil {
		r.seen.close()
	}
	r.added.close()
	if r.work != nil {
		r.work.close()
	}
}

// workScan yields the rows of a work table.
type workScan struct {
	table  *workTable
	cursor rowCursor
	next   int64
}

func openWorkScan(n *plan.WorkScan, rt *Runtime) (plan.Batches, error) {
	for f := rt.frame; f != nil; f = f.up {
		f.mu.Lock()
		t := f.tables[n.Table]
		f.mu.Unlock()
		if t != nil {
			return &workScan{table: t}, nil
		}
	}
	return nil, types.Errorf(types.CodeInternalError, "no work table %q", n.Table.Name)
}

func (s *workScan) Next(ctx context.Context, b *column.Batch) (bool, error) {
	if s.next == s.table.rows.end {
		return false, nil
	}
	if err := ended(ctx); err != nil {
		return false, err
	}
	from, _, n, err := s.cursor.at(s.table.rows, s.next)
	if err != nil {
		return false, err
	}
	s.next += int64(n)
	*b = column.Batch{Cols: from.Cols, Len: n}
	return true, nil
}

func (s *workScan) Close() {}
