package function

import (
	"math"
	"math/bits"

	"github.com/cespare/xxhash/v2"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// registerApproxCount registers flare.approx_count_distinct, which is to count(DISTINCT …) as an estimate in memory that has a bound: 16 KiB a group.
func registerApproxCount(r *registry) {
	r.ownAgg("approx_count_distinct(any)", types.Int8, []string{"value"}, func(c *Call) Accumulator { return &approxCount{typ: c.Args[0]} })
}

// approxCount keeps a sketch for each group. Values that are equal have one hash: the ones that AppendKey makes one key of.
type approxCount struct {
	typ     types.OID
	groups  []distinctSketch
	size    int64
	entries []uint64 // the hashes of a dictionary's entries
	key     []byte
}

func (a *approxCount) Resize(n int) { a.groups = grow(a.groups, n) }

func (a *approxCount) Add(_ *Call, n int, sel column.Selection, groups []int32, args []*column.Vector) error {
	v := args[0]
	if v.Form == column.Dictionary && v.Dict.Len <= sel.Count(n) {
		a.entries = a.entries[:0]
		for i := range v.Dict.Len {
			a.entries = append(a.entries, a.hash(v.Dict, i))
		}
		return present(v, n, sel, groups, func(i int, g int32) error {
			a.size += a.groups[g].add(a.entries[v.Codes[i]])
			return nil
		})
	}
	return present(v, n, sel, groups, func(i int, g int32) error {
		a.size += a.groups[g].add(a.hash(v, i))
		return nil
	})
}

// hash is that of a value that is not null, the same in each run of the program.
func (a *approxCount) hash(v *column.Vector, i int) uint64 {
	switch v.Kind {
	case column.Int64, column.Timestamp:
		return scattered(uint64(v.Int(i)))
	case column.Float64:
		if f := v.Float(i); f != 0 && f == f { // the keys of zeros and of what is no number are one each
			return scattered(math.Float64bits(f))
		}
	case column.Text:
		if a.typ == types.Text || a.typ == types.Varchar {
			return xxhash.Sum64(v.Str(i))
		}
	}
	a.key = types.AppendKey(a.key[:0], a.typ, v, i)
	return xxhash.Sum64(a.key)
}

// scattered lets each bit of x count in all bits: the finaliser of wyhash.
func scattered(x uint64) uint64 {
	hi, lo := bits.Mul64(x^0xA0761D6478BD642F, 0xE7037ED1A0B428DB)
	hi, lo = bits.Mul64(hi^lo^0x8EBC6AF09C88C6E3, 0x589965CC75374CC3)
	return hi ^ lo
}

func (a *approxCount) Merge(other Accumulator, to []int32) error {
	o := other.(*approxCount)
	for g := range o.groups {
		a.size += a.groups[to[g]].merge(&o.groups[g])
	}
	return nil
}

func (a *approxCount) Result(_ *Call, n int, out *column.Vector) error {
	for g := range n {
		out.AppendInt(a.groups[g].estimate())
	}
	return nil
}

func (a *approxCount) Bytes() int64 {
	return sketchStruct*int64(cap(a.groups)) + 8*int64(cap(a.entries)) + a.size
}
