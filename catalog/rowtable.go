package catalog

import (
	"sync"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// rowTable is rows of a system relation that were made once and are shared by scans: all columns, and an index on each column that a scan looked
// something up by.
type rowTable struct {
	layout  *layout
	vectors []*column.Vector
	n       int

	mu      sync.Mutex
	indexes map[int]*rowIndex
}

// rowIndex finds rows by the value of a column.
type rowIndex struct {
	numbers map[int64][]int32
	texts   map[string][]int32
}

func makeRows(l *layout, fill func(w *Rows)) *rowTable {
	all := make([]int, len(l.columns))
	for i := range all {
		all[i] = i
	}
	w := newRows(l, all)
	fill(w)
	return &rowTable{layout: l, vectors: w.vectors, n: w.n, indexes: map[int]*rowIndex{}}
}

// indexable reports whether columns of a type are looked up by: OIDs and names.
func indexable(t types.OID) bool {
	switch t {
	case types.Oid, types.Name, types.RegProc, types.RegClass, types.RegType:
		return true
	}
	return false
}

// index gives the index on a column and makes it where there is none yet.
func (t *rowTable) index(col int) *rowIndex {
	t.mu.Lock()
	defer t.mu.Unlock()
	x := t.indexes[col]
	if x != nil {
		return x
	}
	v := t.vectors[col]
	x = &rowIndex{}
	if v.Kind == column.Int64 {
		x.numbers = make(map[int64][]int32, t.n)
	} else {
		x.texts = make(map[string][]int32, t.n)
	}
	for i := range t.n {
		switch {
		case v.Null(i):
		case x.numbers != nil:
			x.numbers[v.Int(i)] = append(x.numbers[v.Int(i)], int32(i))
		default:
			key := string(v.Str(i))
			x.texts[key] = append(x.texts[key], int32(i))
		}
	}
	t.indexes[col] = x
	return x
}

// pick lists the rows that the limits leave, in order: found by the index that leaves the fewest, then held against the other limits.
func (t *rowTable) pick(limits []limit) []int32 {
	var best []int32
	used := -1
	for i := range limits {
		if c := limits[i].col; indexable(t.layout.columns[c].Type) {
			rows := limits[i].rows(t.index(c))
			if used < 0 || len(rows) < len(best) {
				best, used = rows, i
			}
		}
	}
	out := make([]int32, 0, len(best))
	keep := func(r int32) {
		for i := range limits {
			if i != used && !limits[i].allows(t.vectors[limits[i].col], int(r)) {
				return
			}
		}
		out = append(out, r)
	}
	if used >= 0 {
		for _, r := range best {
			keep(r)
		}
		return out
	}
	for r := range t.n {
		keep(int32(r))
	}
	return out
}
