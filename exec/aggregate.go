package exec

import (
	"context"
	"slices"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/nql"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/function"
)

// aggregate yields the groups of what its input yields: drawn on this goroutine, or gathered by the workers of a scan.
type aggregate struct {
	n     *plan.Aggregate
	rt    *Runtime
	input plan.Batches // nil where workers gather
	crew  *gatherers   // nil where input is drawn

	table   *table
	results []*column.Vector // of the aggregates, one row a group; nil until gathered
	next    int              // group to be yielded
	rest    []*stored        // rows of groups for which there was no room
	took    struct{ memory, disk, parts int64 }
	in, out column.Batch
}

func openAggregate(ctx context.Context, n *plan.Aggregate, rt *Runtime) (plan.Batches, error) {
	t, err := newTable(n, rt, 1)
	if err != nil {
		return nil, err
	}
	a := &aggregate{n: n, rt: rt, table: t}
	sets, from := (*plan.Expand)(nil), n.Input
	if x, ok := from.(*plan.Expand); ok {
		sets, from = x, x.Input
	}
	if p, ok := pipelineOf(from, rt); ok && mergeable(n) && p.scan.Order == nql.Unordered && p.scan.Limit < 0 {
		var until func(context.Context)
		p.rt, until = anyOrder(n, rt).whileAt()
		fragments, err := openFragments(p.rt, p.scan)
		if err != nil {
			return nil, err
		}
		stages, err := p.stages()
		if err != nil {
			closeAll(fragments)
			return nil, err
		}
		if workers := min(rt.workers(), len(fragments)); workers > 1 {
			a.crew = newGatherers(n, p, fragments, workers)
			a.crew.sets = sets
			until(a.crew.ctx)
			return a, nil
		}
		a.input = withStages(newSerialScan(p, fragments), stages)
		if sets != nil {
			x, err := newExpander(rt, sets)
			if err != nil {
				a.input.Close()
				return nil, err
			}
			x.stats = rt.Stats.Of(sets)
			a.input = &expand{expander: x, input: a.input}
		}
		return a, nil
	}
	a.input, err = build(ctx, n.Input, rt)
	return a, err
}

// mergeable reports whether groups gathered apart can be merged: not where an aggregate wants its rows in an order.
func mergeable(n *plan.Aggregate) bool {
	for i := range n.Aggs {
		if a := &n.Aggs[i]; len(a.OrderBy) > 0 && !selects(a) || a.Distinct && ordered(a.Func) {
			return false
		}
	}
	return true
}

// anyOrder gives a runtime that lets rows come in any order, where no result shows it.
func anyOrder(n *plan.Aggregate, rt *Runtime) *Runtime {
	for i := range n.Aggs {
		if ordered(n.Aggs[i].Func) {
			return rt
		}
	}
	out := *rt
	out.anyOrder = true
	return &out
}

func (a *aggregate) Next(ctx context.Context, b *column.Batch) (bool, error) {
	for {
		if a.results == nil {
			if err := a.gather(ctx); err != nil {
				return false, err
			}
		}
		if ok, err := a.yield(ctx, b); ok || err != nil {
			return ok, err
		}
		if more, err := a.again(); !more || err != nil {
			return false, err
		}
	}
}

// yield gives the next groups, false when there are no more.
func (a *aggregate) yield(ctx context.Context, b *column.Batch) (bool, error) {
	total := a.table.groups()
	if a.next >= total {
		return false, nil
	}
	to := min(a.next+column.BatchRows, total)
	keys := a.table.keys()
	late := make([]*column.Vector, len(a.results))
	first := true
	for i, c := range a.table.calls {
		if c.held == nil {
			continue
		}
		var err error
		if late[i], to, err = c.late(ctx, a.table, a.next, to, first); err != nil {
			return false, err
		}
		first = false
	}
	a.out.Reset(kindsOfNode(a.n))
	for i, v := range keys {
		appendRange(a.out.Cols[i], v, a.next, to)
	}
	for i, v := range a.results {
		if late[i] != nil {
			a.out.Cols[len(keys)+i] = late[i]
		} else {
			appendRange(a.out.Cols[len(keys)+i], v, a.next, to)
		}
	}
	a.out.Len = to - a.next
	a.next = to
	*b = a.out
	return true, nil
}

// gather draws all input and computes the results.
func (a *aggregate) gather(ctx context.Context) error {
	if a.crew != nil {
		if err := a.crew.gather(ctx, a.rt, a.table); err != nil {
			return err
		}
		a.crew.close()
		a.crew = nil
	} else {
		for {
			if err := ended(ctx); err != nil {
				return err
			}
			ok, err := a.input.Next(ctx, &a.in)
			if err != nil {
				return err
			}
			if !ok {
				break
			}
			if err := a.table.add(ctx, &a.in); err != nil {
				return err
			}
		}
		a.input.Close()
	}
	list, err := a.table.split()
	if err != nil {
		return err
	}
	a.rest = pile(a.rest, list)
	results, err := a.table.finish(ctx)
	if err != nil {
		return err
	}
	a.results = results
	return nil
}

