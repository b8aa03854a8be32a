package exec

import (
	"bytes"
	"encoding/binary"
	"math"
	"math/bits"
	"slices"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
)

// What runs in memory have in their keys is summed up in one number a row, in as few bits as the values that are there take, one key behind the other from the
// top bit down, until 64 are full. Often that is all: then rows are compared by their numbers alone.
//
//	of integers and floats   their distance from the least
//	of texts that are few    their rank among them, by a dictionary that all runs of a sorter share
//	of other texts           the eight bytes behind what all have in common
//
// Numbers that were made of what all rows until then have can be compared with each other, not with earlier ones.

// keySpan is what the runs of a sorter have in a key.
type keySpan struct {
	nulls       bool
	any         bool   // that is not null
	least, most uint64 // of numbers, as orderKey.brief gives them
	common      []byte // what all texts begin with, or a part of that
	long        int    // the length of the longest
}

const (
	// maxCommon bounds the beginning that is looked for.
	maxCommon = 64
	// A dictionary has at most so many texts, of so many bytes together.
	maxSortTexts, maxSortBytes = 1024, 64 << 10
	// dictionaryRows is from how many rows on a run is worth one, and dictionaryMemory how much there must be.
	dictionaryRows, dictionaryMemory = 2048, 2 << 20
)

// sortTexts are the different texts of a key. nil: there are too many, or it has none.
type sortTexts struct {
	table  byteTable
	values *column.Vector
	ranks  []uint32 // by number, of the first so many
}

func newSortTexts(keys []plan.SortKey, memory int64) []*sortTexts {
	all := make([]*sortTexts, len(keys))
	if memory > 0 && memory < dictionaryMemory {
		return all
	}
	for k := range keys {
		if textual(keys[k].Expr.Type()) {
			all[k] = &sortTexts{values: column.New(types.KindOf(keys[k].Expr.Type()))}
		}
	}
	return all
}

func (d *sortTexts) bytes() int64 {
	if d == nil || d.values.Len == 0 {
		return 0
	}
	return d.table.bytes() + bytesOf([]*column.Vector{d.values}) + 4*int64(cap(d.ranks))
}

// growth is how much more it can take at most.
func (d *sortTexts) growth() int64 {
	const all = 2 * (maxSortBytes + maxSortTexts*(byteSlotBytes+4+4)) // slices grow by up to twice
	return max(all-d.bytes(), 0)
}

// number appends the numbers of a run's texts, -1 for null; false: they are too many.
func (d *sortTexts) number(codes []int32, v *column.Vector) ([]int32, bool) {
	codes = slices.Grow(codes, v.Len)
	for i := range v.Len {
		if v.Null(i) {
			codes = append(codes, -1)
			continue
		}
		s := v.Str(i)
		n := d.table.number(d.values, s, int32(d.values.Len))
		if int(n) == d.values.Len {
			if n == maxSortTexts || len(d.values.Bytes)+len(s) > maxSortBytes {
				return codes, false
			}
			d.values.AppendBytes(s)
		}
		codes = append(codes, n)
	}
	return codes, true
}

// order gives each number's rank.
func (d *sortTexts) order() []uint32 {
	if len(d.ranks) == d.values.Len {
		return d.ranks
	}
	sorted := make([]int32, d.values.Len)
	for i := range sorted {
		sorted[i] = int32(i)
	}
	slices.SortFunc(sorted, func(a, b int32) int { return bytes.Compare(d.values.Str(int(a)), d.values.Str(int(b))) })
	d.ranks = slices.Grow(d.ranks[:0], len(sorted))[:len(sorted)]
	for rank, n := range sorted {
		d.ranks[n] = uint32(rank)
	}
	return d.ranks
}

// survey notes what a run that is full has in its keys.
func (s *sorter) survey(r *run) {
	for len(r.codes) < len(s.order) {
		r.codes = append(r.codes, nil)
	}
	for k := range s.order {
		v, span := r.keys[k], &s.spans[k]
		span.nulls = span.nulls || v.HasNulls()
		switch key := &s.order[k]; {
		case s.texts[k] != nil && s.number(r, k):
		case key.text:
			span.addTexts(v)
		case key.numeric:
			span.addNumbers(v, key.brief)
		}
	}
}

// number numbers the texts of a run's key. Where they are too many, none are from then on. There is room for it, by numbering.
func (s *sorter) number(r *run, k int) bool {
	d, ok := s.texts[k], false
	r.codes[k] = r.codes[k][:0]
	if d.values.Len > 0 || r.len() >= dictionaryRows {
		r.codes[k], ok = d.number(r.codes[k], r.keys[k])
	}
	if !ok {
		s.unnumber(k)
	}
	return ok
}

// unnumber ends the numbering of a key's texts. Those of earlier runs are among the dictionary's.
func (s *sorter) unnumber(k int) {
	s.spans[k].addTexts(s.texts[k].values)
	s.texts[k] = nil
}

// numbering is what it takes to number the texts of the current run, with so many rows more.
func (s *sorter) numbering(rows int) (n int64) {
	if s.cur != nil {
		rows += s.cur.len()
	}
	for _, d := range s.texts {
		if d != nil && (d.values.Len > 0 || rows >= dictionaryRows) {
			n += d.growth() + 4*int64(rows)
		}
	}
	return n
}

// sparesNumbering gives up numbering where that takes memory; false: it takes none.
func (s *sorter) sparesNumbering() bool {
	spared := false
	for k, d := range s.texts {
		if d != nil {
			s.unnumber(k)
			spared = true
		}
	}
	return spared
}

