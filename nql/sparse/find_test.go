package sparse

import (
	"bytes"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// lowered has ASCII capitals made small.
func lowered(b []byte) []byte {
	low := bytes.Clone(b)
	for i, c := range low {
		if 'A' <= c && c <= 'Z' {
			low[i] = c + 'a' - 'A'
		}
	}
	return low
}

func checkFind(t interface{ Fatalf(string, ...any) }, text, needle []byte) {
	want, wantFold := bytes.Index(text, needle), bytes.Index(lowered(text), lowered(needle))
	eachKernel(func(k kernel) {
		if got := Find(text, needle); got != want {
			t.Fatalf("kernel %d: %q in %q: %d, want %d", k, needle, text, got, want)
		}
		if got := NewNeedle(needle, false).Find(text); got != want {
			t.Fatalf("kernel %d: needle %q in %q: %d, want %d", k, needle, text, got, want)
		}
		if got := FindFold(text, needle); got != wantFold {
			t.Fatalf("kernel %d: %q in %q in any case: %d, want %d", k, needle, text, got, wantFold)
		}
	})
}

func TestFindIsIndex(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		// Few letters, so that much of a needle is often there.
		few := rapid.SliceOfN(rapid.SampledFrom([]byte("aAb@`[{kK\xe1\xc1\"")), 0, 300)
		text := few.Draw(t, "text")
		if rapid.Bool().Draw(t, "long") {
			text = append(bytes.Repeat([]byte("a"), rapid.IntRange(0, 300).Draw(t, "more")), text...)
		}
		needle := few.Draw(t, "needle")
		if len(text) > 0 && rapid.Bool().Draw(t, "there") {
			from := rapid.IntRange(0, len(text)-1).Draw(t, "from")
			needle = bytes.Clone(text[from:rapid.IntRange(from, len(text)).Draw(t, "to")])
			if len(needle) > 0 && rapid.Bool().Draw(t, "nearly") {
				needle[rapid.IntRange(0, len(needle)-1).Draw(t, "where")] ^= 0x20
			}
		}
		checkFind(t, text, needle)
	})
}

// Places that match where it is looked first, and not elsewhere, without end: another search takes over.
func TestFindAmongNearMisses(t *testing.T) {
	for _, near := range []string{"zqa|", "ZQA|", "zzzzzzzzzzzzzzzz|aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"} {
		needle := []byte(near)
		needle[len(needle)/2] = 'X'
		for _, times := range []int{100, 500, 5000} {
			text := []byte(strings.Repeat(near, times))
			checkFind(t, text, needle)
			checkFind(t, append(text, needle...), needle)
			checkFind(t, append(append(text, needle...), text...), needle)
		}
	}
}

func FuzzFind(f *testing.F) {
	f.Add([]byte(seeds[0]), []byte(`"Sku":"B`))
	f.Add([]byte(strings.Repeat("ab", 100)+"b"), []byte("bb"))
	f.Fuzz(func(t *testing.T, text, needle []byte) { checkFind(t, text, needle) })
}
