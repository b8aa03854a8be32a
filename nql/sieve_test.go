package nql

import (
	"bytes"
	"testing"

	"pgregory.net/rapid"
)

// TestSieveLetsThroughWhatPasses: whatever stands between documents, and however many are searched at once, a sieve lets each document through that the
// pre-filter does, and no other but where a needle goes past a document's end.
func TestSieveLetsThroughWhatPasses(t *testing.T) {
	letters := rapid.SliceOfN(rapid.SampledFrom([]byte("ab")), 3, 6)
	held, through := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		var filter prefilter
		for range rapid.IntRange(1, 3).Draw(t, "clauses") {
			var c clause
			for _, text := range rapid.SliceOfN(letters, 1, 3).Draw(t, "needles") {
				c = append(c, newNeedle(text, false))
			}
			filter = append(filter, c)
		}
		s := newSieve(filter)
		for range rapid.IntRange(1, 4).Draw(t, "pages") {
			text := rapid.SliceOfN(rapid.SampledFrom([]byte("abc")), 0, 5).Draw(t, "before")
			start := uint32(len(text))
			var ends []uint32
			for range rapid.SampledFrom([]int{0, 1, 3, 40, 90}).Draw(t, "documents") {
				text = append(text, rapid.SliceOfN(rapid.SampledFrom([]byte("aabbcc")), 0, 24).Draw(t, "document")...)
				ends = append(ends, uint32(len(text)))
			}
			list, all := s.Pass(text, start, ends, nil)
			if all {
				if len(s.worth) > 0 || len(list) > 0 {
					t.Fatal("all, and a list")
				}
				continue
			}
			text = text[:len(text):len(text)]
			for i := range ends {
				from, end := begins(start, ends, i), ends[i]
				listed := len(list) > 0 && list[0] == uint32(i)
				if listed {
					list = list[1:]
					through++
				} else {
					held++
				}
				passes, crosses := true, false
				for _, c := range s.worth {
					passes = passes && c.in(s.st, text[from:end])
					for _, needle := range c {
						rest := text[from:]
						for {
							n := bytes.Index(rest, needle.text)
							if n < 0 || len(text)-len(rest)+n >= int(end) {
								break
							}
							crosses = crosses || len(text)-len(rest)+n+len(needle.text) > int(end)
							rest = rest[n+1:]
						}
					}
				}
				if passes && !listed || listed && !passes && !crosses {
					t.Fatalf("document %d, %q, passes %s: %v, but it is listed: %v", i, text[from:end], s.worth, passes, listed)
				}
			}
			if len(list) > 0 {
				t.Fatalf("what is listed has no order: %d", list)
			}
		}
	})
	if held < 50 || through < 50 {
		t.Errorf("%d were held back, %d came through: the generator shows nothing", held, through)
	}
}

// TestSieveGivesUpWhatIsEverywhere: what nearly every document has is not searched for, until that changes.
func TestSieveGivesUpWhatIsEverywhere(t *testing.T) {
	page := func(doc string) (text []byte, ends []uint32) {
		for range 256 {
			text = append(text, doc...)
			ends = append(ends, uint32(len(text)))
		}
		return text, ends
	}
	s := newSieve(prefilter{{newNeedle([]byte("everywhere"), false)}, {newNeedle([]byte("too"), false)}})
	text, ends := page("this is everywhere, and so is this too;")
	if _, all := s.Pass(text, 0, ends, nil); !all {
		t.Error("it is searched for")
	}
	text, ends = page("nothing;")
	pages := 0
	for ; pages < 1000; pages++ {
		if list, all := s.Pass(text, 0, ends, nil); !all {
			if len(list) > 0 {
				t.Error("nothing was found")
			}
			break
		}
	}
	if pages > weighEvery/256+1 {
		t.Errorf("it took %d pages to find that out", pages)
	}
}
