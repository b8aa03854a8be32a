package span

import (
	"container/list"
	"sync"

	"github.com/flare-pg/flare-pg/engine/span/strip"
)

// Fronts keeps the fronts of pages of columns, those that were used last, so that whoever reads such a page again neither reads nor decodes it. Goroutines may
// share it; a nil *Fronts keeps none.
type Fronts struct {
	most  int64
	parts *strip.Parts

	mu     sync.Mutex
	byPage map[frontKey]*list.Element // of keptFront
	used   list.List                  // the latest first
	bytes  int64
}

// frontKey is a page: its file's id and its offset there.
type frontKey struct {
	file   uint64
	offset int64
}

type keptFront struct {
	frontKey
	front *strip.Front
}

// NewFronts keeps fronts of so many bytes in all, and parts of their pages, of so many.
func NewFronts(most, parts int64) *Fronts {
	return &Fronts{most: most, parts: strip.NewParts(parts), byPage: map[frontKey]*list.Element{}}
}

// Bytes is about how much memory they take.
func (c *Fronts) Bytes() int64 {
	if c == nil {
		return 0
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.bytes + c.parts.Bytes()
}

func (c *Fronts) get(file uint64, offset int64) *strip.Front {
	if c == nil {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.byPage[frontKey{file, offset}]
	if e == nil {
		return nil
	}
	c.used.MoveToFront(e)
	return e.Value.(*keptFront).front
}

// Has reports whether the front of a page is kept: of a file by its id, at an offset.
func (c *Fronts) Has(file uint64, offset int64) bool {
	if c == nil {
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.byPage[frontKey{file, offset}] != nil
}

func (c *Fronts) put(file uint64, offset int64, f *strip.Front) {
	if c == nil || f.Bytes() > c.most/8 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	k := frontKey{file, offset}
	if c.byPage[k] != nil {
		return // another was as fast
	}
	c.byPage[k] = c.used.PushFront(&keptFront{k, f})
	c.bytes += frontOverhead + f.Bytes()
	f.KeepIn(c.parts)
	for c.bytes > c.most {
		last := c.used.Back()
		old := c.used.Remove(last).(*keptFront)
		delete(c.byPage, old.frontKey)
		c.bytes -= frontOverhead + old.front.Bytes()
		old.front.Forget()
	}
}

// frontOverhead is what keeping a front takes besides it.
const frontOverhead = 160
