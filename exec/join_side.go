package exec

import (
	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
)

// joinSide knows the keys of one side. Rows of the side are its input's columns; where they are kept, the keys that are computed are behind them.
type joinSide struct {
	width int // of the input
	kinds []column.Kind
	evs   []evaluator
	keyAt []int // by key: its column
	wide  bool  // the batches at hand have the computed keys already
	cols  []*column.Vector
	keys  []*column.Vector
}

func newJoinSide(rt *Runtime, keys []plan.Expr, kinds []column.Kind) (joinSide, error) {
	s := joinSide{width: len(kinds), kinds: kinds}
	for _, k := range keys {
		if r, ok := k.(*plan.Ref); ok {
			s.keyAt = append(s.keyAt, r.Index)
			continue
		}
		ev, err := compile(rt, k)
		if err != nil {
			return s, err
		}
		s.evs, s.keyAt, s.kinds = append(s.evs, ev), append(s.keyAt, len(s.kinds)), append(s.kinds, types.KindOf(k.Type()))
	}
	return s, nil
}

// keysOf gives the keys of a batch, and lets s.cols be its columns with the computed keys.
func (s *joinSide) keysOf(b *column.Batch) ([]*column.Vector, error) {
	s.cols = append(s.cols[:0], b.Cols...)
	if !s.wide {
		for _, e := range s.evs {
			v, err := e.eval(b, b.Sel)
			if err != nil {
				return nil, err
			}
			s.cols = append(s.cols, v)
		}
	}
	return s.pick(s.cols), nil
}

// pick gives the keys among columns that have the computed ones.
func (s *joinSide) pick(cols []*column.Vector) []*column.Vector {
	s.keys = s.keys[:0]
	for _, at := range s.keyAt {
		s.keys = append(s.keys, cols[at])
	}
	return s.keys
}
