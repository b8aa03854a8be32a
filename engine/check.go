package engine

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/flare-pg/flare-pg/engine/filter"
	"github.com/flare-pg/flare-pg/engine/index"
	"github.com/flare-pg/flare-pg/engine/manifest"
	"github.com/flare-pg/flare-pg/engine/span"
	"github.com/flare-pg/flare-pg/engine/tick"
)

// Finding is something that Check found wrong.
type Finding struct {
	File   string // path
	Offset int64  // in bytes
	// Err says what: a *DamageError, or a file that is missing, too long, or unknown to the MANIFEST.
	Err error
	// Derived: the file can be built anew from others; maintenance does that by itself.
	Derived bool
	// Aside: nothing is wrong with the store. The file is what recovery put aside after a crash, because a torn
	// record can't be told from a damaged one; somebody may look at it and delete it. Not counted in CheckResult.Findings.
	Aside bool
}

// CheckResult is what Check went over.
type CheckResult struct {
	Files    int
	Events   int64
	Bytes    int64 // verified
	Findings int
	Sealed   bool  // the store was stopped cleanly, so every byte was covered
	Tail     int64 // bytes behind the last commit: what a crash left
}

// Check verifies every byte below the known lengths of a data directory: headers, frames, events, commit records and their
// agreement with the MANIFEST; and that there are no files too many. report is told of each finding. It only reads, and
// works beside a running server. The error is for a directory that can't be checked at all.
func Check(dir string, o Options, report func(Finding)) (CheckResult, error) {
	o.ReadOnly = true
	s := &Store{dir: filepath.Clean(dir), opts: o.withDefaults()}
	s.fs = s.opts.FS
	c := &checker{s: s, tell: report}
	there, err := isDataDir(s.fs, s.dir)
	if err != nil {
		return c.result, err
	}
	if !there {
		return c.result, fmt.Errorf("%w: %s has no %s", ErrNotDataDir, s.dir, manifest.Name)
	}
	f, err := s.look()
	if err != nil {
		var d *DamageError
		if errors.As(err, &d) {
			c.found(d.File, d.Offset, err)
			return c.result, nil
		}
		return c.result, err
	}
	st := f.state
	c.result.Sealed = st.Sealed
	c.result.Bytes = f.log
	if f.torn && s.stillTorn(f.log) {
		c.found(filepath.Join(s.dir, manifest.Name), f.log, errors.New("the last record is damaged, or was cut short by a crash"))
	}
	slices.SortFunc(f.files, compareFiles)
	schema := schemaOf(st)
	for _, x := range f.files {
		if x.isTick() {
			err = c.file(x, st.Sealed)
		} else {
			err = c.span(x, schema)
		}
		if err != nil {
			return c.result, err
		}
		s.opts.Pace()
	}
	for _, l := range st.Lost {
		e := s.lostError(l, f)
		c.found(e.File, e.Offset, e)
	}
	return c.result, c.extra(st)
}

// stillTorn reports whether the bytes behind the MANIFEST's last record stay what they are: a running server's soon are a record.
func (s *Store) stillTorn(end int64) bool {
	for range 5 {
		if _, torn, now, err := s.readManifest(); err == nil && (!torn || now != end) {
			return false
		}
		time.Sleep(time.Millisecond)
	}
	return true
}

type checker struct {
	s      *Store
	tell   func(Finding)
	result CheckResult
}

func (c *checker) found(name string, off int64, err error) {
	c.result.Findings++
	if c.tell != nil {
		c.tell(Finding{File: name, Offset: off, Err: err})
	}
}

// aside tells of a file that recovery put aside.
func (c *checker) aside(name string, err error) {
	if c.tell != nil {
		c.tell(Finding{File: name, Err: err, Aside: true})
	}
}

// damage reports a DamageError; other errors come back.
func (c *checker) damage(name string, err error) error {
	var d *DamageError
	if !errors.As(err, &d) {
		return err
	}
	c.found(name, d.Offset, err)
	return nil
}

