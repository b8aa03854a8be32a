package engine

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/flare-pg/flare-pg/engine/span"
)

// MaintainOptions say what is due. The zero value is ready for use but for Now.
type MaintainOptions struct {
	// Now is the present, in 100 ns since 1970: the store has no clock of its own that it would trust with deleting.
	Now int64
	// Window is how long events may come late; 0: an hour. A tick is merged when nothing was appended to it for so long, or when its range
	// ended before the window began.
	Window time.Duration
	// Force merges every tick now.
	Force bool
	// Retention says how long, and how much, is kept of a stream; nil: everything.
	Retention func(StreamID) Retention
	// TickBytes and TickFiles are what the ticks of all streams may come to before the oldest are merged although they are not quiet; 0: 1 GiB, 512.
	TickBytes int64
	TickFiles int
	// Streams limits maintenance to these; nil: all.
	Streams []StreamID
}

// Retention is how much is kept of a stream.
type Retention struct {
	Age   time.Duration // events older than that are deleted; 0: none
	Bytes int64         // stored bytes beyond which the oldest files are; 0: no limit
}

func (o MaintainOptions) withDefaults() MaintainOptions {
	if o.Window == 0 {
		o.Window = time.Hour
	}
	if o.TickBytes == 0 {
		o.TickBytes = 1 << 30
	}
	if o.TickFiles == 0 {
		o.TickFiles = 512
	}
	return o
}

const (
	// mergeSpans is how many neighbouring spans are merged at least, and tier how much larger than the rest together the largest of
	// them may be: so an event is copied about log(n) times on the way to a full span, not n times.
	mergeSpans = 4
	tier       = 2
	// lateShare: late events are merged into the span that they fall into when they come to one part in so many of it; until then
	// they are a small span of their own, which scans merge. lateSmall: a span up to this raw size is always merged with them.
	lateShare = 16
	lateSmall = 32 << 20
)

// work is what a step is to do.
type work struct {
	kind   StepKind
	stream StreamID
	reason string
	files  []*file
	signal *Signal
	keep   Retention
}

// due chooses the step that is due first: what frees room, then ticks, then spans, then indexes and filters. nil: none.
func (s *Store) due(g *generation, o MaintainOptions) *work {
	for _, choose := range []func(*generation, StreamID, MaintainOptions) *work{s.dueRetention, s.dueTicks, s.dueSpans, s.dueIndex, s.dueFilter} {
		for _, t := range g.schema.Streams {
			if o.Streams != nil && !slices.Contains(o.Streams, t.ID) {
				continue
			}
			if w := choose(g, t.ID, o); w != nil {
				w.stream = t.ID
				return w
			}
		}
	}
	return nil
}

// mergeable reports whether a file may go into a merge.
func (s *Store) mergeable(f *file) bool {
	return !f.frozen && f.lost == nil && f.Events > 0 && !s.maint.isBad(f.ID)
}

// dueTicks chooses ticks that are to become a span, with the span that they came late for where that is worth it.
func (s *Store) dueTicks(g *generation, stream StreamID, o MaintainOptions) *work {
	var ticks, spans []*file
	for _, f := range g.files[stream] {
		switch {
		case !f.isTick():
			spans = append(spans, f)
		case s.mergeable(f):
			ticks = append(ticks, f)
		}
	}
	slices.SortFunc(ticks, compareFiles)
	over := s.overBudget(g, o)
	begin := o.Now - int64(o.Window/100)
	var w *work
	var raw int64
	for _, f := range ticks {
		_, end := f.bounds()
		why := ""
		switch {
		case o.Force:
			why = "VACUUM"
		case end <= begin:
			why = "its range ended before the window for late events"
		case s.isQuiet(f, o):
			why = "nothing was appended for the window"
		case over[f.ID]:
			why = "ticks outgrew their budget"
		default:
			continue
		}
		if w == nil {
			w = &work{kind: StepMergeTicks, reason: why}
		} else if raw+f.Raw > s.opts.SpanRaw || spanBetween(spans, w.files[len(w.files)-1], f) {
			break
		}
		w.files = append(w.files, f)
		raw += f.Raw
	}
	if w == nil {
		return nil
	}
	lo, hi := rangeOf(w.files)
	for _, f := range spans {
		if f.Min <= hi && f.Max >= lo && s.mergeable(f) && (f.Raw <= lateSmall || f.Raw <= lateShare*raw) {
			w.files = append(w.files, f)
			w.reason += "; with a span of the same time"
			if raw += f.Raw; raw > 2*s.opts.SpanRaw {
				break
			}
		}
	}
	return w
}

