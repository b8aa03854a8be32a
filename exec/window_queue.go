package exec

import (
	"sort"

	"github.com/flare-pg/flare-pg/column"
)

// rowQueue keeps rows, which are numbered from 0, from when they are pushed until all who read them are past. What has no room in memory goes to a
// temporary file, chunk by chunk:
//
//	│ chunk │ chunk │ in the file │ in the file │ being filled │ ◀─ push
//	  ▲ drop            ▲ cursor                  ▲ cursor
type rowQueue struct {
	rt    *Runtime
	kinds []column.Kind
	meter meter
	file  blocks
	other int64 // bytes of what its owner holds

	chunks []queued
	end    int64 // the number of the next row
	held   int64 // bytes of the chunks that are full and in memory
	free   []column.Batch
	filed  int   // chunks that are in the file
	inFile int64 // bytes of it
}

// queued is a chunk of rows.
type queued struct {
	from  int64
	rows  int
	batch column.Batch // Plain; without columns: in the file
	bytes int64        // once full
	at    place
}

// anewBytes is from what size on a file that has nothing to be read any more is begun anew.
const anewBytes = 4 << 20

// queueBytes is about how large chunks become.
const queueBytes = 256 << 10

func newRowQueue(rt *Runtime, kinds []column.Kind) *rowQueue {
	return &rowQueue{rt: rt, kinds: kinds, meter: rt.sortMeter(), file: blocks{create: rt.Temp}}
}

// push appends rows sel of cols.
func (q *rowQueue) push(cols []*column.Vector, sel column.Selection) error {
	if len(q.kinds) == 0 { // rows without columns are only counted
		q.filling().rows += len(sel)
		q.end += int64(len(sel))
		return nil
	}
	for len(sel) > 0 {
		last := q.filling()
		each := payload(cols, 1)
		n := min(len(sel), max(1, min(column.BatchRows-last.rows, int((q.chunkBytes()-stride(last.batch.Cols))/each))))
		if err := q.meter.ensure(q.bytes() + 2*payload(cols, n)); err != nil {
			return err
		}
		for i, v := range cols {
			appendRows(last.batch.Cols[i], v, sel[:n])
		}
		last.rows += n
		last.batch.Len = last.rows
		q.end += int64(n)
		sel = sel[n:]
		if last.rows >= column.BatchRows || stride(last.batch.Cols)+each > q.chunkBytes() {
			if err := q.seal(last); err != nil {
				return err
			}
		}
	}
	return nil
}

func (q *rowQueue) chunkBytes() int64 {
	if q.meter.limit > 0 {
		return min(max(q.meter.limit/16, leastBlock), queueBytes)
	}
	return queueBytes
}

// bytes is the memory that is held.
func (q *rowQueue) bytes() int64 {
	n := q.held + q.other
	if k := len(q.chunks); k > 0 && q.chunks[k-1].bytes == 0 {
		n += bytesOf(q.chunks[k-1].batch.Cols)
	}
	if q.file.file != nil {
		n += 4 * q.chunkBytes()
	}
	return n + 64*int64(cap(q.chunks))
}

// filling is the chunk that has room.
func (q *rowQueue) filling() *queued {
	if k := len(q.chunks); k > 0 && q.chunks[k-1].bytes == 0 {
		return &q.chunks[k-1]
	}
	c := queued{from: q.end}
	if k := len(q.free); k > 0 {
		c.batch, q.free = q.free[k-1], q.free[:k-1]
	}
	c.batch.Reset(q.kinds)
	q.chunks = append(q.chunks, c)
	return &q.chunks[len(q.chunks)-1]
}

// seal ends a chunk, and writes it to the file where there is no room for the next one.
func (q *rowQueue) seal(c *queued) error {
	c.bytes = max(bytesOf(c.batch.Cols), 1)
	if !q.rt.spills() || q.meter.try(q.bytes()+c.bytes+3*q.chunkBytes()) {
		q.held += c.bytes
		return nil
	}
	p, err := q.file.write(&c.batch)
	if err != nil {
		return err
	}
	c.at = p
	q.filed++
	q.inFile += int64(p.size)
	q.recycle(c)
	return nil
}

// recycle takes a chunk's memory for another one.
func (q *rowQueue) recycle(c *queued) {
	if len(q.free) < 2 {
		q.free = append(q.free, c.batch)
	}
	c.batch = column.Batch{}
}

// drop forgets chunks of which all rows are before a number.
func (q *rowQueue) drop(before int64) {
	n := 0
	for ; n < len(q.chunks) && q.chunks[n].from+int64(q.chunks[n].rows) <= before; n++ {
		c := &q.chunks[n]
		if c.bytes == 0 { // being filled: it begins anew
			c.from += int64(c.rows)
			c.rows = 0
			c.batch.Reset(q.kinds)
			break
		}
		if len(c.batch.Cols) > 0 {
			q.held -= c.bytes
			q.recycle(c)
		} else if q.filed--; q.filed == 0 && q.inFile >= anewBytes {
			q.file.close()
			q.inFile = 0
		}
	}
	q.chunks = q.chunks[n:]
}

func (q *rowQueue) close() {
	q.file.close()
	q.chunks, q.free = nil, nil
	q.meter.release()
}

// rowCursor reads a queue's rows, mostly one after the other.
type rowCursor struct {
	own  column.Batch
	have int64 // which chunk of the file is in own: its first row + 1
}

// at gives the chunk that has a row, where in it that is, and how many rows there are from there on. It is good until the queue changes or the next call.
func (c *rowCursor) at(q *rowQueue, row int64) (b *column.Batch, i, n int, err error) {
	k := sort.Search(len(q.chunks), func(k int) bool { return q.chunks[k].from+int64(q.chunks[k].rows) > row })
	x := &q.chunks[k]
	i = int(row - x.from)
	if len(x.batch.Cols) > 0 || len(q.kinds) == 0 {
		return &x.batch, i, x.rows - i, nil
	}
	if c.have != x.from+1 {
		c.have = 0
		if err := q.file.read(x.at, &c.own); err != nil {
			return nil, 0, 0, err
		}
		c.have = x.from + 1
	}
	return &c.own, i, x.rows - i, nil
}
