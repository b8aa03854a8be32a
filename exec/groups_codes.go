package exec

import "github.com/flare-pg/flare-pg/column"

// rowsOfCodes is how many rows a batch has at least, for each combination of codes, for its groups to be looked up by them: a combination that is met for the first time
// costs as much as tens of rows are spared.
const rowsOfCodes = 64

// dictionaries gives in dst the dictionaries of a key whose other columns are constant, where their codes make few combinations and no row is null; ok is false where it
// is otherwise.
func dictionaries(dst []*column.Vector, rows int, keys []*column.Vector) (_ []*column.Vector, ok bool) {
	combinations := 1
	for _, v := range keys {
		if v.Form == column.Constant {
			continue
		}
		if v.Form != column.Dictionary || v.Valid != nil {
			return dst, false
		}
		if combinations *= v.Dict.Len; combinations > rows/rowsOfCodes {
			return dst, false
		}
		dst = append(dst, v)
	}
	return dst, len(dst) > 0
}

// assignCodes is assign for keys whose dictionaries these are: only the first row of each combination of codes is looked up by its values.
func (g *groups) assignCodes(n int, sel column.Selection, keys, dicts []*column.Vector, out []int32) {
	last := len(dicts) - 1
	a, combinations := g.combine(n, sel, dicts[:max(last, 1)])
	var b []int32
	wide := int32(1)
	if last > 0 {
		b, wide = dicts[last].Codes[:n], int32(dicts[last].Dict.Len)
	}
	combinations *= int(wide)
	if cap(g.codes) < combinations {
		g.codes = make([]int32, max(n/rowsOfCodes, combinations))
	}
	table := g.codes[:combinations]
	clear(table)
	fresh := func(i int) int32 {
		one := [1]int32{int32(i)}
		g.assignEach(n, one[:], keys, out)
		return out[i] + 1
	}
	switch {
	case sel != nil:
		for _, i := range sel {
			c := a[i] * wide
			if b != nil {
				c += b[i]
			}
			if table[c] == 0 {
				table[c] = fresh(int(i))
			}
			out[i] = table[c] - 1
		}
	case b == nil:
		for i, c := range a {
			if table[c] == 0 {
				table[c] = fresh(i)
			}
			out[i] = table[c] - 1
		}
	default:
		b = b[:len(a)]
		for i, c := range a {
			c = c*wide + b[i]
			if table[c] == 0 {
				table[c] = fresh(i)
			}
			out[i] = table[c] - 1
		}
	}
}

// combine gives by row the codes of dictionaries together, less than so many.
func (g *groups) combine(n int, sel column.Selection, dicts []*column.Vector) (codes []int32, combinations int) {
	codes, combinations = dicts[0].Codes[:n], dicts[0].Dict.Len
	for _, v := range dicts[1:] {
		if cap(g.combined) < n {
			g.combined = make([]int32, n)
		}
		combined, b, wide := g.combined[:n], v.Codes[:n], int32(v.Dict.Len)
		if sel == nil {
			for i, c := range codes {
				combined[i] = c*wide + b[i]
			}
		} else {
			for _, i := range sel {
				combined[i] = codes[i]*wide + b[i]
			}
		}
		codes, combinations = combined, combinations*v.Dict.Len
	}
	return codes, combinations
}
