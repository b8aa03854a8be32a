package engine

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/engine/tick"
	"github.com/flare-pg/flare-pg/engine/vfs"
	"github.com/flare-pg/flare-pg/nql"
)

// A scan for the first rows of very many spans chooses the pages of those that it comes to; the others' filters are not looked at.
func TestTheFirstRowsOfManySpansChooseTheirPagesLate(t *testing.T) {
	s := open(t, vfs.NewMem(), Options{SpanRaw: 200, PageBytes: 100, RAMBytes: -1, filterAll: true, Layout: inLayout(Columns)})
	var docs []string
	for i := range 5 * chosenSpans {
		docs = append(docs, fmt.Sprintf(`{"@t":"x","id":"%08x","kind":"k%d","padding":"which makes the event as long as a span wants it to be"}`, i*2654435761, i%3))
		commitDocs(t, s, base+int64(i)*tick.Range, docs[i])
	}
	maintainUntilDone(t, s, MaintainOptions{Now: base, Force: true})
	tx := s.Read()
	spans := 0
	for _, f := range tx.Files() {
		if f.Kind == "span" {
			spans++
		}
	}
	if spans <= chosenSpans {
		t.Fatalf("%d spans", spans)
	}
	where, err := nql.ParseExpr("kind = 'k1'")
	must(t, err)
	for _, limit := range []int{1, 3, len(docs)} {
		var st ScanStats
		fragments, err := tx.Scan(Spec{Stream: 1, From: MinTime, To: MaxTime, Where: where, Order: nql.Descending, Limit: int64(limit), Stats: &st, Columns: docColumns})
		must(t, err)
		var got, want []string
		for _, f := range fragments {
			var b column.Batch
			for len(got) < limit {
				ok, err := f.Next(context.Background(), &b)
				must(t, err)
				if !ok {
					break
				}
				for i := range b.Len {
					got = append(got, string(b.Cols[1].Str(i)))
				}
			}
			f.Close()
		}
		for i, d := range slices.Backward(docs) {
			if i%3 == 1 && len(want) < limit {
				want = append(want, d)
			}
		}
		if !slices.Equal(got, want) {
			t.Fatalf("the first %d: %d rows instead of %d", limit, len(got), len(want))
		}
		if opened := st.SpansOpened.Load(); limit < 10 && opened > 4*int64(limit) {
			t.Errorf("the first %d: pages of %d spans were chosen", limit, opened)
		}
	}
	tx.Close()
	must(t, s.Close())
}