func (c *checker) file(f *file, sealed bool) (err error) {
	c.result.Files++
	h, err := openTick(c.s.fs, f)
	if errors.Is(err, fs.ErrNotExist) {
		// Dropped since the MANIFEST was read?
		if now, _, _, rerr := c.s.readManifest(); rerr == nil && now.Files[f.ID] == nil {
			return nil
		}
	}
	if err != nil {
		return c.damage(f.path, err)
	}
	defer func() { err = errors.Join(err, h.Close()) }()
	size, err := h.Size()
	if err != nil {
		return err
	}
	if size > f.Length {
		if sealed {
			c.found(f.path, f.Length, fmt.Errorf("%d bytes more than the MANIFEST says", size-f.Length))
		}
		c.result.Tail += size - f.Length
	}
	before := c.result.Findings
	t, err := c.walk(f, h)
	if err != nil {
		return err
	}
	if c.result.Findings == before && (t.Events != f.Events || t.Raw != f.Raw || f.Events > 0 && (t.Min != f.Min || t.Max != f.Max)) {
		c.found(f.path, 0, fmt.Errorf("holds %d events in %d bytes, where the MANIFEST says %d in %d", t.Events, t.Raw, f.Events, f.Raw))
	}
	return nil
}

// walk verifies the committed part of a tick, twice over: batches against their records, frames down to their events.
func (c *checker) walk(f *file, h io.ReaderAt) (t manifest.File, err error) {
	sums := tick.NewWalker(h, f.path, tick.HeaderBytes, f.Length, nil)
	sums.Sums = true
	w := tick.NewWalker(h, f.path, tick.HeaderBytes, f.Length, nil)
	var raw []byte
	damaged := false
	for {
		kind, err := w.Next()
		if errors.Is(err, errEOF) {
			break
		}
		if err != nil {
			damaged = true
			if err := c.damage(f.path, err); err != nil {
				return t, err
			}
			if !w.Resync() {
				break
			}
			continue
		}
		if kind == tick.Commit {
			continue
		}
		if raw, err = w.Events(raw[:0]); err != nil {
			damaged = true
			if err := c.damage(f.path, err); err != nil {
				return t, err
			}
			continue
		}
		c.result.Bytes += tick.HeadBytes + int64(w.Head.Stored)
		if derr := c.events(f, w, raw, &t); derr != nil {
			damaged = true
			c.found(f.path, derr.Offset, derr)
		}
	}
	for !damaged { // the batches' checksums say nothing new about what is known to be damaged
		kind, err := sums.Next()
		if errors.Is(err, errEOF) {
			break
		}
		if err != nil {
			return t, c.damage(f.path, err)
		}
		if kind == tick.Commit {
			c.result.Bytes += tick.RecordBytes
		}
	}
	c.result.Events += t.Events
	return t, nil
}

// events verifies a frame's events against its head.
func (c *checker) events(f *file, w *tick.Walker, raw []byte, t *manifest.File) *DamageError {
	var n uint32
	lo, hi := w.Head.Max, w.Head.Min
	for rest := raw; len(rest) > 0; n++ {
		ts, _, next, err := tick.CheckEvent(rest)
		if err != nil {
			return w.Damaged(err)
		}
		if ts < f.Start || ts-f.Start >= tick.Range {
			return w.Damaged(&DamageError{What: "event: its timestamp is outside the file's range"})
		}
		lo, hi, rest = min(lo, ts), max(hi, ts), next
	}
	if n != w.Head.Events || lo != w.Head.Min || hi != w.Head.Max {
		return w.Damaged(&DamageError{What: "head of a frame: does not agree with its events"})
	}
	if t.Events == 0 {
		t.Min, t.Max = lo, hi
	}
	t.Min, t.Max = min(t.Min, lo), max(t.Max, hi)
	t.Events += int64(n)
	t.Raw += int64(len(raw))
	return nil
}

