package engine

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/flare-pg/flare-pg/engine/filter"
	"github.com/flare-pg/flare-pg/engine/index"
	"github.com/flare-pg/flare-pg/engine/manifest"
	"github.com/flare-pg/flare-pg/engine/span"
	"github.com/flare-pg/flare-pg/engine/tick"
	"github.com/flare-pg/flare-pg/engine/vfs"
)

// found is what a data directory holds: the state with every commit counted that counts, and its files.
type found struct {
	state   *manifest.State
	files   []*file
	tails   []*tail   // of the files that could be walked
	orphans []*orphan // ticks that the MANIFEST does not know and that hold nothing that counts
	blind   []*file   // files whose tail is not known: absent, too short, or not readable
	missing bool      // a file of the MANIFEST is not there
	damaged bool      // something is missing or damaged that was durable: nothing is cut or deleted
	torn    bool      // the MANIFEST ends with bytes that are no record
	log     int64     // where its log ends
	base    uint64    // the MANIFEST's sequence number as it was read
	durable uint64    // the highest sequence number that is known to have been durable
	evident bool      // what a record calls durable is missing or damaged, or not in the MANIFEST: a reader beside a writer looks again
	notes   []note    // for the log
}

// note is a warning for the log.
type note struct {
	text string
	args []any
}

func (f *found) note(text string, args ...any) { f.notes = append(f.notes, note{text, args}) }

// tell logs what was noted.
func (s *Store) tell(f *found) {
	for _, n := range f.notes {
		s.opts.Log.Warn(n.text, n.args...)
	}
	for _, l := range f.state.Lost {
		s.opts.Log.Error("transactions are missing that were durable", "error", s.lostError(l, f))
	}
}

// orphan is a file that the MANIFEST does not know.
type orphan struct {
	path string
	id   uint64
	kind fileKind
	lone bool  // of a span: its events were never in other files
	tail *tail // nil: not readable, or its header is not right
	err  error
	// bare: the header is not right, but the rest can be read; batches are the whole ones behind it.
	bare    bool
	batches []commit
}

const noLimit = math.MaxUint64

// survey walks the ticks' tails and decides which commits count. It writes nothing. Records are believed about what is durable up to limit.
func (s *Store) survey(st *manifest.State, limit uint64) (*found, error) {
	out := &found{state: st, base: st.Seq}
	for _, id := range slices.Sorted(maps.Keys(st.Files)) {
		f := &file{File: *st.Files[id], path: filePath(s.dir, *st.Files[id])}
		out.files = append(out.files, f)
		if !f.isTick() {
			s.surveySpan(f, out)
			continue
		}
		t, err := s.walkTail(f)
		var d *DamageError
		switch {
		case err != nil && !errors.As(err, &d):
			return nil, err // a newer format
		case err != nil:
			// Reads that meet it name it; nothing is appended to it.
			out.note("damaged file", "error", err)
			out.missing = out.missing || errors.Is(err, fs.ErrNotExist)
			out.blind = append(out.blind, f)
			f.frozen = true
		default:
			if t.header != nil {
				out.note("damaged file", "error", t.header)
			}
			out.tails = append(out.tails, t)
		}
	}
	strays, err := s.strays(st)
	if err != nil {
		return nil, err
	}
	s.count(out, strays, limit)
	return out, nil
}

// surveySpan looks whether a span is there and as long as it ought to be: its bytes are checked by whoever reads them. A span is
// written whole before the MANIFEST knows it, so there is nothing behind its length.
func (s *Store) surveySpan(f *file, out *found) {
	info, err := s.fs.Stat(f.path)
	switch {
	case err != nil:
		err = &DamageError{File: f.path, What: "can't be opened", Err: err}
		out.missing = out.missing || errors.Is(err, fs.ErrNotExist)
	case info.Size != f.Length:
		err = short(f, info.Size)
	default:
		return
	}
	out.note("damaged file", "error", err)
	out.damaged, f.frozen = true, true
}

