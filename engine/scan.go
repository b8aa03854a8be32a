package engine

import (
	"fmt"
	"slices"

	"github.com/flare-pg/flare-pg/nql"
)

// Scan lists the fragments that together deliver what spec asks for. They may be drawn in any order and at once, each by one
// goroutine, and each must be closed, drawn or not, before the transaction is.
func (tx *ReadTx) Scan(spec Spec) ([]Fragment, error) {
	if tx.g.schema.Stream(spec.Stream) == nil {
		if spec.Stage == nil {
			return nil, fmt.Errorf("%w: %d", ErrNoStream, spec.Stream)
		}
	}
	c := spec.Compiled
	if c == nil {
		var err error
		if c, err = Compile(spec.Where, spec.Params, spec.Columns); err != nil {
			return nil, err
		}
	}
	// What the predicate says of the time decides what is read, and what it says besides is asked of each event.
	spec.From, spec.To, spec.Where = max(spec.From, c.from), min(spec.To, c.to), c.where
	if spec.From >= spec.To || c.program.Never() {
		return nil, nil
	}
	s := &scanning{spec: &spec, store: tx.s, Compiled: c, signals: applicable(tx.g.schema.StreamSignals(spec.Stream), c.bound)}
	if spec.Stage != nil {
		s.dead = spec.Stage.deadOf(spec.Stream)
	}
	if spec.Except != nil {
		s.dead = s.dead.except(spec.Except)
	}
	for _, f := range tx.g.files[spec.Stream] {
		s.add(f)
	}
	if spec.Stage != nil {
		for _, p := range spec.Stage.snapshot(spec.Stream) {
			if from, to := p.bounds(); to <= spec.From || from >= spec.To {
				if err := p.release(); err != nil {
					return nil, err
				}
				continue
			}
			s.segments = append(s.segments, p)
		}
	}
	return s.fragments(), nil
}

// scanning is a scan that is being laid out.
type scanning struct {
	*Compiled
	spec     *Spec
	store    *Store
	signals  []*Signal // whose conjuncts are among the predicate's
	dead     *deadStream
	segments []segment
	ways     templateWays // of the texts that are looked up
}

// add adds what a file has for the scan.
func (s *scanning) add(f *file) {
	st := s.spec.Stats
	if st != nil {
		st.Files.Add(1)
	}
	if x := s.spec.Except; x != nil && x.all(f.arrivals) {
		return
	}
	if f.lost != nil { // what is missing can be anywhere in its range
		if from, to := f.bounds(); to <= s.spec.From || from >= s.spec.To {
			st.fileTime()
			return
		}
	} else if f.Events == 0 || f.Max < s.spec.From || f.Min >= s.spec.To {
		st.fileTime()
		return
	}
	if !f.isTick() {
		for _, g := range s.signals {
			if x, there := f.Indexes[uint64(g.ID)]; there && x.Set == 0 {
				st.fileSignal(g.Name)
				return
			}
		}
		s.segments = append(s.segments, &spanSegment{file: f, store: s.store, scan: s})
		return
	}
	if gaps := f.gaps(); len(gaps) > 0 || f.lost != nil {
		lo, hi := f.cold()
		if f.lost != nil || lo < s.spec.To && hi >= s.spec.From {
			s.segments = append(s.segments, &tickSegment{f, gaps})
		}
	}
	for _, r := range f.runs {
		if r.empty() {
			continue
		}
		if first, last := r.bounds(); last < s.spec.From || first >= s.spec.To {
			continue
		}
		for _, p := range r.pages {
			if p.last >= s.spec.From && p.first < s.spec.To {
				s.segments = append(s.segments, runPageSegment{p})
			}
		}
		if len(r.pages) == 0 {
			s.segments = append(s.segments, runSegment{r})
		}
	}
}

// counts says whether nothing but the number of rows is wanted, and every row counts.
func (s *Spec) counts() bool {
	return s.Where == nil && len(s.Columns) == 0 && s.Order == nql.Unordered
}

// chosenSpans is of how many spans a scan that wants the first rows alone chooses the pages beforehand: it may not come to most of them.
const chosenSpans = 64

// choose chooses the pages of spans, where something is known that may rule out some, and leaves out the spans that have none. What is left is cut by what is read of it.
func (s *scanning) choose() {
	if len(s.needs) == 0 && len(s.lookups) == 0 && len(s.signals) == 0 || s.spec.Limit > 0 && len(s.segments) > chosenSpans {
		return
	}
	s.segments = slices.DeleteFunc(s.segments, func(x segment) bool {
		p, is := x.(*spanSegment)
		if !is || p.file.lost != nil {
			return false
		}
		c, err := p.choose()
		if err != nil {
			return false // who opens it meets the error
		}
		p.chosen = c.left > 0
		return !p.chosen
	})
}

// fragments cuts the segments into pieces that are disjoint in time, in the order of the scan.
func (s *scanning) fragments() []Fragment {
	s.choose()
	pieces := cut(s.segments, s.spec.From, s.spec.To)
	out, all := make([]Fragment, len(pieces)), make([]fragment, len(pieces))
	shared := &shared{code: s.program}
	for i, p := range pieces {
		f := &all[i]
		*f = fragment{spec: s.spec, store: s.store, segments: p.segments, from: max(p.from, s.spec.From), to: min(p.to, s.spec.To),
			shared: shared, dead: s.dead, predicate: s.predicate}
		if s.spec.Order == nql.Descending {
			out[len(pieces)-1-i] = f
		} else {
			out[i] = f
		}
	}
	return out
}

func (s *ScanStats) fileTime() {
	if s != nil {
		s.FilesTime.Add(1)
	}
}

func (s *ScanStats) fileSignal(name string) {
	if s != nil {
		s.FilesSignal.Add(1)
		s.signal(name, 1, 0)
	}
}
