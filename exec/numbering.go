package exec

import (
	"math"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// numbering numbers the distinct values of one column, from 0 in order of first appearance; null is a value like others.
//
// Integers, booleans and doubles are looked up as 64 bits, text as its bytes, and other values by bytes that are the same exactly for what is equal
// (types.AppendKey). Of a dictionary each entry that is in use is looked up once a batch.
type numbering struct {
	typ    types.OID
	by     lookUp
	values *column.Vector // Plain, row by number

	ints  intTable
	texts byteTable
	canon *column.Vector // byKey: the bytes by which values are looked up, row by number
	null  int32          // -1: none yet

	entries []int32 // by dictionary entry: its number, -1 not looked up yet
	key     []byte
	rows    []int32
}

type lookUp uint8

const (
	byInt lookUp = iota
	byBool
	byFloat
	byText
	byKey
)

func newNumbering(t types.OID) *numbering {
	m := &numbering{typ: t, values: column.New(types.KindOf(t)), null: -1}
	switch {
	case integral(t):
		m.by = byInt
	case m.values.Kind == column.Bool:
		m.by = byBool
	case m.values.Kind == column.Float64:
		m.by = byFloat
	case textual(t):
		m.by = byText
	default:
		m.by, m.canon = byKey, column.New(column.Text)
	}
	return m
}

// bytes is the memory held.
func (m *numbering) bytes() int64 {
	n := m.values.Size() + m.ints.bytes() + m.texts.bytes() + 4*int64(cap(m.entries)+cap(m.rows))
	if m.canon != nil {
		n += m.canon.Size()
	}
	return n
}

// news is how many values so many rows of v have at most.
func news(v *column.Vector, rows int) int {
	switch v.Form {
	case column.Constant:
		return min(rows, 1)
	case column.Dictionary:
		return min(rows, v.Dict.Len+1)
	}
	return rows
}

// growth is what so many rows of v add at most, about.
func (m *numbering) growth(v *column.Vector, rows int) int64 {
	rows = news(v, rows)
	added := payload([]*column.Vector{v}, rows)
	n := appendGrowth(m.values, rows, added)
	switch m.by {
	case byText:
		n += m.texts.growth(rows)
	case byKey:
		n += m.texts.growth(rows) + appendGrowth(m.canon, rows, added)
	default:
		n += m.ints.growth(rows)
	}
	if v.Valid != nil && m.by == byInt && v.Form == column.Plain {
		n += 4 * int64(max(v.Len, 64))
	}
	if v.Form == column.Dictionary && cap(m.entries) < v.Dict.Len {
		n += 4 * int64(v.Dict.Len)
	}
	return n
}

// appendGrowth is what appending so many rows, of so many bytes, to a Plain vector takes at most, about: where they don't fit its memory is
// taken anew, twice as much.
func appendGrowth(v *column.Vector, rows int, bytes int64) int64 {
	fits := rows <= cap(v.Ints)-len(v.Ints)
	switch v.Kind {
	case column.Int64, column.Timestamp:
	case column.Float64:
		fits = rows <= cap(v.Floats)-len(v.Floats)
	case column.Bool:
		fits = v.Len+rows <= 64*cap(v.Bools)
	case column.Interval:
		fits = rows <= cap(v.Spans)-len(v.Spans)
	default:
		fits = rows < cap(v.Offsets)-len(v.Offsets) && bytes <= int64(cap(v.Bytes)-len(v.Bytes))
	}
	if fits {
		return bytes // as bitmaps of nulls may grow
	}
	return v.Size() + 2*bytes
}

// number puts the number of each selected row of n into out.
func (m *numbering) number(n int, sel column.Selection, v *column.Vector, out []int32) {
	switch {
	case sel.Count(n) == 0:
	case v.Form == column.Constant:
		id := m.row(v, 0)
		if sel == nil {
			for i := range out[:n] {
				out[i] = id
			}
			return
		}
		for _, i := range sel {
			out[i] = id
		}
	case v.Form == column.Dictionary && v.Dict.Len <= 2*sel.Count(n):
		m.byEntry(n, sel, v, out)
	case v.Form == column.Plain && m.by == byInt && v.Valid == nil:
		m.plainInts(n, sel, v, out)
	case v.Form == column.Plain && m.by == byInt:
		m.intsAndNulls(n, sel, v, out)
	case sel == nil:
		for i := range n {
			out[i] = m.row(v, i)
		}
	default:
		for _, i := range sel {
			out[i] = m.row(v, int(i))
		}
	}
}

// plainInts is number for integers without nulls, of which equal ones often follow one another: times do in a page.
func (m *numbering) plainInts(n int, sel column.Selection, v *column.Vector, out []int32) {
	last, id := int64(0), int32(-1)
	switch {
	case sel == nil && m.ints.far():
		m.farInts(v.Ints[:n], out)
		return
	case sel == nil:
		for i, x := range v.Ints[:n] {
			if x != last || id < 0 {
				id, last = m.int(x), x
			}
			out[i] = id
		}
		return
	}
	if m.ints.far() {
		m.farRows(v.Ints, sel, out)
		return
	}
	for _, i := range sel {
		if x := v.Ints[i]; x != last || id < 0 {
			id, last = m.int(x), x
		}
		out[i] = id
	}
}

// intsAndNulls is number for integers some of which are null: these get their number, and the others are numbered among themselves. The first null
// of all is numbered in its turn.
func (m *numbering) intsAndNulls(n int, sel column.Selection, v *column.Vector, out []int32) {
	m.rows = room(m.rows, n)
	before := 0 // rows that stand before the first null of all
	for i := range each(sel, n) {
		switch {
		case v.Valid.Get(i):
			m.rows = append(m.rows, int32(i))
		case m.null >= 0:
			out[i] = m.null
		default:
			m.plainInts(n, m.rows, v, out)
			before = len(m.rows)
			out[i] = m.row(v, i)
		}
	}
	if rest := m.rows[before:]; len(rest) > 0 {
		m.plainInts(n, rest, v, out)
	}
}

// farRows is farInts for some rows.
func (m *numbering) farRows(xs []int64, rows, out []int32) {
	var first [readTogether]intSlot
	for len(rows) > 0 {
		block := rows[:min(len(rows), readTogether)]
		slots, mask := m.ints.slots, uint64(len(m.ints.slots)-1)
		for k, i := range block {
			first[k] = slots[spread(xs[i])>>(m.ints.shift&63)&mask]
		}
		for k, i := range block {
			if x := xs[i]; first[k].key == x && first[k].id != 0 {
				out[i] = first[k].id - 1
			} else {
				out[i] = m.int(x)
			}
		}
		rows = rows[len(block):]
	}
}

// farInts is plainInts where slots are far away: they are read some at a time before anything depends on them.
func (m *numbering) farInts(xs []int64, out []int32) {
	var first [readTogether]intSlot
	for len(xs) > 0 {
		block := xs[:min(len(xs), readTogether)]
		slots, mask := m.ints.slots, uint64(len(m.ints.slots)-1)
		for i, x := range block {
			first[i] = slots[spread(x)>>(m.ints.shift&63)&mask]
		}
		for i, x := range block {
			if first[i].key == x && first[i].id != 0 {
				out[i] = first[i].id - 1
			} else {
				out[i] = m.int(x)
			}
		}
		xs, out = xs[len(block):], out[len(block):]
	}
}

// byEntry is number for a dictionary.
func (m *numbering) byEntry(n int, sel column.Selection, v *column.Vector, out []int32) {
	if cap(m.entries) < v.Dict.Len {
		m.entries = make([]int32, v.Dict.Len)
	}
	entries := m.entries[:v.Dict.Len]
	for i := range entries {
		entries[i] = -1
	}
	if sel == nil && v.Valid == nil {
		out := out[:n]
		for i, code := range v.Codes[:n] {
			id := entries[code]
			if id < 0 {
				id = m.row(v, i)
				entries[code] = id
			}
			out[i] = id
		}
		return
	}
	for i := range each(sel, n) {
		if v.Null(i) {
			out[i] = m.row(v, i)
			continue
		}
		code := v.Codes[i]
		if entries[code] < 0 {
			entries[code] = m.row(v, i)
		}
		out[i] = entries[code]
	}
}

// int is row for an integer.
func (m *numbering) int(x int64) int32 {
	next := int32(m.values.Len)
	id := m.ints.number(x, next)
	if id == next {
		m.values.AppendInt(x)
	}
	return id
}

// row gives the number of one row.
func (m *numbering) row(v *column.Vector, i int) int32 {
	next := int32(m.values.Len)
	if v.Null(i) {
		if m.null < 0 {
			m.null = next
			m.values.AppendNull()
			if m.by == byKey {
				m.canon.AppendNull()
			}
		}
		return m.null
	}
	var id int32
	switch m.by {
	case byText:
		id = m.texts.number(m.values, v.Str(i), next)
	case byKey:
		m.key = types.AppendKey(m.key[:0], m.typ, v, i)
		if id = m.texts.number(m.canon, m.key, next); id == next {
			m.canon.AppendBytes(m.key)
		}
	default:
		id = m.ints.number(m.bits(v, i), next)
	}
	if id == next {
		m.values.AppendFrom(v, i)
	}
	return id
}

// find gives the number of a row without giving one; -1 none. Several goroutines may call it at once.
func (m *numbering) find(v *column.Vector, i int) int32 {
	if v.Null(i) {
		return m.null
	}
	switch m.by {
	case byText:
		return m.texts.find(m.values, v.Str(i))
	case byKey:
		var buf [64]byte
		return m.texts.find(m.canon, types.AppendKey(buf[:0], m.typ, v, i))
	}
	return m.ints.find(m.bits(v, i))
}

// bits gives the 64 bits that are the same exactly for equal values.
func (m *numbering) bits(v *column.Vector, i int) int64 {
	switch m.by {
	case byBool:
		if v.Bool(i) {
			return 1
		}
		return 0
	case byFloat:
		f := v.Float(i)
		switch {
		case f == 0:
			f = 0 // not -0
		case f != f:
			f = math.NaN()
		}
		return int64(math.Float64bits(f))
	}
	return v.Int(i)
}
