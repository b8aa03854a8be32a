package engine

import (
	"errors"
	"sync"

	"github.com/flare-pg/flare-pg/engine/span"
	"github.com/flare-pg/flare-pg/engine/vfs"
)

// footerCache keeps the footers of spans that were opened, the ones used last, within a budget: a store of a thousand spans opens
// without reading any.
type footerCache struct {
	mu     sync.Mutex
	byFile map[uint64]*cachedFooter
	bytes  int64
	clock  uint64
}

type cachedFooter struct {
	footer *span.Footer
	used   uint64
}

// footerBytes bounds the memory of cached footers.
const footerBytes = 32 << 20

// frontBytes bounds the memory of cached fronts of pages: those of some fifteen million events.
const frontBytes = 128 << 20

// partBytes bounds the memory of cached small parts of pages: what some ten columns of a million events take.
const partBytes = 32 << 20

func (c *footerCache) get(id uint64) *span.Footer {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.byFile[id]
	if e == nil {
		return nil
	}
	c.clock++
	e.used = c.clock
	return e.footer
}

func (c *footerCache) put(id uint64, f *span.Footer) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.byFile == nil {
		c.byFile = map[uint64]*cachedFooter{}
	}
	if old := c.byFile[id]; old != nil {
		c.bytes -= old.footer.Bytes()
	}
	c.clock++
	c.byFile[id] = &cachedFooter{f, c.clock}
	c.bytes += f.Bytes()
	for c.bytes > footerBytes && len(c.byFile) > 1 {
		var oldest uint64
		for id, e := range c.byFile {
			if o := c.byFile[oldest]; o == nil || e.used < o.used {
				oldest = id
			}
		}
		c.bytes -= c.byFile[oldest].footer.Bytes()
		delete(c.byFile, oldest)
	}
}

// openSpan opens a span for reading and gives its footer. The error is a *DamageError where the file is not what it was.
func (s *Store) openSpan(f *file) (vfs.File, *span.Footer, error) {
	h, err := s.openBare(f)
	if err != nil {
		return nil, nil, err
	}
	footer, err := s.footer(f, h)
	if err != nil {
		return nil, nil, errors.Join(err, h.Close())
	}
	return h, footer, nil
}

// openBare opens a span, or finds it open, and reads nothing.
func (s *Store) openBare(f *file) (vfs.File, error) {
	h, err := s.opened.open(s.fs, f.path)
	if err != nil {
		return nil, &DamageError{File: f.path, What: "can't be opened", Err: err}
	}
	return h, nil
}

// footer gives the footer of a span that is open, and keeps it. The error is a *DamageError where the file is not what it was.
func (s *Store) footer(f *file, h vfs.File) (*span.Footer, error) {
	footer := s.footers.get(f.ID)
	if footer == nil {
		var err error
		if footer, err = s.readFooter(f, h); err != nil {
			s.opened.drop(f.path)
			return nil, err
		}
		s.footers.put(f.ID, footer)
	}
	return footer, nil
}

// readFooter reads a span's footer and compares it with what the MANIFEST says.
func (s *Store) readFooter(f *file, h vfs.File) (*span.Footer, error) {
	hdr, err := span.ReadHeader(h, f.path)
	if err != nil {
		return nil, err
	}
	if hdr.ID != f.ID || hdr.Stream != f.Stream {
		return nil, &DamageError{File: f.path, What: "header is that of another file", Err: errOtherFile}
	}
	size, err := h.Size()
	if err != nil {
		return nil, &DamageError{File: f.path, What: "can't be examined", Err: err}
	}
	if size != f.Length {
		return nil, short(f, size)
	}
	footer, err := span.ReadFooter(h, f.Length, f.path)
	if err != nil {
		return nil, err
	}
	if footer.Events != f.Events || footer.Min != f.Min || footer.Max != f.Max {
		return nil, &DamageError{File: f.path, What: "footer does not agree with the MANIFEST"}
	}
	return footer, nil
}

// readSmall reads a whole file.
func readSmall(fsys vfs.FS, path string) (b []byte, err error) {
	h, err := fsys.Open(path)
	if err != nil {
		return nil, &DamageError{File: path, What: "can't be opened", Err: err}
	}
	defer func() { err = errors.Join(err, h.Close()) }()
	size, err := h.Size()
	if err != nil {
		return nil, &DamageError{File: path, What: "can't be examined", Err: err}
	}
	b = make([]byte, size)
	if n, err := h.ReadAt(b, 0); n < len(b) {
		return nil, &DamageError{File: path, Offset: int64(n), What: "can't be read", Err: err}
	}
	return b, nil
}
