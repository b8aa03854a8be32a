package exec

import (
	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/function"
)

// frameAggregate computes an aggregate over the frame of one row after the other. Where all frames begin with the partition, rows are
// added to one state as the frames grow. Else small frames are aggregated anew, and large ones from the states of a tree over the partition: its leaves
// are of treeLeaf rows each, and are built, as the nodes above them, when a frame first covers them. So each row costs a number of steps
// that grows with the logarithm of the frame, whatever the aggregate, and the order of rows within a state is kept.
type frameAggregate struct {
	agg  *function.Aggregate
	info function.Call

	p     *function.Partition
	args  []*column.Vector
	rows  []int32 // those that FILTER leaves
	upto  []int32 // by row: how many of rows stand before it; nil: rows are all
	zeros []int32 // the group of every row

	growing  bool
	tree     [][]function.Accumulator // by level; nil: frames are small
	treeSize int64

	state    function.Accumulator // of rows before fed
	fed      int
	some     bool // the frame from … to has been computed: last
	from, to int
	last     *column.Vector
	parts    []function.Part
}

const (
	treeLeaf = 32
	// smallFrame is the mean size of frames up to which a tree isn't worth it.
	smallFrame = 2 * treeLeaf
)

// begin takes a partition in.
func (a *frameAggregate) begin(p *function.Partition, args []*column.Vector, filter *column.Vector) {
	a.p, a.args, a.some, a.fed, a.tree, a.treeSize = p, args, false, 0, nil, 0
	a.rows, a.upto = a.rows[:0], a.upto[:0]
	for i := range p.Rows {
		if filter != nil {
			a.upto = append(a.upto, int32(len(a.rows)))
			if filter.Null(i) || !filter.Bool(i) {
				continue
			}
		}
		a.rows = append(a.rows, int32(i))
	}
	if filter != nil {
		a.upto = append(a.upto, int32(len(a.rows)))
	} else {
		a.upto = nil
	}
	if cap(a.zeros) < p.Rows {
		a.zeros = make([]int32, p.Rows)
	}
	a.zeros = a.zeros[:p.Rows]
	a.growing, a.state = p.Exclude == function.ExcludeNothing, a.empty()
	total := int64(0)
	for i := range p.Rows {
		a.growing = a.growing && p.From[i] == 0
		total += int64(max(p.To[i]-p.From[i], 0))
	}
	if !a.growing && total > smallFrame*int64(p.Rows) {
		a.tree = [][]function.Accumulator{make([]function.Accumulator, (p.Rows+treeLeaf-1)/treeLeaf)}
	}
	if a.last == nil {
		a.last = column.New(types.KindOf(a.info.Result))
	}
}

func (a *frameAggregate) bytes() int64 {
	n := 4*int64(cap(a.rows)+cap(a.upto)+cap(a.zeros)) + a.treeSize
	if a.state != nil {
		n += a.state.Bytes()
	}
	if a.last != nil {
		n += bytesOf([]*column.Vector{a.last})
	}
	return n
}

// empty is a state without rows.
func (a *frameAggregate) empty() function.Accumulator {
	s := a.agg.New(&a.info)
	s.Resize(1)
	return s
}

// add adds the rows from … to-1 to a state.
func (a *frameAggregate) add(s function.Accumulator, from, to int) error {
	if a.upto != nil {
		from, to = int(a.upto[from]), int(a.upto[to])
	}
	if from >= to {
		return nil
	}
	return s.Add(&a.info, a.p.Rows, a.rows[from:to], a.zeros, a.args)
}

// results appends those of rows from … to-1, which come one after the other.
func (a *frameAggregate) results(from, to int, out *column.Vector) error {
	for i := from; i < to; i++ {
		lo, hi := int(a.p.From[i]), int(a.p.To[i])
		if !a.some || a.p.Exclude != function.ExcludeNothing || lo != a.from || hi != a.to {
			if err := a.frame(i, lo, hi); err != nil {
				return err
			}
			a.some, a.from, a.to = true, lo, hi
		}
		out.AppendFrom(a.last, 0)
	}
	return nil
}

// frame computes row i's frame.
func (a *frameAggregate) frame(i, from, to int) error {
	s := a.state
	if a.growing {
		if err := a.add(s, a.fed, max(to, a.fed)); err != nil {
			return err
		}
		a.fed = max(to, a.fed)
	} else {
		s = a.empty()
		a.parts = a.p.Frame(a.parts[:0], i)
		for _, p := range a.parts {
			if err := a.part(s, p.From, p.To); err != nil {
				return err
			}
		}
	}
	a.last.Reset(a.last.Kind)
	return s.Result(&a.info, 1, a.last)
}

// part adds a run of rows to a state: what stands before the first leaf and behind the last one by itself, what is between from the tree.
func (a *frameAggregate) part(s function.Accumulator, from, to int) error {
	first, last := (from+treeLeaf-1)/treeLeaf, to/treeLeaf
	if a.tree == nil || first >= last {
		return a.add(s, from, to)
	}
	if err := a.add(s, from, first*treeLeaf); err != nil {
		return err
	}
	for first < last {
		level := 0
		for first&(1<<level) == 0 && first+2<<level <= last {
			level++
		}
		node, err := a.node(level, first>>level)
		if err != nil {
			return err
		}
		if err := s.Merge(node, []int32{0}); err != nil {
			return err
		}
		first += 1 << level
	}
	return a.add(s, last*treeLeaf, to)
}

// node gives the state of a node of the tree: number i of a level.
func (a *frameAggregate) node(level, i int) (function.Accumulator, error) {
	for len(a.tree) <= level {
		a.tree = append(a.tree, make([]function.Accumulator, (len(a.tree[len(a.tree)-1])+1)/2))
	}
	if s := a.tree[level][i]; s != nil {
		return s, nil
	}
	s := a.empty()
	if level == 0 {
		if err := a.add(s, i*treeLeaf, (i+1)*treeLeaf); err != nil {
			return nil, err
		}
	} else {
		for _, child := range []int{2 * i, 2*i + 1} {
			c, err := a.node(level-1, child)
			if err != nil {
				return nil, err
			}
			if err := s.Merge(c, []int32{0}); err != nil {
				return nil, err
			}
		}
	}
	a.tree[level][i] = s
	a.treeSize += s.Bytes() + 64
	return s, nil
}
