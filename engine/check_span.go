package engine

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/flare-pg/flare-pg/engine/filter"
	"github.com/flare-pg/flare-pg/engine/index"
	"github.com/flare-pg/flare-pg/engine/manifest"
	"github.com/flare-pg/flare-pg/engine/span"
)

// span verifies every byte of a span, that it is the one that the MANIFEST means, and its indexes.
func (c *checker) span(f *file, schema *Schema) (err error) {
	c.result.Files++
	h, err := c.s.fs.Open(f.path)
	if errors.Is(err, fs.ErrNotExist) && c.dropped(f) {
		return nil
	}
	if err != nil {
		return c.damage(f.path, &DamageError{File: f.path, What: "can't be opened", Err: err})
	}
	defer func() { err = errors.Join(err, h.Close()) }()
	before := c.result.Findings
	if _, err := c.s.readFooter(f, h); err != nil {
		if err := c.damage(f.path, err); err != nil {
			return err
		}
	}
	size, err := h.Size()
	if err != nil {
		return err
	}
	said := c.result.Findings > before
	if err := span.Verify(h, size, f.path, func(d *DamageError) {
		if !said || d.Offset > 0 {
			c.found(f.path, d.Offset, d)
		}
	}); err != nil {
		return c.damage(f.path, err)
	}
	if c.result.Findings == before {
		c.result.Bytes += f.Length
		c.result.Events += f.Events
	}
	for id := range f.Indexes {
		if g := schema.signal(SignalID(id)); g != nil {
			c.index(f, g)
		}
	}
	if f.Filter > 0 {
		c.filter(f)
	}
	return nil
}

// dropped reports whether a file has left the MANIFEST since it was read.
func (c *checker) dropped(f *file) bool {
	now, _, _, err := c.s.readManifest()
	return err == nil && now.Files[f.ID] == nil
}

// index verifies a span's bitmap for a signal.
func (c *checker) index(f *file, g *Signal) {
	path := indexPath(f, g.ID)
	b, err := readSmall(c.s.fs, path)
	var x *index.Index
	if err == nil {
		x, err = index.Decode(b, path)
	}
	if err == nil && !agrees(x, f, g) {
		err = &DamageError{File: path, What: "index is another's"}
	}
	c.derived(f, path, int64(len(b)), err)
}

// filter verifies a span's filter.
func (c *checker) filter(f *file) {
	c.derived(f, filter.Path(f.path), f.Filter, c.s.verifyFilter(f))
}

// derived counts an index or a filter, or tells what is wrong with it.
func (c *checker) derived(f *file, path string, length int64, err error) {
	if err == nil {
		c.result.Files++
		c.result.Bytes += length
		return
	}
	if errors.Is(err, fs.ErrNotExist) && c.dropped(f) {
		return
	}
	var d *DamageError
	off := int64(0)
	if errors.As(err, &d) {
		off = d.Offset
	}
	c.result.Findings++
	if c.tell != nil {
		c.tell(Finding{File: path, Offset: off, Err: err, Derived: true})
	}
}

// quarantined is the ending of files that Quarantine put aside.
const quarantined = ".quarantined"

// Quarantine gives files that Check named another name, with the ending ".quarantined", and deletes nothing. A span or tick that
// is put aside is missing from then on: statements that need it fail until it is put back, or go on without it where the user wants
// that; an index is built anew. The MANIFEST, folders, and what lies outside stay where they are. No server may run on the directory (ErrLocked). It gives the new names.
func Quarantine(dir string, o Options, files []string) (moved []string, err error) {
	o = o.withDefaults()
	dir = filepath.Clean(dir)
	lock, err := o.FS.Lock(filepath.Join(dir, lockName))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrLocked, err)
	}
	defer func() { err = errors.Join(err, lock.Close()) }()
	s := &Store{dir: dir, fs: o.FS, opts: o}
	for _, path := range files {
		if ok, err := s.canBeAside(path); err != nil {
			return moved, err
		} else if !ok {
			continue
		}
		to, err := s.freeName(path, quarantined)
		if err != nil {
			return moved, err
		}
		if err := o.FS.Rename(path, to); err != nil {
			return moved, err
		}
		if err := o.FS.SyncDir(filepath.Dir(path)); err != nil {
			return moved, err
		}
		moved = append(moved, to)
	}
	return moved, nil
}

// canBeAside reports whether Quarantine moves what lies at path: a file of the data directory, and neither the MANIFEST nor the lock. Transactions
// that are in no file are laid to the folder of all streams, which holds what is not damaged.
func (s *Store) canBeAside(path string) (bool, error) {
	rel, err := filepath.Rel(s.dir, path)
	if err != nil || !filepath.IsLocal(rel) || rel == manifest.Name || rel == lockName {
		return false, nil //nolint:nilerr // it is elsewhere
	}
	info, err := s.fs.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil // it is missing: that was what was found
	}
	return err == nil && !info.Dir, err
}
