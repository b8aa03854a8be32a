package engine

import "github.com/flare-pg/flare-pg/nql"

// Applicable lists the signals that a scan with a predicate can use: those whose conjuncts are all among the predicate's.
func (s *Schema) Applicable(stream StreamID, where nql.Expr, params []nql.Value) []*Signal {
	return applicable(s.StreamSignals(stream), nql.Bind(where, params))
}

// span counts a span's pages, of which so many are within the scan's time.
func (s *ScanStats) span(pages, within int) {
	if s == nil {
		return
	}
	s.SpansOpened.Add(1)
	s.Pages.Add(int64(within))
	s.PagesTime.Add(int64(pages - within))
}

// plainly gives text(path) = 'word' as path = 'word', which holds for the same events where the word can't be the spelling of a number or a
// boolean. A query with a parameter has the one form, a signal, whose word was known when it was made, the other.
func plainly(e nql.Expr) nql.Expr {
	b, ok := e.(*nql.Binary)
	if !ok || b.Op != nql.Eq || b.CI {
		return e
	}
	call, ok := b.L.(*nql.Call)
	word, isWord := b.R.(*nql.Literal)
	if !ok || call.Name != "text" || len(call.Args) != 1 || !isWord || word.Value.Kind != nql.String {
		return e
	}
	w := word.Value.Text
	if w == "" || w == "true" || w == "false" || w[0] == '-' || w[0] >= '0' && w[0] <= '9' {
		return e
	}
	if _, ok := call.Args[0].(*nql.Path); !ok {
		return e
	}
	return &nql.Binary{Op: nql.Eq, L: call.Args[0], R: b.R}
}