// rangeOf gives the first and last timestamp in files.
func rangeOf(files []*file) (lo, hi int64) {
	lo, hi = files[0].Min, files[0].Max
	for _, f := range files {
		lo, hi = min(lo, f.Min), max(hi, f.Max)
	}
	return lo, hi
}

// spanBetween reports whether a span lies, at least partly, between two ticks: one that holds both would overlap it.
func spanBetween(spans []*file, a, b *file) bool {
	for _, s := range spans {
		if s.Max > a.Max && s.Min < b.Min {
			return true
		}
	}
	return false
}

// isQuiet reports whether nothing was appended to a tick since a window ago, as far as this process has looked.
func (s *Store) isQuiet(f *file, o MaintainOptions) bool {
	m := &s.maint
	m.mu.Lock()
	defer m.mu.Unlock()
	q, known := m.quiet[f.ID]
	if !known || q.length != f.Length || q.since > o.Now { // a clock that was set back begins anew
		if m.quiet == nil {
			m.quiet = map[uint64]quietness{}
		}
		m.quiet[f.ID] = quietness{f.Length, o.Now}
		return false
	}
	return o.Now-q.since >= int64(o.Window/100)
}

// overBudget chooses the oldest ticks of all streams, so many that the rest comes to half of what ticks may. The ranges that are being
// written to stay: merging them would only begin again.
func (s *Store) overBudget(g *generation, o MaintainOptions) map[uint64]bool {
	var ticks []*file
	var bytes int64
	for _, files := range g.files {
		for _, f := range files {
			if f.isTick() {
				ticks = append(ticks, f)
				bytes += f.Length
			}
		}
	}
	if bytes <= o.TickBytes && len(ticks) <= o.TickFiles {
		return nil
	}
	slices.SortFunc(ticks, func(a, b *file) int { return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.ID, b.ID)) })
	out, n := map[uint64]bool{}, len(ticks)
	for _, f := range ticks {
		if bytes <= o.TickBytes/2 && n <= o.TickFiles/2 {
			break
		}
		if _, end := f.bounds(); end > o.Now && f.Start <= o.Now {
			continue
		}
		out[f.ID] = true
		bytes, n = bytes-f.Length, n-1
	}
	return out
}

// dueSpans chooses neighbouring spans of like size that fit into one, and spans that overlap.
func (s *Store) dueSpans(g *generation, stream StreamID, _ MaintainOptions) *work {
	var spans []*file
	for _, f := range g.files[stream] {
		if !f.isTick() && s.mergeable(f) {
			spans = append(spans, f)
		}
	}
	slices.SortFunc(spans, func(a, b *file) int { return cmp.Or(cmp.Compare(a.Min, b.Min), cmp.Compare(a.ID, b.ID)) })
	for i := range spans {
		var sum, largest int64
		for j := i; j < len(spans); j++ {
			f := spans[j]
			if sum+f.Raw > s.opts.SpanRaw {
				break
			}
			sum, largest = sum+f.Raw, max(largest, f.Raw)
			if n := j - i + 1; n >= mergeSpans && largest <= tier*(sum-largest) {
				// As many as fit while the tier is kept.
				end := j + 1
				for end < len(spans) && sum+spans[end].Raw <= s.opts.SpanRaw && spans[end].Raw <= tier*sum {
					sum += spans[end].Raw
					end++
				}
				return &work{kind: StepMergeSpans, files: slices.Clone(spans[i:end]), reason: fmt.Sprintf("%d neighbours fit into one span", end-i)}
			}
		}
		if i > 0 {
			a, b := spans[i-1], spans[i]
			small, large := min(a.Raw, b.Raw), max(a.Raw, b.Raw)
			if b.Min <= a.Max && (large <= lateShare*small || large <= lateSmall) && a.Raw+b.Raw <= s.opts.SpanRaw {
				return &work{kind: StepMergeSpans, files: []*file{a, b}, reason: "they overlap"}
			}
		}
	}
	return nil
}

