package engine

import (
	"sync"
	"sync/atomic"
)

// ScanStats counts what a scan went over and what it could leave out, and why. Fragments may add to it at once; it can be read
// while the scan runs. All counters are of the fragments that were drawn; files are counted when Scan lists them, and pages when those to be read are chosen.
type ScanStats struct {
	Files         atomic.Int64 // of the stream
	FilesTime     atomic.Int64 // left out because of their time range
	FilesSignal   atomic.Int64 // left out because a signal has no match in them
	SpansOpened   atomic.Int64 // of which pages were to be chosen
	TicksOpened   atomic.Int64
	RunsOpened    atomic.Int64
	Pages         atomic.Int64 // of the spans that were opened, within the scan's time
	PagesTime     atomic.Int64 // of those spans, left out because of their time range
	PagesSignal   atomic.Int64 // left out by signals
	PagesFilter   atomic.Int64 // left out by filters: a value that is asked for is not in them
	PagesProperty atomic.Int64 // left out since a property that the predicate needs is nowhere in their span
	PagesExcluded atomic.Int64 // left out since what they say of their members, and of the least and greatest values, rules the predicate out
	PagesCounted  atomic.Int64 // taken from the directory, not read
	PagesRead     atomic.Int64 // decoded
	PagesNeedle   atomic.Int64 // of those, nothing in them has the bytes that the predicate demands
	Frames        atomic.Int64 // of ticks, decoded
	FramesNeedle  atomic.Int64 // of those, nothing in them has the bytes that the predicate demands
	FramesTime    atomic.Int64 // left out because of their time range
	Events        atomic.Int64 // that the predicate was asked about
	EventsNeedle  atomic.Int64 // of those, they lack the bytes that it demands and were not read
	BytesRead     atomic.Int64 // from files
	BytesKept     atomic.Int64 // that were there already: fronts of pages, recent events

	mu      sync.Mutex
	signals map[string]SignalUse
}

// SignalUse is what a signal spared a scan.
type SignalUse struct{ Files, Pages int64 }

// Signals gives what each signal spared, by name.
func (s *ScanStats) Signals() map[string]SignalUse {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := map[string]SignalUse{}
	for k, v := range s.signals {
		out[k] = v
	}
	return out
}

func (s *ScanStats) signal(name string, files, pages int64) {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.signals == nil {
		s.signals = map[string]SignalUse{}
	}
	u := s.signals[name]
	u.Files, u.Pages = u.Files+files, u.Pages+pages
	s.signals[name] = u
}

func (s *ScanStats) run(events, bytes int) {
	if s != nil {
		s.RunsOpened.Add(1)
		s.Events.Add(int64(events))
		s.BytesKept.Add(int64(bytes))
	}
}

func (s *ScanStats) frame(events, bytes int64) {
	if s != nil {
		s.Frames.Add(1)
		s.Events.Add(events)
		s.BytesRead.Add(bytes)
	}
}

func (s *ScanStats) page(events int64) {
	if s != nil {
		s.PagesRead.Add(1)
		s.Events.Add(events)
	}
}

// read counts bytes that were read from a file, and such that needed not be.
func (s *ScanStats) read(bytes, kept int64) {
	if s != nil {
		s.BytesRead.Add(bytes)
		s.BytesKept.Add(kept)
	}
}

// excluded counts a page of which what it says of its members rules the predicate out.
func (s *ScanStats) excluded() {
	if s != nil {
		s.PagesExcluded.Add(1)
	}
}

// sifted counts the events of a page of which only so many have the bytes that the predicate demands.
func (s *ScanStats) sifted(events, passed int) {
	if s != nil {
		s.EventsNeedle.Add(int64(events - passed))
		if passed == 0 {
			s.PagesNeedle.Add(1)
		}
	}
}

// siftedFrame is sifted for a frame.
func (s *ScanStats) siftedFrame(events, passed int) {
	if s != nil {
		s.EventsNeedle.Add(int64(events - passed))
		if passed == 0 {
			s.FramesNeedle.Add(1)
		}
	}
}