// again begins with the next part where one is left; its groups are none of those that were yielded.
func (a *aggregate) again() (bool, error) {
	a.passed()
	if len(a.rest) == 0 {
		return false, nil
	}
	last := len(a.rest) - 1
	next := a.rest[last]
	a.rest = a.rest[:last]
	a.input, a.results, a.next = next, nil, 0
	t, err := newTable(a.n, a.rt, 1)
	if err != nil {
		return false, err
	}
	t.spill.level = next.level
	a.table = t
	return true, nil
}

// passed notes what a pass took, and gives it back.
func (a *aggregate) passed() {
	a.took.parts++
	a.took.memory = max(a.took.memory, a.table.meter.peak)
	a.took.disk += a.table.disk()
	a.table.release()
	a.rt.Stats.Of(a.n).took(a.took.memory, a.took.disk, a.took.parts)
}

func (a *aggregate) Close() {
	if a.took.parts == 0 {
		a.passed()
	}
	if a.input != nil {
		a.input.Close()
	}
	if a.crew != nil {
		a.crew.close()
	}
	for _, s := range a.rest {
		s.Close()
	}
	a.rest = nil
	a.table.release()
}

// table is groups with the states of their aggregates.
type table struct {
	n       *plan.Aggregate
	rt      *Runtime
	workers int // goroutines that may work out the results
	keyEvs  []evaluator
	calls   []*aggCall
	hash    *groups // nil where there are no keys
	meter   *meter
	spill   *keyed     // of hash; nil where what has no room can't be put aside
	aside   *parts     // rows of groups for which there is no room
	sets    []*aggCall // those whose distinct values can go to files
	beside  int64      // bytes of the tables that are to be merged with this one

	in      column.Batch // scratch: the batch at hand without rows that were put aside
	keyVecs []*column.Vector
	of      []int32 // by row: its group; not used where there are no keys
}

// newTable makes an empty table, which shares its memory with so many in all.
func newTable(n *plan.Aggregate, rt *Runtime, share int) (*table, error) {
	t := &table{n: n, rt: rt, workers: rt.workers(), meter: &meter{acc: rt.Memory}}
	var err error
	if t.keyEvs, err = compileAll(rt, n.Keys); err != nil {
		return nil, err
	}
	if len(n.Keys) > 0 {
		keyTypes := make([]types.OID, len(n.Keys))
		for i, k := range n.Keys {
			keyTypes[i] = k.Type()
		}
		t.hash = newGroups(keyTypes)
		if rt.spills() && !slices.ContainsFunc(n.Keys, plan.IsVolatile) { // a row's keys are computed again when it is read
			t.spill = &keyed{rt: rt, types: keyTypes, hash: t.hash, meter: rt.hashMeter()}
			t.spill.meter.share(share)
			t.spill.shared = share > 1
			t.meter = &t.spill.meter
		}
	}
	for i := range n.Aggs {
		c, err := newAggCall(rt, &n.Aggs[i], n.Cols[len(n.Keys)+i], t.hash != nil, len(n.Aggs), t.calls)
		if err != nil {
			return nil, err
		}
		if t.hash == nil {
			c.acc.Resize(1)
		}
		t.calls = append(t.calls, c)
		if c.spill != nil {
			t.sets = append(t.sets, c)
		}
	}
	if t.spill != nil {
		t.spill.relieve = t.relieve
	} else if slices.ContainsFunc(n.Aggs, func(a plan.AggCall) bool { return a.Distinct }) {
		*t.meter = rt.hashMeter()
		t.meter.share(share)
	}
	return t, nil
}

// relieve writes sets of distinct values to files, and has calls keep their rows back, where they are a good part of what the table holds, and says how many
// bytes that freed.
func (t *table) relieve(ctx context.Context) (freed int64, err error) {
	all := t.bytes()
	for _, c := range t.sets {
		if c.distinct.bytes() < all/int64(4*len(t.sets)) {
			continue
		}
		if err := c.flushDistinct(ctx, t); err != nil {
			return 0, err
		}
	}
	for _, c := range t.calls {
		if c.keeper != nil && c.acc.Bytes() >= all/int64(4*len(t.calls)) {
			if err := c.unload(ctx, t.rt); err != nil {
				return 0, err
			}
		}
	}
	return all - t.bytes(), nil
}

func (t *table) groups() int {
	if t.hash == nil {
		return 1
	}
	return t.hash.len()
}

func (t *table) keys() []*column.Vector {
	if t.hash == nil {
		return nil
	}
	return t.hash.keys
}

