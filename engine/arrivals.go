package engine

import "slices"

// arrivalSpan is the arrival numbers first <= n < end.
type arrivalSpan struct{ first, end uint64 }

// Arrivals are the events that one generation can have, by their arrival numbers: all below a bound, but for those that loads had set aside and not
// yet committed when it was made. Immutable.
type Arrivals struct {
	before uint64
	but    []arrivalSpan // disjoint, ascending
}

// Arrivals tells what has arrived in the generation, or could have.
func (tx *ReadTx) Arrivals() *Arrivals { return &Arrivals{before: tx.g.arrival, but: tx.g.pending} }

// has reports whether an event with this number can be in the generation.
func (a *Arrivals) has(n uint64) bool {
	if n >= a.before {
		return false
	}
	for _, s := range a.but {
		if n >= s.first && n < s.end {
			return false
		}
	}
	return true
}

// all reports whether every event with a number below end is among them.
func (a *Arrivals) all(end uint64) bool {
	return end <= a.before && (len(a.but) == 0 || end <= a.but[0].first)
}

// setAside notes numbers that a load will use. The generations that are published from then on, until the load commits or is given up, don't have them.
func (w *writer) setAside(s arrivalSpan) {
	w.pending = append(w.pending[:len(w.pending):len(w.pending)], s)
}

// settle takes back what setAside noted.
func (w *writer) settle(spans []arrivalSpan) {
	if len(spans) > 0 {
		w.pending = slices.DeleteFunc(slices.Clone(w.pending), func(s arrivalSpan) bool { return slices.Contains(spans, s) })
	}
}
