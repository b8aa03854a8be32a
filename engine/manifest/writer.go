package manifest

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/flare-pg/flare-pg/engine/vfs"
)

// Writer appends to the MANIFEST of a directory. One goroutine uses it at a time.
type Writer struct {
	State *State // what was appended successfully; to be read only

	fs    vfs.FS
	dir   string
	f     vfs.File
	end   int64 // of the log
	room  int64 // the file's size
	start int64 // end as it was after the last checkpoint
}

// ErrOutcome is wrapped where it is not known whether a record survives: it was written, and flushing it, or undoing a failed
// write, failed. The Writer must not be used any more.
var ErrOutcome = errors.New("whether the MANIFEST has the record is unknown")

const fresh = Name + ".new"

// Create writes a MANIFEST with state s to the directory, replacing the one that is there atomically, and durably.
func Create(fsys vfs.FS, dir string, s *State) (*Writer, error) {
	w := &Writer{State: s, fs: fsys, dir: dir}
	if err := w.checkpoint(); err != nil {
		return nil, err
	}
	return w, nil
}

// checkpoint writes the state to a new file and puts it in the old one's place. Its error wraps ErrOutcome when it is not known which
// of the two is in place, or an fsync has failed: then nothing more is to be appended.
func (w *Writer) checkpoint() error {
	name := filepath.Join(w.dir, fresh)
	if err := w.fs.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	f, err := w.fs.Create(name)
	if err != nil {
		return err
	}
	undo := func(err error) error {
		return errors.Join(err, f.Close(), w.fs.Remove(name))
	}
	b := appendRecord(appendHeader(nil), 0, w.State.Edits().Bytes())
	room := (int64(len(b))/reserve + 1) * reserve
	if err := f.Preallocate(room); err != nil {
		return undo(err)
	}
	if _, err := f.WriteAt(b, 0); err != nil {
		return undo(err)
	}
	// Flushed before the rename: else a power cut could leave the name with an empty file behind it.
	if err := f.Sync(); err != nil {
		// The old log is what it was, but whether the disk keeps what it is given from now on nobody knows: as after every failed fsync,
		// nothing more is written.
		return fmt.Errorf("%w: %w", ErrOutcome, undo(err))
	}
	if err := w.fs.Rename(name, filepath.Join(w.dir, Name)); err != nil {
		return undo(err)
	}
	// The name, or records appended from now on would go to a file that a power cut takes away.
	if err := w.fs.SyncDir(w.dir); err != nil {
		return errors.Join(fmt.Errorf("%w: %w", ErrOutcome, err), f.Close())
	}
	if w.f != nil {
		_ = w.f.Close() // the old log: nothing of it matters any more
	}
	w.f, w.end, w.room, w.start = f, int64(len(b)), room, int64(len(b))
	w.State.Records = 1
	return nil
}

// Append appends a record with the edits and makes it durable. An error that does not wrap ErrOutcome means
// that the log is as it was.
func (w *Writer) Append(e *Edits) error {
	b := appendRecord(nil, w.State.Records, e.Bytes())
	end := w.end + int64(len(b))
	if end > w.room {
		room := (end/reserve + 1) * reserve
		if err := w.f.Preallocate(room); err != nil {
			return err
		}
		w.room = room
	}
	if _, err := w.f.WriteAt(b, w.end); err != nil {
		return w.undo(err)
	}
	// The commit point: flushed, the record survives a power cut, and with it what it says.
	if err := w.f.Sync(); err != nil {
		return fmt.Errorf("%w: %w", ErrOutcome, err)
	}
	if err := w.State.Apply(e.Bytes()); err != nil {
		return fmt.Errorf("%w: %w", ErrOutcome, err) // a record that can't be read back: a defect of the caller
	}
	w.end = end
	return nil
}

// undo cuts what a failed write may have left.
func (w *Writer) undo(cause error) error {
	err := w.f.Truncate(w.end)
	if err == nil {
		w.room = w.end
		// Flushed, or a power cut could bring the record back after the caller was told that it failed.
		err = w.f.Sync()
	}
	if err != nil {
		return fmt.Errorf("%w: %w", ErrOutcome, errors.Join(cause, err))
	}
	return cause
}

// Grown reports whether the log is well past its live content, so that a Checkpoint pays.
func (w *Writer) Grown() bool { return w.end > 4*w.start && w.end > 4*reserve }

// Checkpoint rewrites the log. An error that does not wrap ErrOutcome means that the old log goes on being used.
func (w *Writer) Checkpoint() error { return w.checkpoint() }

// Close closes the file.
func (w *Writer) Close() error { return w.f.Close() }
