package strip

import (
	"bytes"
	"sync"
	"testing"

	"pgregory.net/rapid"
)

// held adds up what a Parts has, and checks that its books say so.
func held(t interface{ Fatalf(string, ...any) }, p *Parts) (parts int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	sum := int64(0)
	for at, f := range p.fronts {
		if f.held.place != at+1 {
			t.Fatalf("the page at %d believes itself at %d", at+1, f.held.place)
		}
		own := int64(0)
		for i := range f.keptParts {
			if k := f.keptParts[i].Load(); k != nil {
				parts++
				own += int64(len(*k)) + partOverhead
			}
		}
		if own != f.held.bytes {
			t.Fatalf("a page has %d bytes, says %d", own, f.held.bytes)
		}
		sum += own
	}
	if sum != p.bytes || sum > p.most {
		t.Fatalf("%d bytes of %d, says %d", sum, p.most, p.bytes)
	}
	return parts
}

func TestPagesWhosePartsAreKeptGiveTheSameDocuments(t *testing.T) {
	type made struct {
		all   []sample
		body  []byte
		front *Front
	}
	var pages []made
	for i := range 5 {
		all := generated(t, 200+150*i)
		pages = append(pages, made{all: all, body: page(t, NewBuilder(), all)})
	}
	rapid.Check(t, func(t *rapid.T) {
		p := NewParts(rapid.SampledFrom([]int64{0, 1000, 20_000, 60_000, 1 << 20}).Draw(t, "bytes"))
		for i := range pages {
			m := &pages[i]
			var err error
			if m.front, err = ParseFront(m.body, len(m.body), len(m.all), size(m.all)); err != nil {
				t.Fatal(err)
			}
			m.front.KeepIn(p)
		}
		var r Reader
		for range rapid.IntRange(1, 60).Draw(t, "reads") {
			m := &pages[rapid.IntRange(0, len(pages)-1).Draw(t, "page")]
			if rapid.IntRange(0, 9).Draw(t, "forget") == 0 {
				m.front.Forget()
			}
			r.Open(m.front, bytes.NewReader(m.body), "page", 0)
			for range 3 {
				row := rapid.IntRange(0, len(m.all)-1).Draw(t, "row")
				if doc, err := r.Document(nil, row); err != nil || !bytes.Equal(doc, m.all[row].doc) {
					t.Fatalf("event %d: %s, %v; want %s", row, doc, err, m.all[row].doc)
				}
			}
			held(t, p)
		}
		for i := range pages {
			pages[i].front.Forget()
		}
		if n := held(t, p); n > 0 || p.Bytes() != 0 {
			t.Fatalf("%d parts of forgotten pages, %d bytes", n, p.Bytes())
		}
	})
}

func TestPartsAreKeptByGoroutinesAtOnce(t *testing.T) {
	all := generated(t, 2000)
	body := page(t, NewBuilder(), all)
	p := NewParts(30_000)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			var r Reader
			for range 5 {
				f, err := ParseFront(body, len(body), len(all), size(all))
				must(t, err)
				f.KeepIn(p)
				for range 2 {
					r.Open(f, bytes.NewReader(body), "page", 0)
					for i := 0; i < len(all); i += 50 {
						if doc, err := r.Document(nil, i); err != nil || !bytes.Equal(doc, all[i].doc) {
							t.Errorf("event %d: %s, %v; want %s", i, doc, err, all[i].doc)
							return
						}
					}
				}
			}
		})
	}
	wg.Wait()
	if held(t, p) == 0 {
		t.Error("no part is kept")
	}
}