func (x *keySpan) addNumbers(v *column.Vector, brief func(v *column.Vector, i int) uint64) {
	for i := range v.Len {
		if v.Null(i) {
			continue
		}
		n := brief(v, i)
		if !x.any {
			x.any, x.least, x.most = true, n, n
		}
		x.least, x.most = min(x.least, n), max(x.most, n)
	}
}

func (x *keySpan) addTexts(v *column.Vector) {
	for i := range v.Len {
		if v.Null(i) {
			continue
		}
		s := v.Str(i)
		if !x.any {
			x.any, x.common = true, append(x.common, s[:min(len(s), maxCommon)]...)
		}
		x.common = x.common[:sharedBytes(x.common, s)]
		x.long = max(x.long, len(s))
	}
}

// sharedBytes is how many bytes two texts have in common at their beginnings.
func sharedBytes(a, b []byte) int {
	n := min(len(a), len(b))
	if string(a[:n]) == string(b[:n]) {
		return n
	}
	for i := range n {
		if a[i] != b[i] {
			return i
		}
	}
	return n
}

// packedKey tells how a key becomes a part of a number.
type packedKey struct {
	value func(v *column.Vector, row int) uint64 // from 0 to most, in ascending order
	ranks []uint32                               // of texts by their numbers, where they have some
	most  uint64
	exact bool // equal parts are of equal keys

	descending    bool
	nulls         bool
	least, null   uint64 // where the values begin, and what null is
	drop, cut, up int    // bits that are left out before and after null has its place; those below the part
}

func (p *packedKey) place(x uint64) uint64 {
	if p.descending {
		x = p.most - x
	}
	return (x>>p.drop + p.least) >> p.cut << p.up
}

// keyAsNumber makes the part of a key, without its place; ok is false where there is none.
func (s *sorter) keyAsNumber(k int) (p packedKey, ok bool) {
	key, span := &s.order[k], &s.spans[k]
	switch d := s.texts[k]; {
	case d != nil:
		ranks := d.order()
		p = packedKey{ranks: ranks, most: uint64(max(len(ranks)-1, 0)), exact: true}
		p.value = func(v *column.Vector, row int) uint64 { return uint64(ranks[d.table.find(d.values, v.Str(row))]) }
	case key.text:
		from := len(span.common)
		rest := min(max(span.long-from, 0), 8)
		// A text that ends early is as one with zero bytes, which bytea may have, and text not.
		p = packedKey{most: math.MaxUint64 >> (64 - 8*rest), exact: span.long-from <= 8 && !key.bytea}
		p.value = func(v *column.Vector, row int) uint64 {
			t := v.Str(row)[from:]
			if len(t) >= 8 {
				return binary.BigEndian.Uint64(t) >> (64 - 8*rest)
			}
			var b [8]byte
			copy(b[:], t)
			return binary.BigEndian.Uint64(b[:]) >> (64 - 8*rest)
		}
	case key.numeric:
		p = packedKey{most: span.most - span.least, exact: true}
		p.value = func(v *column.Vector, row int) uint64 { return key.brief(v, row) - span.least }
	default:
		return p, false
	}
	p.descending, p.nulls = key.descending, span.nulls
	return p, true
}

// packing tells how the keys of all rows that were surveyed become numbers: where two differ, that is the rows' order. exact: where two are equal the keys are, too.
func (s *sorter) packing() (parts []packedKey, exact bool) {
	left := 64
	for k := range s.order {
		p, ok := s.keyAsNumber(k)
		if !ok {
			return parts, false
		}
		most := p.most
		if p.nulls {
			if most == math.MaxUint64 { // no number is left for null
				p.drop, most = 1, most>>1
			}
			if p.null = most + 1; s.order[k].nullsFirst {
				p.least, p.null = 1, 0
			}
			most++
		}
		width := bits.Len64(most)
		p.cut = max(width-left, 0)
		p.up = left - (width - p.cut)
		left = p.up
		parts = append(parts, p)
		if !p.exact || p.drop+p.cut > 0 {
			return parts, false
		}
	}
	return parts, true
}

// pack gives the rows of runs their numbers.
func (s *sorter) pack(runs []*run) (exact bool) {
	parts, exact := s.packing()
	for _, r := range runs {
		for i := range r.order {
			r.order[i].prefix = 0
		}
		for k := range parts {
			r.pack(&parts[k], k, s.order[k].integral, s.spans[k].least)
		}
	}
	return exact
}

// pack adds a key's part to the rows' numbers.
func (r *run) pack(p *packedKey, k int, integral bool, least uint64) {
	v := r.keys[k]
	nulls := v.HasNulls()
	for i := range r.order {
		it := &r.order[i]
		switch {
		case nulls && v.Null(int(it.row)):
			it.prefix |= p.null >> p.cut << p.up
		case p.ranks != nil:
			it.prefix |= p.place(uint64(p.ranks[r.codes[k][it.row]]))
		case integral:
			it.prefix |= p.place(uint64(v.Ints[it.row]) ^ 1<<63 - least)
		default:
			it.prefix |= p.place(p.value(v, int(it.row)))
		}
	}
}

// packRow gives the number of a row by its keys.
func packRow(parts []packedKey) func(keys []*column.Vector, row int) uint64 {
	return func(keys []*column.Vector, row int) (n uint64) {
		for k := range parts {
			p := &parts[k]
			if keys[k].Null(row) {
				n |= p.null >> p.cut << p.up
			} else {
				n |= p.place(p.value(keys[k], row))
			}
		}
		return n
	}
}
