package function

import "sync"

// chunked is a list of keys, in pieces so that it grows without being copied.
type chunked struct {
	full   [][]int64
	before int // keys in full
	last   []int64
}

const (
	chunkedBytes = 56
	firstChunk   = 8
	mostChunk    = 4096
)

// chunks holds *[mostChunk]int64, of which a percentile of many values takes many each time.
var chunks = sync.Pool{New: func() any { return new([mostChunk]int64) }}

func (c *chunked) len() int { return c.before + len(c.last) }

// more makes room behind the last key, and gives how many bytes it took for that.
func (c *chunked) more() (taken int64) {
	if len(c.last) > 0 {
		c.full = append(c.full, c.last)
		c.before += len(c.last)
		taken = 24
	}
	if size := max(firstChunk, c.before); size < mostChunk {
		c.last = make([]int64, 0, size)
	} else {
		c.last = chunks.Get().(*[mostChunk]int64)[:0]
	}
	return taken + 8*int64(cap(c.last))
}

// add appends a key, and gives how many bytes it took for that.
func (c *chunked) add(k int64) (taken int64) {
	if len(c.last) == cap(c.last) {
		taken = c.more()
	}
	c.last = append(c.last, k)
	return taken
}

// addAll appends keys, and gives how many bytes it took for that.
func (c *chunked) addAll(keys []int64) (taken int64) {
	for len(keys) > 0 {
		if len(c.last) == cap(c.last) {
			taken += c.more()
		}
		n := min(len(keys), cap(c.last)-len(c.last))
		c.last = append(c.last, keys[:n]...)
		keys = keys[n:]
	}
	return taken
}

// take appends what another list has, whose memory it takes over.
func (c *chunked) take(o *chunked) {
	switch {
	case o.len() == 0:
	case c.len() == 0:
		*c = *o
	default:
		c.full = append(append(c.full, o.full...), o.last)
		c.before += o.len()
	}
	*o = chunked{}
}

// release empties the list and gives its memory to others.
func (c *chunked) release() {
	for p := range c.pieces {
		if cap(p) == mostChunk {
			chunks.Put((*[mostChunk]int64)(p[:mostChunk]))
		}
	}
	*c = chunked{}
}

// pieces are the list's, in order.
func (c *chunked) pieces(yield func([]int64) bool) {
	for _, p := range c.full {
		if !yield(p) {
			return
		}
	}
	yield(c.last)
}
