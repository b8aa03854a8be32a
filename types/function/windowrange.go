package function

import (
	"cmp"
	"math"

	"github.com/cockroachdb/apd/v3"
	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// RANGE with an offset asks where a value stands beside another one with the offset added or taken away. That sum is not always a value of the type: it
// may lie beyond the last one, and then it is as good as infinite.

// Offset says how an offset is laid off from values of a type.
type Offset struct {
	Type types.OID // of the offset
	// compare orders value i of a and value j of a moved by the offset: up, or down. An offset that is no distance is an error.
	compare func(env *types.Env, a *column.Vector, i, j int, offset *column.Vector, down bool) (int, error)
}

// Compare orders row i of a, sorted values without nulls, beside row j moved by the offset (one row, not null): up, or down.
func (o *Offset) Compare(env *types.Env, a *column.Vector, i, j int, offset *column.Vector, down bool) (int, error) {
	return o.compare(env, a, i, j, offset, down)
}

// offsets are the distances that PostgreSQL knows for a type, in the order in which it looks at them.
var offsets = map[types.OID][]Offset{
	types.Int2:        {{types.Int8, offsetInt}, {types.Int4, offsetInt}, {types.Int2, offsetInt}},
	types.Int4:        {{types.Int8, offsetInt}, {types.Int4, offsetInt}, {types.Int2, offsetInt}},
	types.Int8:        {{types.Int8, offsetInt}, {types.Int4, offsetInt}, {types.Int2, offsetInt}},
	types.Float4:      {{types.Float8, offsetFloat}},
	types.Float8:      {{types.Float8, offsetFloat}},
	types.Numeric:     {{types.Numeric, offsetNumeric}},
	types.Date:        {{types.Interval, offsetDate}},
	types.Timestamp:   {{types.Interval, offsetTimestamp(false)}},
	types.Timestamptz: {{types.Interval, offsetTimestamp(true)}},
	types.Time:        {{types.Interval, offsetTime}},
	types.TimeTZ:      {{types.Interval, offsetTimeTZ}},
	types.Interval:    {{types.Interval, offsetInterval}},
}

// ResolveOffset finds how an offset of type given is laid off from values of a type; it is then to be cast to the result's Type. Errors: 0A000.
func ResolveOffset(of, given types.OID) (*Offset, error) {
	list := offsets[of]
	if len(list) == 0 {
		return nil, types.Errorf(types.CodeFeatureNotSupported, "RANGE with offset PRECEDING/FOLLOWING is not supported for column type %s", sqlName(of))
	}
	want := given
	if given == types.Unknown {
		want = of
	}
	var found *Offset
	matches := 0
	for i := range list {
		if !CanCast(given, list[i].Type, CastImplicit) {
			continue
		}
		matches++
		if found == nil || found.Type != want {
			found = &list[i]
		}
	}
	switch {
	case matches == 0:
		return nil, types.Errorf(types.CodeFeatureNotSupported, "RANGE with offset PRECEDING/FOLLOWING is not supported for column type %s and offset type %s", sqlName(of), sqlName(given)).
			WithHint("Cast the offset value to an appropriate type.")
	case matches > 1 && found.Type != want:
		return nil, types.Errorf(types.CodeFeatureNotSupported, "RANGE with offset PRECEDING/FOLLOWING has multiple interpretations for column type %s and offset type %s", sqlName(of), sqlName(given)).
			WithHint("Cast the offset value to the exact intended type.")
	}
	return found, nil
}

func invalidOffset() error {
	return types.Errorf("22013", "invalid preceding or following size in window function")
}

func offsetInt(_ *types.Env, a *column.Vector, i, j int, offset *column.Vector, down bool) (int, error) {
	base, by := a.Int(j), offset.Int(0)
	switch {
	case by < 0:
		return 0, invalidOffset()
	case down && base < math.MinInt64+by:
		return 1, nil
	case down:
		return cmp.Compare(a.Int(i), base-by), nil
	case base > math.MaxInt64-by:
		return -1, nil
	}
	return cmp.Compare(a.Int(i), base+by), nil
}

func offsetFloat(_ *types.Env, a *column.Vector, i, j int, offset *column.Vector, down bool) (int, error) {
	base, by := a.Float(j), offset.Float(0)
	if by < 0 || math.IsNaN(by) {
		return 0, invalidOffset()
	}
	if down {
		by = -by
	}
	sum := base + by
	if value := a.Float(i); math.IsNaN(value) && !math.IsNaN(base) {
		return 1, nil
	}
	if math.IsInf(base, 0) && math.IsInf(by, 0) && math.IsNaN(sum) {
		return 0, nil // infinitely far from infinity: every value is within
	}
	return types.CompareFloats(a.Float(i), sum), nil
}

func offsetNumeric(_ *types.Env, a *column.Vector, i, j int, offset *column.Vector, down bool) (int, error) {
	var base, by, sum apd.Decimal
	types.LoadNumeric(&base, a.Str(j))
	types.LoadNumeric(&by, offset.Str(0))
	if by.Form == apd.NaN || by.Negative && !by.IsZero() {
		return 0, invalidOffset()
	}
	if string(a.Str(i)) == "NaN" && base.Form != apd.NaN {
		return 1, nil
	}
	if base.Form == apd.Infinite && by.Form == apd.Infinite && base.Negative != down {
		return 0, nil
	}
	move := types.NumericAdd
	if down {
		move = types.NumericSub
	}
	if err := move(&sum, &base, &by); err != nil {
		return 0, err
	}
	out := column.New(column.Decimal)
	appendNumeric(out, &sum)
	return types.Compare(types.Numeric, a, i, out, 0), nil
}

// movedTimestamp moves a timestamp by an interval that is not negative.
func movedTimestamp(env *types.Env, base int64, by column.Span, zoned, down bool) (int64, error) {
	if types.SpanCompare(by, column.Span{}) < 0 {
		return 0, invalidOffset()
	}
	if down {
		var err error
		if by, err = types.SpanNeg(by); err != nil {
			return 0, err
		}
	}
	if zoned {
		return types.TimestamptzAddInterval(base, by, env.Location)
	}
	return types.TimestampAddInterval(base, by)
}

func offsetTimestamp(zoned bool) func(*types.Env, *column.Vector, int, int, *column.Vector, bool) (int, error) {
	return func(env *types.Env, a *column.Vector, i, j int, offset *column.Vector, down bool) (int, error) {
		sum, err := movedTimestamp(env, a.Int(j), offset.Span(0), zoned, down)
		return cmp.Compare(a.Int(i), sum), err
	}
}

func offsetDate(env *types.Env, a *column.Vector, i, j int, offset *column.Vector, down bool) (int, error) {
	value, err := types.DateToTimestamp(a.Int(i))
	if err != nil {
		return 0, err
	}
	base, err := types.DateToTimestamp(a.Int(j))
	if err != nil {
		return 0, err
	}
	sum, err := movedTimestamp(env, base, offset.Span(0), false, down)
	return cmp.Compare(value, sum), err
}

// offsetTime goes by the offset's time alone, and does not turn around at midnight.
func offsetTime(_ *types.Env, a *column.Vector, i, j int, offset *column.Vector, down bool) (int, error) {
	sum, err := movedTime(a.Int(j), offset.Span(0).Micros, down)
	return cmp.Compare(a.Int(i), sum), err
}

func movedTime(base, by int64, down bool) (int64, error) {
	switch {
	case by < 0:
		return 0, invalidOffset()
	case down:
		return base - by, nil
	case base > math.MaxInt64-by:
		return math.MaxInt64, nil
	}
	return base + by, nil
}

func offsetTimeTZ(_ *types.Env, a *column.Vector, i, j int, offset *column.Vector, down bool) (int, error) {
	value, base := types.LoadTimeTZ(a.Str(i)), types.LoadTimeTZ(a.Str(j))
	var err error
	if base.Micros, err = movedTime(base.Micros, min(offset.Span(0).Micros, math.MaxInt64/2), down); err != nil {
		return 0, err
	}
	if c := cmp.Compare(value.UTC(), base.UTC()); c != 0 {
		return c, nil
	}
	return cmp.Compare(value.West, base.West), nil
}

func offsetInterval(_ *types.Env, a *column.Vector, i, j int, offset *column.Vector, down bool) (int, error) {
	by := offset.Span(0)
	if types.SpanCompare(by, column.Span{}) < 0 {
		return 0, invalidOffset()
	}
	move := types.SpanAdd
	if down {
		move = types.SpanSub
	}
	sum, err := move(a.Span(j), by)
	return types.SpanCompare(a.Span(i), sum), err
}
