package exec

import (
	"context"
	"math"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
)

// join collects its right input, by key where there are keys, and then streams the left one: each left row
// makes pairs with the right rows of its key, or with all; the condition decides which pairs count.
type join struct {
	kind        plan.JoinKind
	left, right plan.Batches
	leftKeys    []evaluator
	rightKeys   []evaluator
	cond        *filter // nil: none
	kinds       []column.Kind
	leftWidth   int
	meter       meter

	// The right side, once collected.
	collected bool
	rows      int
	cols      []*column.Vector // Plain
	hash      *groups          // nil: every pair
	first     []int32          // by group: its first row
	last      []int32
	chain     []int32       // by row: the next row of the same group, -1 none
	matched   column.Bitmap // right rows that were in a pair; only for right and full joins

	// The left batch at work.
	in          column.Batch
	have        bool
	at          int   // position in in's selection
	pair        int32 // the right row that comes next for it, -1 none, -2 not looked up
	keys        []*column.Vector
	leftMatched column.Bitmap
	sel         []int32

	li, ri   []int32
	out      column.Batch
	leftDone bool
	rest     int // right rows looked through for those that matched nothing
}

// notLookedUp is join.pair before the row's key has been looked up.
const notLookedUp = -2

func openJoin(ctx context.Context, n *plan.Join, rt *Runtime) (plan.Batches, error) {
	j := &join{kind: n.Kind, leftWidth: len(n.Left.Columns()), meter: meter{acc: rt.Memory}, pair: notLookedUp}
	var err error
	if j.leftKeys, err = compileAll(rt, n.LeftKeys); err != nil {
		return nil, err
	}
	if j.rightKeys, err = compileAll(rt, n.RightKeys); err != nil {
		return nil, err
	}
	if n.Cond != nil {
		cond, err := compile(rt, n.Cond)
		if err != nil {
			return nil, err
		}
		j.cond = newFilter(cond)
	}
	if len(n.RightKeys) > 0 {
		var keyTypes []types.OID
		for _, k := range n.RightKeys {
			keyTypes = append(keyTypes, k.Type())
		}
		j.hash = newGroups(keyTypes)
	}
	for _, in := range []plan.Node{n.Left, n.Right} {
		for _, c := range in.Columns() {
			j.kinds = append(j.kinds, types.KindOf(c.Type))
		}
	}
	for _, k := range j.kinds[j.leftWidth:] {
		j.cols = append(j.cols, column.New(k))
	}
	if j.left, err = build(ctx, n.Left, rt); err != nil {
		return nil, err
	}
	if j.right, err = build(ctx, n.Right, rt); err != nil {
		j.left.Close()
		return nil, err
	}
	return j, nil
}

func (j *join) Next(ctx context.Context, b *column.Batch) (bool, error) {
	if !j.collected {
		if err := j.collect(ctx); err != nil {
			return false, err
		}
		j.collected = true
	}
	for {
		if err := ended(ctx); err != nil {
			return false, err
		}
		switch {
		case j.have:
			ok, err := j.pairs(b)
			if ok || err != nil {
				return ok, err
			}
		case j.leftDone:
			return j.unmatchedRight(b), nil
		default:
			ok, err := j.left.Next(ctx, &j.in)
			if err != nil {
				return false, err
			}
			if !ok {
				j.leftDone = true
				continue
			}
			if err := j.begin(); err != nil {
				return false, err
			}
		}
	}
}

// collect draws the right input.
func (j *join) collect(ctx context.Context) error {
	var in column.Batch
	var of, keyed []int32
	for {
		if err := ended(ctx); err != nil {
			return err
		}
		ok, err := j.right.Next(ctx, &in)
		if err != nil {
			return err
		}
		if !ok {
			break
		}
		rows := in.Rows()
		need := bytesOf(j.cols) + 2*payload(in.Cols, rows) + 16*int64(j.rows+rows)
		if j.hash != nil {
			need += j.hash.bytes() + j.hash.growth(in.Cols, rows)
		}
		if err := j.meter.ensure(need); err != nil {
			return err
		}
		for i, v := range in.Cols {
			if len(j.cols[i].Bytes) > math.MaxInt32/2 {
				return types.Errorf(types.CodeProgramLimitExceeded, "the right side of a join exceeds 1 GiB in one column")
			}
			appendRows(j.cols[i], v, in.Sel)
		}
		for range rows {
			j.chain = append(j.chain, -1)
		}
		if j.hash != nil {
			keys, err := evalAll(j.rightKeys, &in)
			if err != nil {
				return err
			}
			if cap(of) < in.Len {
				of = make([]int32, in.Len)
			}
			of = of[:in.Len]
			keyed = room(keyed, in.Len)
			for i := range each(in.Sel, in.Len) {
				if !anyNull(keys, i) { // a null equals nothing
					keyed = append(keyed, int32(i))
				}
			}
			if err := j.hash.assign(in.Len, keyed, keys, of); err != nil {
				return err
			}
			row := j.rows
			for i := range each(in.Sel, in.Len) {
				if !anyNull(keys, i) {
					j.link(int(of[i]), int32(row))
				}
				row++
			}
		}
		j.rows += rows
	}
	j.right.Close()
	if j.kind == plan.RightJoin || j.kind == plan.FullJoin {
		j.matched = column.NewBitmap(j.rows)
	}
	return nil
}

