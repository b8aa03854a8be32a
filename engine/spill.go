package engine

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"sync/atomic"

	"github.com/flare-pg/flare-pg/engine/damage"
	"github.com/flare-pg/flare-pg/engine/tick"
	"github.com/flare-pg/flare-pg/engine/vfs"
)

// spill is a stage's temporary file, counted by the stage and the scans that read it.
type spill struct {
	store *Store
	name  string
	f     vfs.File
	size  int64
	refs  atomic.Int64
}

func tmpDir(dir string) string { return filepath.Join(dir, "tmp") }

func (s *Store) newSpill() (*spill, error) {
	if s.opts.ReadOnly {
		return nil, ErrReadOnly
	}
	sp := &spill{store: s, name: filepath.Join(tmpDir(s.dir), fmt.Sprintf("stage-%d", s.spills.Add(1)))}
	f, err := s.fs.Create(sp.name)
	if err != nil {
		return nil, fmt.Errorf("temporary file: %w", noSpace(err))
	}
	sp.f = f
	sp.refs.Store(1)
	return sp, nil
}

// write appends and tells where. Never flushed to the disk: a power cut ends the transaction anyway.
func (sp *spill) write(b []byte) (int64, error) {
	at := sp.size
	if _, err := sp.f.WriteAt(b, at); err != nil {
		return 0, fmt.Errorf("temporary file: %w", noSpace(err))
	}
	sp.size += int64(len(b))
	return at, nil
}

// retain counts another reader.
func (sp *spill) retain() *spill {
	if sp != nil {
		sp.refs.Add(1)
	}
	return sp
}

// release ends a count; the last one removes the file.
func (sp *spill) release() error {
	if sp == nil || sp.refs.Add(-1) > 0 {
		return nil
	}
	err := errors.Join(sp.f.Close(), sp.store.fs.Remove(sp.name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// load gives a closed frame's stored bytes, in buf's memory where they are not in RAM.
func (f frame) load(sp *spill, buf []byte) ([]byte, error) {
	if f.data != nil {
		return f.data, nil
	}
	if cap(buf) < f.stored {
		buf = make([]byte, f.stored)
	}
	buf = buf[:f.stored]
	if n, err := sp.f.ReadAt(buf, f.at); n < len(buf) {
		return nil, &damage.Error{File: sp.name, Offset: f.at, What: "staged frame can't be read", Err: err}
	}
	if found := tick.Sum(buf); found != f.sum {
		return nil, &damage.Error{File: sp.name, Offset: f.at, What: "staged frame", HasSum: true, Expected: f.sum, Found: found}
	}
	return buf, nil
}

// noSpace adds ErrNoSpace where the disk is full.
func noSpace(err error) error {
	if vfs.IsNoSpace(err) {
		return fmt.Errorf("%w: %w", ErrNoSpace, err)
	}
	return err
}
