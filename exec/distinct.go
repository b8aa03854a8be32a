package exec

import (
	"context"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
)

// distinct lets the first row of each key pass.
type distinct struct {
	input plan.Batches
	keys  []evaluator
	hash  *groups
	meter meter

	any  bool // a row has passed; what counts where there are no keys at all
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
	return &distinct{input: in, keys: keys, hash: newGroups(keyTypes), meter: meter{acc: rt.Memory}}, nil
}

func (d *distinct) Next(ctx context.Context, b *column.Batch) (bool, error) {
	for {
		if err := ended(ctx); err != nil {
			return false, err
		}
		ok, err := d.input.Next(ctx, b)
		if !ok || err != nil {
			return false, err
		}
		if len(d.keys) == 0 {
			if d.any {
				return false, nil
			}
			d.any = true
			d.rows = clip(b, 1, d.rows)
			return true, nil
		}
		if err := d.narrow(b); err != nil {
			return false, err
		}
		if len(b.Sel) > 0 {
			return true, nil
		}
	}
}

// narrow selects the rows of b whose keys are new.
func (d *distinct) narrow(b *column.Batch) error {
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
	if err := d.meter.ensure(d.hash.bytes() + d.hash.growth(d.vecs, b.Rows())); err != nil {
		return err
	}
	seen := int32(d.hash.len())
	if err := d.hash.assign(b.Len, b.Sel, d.vecs, d.of); err != nil {
		return err
	}
	d.rows = room(d.rows, b.Len)
	for i := range each(b.Sel, b.Len) {
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
	d.meter.release()
}
