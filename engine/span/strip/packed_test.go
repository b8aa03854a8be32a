package strip

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestWhatIsPackedIsUnpacked: values of each width come back, however many there are, all at once and one by one.
func TestWhatIsPackedIsUnpacked(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		width := rapid.Uint8Range(0, maxWidth).Draw(t, "width")
		base := rapid.Int64Range(math.MinInt64, math.MaxInt64-1<<maxWidth).Draw(t, "base")
		values := rapid.SliceOfN(rapid.Int64Range(0, 1<<width-1), 0, 70).Draw(t, "values")
		for i := range values {
			values[i] += base
		}
		b := appendPacked(nil, values, base, width)
		if len(b) != packedBytes(len(values), width) {
			t.Fatalf("%d bytes", len(b))
		}
		got := make([]int64, len(values))
		unpack(got, b, base, width)
		if !slices.Equal(got, values) {
			t.Fatalf("%d values of %d bits: %v, were %v", len(values), width, got, values)
		}
		for i, v := range values {
			if x := base + int64(packedAt(b, i, width)); x != v {
				t.Fatalf("value %d is %d, was %d", i, x, v)
			}
		}
		if width == 0 || width > 8 {
			return
		}
		most := base
		codes := make([]int32, len(values))
		for _, v := range values {
			most = max(most, v)
		}
		limit := rapid.IntRange(0, 1<<width+1).Draw(t, "limit")
		below := len(values) == 0 || most-base < int64(limit)
		if ok := unpackCodes(codes, b, width, limit); ok != below {
			t.Fatalf("codes up to %d are below %d: %v", most-base, limit, ok)
		}
		for i, v := range values {
			if int64(codes[i]) != v-base {
				t.Fatalf("code %d is %d, was %d", i, codes[i], v-base)
			}
		}
	})
}

func BenchmarkUnpack(b *testing.B) {
	values := make([]int64, rowsOfPage)
	for _, width := range []uint8{1, 3, 6, 8, 10, 17, 23, 26, 40} {
		for i := range values {
			values[i] = int64(i) & (1<<width - 1)
		}
		packed := appendPacked(nil, values, 0, width)
		b.Run(string(rune('0'+width/10))+string(rune('0'+width%10))+" bits", func(b *testing.B) {
			b.SetBytes(8 * rowsOfPage)
			for b.Loop() {
				unpack(values, packed, 0, width)
			}
		})
	}
}

func BenchmarkUnpackCodes(b *testing.B) {
	values := make([]int64, rowsOfPage)
	for _, width := range []uint8{1, 3, 6, 8} {
		for i := range values {
			values[i] = int64(i) & (1<<width - 1)
		}
		packed := appendPacked(nil, values, 0, width)
		dst := make([]int32, len(values))
		for _, limit := range []int{1 << width, 1<<width - 1} {
			b.Run(fmt.Sprintf("%02d_bits_below_%d", width, limit), func(b *testing.B) {
				b.SetBytes(int64(4 * len(dst)))
				for b.Loop() {
					unpackCodes(dst, packed, width, limit)
				}
			})
		}
	}
}
