package engine

import (
	"errors"
	"io/fs"
)

// undo takes a failed write back and gives the error to tell. Where that fails too the store is poisoned; and where
// records were written that count by themselves, it is not known whether recovery will find them whole.
func (w *writer) undo(p *plan, cause error, kind error) error {
	for _, t := range p.targets {
		if err := w.undoTarget(t); err != nil {
			return w.poison(errors.Join(cause, err), kind)
		}
	}
	for _, dir := range freshDirs(w.s.dir, p.targets) {
		// That they are gone, or a power cut could bring them back when their transaction's number is another's.
		if err := w.s.fs.SyncDir(dir); err != nil {
			return w.poison(errors.Join(cause, err), kind)
		}
	}
	return noSpace(cause)
}

func (w *writer) undoTarget(t *target) error {
	h := w.handles[t.file.ID]
	if t.fresh {
		if h != nil {
			delete(w.handles, t.file.ID)
			if err := h.f.Close(); err != nil {
				return err
			}
		}
		if err := w.s.fs.Remove(t.file.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	}
	if h == nil {
		if t.after.ID == 0 {
			return nil // not reached
		}
		var err error
		if h, err = w.handle(t); err != nil {
			return err
		}
	}
	if err := h.f.Truncate(t.file.Length); err != nil {
		return err
	}
	// Flushed, or a power cut could bring a batch back whose sequence number another transaction has by then.
	return h.f.Sync()
}
