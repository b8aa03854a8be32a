package function

import (
	"cmp"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// registerOverlaps: whether two spans of time have an instant in common. Each is given by two times, or a time and an interval; one of
// the two may be null, and is then as the other.
func registerOverlaps(r *registry) {
	for _, t := range []string{"time", "timetz", "timestamp", "timestamptz"} {
		for _, second := range []string{t, "interval"} {
			for _, fourth := range []string{t, "interval"} {
				if t == "timetz" && (second != t || fourth != t) {
					continue
				}
				r.fn("overlaps("+t+","+second+","+t+","+fourth+")", byRow(overlaps))
			}
		}
	}
}

func overlaps(c *Call, a []*column.Vector, i int, out *column.Vector) error {
	var ends [4]*column.Vector // of one row, nil where it is not known
	for k, v := range a {
		if v.Null(i) {
			continue
		}
		one := column.New(types.KindOf(c.Args[k&^1]))
		if c.Args[k] != types.Interval || k%2 == 0 {
			one.AppendFrom(v, i)
		} else if a[k-1].Null(i) {
			continue
		} else if err := addToTime(c, one, a[k-1].Int(i), v.Span(i), c.Args[k-1]); err != nil {
			return err
		}
		ends[k] = one
	}
	compare := func(x, y *column.Vector) int {
		if types.KindOf(c.Args[0]) == column.Text {
			return types.Compare(c.Args[0], x, 0, y, 0)
		}
		return cmp.Compare(x.Int(0), y.Int(0))
	}
	for k := 0; k < 4; k += 2 { // the earlier end first; one that is known before one that isn't
		from, to := ends[k], ends[k+1]
		switch {
		case from == nil && to == nil:
			out.AppendNull()
			return nil
		case from == nil || to != nil && compare(from, to) > 0:
			ends[k], ends[k+1] = to, from
		}
	}
	first, firstEnd, second, secondEnd := ends[0], ends[1], ends[2], ends[3]
	order := compare(first, second)
	if order > 0 {
		first, firstEnd, second, secondEnd = second, secondEnd, first, firstEnd
	}
	switch {
	case order == 0 && (firstEnd == nil || secondEnd == nil), order != 0 && firstEnd == nil:
		out.AppendNull()
	case order == 0, compare(second, firstEnd) < 0:
		out.AppendBool(true)
	case secondEnd == nil:
		out.AppendNull()
	default:
		out.AppendBool(false)
	}
	return nil
}

// addToTime appends a time and an interval.
func addToTime(c *Call, out *column.Vector, t int64, s column.Span, of types.OID) error {
	if of == types.Time {
		out.AppendInt(types.TimeAddInterval(t, s))
		return nil
	}
	return addSpan(c, out, t, s, of == types.Timestamptz, false)
}
