package exec

import (
	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/function"
)

// SQLSTATEs of frames.
const (
	codeNullOffset     = "22004"
	codeNegativeOffset = "22013"
)

// frameOf finds for each row of a partition which rows its frame is of. Both ends of frames only ever move forward.
type frameOf struct {
	frame  *plan.Frame
	used   bool // a call reads the frame, not just the partition
	env    *types.Env
	starts *column.Vector // the offsets, one row; nil: none
	ends   *column.Vector

	p        function.Partition
	groups   []int32 // where the peer groups begin, and the end
	zeros    []int32
	wholes   []int32
	from, to []int32 // memory for p's
}

// newFrame makes the state of a frame, with its offsets computed: they are the same for all rows.
func newFrame(rt *Runtime, f *plan.Frame) (*frameOf, error) {
	out := &frameOf{frame: f, env: rt.Env}
	out.p.Exclude = f.Exclude
	var err error
	if out.starts, err = frameOffset(rt, f, f.Start, "starting"); err != nil {
		return nil, err
	}
	out.ends, err = frameOffset(rt, f, f.End, "ending")
	return out, err
}

func frameOffset(rt *Runtime, f *plan.Frame, b plan.FrameBound, which string) (*column.Vector, error) {
	if b.Offset == nil {
		return nil, nil
	}
	v, err := evalOne(rt, b.Offset)
	switch {
	case err != nil:
		return nil, err
	case v.Null(0):
		return nil, types.Errorf(codeNullOffset, "frame %s offset must not be null", which)
	case f.Mode != plan.RangeFrame && v.Int(0) < 0:
		return nil, types.Errorf(codeNegativeOffset, "frame %s offset must not be negative", which)
	}
	return v, nil
}

func (f *frameOf) bytes() int64 {
	return 4 * int64(cap(f.groups)+cap(f.zeros)+cap(f.wholes)+cap(f.from)+cap(f.to)+cap(f.p.PeersFrom)+cap(f.p.PeersTo))
}

// peers finds the groups of rows that the order doesn't tell apart; without an order that is all.
func (f *frameOf) peers(n int, keys []*column.Vector, order ordering) {
	p := &f.p
	p.Rows, p.PeersFrom, p.PeersTo, f.groups = n, p.PeersFrom[:0], p.PeersTo[:0], f.groups[:0]
	for i := 0; i < n; {
		to := i + 1
		if len(keys) == 0 {
			to = n
		}
		for to < n && order.compare(keys, to, keys, to-1) == 0 {
			to++
		}
		f.groups = append(f.groups, int32(i))
		for k := i; k < to; k++ {
			p.PeersFrom, p.PeersTo = append(p.PeersFrom, int32(i)), append(p.PeersTo, int32(to))
		}
		i = to
	}
	f.groups = append(f.groups, int32(n))
}

// bounds finds From and To.
func (f *frameOf) bounds(keys []*column.Vector, order ordering) error {
	if !f.used {
		return nil
	}
	from, err := f.bound(f.frame.Start, f.starts, keys, order, false)
	if err != nil {
		return err
	}
	to, err := f.bound(f.frame.End, f.ends, keys, order, true)
	if err != nil {
		return err
	}
	f.p.From, f.p.To = from, to
	return nil
}

// bound finds where the frames begin, or, for an end, the row behind their last.
func (f *frameOf) bound(b plan.FrameBound, offset *column.Vector, keys []*column.Vector, order ordering, end bool) ([]int32, error) {
	n := f.p.Rows
	fill := func(s *[]int32, x int32) []int32 {
		*s = (*s)[:0]
		for range n {
			*s = append(*s, x)
		}
		return *s
	}
	rows := &f.from
	if end {
		rows = &f.to
	}
	switch {
	case b.Kind == plan.UnboundedPreceding:
		return fill(&f.zeros, 0), nil
	case b.Kind == plan.UnboundedFollowing:
		return fill(&f.wholes, int32(n)), nil
	case b.Kind == plan.CurrentRow && f.frame.Mode != plan.RowsFrame && end:
		return f.p.PeersTo, nil
	case b.Kind == plan.CurrentRow && f.frame.Mode != plan.RowsFrame:
		return f.p.PeersFrom, nil
	case f.frame.Mode == plan.RangeFrame:
		return f.rangeBound(rows, b, offset, keys[0], order[0], end)
	}
	move := int64(0)
	if offset != nil {
		move = min(offset.Int(0), int64(n)+1) // farther than that is as far
	}
	if b.Kind == plan.Preceding {
		move = -move
	}
	*rows = (*rows)[:0]
	if f.frame.Mode == plan.RowsFrame {
		if end {
			move++
		}
		for i := range n {
			*rows = append(*rows, int32(min(max(int64(i)+move, 0), int64(n))))
		}
		return *rows, nil
	}
	if end {
		move++
	}
	for g, start := range f.groups[:len(f.groups)-1] {
		at := f.groups[min(max(int64(g)+move, 0), int64(len(f.groups)-1))]
		for range f.groups[g+1] - start {
			*rows = append(*rows, at)
		}
	}
	return *rows, nil
}

// rangeBound is bound for a distance in the order's value. Nulls are apart from all values, and together.
func (f *frameOf) rangeBound(rows *[]int32, b plan.FrameBound, offset, key *column.Vector, order orderKey, end bool) ([]int32, error) {
	down := (b.Kind == plan.Preceding) != order.descending
	at := 0
	*rows = (*rows)[:0]
	for i := 0; i < f.p.Rows; {
		null := key.Null(i)
		if null {
			// The frame's end that has an offset is that of the nulls.
			at = max(at, int(f.p.PeersFrom[i]))
			if end {
				at = int(f.p.PeersTo[i])
			}
		}
		for !null && at < f.p.Rows {
			if key.Null(at) {
				if !order.nullsFirst {
					break // they come behind all values
				}
				at++
				continue
			}
			c, err := b.Range.Compare(f.env, key, at, i, offset, down)
			if err != nil {
				return nil, err
			}
			if order.descending {
				c = -c
			}
			if c > 0 || c == 0 && !end {
				break
			}
			at++
		}
		for to := int(f.p.PeersTo[i]); i < to; i++ {
			*rows = append(*rows, int32(at))
		}
	}
	return *rows, nil
}
