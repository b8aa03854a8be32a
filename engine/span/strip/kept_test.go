package strip

import (
	"bytes"
	"sync"
	"testing"
)

func TestReadersOfOneFrontGiveTheSameDocumentsAtOnce(t *testing.T) {
	all := generated(t, 3000)
	body := page(t, NewBuilder(), all)
	f, err := ParseFront(body, len(body), len(all), size(all))
	must(t, err)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			var r Reader
			for range 3 {
				r.Open(f, bytes.NewReader(body), "page", 0)
				for i := range all {
					doc, err := r.Document(nil, i)
					if err != nil || !bytes.Equal(doc, all[i].doc) {
						t.Errorf("event %d: %s, %v; want %s", i, doc, err, all[i].doc)
						return
					}
				}
			}
		})
	}
	wg.Wait()
	kept := 0
	for i := range f.kept {
		if f.kept[i].Load() != nil {
			kept++
		}
	}
	if n := f.keptSize.Load(); kept < 5 || n <= 0 || n > keptBytes {
		t.Errorf("%d dictionaries of %d bytes are kept", kept, n)
	}
}
