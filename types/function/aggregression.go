package function

import (
	"math"

	"github.com/flare-pg/flare-pg/column"
)

// regression are the sums of pairs (y, x), kept as PostgreSQL keeps them: the squares as distances from the mean, so that they stay exact.
type regression struct{ n, sx, sxx, sy, syy, sxy float64 }

func (s *regression) add(y, x float64) {
	old := s.n
	s.n++
	s.sx += x
	s.sy += y
	if old == 0 {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			s.sxx, s.sxy = math.NaN(), math.NaN()
		}
		if math.IsNaN(y) || math.IsInf(y, 0) {
			s.syy, s.sxy = math.NaN(), math.NaN()
		}
		return
	}
	dx, dy, scale := x*s.n-s.sx, y*s.n-s.sy, 1/(s.n*old)
	s.sxx += dx * dx * scale
	s.syy += dy * dy * scale
	s.sxy += dx * dy * scale
}

func (s *regression) merge(o regression) {
	if o.n == 0 {
		return
	}
	if s.n == 0 {
		*s = o
		return
	}
	n := s.n + o.n
	dx, dy := s.sx/s.n-o.sx/o.n, s.sy/s.n-o.sy/o.n
	s.sxx += o.sxx + s.n*o.n*dx*dx/n
	s.syy += o.syy + s.n*o.n*dy*dy/n
	s.sxy += o.sxy + s.n*o.n*dx*dy/n
	s.sx, s.sy, s.n = s.sx+o.sx, s.sy+o.sy, n
}

// regressionResults are the aggregates over pairs; ok is false for null.
var regressionResults = map[string]func(s regression) (x float64, ok bool){
	"regr_sxx":   func(s regression) (float64, bool) { return s.sxx, s.n >= 1 },
	"regr_syy":   func(s regression) (float64, bool) { return s.syy, s.n >= 1 },
	"regr_sxy":   func(s regression) (float64, bool) { return s.sxy, s.n >= 1 },
	"regr_avgx":  func(s regression) (float64, bool) { return s.sx / s.n, s.n >= 1 },
	"regr_avgy":  func(s regression) (float64, bool) { return s.sy / s.n, s.n >= 1 },
	"covar_pop":  func(s regression) (float64, bool) { return s.sxy / s.n, s.n >= 1 },
	"covar_samp": func(s regression) (float64, bool) { return s.sxy / (s.n - 1), s.n >= 2 },
	"corr": func(s regression) (float64, bool) {
		return s.sxy / math.Sqrt(s.sxx*s.syy), s.n >= 1 && s.sxx != 0 && s.syy != 0
	},
	"regr_r2": func(s regression) (float64, bool) {
		if s.syy == 0 {
			return 1, s.n >= 1 && s.sxx != 0
		}
		return s.sxy * s.sxy / (s.sxx * s.syy), s.n >= 1 && s.sxx != 0
	},
	"regr_slope":     func(s regression) (float64, bool) { return s.sxy / s.sxx, s.n >= 1 && s.sxx != 0 },
	"regr_intercept": func(s regression) (float64, bool) { return (s.sy - s.sx*s.sxy/s.sxx) / s.n, s.n >= 1 && s.sxx != 0 },
}

func registerRegression(r *registry) {
	for name, result := range regressionResults {
		r.agg(name+"(float8,float8)", func(*Call) Accumulator {
			return &regressionAgg{finish: func(s regression, out *column.Vector) {
				if x, ok := result(s); ok {
					out.AppendFloat(x)
				} else {
					out.AppendNull()
				}
			}}
		})
	}
	r.agg("regr_count(float8,float8)", func(*Call) Accumulator {
		return &regressionAgg{finish: func(s regression, out *column.Vector) { out.AppendInt(int64(s.n)) }}
	})
}

// regressionAgg is an aggregate over pairs of which neither is null.
type regressionAgg struct {
	groups []regression
	finish func(s regression, out *column.Vector)
}

func (a *regressionAgg) Resize(n int) { a.groups = grow(a.groups, n) }

func (a *regressionAgg) Add(_ *Call, n int, sel column.Selection, groups []int32, args []*column.Vector) error {
	y, x := args[0], args[1]
	return eachSelected(n, sel, func(i int) error {
		if !y.Null(i) && !x.Null(i) {
			a.groups[groupOf(groups, i)].add(y.Float(i), x.Float(i))
		}
		return nil
	})
}

func (a *regressionAgg) Merge(other Accumulator, to []int32) error {
	for g, s := range other.(*regressionAgg).groups {
		a.groups[to[g]].merge(s)
	}
	return nil
}

func (a *regressionAgg) Result(_ *Call, n int, out *column.Vector) error {
	for _, s := range a.groups[:n] {
		a.finish(s, out)
	}
	return nil
}

func (a *regressionAgg) Bytes() int64 { return 48 * int64(cap(a.groups)) }
