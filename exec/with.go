package exec

import (
	"context"
	"slices"
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
	places []place        // of the chunks instead, once there was no room for them
	file   blocks
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
	read, rest := writers(n)
	for _, c := range read {
		if err := f.ctes[c].all(ctx, c); err != nil {
			return nil, err
		}
	}
	in, err := build(ctx, n.Input, rt)
	if err != nil || len(rest) == 0 {
		return in, err
	}
	return &unwritten{Batches: in, rt: rt, rest: rest}, nil
}

// writers tells the CTEs that write apart: those that something reads, in the order in which their rows are wanted, and the rest, the last one first.
func writers(n *plan.With) (read, rest []*plan.CTE) {
	seen := map[*plan.CTE]bool{}
	var meet func(plan.Node)
	meet = func(n plan.Node) {
		plan.WalkNodes(n, func(n plan.Node) bool {
			switch n := n.(type) {
			case *plan.Insert:
				if n.Returning != nil {
					meet(n.Returning.Plan)
				}
			case *plan.CTEScan:
				if seen[n.CTE] {
					break
				}
				seen[n.CTE] = true
				meet(n.CTE.Plan)
				if n.CTE.Writes {
					read = append(read, n.CTE)
				}
			}
			return true
		})
	}
	meet(n.Input)
	for _, c := range n.CTEs {
		if c.Writes {
			meet(c.Plan)
		}
	}
	for _, c := range slices.Backward(n.CTEs) {
		if c.Writes && !seen[c] {
			rest = append(rest, c)
		}
	}
	return read, rest
}

// unwritten are the rows of a statement behind which other parts of it are yet to write.
type unwritten struct {
	plan.Batches
	rt   *Runtime
	rest []*plan.CTE
}

// Next implements plan.Batches.
func (w *unwritten) Next(ctx context.Context, b *column.Batch) (bool, error) {
	ok, err := w.Batches.Next(ctx, b)
	if ok || err != nil {
		return ok, err
	}
	for ; len(w.rest) > 0; w.rest = w.rest[1:] {
		if err := drain(ctx, w.rest[0].Plan, w.rt, func(*column.Batch) (bool, error) { return true, nil }); err != nil {
			return false, err
		}
	}
	return false, nil
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

// chunk makes b a chunk of the rows, drawing more of them where there are not so many yet; false: there is none. What is in the file is read into own, whose
// memory m reserves.
func (k *kept) chunk(ctx context.Context, c *plan.CTE, i int, b, own *column.Batch, m *meter) (ok bool, err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for i >= len(k.chunks)+len(k.places) && k.err == nil {
		if !k.opened {
			if err := k.open(ctx, c); err != nil {
				return false, err
			}
			continue
		}
		if k.from == nil {
			return false, nil
		}
		k.err = k.draw(ctx)
	}
	if k.err != nil {
		return false, k.err
	}
	if k.file.file == nil {
		*b = k.chunks[i]
		return true, nil
	}
	if err := m.ensure(2 * int64(k.places[i].size)); err != nil {
		return false, err
	}
	if err := k.file.read(k.places[i], own); err != nil {
		return false, err
	}
	*b = *own
	return true, nil
}

// all draws all rows.
func (k *kept) all(ctx context.Context, c *plan.CTE) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if err := k.open(ctx, c); err != nil {
		return err
	}
	for k.from != nil && k.err == nil {
		k.err = k.draw(ctx)
	}
	return k.err
}

// open starts the query.
func (k *kept) open(ctx context.Context, c *plan.CTE) error {
	if !k.opened {
		k.opened = true
		k.meter = k.rt.frame.meter(k.rt.Memory)
		k.meter.limit, k.file.create = k.rt.sortMeter().limit, k.rt.Temp
		k.from, k.err = build(ctx, c.Plan, k.rt)
	}
	return k.err
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
		k.drawn()
		return nil
	}
	if in.Rows() == 0 {
		return nil
	}
	more := 2 * payload(in.Cols, in.Rows())
	spill := k.file.file != nil
	if !spill && k.rt.spills() && !k.meter.try(k.held+more) {
		if err := k.spill(ctx); err != nil {
			return err
		}
		spill = true
	}
	if err := k.meter.ensure(k.held + more); err != nil {
		return err
	}
	own := column.Batch{Len: in.Rows()}
	for _, v := range in.Cols {
		w := column.New(v.Kind)
		appendRows(w, v, in.Sel)
		own.Cols = append(own.Cols, w)
	}
	k.chunks = append(k.chunks, own)
	if spill {
		return k.spill(ctx)
	}
	k.held += bytesOf(own.Cols) + 256*int64(len(own.Cols))
	return k.meter.ensure(k.held)
}

// spill writes the chunks to the file, where all later ones go too.
func (k *kept) spill(ctx context.Context) error {
	for i := range k.chunks {
		if err := ended(ctx); err != nil {
			return err
		}
		p, err := k.file.write(&k.chunks[i])
		if err != nil {
			return err
		}
		k.places = append(k.places, p)
	}
	k.chunks, k.held = nil, placeBytes*int64(cap(k.places))
	k.meter.shrink(k.held)
	return nil
}

// drawn is called when there are no more rows.
func (k *kept) drawn() {
	if k.from != nil {
		k.from.Close()
		k.from = nil
	}
}

func (k *kept) close() {
	k.drawn()
	k.file.close()
}

// cteScan yields the kept rows of a CTE.
type cteScan struct {
	n     *plan.CTEScan
	kept  *kept
	next  int
	own   column.Batch
	meter meter
}

func openCTEScan(n *plan.CTEScan, rt *Runtime) (plan.Batches, error) {
	k := rt.frame.cte(n.CTE)
	if k == nil {
		return nil, types.Errorf(types.CodeInternalError, "no rows of WITH query %q", n.CTE.Name)
	}
	return &cteScan{n: n, kept: k, meter: meter{acc: rt.Memory}}, nil
}

func (s *cteScan) Next(ctx context.Context, b *column.Batch) (bool, error) {
	ok, err := s.kept.chunk(ctx, s.n.CTE, s.next, b, &s.own, &s.meter)
	if !ok || err != nil {
		return false, err
	}
	s.next++
	return true, nil
}

func (s *cteScan) Close() { s.meter.release() }

func kindsOfNode(n plan.Node) []column.Kind {
	var out []column.Kind
	for _, c := range n.Columns() {
		out = append(out, types.KindOf(c.Type))
	}
	return out
}
