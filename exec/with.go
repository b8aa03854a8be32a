package exec

import (
	"context"
	"math"
	"sync"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
)

// kept is the rows of a CTE, found when they are first asked for.
type kept struct {
	find  sync.Once
	rt    *Runtime // of the With that declares it
	err   error
	chunk []column.Batch // Plain; not changed once found
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
func (f *frame) cte(c *plan.CTE) (*kept, *frame) {
	for ; f != nil; f = f.up {
		f.mu.Lock()
		k := f.ctes[c]
		f.mu.Unlock()
		if k != nil {
			return k, f
		}
	}
	return nil, nil
}

// cteScan yields the kept rows of a CTE.
type cteScan struct {
	n    *plan.CTEScan
	kept *kept
	home *frame
	next int
}

func openCTEScan(_ context.Context, n *plan.CTEScan, rt *Runtime) (plan.Batches, error) {
	k, home := rt.frame.cte(n.CTE)
	if k == nil {
		return nil, types.Errorf(types.CodeInternalError, "no rows of WITH query %q", n.CTE.Name)
	}
	return &cteScan{n: n, kept: k, home: home}, nil
}

func (s *cteScan) Next(ctx context.Context, b *column.Batch) (bool, error) {
	k := s.kept
	k.find.Do(func() { k.err = k.collect(ctx, s.n.CTE, s.home) })
	if k.err != nil {
		return false, k.err
	}
	if s.next >= len(k.chunk) {
		return false, nil
	}
	*b = k.chunk[s.next]
	s.next++
	return true, nil
}

func (k *kept) collect(ctx context.Context, c *plan.CTE, home *frame) (err error) {
	defer guard("WITH query", &err)
	m := home.meter(k.rt.Memory)
	g := gatherer{meter: m, kinds: kindsOfNode(c.Plan)}
	if err := drain(ctx, c.Plan, k.rt, func(b *column.Batch) (bool, error) { return true, g.add(b) }); err != nil {
		return err
	}
	k.chunk = g.chunks
	return nil
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
