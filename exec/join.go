package exec

import (
	"context"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
)

// join collects its right input, by key where there are keys, and then streams the left one: each left row
// makes pairs with the right rows of its key, or with all; the condition decides which pairs count.
// What it does where the right side has no room is in join_spill.go.
type join struct {
	rt       *Runtime
	kind     plan.JoinKind
	cond     *filter // nil: none
	kinds    []column.Kind
	keyTypes []types.OID
	meter    meter
	stats    *NodeStats

	left, right         plan.Batches // of the pass
	leftSide, rightSide joinSide
	built               *built
	stage               joinStage
	spill               joinSpill

	// The left batch at work.
	in          column.Batch // its columns are the input's, keys that are computed may be behind them
	have        bool
	at          int   // position in in's selection
	pair        int32 // the right row that comes next for it, -1 none, -2 not looked up
	most        int   // pairs at once
	keys        []*column.Vector
	leftMatched column.Bitmap
	sel         []int32

	li, ri []int32
	out    column.Batch
	whole  bool             // pairs come in the left batch's place
	cols   []*column.Vector // of it then
	rest   int              // right rows looked through for those that matched nothing
}

type joinStage uint8

const (
	joinCollects joinStage = iota // the right side
	joinStreams                   // the left side
	joinRest                      // the right rows that were in no pair
	joinDone
)

// notLookedUp is join.pair before the row's key has been looked up.
const notLookedUp = -2

func openJoin(ctx context.Context, n *plan.Join, rt *Runtime) (plan.Batches, error) {
	j := &join{rt: rt, kind: n.Kind, meter: rt.hashMeter(), pair: notLookedUp, stats: rt.Stats.Of(n)}
	var err error
	if j.leftSide, err = newJoinSide(rt, n.LeftKeys, kindsOfNode(n.Left)); err != nil {
		return nil, err
	}
	if j.rightSide, err = newJoinSide(rt, n.RightKeys, kindsOfNode(n.Right)); err != nil {
		return nil, err
	}
	if n.Cond != nil {
		cond, err := compile(rt, n.Cond)
		if err != nil {
			return nil, err
		}
		j.cond = newFilter(cond)
	}
	for _, k := range n.RightKeys {
		j.keyTypes = append(j.keyTypes, k.Type())
	}
	j.kinds = append(kindsOfNode(n.Left), kindsOfNode(n.Right)...)
	if j.left, err = j.openLeft(ctx, n, rt); err != nil {
		return nil, err
	}
	if j.right, err = build(ctx, n.Right, rt); err != nil {
		j.left.Close()
		return nil, err
	}
	return j, nil
}

// keepsLeft reports whether left rows come without a pair, too; keepsRight the same of right rows.
func (j *join) keepsLeft() bool  { return j.kind == plan.LeftJoin || j.kind == plan.FullJoin }
func (j *join) keepsRight() bool { return j.kind == plan.RightJoin || j.kind == plan.FullJoin }

func (j *join) Next(ctx context.Context, b *column.Batch) (bool, error) {
	for {
		if err := ended(ctx); err != nil {
			return false, err
		}
		var ok bool
		var err error
		switch {
		case j.stage == joinCollects:
			err = j.collect(ctx)
		case j.stage == joinStreams && j.have:
			ok, err = j.pairs(b)
		case j.stage == joinStreams:
			err = j.nextLeft(ctx)
		case j.stage == joinRest:
			if ok = j.unmatchedRight(b); !ok {
				err = j.nextPass()
			}
		default:
			return false, nil
		}
		if ok || err != nil {
			return ok, err
		}
	}
}

// nextLeft draws a left batch.
func (j *join) nextLeft(ctx context.Context) error {
	ok, err := j.left.Next(ctx, &j.in)
	if err != nil {
		return err
	}
	if !ok {
		j.stage = joinRest
		return nil
	}
	if j.keys, err = j.leftSide.keysOf(&j.in); err != nil {
		return err
	}
	j.have, j.at, j.pair = true, 0, notLookedUp
	j.built.look(j.keys)
	j.most = j.atOnce(payload(j.in.Cols, 1))
	j.mark()
	return nil
}

