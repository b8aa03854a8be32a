package exec

import (
	"math"
	"runtime"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/nql"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
)

// openPipeline starts a scan with its stages.
func openPipeline(p *pipeline) (plan.Batches, error) {
	stages, err := p.stages() // also where no worker will run them: errors belong to Open
	if err != nil {
		return nil, err
	}
	rt, until := p.rt.whileAt()
	fragments, err := openFragments(rt, p.scan)
	if err != nil {
		return nil, err
	}
	workers := min(p.rt.workers(), len(fragments))
	if workers <= 1 {
		return withStages(newSerialScan(p, fragments), stages), nil
	}
	p = &pipeline{rt: rt, scan: p.scan, above: p.above}
	if p.scan.Order == nql.Unordered {
		s := newParallelScan(p, fragments, workers)
		until(s.ctx)
		return s, nil
	}
	limited := p.scan.Limit >= 0
	if limited { // rows must be counted in order, before a stage drops any
		p.above = nil
	}
	s := newOrderedScan(p, fragments, workers)
	until(s.ctx)
	if limited {
		return withStages(s, stages), nil
	}
	return s, nil
}

func withStages(in plan.Batches, stages []stage) plan.Batches {
	if len(stages) == 0 {
		return in
	}
	return &staged{input: in, stages: stages}
}

func (rt *Runtime) workers() int {
	if rt.Workers > 0 {
		return rt.Workers
	}
	return runtime.GOMAXPROCS(0)
}

// openFragments evaluates what a scan needs to know and begins it. No fragments: no row can match.
func openFragments(rt *Runtime, n *plan.Scan) ([]engine.Fragment, error) {
	spec, some, err := specOf(rt, n)
	if err != nil || !some || !narrowByKeys(rt, n, &spec) {
		return nil, err
	}
	if rt.scan != nil {
		return rt.scan(spec)
	}
	if rt.Tx == nil {
		return nil, types.Errorf(types.CodeInternalError, "a scan without a read transaction")
	}
	return rt.Tx.Scan(spec)
}

// specOf makes what the store is asked for; some is false where no row can match.
func specOf(rt *Runtime, n *plan.Scan) (spec engine.Spec, some bool, err error) {
	from, to, err := timeRange(rt, n.Bounds)
	if err != nil || from >= to || n.Limit == 0 {
		return spec, false, err
	}
	spec = engine.Spec{
		Stream: n.Stream, Where: n.Where, From: from, To: to,
		Columns: n.Reads, Order: n.Order, Stage: rt.Stage, Memory: rt.Memory, SkipDamaged: rt.SkipDamaged,
		Weighted: n.Weighted, AnyOrder: rt.anyOrder,
	}
	if n.Order != nql.Unordered && n.Limit > 0 {
		spec.Limit = n.Limit
	}
	if rt.narrow != nil && rt.narrow.scan == n {
		spec.Narrow = rt.narrow.spec()
	}
	if st := rt.Stats.Of(n); st != nil {
		spec.Stats = &st.Scan
	}
	for _, e := range n.Params {
		v, err := evalOne(rt, e)
		if err != nil {
			return spec, false, err
		}
		x, err := plan.NQLValue(rt.Env, e.Type(), v)
		if err != nil {
			return spec, false, err
		}
		spec.Params = append(spec.Params, x)
	}
	if rt.Compiled != nil {
		spec.Compiled, err = rt.Compiled.of(n, spec.Params)
	}
	return spec, true, err
}

// TimeRange gives the range of @t, from <= @t < to in 100 ns, that a scan's bounds leave; none where from >= to.
func TimeRange(rt *Runtime, n *plan.Scan) (from, to int64, err error) {
	if rt.frame == nil {
		rt = rt.framed()
		defer rt.frame.close()
	}
	return timeRange(rt, n.Bounds)
}

// timeRange evaluates bounds on the timestamp to From <= @t < To in 100 ns. SQL sees @t rounded down to
// microseconds: one of them is ten ticks of @t. An empty range is returned for a null bound.
func timeRange(rt *Runtime, bounds []plan.Bound) (from, to int64, err error) {
	from, to = engine.MinTime, engine.MaxTime
	for _, b := range bounds {
		v, err := evalOne(rt, b.X)
		if err != nil {
			return 0, 0, err
		}
		if v.Kind != column.Timestamp {
			return 0, 0, types.Errorf(types.CodeInternalError, "a time bound of %s", v.Kind)
		}
		if v.Null(0) {
			return 0, 0, nil
		}
		x := v.Int(0)
		switch b.Op {
		case nql.Eq:
			from, to = max(from, ticks(x)), min(to, ticks(next(x)))
		case nql.Ge:
			from = max(from, ticks(x))
		case nql.Gt:
			from = max(from, ticks(next(x)))
		case nql.Lt:
			to = min(to, ticks(x))
		case nql.Le:
			to = min(to, ticks(next(x)))
		default:
			return 0, 0, types.Errorf(types.CodeInternalError, "operator %d in a time bound", b.Op)
		}
		if x == math.MaxInt64 && (b.Op == nql.Eq || b.Op == nql.Ge || b.Op == nql.Gt) || x == math.MinInt64 && b.Op == nql.Lt {
			return 0, 0, nil // no event is at infinity
		}
	}
	return from, to, nil
}

// next is the microsecond after x; infinities stay.
func next(x int64) int64 {
	if x == math.MaxInt64 || x == math.MinInt64 {
		return x
	}
	return x + 1
}

// ticks turns microseconds into 100 ns, clamped to what the engine knows.
func ticks(x int64) int64 {
	switch {
	case x > engine.MaxTime/10:
		return engine.MaxTime
	case x < engine.MinTime/10:
		return engine.MinTime
	}
	return x * 10
}