// strays lists the ticks that the MANIFEST does not know, walked where that is possible.
func (s *Store) strays(st *manifest.State) ([]*orphan, error) {
	dirs, err := s.fs.List(filepath.Join(s.dir, "streams"))
	if err != nil {
		return nil, err
	}
	var out []*orphan
	for _, d := range dirs {
		stream, err := strconv.ParseUint(d, 10, 64)
		if err != nil {
			continue
		}
		dir := streamDir(s.dir, StreamID(stream))
		names, err := s.fs.List(dir)
		if err != nil {
			return nil, err
		}
		for _, n := range names {
			id, signal, kind := fileID(n)
			path := filepath.Join(dir, n)
			m := st.Files[id]
			switch {
			case kind == unknownFile:
				continue
			case kind == filterFile:
				if m == nil || m.Filter == 0 || filter.Path(filePath(s.dir, *m)) != path {
					out = append(out, &orphan{path: path, id: id, kind: kind})
				}
				continue
			case kind == indexFile:
				if m == nil || m.Indexes[signal].Length == 0 || index.Path(filePath(s.dir, *m), signal) != path {
					out = append(out, &orphan{path: path, id: id, kind: kind})
				}
				continue
			case m != nil && filePath(s.dir, *m) == path:
				continue
			case kind == spanFile:
				out = append(out, s.straySpan(path, id))
				continue
			}
			o := &orphan{path: path, id: id, kind: kind}
			if o.err = s.stray(o, stream); !errors.Is(o.err, fs.ErrNotExist) {
				out = append(out, o)
			}
		}
	}
	return out, nil
}

// stray walks a tick that the MANIFEST does not know.
func (s *Store) stray(o *orphan, stream uint64) error {
	path := o.path
	h, err := s.fs.Open(path)
	if err != nil {
		return err
	}
	hdr, err := readHeader(h, path)
	if d := (*DamageError)(nil); errors.As(err, &d) && d.Err == nil {
		o.batches, o.bare = wholeBatches(h, path)
	}
	if err = errors.Join(err, h.Close()); err != nil {
		return err
	}
	f := &file{File: manifest.File{ID: hdr.ID, Stream: hdr.Stream, Kind: manifest.Tick, Start: hdr.Start, Length: tick.HeaderBytes}, path: path}
	if hdr.ID != o.id || hdr.Stream != stream || filePath(s.dir, f.File) != path {
		return otherFile(path, hdr)
	}
	o.tail, err = s.walkTail(f)
	return err
}

// wholeBatches lists the whole batches of a file whose header is not right; ok is false where it can't be read.
func wholeBatches(h vfs.File, path string) (whole []commit, ok bool) {
	size, err := h.Size()
	if err != nil {
		return nil, false
	}
	t := &tail{file: &file{path: path}, size: size, known: tick.HeaderBytes}
	if err := t.walk(h, nil); err != nil {
		return nil, false
	}
	return slices.DeleteFunc(t.commits, func(c commit) bool { return c.damaged }), true
}

// obsolete reports whether the MANIFEST knew a file and let it go, or may have; no transaction that it does not know is in it.
func (o *orphan) obsolete(f *found) bool {
	return o.kind != tickFile || o.id < f.state.Counters.File && (o.tail == nil || !o.holdsLater(f.base))
}

// straySpan looks at a span that the MANIFEST does not know.
func (s *Store) straySpan(path string, id uint64) *orphan {
	o := &orphan{path: path, id: id, kind: spanFile}
	h, err := s.fs.Open(path)
	if err != nil {
		o.err = err
		return o
	}
	hdr, err := span.ReadHeader(h, path)
	o.lone = err == nil && !hdr.Derived
	o.err = errors.Join(err, h.Close())
	return o
}

