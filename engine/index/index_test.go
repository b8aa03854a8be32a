package index

import (
	"bytes"
	"errors"
	"testing"

	"github.com/RoaringBitmap/roaring/v2"
	"pgregory.net/rapid"

	"github.com/flare-pg/flare-pg/engine/damage"
)

func sample(pages uint32, set ...uint32) *Index {
	return &Index{Span: 7, Signal: 3, Pages: pages, Predicate: Sum("@l = 'Error'"), Set: roaring.BitmapOf(set...)}
}

func TestIndexSurvivesItsOwnBytes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := sample(rapid.Uint32Range(1, 100_000).Draw(t, "pages"))
		for range rapid.IntRange(0, 300).Draw(t, "bits") {
			x.Set.Add(rapid.Uint32Range(0, x.Pages-1).Draw(t, "page"))
		}
		b, err := x.Encode()
		if err != nil {
			t.Fatal(err)
		}
		y, err := Decode(b, "x")
		if err != nil {
			t.Fatal(err)
		}
		if !y.Set.Equals(x.Set) || y.Span != x.Span || y.Signal != x.Signal || y.Pages != x.Pages || y.Predicate != x.Predicate {
			t.Fatalf("%+v became %+v", x, y)
		}
	})
}

func TestEveryFlippedByteAndEveryCutIsNamed(t *testing.T) {
	b, err := sample(1000, 1, 2, 3, 500, 999).Encode()
	if err != nil {
		t.Fatal(err)
	}
	named := func(b []byte) bool {
		_, err := Decode(b, "x.index")
		var d *damage.Error
		return errors.As(err, &d) && d.File == "x.index"
	}
	for i := range b {
		c := bytes.Clone(b)
		c[i] ^= 0x10
		if !named(c) {
			t.Errorf("byte %d", i)
		}
		if !named(b[:i]) {
			t.Errorf("cut to %d", i)
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, x := range []*Index{sample(1), sample(1000, 1, 2, 3, 500, 999)} {
		b, err := x.Encode()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b[:len(b)-4])
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		c := bytes.Clone(b)
		s := sum(c) // so that the fuzzer gets past the checksum
		c = append(c, byte(s), byte(s>>8), byte(s>>16), byte(s>>24))
		if x, err := Decode(c, "x"); err == nil && !x.Set.IsEmpty() && x.Set.Maximum() >= x.Pages {
			t.Fatal("a page that is not there")
		}
	})
}
