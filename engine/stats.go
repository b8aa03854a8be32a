package engine

import (
	"slices"
	"time"
)

// Stats is what a store consists of at one moment, and what maintenance has done.
type Stats struct {
	Generations []GenerationStats // oldest first, the current one last
	Ticks       FileStats         // of the current generation
	Spans       FileStats
	Indexes     FileStats
	RunBytes    int64  // of RAM runs
	FooterBytes int64  // of cached footers, and fronts of pages
	Free        int64  // bytes that can be written to the disk still; -1: not known
	Running     *Step  // the step of maintenance that is being done; nil: none
	Steps       []Step // the latest steps, the oldest first
	Poisoned    error  // why no writes are taken; nil: they are
}

// FileStats sums up files of one kind.
type FileStats struct {
	Files  int
	Events int64
	Bytes  int64 // on disk
	Raw    int64 // of the documents
}

// GenerationStats describes a generation that somebody may still read.
type GenerationStats struct {
	ID      uint64
	Since   time.Time // when it became current; zero where the store was given no clock
	Readers int64
	Files   int
	// Held are the bytes of files that were obsolete when the next generation came, and stay until this one has ended.
	Held    int64
	Current bool
}

// Stats describes the store now.
func (s *Store) Stats() Stats {
	st := Stats{Free: -1, FooterBytes: s.footers.size() + s.fronts.Bytes(), Poisoned: s.Poisoned()}
	if free, err := s.fs.Free(s.dir); err == nil {
		st.Free = free
	}
	tx := s.Read()
	defer tx.Close()
	for _, files := range tx.g.files {
		for _, f := range files {
			sum := &st.Ticks
			if !f.isTick() {
				sum = &st.Spans
			}
			sum.Files++
			sum.Events, sum.Bytes, sum.Raw = sum.Events+f.Events, sum.Bytes+f.Length, sum.Raw+f.Raw
			for _, x := range f.Indexes {
				st.Indexes.Files++
				st.Indexes.Bytes += x.Length
			}
		}
	}
	st.RunBytes = tx.g.runBytes
	st.Generations = s.chain.stats(s, tx.g)
	m := &s.maint
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.running != nil {
		running := *m.running
		st.Running = &running
	}
	st.Steps = slices.Clone(m.steps)
	return st
}

// stats lists the generations. own is held by the caller, which does not count.
func (c *chain) stats(s *Store, own *generation) []GenerationStats {
	c.mu.Lock()
	live := slices.Clone(c.live)
	obsolete, counts := make([][]string, len(live)), make([]int, len(live))
	for i, g := range live {
		obsolete[i] = slices.Clone(g.obsolete)
		for _, files := range g.files { // none where it has ended
			counts[i] += len(files)
		}
	}
	current := c.current.Load()
	c.mu.Unlock()
	var out []GenerationStats
	for i, g := range live {
		x := GenerationStats{ID: g.id, Since: g.since, Readers: g.refs.Load(), Current: g == current, Files: counts[i]}
		if x.Current {
			x.Readers-- // the store's own count
		}
		if g == own {
			x.Readers--
		}
		if x.Readers = max(x.Readers, 0); x.Readers == 0 && !x.Current {
			continue // it has just ended
		}
		for _, path := range obsolete[i] {
			if info, err := s.fs.Stat(path); err == nil {
				x.Held += info.Size
			}
		}
		out = append(out, x)
	}
	return out
}

func (c *footerCache) size() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.bytes
}
