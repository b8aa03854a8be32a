package exec

import (
	"context"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/function"
)

// lateRows are the rows of a call that are kept back, sorted by group and by what the call orders them by, until the results are yielded: then those of a
// few groups at a time are given to an accumulator that is there for these groups only.
//
//	rows ─▶ sorter ─▶ group 0 … n ─▶ accumulator ─▶ results, yielded ─▶ group n+1 … ─▶ accumulator ─▶ …
type lateRows struct {
	*sorter
	args     int
	distinct ordering // of the arguments, where equal ones count once; nil: all count

	in    column.Batch
	at    int
	of    []int32
	sel   []int32
	last  []*column.Vector // the arguments of the last row of the batch before; nil: there was none
	group int64            // that row's
}

// groupKey is the key by which rows of a group come together.
func groupKey() plan.SortKey {
	return plan.SortKey{Expr: &plan.Ref{Typed: plan.Typed{OID: types.Int8, Mod: -1}}}
}

// add keeps rows sel of n, whose groups are of (nil: there is one) and whose columns are the arguments and the keys.
func (l *lateRows) add(ctx context.Context, n int, sel column.Selection, of []int32, cols []*column.Vector) error {
	group := column.New(column.Int64)
	if of == nil {
		group.AppendInt(0)
		group.Repeat(n)
	}
	for _, g := range of {
		group.AppendInt(int64(g))
	}
	return l.sorter.add(ctx, &column.Batch{Len: n, Sel: sel, Cols: append([]*column.Vector{group}, cols...)})
}

// each gives rows in order to f, as long as they are of groups before to, which f may change; from is subtracted from the groups.
func (l *lateRows) each(ctx context.Context, from, to int, f func(n int, sel column.Selection, of []int32, args []*column.Vector, last int) (int, error)) (int, error) {
	l.number(from)
	for {
		if l.at == l.in.Len {
			if l.distinct != nil && l.in.Len > 0 {
				l.last, l.group = rowValues(l.in.Cols[1:1+l.args], l.in.Len-1), l.in.Cols[0].Ints[l.in.Len-1]
			}
			ok, err := l.next(ctx, &l.in)
			if err != nil {
				return to, err
			}
			if l.at = 0; !ok {
				l.in.Len = 0
				return to, nil
			}
			l.number(from)
		}
		args := l.in.Cols[1 : 1+l.args]
		l.sel = room(l.sel, l.in.Len)
		end := l.at
		for ; end < l.in.Len && int(l.of[end]) < to-from; end++ {
			if l.distinct == nil || l.fresh(args, end) {
				l.sel = append(l.sel, int32(end))
			}
		}
		if end == l.at {
			return to, nil
		}
		l.at = end
		var err error
		if to, err = f(l.in.Len, l.sel, l.of, args, from+int(l.of[end-1])); err != nil {
			return to, err
		}
	}
}

// number sets of for the rows that are left of the batch at hand.
func (l *lateRows) number(from int) {
	if cap(l.of) < l.in.Len {
		l.of = make([]int32, l.in.Len)
	}
	l.of = l.of[:l.in.Len]
	for i := l.at; i < l.in.Len; i++ {
		l.of[i] = int32(l.in.Cols[0].Ints[i] - int64(from))
	}
}

// fresh reports whether a row's arguments are not those of the row before, of the same group.
func (l *lateRows) fresh(args []*column.Vector, i int) bool {
	before, at, group := args, i-1, int64(0)
	if i > 0 {
		group = l.in.Cols[0].Ints[at]
	} else if before, at, group = l.last, 0, l.group; before == nil {
		return true
	}
	return group != l.in.Cols[0].Ints[i] || l.distinct.compare(args, i, before, at) != 0
}

// unload makes a call keep its rows back from now on, those that its accumulator holds among them.
func (c *aggCall) unload(ctx context.Context, rt *Runtime) error {
	s, err := newSorter(rt, []plan.SortKey{groupKey()}, -1)
	if err != nil {
		return err
	}
	c.held = &lateRows{sorter: s, args: len(c.args)}
	keeper := c.keeper
	c.keeper = nil
	if c.shows, _ = keeper.(function.Renderer); c.shows != nil {
		c.held.args = 1
	}
	return keeper.Take(func(of []int32, args []*column.Vector) error {
		return c.held.add(ctx, len(of), nil, of, args)
	})
}

// mergeLate takes in the rows that the same call of another table has kept back; group g of that one is to[g] here.
func (c *aggCall) mergeLate(ctx context.Context, o *aggCall, to []int32) error {
	defer o.held.close()
	if err := o.held.finish(ctx); err != nil {
		return err
	}
	_, err := o.held.each(ctx, 0, len(to), func(n int, sel column.Selection, of []int32, args []*column.Vector, _ int) (int, error) {
		mapped := make([]int32, n)
		for _, i := range sel {
			mapped[i] = to[of[i]]
		}
		return len(to), c.held.add(ctx, n, sel, mapped, args)
	})
	return err
}

// late computes the results of groups from … to-1, which come one window after the other, from the rows that were kept back. Where cut is set it may do with
// fewer groups, lest their states be too large; it says up to which one.
func (c *aggCall) late(ctx context.Context, t *table, from, to int, cut bool) (*column.Vector, int, error) {
	most := int64(column.BatchBytes)
	if t.meter.limit > 0 {
		most = min(most, max(t.meter.limit/16, leastBlock))
	}
	acc := c.call.Func.New(&c.info)
	if c.shows != nil {
		acc = c.shows.Rendered()
	}
	acc.Resize(to - from)
	to, err := c.held.each(ctx, from, to, func(n int, sel column.Selection, of []int32, args []*column.Vector, last int) (int, error) {
		if err := acc.Add(&c.info, n, sel, of, args); err != nil {
			return to, err
		}
		if cut && acc.Bytes() >= most {
			to = last + 1
		}
		return to, t.reserve(2 * acc.Bytes())
	})
	if err != nil {
		return nil, to, err
	}
	v := column.New(types.KindOf(c.info.Result))
	return v, to, acc.Result(&c.info, to-from, v)
}

// keeps gives the accumulator of a call as one whose rows can be taken out; nil where they can't.
func (c *aggCall) keeps(rt *Runtime, keyed bool) function.Keeper {
	if !keyed || !rt.spills() || c.distinct != nil || c.held != nil {
		return nil
	}
	k, _ := c.acc.(function.Keeper)
	return k
}