// add takes a batch in.
func (t *table) add(ctx context.Context, b *column.Batch) error {
	if b.Rows() == 0 {
		return nil
	}
	t.keyVecs = t.keyVecs[:0]
	for _, e := range t.keyEvs {
		v, err := e.eval(b, b.Sel)
		if err != nil {
			return err
		}
		t.keyVecs = append(t.keyVecs, v)
	}
	if t.hash != nil {
		if cap(t.of) < b.Len {
			t.of = make([]int32, max(b.Len, column.BatchRows))
		}
		t.of = t.of[:b.Len]
		if t.spill == nil {
			if err := t.reserve(t.hash.growth(t.keyVecs, b.Rows())); err != nil {
				return err
			}
			if err := t.hash.assign(b.Len, b.Sel, t.keyVecs, t.of); err != nil {
				return err
			}
		} else {
			sel, err := t.spill.assign(ctx, b, t.keyVecs, t.of, t.stateBytes(), int64(stateGrowth*len(t.calls)), &t.aside)
			if err != nil {
				return err
			}
			t.in = column.Batch{Len: b.Len, Cols: b.Cols, Sel: sel}
			if b = &t.in; b.Rows() == 0 {
				return nil
			}
		}
	}
	groups := t.groups()
	kept := false
	for _, c := range t.calls {
		if c.held == nil {
			c.acc.Resize(groups)
		}
		if err := c.add(ctx, t, b, t.of); err != nil {
			return err
		}
		kept = kept || c.keeper != nil
	}
	if kept && !t.meter.try(t.bytes()) {
		if _, err := t.relieve(ctx); err != nil {
			return err
		}
	}
	return t.reserve(0)
}

// alone lets a table that has shared its memory have all of it.
func (t *table) alone(rt *Runtime, share int) {
	t.rt, t.meter.acc = rt, rt.Memory
	t.meter.limit, t.meter.sure = t.meter.limit*int64(share), t.meter.sure*int64(share)
	if t.spill != nil {
		t.spill.rt, t.spill.shared = rt, false
	}
	for _, c := range t.sets {
		c.spill.rt = rt
	}
}

// stateGrowth is what an aggregate's state takes for one more group, about.
const stateGrowth = 32

// stateBytes is the memory of the aggregates.
func (t *table) stateBytes() int64 {
	var n int64
	for _, c := range t.calls {
		n += c.bytes()
	}
	return n
}

// split ends what is put aside and gives it.
func (t *table) split() ([]*stored, error) {
	if t.aside == nil {
		return nil, nil
	}
	list, err := t.spill.split(t.aside)
	if err == nil {
		t.aside = nil
	}
	return list, err
}

// reserve accounts for what the table holds and more bytes that it is about to take.
func (t *table) reserve(more int64) error {
	if t.meter.acc == nil {
		return nil
	}
	return t.meter.ensure(more + t.bytes())
}

// bytes is the memory that the table holds.
func (t *table) bytes() int64 {
	n := t.stateBytes() + t.beside
	if t.hash != nil {
		n += t.hash.bytes()
	}
	if t.aside != nil {
		n += t.spill.size.memory() + t.spill.size.reading()
	}
	return n
}

// merge takes another table's groups in.
func (t *table) merge(ctx context.Context, o *table) error {
	to := make([]int32, o.groups())
	if t.hash != nil {
		if err := t.reserve(t.hash.growth(o.hash.keys, len(to))); err != nil {
			return err
		}
		if err := windows(ctx, len(to), func(rows column.Selection) error { return t.hash.assign(len(to), rows, o.hash.keys, to) }); err != nil {
			return err
		}
	}
	for i, c := range t.calls {
		if err := c.merge(ctx, t, o.calls[i], to); err != nil {
			return err
		}
	}
	return t.reserve(0)
}

// finish computes the results, but for those that come late.
func (t *table) finish(ctx context.Context) ([]*column.Vector, error) {
	out := make([]*column.Vector, 0, len(t.calls)+1)
	for _, c := range t.calls {
		if err := c.finish(ctx, t); err != nil {
			return nil, err
		}
		if c.held != nil {
			out = append(out, column.New(types.KindOf(c.info.Result)))
			continue
		}
		if err := t.prepare(ctx, c); err != nil {
			return nil, err
		}
		v := column.New(types.KindOf(c.info.Result))
		if err := c.acc.Result(&c.info, t.groups(), v); err != nil {
			return nil, err
		}
		if v.Len != t.groups() {
			return nil, types.Errorf(types.CodeInternalError, "aggregate %s made %d results of %d", c.call.Func.Name, v.Len, t.groups())
		}
		out = append(out, v)
	}
	return out, t.reserve(bytesOf(out))
}

// disk is what was written to temporary files, in bytes.
func (t *table) disk() int64 {
	var n int64
	if t.spill != nil {
		n = t.spill.took.disk
	}
	for _, c := range t.sets {
		n += c.spill.disk
	}
	return n
}

func (t *table) release() {
	for _, c := range t.calls {
		if c.held != nil {
			c.held.close()
		}
		if r, ok := c.acc.(function.Releaser); ok {
			r.Release()
		}
		if c.spill != nil {
			c.spill.close()
		}
	}
	if t.aside != nil {
		t.aside.close()
		t.aside = nil
	}
	t.meter.release()
}
