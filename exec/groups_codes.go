package exec

import "github.com/flare-pg/flare-pg/column"

// mostCodes is how many pairs of codes there are at most for a batch's groups to be looked up by them.
const mostCodes = column.BatchRows

// twoCodes gives the one or two dictionaries of a key whose other columns are constant, where their codes make few pairs and no row is null; right is nil where there is one.
func twoCodes(rows int, keys []*column.Vector) (left, right *column.Vector, ok bool) {
	for _, v := range keys {
		switch {
		case v.Form == column.Constant:
		case v.Form != column.Dictionary || v.Valid != nil || right != nil:
			return nil, nil, false
		case left == nil:
			left = v
		default:
			right = v
		}
	}
	if left == nil {
		return nil, nil, false
	}
	pairs := left.Dict.Len
	if right != nil {
		pairs *= right.Dict.Len
	}
	return left, right, pairs <= min(rows, mostCodes)
}

// assignCodes is assign for keys that twoCodes has found: only the first row of each pair of codes is looked up by its values.
func (g *groups) assignCodes(n int, sel column.Selection, keys []*column.Vector, left, right *column.Vector, out []int32) {
	pairs := left.Dict.Len
	if right != nil {
		pairs *= right.Dict.Len
	}
	if cap(g.codes) < pairs {
		g.codes = make([]int32, mostCodes)
	}
	table := g.codes[:pairs]
	clear(table)
	fresh := func(i int) int32 {
		one := [1]int32{int32(i)}
		g.assignEach(n, one[:], keys, out)
		return out[i] + 1
	}
	switch a := left.Codes[:n]; {
	case right == nil && sel == nil:
		for i, c := range a {
			if table[c] == 0 {
				table[c] = fresh(i)
			}
			out[i] = table[c] - 1
		}
	case right == nil:
		for _, i := range sel {
			c := a[i]
			if table[c] == 0 {
				table[c] = fresh(int(i))
			}
			out[i] = table[c] - 1
		}
	case sel == nil:
		b, wide := right.Codes[:len(a)], int32(right.Dict.Len)
		for i, c := range a {
			c = c*wide + b[i]
			if table[c] == 0 {
				table[c] = fresh(i)
			}
			out[i] = table[c] - 1
		}
	default:
		b, wide := right.Codes[:len(a)], int32(right.Dict.Len)
		for _, i := range sel {
			c := a[i]*wide + b[i]
			if table[c] == 0 {
				table[c] = fresh(int(i))
			}
			out[i] = table[c] - 1
		}
	}
}
