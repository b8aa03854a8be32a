package vfs

import (
	"io"
	"io/fs"
	"syscall"
)

// memFile is an open file of a Mem.
type memFile struct {
	fs   *Mem
	n    *node
	name string
}

func (f *memFile) ReadAt(p []byte, off int64) (int, error) {
	f.fs.mu.Lock()
	defer f.fs.mu.Unlock()
	if off >= int64(len(f.n.data)) {
		return 0, io.EOF
	}
	n := copy(p, f.n.data[off:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// reserve accounts for a file's new size.
func (f *memFile) reserve(op string, size int64) error {
	grown := size - int64(len(f.n.data))
	if f.fs.limit > 0 && grown > 0 && f.fs.used+grown > f.fs.limit {
		return &fs.PathError{Op: op, Path: f.name, Err: syscall.ENOSPC}
	}
	f.fs.used += grown
	return nil
}

// WriteAt writes what fits where the limit cuts it short, as a full disk does.
func (f *memFile) WriteAt(p []byte, off int64) (int, error) {
	f.fs.mu.Lock()
	defer f.fs.mu.Unlock()
	end := max(off+int64(len(p)), int64(len(f.n.data)))
	if err := f.reserve("write", end); err != nil {
		room := int(max(0, min(int64(len(p)), int64(len(f.n.data))+f.fs.limit-f.fs.used-off)))
		if room > 0 {
			_ = f.reserve("write", max(off+int64(room), int64(len(f.n.data))))
			f.n.write(off, p[:room])
		}
		return room, err
	}
	f.n.write(off, p)
	return len(p), nil
}

func (n *node) write(off int64, p []byte) {
	c := change{at: off, data: append([]byte(nil), p...)}
	n.pending = append(n.pending, c)
	n.data = c.apply(n.data)
}

func (f *memFile) Truncate(size int64) error {
	f.fs.mu.Lock()
	defer f.fs.mu.Unlock()
	if err := f.reserve("truncate", size); err != nil {
		return err
	}
	c := change{at: size, truncate: true}
	f.n.pending = append(f.n.pending, c)
	f.n.data = c.apply(f.n.data)
	return nil
}

func (f *memFile) Preallocate(size int64) error {
	if n, _ := f.Size(); n >= size {
		return nil
	}
	return f.Truncate(size)
}

func (f *memFile) Size() (int64, error) {
	f.fs.mu.Lock()
	defer f.fs.mu.Unlock()
	return int64(len(f.n.data)), nil
}

func (f *memFile) Sync() error {
	f.fs.mu.Lock()
	defer f.fs.mu.Unlock()
	f.n.sync()
	return nil
}

// sync makes the pending changes durable, but for those that a failed sync lost.
func (n *node) sync() {
	kept := n.pending[:0]
	for _, c := range n.pending {
		if c.lost {
			kept = append(kept, c)
			continue
		}
		n.durable = c.apply(n.durable)
	}
	n.pending = kept
}

// LoseUnsynced is what a failed fsync does: the unsynced changes of the file stay visible, but a later Sync does
// not write them, though it succeeds. Inject calls it where it makes a Sync fail.
func (f *memFile) LoseUnsynced() {
	f.fs.mu.Lock()
	defer f.fs.mu.Unlock()
	for i := range f.n.pending {
		f.n.pending[i].lost = true
	}
}

func (f *memFile) WillNeed(_, _ int64) {}

func (f *memFile) Close() error { return nil }

// apply gives data after the change; it may reuse data's memory.
func (c change) apply(data []byte) []byte {
	end := c.at + int64(len(c.data))
	if c.truncate && end < int64(len(data)) {
		return data[:end]
	}
	if end > int64(len(data)) {
		if end <= int64(cap(data)) {
			old := len(data)
			data = data[:end]
			clear(data[old:])
		} else {
			grown := make([]byte, end, end+end/4)
			copy(grown, data)
			data = grown
		}
	}
	copy(data[c.at:], c.data)
	return data
}
