package exec

import (
	"context"
	"math"
	"sync"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
)

// kept is the rows of a CTE, as far as something has asked for them.
type kept struct {
	rt *Runtime // of the With that declares it

	mu     sync.Mutex
	from   plan.Batches // nil: not opened yet, or drawn to its end
	opened bool
	err    error
	meter  *meter
	held   int64
	chunks []column.Batch // Plain; each is not changed once it is here
}

// openWith declares CTEs in a frame and opens what uses them.
func openWith(ctx context.Context, n *plan.With, rt *Runtime) (plan.Batches, error) {
	f := rt.frame
	f.mu.Lock()
	if f.ctes == nil {
		f.ctes = map[*plan.CTE]*kept{}
	}
	for _, c := range n.CTEs {
		f.ctes[c] = &kept{rt: rt}
	}
	f.mu.Unlock()
	return build(ctx, n.Input, rt)
}

// cte finds the rows of a CTE that this frame or one around it declares.
func (f *frame) cte(c *plan.CTE) *kept {
	for ; f != nil; f = f.up {
		f.mu.Lock()
		k := f.ctes[c]
		f.mu.Unlock()
		if k != nil {
			return k
		}
	}
	return nil
}

// chunk gives a chunk of the rows, drawing more of them where there are not so many yet; false: there is none.
func (k *kept) chunk(ctx context.Context, c *plan.CTE, i int) (b column.Batch, ok bool, err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for i >= len(k.chunks) && k.err == nil {
		if !k.opened {
			k.opened = true
			k.meter = k.rt.frame.meter(k.rt.Memory)
			k.from, k.err = build(ctx, c.Plan, k.rt)
			continue
		}
		if k.from == nil {
			return b, false, nil
		}
		k.err = k.draw(ctx)
	}
	if k.err != nil {
		return b, false, k.err
	}
	return k.chunks[i], true, nil
}

// draw keeps the next batch.
func (k *kept) draw(ctx context.Context) (err error) {
	defer guard("WITH query", &err)
	var in column.Batch
	ok, err := k.from.Next(ctx, &in)
	if err != nil {
		return because(ctx, err)
	}
	if !ok {
		k.close()
		return nil
	}
	if in.Rows() == 0 {
		return nil
	}
	if err := k.meter.ensure(k.held + 2*payload(in.Cols, in.Rows())); err != nil {
		return err
	}
	own := column.Batch{Len: in.Rows()}
	for _, v := range in.Cols {
		w := column.New(v.Kind)
		appendRows(w, v, in.Sel)
		own.Cols = append(own.Cols, w)
	}
	k.held += bytesOf(own.Cols) + 256*int64(len(own.Cols))
	k.chunks = append(k.chunks, own)
	return k.meter.ensure(k.held)
}

func (k *kept) close() {
	if k.from != nil {
		k.from.Close()
		k.from = nil
	}
}

// cteScan yields the kept rows of a CTE.
type cteScan struct {
	n    *plan.CTEScan
	kept *kept
	next int
}

func openCTEScan(n *plan.CTEScan, rt *Runtime) (plan.Batches, error) {
	k := rt.frame.cte(n.CTE)
	if k == nil {
		return nil, types.Errorf(types.CodeInternalError, "no rows of WITH query %q", n.CTE.Name)
	}
	return &cteScan{n: n, kept: k}, nil
}

func (s *cteScan) Next(ctx context.Context, b *column.Batch) (bool, error) {
	chunk, ok, err := s.kept.chunk(ctx, s.n.CTE, s.next)
	if !ok || err != nil {
		return false, err
	}
	*b = chunk
	s.next++
	return true, nil
}

func (s *cteScan) Close() {}

// gatherer copies rows into chunks of a batch's size.
type gatherer struct {
	meter  *meter
	kinds  []column.Kind
	chunks []column.Batch
	sealed int64 // bytes of the full chunks
}

func (g *gatherer) add(b *column.Batch) error {
	if b.Rows() == 0 {
		return nil
	}
	if len(g.chunks) == 0 || g.chunks[len(g.chunks)-1].Len+b.Rows() > 2*column.BatchRows || bytesOf(g.last().Cols) > column.BatchBytes {
		if len(g.chunks) > 0 {
			g.sealed += bytesOf(g.last().Cols)
		}
		var next column.Batch
		next.Reset(g.kinds)
		g.chunks = append(g.chunks, next)
	}
	last := g.last()
	if err := g.meter.ensure(g.sealed + bytesOf(last.Cols) + 2*payload(b.Cols, b.Rows())); err != nil {
		return err
	}
	for i, v := range b.Cols {
		if len(last.Cols[i].Bytes) > math.MaxInt32/2 {
			return types.Errorf(types.CodeProgramLimitExceeded, "a row set exceeds 1 GiB in one column")
		}
		appendRows(last.Cols[i], v, b.Sel)
	}
	last.Len += b.Rows()
	return nil
}

func (g *gatherer) last() *column.Batch { return &g.chunks[len(g.chunks)-1] }

func kindsOfNode(n plan.Node) []column.Kind {
	var out []column.Kind
	for _, c := range n.Columns() {
		out = append(out, types.KindOf(c.Type))
	}
	return out
}
