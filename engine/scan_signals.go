package engine

import (
	"slices"

	"github.com/flare-pg/flare-pg/engine/span"
	"github.com/flare-pg/flare-pg/nql"
)

// Applicable lists the signals that a scan with a predicate can use: those whose conjuncts are all among the predicate's.
func (s *Schema) Applicable(stream StreamID, where nql.Expr, params []nql.Value) []*Signal {
	return applicable(s.StreamSignals(stream), where, params)
}

// span counts a span's pages when the first of the scan's fragments opens it.
func (s *ScanStats) span(f *file, footer *span.Footer, q *query) {
	if s == nil {
		return
	}
	s.mu.Lock()
	again := slices.Contains(s.spans, f.ID)
	if !again {
		s.spans = append(s.spans, f.ID)
	}
	s.mu.Unlock()
	if again {
		return
	}
	first, end := footer.Find(q.scanFrom, q.scanTo)
	s.SpansOpened.Add(1)
	s.Pages.Add(int64(end - first))
	s.PagesTime.Add(int64(len(footer.Pages) - (end - first)))
}
