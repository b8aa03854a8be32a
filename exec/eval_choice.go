package exec

import "github.com/flare-pg/flare-pg/column"

// choice puts a vector together of rows of others: which says, for each row, of which.
type choice struct {
	from  []*column.Vector
	which []int16 // -1: null
	out   column.Vector
}

func (c *choice) reset(n int) {
	c.from = c.from[:0]
	if cap(c.which) < n {
		c.which = make([]int16, n)
	}
	c.which = c.which[:n]
	for i := range c.which {
		c.which[i] = -1
	}
}

// take lets the rows come from v.
func (c *choice) take(v *column.Vector, rows column.Selection, n int) {
	k := int16(len(c.from))
	c.from = append(c.from, v)
	for i := range each(rows, n) {
		c.which[i] = k
	}
}

func (c *choice) vector(kind column.Kind) *column.Vector {
	c.out.Reset(kind)
	for i, k := range c.which {
		if k < 0 {
			c.out.AppendNull()
		} else {
			c.out.AppendFrom(c.from[k], i)
		}
	}
	return &c.out
}

// caseOf is CASE: an arm's condition is evaluated for the rows that no earlier arm took, its result for
// the rows that it takes.
type caseOf struct {
	conds []*filter
	thens []evaluator
	els   evaluator // nil: null
	kind  column.Kind

	choice choice
	open   []int32
	null   column.Vector
}

func (e *caseOf) eval(b *column.Batch, sel column.Selection) (*column.Vector, error) {
	n := b.Len
	e.choice.reset(n)
	open := sel
	for k, cond := range e.conds {
		if open.Count(n) == 0 {
			break
		}
		hit, err := cond.apply(b, open)
		if err != nil {
			return nil, err
		}
		if hit.Count(n) == 0 {
			continue
		}
		v, err := e.thens[k].eval(b, hit)
		if err != nil {
			return nil, err
		}
		if hit.Count(n) == sel.Count(n) { // it took all rows
			return v, nil
		}
		e.choice.take(v, hit, n)
		if open == nil {
			e.open = room(e.open, n)
		}
		open = without(e.open[:0], open, n, hit)
		e.open = open
	}
	if open.Count(n) > 0 {
		if e.els == nil {
			if len(e.choice.from) == 0 {
				e.null = *column.NewNull(e.kind, n)
				return &e.null, nil
			}
			return e.choice.vector(e.kind), nil
		}
		v, err := e.els.eval(b, open)
		if err != nil {
			return nil, err
		}
		if len(e.choice.from) == 0 {
			return v, nil
		}
		e.choice.take(v, open, n)
	}
	return e.choice.vector(e.kind), nil
}

// coalesce is COALESCE: an argument is evaluated for the rows where all earlier ones are null.
type coalesce struct {
	args []evaluator
	kind column.Kind

	choice choice
	open   []int32
	taken  []int32
}

func (e *coalesce) eval(b *column.Batch, sel column.Selection) (*column.Vector, error) {
	n := b.Len
	e.choice.reset(n)
	open := sel
	for k, a := range e.args {
		if open.Count(n) == 0 {
			break
		}
		v, err := a.eval(b, open)
		if err != nil {
			return nil, err
		}
		if k == 0 && !v.HasNulls() {
			return v, nil
		}
		if open == nil {
			e.open = room(e.open, n)
		}
		next := e.open[:0]
		e.taken = room(e.taken, n)
		for i := range each(open, n) {
			if v.Null(i) {
				next = append(next, int32(i))
			} else {
				e.taken = append(e.taken, int32(i))
			}
		}
		e.choice.take(v, e.taken, n)
		e.open, open = next, next
		if open == nil {
			open = column.Selection{}
		}
	}
	return e.choice.vector(e.kind), nil
}
