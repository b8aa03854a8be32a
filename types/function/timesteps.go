package function

import (
	"strconv"
	"strings"
	"time"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// Functions that put times into bins: where all but the time is constant, a bin is computed once for the times in it that follow one
// another, and the others cost two comparisons. Times in a page are sorted.

// step is a bin: all times from … to-1 have this value. An empty range says nothing of other times.
type step struct{ value, from, to int64 }

// mostSteps is how many bins the times of a batch lie in at most for the result to be a dictionary of them.
const mostSteps = 64

// stepped computes the rows sel of ts, f giving the bin that a time lies in. Where the bins of all rows are few, as those of a page are, the result is a dictionary, or
// a constant.
func stepped(n int, sel column.Selection, ts, out *column.Vector, f func(ts int64) (step, error)) error {
	var s step
	var err error
	if sel == nil && ts.Form == column.Plain && n > mostSteps {
		done, err := fewSteps(ts.Ints[:n], out, f)
		if done || err != nil {
			return err
		}
	}
	out.Ints = resize(out.Ints, n)
	out.Len = n
	if sel == nil && ts.Form == column.Plain {
		ints := out.Ints
		for i, x := range ts.Ints[:n] {
			if x < s.from || x >= s.to {
				if s, err = f(x); err != nil {
					return err
				}
			}
			ints[i] = s.value
		}
		return nil
	}
	return eachSelected(n, sel, func(i int) error {
		if x := ts.Int(i); x < s.from || x >= s.to {
			if s, err = f(x); err != nil {
				return err
			}
		}
		out.Ints[i] = s.value
		return nil
	})
}

// fewSteps is stepped where each bin follows the one before it, and there are few; else done is false.
func fewSteps(ts []int64, out *column.Vector, f func(ts int64) (step, error)) (done bool, err error) {
	bins := column.New(out.Kind)
	codes := resize(out.Codes, len(ts))
	out.Codes = codes[:0]
	var s step
	code := int32(-1)
	for i, x := range ts {
		if x < s.from || x >= s.to {
			if bins.Len == mostSteps {
				return false, nil
			}
			if s, err = f(x); err != nil {
				return false, err
			}
			bins.AppendInt(s.value)
			code++
		}
		codes[i] = code
	}
	if bins.Len == 1 {
		out.AppendInt(s.value)
		out.Repeat(len(ts))
		return true, nil
	}
	out.Form, out.Len, out.Dict, out.Codes = column.Dictionary, len(ts), bins, codes
	return true, nil
}

// inSteps makes a kernel for a time in argument at, where all others are constant, of one that computes row by row: begin gives what finds bins.
func inSteps(at int, row rowFunc, begin func(c *Call, a []*column.Vector) func(ts int64) (step, error)) Kernel {
	return func(c *Call, n int, sel column.Selection, args []*column.Vector, out *column.Vector) error {
		for i, a := range args {
			if i != at && a.Form != column.Constant {
				return eachRow(c, n, sel, args, out, row)
			}
		}
		return stepped(n, sel, args[at], out, begin(c, args))
	}
}

// binOf is date_bin's bin.
func binOf(_ *Call, a []*column.Vector) func(int64) (step, error) {
	stride, origin := a[0].Span(0), a[2].Int(0)
	return func(ts int64) (s step, err error) {
		if s.value, err = types.DateBin(stride, ts, origin); err != nil || types.Infinite(ts) {
			return s, err
		}
		// A width there is, as it has made a bin.
		s.from, s.to = s.value, s.value+int64(stride.Days)*microsPerDay+stride.Micros
		return s, nil
	}
}

// bucketBounds is time_bucket's bin where it has a width.
func bucketBounds(_ *Call, a []*column.Vector) func(int64) (step, error) {
	width := a[0].Span(0)
	origin := bucketOrigin(width)
	if len(a) == 3 {
		origin = a[2].Int(0)
	}
	return func(ts int64) (s step, err error) {
		if s.value, err = timeBucket(width, ts, origin); err != nil || types.Infinite(ts) {
			return s, err
		}
		if width.Months != 0 { // a day at a time
			s.from = ts - floorMod(ts, microsPerDay)
			s.to = s.from + microsPerDay
		} else if period, err := bucketPeriod(width); err == nil {
			s.from, s.to = s.value, s.value+period
		}
		return s, nil
	}
}

func floorMod(x, n int64) int64 {
	if x %= n; x < 0 {
		x += n
	}
	return x
}

// truncSteps is date_trunc's bin on the wall clock of a zone; zone gives it.
func truncSteps(zone func(c *Call, a []*column.Vector) (*time.Location, error)) func(*Call, []*column.Vector) func(int64) (step, error) {
	return func(c *Call, a []*column.Vector) func(int64) (step, error) {
		unit := string(a[0].Str(0))
		loc, failed := zone(c, a)
		return func(ts int64) (s step, err error) {
			if failed != nil {
				return s, failed
			}
			s.value, s.from, s.to, err = types.TruncBounds(unit, ts, loc)
			return s, err
		}
	}
}

// epochs is extract(epoch from a timestamp), and date_part; ok is false where it is something else that is asked for, or there are infinities.
func epochs(n int, sel column.Selection, args []*column.Vector, out *column.Vector) (ok bool) {
	if args[0].Form != column.Constant || !strings.EqualFold(string(args[0].Str(0)), "epoch") || args[1].Form != column.Plain || sel != nil {
		return false
	}
	ts := args[1].Ints[:n]
	for _, x := range ts {
		if types.Infinite(x) {
			return false
		}
	}
	if out.Kind == column.Float64 {
		out.Floats = resize(out.Floats, n)
		for i, x := range ts {
			out.Floats[i] = float64(x) / 1e6
		}
		out.Len = n
		return true
	}
	var text [24]byte
	for _, x := range ts {
		b := text[:0]
		u := uint64(x)
		if x < 0 {
			b, u = append(b, '-'), -u
		}
		b = strconv.AppendUint(b, u/1e6, 10)
		b = append(b, '.')
		for d, f := uint64(100_000), u%1e6; d > 0; d /= 10 {
			b = append(b, '0'+byte(f/d%10))
		}
		out.AppendBytes(b)
	}
	return true
}
