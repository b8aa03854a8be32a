package strip

import (
	"bytes"
	"math/rand/v2"
	"sync"
)

// Parts keeps small parts of pages as they stand in the file, verified, in a number of bytes: columns that are asked for again and again are not read each time, one
// system call for each of their pages. What is full makes room by dropping the parts of any page, and takes only some of what comes then, so that a scan of more than it holds
// neither empties it nor spends its time on it. Goroutines may share it; a nil *Parts keeps none.
type Parts struct {
	most int64

	mu     sync.Mutex
	fronts []*Front // that have some
	bytes  int64
	came   int // since it was full
}

const (
	keptPart     = 16 << 10 // bytes of a part that is kept
	partOverhead = 48       // bytes that keeping a part takes besides
	takenOf      = 8        // of so many parts that come to what is full one is taken
)

// NewParts keeps parts of so many bytes in all.
func NewParts(most int64) *Parts { return &Parts{most: most} }

// Bytes is about how much memory they take.
func (p *Parts) Bytes() int64 {
	if p == nil {
		return 0
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.bytes
}

// heldParts are what Parts keeps of a front's page. Parts.mu guards it.
type heldParts struct {
	in    *Parts // nil: nothing is to be kept
	place int    // in in.fronts, from 1; 0: not there
	bytes int64
}

// KeepIn makes parts of f's page be kept in p, until Forget.
func (f *Front) KeepIn(p *Parts) {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	f.held.in = p
	f.keepsParts.Store(p)
}

// Forget drops what is kept of f's page, and keeps no more.
func (f *Front) Forget() {
	p := f.keepsParts.Swap(nil)
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	f.held.in = nil
	p.drop(f)
}

// keepPart keeps a part that was read and verified, if it is small and there is room.
func (f *Front) keepPart(i int, data []byte) {
	p := f.keepsParts.Load()
	if p == nil || len(data) > keptPart {
		return
	}
	n := int64(len(data)) + partOverhead
	p.mu.Lock()
	defer p.mu.Unlock()
	if f.held.in != p || n > p.most || f.keptParts[i].Load() != nil {
		return
	}
	if p.bytes+n > p.most {
		if p.came++; p.came%takenOf != 0 {
			return
		}
		for p.bytes+n > p.most {
			p.drop(p.fronts[rand.IntN(len(p.fronts))])
		}
	}
	own := bytes.Clone(data)
	f.keptParts[i].Store(&own)
	if f.held.bytes += n; f.held.place == 0 {
		p.fronts = append(p.fronts, f)
		f.held.place = len(p.fronts)
	}
	p.bytes += n
}

// drop drops the parts of a front's page.
func (p *Parts) drop(f *Front) {
	at := f.held.place
	if at == 0 {
		return
	}
	for i := range f.keptParts {
		f.keptParts[i].Store(nil)
	}
	p.bytes -= f.held.bytes
	last := len(p.fronts)
	p.fronts[at-1] = p.fronts[last-1]
	p.fronts[at-1].held.place = at
	p.fronts[last-1] = nil
	p.fronts = p.fronts[:last-1]
	f.held.place, f.held.bytes = 0, 0
}

// keptPart makes a part known that is kept.
func (r *Reader) keptPart(i int) bool {
	if k := r.front.keptParts[i].Load(); k != nil {
		r.data[i] = *k
		return true
	}
	return false
}
