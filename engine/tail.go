package engine

import (
	"errors"
	"io"

	"github.com/flare-pg/flare-pg/engine/manifest"
	"github.com/flare-pg/flare-pg/engine/tick"
)

// tail is what a tick has beyond the length that the MANIFEST knows.
type tail struct {
	file    *file
	size    int64 // of the file
	known   int64 // the MANIFEST's length
	commits []commit
	durable uint64 // the highest sequence number that one of its records calls durable
	header  error  // what is wrong with the file's header
	stop    error  // what is at the first byte that is not right
}

// commit is one commit record in a tail, with what its batch adds.
type commit struct {
	record     tick.Record
	start, end int64 // of the batch with its record
	raw        int64
	min, max   int64
	damaged    bool // the record is right and the batch is not
}

// undecided reports whether whole batches lie behind the last one that counts, which only the MANIFEST could make count.
func (t *tail) undecided() bool {
	for _, c := range t.commits {
		if c.end > t.file.Length && c.record.Manifest && !c.damaged {
			return true
		}
	}
	return false
}

// walkTail opens a file, checks that it is what the MANIFEST says, and lists the commits beyond the known length, also those behind bytes that
// are not right. The error is a *DamageError where the file can't be walked, and ErrNewerFormat.
func (s *Store) walkTail(f *file) (t *tail, err error) {
	h, err := s.fs.Open(f.path)
	if err != nil {
		return nil, &DamageError{File: f.path, What: "can't be opened", Err: err}
	}
	defer func() { err = errors.Join(err, h.Close()) }()
	var header error
	if err := headerOf(h, &f.File, f.path); err != nil {
		var d *DamageError
		if !errors.As(err, &d) || d.Err != nil && !errors.Is(err, ErrNewerFormat) {
			return nil, err
		}
		// Reads that meet it name it. Its commits count all the same, or those after them in other files would be cut.
		f.frozen, header = true, err
	}
	size, err := h.Size()
	if err != nil {
		return nil, &DamageError{File: f.path, What: "can't be examined", Err: err}
	}
	if size < f.Length {
		return nil, short(f, size)
	}
	t = &tail{file: f, size: size, known: f.Length, header: header}
	if size > f.Length {
		buf := s.buffers.get(tick.WindowBytes)
		defer s.buffers.put(buf)
		err = t.walk(h, buf)
	}
	return t, err
}

// walk lists the commits.
func (t *tail) walk(h io.ReaderAt, buf []byte) error {
	at := t.known
	for at < t.size {
		err := t.valid(h, &at, buf)
		if err == nil {
			return nil
		}
		var d *DamageError
		if errors.As(err, &d) && d.Err != nil {
			return err // an I/O error: nothing is known of what lies there
		}
		if t.stop == nil {
			t.stop = err
		}
		// Behind it may be more, if this is damage and not the end.
		if !t.behind(h, &at, buf) {
			return nil
		}
	}
	return nil
}

// valid lists valid commits from at, where a batch begins, on, and moves at behind the last.
func (t *tail) valid(h io.ReaderAt, at *int64, buf []byte) error {
	w := tick.NewWalker(h, t.file.path, *at, t.size, buf)
	w.Sums = true
	c := commit{start: *at}
	for {
		kind, err := w.Next()
		if errors.Is(err, io.EOF) && w.End() == *at {
			return nil
		}
		if err != nil {
			return err
		}
		if kind == tick.Frame {
			c.frame(&w.Head)
			continue
		}
		c.record, c.end = w.Record, w.End()
		t.add(c)
		c, *at = commit{start: c.end}, c.end
	}
}

func (c *commit) frame(h *tick.Head) {
	if c.raw == 0 {
		c.min, c.max = h.Min, h.Max
	}
	c.min, c.max = min(c.min, h.Min), max(c.max, h.Max)
	c.raw += int64(h.Raw)
}

func (t *tail) add(c commit) {
	t.commits = append(t.commits, c)
	t.durable = max(t.durable, c.record.Durable)
}

// behind finds the next record behind at, where the batch is not right, and moves at to where valid batches may go on.
func (t *tail) behind(h io.ReaderAt, at *int64, buf []byte) bool {
	w := tick.NewWalker(h, t.file.path, *at, t.size, buf)
	w.Records = true
	for w.Resync() {
		if _, err := w.Next(); err != nil {
			return false
		}
		r := w.Record
		start := w.Offset - int64(r.Length)
		if start < *at {
			continue // it can't be: not a record but bytes that look like one
		}
		c := commit{record: r, start: start, end: w.End(), min: t.file.Start, max: t.file.Start + tick.Range - 1}
		c.damaged = !whole(h, t.file.path, start, c.end)
		t.heads(h, &c)
		t.add(c)
		*at = c.end
		return true
	}
	return false
}

// whole reports whether one valid batch lies there.
func whole(h io.ReaderAt, path string, from, to int64) bool {
	w := tick.NewWalker(h, path, from, to, nil)
	w.Sums = true
	for {
		kind, err := w.Next()
		if err != nil {
			return false
		}
		if kind == tick.Commit {
			return w.End() == to
		}
	}
}

// heads takes what the heads of a batch's frames say of it, where all can be read.
func (t *tail) heads(h io.ReaderAt, c *commit) {
	w := tick.NewWalker(h, t.file.path, c.start, c.end, nil)
	sum := commit{}
	var events uint64
	for {
		kind, err := w.Next()
		if err != nil {
			return
		}
		if kind == tick.Commit {
			break
		}
		sum.frame(&w.Head)
		events += uint64(w.Head.Events)
	}
	if events == c.record.Events && w.End() == c.end {
		c.raw, c.min, c.max = sum.raw, sum.min, sum.max
	}
}

// take counts a commit to its file. What lies between the commits before and it is damage, which reads name.
func (f *file) take(c commit) {
	lo, hi := c.min, c.max
	if c.start != f.Length {
		lo, hi = f.Start, f.Start+tick.Range-1 // whatever was there
	}
	if f.Events == 0 {
		f.Min, f.Max = lo, hi
	}
	f.Min, f.Max = min(f.Min, lo), max(f.Max, hi)
	f.Length = c.end
	f.Events += int64(c.record.Events)
	f.Raw += c.raw
}

// counted notes in the state what was counted to a file.
func counted(st *manifest.State, f *file) {
	m := f.File
	st.Files[f.ID] = &m
}
