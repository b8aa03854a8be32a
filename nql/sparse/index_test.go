package sparse

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// indexed is the reference for Index: byte by byte, as its comment says.
func indexed(text []byte) (tape []uint32, f Found) {
	in, escaped := false, false
	for i, c := range text {
		switch {
		case c == '"' && !escaped:
			tape = append(tape, uint32(i))
			in = !in
		case !in && bytes.IndexByte([]byte("{}[]:,"), c) >= 0:
			tape = append(tape, uint32(i))
		case c < 0x20 && in:
			f |= Controls
		case c <= 0x20 && !in:
			f |= Spaces
		case c >= 0x80:
			f |= High
		}
		if escaped = c == '\\' && !escaped; c == '\\' {
			f |= Escapes
		}
	}
	if in {
		f |= Open
	}
	return tape, f
}

// scraps are what text to be indexed is made of: what matters, in runs, and what must not.
var scraps = []string{
	`"`, `\`, `\\`, `\\\`, `\"`, `{`, `}`, `[`, `]`, `:`, `,`, `"":`, `"a":"b",`, " ", "\n", "\x00", "\x1f", "!", "é", "\x80", "\xff", "\x0c", "\x1a", "\xdb", "\xfb", "\xa2",
	"x", "abcdefg", "a text of some length that holds nothing", "\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\",
}

func drawText(t *rapid.T) []byte {
	var b []byte
	for range rapid.IntRange(0, 40).Draw(t, "scraps") {
		b = append(b, rapid.SampledFrom(scraps).Draw(t, "scrap")...)
	}
	return b
}

// eachKernel does f with each kernel that this processor has.
func eachKernel(f func(kernel)) {
	had := best
	defer func() { best = had }()
	for k := range detect() + 1 {
		best = k
		f(k)
	}
}

// structured is what a cursor goes by.
func structured(text []byte) []int {
	var list []int
	var c cursor
	for c.restart(0); ; {
		at := c.next(text)
		if at == len(text) {
			return list
		}
		list = append(list, at)
	}
}

func checkIndex(t interface{ Fatalf(string, ...any) }, text []byte) {
	want, found := indexed(text)
	var marks []int
	for _, at := range want {
		if text[at] != '"' {
			marks = append(marks, int(at))
		}
	}
	eachKernel(func(k kernel) {
		before := []uint32{7}
		got, f := Index(before, text)
		if !slices.Equal(got[1:], want) || got[0] != 7 {
			t.Fatalf("kernel %d: %q: tape %v, want %v", k, text, got[1:], want)
		}
		if f != found {
			t.Fatalf("kernel %d: %q: found %b, want %b", k, text, f, found)
		}
		if got := structured(text); !slices.Equal(got, marks) {
			t.Fatalf("kernel %d: %q: structure %v, want %v", k, text, got, marks)
		}
	})
}

func TestIndexIsWhatAReadingByteByByteFinds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { checkIndex(t, drawText(t)) })
}

func TestIndexOfLongTexts(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for range 20 {
		var b []byte
		for size := r.IntN(50 << 10); len(b) < size; {
			b = append(b, scraps[r.IntN(len(scraps))]...)
		}
		checkIndex(t, b)
	}
	checkIndex(t, bytes.Repeat([]byte{','}, 100<<10))
}

func FuzzIndex(f *testing.F) {
	for _, s := range append(seeds, scraps...) {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) { checkIndex(t, text) })
}
