package exec

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"math"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
)

// ordering compares rows by sort keys.
type ordering []orderKey

type orderKey struct {
	values     func(a *column.Vector, i int, b *column.Vector, j int) int // of values that are not null
	brief      func(v *column.Vector, i int) uint64                       // see prefix
	descending bool
	nullsFirst bool

	integral, numeric bool // brief tells all of a value; it is an integer
	text, bytea       bool // values are ordered as their bytes are
}

func newOrdering(keys []plan.SortKey) ordering {
	o := make(ordering, len(keys))
	for i, k := range keys {
		t := k.Expr.Type()
		o[i] = orderKey{
			values: comparison(t), brief: brevity(t), descending: k.Descending, nullsFirst: k.NullsFirst,
			integral: integral(t), numeric: integral(t) || types.KindOf(t) == column.Float64, text: textual(t), bytea: t == types.Bytea,
		}
	}
	return o
}

// compare orders row i of a against row j of b, by their key vectors.
func (o ordering) compare(a []*column.Vector, i int, b []*column.Vector, j int) int {
	for k := range o {
		key := &o[k]
		an, bn := a[k].Null(i), b[k].Null(j)
		if an || bn {
			if an && bn {
				continue
			}
			if an == key.nullsFirst {
				return -1
			}
			return 1
		}
		if c := key.values(a[k], i, b[k], j); c != 0 {
			if key.descending {
				return -c
			}
			return c
		}
	}
	return 0
}

// prefix sums up a row's first key in a number: where two rows' numbers differ, their order is the rows' order;
// where they don't, the rows must be compared.
func (o ordering) prefix(keys []*column.Vector, i int) uint64 {
	k := &o[0]
	switch {
	case keys[0].Null(i) && k.nullsFirst:
		return 0
	case keys[0].Null(i):
		return math.MaxUint64
	}
	p := k.brief(keys[0], i)
	if k.descending {
		return ^p
	}
	return p
}

// brevity gives the function that sums up a type's values, in ascending order.
func brevity(t types.OID) func(v *column.Vector, i int) uint64 {
	switch {
	case integral(t):
		return func(v *column.Vector, i int) uint64 { return uint64(v.Int(i)) ^ 1<<63 }
	case types.KindOf(t) == column.Float64:
		return func(v *column.Vector, i int) uint64 {
			x := v.Float(i) + 0 // -0 becomes 0
			b := math.Float64bits(x)
			switch {
			case x != x:
				return math.MaxUint64
			case b>>63 != 0:
				return ^b
			}
			return b | 1<<63
		}
	case textual(t):
		return func(v *column.Vector, i int) uint64 {
			s := v.Str(i)
			if len(s) >= 8 {
				return binary.BigEndian.Uint64(s)
			}
			var b [8]byte
			copy(b[:], s)
			return binary.BigEndian.Uint64(b[:])
		}
	}
	return func(*column.Vector, int) uint64 { return 0 }
}

// textual reports whether values of the type are equal and ordered as their bytes are.
func textual(t types.OID) bool {
	return t == types.Text || t == types.Varchar || t == types.Name || t == types.Bytea
}

// comparison gives a type's comparison.
func comparison(t types.OID) func(a *column.Vector, i int, b *column.Vector, j int) int {
	switch {
	case integral(t):
		return func(a *column.Vector, i int, b *column.Vector, j int) int { return cmp.Compare(a.Int(i), b.Int(j)) }
	case types.KindOf(t) == column.Float64:
		return func(a *column.Vector, i int, b *column.Vector, j int) int {
			return types.CompareFloats(a.Float(i), b.Float(j))
		}
	case textual(t):
		return func(a *column.Vector, i int, b *column.Vector, j int) int { return bytes.Compare(a.Str(i), b.Str(j)) }
	}
	return func(a *column.Vector, i int, b *column.Vector, j int) int { return types.Compare(t, a, i, b, j) }
}
