package sparse

import (
	"bytes"
	"testing"

	"pgregory.net/rapid"
)

// marked is the reference for Specials: byte by byte, as its comment says.
func marked(text []byte) []byte {
	marks := make([]byte, 8*(len(text)/64+2))
	for i, c := range text {
		if c == '"' || c == '\\' || c < 0x20 || c >= 0x80 {
			marks[i/8] |= 1 << (i % 8)
		}
	}
	marks[len(text)/8] |= 1 << (len(text) % 8)
	return marks
}

func checkSpecials(t interface{ Fatalf(string, ...any) }, text []byte) {
	want := marked(text)
	eachKernel(func(k kernel) {
		dirty := bytes.Repeat([]byte{0xff}, len(want)+1)
		if got := Specials(dirty, text); !bytes.Equal(got, want) || dirty[len(want)] != 0xff {
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
			var marks []byte
			for b.Loop() {
				marks = Specials(marks, text)
			}
		})
	})
}
