package exec

import (
	"math/bits"

	"github.com/flare-pg/flare-pg/column"
)

// filter finds the rows for which a condition is true. AND narrows from operand to operand, OR looks
// at what the earlier operands left, so that an operand fails only for rows that depend on it.
type filter struct {
	cond evaluator
	and  []*filter // the operands, where cond is an AND
	or   []*filter // the operands, where cond is an OR

	rows, rest []int32
	hits       column.Bitmap
}

func newFilter(cond evaluator) *filter {
	f := &filter{cond: cond}
	if l, ok := cond.(*logic); ok {
		for _, a := range l.args {
			if l.decisive {
				f.or = append(f.or, newFilter(a))
			} else {
				f.and = append(f.and, newFilter(a))
			}
		}
	}
	return f
}

// apply returns the rows of sel (nil: all) of b for which the condition is true; nil: all rows of b. The
// selection is valid until the next call.
func (f *filter) apply(b *column.Batch, sel column.Selection) (column.Selection, error) {
	switch {
	case f.and != nil:
		for _, a := range f.and {
			var err error
			if sel, err = a.apply(b, sel); err != nil {
				return nil, err
			}
			if sel != nil && len(sel) == 0 {
				break
			}
		}
		return sel, nil
	case f.or != nil:
		return f.any(b, sel)
	}
	if sel.Count(b.Len) == 0 {
		return f.none(), nil
	}
	v, err := f.cond.eval(b, sel)
	if err != nil {
		return nil, err
	}
	if v.Form == column.Constant {
		if v.Null(0) || !v.Bool(0) {
			return f.none(), nil
		}
		return sel, nil
	}
	f.rows = appendTrue(room(f.rows, b.Len), v, sel)
	if len(f.rows) == b.Len {
		return nil, nil
	}
	return f.rows, nil
}

// any is apply for OR.
func (f *filter) any(b *column.Batch, sel column.Selection) (column.Selection, error) {
	f.hits = f.hits[:0].Resize(b.Len)
	open, found := sel, 0
	for _, o := range f.or {
		if open.Count(b.Len) == 0 {
			break
		}
		hit, err := o.apply(b, open)
		if err != nil {
			return nil, err
		}
		if hit == nil { // every row of the batch
			return nil, nil
		}
		for _, i := range hit {
			f.hits.Set(int(i))
		}
		found += len(hit)
		if open == nil {
			f.rest = room(f.rest, b.Len)
		}
		open = without(f.rest[:0], open, b.Len, hit)
		f.rest = open
	}
	if found == b.Len {
		return nil, nil
	}
	f.rows = appendSet(room(f.rows, b.Len), f.hits)
	return f.rows, nil
}

func (f *filter) none() column.Selection {
	f.rows = room(f.rows, 0)
	return f.rows
}

// appendTrue appends the rows of sel for which the Bool vector v is true.
func appendTrue(dst []int32, v *column.Vector, sel column.Selection) []int32 {
	if sel == nil && v.Form == column.Plain {
		for w, word := range v.Bools {
			if v.Valid != nil {
				word &= v.Valid[w]
			}
			if r := v.Len - w*64; r < 64 {
				if r <= 0 {
					break
				}
				word &= 1<<uint(r) - 1
			}
			for ; word != 0; word &= word - 1 {
				dst = append(dst, int32(w*64+bits.TrailingZeros64(word)))
			}
		}
		return dst
	}
	for i := range each(sel, v.Len) {
		if !v.Null(i) && v.Bool(i) {
			dst = append(dst, int32(i))
		}
	}
	return dst
}

// appendSet appends the positions of the set bits.
func appendSet(dst []int32, b column.Bitmap) []int32 {
	for w, word := range b {
		for ; word != 0; word &= word - 1 {
			dst = append(dst, int32(w*64+bits.TrailingZeros64(word)))
		}
	}
	return dst
}
