package exec

import (
	"context"
	"errors"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// TempFile keeps what has no room in memory until it is closed. It is for one goroutine at a time.
type TempFile interface {
	Append(b []byte) (at int64, err error)
	ReadAt(b []byte, at int64) error
	Close() error
}

// blocks is a temporary file of blocks of rows (column.AppendBlock). It is made when the first block is written.
type blocks struct {
	create func() (TempFile, error)
	file   TempFile
	buf    []byte
	bytes  int64 // written
}

// place is where a block is.
type place struct {
	at   int64
	size int32
}

const placeBytes = 16

// Blocks are small where memory is, so that many files of rows can be read or written side by side.
const (
	leastBlock = 16 << 10
	mostBlock  = 256 << 10
)

// leastMemory is what an operator takes before it goes to a file, however little WorkMem is: with less it would mostly turn pages.
const leastMemory = 512 << 10

// blockSize is how large blocks become with so much memory.
func blockSize(memory int64) int64 {
	return min(max(memory/512, leastBlock), mostBlock)
}

// write appends a batch whose vectors are Plain, all of whose rows count.
func (f *blocks) write(b *column.Batch) (place, error) {
	if f.file == nil {
		file, err := f.create()
		if err != nil {
			return place{}, err
		}
		f.file = file
	}
	f.buf = column.AppendBlock(f.buf[:0], b)
	at, err := f.file.Append(f.buf)
	if err != nil {
		return place{}, err
	}
	f.bytes += int64(len(f.buf))
	return place{at, int32(len(f.buf))}, nil
}

// read makes b, in its own memory, what was written at a place. Memory for it is not reserved here.
func (f *blocks) read(p place, b *column.Batch) error {
	if cap(f.buf) < int(p.size) {
		f.buf = make([]byte, p.size)
	}
	f.buf = f.buf[:p.size]
	if err := f.file.ReadAt(f.buf, p.at); err != nil {
		return err
	}
	if err := b.ReadBlock(f.buf); errors.Is(err, column.ErrBlock) {
		return types.Errorf(types.CodeDataCorrupted, "%s", err)
	}
	return nil
}

func (f *blocks) close() {
	if f.file != nil {
		// What is left behind where this fails is deleted at the next start.
		_ = f.file.Close()
		f.file = nil
	}
	f.buf = nil
}

// chain is blocks that are read one after the other; as plan.Batches.
type chain struct {
	file   *blocks
	places []place
	next   int
	batch  column.Batch
}

func (c *chain) Next(ctx context.Context, b *column.Batch) (bool, error) {
	if err := ended(ctx); err != nil {
		return false, err
	}
	if c.next == len(c.places) {
		return false, nil
	}
	c.next++
	if err := c.file.read(c.places[c.next-1], &c.batch); err != nil {
		return false, err
	}
	*b = c.batch
	return true, nil
}

func (c *chain) Close() {}

// rewind begins again.
func (c *chain) rewind() { c.next = 0 }

// spills reports whether there are temporary files.
func (rt *Runtime) spills() bool { return rt.Temp != nil }

// sortMeter is the meter of an operator that sorts.
func (rt *Runtime) sortMeter() meter { return rt.bounded(rt.WorkMem, leastOfSort) }

// hashMeter is the meter of an operator that hashes.
func (rt *Runtime) hashMeter() meter {
	return rt.bounded(int64(float64(rt.WorkMem)*max(rt.HashMultiplier, 1)), leastOfHash)
}

// bounded is a meter with a limit, where what passes it has somewhere to go.
func (rt *Runtime) bounded(limit, sure int64) meter {
	switch {
	case !rt.spills():
		limit = 0
	case limit > 0 && rt.least == 0:
		limit = max(limit, leastMemory)
	}
	return meter{acc: rt.Memory, limit: limit, sure: sure}
}
