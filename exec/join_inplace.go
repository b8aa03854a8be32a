package exec

import "github.com/flare-pg/flare-pg/column"

// A join with few right rows, of which none has the key of another, gives a left row once at most. Then its batches are the left ones, with the rows selected that
// have a partner, and the right columns beside them: nothing is copied, and dictionaries stay.

// mostInPlace is how many right rows there may be: their texts become dictionaries, which are worth looking through for each batch.
const mostInPlace = 1024

// inPlace reports whether the right rows can stand beside those of a left batch.
func (t *built) inPlace() bool {
	if t.rows == 0 || t.rows > mostInPlace || t.hash == nil {
		return false
	}
	for _, next := range t.chain {
		if next >= 0 {
			return false
		}
	}
	for _, v := range t.cols {
		if v.HasNulls() { // which a dictionary must not have
			return false
		}
	}
	return true
}

// pairsInPlace yields all pairs of the left batch that count.
func (j *join) pairsInPlace(b *column.Batch) (bool, error) {
	n := j.in.Len
	j.at = j.in.Rows()
	j.li = room(j.li, n)
	if cap(j.ri) < n {
		j.ri = make([]int32, n)
	}
	j.ri = j.ri[:n]
	clear(j.ri) // rows without a partner are not selected; their code means nothing
	for i := range each(j.in.Sel, n) {
		if p := j.built.firstPair(j.keys, i); p >= 0 {
			j.li, j.ri[i] = append(j.li, int32(i)), p
		}
	}
	if len(j.li) == 0 {
		return false, nil
	}
	if j.out.Cols == nil {
		j.out.Reset(j.kinds)
	}
	*b = column.Batch{Len: n, Sel: j.li, Cols: append(j.cols[:0], j.in.Cols[:j.leftSide.width]...)}
	for c, v := range j.built.cols[:j.rightSide.width] {
		b.Cols = append(b.Cols, beside(j.out.Cols[j.leftSide.width+c], v, j.ri))
	}
	j.cols = b.Cols
	if j.cond != nil {
		sel, err := j.cond.apply(b, b.Sel)
		if err != nil {
			return false, err
		}
		b.Sel = sel
	}
	for i := range each(b.Sel, n) {
		j.leftMatched.Set(j.spill.base + i)
		if j.built.matched != nil {
			j.built.matched.Set(int(j.ri[i]))
		}
	}
	return b.Rows() > 0, nil
}

// beside makes out the values of those rows of v, which has no nulls.
func beside(out, v *column.Vector, rows []int32) *column.Vector {
	out.Reset(v.Kind)
	switch v.Kind {
	case column.Int64, column.Timestamp:
		for _, r := range rows {
			out.Ints = append(out.Ints, v.Ints[r])
		}
	case column.Float64:
		for _, r := range rows {
			out.Floats = append(out.Floats, v.Floats[r])
		}
	case column.Interval:
		for _, r := range rows {
			out.Spans = append(out.Spans, v.Spans[r])
		}
	case column.Bool:
		for _, r := range rows {
			out.AppendBool(v.Bools.Get(int(r)))
		}
		return out
	default:
		out.Form, out.Dict = column.Dictionary, v
		out.Codes = append(out.Codes, rows...)
	}
	out.Len = len(rows)
	return out
}
