package exec

import (
	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/function"
)

// runningCall is a call that can be computed as rows pass, from a state that does not grow with the partition: its frames all begin with the partition, or it asks for
// a row at a fixed distance.
type runningCall struct {
	call   *plan.WindowCall
	what   running
	upTo   frameEnd
	info   function.Call
	agg    *function.Aggregate
	args   []int // in the window's kept
	filter int   // in kept, -1 none

	shift   int64 // neighbour: how far away the row is
	cursor  rowCursor
	buckets int64 // ofTile
	moving  *movingFrame

	state function.Accumulator
	value *column.Vector // that holds for the rows at hand, one row
	zeros []int32
	rows  []int32
}

// running is what a running call computes.
type running uint8

const (
	ofNumber    running = iota // row_number
	ofRank                     // rank
	ofDense                    // dense_rank
	ofPercent                  // percent_rank
	ofDist                     // cume_dist
	ofTile                     // ntile
	ofNeighbour                // lag, lead
	ofFirst                    // first_value
	ofLast                     // last_value
	ofAggregate
	ofMoving // an aggregate or a window function over a frame that moves
)

// frameEnd is where the frames of a running call end.
type frameEnd uint8

const (
	atRow frameEnd = iota
	atPeers
	atPartition
)

// runningOf makes the state of a call; nil where it needs its whole partition at hand.
func runningOf(rt *Runtime, call *plan.WindowCall) *runningCall {
	c := &runningCall{call: call, filter: -1, agg: call.Agg, info: function.Call{Env: rt.Env, Typmod: -1}}
	f := &call.Frame
	switch {
	case f.End.Kind == plan.UnboundedFollowing:
		c.upTo = atPartition
	case f.Mode != plan.RowsFrame:
		c.upTo = atPeers
	}
	if c.atEdge() {
		c.value = column.New(types.KindOf(call.Func.Result))
		return c
	}
	if (call.Func == nil || call.Func.OfFrame()) &&
		(f.Start.Kind != plan.UnboundedPreceding || f.Exclude != function.ExcludeNothing || f.End.Kind != plan.UnboundedFollowing && f.End.Kind != plan.CurrentRow) {
		return c.moves()
	}
	result := types.OID(0)
	if call.Agg != nil {
		c.what, result = ofAggregate, call.Agg.Result
		c.info.Result = result
	} else if result = call.Func.Result; !c.names(call) {
		return nil
	}
	c.value = column.New(types.KindOf(result))
	return c
}

// atEdge makes c the value of the partition's first row or of its last one, where frames reach there and always beyond their own row.
func (c *runningCall) atEdge() bool {
	f := &c.call.Frame
	if c.call.Func == nil || f.Exclude != function.ExcludeNothing {
		return false
	}
	if !constantOffset(f.Start) || !constantOffset(f.End) {
		return false
	}
	switch {
	case c.call.Func.Name == "first_value" && f.Start.Kind == plan.UnboundedPreceding && f.End.Kind != plan.Preceding:
		c.what = ofFirst
	case c.call.Func.Name == "last_value" && f.End.Kind == plan.UnboundedFollowing && f.Start.Kind != plan.Following:
		c.what, c.upTo = ofLast, atPartition
	default:
		return false
	}
	return true
}

// constantOffset reports whether a bound has no offset, or one that is a constant and no error: those of others are found when the frame is.
func constantOffset(b plan.FrameBound) bool {
	if b.Offset == nil {
		return true
	}
	c, ok := b.Offset.(*plan.Const)
	return ok && b.Range == nil && !c.Value.Null(0) && c.Value.Int(0) >= 0
}

// moves makes c a call over a moving frame; nil where it isn't one.
func (c *runningCall) moves() *runningCall {
	m := movingOf(c.call)
	if m == nil {
		return nil
	}
	c.what, c.moving = ofMoving, m
	if c.agg != nil {
		c.info.Result = c.agg.Result
	} else {
		m.values = column.New(types.KindOf(c.call.Func.Result))
	}
	c.value = column.New(types.KindOf(c.info.Result))
	return c
}

// keeps tells the window what the call reads of each row.
func (c *runningCall) keeps(w *window, rt *Runtime) error {
	for _, a := range c.call.Args {
		at, err := w.keeps(rt, a)
		if err != nil {
			return err
		}
		c.args = append(c.args, at)
		c.info.Args = append(c.info.Args, a.Type())
	}
	var err error
	if c.call.Filter != nil {
		c.filter, err = w.keeps(rt, c.call.Filter)
	}
	if c.moving != nil && c.agg != nil {
		c.moving.agg = &frameAggregate{agg: c.agg, info: c.info}
	}
	return err
}

