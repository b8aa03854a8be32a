package main

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func digestOfRows(rows [][][]byte) (d digest) {
	var buf []byte
	for _, r := range rows {
		buf = d.add(buf[:0], r)
	}
	return d
}

func TestDigestsTellRowsApartAndTheirOrderWhereItCounts(t *testing.T) {
	value := rapid.OneOf(rapid.Just([]byte(nil)), rapid.SliceOfN(rapid.ByteRange('a', 'b'), 0, 2))
	row := rapid.SliceOfN(value, 2, 2)
	rapid.Check(t, func(t *rapid.T) {
		rows := rapid.SliceOfN(row, 0, 6).Draw(t, "rows")
		mixed := rapid.Permutation(rows).Draw(t, "mixed")
		same := func(a, b [][][]byte) bool {
			return slices.EqualFunc(a, b, func(a, b [][]byte) bool {
				return slices.EqualFunc(a, b, func(a, b []byte) bool { return slices.Equal(a, b) && (a == nil) == (b == nil) })
			})
		}
		d, m := digestOfRows(rows), digestOfRows(mixed)
		if err := d.differ(m, false); err != nil {
			t.Fatal(err)
		}
		if err := d.differ(m, true); (err == nil) != same(rows, mixed) {
			t.Fatalf("%q and %q: %v", rows, mixed, err)
		}
		if other := rapid.SliceOfN(row, 1, 1).Draw(t, "other"); len(rows) > 0 && !same(rows[:1], other) {
			if d.differ(digestOfRows(append(other, rows[1:]...)), false) == nil {
				t.Fatalf("%q in the place of %q", other, rows[0])
			}
		}
	})
}
