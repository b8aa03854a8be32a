package engine

import (
	"fmt"
	"io"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"github.com/flare-pg/flare-pg/engine/vfs"
)

// letGo closes the files that are kept open and not read, as if nobody had read them.
func (s *Store) letGo() {
	var paths []string
	s.opened.mu.Lock()
	for path := range s.opened.byPath {
		paths = append(paths, path)
	}
	s.opened.mu.Unlock()
	for _, path := range paths {
		s.opened.drop(path)
	}
}

// opens is a file system that counts its open files.
type opens struct {
	vfs.FS
	mu   sync.Mutex
	open map[string]int
}

type trackedFile struct {
	vfs.File
	o    *opens
	name string
}

func (o *opens) Open(name string) (vfs.File, error) {
	f, err := o.FS.Open(name)
	if err != nil {
		return nil, err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.open[name]++
	return &trackedFile{f, o, name}, nil
}

func (c *trackedFile) Close() error {
	c.o.mu.Lock()
	defer c.o.mu.Unlock()
	c.o.open[c.name]--
	return c.File.Close()
}

func (o *opens) total() (n int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, k := range o.open {
		n += k
	}
	return n
}

// Whatever is opened, closed and dropped in which order: a reader can read its file until it closes it, a file that was dropped is open for its readers only, no
// more than so many are kept for nobody, and in the end none is open.
func TestFilesStayOpenForTheirReadersAndFewForNobody(t *testing.T) {
	mem := vfs.NewMem()
	const files = 2 * maxOpenFiles
	name := func(i int) string { return fmt.Sprintf("f%d", i) }
	for i := range files {
		f, err := mem.Create(name(i))
		must(t, err)
		_, err = f.WriteAt([]byte(name(i)), 0)
		must(t, err)
		must(t, f.Close())
	}
	rapid.Check(t, func(t *rapid.T) {
		fsys := &opens{FS: mem, open: map[string]int{}}
		var c openFiles
		type reader struct {
			vfs.File
			name string
		}
		var readers []reader
		closed := false
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			switch i := rapid.IntRange(0, files-1).Draw(t, "file"); rapid.SampledFrom([]string{"open", "many", "close", "drop", "end"}).Draw(t, "what") {
			case "many":
				for k := range maxOpenFiles {
					f, err := c.open(fsys, name((i+k)%files))
					if err != nil {
						t.Fatal(err)
					}
					f.Close()
				}
			case "open":
				f, err := c.open(fsys, name(i%5))
				if err != nil {
					t.Fatal(err)
				}
				readers = append(readers, reader{f, name(i % 5)})
			case "close":
				if n := len(readers); n > 0 {
					k := i % n
					readers[k].Close()
					readers = append(readers[:k], readers[k+1:]...)
				}
			case "drop":
				c.drop(name(i % 5))
				read := false
				for _, r := range readers {
					read = read || r.name == name(i%5)
				}
				if n := fsys.open[name(i%5)]; n > 0 && !read {
					t.Fatalf("%s is open after it was dropped, and nobody reads it", name(i%5))
				}
			case "end":
				c.close()
				closed = true
			}
			for _, r := range readers {
				b := make([]byte, 8)
				if n, err := r.ReadAt(b, 0); err != io.EOF || string(b[:n]) != r.name {
					t.Fatalf("%s reads %q, %v", r.name, b[:n], err)
				}
			}
			if n := fsys.total(); n > maxOpenFiles+len(readers) || closed && n > len(readers) {
				t.Fatalf("%d files are open for %d readers", n, len(readers))
			}
		}
		for _, r := range readers {
			r.Close()
		}
		c.close()
		if n := fsys.total(); n != 0 {
			t.Fatalf("%d files are open in the end", n)
		}
	})
}
