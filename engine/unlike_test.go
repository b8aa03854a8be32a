package engine

import (
	"fmt"
	"strings"
	"testing"

	"github.com/flare-pg/flare-pg/engine/span"
	"github.com/flare-pg/flare-pg/engine/vfs"
)

// TestEventsThatAreTooDifferentAreNotTriedByColumnAgain: what building a span has found out holds for the merges that follow, until the store is opened anew.
func TestEventsThatAreTooDifferentAreNotTriedByColumnAgain(t *testing.T) {
	fs := vfs.NewMem()
	s := open(t, fs, Options{PageBytes: 4000})
	var docs []string
	for i := range 400 {
		var d strings.Builder
		for k := range 20 {
			fmt.Fprintf(&d, `,"k%d_%d":%d`, k, i*7919%1000, i)
		}
		docs = append(docs, "{"+d.String()[1:]+"}")
	}
	commitDocs(t, s, base, docs...)
	maintainUntilDone(t, s, MaintainOptions{Now: base, Force: true})
	kept := func(s *Store) (pages, kept int) {
		tx := s.Read()
		defer tx.Close()
		f := tx.g.files[1][0]
		h, footer, err := s.openSpan(f)
		must(t, err)
		defer h.Close()
		b := &builder{m: &maintaining{s: s}, layout: span.Columns}
		for i := range footer.Pages {
			if footer.Pages[i].Layout != span.Rows {
				t.Fatalf("page %d is not by row", i)
			}
			if b.keeps(f, &footer.Pages[i]) {
				kept++
			}
		}
		return len(footer.Pages), kept
	}
	if n, k := kept(s); n < 3 || k < n-1 {
		t.Errorf("%d of %d pages are kept", k, n)
	}
	// The next span takes them as they are, and is known for it, too.
	commitDocs(t, s, base+10*minute, docs...)
	maintainUntilDone(t, s, MaintainOptions{Now: base, Force: true})
	if n, k := kept(s); k < n-2 {
		t.Errorf("after another merge %d of %d pages are kept", k, n)
	}
	tx := s.Read()
	if got := scan(t, tx, Spec{}); len(got) != 2*len(docs) {
		t.Errorf("%d events", len(got))
	}
	tx.Close()
	must(t, s.Close())
	s = open(t, fs, Options{PageBytes: 4000})
	if _, k := kept(s); k != 0 {
		t.Errorf("of a file that this process has not built %d pages are kept", k)
	}
	must(t, s.Close())
}
