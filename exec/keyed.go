package exec

import (
	"context"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// keyed is groups that have only so much memory. Once it is used up no group is added: rows of the groups that are there go on as before, and those of
// others are put aside, in parts of a temporary file. Each part is gone through by itself later, by a keyed of its own, at the next level:
//
//	rows ─▶ known, or there is room ─▶ group
//	     └▶ neither ─▶ part 0 … part n ─▶ the same, one after the other
//
// Each pass takes some groups in, so there is an end to it whatever the keys are.
type keyed struct {
	rt    *Runtime
	types []types.OID
	hash  *groups
	meter meter
	level int
	// relieve makes room otherwise, before rows are put aside, and says how many of the caller's bytes that freed; nil: there is no other way.
	relieve func(ctx context.Context) (freed int64, err error)

	shared bool // the groups will be merged with those of others
	full   bool
	size   partSize // once full
	rows   []int32
	late   []int32
	took   struct{ parts, disk int64 }
}

func newKeyed(rt *Runtime, keyTypes []types.OID) *keyed {
	return &keyed{rt: rt, types: keyTypes, hash: newGroups(keyTypes), meter: rt.hashMeter()}
}

// again empties the groups for the rows of a part.
func (k *keyed) again(level int) {
	k.hash, k.level, k.full = newGroups(k.types), level, false
	k.meter.shrink(0)
}

// assign puts the group of each row of b that has one into of, and gives these rows; nil: all of b's. The others it adds to *aside, which it makes
// when it needs it. held is what the caller holds for the groups besides, each what it will hold for one more.
func (k *keyed) assign(ctx context.Context, b *column.Batch, keys []*column.Vector, of []int32, held, each int64, aside **parts) (column.Selection, error) {
	sel := b.Sel
	if !k.full {
		n, err := k.room(keys, b.Rows(), held, each)
		if err == nil && n < b.Rows() && k.relieve != nil {
			var freed int64
			if freed, err = k.relieve(ctx); freed > 0 {
				held -= freed
				n, err = k.room(keys, b.Rows(), held, each)
			}
		}
		if err != nil {
			return nil, err
		}
		if n == b.Rows() {
			return sel, k.hash.assign(b.Len, sel, keys, of)
		}
		k.full, k.size = true, partsFor(k.hash.bytes()+held)
		k.list(b)
		k.late = append(k.late[:0], k.rows[n:]...)
		k.rows = k.rows[:n]
		if err := k.hash.assign(b.Len, k.rows, keys, of); err != nil {
			return nil, err
		}
	} else {
		k.list(b)
		k.late, k.rows = append(k.late[:0], k.rows...), k.rows[:0]
	}
	more := k.hash.bytes() + held + k.size.memory() + k.size.reading()
	if err := k.meter.ensure(more); err != nil {
		return nil, err
	}
	unknown := k.late[:0]
	for _, i := range k.late {
		if of[i] = k.hash.known(keys, int(i)); of[i] < 0 {
			unknown = append(unknown, i)
		} else {
			k.rows = append(k.rows, i)
		}
	}
	if len(unknown) == 0 {
		return k.rows, nil
	}
	if *aside == nil {
		*aside = newParts(k.rt, kindsOfCols(b.Cols), k.types, k.size, k.level)
	}
	return k.rows, (*aside).add(ctx, b.Len, unknown, b.Cols, keys)
}

// list makes k.rows the rows of b.
func (k *keyed) list(b *column.Batch) {
	k.rows = room(k.rows, b.Len)
	for i := range each(b.Sel, b.Len) {
		k.rows = append(k.rows, int32(i))
	}
}

// room reserves memory for as many of the next rows as may make groups.
func (k *keyed) room(keys []*column.Vector, rows int, held, each int64) (int, error) {
	need := func(n int) int64 { return k.hash.bytes() + k.hash.growth(keys, n) + held + each*int64(n) }
	if !k.rt.spills() {
		return rows, k.meter.ensure(need(rows))
	}
	for n := rows; n > 0; n /= 2 {
		bytes := need(n)
		size := partsFor(bytes)
		bytes += size.memory() + size.reading()
		if k.meter.tryBeside(bytes, k.later(bytes, held+each*int64(n))) {
			return n, nil
		}
		if k.hash.len() > 0 {
			return 0, nil
		}
		if n == 1 { // there has to be one
			return 1, k.meter.ensure(bytes)
		}
	}
	return 0, nil
}

// later is what it will take to make results of what takes so many bytes, held of them being the caller's: as much as these, and, where groups are merged, the
// others' beside vectors and tables that are copied as they grow, in the end to twice the size.
func (k *keyed) later(bytes, held int64) int64 {
	if k.shared {
		return 2 * bytes
	}
	return held
}

// split ends the writing of parts, which may be nil, and gives them.
func (k *keyed) split(p *parts) ([]*stored, error) {
	if p == nil {
		return nil, nil
	}
	file := p.file
	list, err := p.finish()
	if err == nil {
		k.took.disk += file.bytes
	}
	return list, err
}

// note tells EXPLAIN what it took.
func (k *keyed) note(s *NodeStats) { s.took(k.meter.peak, k.took.disk, max(k.took.parts, 1)) }

func kindsOfCols(cols []*column.Vector) []column.Kind {
	kinds := make([]column.Kind, len(cols))
	for i, v := range cols {
		kinds[i] = v.Kind
	}
	return kinds
}

// known gives the group of one row, nulls being keys like others, without making one; -1: none.
func (g *groups) known(keys []*column.Vector, i int) int32 {
	id := int32(-1)
	for k, m := range g.cols {
		num := m.find(keys[k], i)
		if num < 0 {
			return -1
		}
		if k == 0 {
			id = num
		} else if id = g.pairs[k-1].find(id, num); id < 0 {
			return -1
		}
	}
	return id
}
