package engine

import (
	"context"
	"slices"

	"github.com/flare-pg/flare-pg/column"
)

// collector reads all of a segment that has no order and sorts its rows. Where only so many are wanted it keeps no more.
type collector struct {
	f       *fragment
	cur     cursor
	compare func(a, b sortKey) int
	limit   int64 // 0: all

	chunks []*column.Batch
	order  []sortedRow
	sorted bool
	pruned bool // order is sorted, as far as it was collected
	at     int
	held   int64
}

// sortedRow says where a row is that was collected.
type sortedRow struct {
	sortKey
	chunk, row int32
}

// keepRows is how many rows beyond the limit are collected before the others are dropped.
const keepRows = 4096

func (c *collector) more(ctx context.Context, l *lane, rows int) (bool, error) {
	l.keys = l.keys[:0]
	l.batch.Reset(c.f.q.program.Kinds())
	if !c.sorted {
		if err := c.collect(ctx); err != nil {
			return true, err
		}
	}
	for ; c.at < len(c.order) && l.batch.Len < rows && !c.f.q.full(l.batch); c.at++ {
		r := c.order[c.at]
		for i, v := range l.batch.Cols {
			v.AppendFrom(c.chunks[r.chunk].Cols[i], int(r.row))
		}
		l.batch.Len++
		l.keys = append(l.keys, r.sortKey)
	}
	return l.batch.Len > 0, nil
}

// enough reports whether nothing that comes after key can be among the rows that are wanted.
func (c *collector) enough(key sortKey) bool {
	if int64(len(c.order)) < c.limit {
		return false
	}
	if !c.pruned { // the first so many, in order
		slices.SortFunc(c.order, c.compareRows)
		c.pruned = true
	}
	return c.compare(c.order[c.limit-1].sortKey, key) < 0
}

func (c *collector) compareRows(a, b sortedRow) int { return c.compare(a.sortKey, b.sortKey) }

// collect reads every row that matches. After damage that is passed over it goes on where it was.
func (c *collector) collect(ctx context.Context) error {
	var keys []sortKey
	for {
		b := new(column.Batch)
		b.Reset(c.f.q.program.Kinds())
		keys = keys[:0]
		if c.limit > 0 {
			c.f.q.rows = int(min(max(c.limit, 16), column.BatchRows)) // so that enough knows of them soon
		}
		more, err := c.cur.fill(ctx, b, &keys)
		c.f.q.rows = column.BatchRows
		if kerr := c.keep(ctx, b, keys); kerr != nil {
			return kerr
		}
		if err != nil {
			return err
		}
		if !more {
			break
		}
	}
	if err := c.sort(ctx); err != nil {
		return err
	}
	c.sorted = true
	return nil
}

// keep takes a chunk over.
func (c *collector) keep(ctx context.Context, b *column.Batch, keys []sortKey) error {
	if len(keys) == 0 {
		return nil
	}
	if err := c.hold(batchBytes(b) + 2*24*int64(len(keys))); err != nil {
		return err
	}
	c.pruned = false
	for i, k := range keys {
		c.order = append(c.order, sortedRow{k, int32(len(c.chunks)), int32(i)})
	}
	c.chunks = append(c.chunks, b)
	if c.limit > 0 && int64(len(c.order)) > 2*c.limit+keepRows {
		return c.sort(ctx)
	}
	return nil
}

// sort sorts what was collected and, where there are more rows than are wanted, copies those that are.
func (c *collector) sort(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	slices.SortFunc(c.order, c.compareRows)
	if c.limit <= 0 || int64(len(c.order)) <= c.limit {
		return nil
	}
	kept := c.order[:c.limit]
	var chunks []*column.Batch
	var order []sortedRow
	var size int64
	for len(kept) > 0 {
		b := new(column.Batch)
		b.Reset(c.f.q.program.Kinds())
		for len(kept) > 0 && !c.f.q.full(b) {
			r := kept[0]
			for i, v := range b.Cols {
				v.AppendFrom(c.chunks[r.chunk].Cols[i], int(r.row))
			}
			order = append(order, sortedRow{r.sortKey, int32(len(chunks)), int32(b.Len)})
			b.Len++
			kept = kept[1:]
		}
		size += batchBytes(b) + 2*24*int64(b.Len)
		chunks = append(chunks, b)
	}
	c.chunks, c.order = chunks, order
	if c.f.spec.Memory != nil && c.held > size {
		c.f.spec.Memory.Release(c.held - size)
		c.f.held -= c.held - size
		c.held = size
	}
	return nil
}

func (c *collector) hold(n int64) error {
	if err := c.f.reserve(n); err != nil {
		return err
	}
	c.held += n
	return nil
}

func (c *collector) close() { c.cur.close() }