// link puts a right row at the end of its group's chain. Groups are numbered as they appear, so a new one is the next.
func (j *join) link(group int, row int32) {
	if group == len(j.first) {
		j.first, j.last = append(j.first, row), append(j.last, row)
		return
	}
	j.chain[j.last[group]] = row
	j.last[group] = row
}

func evalAll(evs []evaluator, b *column.Batch) ([]*column.Vector, error) {
	out := make([]*column.Vector, len(evs))
	for i, e := range evs {
		v, err := e.eval(b, b.Sel)
		if err != nil {
			return nil, err
		}
		out[i] = v
	}
	return out, nil
}

func anyNull(vs []*column.Vector, i int) bool {
	for _, v := range vs {
		if v.Null(i) {
			return true
		}
	}
	return false
}

// begin starts on a left batch.
func (j *join) begin() (err error) {
	if j.keys, err = evalAll(j.leftKeys, &j.in); err != nil {
		return err
	}
	j.have, j.at, j.pair = true, 0, notLookedUp
	j.leftMatched = j.leftMatched[:0].Resize(j.in.Len)
	return nil
}

// pairs yields the next pairs of the left batch that count, or in the end the left rows that found none.
func (j *join) pairs(b *column.Batch) (bool, error) {
	j.li, j.ri = j.li[:0], j.ri[:0]
	for j.at < j.in.Rows() && len(j.li) < column.BatchRows {
		i := j.at
		if j.in.Sel != nil {
			i = int(j.in.Sel[j.at])
		}
		if j.pair == notLookedUp {
			j.pair = j.firstPair(i)
		}
		for j.pair >= 0 && len(j.li) < column.BatchRows {
			j.li, j.ri = append(j.li, int32(i)), append(j.ri, j.pair)
			j.pair = j.nextPair(j.pair)
		}
		if j.pair < 0 {
			j.at, j.pair = j.at+1, notLookedUp
		}
	}
	if len(j.li) == 0 {
		j.have = false
		return j.unmatchedLeft(b), nil
	}
	j.out.Reset(j.kinds)
	for c, v := range j.in.Cols {
		appendRows(j.out.Cols[c], v, j.li)
	}
	for c, v := range j.cols {
		appendRows(j.out.Cols[j.leftWidth+c], v, j.ri)
	}
	j.out.Len = len(j.li)
	*b = j.out
	if j.cond != nil {
		sel, err := j.cond.apply(b, nil)
		if err != nil {
			return false, err
		}
		b.Sel = sel
	}
	for p := range each(b.Sel, b.Len) {
		j.leftMatched.Set(int(j.li[p]))
		if j.matched != nil {
			j.matched.Set(int(j.ri[p]))
		}
	}
	return b.Rows() > 0, nil
}

// firstPair is the first right row for row i of the left batch, -1 none.
func (j *join) firstPair(i int) int32 {
	if j.hash == nil {
		if j.rows == 0 {
			return -1
		}
		return 0
	}
	g := j.hash.find(j.keys, i)
	if g < 0 {
		return -1
	}
	return j.first[g]
}

func (j *join) nextPair(row int32) int32 {
	if j.hash != nil {
		return j.chain[row]
	}
	if int(row)+1 < j.rows {
		return row + 1
	}
	return -1
}

// unmatchedLeft yields the rows of the left batch that were in no pair, with nulls beside them.
func (j *join) unmatchedLeft(b *column.Batch) bool {
	if j.kind != plan.LeftJoin && j.kind != plan.FullJoin {
		return false
	}
	j.sel = room(j.sel, j.in.Len)
	for i := range each(j.in.Sel, j.in.Len) {
		if !j.leftMatched.Get(i) {
			j.sel = append(j.sel, int32(i))
		}
	}
	if len(j.sel) == 0 {
		return false
	}
	cols := append([]*column.Vector(nil), j.in.Cols...)
	for _, k := range j.kinds[j.leftWidth:] {
		cols = append(cols, column.NewNull(k, j.in.Len))
	}
	*b = column.Batch{Len: j.in.Len, Cols: cols, Sel: j.sel}
	return true
}

// unmatchedRight yields the right rows that were in no pair, a batch at a time.
func (j *join) unmatchedRight(b *column.Batch) bool {
	if j.matched == nil {
		return false
	}
	j.ri = j.ri[:0]
	for ; j.rest < j.rows && len(j.ri) < column.BatchRows; j.rest++ {
		if !j.matched.Get(j.rest) {
			j.ri = append(j.ri, int32(j.rest))
		}
	}
	if len(j.ri) == 0 {
		return false
	}
	j.out.Reset(j.kinds)
	for c := range j.leftWidth {
		appendNulls(j.out.Cols[c], len(j.ri))
	}
	for c, v := range j.cols {
		appendRows(j.out.Cols[j.leftWidth+c], v, j.ri)
	}
	j.out.Len = len(j.ri)
	*b = j.out
	return true
}

func (j *join) Close() {
	j.left.Close()
	j.right.Close()
	j.meter.release()
}
