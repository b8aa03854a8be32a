package exec

import (
	"bytes"
	"cmp"
	"math"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
)

// ordering compares rows by sort keys.
type ordering []orderKey

type orderKey struct {
	values     func(a *column.Vector, i int, b *column.Vector, j int) int // of values that are not null
	descending bool
	nullsFirst bool
}

func newOrdering(keys []plan.SortKey) ordering {
	o := make(ordering, len(keys))
	for i, k := range keys {
		o[i] = orderKey{values: comparison(k.Expr.Type()), descending: k.Descending, nullsFirst: k.NullsFirst}
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

// comparison gives a type's comparison.
func comparison(t types.OID) func(a *column.Vector, i int, b *column.Vector, j int) int {
	switch {
	case integral(t):
		return func(a *column.Vector, i int, b *column.Vector, j int) int { return cmp.Compare(a.Int(i), b.Int(j)) }
	case types.KindOf(t) == column.Float64:
		return func(a *column.Vector, i int, b *column.Vector, j int) int {
			return compareFloats(a.Float(i), b.Float(j))
		}
	case t == types.Text || t == types.Varchar || t == types.Name || t == types.Bytea:
		return func(a *column.Vector, i int, b *column.Vector, j int) int { return bytes.Compare(a.Str(i), b.Str(j)) }
	}
	return func(a *column.Vector, i int, b *column.Vector, j int) int { return types.Compare(t, a, i, b, j) }
}

// compareFloats orders as PostgreSQL does: NaN equals itself and is greatest.
func compareFloats(x, y float64) int {
	switch {
	case x < y:
		return -1
	case x > y:
		return 1
	case x == y:
		return 0
	}
	xn, yn := math.IsNaN(x), math.IsNaN(y)
	switch {
	case xn && yn:
		return 0
	case xn:
		return 1
	}
	return -1
}
