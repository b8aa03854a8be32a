package function

import (
	"math"
	"slices"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// registerApproxPercentile registers flare.approx_percentile, which is to percentile_disc as an estimate whose memory does not grow with the number of values.
func registerApproxPercentile(r *registry) {
	names := []string{"value", "fraction"}
	r.ownAgg("approx_percentile(float8,float8)", types.Float8, names, func(*Call) Accumulator { return newApproxPercentile(false) })
	r.ownAgg("approx_percentile(float8,_float8)", types.Float8Array, names, func(*Call) Accumulator { return newApproxPercentile(true) })
}

// approxPercentile keeps a quantileSketch for each group. The fraction, or the array of them, is one for all rows, or else an error.
type approxPercentile struct {
	array    bool
	fraction *column.Vector // one row, once there was one
	groups   []quantileSketch
	size     int64
	values   dense[float64]
}

func newApproxPercentile(array bool) *approxPercentile {
	return &approxPercentile{array: array, values: newDenseFloats()}
}

func (a *approxPercentile) Resize(n int) { a.groups = grow(a.groups, n) }

func (a *approxPercentile) Add(c *Call, n int, sel column.Selection, groups []int32, args []*column.Vector) error {
	if err := a.sameFraction(n, sel, args[1]); err != nil {
		return err
	}
	values, of := a.values.lay(args[0], n, sel, groups)
	for i, x := range values {
		a.size += a.groups[groupOf(of, i)].add(x)
	}
	return nil
}

// sameFraction notes the fraction of the selected rows.
func (a *approxPercentile) sameFraction(n int, sel column.Selection, v *column.Vector) error {
	if sel.Count(n) > 0 && v.Form == column.Constant {
		n, sel = 1, nil
	}
	return eachSelected(n, sel, func(i int) error {
		if a.fraction == nil {
			a.fraction = column.New(v.Kind)
			a.fraction.AppendFrom(v, i)
			return nil
		}
		return a.fits(v, i)
	})
}

func (a *approxPercentile) fits(v *column.Vector, i int) error {
	if a.fraction.Null(0) != v.Null(i) || !v.Null(i) && types.Compare(a.typ(), a.fraction, 0, v, i) != 0 {
		return types.Errorf(types.CodeInvalidParameterValue, "the fraction of flare.approx_percentile must be the same for all rows")
	}
	return nil
}

func (a *approxPercentile) typ() types.OID {
	if a.array {
		return types.Float8Array
	}
	return types.Float8
}

func (a *approxPercentile) Merge(other Accumulator, to []int32) error {
	o := other.(*approxPercentile)
	if a.fraction == nil {
		a.fraction = o.fraction
	} else if o.fraction != nil {
		if err := a.fits(o.fraction, 0); err != nil {
			return err
		}
	}
	for g := range o.groups {
		a.size += a.groups[to[g]].merge(&o.groups[g])
	}
	return nil
}

func (a *approxPercentile) Result(_ *Call, n int, out *column.Vector) error {
	for g := range n {
		s := &a.groups[g]
		if s.n == 0 || a.fraction.Null(0) {
			out.AppendNull()
			continue
		}
		if !a.array {
			if err := s.pick(out, a.fraction.Float(0)); err != nil {
				return err
			}
			continue
		}
		fractions := types.ReadArray(types.Float8, a.fraction.Str(0))
		v := column.New(column.Float64)
		for i := range fractions.Values.Len {
			if fractions.Values.Null(i) {
				v.AppendNull()
			} else if err := s.pick(v, fractions.Values.Float(i)); err != nil {
				return err
			}
		}
		appendArray(out, fractions.Dims, v)
	}
	return nil
}

func (a *approxPercentile) Bytes() int64 {
	return quantileStruct*int64(cap(a.groups)) + a.values.bytes() + a.size
}

// quantileSketch estimates quantiles of doubles. What it holds depends on the values alone, not on their order nor on which sketch was merged into which.
//
// Up to quantileExact values are kept as they are. Beyond, they are counted in buckets whose width grows with the values, as in a histogram with a
// relative error (DDSketch: Masson, Rim, Lee, VLDB 2019). The bucket of a double is its sign, its exponent and the first 7 bits of
// its mantissa, so that a bucket's bounds differ by 1/128 of the lower one at most, and its middle is within 1/256, 0.4 %, of each value in it; that holds for
// normal doubles, those from 2.3e-308 on. The smallest and the largest value are kept besides. Counters are in blocks of one exponent each, of
// which there are as many as exponents of the values: 1 KiB for each power of two between the smallest and the largest.
type quantileSketch struct {
	exact    []int64 // keys of values; nil once there are blocks
	n        int64
	min, max int64
	blocks   []quantileBlock // by exponent, ascending
	last     int             // the block that was added to last
}

// quantileBlock counts the values of one sign and exponent.
type quantileBlock struct {
	exponent int64
	counts   *[1 << quantileBits]int64
}

const (
	quantileBits   = 7 // of the mantissa, that tell buckets apart
	quantileShift  = 52 - quantileBits
	quantileExact  = 64
	quantileStruct = 88 // bytes of a quantileSketch
)

func (s *quantileSketch) bytes() int64 {
	return 8*int64(cap(s.exact)) + 16*int64(cap(s.blocks)) + 8<<quantileBits*int64(len(s.blocks))
}

// add notes a value and gives the bytes by which that made the sketch grow. Values are ordered as PostgreSQL orders them, NaN above all; zeros are alike.
func (s *quantileSketch) add(x float64) int64 {
	if x == 0 {
		x = 0
	}
	return s.addKey(sortableFloat(x))
}

func (s *quantileSketch) addKey(k int64) int64 {
	if s.n == 0 {
		s.min, s.max = k, k
	}
	s.min, s.max = min(s.min, k), max(s.max, k)
	if s.n++; s.n > quantileExact {
		if s.exact == nil {
			return s.count(k, 1)
		}
		return s.spread() + s.count(k, 1)
	}
	before := cap(s.exact)
	s.exact = append(s.exact, k)
	return 8 * int64(cap(s.exact)-before)
}

// spread counts the values that were kept.
func (s *quantileSketch) spread() int64 {
	before := s.bytes()
	exact := s.exact
	s.exact = nil
	for _, k := range exact {
		s.count(k, 1)
	}
	return s.bytes() - before
}

// count adds to the counter of a key.
func (s *quantileSketch) count(k, times int64) (grown int64) {
	exponent := k >> 52
	if s.last >= len(s.blocks) || s.blocks[s.last].exponent != exponent {
		grown = s.seek(exponent)
	}
	s.blocks[s.last].counts[k>>quantileShift&(1<<quantileBits-1)] += times
	return grown
}

// seek makes the block of an exponent the last one.
func (s *quantileSketch) seek(exponent int64) (grown int64) {
	at, found := slices.BinarySearchFunc(s.blocks, exponent, func(b quantileBlock, x int64) int { return int(b.exponent - x) })
	s.last = at
	if found {
		return 0
	}
	before := s.bytes()
	s.blocks = slices.Insert(s.blocks, at, quantileBlock{exponent, new([1 << quantileBits]int64)})
	return s.bytes() - before
}

// merge takes in what another sketch was given.
func (s *quantileSketch) merge(o *quantileSketch) (grown int64) {
	if o.blocks == nil {
		for _, k := range o.exact {
			grown += s.addKey(k)
		}
		return grown
	}
	if s.n == 0 {
		s.min, s.max = o.min, o.max
	}
	s.min, s.max, s.n = min(s.min, o.min), max(s.max, o.max), s.n+o.n
	grown = s.spread()
	for _, b := range o.blocks {
		grown += s.seek(b.exponent)
		into := s.blocks[s.last].counts
		for i, times := range b.counts {
			into[i] += times
		}
	}
	return grown
}

// pick appends the value at a fraction: the first whose place in their order is not before it, as percentile_disc does.
func (s *quantileSketch) pick(out *column.Vector, fraction float64) error {
	if err := checkFraction(fraction); err != nil {
		return err
	}
	out.AppendFloat(floatOfSortable(s.at(max(int64(math.Ceil(fraction*float64(s.n))), 1))))
	return nil
}

// at is the key of the value of a rank, from 1.
func (s *quantileSketch) at(rank int64) int64 {
	switch {
	case rank <= 1:
		return s.min
	case rank >= s.n:
		return s.max
	case s.blocks == nil:
		slices.Sort(s.exact)
		return s.exact[rank-1]
	}
	for _, b := range s.blocks {
		for i, times := range b.counts {
			if rank -= times; rank <= 0 {
				return min(max(middle(b.exponent<<52|int64(i)<<quantileShift), s.min), s.max)
			}
		}
	}
	return s.max
}

// middle is the key in the middle of the bucket that begins with a key. Zero, infinities and NaN are themselves.
func middle(first int64) int64 {
	last := first | (1<<quantileShift - 1)
	for _, x := range [...]float64{0, math.Inf(1), math.Inf(-1), math.NaN()} {
		if k := sortableFloat(x); k >= first && k <= last {
			return k
		}
	}
	return first + 1<<(quantileShift-1)
}
