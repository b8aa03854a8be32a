package engine

import (
	"context"
	"errors"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/engine/span/strip"
	"github.com/flare-pg/flare-pg/nql"
)

// columnRows are the rows of a page by column that are left. A cursor has one, for one page after the other.
type columnRows struct {
	q    *query
	all  bool             // they are all rows of the page
	rows column.Selection // else these
	left int
	key  func(i int) (ts int64, arrival uint64, err error)
	// place says where the page lies that an error is about.
	place func(err error) error

	program *nql.PageProgram // nil until there is a page
	view    strip.Columns
	batch   column.Batch // rows on their way into a batch that has others
	sel     column.Selection
	first   column.Vector // what Narrowing is shown
	wanted  column.Selection
}

// fewRows is how many rows of a page are rather copied behind those that a batch has than handed on as a batch of their own.
const fewRows = 256

// turn goes to another page.
func (c *columnRows) turn(r *strip.Reader) (err error) {
	c.left = 0
	if c.program == nil {
		if c.program, err = c.q.program.Pages(); err != nil {
			return err
		}
		c.program.AnyOrder = c.q.anyOrder
	}
	c.view.Turn(r)
	return nil
}

// find asks the predicate about the rows from lo to before hi; alive, where not nil, tells which of them are there at all. nil are all rows of the page.
func (c *columnRows) find(lo, hi int, alive func(i int) (bool, error)) (column.Selection, error) {
	var sel column.Selection
	if n := c.view.Rows(); lo > 0 || hi < n || alive != nil {
		sel = c.sel[:0]
		for i := lo; i < hi; i++ {
			sel = append(sel, int32(i))
		}
		c.sel = sel
		var err error
		if sel, err = living(sel, alive); err != nil || len(sel) == 0 {
			return column.Selection{}, err
		}
	}
	rows, err := c.program.Select(&c.view, sel)
	return rows, c.place(err)
}

// living leaves the rows that are there.
func living(rows column.Selection, alive func(i int) (bool, error)) (column.Selection, error) {
	if alive == nil {
		return rows, nil
	}
	n := 0
	for _, row := range rows {
		ok, err := alive(int(row))
		if err != nil {
			return nil, err
		}
		if ok {
			rows[n] = row
			n++
		}
	}
	return rows[:n], nil
}

// set says which rows are left, but for those that nobody wants any more; nil: all.
func (c *columnRows) set(rows column.Selection) (err error) {
	if c.q.narrow != nil {
		if rows, err = c.narrow(rows); err != nil {
			return c.place(err)
		}
	}
	c.all, c.rows, c.left = rows == nil, rows, rows.Count(c.view.Rows())
	return nil
}

// narrow keeps the rows that are still wanted.
func (c *columnRows) narrow(rows column.Selection) (column.Selection, error) {
	if rows.Count(c.view.Rows()) == 0 {
		return rows, nil
	}
	ok, err := c.program.Column(&c.view, c.q.narrow.Column, rows, &c.first)
	if !ok || err != nil {
		return rows, err
	}
	if c.wanted == nil {
		c.wanted = column.Selection{}
	}
	wanted := c.q.narrow.Wanted(&c.first, c.wanted[:0])
	if wanted == nil {
		return rows, nil
	}
	c.wanted = wanted
	if rows != nil {
		for k, i := range wanted {
			wanted[k] = rows[i]
		}
	}
	return wanted, nil
}

// take gives the next n rows in the query's order, as a selection in that of the page; nil: all of the page.
func (c *columnRows) take(n int) column.Selection {
	if c.all {
		if n == c.left && n == c.view.Rows() {
			c.left = 0
			return nil
		}
		c.all, c.rows = false, make(column.Selection, c.left)
		for i := range c.rows {
			c.rows[i] = int32(i)
		}
	}
	c.left -= n
	var out column.Selection
	if c.q.order == nql.Descending {
		out, c.rows = c.rows[c.left:], c.rows[:c.left]
	} else {
		out, c.rows = c.rows[:n], c.rows[n:]
	}
	return out
}

// drain adds rows to b until it is full or none is left.
func (c *columnRows) drain(ctx context.Context, b *column.Batch, keys *[]sortKey) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	n := min(c.left, max(c.q.rows-b.Len, 1), c.fitting())
	switch {
	case keys != nil:
		return c.drainInOrder(c.take(n), b, keys)
	case len(b.Cols) == 0:
		c.take(n)
		b.Len += n
		return nil
	case c.left < fewRows:
		sel := c.take(n)
		c.batch.Reset(c.q.program.Kinds())
		if err := c.program.Columns(&c.view, sel, &c.batch); err != nil {
			return c.place(err)
		}
		for i, v := range b.Cols {
			v.AppendVector(c.batch.Cols[i], nil)
		}
		b.Len += n
		return nil
	}
	*c.q.sealed = true
	if b.Len > 0 {
		return nil // what there is goes first
	}
	if err := c.program.Columns(&c.view, c.take(n), b); err != nil {
		b.Reset(c.q.program.Kinds()) // whoever goes on finds no half of it
		*c.q.sealed = false
		return c.place(err)
	}
	return nil
}

// fitting is how many rows a batch may take at once for its bytes to be bounded.
func (c *columnRows) fitting() int {
	rows := c.view.Rows()
	return max(1, int(min(int64(rows), int64(rows)*column.BatchBytes/int64(max(c.view.Bytes(), 1)))))
}

// drainInOrder adds rows, with their keys.
func (c *columnRows) drainInOrder(sel column.Selection, b *column.Batch, keys *[]sortKey) error {
	c.batch.Reset(c.q.program.Kinds())
	if err := c.program.Columns(&c.view, sel, &c.batch); err != nil {
		return c.place(err)
	}
	for k := range c.batch.Len {
		if c.q.order == nql.Descending {
			k = c.batch.Len - 1 - k
		}
		row := k
		if sel != nil {
			row = int(sel[k])
		}
		ts, arrival, err := c.key(row)
		if err != nil {
			return err
		}
		*keys = append(*keys, sortKey{ts, arrival})
		for i, v := range b.Cols {
			v.AppendFrom(c.batch.Cols[i], k)
		}
		b.Len++
	}
	return nil
}

// placed gives an error of package strip its place in a file.
func placed(err error, path string, offset int64) error {
	var d *DamageError
	if err == nil || errors.As(err, &d) || !errors.Is(err, strip.ErrDamaged) && !errors.Is(err, strip.ErrNoDictionary) {
		return err
	}
	return &DamageError{File: path, Offset: offset, What: "page", Err: err}
}