// atOnce is how many pairs are yielded at once, so that they don't take much memory, where a left row has so many bytes.
func (j *join) atOnce(left int64) int {
	return int(min(max(sortedBytes/max(j.built.width()+left, 1), 16), column.BatchRows))
}

// pairs yields the next pairs of the left batch that count, or in the end the left rows that found none.
func (j *join) pairs(b *column.Batch) (bool, error) {
	if j.whole && j.at < j.in.Rows() {
		return j.pairsInPlace(b)
	}
	j.li, j.ri = j.li[:0], j.ri[:0]
	for j.at < j.in.Rows() && len(j.li) < j.most {
		i := j.at
		if j.in.Sel != nil {
			i = int(j.in.Sel[j.at])
		}
		if j.pair == notLookedUp {
			j.pair = j.built.firstPair(j.keys, i)
		}
		for j.pair >= 0 && len(j.li) < j.most {
			j.li, j.ri = append(j.li, int32(i)), append(j.ri, j.pair)
			j.pair = j.built.nextPair(j.pair)
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
	for c, v := range j.in.Cols[:j.leftSide.width] {
		appendRows(j.out.Cols[c], v, j.li)
	}
	for c, v := range j.built.cols[:j.rightSide.width] {
		appendRows(j.out.Cols[j.leftSide.width+c], v, j.ri)
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
		j.leftMatched.Set(j.spill.base + int(j.li[p]))
		if j.built.matched != nil {
			j.built.matched.Set(int(j.ri[p]))
		}
	}
	return b.Rows() > 0, nil
}

// unmatchedLeft yields the rows of the left batch that were in no pair, with nulls beside them.
func (j *join) unmatchedLeft(b *column.Batch) bool {
	if !j.keepsLeft() || !j.spill.ended {
		return false
	}
	j.sel = room(j.sel, j.in.Len)
	for i := range each(j.in.Sel, j.in.Len) {
		if !j.leftMatched.Get(j.spill.base + i) {
			j.sel = append(j.sel, int32(i))
		}
	}
	if len(j.sel) == 0 {
		return false
	}
	cols := append([]*column.Vector(nil), j.in.Cols[:j.leftSide.width]...)
	for _, k := range j.kinds[j.leftSide.width:] {
		cols = append(cols, column.NewNull(k, j.in.Len))
	}
	*b = column.Batch{Len: j.in.Len, Cols: cols, Sel: j.sel}
	return true
}

// unmatchedRight yields the right rows that were in no pair, a batch at a time.
func (j *join) unmatchedRight(b *column.Batch) bool {
	if j.built.matched == nil {
		return false
	}
	j.ri = j.ri[:0]
	for most := j.atOnce(0); j.rest < j.built.rows && len(j.ri) < most; j.rest++ {
		if !j.built.matched.Get(j.rest) {
			j.ri = append(j.ri, int32(j.rest))
		}
	}
	if len(j.ri) == 0 {
		return false
	}
	j.out.Reset(j.kinds)
	for c := range j.leftSide.width {
		appendNulls(j.out.Cols[c], len(j.ri))
	}
	for c, v := range j.built.cols[:j.rightSide.width] {
		appendRows(j.out.Cols[j.leftSide.width+c], v, j.ri)
	}
	j.out.Len = len(j.ri)
	*b = j.out
	return true
}

func (j *join) Close() {
	j.left.Close()
	j.right.Close()
	j.stats.took(j.meter.peak, j.spill.disk, max(j.spill.parts, 1))
	j.spill.close()
	j.built = nil
	j.meter.release()
}

func anyNull(vs []*column.Vector, i int) bool {
	for _, v := range vs {
		if v.Null(i) {
			return true
		}
	}
	return false
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
