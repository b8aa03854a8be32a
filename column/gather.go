package column

// AppendFrom appends row i of src, of any form and the same Kind, to a Plain vector.
func (v *Vector) AppendFrom(src *Vector, i int) {
	if src.Null(i) {
		v.AppendNull()
		return
	}
	switch v.Kind {
	case Bool:
		v.AppendBool(src.Bool(i))
	case Int64, Timestamp:
		v.AppendInt(src.Int(i))
	case Float64:
		v.AppendFloat(src.Float(i))
	case Interval:
		v.AppendSpan(src.Span(i))
	default:
		v.AppendBytes(src.Str(i))
	}
}

// AppendVector appends the selected rows of src (nil: all), of any form and the same Kind, to a Plain vector.
func (v *Vector) AppendVector(src *Vector, sel Selection) {
	if sel == nil && src.Form == Plain && src.Kind == v.Kind {
		v.appendPlain(src)
		return
	}
	if sel != nil {
		v.AppendRows(src, sel)
		return
	}
	for i := range src.Len {
		v.AppendFrom(src, i)
	}
}

// AppendRows appends rows of src, of any form and the same Kind, in the order in which they are
// listed, to a Plain vector. A negative row appends a null, as outer joins want.
func (v *Vector) AppendRows(src *Vector, rows []int32) {
	plain := src.Valid == nil && src.Form == Plain
	switch {
	case plain && (v.Kind == Int64 || v.Kind == Timestamp):
		for _, r := range rows {
			if r < 0 {
				v.AppendNull()
			} else {
				v.AppendInt(src.Ints[r])
			}
		}
	case plain && v.Kind == Float64:
		for _, r := range rows {
			if r < 0 {
				v.AppendNull()
			} else {
				v.AppendFloat(src.Floats[r])
			}
		}
	default:
		for _, r := range rows {
			if r < 0 {
				v.AppendNull()
			} else {
				v.AppendFrom(src, int(r))
			}
		}
	}
}

// appendPlain appends all rows of a Plain vector of the same Kind.
func (v *Vector) appendPlain(src *Vector) {
	n := v.Len
	switch v.Kind {
	case Bool:
		v.Bools = v.Bools.Resize(n + src.Len)
		copyBits(v.Bools, n, src.Bools, src.Len)
	case Int64, Timestamp:
		v.Ints = append(v.Ints, src.Ints[:src.Len]...)
	case Float64:
		v.Floats = append(v.Floats, src.Floats[:src.Len]...)
	case Interval:
		v.Spans = append(v.Spans, src.Spans[:src.Len]...)
	default:
		if src.Len == 0 {
			return
		}
		v.begin()
		first, last := src.Offsets[0], src.Offsets[src.Len]
		shift := len(v.Bytes) - int(first)
		v.Bytes = append(v.Bytes, src.Bytes[first:last]...)
		v.checkLength()
		for _, o := range src.Offsets[1 : src.Len+1] {
			v.Offsets = append(v.Offsets, int32(int(o)+shift))
		}
	}
	v.Len += src.Len
	switch {
	case src.Valid != nil:
		v.ownValid(n, v.Len)
		copyBits(v.Valid, n, src.Valid, src.Len)
	case v.Valid != nil:
		v.ownValid(n, v.Len)
		for i := n; i < v.Len; i++ {
			v.Valid.Set(i)
		}
	}
}

// copyBits puts the first n bits of src at position at of dst, which has room for them.
func copyBits(dst Bitmap, at int, src Bitmap, n int) {
	if at&63 == 0 { // whole words; what lies behind bit n of src's last word is no one's
		copy(dst[at>>6:], src[:(n+63)>>6])
		return
	}
	for i := range n {
		dst.Put(at+i, src.Get(i))
	}
}

// Gather makes dst, which must not be src, the Plain vector of the selected rows of src (nil: all).
func Gather(dst, src *Vector, sel Selection) {
	dst.Reset(src.Kind)
	dst.AppendVector(src, sel)
}

// Flatten returns v if it is Plain, and otherwise makes scratch its Plain form and returns that.
func (v *Vector) Flatten(scratch *Vector) *Vector {
	if v.Form == Plain {
		return v
	}
	Gather(scratch, v, nil)
	return scratch
}

// Share makes v show src's rows without copying them: v is valid as long as src's memory is. Nothing
// may be appended to v; SetNull and Reset of v leave src as it is.
func (v *Vector) Share(src *Vector) {
	own := v.own
	*v = *src
	v.own, v.shared = own, true
}

// Truncate drops all rows but the first n of a Plain vector: for a producer that gives up a row
// half way.
func (v *Vector) Truncate(n int) {
	if n >= v.Len {
		return
	}
	v.Len = n
	switch v.Kind {
	case Bool:
		v.Bools = v.Bools.Resize(n)
	case Int64, Timestamp:
		v.Ints = v.Ints[:n]
	case Float64:
		v.Floats = v.Floats[:n]
	case Interval:
		v.Spans = v.Spans[:n]
	default:
		v.Offsets = v.Offsets[:n+1]
		v.Bytes = v.Bytes[:v.Offsets[n]]
	}
	if v.Valid != nil {
		v.Valid = v.Valid.Resize(n)
		if n == 0 {
			v.Valid = nil
		}
	}
}
