package exec

import (
	"bytes"
	"context"
	"slices"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
)

// distinct lets the first row of each key pass.
type distinct struct {
	input plan.Batches
	keys  []evaluator
	table *keyed
	stats *NodeStats

	aside *parts    // rows of keys for which there is no room
	rest  []*stored // to be gone through

	any  bool // a row has passed; what counts where there are no keys at all
	done bool
	vecs []*column.Vector
	of   []int32
	rows []int32
}

func openDistinct(ctx context.Context, n *plan.Distinct, rt *Runtime) (plan.Batches, error) {
	on := n.On
	if on == nil {
		for i, c := range n.Input.Columns() {
			on = append(on, &plan.Ref{Typed: plan.Typed{OID: c.Type, Mod: c.Typmod}, Index: i, Name: c.Name})
		}
	}
	keys, err := compileAll(rt, on)
	if err != nil {
		return nil, err
	}
	keyTypes := make([]types.OID, len(on))
	for i, e := range on {
		keyTypes[i] = e.Type()
	}
	in, err := build(ctx, n.Input, rt)
	if err != nil {
		return nil, err
	}
	if adjacent(n) {
		return &unique{input: in, keys: keys, types: keyTypes}, nil
	}
	return &distinct{input: in, keys: keys, table: newKeyed(rt, keyTypes), stats: rt.Stats.Of(n)}, nil
}

func (d *distinct) Next(ctx context.Context, b *column.Batch) (bool, error) {
	for !d.done {
		if err := ended(ctx); err != nil {
			return false, err
		}
		ok, err := d.input.Next(ctx, b)
		if err != nil {
			return false, err
		}
		if !ok {
			if err := d.again(); err != nil {
				return false, err
			}
			continue
		}
		if len(d.keys) == 0 {
			if d.any {
				return false, nil
			}
			d.any = true
			d.rows = clip(b, 1, d.rows)
			return true, nil
		}
		if err := d.narrow(ctx, b); err != nil {
			return false, err
		}
		if len(b.Sel) > 0 {
			return true, nil
		}
	}
	return false, nil
}

// again begins with the next part where one is left.
func (d *distinct) again() error {
	d.input.Close()
	list, err := d.table.split(d.aside)
	if err != nil {
		return err
	}
	d.rest, d.aside = pile(d.rest, list), nil
	d.table.took.parts++
	if len(d.rest) == 0 {
		d.done = true
		return nil
	}
	last := len(d.rest) - 1
	next := d.rest[last]
	d.input, d.rest = next, d.rest[:last]
	d.table.again(next.level)
	return nil
}

// pile puts the parts that have rows on others that are left; those without are closed.
func pile(rest, list []*stored) []*stored {
	for _, s := range list {
		if s.rows > 0 {
			rest = append(rest, s)
		} else {
			s.Close()
		}
	}
	return rest
}

// narrow selects the rows of b whose keys are new.
func (d *distinct) narrow(ctx context.Context, b *column.Batch) error {
	d.vecs = d.vecs[:0]
	for _, e := range d.keys {
		v, err := e.eval(b, b.Sel)
		if err != nil {
			return err
		}
		d.vecs = append(d.vecs, v)
	}
	if cap(d.of) < b.Len {
		d.of = make([]int32, max(b.Len, column.BatchRows))
	}
	d.of = d.of[:b.Len]
	seen := int32(d.table.hash.len())
	sel, err := d.table.assign(ctx, b, d.vecs, d.of, 0, 0, &d.aside)
	if err != nil {
		return err
	}
	d.rows = room(d.rows, b.Len)
	for i := range each(sel, b.Len) {
		if d.of[i] == seen { // groups are numbered as they appear
			d.rows = append(d.rows, int32(i))
			seen++
		}
	}
	b.Sel = d.rows
	return nil
}

func (d *distinct) Close() {
	d.input.Close()
	if d.aside != nil {
		d.aside.close()
	}
	for _, s := range d.rest {
		s.Close()
	}
	d.rest = nil
	d.table.note(d.stats)
	d.table.meter.release()
}

// adjacent reports whether rows with equal keys follow one another: DISTINCT ON over a sort by these keys first.
func adjacent(n *plan.Distinct) bool {
	sort, ok := n.Input.(*plan.Sort)
	if !ok || len(n.On) == 0 {
		return false
	}
	left := slices.Clone(n.On) // keys that no sort key has been yet
	for _, k := range sort.Keys {
		same := func(e plan.Expr) bool { return plan.Equal(e, k.Expr) }
		if !slices.ContainsFunc(n.On, same) {
			break
		}
		left = slices.DeleteFunc(left, same)
	}
	return len(left) == 0
}

// unique is distinct where rows with equal keys follow one another: it remembers one key, and keeps the order.
type unique struct {
	input plan.Batches
	keys  []evaluator
	types []types.OID
	last  []byte
	next  []byte
	any   bool
	vecs  []*column.Vector
	rows  []int32
}

func (u *unique) Next(ctx context.Context, b *column.Batch) (bool, error) {
	for {
		ok, err := u.input.Next(ctx, b)
		if !ok || err != nil {
			return false, err
		}
		u.vecs = u.vecs[:0]
		for _, e := range u.keys {
			v, err := e.eval(b, b.Sel)
			if err != nil {
				return false, err
			}
			u.vecs = append(u.vecs, v)
		}
		u.rows = room(u.rows, b.Len)
		for i := range each(b.Sel, b.Len) {
			u.next = u.next[:0]
			for k, v := range u.vecs {
				u.next = types.AppendKey(u.next, u.types[k], v, i)
			}
			if !u.any || !bytes.Equal(u.next, u.last) {
				u.rows = append(u.rows, int32(i))
				u.last, u.next, u.any = u.next, u.last, true
			}
		}
		if len(u.rows) > 0 {
			b.Sel = u.rows
			return true, nil
		}
	}
}

func (u *unique) Close() { u.input.Close() }
