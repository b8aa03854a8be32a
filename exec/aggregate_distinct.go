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
	keyed bool        // there are several groups
	types []types.OID // of seen's keys
	seen  *groups     // the group, where keyed, and the arguments
	ints  *intSet     // instead of seen: integers of one group
	many  *groupSet   // instead of seen: integers of several groups
	nulls []bool      // ints, many: by group, whether there was a null
	dense function.Integers

	group *column.Vector // scratch: the group as a key
	of    []int32
	first []int32
}

// newDistinctValues makes an empty set. ordered: the rows with new values are asked for as they come.
func newDistinctValues(args []types.OID, keyed, ordered bool) *distinctValues {
	d := &distinctValues{keyed: keyed, group: column.New(column.Int64)}
	integers := !ordered && len(args) == 1 && integral(args[0])
	switch {
	case integers && keyed:
		d.many = new(groupSet)
	case integers:
		d.ints, d.nulls = new(intSet), make([]bool, 1)
	case keyed:
		d.types = append([]types.OID{types.Int8}, args...)
		d.seen = newGroups(d.types)
	default:
		d.types = args
		d.seen = newGroups(d.types)
	}
	return d
}

// empty forgets the values.
func (d *distinctValues) empty() {
	switch {
	case d.ints != nil:
		d.ints = new(intSet)
	case d.many != nil:
		d.many = new(groupSet)
	default:
		d.seen = newGroups(d.types)
	}
	clear(d.nulls)
}

// len is the number of values, each group's null among them.
func (d *distinctValues) len() int {
	switch {
	case d.ints != nil:
		return d.ints.len() + d.nullCount()
	case d.many != nil:
		return d.many.len() + d.nullCount()
	}
	return d.seen.len()
}

func (d *distinctValues) nullCount() int {
	n := 0
	for _, null := range d.nulls {
		if null {
			n++
		}
	}
	return n
}

// growth is what the arguments of so many rows, of so many groups in all, add at most.
func (d *distinctValues) growth(args []*column.Vector, rows, groups int) int64 {
	switch {
	case d.ints != nil:
		return d.ints.growth(news(args[0], rows))
	case d.many != nil: // a value is new in each group that it comes in
		return d.many.growth(rows, groups) + int64(groups)
	case d.keyed:
		args = append([]*column.Vector{{Kind: column.Int64, Len: args[0].Len}}, args...)
	}
	return d.seen.growth(args, rows)
}

// growthBy is what merging another set adds at most, of so many groups in all.
func (d *distinctValues) growthBy(o *distinctValues, groups int) int64 {
	switch {
	case d.ints != nil:
		return d.ints.growth(o.ints.len())
	case d.many != nil:
		return d.many.growth(o.many.len(), groups) + int64(groups)
	}
	return d.seen.growth(o.seen.keys, o.seen.len())
}

func (d *distinctValues) bytes() int64 {
	n := d.group.Size() + 4*int64(cap(d.first)+cap(d.of)) + int64(cap(d.nulls)) + d.dense.Bytes()
	switch {
	case d.ints != nil:
		return n + d.ints.bytes()
	case d.many != nil:
		return n + d.many.bytes()
	}
	return n + d.seen.bytes()
}