// why says why an orphan is not to be deleted; empty: it is.
func (o *orphan) why(f *found) string {
	switch {
	case o.kind.derived():
		return "" // it can be built anew
	case o.id < f.state.Counters.File && !f.damaged && o.obsolete(f):
		return "" // the MANIFEST knew it and let it go, or it never came so far
	case o.kind == spanFile:
		switch {
		case f.damaged:
			return "it is a span, and other files are missing or damaged"
		case f.torn && o.lone:
			return "it is a span that the MANIFEST's last record, which is not valid, may have committed"
		}
		return ""
	}
	if o.tail == nil {
		if o.bare && !f.damaged && !(f.torn && len(o.batches) > 0) &&
			!slices.ContainsFunc(o.batches, func(c commit) bool { return !c.record.Manifest || c.record.Seq <= f.durable }) {
			return "" // the header never reached the disk, so no transaction was committed to it
		}
		return fmt.Sprintf("its content is not known: %v", o.err)
	}
	for _, c := range o.tail.commits {
		switch {
		case c.damaged:
		case f.damaged:
			return "it holds whole transactions, and others are missing"
		case !c.record.Manifest, c.record.Seq <= f.durable:
			return fmt.Sprintf("it holds transaction %d, which was committed", c.record.Seq)
		case f.torn:
			return fmt.Sprintf("it holds transaction %d, which the MANIFEST's last record, which is not valid, may have committed", c.record.Seq)
		}
	}
	if f.damaged && o.tail.size > tick.HeaderBytes {
		return "transactions are missing, and it is not known which bytes are theirs"
	}
	return ""
}

// holdsLater reports whether an orphaned tick holds transactions behind a sequence number.
func (o *orphan) holdsLater(seq uint64) bool {
	return slices.ContainsFunc(o.tail.commits, func(c commit) bool { return c.record.Seq > seq })
}

// fileKind tells files apart by their names.
type fileKind uint8

const (
	unknownFile fileKind = iota
	tickFile
	spanFile
	indexFile
	filterFile
)

// derived reports whether a file can be built anew from a span.
func (k fileKind) derived() bool { return k == indexFile || k == filterFile }

// fileID takes the file id, and of an index the signal's, from a name.
func fileID(name string) (id, signal uint64, kind fileKind) {
	base, ending, _ := strings.Cut(name, ".")
	switch {
	case ending == "tick":
		kind = tickFile
	case ending == "span":
		kind = spanFile
	case ending == strings.TrimPrefix(filter.Ending, "."), ending == strings.TrimPrefix(filter.Ending, ".")+fresh:
		kind = filterFile
	case strings.HasSuffix(ending, index.Ending) || strings.HasSuffix(ending, index.Ending+fresh):
		kind = indexFile
		number, _, _ := strings.Cut(ending, ".")
		n, err := strconv.ParseUint(number, 10, 64)
		if err != nil {
			return 0, 0, unknownFile
		}
		if signal = n; strings.HasSuffix(ending, fresh) {
			signal = math.MaxUint64 // never one that the MANIFEST knows
		}
	default:
		return 0, 0, unknownFile
	}
	i := strings.LastIndexByte(base, '-')
	n, err := strconv.ParseUint(base[i+1:], 10, 64)
	if i < 0 || err != nil {
		return 0, 0, unknownFile
	}
	return n, signal, kind
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

// look is survey for a reader: it writes nothing, and another process may be writing meanwhile. What is committed while the files are
// walked one after the other can look like damage; so where transactions seem to be missing it looks again, believing then only
// what was already durable before it began.
func (s *Store) look() (*found, error) {
	limit := uint64(noLimit)
	for try := 0; ; try++ {
		st, torn, log, err := s.readManifest()
		var d *DamageError
		if errors.As(err, &d) && try < 3 {
			continue // read while it was written
		}
		if err != nil {
			return nil, err
		}
		f, err := s.survey(st, limit)
		if err != nil {
			return nil, err
		}
		f.torn, f.log = torn, log
		// A file that is missing may have been dropped since the MANIFEST was read.
		if !f.missing && !f.evident || try >= 3 || f.evident && !f.missing && limit != noLimit {
			return f, nil
		}
		if limit == noLimit {
			limit = f.durable
		}
	}
}

// sortCommits puts the commits of all tails in the order of their sequence numbers.
func sortCommits(all []entry) {
	slices.SortStableFunc(all, func(a, b entry) int {
		return cmp.Or(cmp.Compare(a.record.Seq, b.record.Seq), cmp.Compare(a.t.file.ID, b.t.file.ID))
	})
}
