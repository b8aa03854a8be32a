package engine

import (
	"cmp"
	"context"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/flare-pg/flare-pg/engine/manifest"
	"github.com/flare-pg/flare-pg/engine/span"
	"github.com/flare-pg/flare-pg/engine/tick"
)

// generation is an immutable set of files with their committed lengths, and the schema. Readers hold one by
// counting themselves in refs; the store itself counts as one while the generation is current.
type generation struct {
	id       uint64
	schema   *Schema
	files    map[StreamID][]*file // by start of range, then id
	runBytes int64                // of the RAM runs of all files
	arrival  uint64               // no event that it sees has an arrival number from here on
	pending  []arrivalSpan        // but for these below it, which loads have set aside and not committed; ascending, never changed
	since    time.Time            // when it was published; zero where the store was given no clock
	refs     atomic.Int64

	obsolete []string // paths that nobody needs once this generation and all before it have ended; set under chain.mu
}

// file is a file as one generation sees it. Immutable.
type file struct {
	manifest.File // Length is the committed length, which can be past the length that the MANIFEST knows
	path          string
	arrivals      uint64 // no event in it has an arrival number from here on
	runs          []*run // parts of it that are in RAM too, by offset, disjoint
	// frozen: nothing is to be appended and it is not merged (it is damaged).
	frozen bool
	// unlike: pages by column were wanted when this process built it, so that its pages by row are of events that have too little in common for that.
	unlike bool
	// sealed: nothing is to be appended, since a maintenance transaction is making something of it.
	sealed bool
	// warm: what no run holds lies between coldMin and coldMax. Not known of files that were there when the store was opened.
	warm             bool
	coldMin, coldMax int64
	// lost, when not nil, says what is missing behind Length; a read is told of it where it gets there.
	lost *DamageError
}

// bounds gives the range that the file may hold: from <= @t < to.
func (f *file) bounds() (from, to int64) {
	if f.Kind == manifest.Span {
		return f.Start, f.End
	}
	return f.Start, f.Start + tick.Range
}

func (f *file) isTick() bool { return f.Kind == manifest.Tick }

func compareFiles(a, b *file) int {
	return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.ID, b.ID))
}

// streamDir is where a stream's files lie.
func streamDir(dir string, stream StreamID) string {
	return filepath.Join(dir, "streams", strconv.FormatUint(uint64(stream), 10))
}

func filePath(dir string, f manifest.File) string {
	name := tick.Name(f.Start, f.ID)
	if f.Kind == manifest.Span {
		name = span.Name(f.Start, f.ID)
	}
	return filepath.Join(streamDir(dir, StreamID(f.Stream)), name)
}

// with returns a generation that follows g: files of the same id replaced, others added, and some removed.
func (g *generation) with(schema *Schema, changed []*file, removed ...*file) *generation {
	n := &generation{id: g.id + 1, schema: schema, files: maps.Clone(g.files), runBytes: g.runBytes, arrival: g.arrival, pending: g.pending}
	copied := map[StreamID]bool{}
	own := func(id StreamID) {
		if !copied[id] {
			n.files[id] = slices.Clone(n.files[id])
			copied[id] = true
		}
	}
	for _, f := range removed {
		id := StreamID(f.Stream)
		own(id)
		if at, found := slices.BinarySearchFunc(n.files[id], f, compareFiles); found {
			n.runBytes -= runBytes(n.files[id][at].runs)
			n.files[id] = slices.Delete(n.files[id], at, at+1)
		}
		if len(n.files[id]) == 0 {
			delete(n.files, id)
		}
	}
	for _, f := range changed {
		id := StreamID(f.Stream)
		own(id)
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

// tail finds the tick that events of a range are appended to; nil when a new one is needed.
func (g *generation) tail(stream StreamID, start int64) *file {
	files := g.files[stream]
	i, _ := slices.BinarySearchFunc(files, start, func(f *file, start int64) int {
		if f.Start <= start {
			return -1
		}
		return 1
	})
	for i--; i >= 0 && files[i].Start == start; i-- {
		if files[i].isTick() {
			if files[i].frozen || files[i].sealed {
				return nil
			}
			return files[i]
		}
	}
	return nil
}

// file finds a file by its stream and id; nil: it is not there (any more).
func (g *generation) file(f *file) *file {
	if i, found := slices.BinarySearchFunc(g.files[StreamID(f.Stream)], f, compareFiles); found {
		return g.files[StreamID(f.Stream)][i]
	}
	return nil
}

// chain is the current generation and those before it that are still read.
type chain struct {
	current atomic.Pointer[generation]
	remove  func(path string) // deletes a file that nobody sees any more

	mu      sync.Mutex
	live    []*generation // oldest first, the current one last
	changed chan struct{} // closed when the next one becomes current; nil: nobody waits for that
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
	// While an earlier one is read it stays in the list for its obsolete paths; what it saw need not be kept for that.
	g.files, g.schema = nil, nil
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
	if c.changed != nil {
		close(c.changed)
		c.changed = nil
	}
	c.mu.Unlock()
	if old != nil {
		c.release(old)
	}
}

// after waits until a generation is current that follows the one numbered id.
func (c *chain) after(ctx context.Context, id uint64) error {
	for {
		c.mu.Lock()
		if c.current.Load().id > id {
			c.mu.Unlock()
			return nil
		}
		if c.changed == nil {
			c.changed = make(chan struct{})
		}
		changed := c.changed
		c.mu.Unlock()
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
