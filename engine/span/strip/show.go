package strip

import (
	"slices"

	"github.com/flare-pg/flare-pg/column"
)

// showOne is Show of a member that some rows have in one strip and the others nowhere, where its values are numbers or codes; else it does nothing and done is false.
func (c *Columns) showOne(out *column.Vector, p *Place, kind column.Kind, sel column.Selection, keepNull bool) (done bool, err error) {
	r := c.r
	if p.node() <= 0 || r.covering(p) >= 0 || sel.Count(r.rows) == 0 {
		return false, nil
	}
	if err := r.structure(); err != nil {
		return false, err
	}
	sources := r.sources(p)
	strip, ok := r.only(p, sources, keepNull && kind == column.JSON)
	if !ok || strip < 0 {
		return false, nil
	}
	s, err := r.open(strip)
	if err != nil {
		return false, err
	}
	switch {
	case s.typ == Number && kind == column.Int64 && s.number.whole(), s.typ == Number && kind == column.Float64 && s.number.plain():
		values, err := c.allOf(&s.number.values)
		if err != nil {
			return false, err
		}
		out.Reset(kind)
		index := c.indexOf(sources, int32(strip), false, sel)
		out.Len = len(index)
		if kind == column.Int64 {
			out.Ints = slices.Grow(out.Ints[:0], len(index))[:len(index)]
			for i, k := range index {
				has := ^(k >> 31)
				out.Ints[i] = values[k&has] & int64(has)
			}
		} else {
			showFloats(out, values, index, s.number.digits)
		}
		out.Valid = validOf(index)
	case s.asText(kind) && s.text.entries != nil:
		out.Reset(kind)
		index := c.indexOf(sources, int32(strip), false, sel)
		out.Form, out.Len, out.Dict = column.Dictionary, len(index), s.dictionary(kind)
		out.Codes = slices.Grow(out.Codes[:0], len(index))[:len(index)]
		for i, k := range index {
			has := ^(k >> 31)
			out.Codes[i] = s.text.which[k&has] & has
		}
		out.Valid = validOf(index)
	default:
		return false, nil
	}
	return true, nil
}

// showFloats fills out with scaled numbers, those of index.
func showFloats(out *column.Vector, values []int64, index []int32, digits int) {
	out.Floats = slices.Grow(out.Floats[:0], len(index))[:len(index)]
	power := float64(powers[digits])
	for i, k := range index {
		has := ^(k >> 31)
		out.Floats[i] = scaledFloat(values[k&has], digits, power)
	}
}

// validOf gives the bits of numbers that are not negative; nil: all are so.
func validOf(index []int32) column.Bitmap {
	nulls := int32(0)
	for _, k := range index {
		nulls |= k
	}
	if nulls >= 0 {
		return nil
	}
	valid := column.NewBitmap(len(index))
	for w := range valid {
		part := index[w*64 : min((w+1)*64, len(index))]
		bits := uint64(0)
		for i, k := range part {
			bits |= uint64(^uint32(k)>>31) << (i & 63)
		}
		valid[w] = bits
	}
	return valid
}
