package exec

import (
	"context"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/function"
)

// distinctValues is what an aggregate with DISTINCT has seen: the distinct values of each group. Where their order does not matter they are fed to the
// aggregate at the end, so that what was gathered apart can be put together.
type distinctValues struct {
	keyed bool    // there are several groups
	seen  *groups // the group, where keyed, and the arguments
	ints  *intSet // instead of seen: integers of one group
	null  bool    // ints: and a null
	dense function.Integers

	group *column.Vector // scratch: the group as a key
	of    []int32
	first []int32
}

// newDistinctValues makes an empty set. ordered: the rows with new values are asked for as they come.
func newDistinctValues(args []types.OID, keyed, ordered bool) *distinctValues {
	d := &distinctValues{keyed: keyed, group: column.New(column.Int64)}
	switch {
	case !keyed && !ordered && len(args) == 1 && integral(args[0]):
		d.ints = new(intSet)
	case keyed:
		d.seen = newGroups(append([]types.OID{types.Int8}, args...))
	default:
		d.seen = newGroups(args)
	}
	return d
}

func (d *distinctValues) bytes() int64 {
	n := d.group.Size() + 4*int64(cap(d.first)+cap(d.of))
	if d.ints != nil {
		return n + d.ints.bytes() + d.dense.Bytes()
	}
	return n + d.seen.bytes()
}

// add notes the arguments of the rows sel of a table's batch.
func (d *distinctValues) add(t *table, n int, sel column.Selection, args []*column.Vector, of []int32) error {
	rows := sel.Count(n)
	if d.ints != nil {
		if err := t.reserve(d.ints.growth(news(args[0], rows))); err != nil {
			return err
		}
		d.addInts(n, sel, args[0])
		return nil
	}
	keys := args
	if d.keyed {
		d.group.Reset(column.Int64)
		for _, g := range of {
			d.group.AppendInt(int64(g))
		}
		keys = append([]*column.Vector{d.group}, args...)
	}
	return d.note(t, n, sel, keys)
}

func (d *distinctValues) note(t *table, n int, sel column.Selection, keys []*column.Vector) error {
	if err := t.reserve(d.seen.growth(keys, sel.Count(n))); err != nil {
		return err
	}
	if cap(d.of) < n {
		d.of = make([]int32, n)
	}
	return d.seen.assign(n, sel, keys, d.of[:n])
}

func (d *distinctValues) addInts(n int, sel column.Selection, v *column.Vector) {
	if v.Form == column.Constant {
		if v.Null(0) {
			d.null = true
		} else {
			d.ints.add(v.Int(0))
		}
		return
	}
	values := d.dense.Lay(v, n, sel)
	d.null = d.null || len(values) < sel.Count(n)
	d.ints.addAll(values)
}

// unseen is add that gives the rows whose values their group has not seen before.
func (d *distinctValues) unseen(t *table, n int, sel column.Selection, args []*column.Vector, of []int32) (column.Selection, error) {
	next := int32(d.seen.len())
	if err := d.add(t, n, sel, args, of); err != nil {
		return nil, err
	}
	d.first = room(d.first, n)
	for i := range each(sel, n) {
		if d.of[i] == next { // numbers are given as values appear
			d.first = append(d.first, int32(i))
			next++
		}
	}
	return d.first, nil
}

// merge takes in what the same call of another table has seen; group g of that one is to[g] here.
func (d *distinctValues) merge(ctx context.Context, t *table, o *distinctValues, to []int32) error {
	if d.ints != nil {
		d.null = d.null || o.null
		for xs := range o.ints.each {
			if err := ended(ctx); err != nil {
				return err
			}
			if err := t.reserve(d.ints.growth(len(xs))); err != nil {
				return err
			}
			d.ints.addAll(xs)
		}
		return nil
	}
	keys, n := append([]*column.Vector(nil), o.seen.keys...), o.seen.len()
	if d.keyed {
		keys[0] = column.New(column.Int64)
		for _, g := range o.seen.keys[0].Ints {
			keys[0].AppendInt(int64(to[g]))
		}
	}
	return windows(ctx, n, func(rows column.Selection) error { return d.note(t, n, rows, keys) })
}

// feed gives the distinct values to the aggregate.
func (d *distinctValues) feed(ctx context.Context, c *function.Call, acc function.Accumulator) error {
	if d.ints != nil {
		v := column.New(types.KindOf(c.Args[0]))
		if d.null {
			v.AppendNull()
		}
		for xs := range d.ints.each {
			if err := ended(ctx); err != nil {
				return err
			}
			for _, x := range xs {
				v.AppendInt(x)
			}
			if err := acc.Add(c, v.Len, nil, nil, []*column.Vector{v}); err != nil {
				return err
			}
			v.Reset(v.Kind)
		}
		if v.Len > 0 { // the null alone
			return acc.Add(c, v.Len, nil, nil, []*column.Vector{v})
		}
		return nil
	}
	args, n := d.seen.keys, d.seen.len()
	var of []int32
	if d.keyed {
		of = make([]int32, n)
		for i, g := range args[0].Ints {
			of[i] = int32(g)
		}
		args = args[1:]
	}
	return windows(ctx, n, func(rows column.Selection) error { return acc.Add(c, n, rows, of, args) })
}
