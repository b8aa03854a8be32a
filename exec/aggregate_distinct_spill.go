package exec

import (
	"context"
	"math/bits"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// distinctSpill is where an aggregate's distinct values go when there is no room for more: the set is written to parts of a temporary file, by the hash of
// the values, and begun anew. A value that comes again later is written again, so at the end each part is made distinct by itself:
//
//	values ─▶ set ─ no room: written and emptied ─▶ part 0 … part n ─ one after the other ─▶ set ─▶ aggregate
//
// The group is no part of the hash, so that parts of the same number belong together whatever numbers the groups have: those of several workers are put
// side by side.
type distinctSpill struct {
	rt    *Runtime
	args  []types.OID
	kinds []column.Kind // of a row: the group, and the arguments
	size  partSize
	level int

	own   *parts
	taken []takenValues
	rest  [][]takenValues // parts that are still to be fed
	out   column.Batch    // scratch: rows to be written
	disk  int64
}

// takenValues is what another worker wrote, by part.
type takenValues struct {
	list []*stored
	to   []int32 // by its number of a group: the group; nil: the same
}

// distinctBits says how many parts there are for one call at most.
const distinctBits = 4

// newDistinctSpill makes one for one of so many calls, which together have parts in as much memory as there surely is (leastOfHash).
func newDistinctSpill(rt *Runtime, args []types.OID, calls int) *distinctSpill {
	s := &distinctSpill{rt: rt, args: args, kinds: []column.Kind{column.Int64}, size: partSize{bits: max(distinctBits-bits.Len(uint(calls))+1, 2), block: leastBlock}}
	for _, t := range args {
		s.kinds = append(s.kinds, types.KindOf(t))
	}
	return s
}

// bytes is the memory that the writing takes.
func (s *distinctSpill) bytes() int64 {
	var n int64
	if s.own != nil {
		n = s.size.memory() + s.size.reading()
	}
	for _, t := range s.taken {
		n += 4 * int64(len(t.to))
	}
	return n
}

// some reports whether values were written.
func (s *distinctSpill) some() bool { return s.own != nil || len(s.taken) > 0 }

// flushDistinct writes the set and empties it.
func (c *aggCall) flushDistinct(ctx context.Context, t *table) error {
	s := c.spill
	if c.distinct.len() == 0 {
		return nil
	}
	if s.own == nil {
		s.own = newParts(s.rt, s.kinds, s.args, s.size, s.level)
		if err := t.reserve(0); err != nil {
			return err
		}
	}
	err := c.distinct.each(ctx, c.info.Args, func(n int, sel column.Selection, of []int32, args []*column.Vector) error {
		s.out.Reset(s.kinds)
		for i := range each(sel, n) {
			s.out.Cols[0].AppendInt(int64(groupOf(of, i)))
		}
		for k, v := range args {
			appendRows(s.out.Cols[1+k], v, sel)
		}
		s.out.Len = s.out.Cols[0].Len
		return s.own.add(ctx, s.out.Len, nil, s.out.Cols, s.out.Cols[1:])
	})
	c.distinct.empty()
	return err
}

// groupOf is the group of row i; without groups there is one.
func groupOf(of []int32, i int) int32 {
	if of == nil {
		return 0
	}
	return of[i]
}

// addDistinct notes the values of rows sel, after the set was written where they have no room beside it.
func (c *aggCall) addDistinct(ctx context.Context, t *table, n int, sel column.Selection, args []*column.Vector, of []int32) error {
	if c.spill != nil && c.spill.level <= lastLevel && !t.meter.try(t.bytes()+c.distinct.growth(args, sel.Count(n), t.groups())) {
		if err := c.flushDistinct(ctx, t); err != nil {
			return err
		}
	}
	return c.distinct.add(t, n, sel, args, of)
}

// mergeDistinct takes in what the same call of another table has seen; group g of that one is to[g] here.
func (c *aggCall) mergeDistinct(ctx context.Context, t *table, o *aggCall, to []int32) error {
	if c.spill == nil || !c.spill.some() && !o.spill.some() && t.meter.try(t.bytes()+o.distinct.bytes()+c.distinct.growthBy(o.distinct, t.groups())) {
		return c.distinct.merge(ctx, t, o.distinct, to)
	}
	if err := c.flushDistinct(ctx, t); err != nil {
		return err
	}
	if err := o.flushDistinct(ctx, t); err != nil || o.spill.own == nil {
		return err
	}
	list, err := o.spill.finish()
	if err != nil {
		return err
	}
	c.spill.taken = append(c.spill.taken, takenValues{list, to})
	c.spill.disk += o.spill.disk
	return t.reserve(0)
}

// finish ends the writing and gives the parts.
func (s *distinctSpill) finish() ([]*stored, error) {
	file := s.own.file
	list, err := s.own.finish()
	if err == nil {
		s.disk += file.bytes
		s.own = nil
	}
	return list, err
}

// feedDistinct gives the distinct values to the aggregate: those of the set or, where some were written, of one part after the other.
func (c *aggCall) feedDistinct(ctx context.Context, t *table) error {
	s := c.spill
	if s == nil || !s.some() {
		return c.distinct.feed(ctx, &c.info, c.acc)
	}
	if err := c.split(ctx, t); err != nil {
		return err
	}
	for len(s.rest) > 0 {
		last := len(s.rest) - 1
		from := s.rest[last]
		s.rest = s.rest[:last]
		if err := c.feedPart(ctx, t, from); err != nil {
			return err
		}
	}
	return nil
}

// split writes what is left in the set and makes a part of all that has the same number.
func (c *aggCall) split(ctx context.Context, t *table) error {
	s := c.spill
	if err := c.flushDistinct(ctx, t); err != nil {
		return err
	}
	if s.own != nil {
		list, err := s.finish()
		if err != nil {
			return err
		}
		s.taken = append(s.taken, takenValues{list: list})
	}
	for k := range 1 << s.size.bits {
		var part []takenValues
		for _, x := range s.taken {
			if x.list[k].rows == 0 {
				x.list[k].Close()
				continue
			}
			part = append(part, takenValues{x.list[k : k+1], x.to})
		}
		if len(part) > 0 {
			s.rest = append(s.rest, part)
		}
	}
	s.taken = nil
	return nil
}

// feedPart makes a part distinct and gives it to the aggregate; where it has no room it is split again, by other bits of the hash.
func (c *aggCall) feedPart(ctx context.Context, t *table, part []takenValues) error {
	defer func() {
		for _, x := range part {
			x.list[0].Close()
		}
	}()
	s := c.spill
	s.level = part[0].list[0].level
	var b column.Batch
	var of []int32
	for _, x := range part {
		for {
			ok, err := x.list[0].Next(ctx, &b)
			if err != nil {
				return err
			}
			if !ok {
				break
			}
			of = room(of, b.Len)
			for _, g := range b.Cols[0].Ints {
				if x.to != nil {
					g = int64(x.to[g])
				}
				of = append(of, int32(g))
			}
			groups := of
			if t.hash == nil {
				groups = nil
			}
			if err := c.addDistinct(ctx, t, b.Len, nil, b.Cols[1:], groups); err != nil {
				return err
			}
		}
	}
	if s.own != nil {
		return c.split(ctx, t)
	}
	if err := c.distinct.feed(ctx, &c.info, c.acc); err != nil {
		return err
	}
	c.distinct.empty()
	return t.reserve(0)
}

// close closes what has not been fed.
func (s *distinctSpill) close() {
	if s.own != nil {
		s.own.close()
		s.own = nil
	}
	for _, x := range s.taken {
		for _, p := range x.list {
			p.Close()
		}
	}
	for _, part := range s.rest {
		for _, x := range part {
			x.list[0].Close()
		}
	}
	s.taken, s.rest = nil, nil
}
