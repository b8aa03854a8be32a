package engine

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/flare-pg/flare-pg/nql"
)

// Scan lists the fragments that together deliver what spec asks for. They may be drawn in any order and at once, each by one
// goroutine, and each must be closed, drawn or not, before the transaction is.
func (tx *ReadTx) Scan(spec Spec) ([]Fragment, error) {
	if tx.g.schema.Stream(spec.Stream) == nil {
		if spec.Stage == nil {
			return nil, fmt.Errorf("%w: %d", ErrNoStream, spec.Stream)
		}
	}
	program, err := nql.CompileRows(spec.Where, spec.Params, spec.Columns)
	if err != nil {
		return nil, err
	}
	var all []segment
	for _, f := range tx.g.files[spec.Stream] {
		if f.lost != nil { // what is missing can be anywhere in its range
			if from, to := f.bounds(); to <= spec.From || from >= spec.To {
				continue
			}
		} else if f.Events == 0 || f.Max < spec.From || f.Min >= spec.To {
			continue
		}
		if gaps := f.gaps(); len(gaps) > 0 || f.lost != nil {
			all = append(all, &tickSegment{f, gaps})
		}
		for _, r := range f.runs {
			if n := len(r.events); n > 0 && r.events[n-1].ts >= spec.From && r.events[0].ts < spec.To {
				all = append(all, runSegment{r, f})
			}
		}
	}
	if spec.Stage != nil {
		for _, s := range spec.Stage.snapshot(spec.Stream) {
			if from, to := s.bounds(); to <= spec.From || from >= spec.To {
				if err := s.release(); err != nil {
					return nil, err
				}
				continue
			}
			all = append(all, s)
		}
	}
	groups := overlapping(all)
	out := make([]Fragment, len(groups))
	for i, g := range groups {
		f := &fragment{spec: &spec, store: tx.s, segments: g.segments, from: max(g.from, spec.From), to: min(g.to, spec.To), program: program}
		if spec.Order == nql.Descending {
			out[len(groups)-1-i] = f
		} else {
			out[i] = f
		}
	}
	return out, nil
}

// group is segments that overlap in time.
type group struct {
	from, to int64
	segments []segment
}

// overlapping puts segments that overlap, directly or through others, into one group; groups in order of time.
func overlapping(all []segment) []group {
	slices.SortStableFunc(all, func(a, b segment) int {
		x, _ := a.bounds()
		y, _ := b.bounds()
		return cmp.Compare(x, y)
	})
	var out []group
	for _, s := range all {
		from, to := s.bounds()
		if n := len(out); n > 0 && from < out[n-1].to {
			g := &out[n-1]
			g.segments, g.to = append(g.segments, s), max(g.to, to)
			continue
		}
		out = append(out, group{from, to, []segment{s}})
	}
	return out
}
