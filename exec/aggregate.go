package exec

import (
	"context"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/nql"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
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
	in, out column.Batch
}

func openAggregate(ctx context.Context, n *plan.Aggregate, rt *Runtime) (plan.Batches, error) {
	t, err := newTable(n, rt)
	if err != nil {
		return nil, err
	}
	a := &aggregate{n: n, rt: rt, table: t}
	if p, ok := pipelineOf(n.Input, rt); ok && mergeable(n) && p.scan.Order == nql.Unordered && p.scan.Limit < 0 {
		var until func(context.Context)
		p.rt, until = rt.whileAt()
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
			until(a.crew.ctx)
		} else {
			a.input = withStages(newSerialScan(p, fragments), stages)
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

func (a *aggregate) Next(ctx context.Context, b *column.Batch) (bool, error) {
	if a.results == nil {
		if err := a.gather(ctx); err != nil {
			return false, err
		}
	}
	total := a.table.groups()
	if a.next >= total {
		return false, nil
	}
	to := min(a.next+column.BatchRows, total)
	kinds := make([]column.Kind, 0, len(a.n.Cols))
	from := append(append([]*column.Vector(nil), a.table.keys()...), a.results...)
	for _, v := range from {
		kinds = append(kinds, v.Kind)
	}
	a.out.Reset(kinds)
	for i, v := range from {
		appendRange(a.out.Cols[i], v, a.next, to)
	}
	a.out.Len = to - a.next
	a.next = to
	*b = a.out
	return true, nil
}

// gather draws all input and computes the results.
func (a *aggregate) gather(ctx context.Context) error {
	if a.crew != nil {
		if err := a.crew.gather(ctx, a.table); err != nil {
			return err
		}
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
			if err := a.table.add(&a.in); err != nil {
				return err
			}
		}
		a.input.Close()
	}
	results, err := a.table.finish(ctx)
	if err != nil {
		return err
	}
	a.results = results
	return nil
}

func (a *aggregate) Close() {
	if a.input != nil {
		a.input.Close()
	}
	if a.crew != nil {
		a.crew.close()
	}
	a.table.release()
}

// table is groups with the states of their aggregates.
type table struct {
	n      *plan.Aggregate
	keyEvs []evaluator
	calls  []*aggCall
	hash   *groups // nil where there are no keys
	meter  meter

	keyVecs []*column.Vector
	of      []int32 // by row: its group; not used where there are no keys
}

func newTable(n *plan.Aggregate, rt *Runtime) (*table, error) {
	t := &table{n: n, meter: meter{acc: rt.Memory}}
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
	}
	for i := range n.Aggs {
		c, err := newAggCall(rt, &n.Aggs[i], n.Cols[len(n.Keys)+i], t.hash != nil, t.calls)
		if err != nil {
			return nil, err
		}
		if t.hash == nil {
			c.acc.Resize(1)
		}
		t.calls = append(t.calls, c)
	}
	return t, nil
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
func (t *table) add(b *column.Batch) error {
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
		if err := t.reserve(t.hash.growth(t.keyVecs, b.Rows())); err != nil {
			return err
		}
		if err := t.hash.assign(b.Len, b.Sel, t.keyVecs, t.of); err != nil {
			return err
		}
	}
	groups := t.groups()
	for _, c := range t.calls {
		c.acc.Resize(groups)
		if err := c.add(t, b, t.of); err != nil {
			return err
		}
	}
	return t.reserve(0)
}

// reserve accounts for what the table holds and more bytes that it is about to take.
func (t *table) reserve(more int64) error {
	if t.meter.acc == nil {
		return nil
	}
	need := more
	if t.hash != nil {
		need += t.hash.bytes()
	}
	for _, c := range t.calls {
		need += c.bytes()
	}
	return t.meter.ensure(need)
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

// finish computes the results.
func (t *table) finish(ctx context.Context) ([]*column.Vector, error) {
	out := make([]*column.Vector, 0, len(t.calls)+1)
	for _, c := range t.calls {
		if err := c.finish(ctx); err != nil {
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

func (t *table) release() { t.meter.release() }
