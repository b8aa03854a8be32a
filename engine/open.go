package engine

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/flare-pg/flare-pg/engine/manifest"
	"github.com/flare-pg/flare-pg/engine/span"
	"github.com/flare-pg/flare-pg/engine/tick"
	"github.com/flare-pg/flare-pg/engine/vfs"
)

var noContext = context.Background()

const lockName = "LOCK"

// Open opens a data directory. ErrNotDataDir, ErrLocked (says who), ErrNewerFormat; a *DamageError where the MANIFEST is
// damaged. Damage in other files does not hinder opening: reads that meet it name it.
func Open(dir string, o Options) (*Store, error) {
	s := &Store{dir: filepath.Clean(dir), opts: o.withDefaults()}
	s.fs = s.opts.FS
	s.fronts = span.NewFronts(frontBytes, partBytes)
	s.chain.remove = func(path string) {
		s.opened.drop(path)
		if err := s.fs.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			s.opts.Log.Warn("file is left behind", "file", path, "error", err)
		}
	}
	if s.opts.ReadOnly {
		if err := s.openReadOnly(); err != nil {
			return nil, err
		}
		return s, nil
	}
	if err := s.openWriting(); err != nil {
		if s.lock != nil {
			err = errors.Join(err, s.lock.Close())
		}
		return nil, err
	}
	return s, nil
}

func (s *Store) openWriting() error {
	there, err := s.prepare()
	if err != nil {
		return err
	}
	if s.lock, err = s.fs.Lock(filepath.Join(s.dir, lockName)); err != nil {
		var held *vfs.HeldError
		if errors.As(err, &held) {
			return fmt.Errorf("%w: %w", ErrLocked, held)
		}
		return err
	}
	if !there {
		if there, err = vfs.Exists(s.fs, filepath.Join(s.dir, manifest.Name)); err != nil {
			return err // another process may have made it before the lock was taken
		}
	}
	if !there {
		return s.create()
	}
	return s.recover()
}

// prepare tells whether there is a store, and makes the directory where there is nothing and that is wanted. It changes nothing in a
// directory that holds other things.
func (s *Store) prepare() (there bool, err error) {
	there, err = isDataDir(s.fs, s.dir)
	if there || err != nil {
		return there, err
	}
	if !s.opts.Create {
		return false, fmt.Errorf("%w: %s has no %s", ErrNotDataDir, s.dir, manifest.Name)
	}
	if err := s.fs.MakeDir(s.dir); err != nil {
		return false, err
	}
	// The directory's own name. Where the parent can't be flushed (no permission), its owner has to see to it.
	if err := s.fs.SyncDir(filepath.Dir(s.dir)); err != nil && !errors.Is(err, fs.ErrPermission) {
		return false, err
	}
	return false, nil
}

// isDataDir reports whether dir holds a MANIFEST; the error is ErrNotDataDir where it holds other things and no MANIFEST.
func isDataDir(fsys vfs.FS, dir string) (bool, error) {
	names, err := fsys.List(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		if info, serr := fsys.Stat(dir); serr == nil && !info.Dir {
			return false, fmt.Errorf("%w: %s is a file", ErrNotDataDir, dir)
		}
		return false, err
	}
	other := ""
	for _, n := range names {
		switch n {
		case manifest.Name:
			return true, nil
		case lockName, manifest.Name + ".new", "tmp", "lost+found":
			// what a creation leaves that was cut short, or a file system that was just made
		case "streams":
			empty, err := noFiles(fsys, filepath.Join(dir, n))
			if err != nil {
				return false, err
			}
			if !empty {
				other = n
			}
		default:
			other = n
		}
	}
	if other != "" {
		return false, fmt.Errorf("%w: %s has no %s but holds %q", ErrNotDataDir, dir, manifest.Name, other)
	}
	return false, nil
}

// noFiles reports whether there is nothing but empty directories in dir.
func noFiles(fsys vfs.FS, dir string) (bool, error) {
	names, err := fsys.List(dir)
	if err != nil {
		return false, err
	}
	for _, n := range names {
		below, err := fsys.List(filepath.Join(dir, n))
		if err != nil || len(below) > 0 {
			return false, nil //nolint:nilerr // not a directory: a file
		}
	}
	return true, nil
}

