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

	"github.com/flare-pg/flare-pg/engine/manifest"
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

// orphan is a tick that the MANIFEST does not know.
type orphan struct {
	path string
	tail *tail // nil: not readable, or its header is not right
	bare bool  // the header is not right, and behind it there is no whole batch either
	err  error
}

const noLimit = math.MaxUint64

// survey walks the ticks' tails and decides which commits count. It writes nothing. Records are believed about what is durable up to limit.
func (s *Store) survey(st *manifest.State, limit uint64) (*found, error) {
	out := &found{state: st}
	for _, id := range slices.Sorted(maps.Keys(st.Files)) {
		f := &file{File: *st.Files[id], path: filePath(s.dir, *st.Files[id])}
		out.files = append(out.files, f)
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
			id, ok := tickID(n)
			if !ok {
				continue
			}
			path := filepath.Join(dir, n)
			if m := st.Files[id]; m != nil && filePath(s.dir, *m) == path {
				continue
			}
			o := &orphan{path: path}
			if o.tail, o.bare, o.err = s.stray(path, id, stream); !errors.Is(o.err, fs.ErrNotExist) {
				out = append(out, o)
			}
		}
	}
	return out, nil
}

// stray walks a tick that the MANIFEST does not know.
func (s *Store) stray(path string, id, stream uint64) (t *tail, bare bool, err error) {
	h, err := s.fs.Open(path)
	if err != nil {
		return nil, false, err
	}
	hdr, err := readHeader(h, path)
	if d := (*DamageError)(nil); errors.As(err, &d) && d.Err == nil {
		bare = !anyBatch(h, path)
	}
	if err = errors.Join(err, h.Close()); err != nil {
		return nil, bare, err
	}
	f := &file{File: manifest.File{ID: hdr.ID, Stream: hdr.Stream, Kind: manifest.Tick, Start: hdr.Start, Length: tick.HeaderBytes}, path: path}
	if hdr.ID != id || hdr.Stream != stream || filePath(s.dir, f.File) != path {
		return nil, false, otherFile(path, hdr)
	}
	t, err = s.walkTail(f)
	return t, false, err
}

// anyBatch reports whether a file whose header is not right holds a whole batch.
func anyBatch(h vfs.File, path string) bool {
	size, err := h.Size()
	if err != nil {
		return true
	}
	t := &tail{file: &file{path: path}, size: size, known: tick.HeaderBytes}
	if err := t.walk(h, nil); err != nil {
		return true
	}
	return slices.ContainsFunc(t.commits, func(c commit) bool { return !c.damaged })
}

// why says why an orphan is not to be deleted; empty: it is.
func (o *orphan) why(f *found) string {
	if o.tail == nil {
		if o.bare && !f.damaged {
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
