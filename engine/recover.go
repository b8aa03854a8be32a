package engine

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"strconv"

	"github.com/flare-pg/flare-pg/engine/manifest"
	"github.com/flare-pg/flare-pg/engine/vfs"
)

var errEOF = io.EOF

// recover opens an existing store for writing. What follows the last commit that counts is cut; what remains of the tails is written once
// more and flushed, since nobody knows whether it ever was; then a new MANIFEST says so. A crash in between leaves
// everything as it was or a shorter tail, so recovery can be cut short and repeated.
//
// Where something is damaged, nothing is cut: what was durable and is missing is noted in the MANIFEST and counts when it is found later.
func (s *Store) recover() error {
	if err := s.clearTemporary(); err != nil {
		return err
	}
	st, torn, _, err := s.readManifest()
	if err != nil {
		return err
	}
	f, err := s.survey(st, noLimit)
	if err != nil {
		return err
	}
	f.torn = torn
	if torn {
		// The end of a record that was never acknowledged, or damage to one that was: nobody can tell.
		if err := s.keepManifest(); err != nil {
			return err
		}
	}
	s.tell(f)
	for _, t := range f.tails {
		if err := s.settle(t, f); err != nil {
			return err
		}
	}
	var obsolete, uncommitted []*orphan
	for _, o := range f.orphans {
		if o.obsolete(f) {
			obsolete = append(obsolete, o)
		} else {
			uncommitted = append(uncommitted, o)
		}
	}
	// Before their transactions' numbers are given to others: a file that came back then would count as one of those.
	if err := s.putAllAway(uncommitted, f); err != nil {
		return err
	}
	man, err := manifest.Create(s.fs, s.dir, f.state)
	if err != nil {
		return err
	}
	// After the MANIFEST is durable: the record that let them go may never have been flushed, and without it they are needed.
	if err := s.putAllAway(obsolete, f); err != nil {
		return errors.Join(err, man.Close())
	}
	s.begin(man, f.state, f.files)
	return nil
}

func (s *Store) clearTemporary() error {
	dir := tmpDir(s.dir)
	if err := s.fs.MakeDir(dir); err != nil {
		return err
	}
	names, err := s.fs.List(dir)
	if err != nil {
		return err
	}
	for _, n := range names {
		if err := s.fs.Remove(filepath.Join(dir, n)); err != nil {
			return err
		}
	}
	return nil
}

// settle cuts a tick behind its last commit and makes the tail before it durable. A tail of a store with damage stays.
func (s *Store) settle(t *tail, f *found) (err error) {
	if t.size == t.known {
		return nil
	}
	cut := t.size > t.file.Length
	if cut && f.damaged {
		t.file.frozen = true // events go to another tick of the range
		cut = false
	}
	h, err := s.fs.OpenWrite(t.file.path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.Close()) }()
	if cut && f.torn && t.undecided() {
		if err := s.keepTail(t, h); err != nil {
			return err
		}
	}
	buf := s.buffers.get(copyBuffer)[:copyBuffer]
	defer func() { s.buffers.put(buf) }()
	// Written once more: after an fsync that failed, the system may show bytes that it never wrote, and would not write them now.
	for at := t.known; at < t.file.Length; {
		b := buf[:min(int64(len(buf)), t.file.Length-at)]
		n, err := h.ReadAt(b, at)
		if n == 0 {
			if f.damaged {
				break // what can't be read is damage that a read names
			}
			return &DamageError{File: t.file.path, Offset: at, What: "can't be read", Err: err}
		}
		if _, err := h.WriteAt(b[:n], at); err != nil {
			return err
		}
		at += int64(n)
	}
	if cut {
		if err := h.Truncate(t.file.Length); err != nil {
			return err
		}
	}
	// Before the MANIFEST calls this length durable.
	return h.Sync()
}

// aside is the ending of files that recovery put aside because they may hold what was committed.
const aside = ".lost"

// freeName finds a name for a file to be put aside: the old one with an ending, and a number where that is taken.
func (s *Store) freeName(path, ending string) (string, error) {
	for i := 1; ; i++ {
		name := path + ending
		if i > 1 {
			name = path + "." + strconv.Itoa(i) + ending
		}
		there, err := vfs.Exists(s.fs, name)
		if err != nil || !there {
			return name, err
		}
	}
}

// copyAside copies length bytes of src from an offset on to a file beside path, durably.
func (s *Store) copyAside(path string, src io.ReaderAt, at, length int64, why string) (err error) {
	name, err := s.freeName(path, aside)
	if err != nil {
		return err
	}
	dst, err := s.fs.Create(name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, dst.Close()) }()
	if _, err := io.Copy(io.NewOffsetWriter(dst, 0), io.NewSectionReader(src, at, length)); err != nil {
		return errors.Join(err, s.fs.Remove(name))
	}
	// The copy and its name, before the original is cut or replaced.
	if err := dst.Sync(); err != nil {
		return err
	}
	if err := s.fs.SyncDir(filepath.Dir(name)); err != nil {
		return err
	}
	s.opts.Log.Warn("put aside", "file", name, "bytes", length, "reason", why)
	return nil
}

// keepManifest copies a MANIFEST whose end is not valid.
func (s *Store) keepManifest() (err error) {
	path := filepath.Join(s.dir, manifest.Name)
	h, err := s.fs.Open(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.Close()) }()
	size, err := h.Size()
	if err != nil {
		return err
	}
	return s.copyAside(path, h, 0, size, "its last record is not valid: cut short by a power cut, or damaged")
}

// keepTail copies the part of a tick that is about to be cut.
func (s *Store) keepTail(t *tail, h io.ReaderAt) error {
	path := fmt.Sprintf("%s.%d", t.file.path, t.file.Length)
	return s.copyAside(path, h, t.file.Length, t.size-t.file.Length, "whole transactions that the MANIFEST's last record, which is not valid, may have committed")
}

// putAllAway puts orphans away, durably.
func (s *Store) putAllAway(orphans []*orphan, f *found) error {
	dirs := map[string]bool{}
	for _, o := range orphans {
		if err := s.putAway(o, f); err != nil {
			return err
		}
		dirs[filepath.Dir(o.path)] = true
	}
	for dir := range dirs {
		if err := s.fs.SyncDir(dir); err != nil {
			return err
		}
	}
	return nil
}

// putAway deletes a file that the MANIFEST does not know when it holds nothing that was committed, as far as anyone can know;
// otherwise it gets another name.
func (s *Store) putAway(o *orphan, f *found) error {
	why := o.why(f)
	if why == "" {
		s.opts.Log.Info("removing a file that no transaction committed", "file", o.path)
		if err := s.fs.Remove(o.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	}
	name, err := s.freeName(o.path, aside)
	if err != nil {
		return err
	}
	if err := s.fs.Rename(o.path, name); err != nil {
		return err
	}
	s.opts.Log.Warn("put aside a file that the MANIFEST does not know", "file", name, "reason", why)
	return nil
}
