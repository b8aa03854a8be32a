package nql

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/flare-pg/flare-pg/column"
)

// However few or many rows are left out, and whether they are there or not.
func TestRowsAreLeftOutOfSelections(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows := func(most int32, name string) column.Selection {
			list := rapid.SliceOfNDistinct(rapid.Int32Range(0, most), 0, 200, rapid.ID[int32]).Draw(t, name)
			slices.Sort(list)
			return list
		}
		sel := rows(rapid.SampledFrom([]int32{200, 300, 5000}).Draw(t, "most"), "sel")
		some := column.Selection{} // without32 is only asked to leave out what is there
		for _, row := range sel {
			if rapid.IntRange(0, rapid.SampledFrom([]int{1, 60}).Draw(t, "few")).Draw(t, "out") == 0 {
				some = append(some, row)
			}
		}
		var want column.Selection
		for _, row := range sel {
			if !slices.Contains(some, row) {
				want = append(want, row)
			}
		}
		if got := without32(slices.Clone(sel), some); !slices.Equal(got, want) {
			t.Fatalf("%v without %v is %v", sel, some, got)
		}
	})
}
