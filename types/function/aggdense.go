package function

import (
	"math/bits"

	"github.com/flare-pg/flare-pg/column"
)

// dense lays the values that an aggregate is fed one behind the other, whatever form and selection they come in, so that each aggregate has one
// loop over them. Its memory is used anew for each batch.
type dense[T any] struct {
	stored func(*column.Vector) []T
	values []T
	of     []int32
	rows   []int32
}

func newDenseInts() dense[int64] {
	return dense[int64]{stored: func(v *column.Vector) []int64 { return v.Ints }}
}

func newDenseFloats() dense[float64] {
	return dense[float64]{stored: func(v *column.Vector) []float64 { return v.Floats }}
}

// lay gives the selected values of v that are not null, and their groups; nil where there is one group.
func (d *dense[T]) lay(v *column.Vector, n int, sel column.Selection, groups []int32) (values []T, of []int32) {
	nulls := v.HasNulls()
	if v.Form == column.Constant && nulls || sel.Count(n) == 0 {
		return nil, nil
	}
	if sel == nil && (!nulls || v.Form == column.Constant) {
		if groups != nil {
			groups = groups[:n]
		}
		switch v.Form {
		case column.Constant:
			d.values = resize(d.values, n)
			fill(d.values, d.stored(v)[0])
		case column.Dictionary:
			d.values = resize(d.values, n)
			entries := d.stored(v.Dict)
			for i, c := range v.Codes[:n] {
				d.values[i] = entries[c]
			}
		default:
			return d.stored(v)[:n], groups
		}
		return d.values, groups
	}
	rows := sel
	if v.Form == column.Plain && sel == nil {
		if k := prefix(v.Valid, n); k >= 0 { // nulls stand behind the others
			if groups != nil {
				groups = groups[:k]
			}
			return d.stored(v)[:k], groups
		}
	}
	if nulls {
		d.rows = appendValid(resize(d.rows, n)[:0], v.Valid, n, sel)
		rows = d.rows
	}
	d.values = resize(d.values, len(rows))
	switch v.Form {
	case column.Constant:
		fill(d.values, d.stored(v)[0])
	case column.Dictionary:
		entries := d.stored(v.Dict)
		for k, i := range rows {
			d.values[k] = entries[v.Codes[i]]
		}
	default:
		plain := d.stored(v)
		for k, i := range rows {
			d.values[k] = plain[i]
		}
	}
	return d.values, gatherGroups(&d.of, groups, rows)
}

// prefix is how many rows of n are valid where these are the first ones, else -1.
func prefix(valid column.Bitmap, n int) int {
	k := valid.Count(n)
	if valid.Count(k) != k {
		return -1
	}
	return k
}

// gatherGroups lays the groups of some rows one behind the other; nil where there is one group.
func gatherGroups(scratch *[]int32, groups, rows []int32) []int32 {
	if groups == nil {
		return nil
	}
	of := resize(*scratch, len(rows))
	for k, i := range rows {
		of[k] = groups[i]
	}
	*scratch = of
	return of
}

func fill[T any](s []T, x T) {
	for i := range s {
		s[i] = x
	}
}

// appendValid appends the rows of sel (nil: all of n) whose bits are set.
func appendValid(rows []int32, valid column.Bitmap, n int, sel column.Selection) []int32 {
	if sel == nil {
		for w := range (n + 63) / 64 {
			word := valid[w]
			if r := n - w*64; r < 64 {
				word &= 1<<uint(r) - 1
			}
			for ; word != 0; word &= word - 1 {
				rows = append(rows, int32(w*64+bits.TrailingZeros64(word)))
			}
		}
		return rows
	}
	for _, i := range sel {
		if valid.Get(int(i)) {
			rows = append(rows, i)
		}
	}
	return rows
}

func (d *dense[T]) bytes() int64 {
	return 8*int64(cap(d.values)) + 4*int64(cap(d.of)+cap(d.rows))
}

// Integers lays integers one behind the other, for who aggregates them elsewhere.
type Integers struct{ d dense[int64] }

// Lay gives the selected values of v that are not null, and their groups, in memory that is v's and groups' or used anew at the next call.
func (x *Integers) Lay(v *column.Vector, n int, sel column.Selection, groups []int32) (values []int64, of []int32) {
	if x.d.stored == nil {
		x.d = newDenseInts()
	}
	return x.d.lay(v, n, sel, groups)
}

// Bytes is the memory held.
func (x *Integers) Bytes() int64 { return x.d.bytes() }
