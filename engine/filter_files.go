package engine

import (
	"errors"
	"sync"

	"github.com/flare-pg/flare-pg/engine/filter"
	"github.com/flare-pg/flare-pg/engine/vfs"
)

// noSignal stands for a span's filter where indexes are listed by signal: no signal has this id.
const noSignal SignalID = 0

// filterCache keeps what was read of filter files, the ones used last, within a budget.
type filterCache struct {
	mu     sync.Mutex
	byFile map[uint64]*cachedFilter
	bytes  int64
	clock  uint64
}

type cachedFilter struct {
	directory *filter.Directory
	sections  map[int64]*filter.Pages // by offset
	bytes     int64
	used      uint64
}

// filterBytes bounds the memory of cached filters.
const filterBytes = 64 << 20

// get gives a file's directory and the section at an offset, as far as they are here.
func (c *filterCache) get(id uint64, offset int64) (*filter.Directory, *filter.Pages) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.byFile[id]
	if e == nil {
		return nil, nil
	}
	c.clock++
	e.used = c.clock
	return e.directory, e.sections[offset]
}

// put adds a section (nil: none) of a file with that directory.
func (c *filterCache) put(id uint64, d *filter.Directory, offset int64, p *filter.Pages, bytes int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.byFile == nil {
		c.byFile = map[uint64]*cachedFilter{}
	}
	e := c.byFile[id]
	if e == nil || e.directory != d && p == nil {
		c.remove(id)
		e = &cachedFilter{directory: d, sections: map[int64]*filter.Pages{}, bytes: d.Bytes()}
		c.byFile[id] = e
		c.bytes += e.bytes
	}
	c.clock++
	e.used = c.clock
	if p == nil || e.directory != d || e.sections[offset] != nil {
		return
	}
	e.sections[offset] = p
	e.bytes += bytes
	c.bytes += bytes
	for c.bytes > filterBytes && len(c.byFile) > 1 {
		oldest := id
		for id, e := range c.byFile {
			if e.used < c.byFile[oldest].used {
				oldest = id
			}
		}
		c.remove(oldest)
	}
}

// drop forgets a file.
func (c *filterCache) drop(id uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.remove(id)
}

func (c *filterCache) remove(id uint64) {
	if e := c.byFile[id]; e != nil {
		c.bytes -= e.bytes
		delete(c.byFile, id)
	}
}

// filterDirectory gives the directory of a span's filter, nil where it has none that can be used. One that is damaged is put on the list of what maintenance
// builds anew; a scan goes on without it, since a filter only leaves out what does not match.
func (s *Store) filterDirectory(f *file) *filter.Directory {
	if f.Filter == 0 || s.maint.isBroken(f.ID, noSignal) {
		return nil
	}
	if d, _ := s.filters.get(f.ID, 0); d != nil {
		return d
	}
	d, h, err := s.openFilter(f)
	if err != nil {
		s.filterBroken(f, err)
		return nil
	}
	_ = h.Close() // only read from
	s.filters.put(f.ID, d, 0, nil, 0)
	return d
}

// filterSection gives a section of a span's filter, nil where it can't be used.
func (s *Store) filterSection(f *file, d *filter.Directory, x *filter.Section) *filter.Pages {
	if now, p := s.filters.get(f.ID, x.Offset); p != nil && now == d {
		return p
	}
	h, err := s.fs.Open(filter.Path(f.path))
	if err != nil {
		s.filterBroken(f, &DamageError{File: filter.Path(f.path), What: "can't be opened", Err: err})
		return nil
	}
	p, err := readSection(h, d, x, filter.Path(f.path))
	_ = h.Close() // only read from
	if err != nil {
		s.filterBroken(f, err)
		return nil
	}
	s.filters.put(f.ID, d, x.Offset, p, p.Bytes())
	return p
}

// filterBroken notes that a span's filter can't be used, unless it is another by now than the one that f speaks of.
func (s *Store) filterBroken(f *file, err error) {
	if now := s.chain.current.Load().file(f); now == nil || now.Filter != f.Filter {
		return
	}
	s.opts.Log.Warn("a filter can't be used; it will be built anew", "error", err)
	s.maint.broken(f.ID, noSignal)
	s.filters.drop(f.ID)
}

// openFilter opens a span's filter and gives its directory.
func (s *Store) openFilter(f *file) (*filter.Directory, vfs.File, error) {
	path := filter.Path(f.path)
	h, err := s.fs.Open(path)
	if err != nil {
		return nil, nil, &DamageError{File: path, What: "can't be opened", Err: err}
	}
	d, err := readDirectory(h, path)
	switch {
	case err != nil:
	case d.Span != f.ID:
		err = &DamageError{File: path, What: "filter is another's"}
	case d.Length != f.Filter:
		err = &DamageError{File: path, Offset: min(d.Length, f.Filter), What: "filter is not as long as the MANIFEST says"}
	}
	if err != nil {
		return nil, nil, errors.Join(err, h.Close())
	}
	return d, h, nil
}

func readDirectory(h vfs.File, path string) (*filter.Directory, error) {
	size, err := h.Size()
	if err != nil {
		return nil, &DamageError{File: path, What: "can't be examined", Err: err}
	}
	b, err := readPart(h, 0, min(size, filter.HeaderBytes), path)
	if err != nil {
		return nil, err
	}
	n, err := filter.DirectoryBytes(b, path)
	if err != nil {
		return nil, err
	}
	if b, err = readPart(h, 0, min(size, filter.HeaderBytes+int64(n)), path); err != nil {
		return nil, err
	}
	return filter.DecodeDirectory(b, size, path)
}

func readSection(h vfs.File, d *filter.Directory, x *filter.Section, path string) (*filter.Pages, error) {
	b, err := readPart(h, x.Offset, x.Length, path)
	if err != nil {
		return nil, err
	}
	return x.Decode(b, d.Pages, path)
}

func readPart(h vfs.File, at, n int64, path string) ([]byte, error) {
	b := make([]byte, n)
	if got, err := h.ReadAt(b, at); got < len(b) {
		return nil, &DamageError{File: path, Offset: at + int64(got), What: "can't be read", Err: err}
	}
	return b, nil
}

// verifyFilter verifies every byte of a span's filter.
func (s *Store) verifyFilter(f *file) (err error) {
	d, h, err := s.openFilter(f)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.Close()) }()
	for i := range d.Sections {
		if _, err := readSection(h, d, &d.Sections[i], filter.Path(f.path)); err != nil {
			return err
		}
	}
	return nil
}