// names finds what a window function computes; false: it has no running form.
func (c *runningCall) names(call *plan.WindowCall) bool {
	constant := func(i int) (int64, bool) {
		k, ok := call.Args[i].(*plan.Const)
		if !ok || k.Value.Null(0) {
			return 0, false
		}
		return k.Value.Int(0), true
	}
	ok := true
	switch call.Func.Name {
	case "row_number":
		c.what = ofNumber
	case "rank":
		c.what = ofRank
	case "dense_rank":
		c.what = ofDense
	case "percent_rank":
		c.what = ofPercent
	case "cume_dist":
		c.what = ofDist
	case "ntile":
		c.what = ofTile
		c.buckets, ok = constant(0)
	case "lag", "lead":
		c.what, c.shift = ofNeighbour, 1
		if len(call.Args) > 1 {
			c.shift, ok = constant(1)
		}
		if call.Func.Name == "lag" {
			c.shift = -c.shift
		}
	case "first_value":
		c.what = ofFirst
	case "last_value":
		c.what = ofLast
	default:
		return false
	}
	return ok
}

// needs is how far a call looks behind and ahead of a row, and whether it needs to know where its peers, or the partition, end.
func (c *runningCall) needs() (behind, ahead int64, peers, partition bool) {
	switch c.what {
	case ofRank, ofDense:
		return 0, 0, true, false
	case ofPercent, ofDist:
		return 0, 0, true, true
	case ofTile:
		return 0, 0, false, true
	case ofNeighbour:
		return max(-c.shift, 0), max(c.shift, 0), false, false
	case ofMoving:
		return max(-c.moving.lo, 0), max(c.moving.hi, 0), false, false
	case ofLast, ofAggregate:
		return 0, 0, c.upTo == atPeers, c.upTo == atPartition
	}
	return 0, 0, false, false
}

func (c *runningCall) bytes() int64 {
	n := 4*int64(cap(c.zeros)+cap(c.rows)) + bytesOf([]*column.Vector{c.value})
	if c.state != nil {
		n += c.state.Bytes()
	}
	if c.moving != nil {
		n += c.moving.bytes()
	}
	return n
}

// begin begins a partition.
func (c *runningCall) begin() {
	c.value.Reset(c.value.Kind)
	c.cursor.have = 0
	if c.moving != nil {
		c.moving.cursor.have = 0
		return
	}
	if c.agg != nil {
		c.state = c.agg.New(&c.info)
		c.state.Resize(1)
	}
}

// enter takes in rows of n of a partition as they come; first: they are its first.
func (c *runningCall) enter(n int, sel column.Selection, kept []*column.Vector, first bool) error {
	switch {
	case c.what == ofFirst && first:
		c.keep(kept, int(sel[0]))
	case c.what == ofLast && c.upTo == atPartition:
		c.keep(kept, int(sel[len(sel)-1]))
	case c.what == ofAggregate && c.upTo == atPartition:
		return c.feed(n, sel, kept)
	}
	return nil
}

// peers takes in rows of n that belong to the peers at hand.
func (c *runningCall) peers(n, from, to int, kept []*column.Vector) error {
	switch {
	case c.upTo != atPeers:
	case c.what == ofLast:
		c.keep(kept, to-1)
	case c.what == ofAggregate:
		return c.feedRange(n, from, to, kept)
	}
	return nil
}

func (c *runningCall) keep(kept []*column.Vector, row int) {
	c.value.Reset(c.value.Kind)
	c.value.AppendFrom(kept[c.args[0]], row)
}

func (c *runningCall) feedRange(n, from, to int, kept []*column.Vector) error {
	c.rows = room(c.rows, to-from)
	for i := from; i < to; i++ {
		c.rows = append(c.rows, int32(i))
	}
	return c.feed(n, c.rows, kept)
}

// feed adds rows sel of n to the state.
func (c *runningCall) feed(n int, sel column.Selection, kept []*column.Vector) error {
	if c.filter >= 0 {
		v, pass := kept[c.filter], make([]int32, 0, len(sel))
		for _, i := range sel {
			if !v.Null(int(i)) && v.Bool(int(i)) {
				pass = append(pass, i)
			}
		}
		sel = pass
	}
	if len(sel) == 0 {
		return nil
	}
	if len(c.zeros) < n {
		c.zeros = make([]int32, max(n, column.BatchRows))
	}
	args := make([]*column.Vector, len(c.args))
	for k, at := range c.args {
		args[k] = kept[at]
	}
	return c.state.Add(&c.info, n, sel, c.zeros[:n], args)
}

// settle computes the value of what was fed, which holds for rows up to where the frames of this end do.
func (c *runningCall) settle(end frameEnd) error {
	if c.what != ofAggregate || c.upTo != end {
		return nil
	}
	c.value.Reset(c.value.Kind)
	return c.state.Result(&c.info, 1, c.value)
}