// dueIndex chooses a span that lacks the bitmap of a signal, or has one that can't be used.
func (s *Store) dueIndex(g *generation, stream StreamID, _ MaintainOptions) *work {
	for _, sig := range g.schema.StreamSignals(stream) {
		if sig.Where == nil {
			continue
		}
		for _, f := range g.files[stream] {
			if f.isTick() || s.maint.isBad(f.ID) {
				continue
			}
			_, there := f.Indexes[uint64(sig.ID)]
			broken := there && s.unusable(f, sig)
			if !there || broken {
				w := &work{kind: StepIndex, files: []*file{f}, signal: sig, reason: "signal " + sig.Name + " has no bitmap of this span"}
				if broken {
					w.reason = "the bitmap of signal " + sig.Name + " can't be used"
				}
				return w
			}
		}
	}
	return nil
}

// unusable reports whether a span's index can't be used. Each index is read once for that: one that no scan has met would stay damaged
// otherwise, and be found by every check.
func (s *Store) unusable(f *file, g *Signal) bool {
	if !s.maint.wasRead(f.ID, g.ID) && s.readIndex(f, g) != nil {
		s.maint.read(f.ID, g.ID)
	}
	return s.maint.isBroken(f.ID, g.ID)
}

// dueFilter chooses a span that lacks a filter, or has one that can't be used.
func (s *Store) dueFilter(g *generation, stream StreamID, o MaintainOptions) *work {
	for _, f := range g.files[stream] {
		if f.isTick() || s.maint.isBad(f.ID) || f.Raw < s.filterLeast() {
			continue
		}
		switch {
		case f.Filter == 0:
			return &work{kind: StepFilter, files: []*file{f}, reason: "the span has no filter"}
		case s.filterUnusable(f, o.Force):
			return &work{kind: StepFilter, files: []*file{f}, reason: "the filter of the span can't be used"}
		}
	}
	return nil
}

// filterLeast is the raw size from which on a span is worth a filter: a few pages can as well be read.
func (s *Store) filterLeast() int64 {
	const pages = 4
	if s.opts.filterAll {
		return 0
	}
	return pages * int64(cmp.Or(s.opts.PageBytes, span.DefaultPageBytes))
}

// filterUnusable reports whether a span's filter can't be used. Each is looked at once for that, and wholly where that is asked for: one that no scan has
// met would stay damaged otherwise.
func (s *Store) filterUnusable(f *file, wholly bool) bool {
	if !s.maint.wasRead(f.ID, noSignal) {
		if !wholly {
			s.filterDirectory(f)
		} else if err := s.verifyFilter(f); err != nil {
			s.filterBroken(f, err)
		} else {
			s.maint.read(f.ID, noSignal)
		}
	}
	return s.maint.isBroken(f.ID, noSignal)
}

// dueRetention chooses the files that are, wholly or partly, past what is kept.
func (s *Store) dueRetention(g *generation, stream StreamID, o MaintainOptions) *work {
	if o.Retention == nil {
		return nil
	}
	keep := o.Retention(stream)
	var w *work
	add := func(f *file, why string) {
		if w == nil {
			w = &work{kind: StepRetention, reason: why, keep: keep}
		}
		w.files = append(w.files, f)
	}
	files := slices.Clone(g.files[stream])
	if keep.Age > 0 {
		for _, f := range files {
			cutoff := o.Now - int64(keep.Age/100)
			// A file that is partly past it is copied when an eighth of its time is, so that it is not copied over and over; or an eighth of
			// what is kept, where one event of a far future makes its time that long.
			late := max(min((f.Max-f.Min)/8, int64(keep.Age/100)/8), int64(keep.Age/100)/64)
			// One that is wholly past it goes whether it can be read or not.
			if f.Events > 0 && (f.Max < cutoff || f.Min < cutoff-late && !s.maint.isBad(f.ID)) {
				add(f, fmt.Sprintf("older than %s", keep.Age))
			}
		}
		if w != nil {
			return w
		}
	}
	if keep.Bytes > 0 {
		var total int64
		for _, f := range files {
			total += f.Length
		}
		slices.SortFunc(files, func(a, b *file) int { return cmp.Or(cmp.Compare(a.Max, b.Max), cmp.Compare(a.ID, b.ID)) })
		for _, f := range files {
			if total <= keep.Bytes || len(files) == 1 {
				break
			}
			if f.Events > 0 {
				add(f, fmt.Sprintf("more than %d bytes are stored", keep.Bytes))
				w.keep.Age = 0
			}
			total -= f.Length
		}
	}
	return w
}
