package sparse

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// marked is the reference for Specials: byte by byte, as its comment says.
func marked(text []byte) []uint64 {
	masks := make([]uint64, len(text)/64+1)
	for i, c := range text {
		if c == '"' || c == '\\' || c < 0x20 || c >= 0x80 {
			masks[i/64] |= 1 << (i % 64)
		}
	}
	masks[len(text)/64] |= 1 << (len(text) % 64)
	return masks
}

func checkSpecials(t interface{ Fatalf(string, ...any) }, text []byte) {
	want := marked(text)
	eachKernel(func(k kernel) {
		dirty := slices.Repeat([]uint64{^uint64(0)}, len(want)+1)
		if got := Specials(dirty, text); !slices.Equal(got, want) || dirty[len(want)] != ^uint64(0) {
			t.Fatalf("kernel %d: %q: %x, want %x", k, text, got, want)
		}
	})
}

func TestSpecialsAreWhatAReadingByteByByteFinds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		if rapid.Bool().Draw(t, "any") {
			checkSpecials(t, rapid.SliceOfN(rapid.Byte(), 0, 300).Draw(t, "bytes"))
			return
		}
		checkSpecials(t, drawText(t))
	})
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
	}
	for from := range all {
		checkSpecials(t, all[from:])
		checkSpecials(t, all[:from])
	}
}

func FuzzSpecials(f *testing.F) {
	for _, s := range scraps {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) { checkSpecials(t, text) })
}

func BenchmarkSpecials(b *testing.B) {
	text := make([]byte, 1000)
	for i := range text {
		text[i] = 'x'
	}
	eachKernel(func(k kernel) {
		b.Run([]string{"portable", "avx2", "avx512"}[k], func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			var masks []uint64
			for b.Loop() {
				masks = Specials(masks, text)
			}
		})
	})
}
