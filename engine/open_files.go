package engine

import (
	"sync"

	"github.com/flare-pg/flare-pg/engine/vfs"
)

// openFiles keeps spans open between scans: a scan is cut into fragments that each want the file, and a statement that reads little would spend most
// of its time on opening and closing. Spans are never changed, so who finds one open finds what opening it would give. A file is let go before it is deleted, so that
// its bytes are free at once.
type openFiles struct {
	mu     sync.Mutex
	byPath map[string]*openFile
	clock  uint64
	closed bool
}

// openFile is an open file that several read. Its Close gives it back.
type openFile struct {
	vfs.File
	c     *openFiles
	path  string
	users int    // under c.mu, like the rest
	used  uint64 // c.clock when it was last given out
	gone  bool   // not in the cache (any more): the last user closes it
}

// maxOpenFiles is how many files are kept open that nobody reads.
const maxOpenFiles = 128

// open gives a file for reading; the caller closes it.
func (c *openFiles) open(fsys vfs.FS, path string) (vfs.File, error) {
	c.mu.Lock()
	if h := c.byPath[path]; h != nil {
		c.take(h)
		c.mu.Unlock()
		return h, nil
	}
	c.mu.Unlock()
	f, err := fsys.Open(path)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	h := c.byPath[path]
	if h == nil && !c.closed {
		h = &openFile{File: f, c: c, path: path}
		if c.byPath == nil {
			c.byPath = map[string]*openFile{}
		}
		c.byPath[path] = h
		f = nil
	}
	if h == nil {
		c.mu.Unlock()
		return f, nil
	}
	c.take(h)
	idle := c.surplus()
	c.mu.Unlock()
	if f != nil { // somebody else was faster
		idle = append(idle, f)
	}
	closeAll(idle)
	return h, nil
}

// take counts a user.
func (c *openFiles) take(h *openFile) {
	c.clock++
	h.users, h.used = h.users+1, c.clock
}

// surplus takes what is too much, used longest ago, out of the cache, for the caller to close.
func (c *openFiles) surplus() []vfs.File {
	var out []vfs.File
	for len(c.byPath) > maxOpenFiles {
		var oldest *openFile
		for _, h := range c.byPath {
			if h.users == 0 && (oldest == nil || h.used < oldest.used) {
				oldest = h
			}
		}
		if oldest == nil {
			break // all are read
		}
		oldest.gone = true
		delete(c.byPath, oldest.path)
		out = append(out, oldest.File)
	}
	return out
}

// Close gives the file back.
func (h *openFile) Close() error {
	h.c.mu.Lock()
	h.users--
	last := h.users == 0 && h.gone
	h.c.mu.Unlock()
	if last {
		return h.File.Close()
	}
	return nil
}

// drop lets go of a file that is going to be deleted, or to be opened anew.
func (c *openFiles) drop(path string) {
	c.mu.Lock()
	h := c.byPath[path]
	idle := false
	if h != nil {
		delete(c.byPath, path)
		h.gone, idle = true, h.users == 0
	}
	c.mu.Unlock()
	if idle {
		closeAll([]vfs.File{h.File})
	}
}

// close lets go of all files; those that are read now are closed by their readers, and nothing is kept from here on.
func (c *openFiles) close() {
	c.mu.Lock()
	c.closed = true
	var idle []vfs.File
	for path, h := range c.byPath {
		delete(c.byPath, path)
		if h.gone = true; h.users == 0 {
			idle = append(idle, h.File)
		}
	}
	c.mu.Unlock()
	closeAll(idle)
}

// closeAll closes files that were only read from, so that nothing can be lost.
func closeAll(files []vfs.File) {
	for _, f := range files {
		_ = f.Close()
	}
}
