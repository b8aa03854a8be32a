package engine

import (
	"cmp"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/flare-pg/flare-pg/engine/manifest"
	"github.com/flare-pg/flare-pg/engine/tick"
)

// generation is an immutable set of files with their committed lengths, and the schema. Readers hold one by
// counting themselves in refs; the store itself counts as one while the generation is current.
type generation struct {
	id       uint64
	schema   *Schema
	files    map[StreamID][]*file // by start of range, then id
	runBytes int64                // of the RAM runs of all files
	refs     atomic.Int64

	obsolete []string // paths that nobody needs once this generation and all before it have ended; set under chain.mu
}

// file is a file as one generation sees it. Immutable.
type file struct {
	manifest.File // Length is the committed length, which can be past the length that the MANIFEST knows
	path          string
	runs          []*run // parts of it that are in RAM too, by offset, disjoint
	// frozen: nothing is to be appended (it is damaged).
	frozen bool
	// lost, when not nil, says what is missing behind Length; a read is told of it where it gets there.
	lost *DamageError
}

func (f *file) bounds() (from, to int64) { return f.Start, f.Start + tick.Range }

func compareFiles(a, b *file) int {
	return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.ID, b.ID))
}

// streamDir is where a stream's files lie.
func streamDir(dir string, stream StreamID) string {
	return filepath.Join(dir, "streams", strconv.FormatUint(uint64(stream), 10))
}

func filePath(dir string, f manifest.File) string {
	return filepath.Join(streamDir(dir, StreamID(f.Stream)), tick.Name(f.Start, f.ID))
}

// with returns a generation that follows g: files of the same id replaced, others added.
func (g *generation) with(schema *Schema, changed []*file) *generation {
	n := &generation{id: g.id + 1, schema: schema, files: maps.Clone(g.files), runBytes: g.runBytes}
	copied := map[StreamID]bool{}
	for _, f := range changed {
		id := StreamID(f.Stream)
		if !copied[id] {
			n.files[id] = slices.Clone(n.files[id])
			copied[id] = true
		}
		at, found := slices.BinarySearchFunc(n.files[id], f, compareFiles)
		if found {
			n.runBytes -= runBytes(n.files[id][at].runs)
			n.files[id][at] = f
		} else {
			n.files[id] = slices.Insert(n.files[id], at, f)
		}
		n.runBytes += runBytes(f.runs)
	}
	return n
}

// tail finds the file that events of a range are appended to; nil when a new one is needed.
func (g *generation) tail(stream StreamID, start int64) *file {
	files := g.files[stream]
	i, _ := slices.BinarySearchFunc(files, start, func(f *file, start int64) int {
		if f.Start <= start {
			return -1
		}
		return 1
	})
	if i == 0 || files[i-1].Start != start || files[i-1].frozen {
		return nil
	}
	return files[i-1]
}

// chain is the current generation and those before it that are still read.
type chain struct {
	current atomic.Pointer[generation]
	remove  func(path string) // deletes a file that nobody sees any more

	mu   sync.Mutex
	live []*generation // oldest first, the current one last
}

// acquire counts a reader of the current generation. It never waits.
func (c *chain) acquire() *generation {
	for {
		g := c.current.Load()
		for n := g.refs.Load(); n > 0; n = g.refs.Load() {
			if g.refs.CompareAndSwap(n, n+1) {
				return g
			}
		}
		// It ended between the two loads: there is a newer one.
	}
}

// release ends one count of g and deletes what nobody can see any more.
func (c *chain) release(g *generation) {
	if g.refs.Add(-1) > 0 {
		return
	}
	var gone []string
	c.mu.Lock()
	for len(c.live) > 0 && c.live[0].refs.Load() == 0 {
		gone = append(gone, c.live[0].obsolete...)
		c.live = c.live[1:]
	}
	c.mu.Unlock()
	for _, path := range gone {
		c.remove(path)
	}
}

// publish makes g current. obsolete are the files that were in the generation before and are not in g: they are deleted when
// the last generation that sees them has ended.
func (c *chain) publish(g *generation, obsolete ...string) {
	g.refs.Store(1)
	c.mu.Lock()
	old := c.current.Load()
	if old != nil {
		old.obsolete = append(old.obsolete, obsolete...)
	}
	c.live = append(c.live, g)
	c.current.Store(g)
	c.mu.Unlock()
	if old != nil {
		c.release(old)
	}
}