// create makes an empty store with the stream "public"."stream". The MANIFEST comes last: without it there is no store.
func (s *Store) create() error {
	for _, d := range []string{tmpDir(s.dir), filepath.Join(s.dir, "streams"), streamDir(s.dir, 1)} {
		if err := s.fs.MakeDir(d); err != nil {
			return err
		}
	}
	// The names that the MANIFEST will rely on.
	for _, d := range []string{filepath.Join(s.dir, "streams"), s.dir} {
		if err := s.fs.SyncDir(d); err != nil {
			return err
		}
	}
	st := manifest.NewState()
	st.Counters = manifest.Counters{Arrival: 1, File: 1, Schema: 1}
	st.Streams[1] = &manifest.Stream{ID: 1, Schema: "public", Name: "stream"}
	man, err := manifest.Create(s.fs, s.dir, st)
	if err != nil {
		return err
	}
	s.begin(man, st, nil)
	return nil
}

// begin starts the store with a state and its files.
func (s *Store) begin(man *manifest.Writer, st *manifest.State, files []*file) {
	if man != nil {
		s.writer = &writer{s: s, man: man, Counters: st.Counters, handles: map[uint64]*handle{}, changed: map[uint64]bool{}, dirty: map[uint64]bool{}, durable: st.Seq}
	}
	s.beginIDs(st)
	g := &generation{files: map[StreamID][]*file{}, arrival: st.Arrival}
	for _, f := range files {
		f.arrivals = st.Arrival
	}
	s.publish(g.with(schemaOf(st), files))
}

// readManifest reads the MANIFEST of a data directory. torn: bytes follow its last record, at end, that are no
// record.
func (s *Store) readManifest() (st *manifest.State, torn bool, end int64, err error) {
	st, data, end, err := manifest.ReadFile(s.fs, filepath.Join(s.dir, manifest.Name))
	if err != nil {
		return nil, false, 0, err
	}
	return st, !zero(data[end:]), end, nil
}

func zero(b []byte) bool {
	for _, x := range b {
		if x != 0 {
			return false
		}
	}
	return true
}

// openReadOnly takes the MANIFEST and what the ticks have beyond it, as they stand, also while another process writes.
func (s *Store) openReadOnly() error {
	there, err := isDataDir(s.fs, s.dir)
	if err != nil {
		return err
	}
	if !there {
		return fmt.Errorf("%w: %s has no %s", ErrNotDataDir, s.dir, manifest.Name)
	}
	f, err := s.look()
	if err != nil {
		return err
	}
	s.tell(f)
	s.begin(nil, f.state, f.files)
	return nil
}

// readHeader reads and checks a tick's header.
func readHeader(f vfs.File, path string) (tick.Header, error) {
	var b [tick.HeaderBytes]byte
	n, err := f.ReadAt(b[:], 0)
	if n < len(b) && err != nil && !errors.Is(err, errEOF) {
		return tick.Header{}, &DamageError{File: path, What: "header can't be read", Err: err}
	}
	return tick.DecodeHeader(b[:n], path)
}

// headerOf checks that a tick's header is that of file m.
func headerOf(f vfs.File, m *manifest.File, path string) error {
	h, err := readHeader(f, path)
	if err != nil {
		return err
	}
	if h.Stream != m.Stream || h.ID != m.ID || h.Start != m.Start {
		return otherFile(path, h)
	}
	return nil
}

var errOtherFile = errors.New("another file lies in its place")

// otherFile is damage of a file whose header is whole and another's.
func otherFile(path string, h tick.Header) *DamageError {
	return &DamageError{File: path, What: fmt.Sprintf("header is that of file %d of stream %d", h.ID, h.Stream), Err: errOtherFile}
}

// short is damage of a file that ends before its known length, or goes on behind it where nothing may.
func short(f *file, size int64) *DamageError {
	if size > f.Length {
		return &DamageError{File: f.path, Offset: f.Length, What: "goes on behind what was written"}
	}
	return &DamageError{File: f.path, Offset: size, What: fmt.Sprintf("ends before offset %d", f.Length)}
}