// extra reports files that do not belong.
func (c *checker) extra(before *manifest.State) error {
	seen := map[string]bool{}
	err := c.names(func(name string) { seen[name] = true })
	if err != nil {
		return err
	}
	// What was made meanwhile is in the MANIFEST by now, or no transaction has committed it yet.
	st, _, _, err := c.s.readManifest()
	if err != nil {
		return err
	}
	known := map[string]bool{}
	for _, f := range st.Files {
		path := filePath(c.s.dir, *f)
		known[path] = true
		for id := range f.Indexes {
			known[index.Path(path, id)] = true
		}
		if f.Filter > 0 {
			known[filter.Path(path)] = true
		}
	}
	for _, name := range sortedNames(seen) {
		if known[name] {
			continue
		}
		if strings.HasSuffix(name, aside) {
			c.aside(name, errors.New("put aside when the store was opened after a crash, because it may hold what was committed"))
			continue
		}
		if strings.HasSuffix(name, quarantined) {
			c.aside(name, errors.New("put aside by check --quarantine"))
			continue
		}
		if c.mayBelong(name, before, st) {
			continue
		}
		c.found(name, 0, errors.New("the MANIFEST knows no such file"))
	}
	return nil
}

// mayBelong reports whether a file that the MANIFEST does not name now can be the store's own all the same: one that was dropped since
// the MANIFEST was read first (before); and, unless the store was stopped cleanly, one that a transaction is building, that a reader still holds, or that
// a crash has left and the next start takes away. A file under another one's name, or in another stream's folder, is none of these.
func (c *checker) mayBelong(name string, before, now *manifest.State) bool {
	id, _, kind := fileID(filepath.Base(name))
	if kind == unknownFile {
		return false
	}
	m := before.Files[id]
	if m == nil {
		m = now.Files[id]
	}
	if m == nil {
		return !now.Sealed && (kind.derived() || !c.another(name, id, kind))
	}
	path := filePath(c.s.dir, *m)
	if !kind.derived() {
		return name == path
	}
	if m.Filter > 0 && name == filter.Path(path) {
		return true
	}
	for signal := range m.Indexes {
		if name == index.Path(path, signal) {
			return true
		}
	}
	return !now.Sealed && strings.HasPrefix(name, strings.TrimSuffix(path, filepath.Ext(path))+".")
}

// another reports whether a file's header is whole and says that it is another file than its name says.
func (c *checker) another(name string, id uint64, kind fileKind) bool {
	h, err := c.s.fs.Open(name)
	if err != nil {
		return false // gone meanwhile
	}
	defer func() { _ = h.Close() }() // only read from
	if kind == tickFile {
		hdr, err := readHeader(h, name)
		if err != nil {
			return false
		}
		return filePath(c.s.dir, manifest.File{ID: hdr.ID, Stream: hdr.Stream, Kind: manifest.Tick, Start: hdr.Start}) != name
	}
	hdr, err := span.ReadHeader(h, name)
	return err == nil && (hdr.ID != id || streamDir(c.s.dir, StreamID(hdr.Stream)) != filepath.Dir(name))
}

func sortedNames(m map[string]bool) []string {
	var out []string
	for n := range m {
		out = append(out, n)
	}
	slices.Sort(out)
	return out
}

// names lists every file below the data directory that is not the store's own book-keeping.
func (c *checker) names(f func(string)) error {
	top, err := c.s.fs.List(c.s.dir)
	if err != nil {
		return err
	}
	for _, n := range top {
		switch n {
		case manifest.Name, manifest.Name + ".new", lockName, "tmp", "streams", "lost+found":
		default:
			f(filepath.Join(c.s.dir, n))
		}
	}
	streams := filepath.Join(c.s.dir, "streams")
	dirs, err := c.s.fs.List(streams)
	if err != nil {
		return err
	}
	for _, d := range dirs {
		dir := filepath.Join(streams, d)
		info, err := c.s.fs.Stat(dir)
		if err != nil || !info.Dir {
			f(dir)
			continue
		}
		names, err := c.s.fs.List(dir)
		if err != nil {
			return err
		}
		for _, n := range names {
			f(filepath.Join(dir, n))
		}
	}
	return nil
}
