package nql

import (
	"cmp"
	"slices"
)

// Sieve searches the raw bytes of many documents at once for what a predicate demands of them, so that documents without it cost no more than the search.
// It watches what its needles are worth: where nearly every document has one, that one is not searched for. It is used by one
// goroutine.
type Sieve struct {
	filter prefilter
	worth  prefilter // the clauses that are worth a search, the most telling first
	next   []int     // of each needle of the first clause: where it is found next
	left   int       // documents until the worth is found out anew
	st     *state    // for probes
}

const (
	// sampleDocs is how many documents of a page are looked at to find out what a clause is worth, and weighEvery after how many
	// documents that is done again.
	sampleDocs = 32
	weighEvery = 8192
	// worthwhile is the part of all documents up to which a needle that is found in them is worth a search: reading a document in vain costs
	// about this much more than looking for a needle in it.
	worthwhile = 0.8
)

// Sieve gives a sieve for the program's predicate, nil where it demands nothing of the raw bytes.
func (p *RowProgram) Sieve() *Sieve {
	if len(p.before) == 0 {
		return nil
	}
	return newSieve(p.before)
}

func newSieve(filter prefilter) *Sieve { return &Sieve{filter: filter, st: newProbeState(filter)} }

// Pass appends the numbers of the documents that may match to out, in their order, and gives it back. Document i ends at ends[i] of text, where the
// next one begins; the first begins at start. Other bytes may stand between them, as a part of either. all says that every one may match and out is as it was: it
// was not worth the search.
func (s *Sieve) Pass(text []byte, start uint32, ends []uint32, out []uint32) (list []uint32, all bool) {
	if len(ends) == 0 {
		return out, false
	}
	if s.left -= len(ends); s.left < 0 {
		s.weigh(text, start, ends)
		s.left = weighEvery
	}
	if len(s.worth) == 0 {
		return out, true
	}
	text = text[:ends[len(ends)-1]]
	needles, others := s.worth[0], s.worth[1:]
	for k := range needles {
		s.next[k] = -1
	}
	at := int(start)
	for i := 0; ; {
		hit := len(text)
		for k := range needles {
			if s.next[k] < at { // what was found lies behind us
				if s.next[k] = needles[k].find(s.st, text, at); s.next[k] < 0 {
					s.next[k] = len(text)
				}
			}
			hit = min(hit, s.next[k])
		}
		if hit == len(text) {
			return out, false
		}
		i = ending(ends, i, uint32(hit))
		at = int(ends[i])
		if len(others) == 0 || others.passes(s.st, text[begins(start, ends, i):at]) {
			out = append(out, uint32(i))
		}
		if i++; i == len(ends) {
			return out, false
		}
	}
}

func begins(start uint32, ends []uint32, i int) uint32 {
	if i == 0 {
		return start
	}
	return ends[i-1]
}

// ending gives the first document from i on that ends behind offset at, which is near where hits are many and far where they are few.
func ending(ends []uint32, i int, at uint32) int {
	step := 1
	for i+step < len(ends) && ends[i+step-1] <= at {
		i += step
		step *= 2
	}
	low, high := i, min(i+step, len(ends)) // the one sought is in low…high-1, or low already
	for low < high {
		m := (low + high) / 2
		if ends[m] <= at {
			low = m + 1
		} else {
			high = m
		}
	}
	return low
}

// weigh looks at some documents of a page to find out how many of all have something of each clause.
func (s *Sieve) weigh(text []byte, start uint32, ends []uint32) {
	type weighed struct {
		clause
		in, cost int
	}
	var all []weighed
	step := max(len(ends)/sampleDocs, 1)
	docs := 0
	for n, c := range s.filter {
		w := weighed{clause: c}
		for i := step / 2; i < len(ends); i += step {
			if c.in(s.st, text[begins(start, ends, i):ends[i]]) {
				w.in++
			}
			if n == 0 {
				docs++
			}
		}
		if float64(w.in) <= worthwhile*float64(docs) {
			all = append(all, w)
		}
	}
	for i, w := range all {
		if all[i].cost = w.in; w.asks() { // to ask costs more than to find
			all[i].cost += docs / 8
		}
	}
	slices.SortStableFunc(all, func(a, b weighed) int { return cmp.Compare(a.cost, b.cost) })
	s.worth = s.worth[:0]
	for _, w := range all {
		s.worth = append(s.worth, w.clause)
	}
	if len(all) > 0 {
		s.next = slices.Grow(s.next[:0], len(all[0].clause))[:len(all[0].clause)]
	}
}
