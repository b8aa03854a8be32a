package types_test

import (
	"bytes"
	"testing"

	"pgregory.net/rapid"

	"github.com/flare-pg/flare-pg/column"
	. "github.com/flare-pg/flare-pg/types"
)

// smallRange draws a range over few numbers, so that ranges meet often.
func smallRange(t *rapid.T, label string) Range {
	bound := func(name string) Bound {
		b := Bound{Int: rapid.Int64Range(-3, 12).Draw(t, label+name), Inclusive: rapid.Bool().Draw(t, label+name+" in"), Infinite: rapid.IntRange(0, 7).Draw(t, label+name+" none") == 0}
		return b
	}
	lower, upper := bound("lower"), bound("upper")
	if !lower.Infinite && !upper.Infinite && lower.Int > upper.Int {
		lower.Int, upper.Int = upper.Int, lower.Int
	}
	r, err := NewRange(Int8, lower, upper)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func smallRanges(t *rapid.T, label string) []Range {
	var list []Range
	for range rapid.IntRange(0, 4).Draw(t, label+"n") {
		list = append(list, smallRange(t, label))
	}
	return NormalRanges(list)
}

// holds reports whether a value is in one of the ranges.
func holds(x int64, list ...Range) bool {
	for _, r := range list {
		if r.Holds(Bound{Int: x}) {
			return true
		}
	}
	return false
}

// TestRangesAreSetsOfTheirValues: what is computed of ranges holds the values that the same of sets holds. Integers beyond all bounds stand
// for those without an end.
func TestRangesAreSetsOfTheirValues(t *testing.T) {
	const low, high = -6, 15
	rapid.Check(t, func(t *rapid.T) {
		a, b := smallRange(t, "a"), smallRange(t, "b")
		la, lb := smallRanges(t, "la"), smallRanges(t, "lb")
		union, unionErr := a.Union(b)
		minus, minusErr := a.Minus(b)
		overlap, contained, before := false, true, !a.Empty && !b.Empty
		overlapL, containedL := false, true
		for x := int64(low); x <= high; x++ {
			ina, inb := holds(x, a), holds(x, b)
			overlap = overlap || ina && inb
			contained = contained && (!inb || ina)
			for y := int64(low); y <= high; y++ {
				before = before && !(ina && holds(y, b) && x >= y)
			}
			if unionErr == nil && holds(x, union) != (ina || inb) {
				t.Fatalf("%d in %v + %v", x, a, b)
			}
			if minusErr == nil && holds(x, minus) != (ina && !inb) {
				t.Fatalf("%d in %v - %v", x, a, b)
			}
			if holds(x, a.Intersect(b)) != (ina && inb) {
				t.Fatalf("%d in %v * %v", x, a, b)
			}
			if (ina || inb) && !holds(x, a.Hull(b)) {
				t.Fatalf("%d is not in the hull of %v and %v", x, a, b)
			}
			inla, inlb := holds(x, la...), holds(x, lb...)
			overlapL = overlapL || inla && inlb
			containedL = containedL && (!inlb || inla)
			if holds(x, IntersectRanges(la, lb)...) != (inla && inlb) {
				t.Fatalf("%d in %v * %v", x, la, lb)
			}
			if holds(x, SubtractRanges(la, lb)...) != (inla && !inlb) {
				t.Fatalf("%d in %v - %v", x, la, lb)
			}
			if holds(x, NormalRanges(append(append([]Range{}, la...), lb...))...) != (inla || inlb) {
				t.Fatalf("%d in %v + %v", x, la, lb)
			}
		}
		if a.Overlaps(b) != overlap || a.Contains(b) != contained || a.Before(b) != before {
			t.Fatalf("%v and %v: overlaps %v, contains %v, before %v", a, b, a.Overlaps(b), a.Contains(b), a.Before(b))
		}
		if RangesOverlap(la, lb) != overlapL || RangesContain(la, lb) != containedL {
			t.Fatalf("%v and %v: overlap %v, contain %v", la, lb, RangesOverlap(la, lb), RangesContain(la, lb))
		}
		for _, list := range [][]Range{la, lb, IntersectRanges(la, lb), SubtractRanges(la, lb)} {
			for i := 1; i < len(list); i++ {
				if !list[i-1].Before(list[i]) || list[i-1].Adjacent(list[i]) || list[i].Empty {
					t.Fatalf("%v is not normal", list)
				}
			}
		}
	})
}

// TestRangesAreReadBackFromEveryForm: the stored form, the text and the binary form of a range give the range.
func TestRangesAreReadBackFromEveryForm(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := smallRanges(t, "list")
		form := AppendRanges(nil, list)
		if again := AppendRanges(nil, ReadRanges(Int8, form)); !bytes.Equal(form, again) {
			t.Fatalf("%x is read as %x", form, again)
		}
		v := column.New(column.Text)
		v.AppendBytes(form)
		text := AppendText(nil, nil, Int8Multirange, v, 0)
		binary, err := AppendBinary(nil, nil, Int8Multirange, v, 0)
		if err != nil {
			t.Fatal(err)
		}
		for i, back := range []func(out *column.Vector) error{
			func(out *column.Vector) error { return ParseText(out, nil, Int8Multirange, -1, text) },
			func(out *column.Vector) error { return ParseBinary(out, nil, Int8Multirange, -1, binary) },
		} {
			out := column.New(column.Text)
			if err := back(out); err != nil || !bytes.Equal(out.Str(0), form) {
				t.Fatalf("form %d of %s: %v", i, text, err)
			}
		}
	})
}
