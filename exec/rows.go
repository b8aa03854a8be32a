package exec

import (
	"iter"

	"github.com/flare-pg/flare-pg/column"
)

// each yields the rows of a selection of n rows.
func each(sel column.Selection, n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		if sel == nil {
			for i := range n {
				if !yield(i) {
					return
				}
			}
			return
		}
		for _, i := range sel {
			if !yield(int(i)) {
				return
			}
		}
	}
}

// without appends to dst the rows of sel (nil: all of n) that are not in drop (nil: all). Both ascend; dst may be sel's own memory.
func without(dst []int32, sel column.Selection, n int, drop column.Selection) column.Selection {
	if dst == nil {
		dst = []int32{} // nil would mean every row
	}
	if drop == nil {
		return dst
	}
	k := 0
	if sel == nil {
		for i := int32(0); i < int32(n); i++ {
			if k < len(drop) && drop[k] == i {
				k++
				continue
			}
			dst = append(dst, i)
		}
		return dst
	}
	for _, i := range sel {
		if k < len(drop) && drop[k] == i {
			k++
			continue
		}
		dst = append(dst, i)
	}
	return dst
}

// allRows lists n rows, in dst's memory.
func allRows(dst []int32, n int) []int32 {
	dst = room(dst, n)
	for i := range n {
		dst = append(dst, int32(i))
	}
	return dst
}

// room returns an empty, not nil slice with room for n rows.
func room(s []int32, n int) []int32 {
	if s == nil || cap(s) < n {
		return make([]int32, 0, max(n, 64))
	}
	return s[:0]
}

// appendRows appends rows sel (nil: all) of src, of any form, to the Plain vector dst.
func appendRows(dst, src *column.Vector, sel column.Selection) {
	if sel == nil {
		appendRange(dst, src, 0, src.Len)
		return
	}
	for _, i := range sel {
		dst.AppendFrom(src, int(i))
	}
}

// appendRange appends rows from … to-1 of src to the Plain vector dst.
func appendRange(dst, src *column.Vector, from, to int) {
	if src.Form == column.Plain && src.Valid == nil && dst.Valid == nil {
		switch src.Kind {
		case column.Int64, column.Timestamp:
			dst.Ints = append(dst.Ints, src.Ints[from:to]...)
			dst.Len += to - from
			return
		case column.Float64:
			dst.Floats = append(dst.Floats, src.Floats[from:to]...)
			dst.Len += to - from
			return
		}
	}
	for i := from; i < to; i++ {
		dst.AppendFrom(src, i)
	}
}

// appendNulls appends n nulls to the Plain vector dst.
func appendNulls(dst *column.Vector, n int) {
	for range n {
		dst.AppendNull()
	}
}

// bytesOf is the memory of vectors without their dictionaries, which scans share between batches.
func bytesOf(cols []*column.Vector) int64 {
	var n int64
	for _, v := range cols {
		w := *v
		w.Dict = nil
		n += w.Size()
	}
	return n
}

// payload estimates the bytes that rows more rows of these columns add to a copy of them.
func payload(cols []*column.Vector, rows int) int64 {
	var n int64
	for _, v := range cols {
		n += 17 * int64(rows)
		if v.Kind.Fixed() || v.Len == 0 {
			continue
		}
		switch v.Form {
		case column.Plain:
			n += int64(len(v.Bytes)) * int64(rows) / int64(v.Len)
		case column.Constant:
			n += int64(len(v.Bytes)) * int64(rows)
		case column.Dictionary:
			if v.Dict.Len > 0 {
				n += int64(len(v.Dict.Bytes)) / int64(v.Dict.Len) * int64(rows)
			}
		}
	}
	return n
}

// clip cuts the rows of b to the first n that count.
func clip(b *column.Batch, n int, scratch []int32) []int32 {
	if b.Rows() <= n {
		return scratch
	}
	if b.Sel != nil {
		b.Sel = b.Sel[:n]
		return scratch
	}
	scratch = room(scratch, n)
	for i := range n {
		scratch = append(scratch, int32(i))
	}
	b.Sel = scratch
	return scratch
}

// skip drops the first n rows of b that count.
func skip(b *column.Batch, n int, scratch []int32) []int32 {
	if b.Sel != nil {
		b.Sel = b.Sel[n:]
		return scratch
	}
	scratch = room(scratch, b.Len)
	for i := n; i < b.Len; i++ {
		scratch = append(scratch, int32(i))
	}
	b.Sel = scratch
	return scratch
}
