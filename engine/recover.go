package engine

import (
	"cmp"
	"errors"
	"io"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/flare-pg/flare-pg/engine/manifest"
	"github.com/flare-pg/flare-pg/engine/tick"
	"github.com/flare-pg/flare-pg/engine/vfs"
)

var errEOF = io.EOF

// found is what a data directory holds: the state with every commit counted that counts, and its files.
type found struct {
	state   *manifest.State
	files   []*file
	tails   []*tail
	missing bool // a file of the MANIFEST is not there
}

// tail is what a tick has beyond the length that the MANIFEST knows.
type tail struct {
	file    *file
	size    int64 // of the file
	known   int64 // the MANIFEST's length
	commits []commit
}

// commit is one commit record in a tail, with what its batch adds.
type commit struct {
	record   tick.Record
	end      int64
	raw      int64
	min, max int64
}

// recover opens an existing store for writing. What follows the last commit that counts is cut; what remains of the tails is written once
// more and flushed, since nobody knows whether it ever was; then a new MANIFEST says so. A crash in between leaves
// everything as it was or a shorter tail, so recovery can be cut short and repeated.
func (s *Store) recover() error {
	if err := s.clearTemporary(); err != nil {
		return err
	}
	st, err := s.readManifest()
	if err != nil {
		return err
	}
	f, err := s.survey(st)
	if err != nil {
		return err
	}
	for _, t := range f.tails {
		if err := s.settle(t); err != nil {
			return err
		}
	}
	if err := s.removeOrphans(f.state); err != nil {
		return err
	}
	man, err := manifest.Create(s.fs, s.dir, f.state)
	if err != nil {
		return err
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

// survey walks the ticks' tails and decides which commits count: those whose sequence numbers follow the MANIFEST's without a gap.
// It writes nothing.
func (s *Store) survey(st *manifest.State) (*found, error) {
	out := &found{state: st}
	for _, m := range st.Files {
		f := &file{File: *m, path: filePath(s.dir, *m)}
		out.files = append(out.files, f)
		t, err := s.walkTail(f)
		switch {
		case errors.Is(err, ErrNewerFormat):
			return nil, err
		case err != nil:
			// Reads that meet it name it; nothing is appended to it.
			s.opts.Log.Warn("damaged file", "error", err)
			out.missing = out.missing || errors.Is(err, fs.ErrNotExist)
			f.frozen = true
		case t != nil:
			out.tails = append(out.tails, t)
		}
	}
	slices.SortFunc(out.tails, func(a, b *tail) int { return cmp.Compare(a.file.ID, b.file.ID) })
	out.count()
	return out, nil
}

// count takes the commits in order of their sequence numbers for as long as there is no gap.
func (f *found) count() {
	type entry struct {
		t *tail
		c commit
	}
	var all []entry
	for _, t := range f.tails {
		for _, c := range t.commits {
			all = append(all, entry{t, c})
		}
	}
	slices.SortStableFunc(all, func(a, b entry) int { return cmp.Compare(a.c.record.Seq, b.c.record.Seq) })
	n := &f.state.Counters
	for _, e := range all {
		r := e.c.record
		if r.Seq != n.Seq+1 || r.Arrival != n.Arrival {
			break
		}
		n.Seq++
		n.Arrival += r.Events
		e.t.file.add(e.c)
	}
	for _, t := range f.tails {
		*f.state.Files[t.file.ID] = t.file.File
	}
}

func (f *file) add(c commit) {
	if f.Events == 0 {
		f.Min, f.Max = c.min, c.max
	}
	f.Min, f.Max = min(f.Min, c.min), max(f.Max, c.max)
	f.Length = c.end
	f.Events += int64(c.record.Events)
	f.Raw += c.raw
}

// walkTail opens a file, checks that it is what the MANIFEST says, and lists the commits beyond the known length. nil where it is
// exactly as long as it should be.
func (s *Store) walkTail(f *file) (t *tail, err error) {
	h, err := s.fs.Open(f.path)
	if err != nil {
		return nil, &DamageError{File: f.path, What: "can't be opened", Err: err}
	}
	defer func() { err = errors.Join(err, h.Close()) }()
	if err := headerOf(h, &f.File, f.path); errors.Is(err, ErrNewerFormat) {
		return nil, err
	} else if err != nil {
		// Reads that meet it name it. Its commits count all the same, or those after them in other files would be cut.
		s.opts.Log.Warn("damaged file", "error", err)
		f.frozen = true
	}
	size, err := h.Size()
	if err != nil {
		return nil, &DamageError{File: f.path, What: "can't be examined", Err: err}
	}
	if size < f.Length {
		return nil, &DamageError{File: f.path, Offset: size, What: "ends before offset " + strconv.FormatInt(f.Length, 10)}
	}
	t = &tail{file: f, size: size, known: f.Length}
	if size == f.Length {
		return t, nil
	}
	buf := s.buffers.get(tick.WindowBytes)
	defer s.buffers.put(buf)
	w := tick.NewWalker(h, f.path, f.Length, size, buf)
	w.Sums = true
	c := commit{}
	for {
		// Whatever is wrong with it, behind the known length it is where the commits end.
		kind, err := w.Next()
		if err != nil {
			return t, nil //nolint:nilerr // as said
		}
		if kind == tick.Frame {
			if c.raw == 0 {
				c.min, c.max = w.Head.Min, w.Head.Max
			}
			c.min, c.max = min(c.min, w.Head.Min), max(c.max, w.Head.Max)
			c.raw += int64(w.Head.Raw)
			continue
		}
		if w.Record.Manifest {
			return t, nil // it would lie below the known length if it counted
		}
		c.record, c.end = w.Record, w.End()
		t.commits = append(t.commits, c)
		c = commit{}
	}
}

// settle cuts a tick behind its last commit and makes the tail before it durable.
func (s *Store) settle(t *tail) (err error) {
	if t.size == t.known {
		return nil
	}
	h, err := s.fs.OpenWrite(t.file.path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.Close()) }()
	buf := s.buffers.get(copyBuffer)[:copyBuffer]
	defer func() { s.buffers.put(buf) }()
	// Written once more: after an fsync that failed, the system may show bytes that it never wrote, and would not write them now.
	for at := t.known; at < t.file.Length; {
		b := buf[:min(int64(len(buf)), t.file.Length-at)]
		if n, err := h.ReadAt(b, at); n < len(b) {
			return err
		}
		if _, err := h.WriteAt(b, at); err != nil {
			return err
		}
		at += int64(len(b))
	}
	if err := h.Truncate(t.file.Length); err != nil {
		return err
	}
	// Before the MANIFEST calls this length durable.
	return h.Sync()
}

// removeOrphans deletes ticks that the MANIFEST does not know: new ones of transactions that never committed, and dropped ones that
// were still read when the process ended.
func (s *Store) removeOrphans(st *manifest.State) error {
	dirs, err := s.fs.List(filepath.Join(s.dir, "streams"))
	if err != nil {
		return err
	}
	for _, d := range dirs {
		stream, err := strconv.ParseUint(d, 10, 64)
		if err != nil {
			continue
		}
		names, err := s.fs.List(streamDir(s.dir, StreamID(stream)))
		if err != nil {
			return err
		}
		for _, n := range names {
			id, ok := tickID(n)
			if !ok || st.Files[id] != nil {
				continue
			}
			s.opts.Log.Info("removing a file that no transaction committed", "file", n)
			if err := s.fs.Remove(filepath.Join(streamDir(s.dir, StreamID(stream)), n)); err != nil {
				return err
			}
		}
	}
	return nil
}

// tickID takes the file id from a tick's name.
func tickID(name string) (uint64, bool) {
	base, ok := strings.CutSuffix(name, ".tick")
	i := strings.LastIndexByte(base, '-')
	if !ok || i < 0 {
		return 0, false
	}
	id, err := strconv.ParseUint(base[i+1:], 10, 64)
	return id, err == nil
}

// openTick opens a tick for reading and checks its header.
func openTick(fsys vfs.FS, f *file) (vfs.File, error) {
	h, err := fsys.Open(f.path)
	if err != nil {
		return nil, &DamageError{File: f.path, What: "can't be opened", Err: err}
	}
	if err := headerOf(h, &f.File, f.path); err != nil {
		return nil, errors.Join(err, h.Close())
	}
	return h, nil
}
