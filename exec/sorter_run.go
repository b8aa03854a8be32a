package exec

import "github.com/flare-pg/flare-pg/column"

// run is a set of rows: Plain vectors, and the order in which the rows come once sorted.
type run struct {
	cols  []*column.Vector
	keys  []*column.Vector // all are also in cols
	order []item
	seq   int       // runs collected earlier win ties
	codes [][]int32 // by key: the numbers of texts, where they have some; see sorter.survey
}

// item is a row in its place.
type item struct {
	prefix uint64 // ordering.prefix, or as sorter.packing tells
	row    int32
}

func (r *run) len() int { return len(r.order) }

// growth is what so many rows more of such columns take at most, beyond what the run holds already.
func (r *run) growth(cols []*column.Vector, rows int) int64 {
	n := grown(len(r.order), cap(r.order), rows, 16)
	for i, v := range r.cols {
		switch v.Kind {
		case column.Bool:
			n += grown(len(v.Bools), cap(v.Bools), rows/64+1, 8)
		case column.Int64, column.Timestamp:
			n += grown(len(v.Ints), cap(v.Ints), rows, 8)
		case column.Float64:
			n += grown(len(v.Floats), cap(v.Floats), rows, 8)
		case column.Interval:
			n += grown(len(v.Spans), cap(v.Spans), rows, 16)
		default:
			add := payload(cols[i:i+1], rows)
			n += grown(len(v.Offsets), cap(v.Offsets), rows+1, 4) + grown(len(v.Bytes), cap(v.Bytes), int(add), 1)
		}
		n += int64(rows)/4 + 16 // nulls
	}
	return n
}

// grown is what a slice takes for so many elements more, as append grows it.
func grown(length, capacity, more, size int) int64 {
	if length+more <= capacity {
		return 0
	}
	to := max(length+more, min(2*capacity, capacity+(capacity+768)/4))
	return int64(to-capacity+to/8) * int64(size)
}

func (r *run) bytes() int64 {
	n := bytesOf(r.cols) + 16*int64(cap(r.order))
	for _, c := range r.codes {
		n += 4 * int64(cap(c))
	}
	return n
}
