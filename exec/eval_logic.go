package exec

import (
	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/plan"
)

// logic is AND (decisive false) or OR (decisive true): one decisive operand decides a row, and later
// operands are evaluated only for rows that no earlier one has decided.
type logic struct {
	args     []evaluator
	decisive bool

	out  column.Vector
	open []int32
}

// newLogic makes the evaluator of AND or OR. An operand that is known to decide every row decides at once, wherever it stands: PostgreSQL sees
// that while it plans, so the others can't fail.
func newLogic(args []evaluator, decisive bool) evaluator {
	for _, a := range args {
		if c, ok := a.(*constant); ok && !c.v.Null(0) && c.v.Bool(0) == decisive {
			return c
		}
	}
	return &logic{args: args, decisive: decisive}
}

func (l *logic) eval(b *column.Batch, sel column.Selection) (*column.Vector, error) {
	n := b.Len
	resetBools(&l.out, n, !l.decisive)
	open := sel
	for _, a := range l.args {
		if open.Count(n) == 0 {
			break
		}
		v, err := a.eval(b, open)
		if err != nil {
			return nil, err
		}
		if v.Form == column.Constant && !v.Null(0) {
			if v.Bool(0) == l.decisive {
				for i := range each(open, n) {
					l.put(i)
				}
				open = l.open[:0:0]
				break
			}
			continue
		}
		if open == nil {
			l.open = room(l.open, n)
		}
		next := l.open[:0] // narrows in place: the write position never passes the read position
		for i := range each(open, n) {
			switch {
			case v.Null(i):
				l.out.SetNull(i)
				next = append(next, int32(i))
			case v.Bool(i) == l.decisive:
				l.put(i)
			default:
				next = append(next, int32(i))
			}
		}
		l.open, open = next, next
		if open == nil {
			open = column.Selection{}
		}
	}
	return &l.out, nil
}

// put decides row i.
func (l *logic) put(i int) {
	l.out.Bools.Put(i, l.decisive)
	if l.out.Valid != nil {
		l.out.Valid.Set(i)
	}
}

// resetBools makes v a Plain Bool vector of n rows, all set to value.
func resetBools(v *column.Vector, n int, value bool) {
	v.Reset(column.Bool)
	v.Bools = v.Bools.Resize(n)
	v.Bools.Fill(n, value)
	v.Len = n
}

// negation is NOT.
type negation struct {
	arg evaluator
	out column.Vector
}

func (e *negation) eval(b *column.Batch, sel column.Selection) (*column.Vector, error) {
	v, err := e.arg.eval(b, sel)
	if err != nil {
		return nil, err
	}
	if v.Form == column.Dictionary {
		resetBools(&e.out, v.Len, false)
		for i := range each(sel, v.Len) {
			if v.Null(i) {
				e.out.SetNull(i)
			} else if !v.Bool(i) {
				e.out.Bools.Set(i)
			}
		}
		return &e.out, nil
	}
	e.out = column.Vector{Kind: column.Bool, Form: v.Form, Len: v.Len, Valid: v.Valid, Bools: e.out.Bools[:0]}
	for _, w := range v.Bools {
		e.out.Bools = append(e.out.Bools, ^w)
	}
	return &e.out, nil
}

// isNull is IS [NOT] NULL.
type isNull struct {
	arg evaluator
	not bool
	out column.Vector
}

func (e *isNull) eval(b *column.Batch, sel column.Selection) (*column.Vector, error) {
	v, err := e.arg.eval(b, sel)
	if err != nil {
		return nil, err
	}
	if v.Form == column.Constant || v.Valid == nil {
		e.out.Reset(column.Bool)
		e.out.AppendBool((v.Len > 0 && v.Null(0)) != e.not)
		return e.out.Repeat(v.Len), nil
	}
	resetBools(&e.out, v.Len, false)
	for w := range e.out.Bools {
		e.out.Bools[w] = v.Valid[w]
		if !e.not {
			e.out.Bools[w] = ^e.out.Bools[w]
		}
	}
	return &e.out, nil
}

// isBool is IS [NOT] TRUE, FALSE, UNKNOWN.
type isBool struct {
	arg  evaluator
	want plan.BoolTest
	not  bool
	out  column.Vector
}

func (e *isBool) eval(b *column.Batch, sel column.Selection) (*column.Vector, error) {
	v, err := e.arg.eval(b, sel)
	if err != nil {
		return nil, err
	}
	if v.Form == column.Constant {
		e.out.Reset(column.Bool)
		e.out.AppendBool(v.Len > 0 && e.is(v, 0))
		return e.out.Repeat(v.Len), nil
	}
	resetBools(&e.out, v.Len, false)
	for i := range each(sel, v.Len) {
		if e.is(v, i) {
			e.out.Bools.Set(i)
		}
	}
	return &e.out, nil
}

func (e *isBool) is(v *column.Vector, i int) bool {
	var is bool
	switch e.want {
	case plan.IsTrue:
		is = !v.Null(i) && v.Bool(i)
	case plan.IsFalse:
		is = !v.Null(i) && !v.Bool(i)
	case plan.IsUnknown:
		is = v.Null(i)
	}
	return is != e.not
}
