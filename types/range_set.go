package types

// What ranges have in common. An empty range overlaps nothing, touches nothing, and is in every range; nothing lies before or behind it.

// Overlaps reports whether some value is in both ranges.
func (r Range) Overlaps(o Range) bool {
	return !r.Empty && !o.Empty && compareBounds(r.Lower, false, o.Upper, true) <= 0 && compareBounds(o.Lower, false, r.Upper, true) <= 0
}

// Contains reports whether all values of o are in r.
func (r Range) Contains(o Range) bool {
	switch {
	case o.Empty:
		return true
	case r.Empty:
		return false
	}
	return CompareLower(r.Lower, o.Lower) <= 0 && CompareUpper(r.Upper, o.Upper) >= 0
}

// Holds reports whether a value, given as a bound that includes it, is in the range.
func (r Range) Holds(x Bound) bool {
	x.Inclusive = true
	return !r.Empty && compareBounds(r.Lower, false, x, false) <= 0 && compareBounds(x, true, r.Upper, true) <= 0
}

// Before reports whether all values of r lie below all of o.
func (r Range) Before(o Range) bool {
	return !r.Empty && !o.Empty && compareBounds(r.Upper, true, o.Lower, false) < 0
}

// Adjacent reports whether the ranges touch: no value lies between them, and none is in both.
func (r Range) Adjacent(o Range) bool {
	return !r.Empty && !o.Empty && (touches(r.Upper, o.Lower) || touches(o.Upper, r.Lower))
}

// touches reports whether an upper bound meets a lower one.
func touches(upper, lower Bound) bool {
	return !upper.Infinite && !lower.Infinite && upper.Inclusive != lower.Inclusive && upper.compareValues(lower) == 0
}

// Hull is the smallest range that holds both. Of bounds that are equal, and may look different, o's stay.
func (r Range) Hull(o Range) Range {
	switch {
	case r.Empty:
		return o
	case o.Empty:
		return r
	}
	if CompareLower(o.Lower, r.Lower) <= 0 {
		r.Lower = o.Lower
	}
	if CompareUpper(o.Upper, r.Upper) >= 0 {
		r.Upper = o.Upper
	}
	return r
}

// Union is the range of the values of both; it fails (22000) where there is a gap between them.
func (r Range) Union(o Range) (Range, error) {
	if !r.Empty && !o.Empty && !r.Overlaps(o) && !r.Adjacent(o) {
		return Range{}, Errorf(CodeDataException, "result of range union would not be contiguous")
	}
	return r.Hull(o), nil
}

// Intersect is the range of the values that are in both.
func (r Range) Intersect(o Range) Range {
	if !r.Overlaps(o) {
		return EmptyRange
	}
	if CompareLower(o.Lower, r.Lower) > 0 {
		r.Lower = o.Lower
	}
	if CompareUpper(o.Upper, r.Upper) < 0 {
		r.Upper = o.Upper
	}
	return r
}

// minus is the one or two ranges of the values of r that are not in o; none where there are no such values.
func (r Range) minus(o Range) []Range {
	switch {
	case r.Empty:
		return nil
	case !r.Overlaps(o):
		return []Range{r}
	}
	var out []Range
	if CompareLower(r.Lower, o.Lower) < 0 {
		out = append(out, Range{Lower: r.Lower, Upper: Bound{Inclusive: !o.Lower.Inclusive, Int: o.Lower.Int, Decimal: o.Lower.Decimal}})
	}
	if CompareUpper(r.Upper, o.Upper) > 0 {
		out = append(out, Range{Lower: Bound{Inclusive: !o.Upper.Inclusive, Int: o.Upper.Int, Decimal: o.Upper.Decimal}, Upper: r.Upper})
	}
	return out
}

// Minus is the range of the values of r that are not in o; it fails (22000) where these are two ranges.
func (r Range) Minus(o Range) (Range, error) {
	switch out := r.minus(o); len(out) {
	case 0:
		return EmptyRange, nil
	case 1:
		return out[0], nil
	}
	return Range{}, Errorf(CodeDataException, "result of range difference would not be contiguous")
}

// Several ranges, in the order of NormalRanges.

// Span is the smallest range that holds all of several ranges.
func Span(list []Range) Range {
	if len(list) == 0 {
		return EmptyRange
	}
	return Range{Lower: list[0].Lower, Upper: list[len(list)-1].Upper}
}

// RangesContain reports whether all values of b are in a.
func RangesContain(a, b []Range) bool {
	i := 0
	for _, r := range b {
		for i < len(a) && a[i].Before(r) {
			i++
		}
		if i == len(a) || !a[i].Contains(r) {
			return false
		}
	}
	return true
}

// RangesOverlap reports whether some value is in both.
func RangesOverlap(a, b []Range) bool {
	for len(a) > 0 && len(b) > 0 {
		switch {
		case a[0].Overlaps(b[0]):
			return true
		case a[0].Before(b[0]):
			a = a[1:]
		default:
			b = b[1:]
		}
	}
	return false
}

// IntersectRanges gives the values that are in both.
func IntersectRanges(a, b []Range) (out []Range) {
	for len(a) > 0 && len(b) > 0 {
		if common := a[0].Intersect(b[0]); !common.Empty {
			out = append(out, common)
		}
		if CompareUpper(a[0].Upper, b[0].Upper) < 0 {
			a = a[1:]
		} else {
			b = b[1:]
		}
	}
	return out
}

// SubtractRanges gives the values of a that are not in b.
func SubtractRanges(a, b []Range) (out []Range) {
	for _, r := range a {
		for len(b) > 0 && b[0].Before(r) {
			b = b[1:]
		}
		left := []Range{r}
		for _, o := range b {
			if len(left) == 0 || r.Before(o) {
				break
			}
			last := left[len(left)-1]
			left = append(left[:len(left)-1], last.minus(o)...)
		}
		out = append(out, left...)
	}
	return out
}
