package strip

import (
	"slices"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/nql"
)

// ShowAny fills out with a member of all rows in any order, as nql.Page has it: the values of the one strip that has any, as they lie there, and a null for each of
// the other rows behind them. Which rows these are is not read.
func (c *Columns) ShowAny(out *column.Vector, m nql.PageMember, kind column.Kind) (done bool, err error) {
	r := c.r
	if m.Core != nql.NoBuiltin || kind == column.JSON {
		return false, nil
	}
	p := r.Find(m.Names...)
	if p.node() <= 0 || r.covering(&p) >= 0 {
		return false, nil
	}
	strip, ok := r.only(&p, r.sources(&p), false)
	if !ok || strip < 0 {
		return false, nil
	}
	s, err := r.open(strip)
	if err != nil {
		return false, err
	}
	switch {
	case s.typ == Number && kind == column.Int64 && s.number.whole():
		out.Reset(kind)
		if out.Ints, err = s.number.values.decode(slices.Grow(out.Ints[:0], r.rows), &r.memory); err != nil {
			return false, err
		}
		out.Ints = append(out.Ints, make([]int64, r.rows-s.n)...)
	case s.typ == Number && kind == column.Float64 && s.number.plain():
		values, err := c.allOf(&s.number.values)
		if err != nil {
			return false, err
		}
		out.Reset(kind)
		out.Floats = appendFloats(slices.Grow(out.Floats[:0], r.rows), values, s.number.digits)
		out.Floats = append(out.Floats, make([]float64, r.rows-s.n)...)
	case s.asText(kind) && s.text.entries != nil:
		out.Reset(kind)
		out.Form, out.Dict = column.Dictionary, s.dictionary(kind)
		out.Codes = append(slices.Grow(out.Codes[:0], r.rows), s.text.which...)
		out.Codes = append(out.Codes, make([]int32, r.rows-s.n)...)
	default:
		return false, nil
	}
	out.Len = r.rows
	out.Valid = column.NewBitmap(r.rows)
	out.Valid.Fill(s.n, true)
	return true, nil
}