// add notes the arguments of the rows sel of a table's batch.
func (d *distinctValues) add(t *table, n int, sel column.Selection, args []*column.Vector, of []int32) error {
	if err := t.reserve(d.growth(args, sel.Count(n), t.groups())); err != nil {
		return err
	}
	switch {
	case d.ints != nil:
		d.addInts(n, sel, args[0])
		return nil
	case d.many != nil:
		d.addMany(t, n, sel, args[0], of)
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
	return d.assign(n, sel, keys)
}

func (d *distinctValues) note(t *table, n int, sel column.Selection, keys []*column.Vector) error {
	if err := t.reserve(d.seen.growth(keys, sel.Count(n))); err != nil {
		return err
	}
	return d.assign(n, sel, keys)
}

func (d *distinctValues) assign(n int, sel column.Selection, keys []*column.Vector) error {
	if cap(d.of) < n {
		d.of = make([]int32, n)
	}
	return d.seen.assign(n, sel, keys, d.of[:n])
}

func (d *distinctValues) addInts(n int, sel column.Selection, v *column.Vector) {
	if v.Form == column.Constant && sel.Count(n) > 0 {
		n, sel = 1, nil
	}
	values, _ := d.dense.Lay(v, n, sel, nil)
	d.nulls[0] = d.nulls[0] || len(values) < sel.Count(n)
	d.ints.addAll(values)
}

func (d *distinctValues) addMany(t *table, n int, sel column.Selection, v *column.Vector, of []int32) {
	values, groups := d.dense.Lay(v, n, sel, of)
	if len(values) < sel.Count(n) {
		d.grow(t.groups())
		for i := range each(sel, n) {
			if v.Null(i) {
				d.nulls[of[i]] = true
			}
		}
	}
	d.many.addAll(groups, values, t.groups())
}

// grow makes room for the nulls of so many groups.
func (d *distinctValues) grow(groups int) {
	if more := groups - len(d.nulls); more > 0 {
		d.nulls = append(d.nulls, make([]bool, more)...)
	}
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
	switch {
	case d.ints != nil:
		d.nulls[0] = d.nulls[0] || o.nulls[0]
		return d.mergeInts(ctx, t, o.ints)
	case d.many != nil:
		d.grow(t.groups())
		for g, null := range o.nulls {
			d.nulls[to[g]] = d.nulls[to[g]] || null
		}
		for of, xs := range o.many.each {
			if err := ended(ctx); err != nil {
				return err
			}
			if err := t.reserve(d.many.growth(len(xs), t.groups())); err != nil {
				return err
			}
			for i, g := range of {
				of[i] = to[g]
			}
			d.many.addAll(of, xs, t.groups())
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

// mergeInts takes in the integers of another set: its window as a whole, where it can.
func (d *distinctValues) mergeInts(ctx context.Context, t *table, o *intSet) error {
	rest := o.each
	if lo, hi, ok := d.ints.span(o); ok {
		if err := t.reserve(8 * (hi - lo)); err != nil {
			return err
		}
		d.ints.overlay(o)
		rest = o.eachFar
	}
	for xs := range rest {
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

// feed gives the distinct values to the aggregate.
func (d *distinctValues) feed(ctx context.Context, c *function.Call, acc function.Accumulator) error {
	return d.each(ctx, c.Args, func(n int, sel column.Selection, of []int32, args []*column.Vector) error {
		return acc.Add(c, n, sel, of, args)
	})
}

// each gives the distinct values, of arguments of these types, to f: rows sel of n, with their groups by row, nil where there is one.
func (d *distinctValues) each(ctx context.Context, types []types.OID, f func(n int, sel column.Selection, of []int32, args []*column.Vector) error) error {
	if d.seen == nil {
		return d.eachInteger(ctx, types[0], f)
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
	return windows(ctx, n, func(rows column.Selection) error { return f(n, rows, of, args) })
}

func (d *distinctValues) eachInteger(ctx context.Context, typ types.OID, f func(n int, sel column.Selection, of []int32, args []*column.Vector) error) error {
	v := column.New(types.KindOf(typ))
	give := func(of []int32) error {
		if err := ended(ctx); err != nil {
			return err
		}
		return f(v.Len, nil, of, []*column.Vector{v})
	}
	for g, null := range d.nulls {
		if !null {
			continue
		}
		var of []int32
		if d.keyed {
			of = []int32{int32(g)}
		}
		v.Reset(v.Kind)
		v.AppendNull()
		if err := give(of); err != nil {
			return err
		}
	}
	fill := func(xs []int64) {
		v.Reset(v.Kind)
		v.Ints = append(v.Ints, xs...)
		v.Len = len(xs)
	}
	if d.ints != nil {
		for xs := range d.ints.each {
			if fill(xs); v.Len > 0 {
				if err := give(nil); err != nil {
					return err
				}
			}
		}
		return nil
	}
	for of, xs := range d.many.each {
		fill(xs)
		if err := give(of); err != nil {
			return err
		}
	}
	return nil
}
