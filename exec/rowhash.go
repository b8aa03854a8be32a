package exec

import (
	"hash/maphash"
	"math"
	"math/bits"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// rowHasher hashes rows by key columns: rows whose keys are equal, nulls being alike, have the same hash, whatever the form of their vectors.
// It is for one goroutine.
type rowHasher struct {
	types []types.OID
	of    []func(v *column.Vector, i int) uint64
	out   []uint64
	ones  []uint64 // by dictionary entry
	key   []byte
}

// nullHash is the hash of a null.
const nullHash = 0x9E3779B97F4A7C15

func newRowHasher(keyTypes []types.OID) *rowHasher {
	h := &rowHasher{types: keyTypes}
	for _, t := range keyTypes {
		h.of = append(h.of, h.valueHash(t))
	}
	return h
}

// valueHash gives the function that hashes a type's values that are not null.
func (h *rowHasher) valueHash(t types.OID) func(v *column.Vector, i int) uint64 {
	switch {
	case integral(t):
		return func(v *column.Vector, i int) uint64 { return scatter(uint64(v.Int(i))) }
	case types.KindOf(t) == column.Float64:
		return func(v *column.Vector, i int) uint64 {
			f := v.Float(i)
			switch {
			case f == 0:
				f = 0 // not -0
			case f != f:
				f = math.NaN()
			}
			return scatter(math.Float64bits(f))
		}
	case textual(t):
		return func(v *column.Vector, i int) uint64 { return maphash.Bytes(rowSeed, v.Str(i)) }
	}
	return func(v *column.Vector, i int) uint64 {
		h.key = types.AppendKey(h.key[:0], t, v, i)
		return maphash.Bytes(rowSeed, h.key)
	}
}

var rowSeed = maphash.MakeSeed()

// scatter lets each bit of x count in all bits.
func scatter(x uint64) uint64 {
	hi, lo := bits.Mul64(x^0xA0761D6478BD642F, 0xE7037ED1A0B428DB)
	x = hi ^ lo
	return x ^ x>>29
}

// hash gives the hashes of the selected rows of n, by row; they are valid until the next call.
func (h *rowHasher) hash(n int, sel column.Selection, keys []*column.Vector) []uint64 {
	if cap(h.out) < n {
		h.out = make([]uint64, n)
	}
	h.out = h.out[:n]
	for i := range each(sel, n) {
		h.out[i] = 0
	}
	for k, v := range keys {
		value := h.of[k]
		if v.Form == column.Dictionary && v.Dict.Len <= sel.Count(n) {
			h.byEntry(n, sel, v, value)
			continue
		}
		for i := range each(sel, n) {
			x := uint64(nullHash)
			if !v.Null(i) {
				x = value(v, i)
			}
			h.out[i] = mixed(h.out[i], x)
		}
	}
	return h.out
}

// byEntry hashes each entry of a dictionary once.
func (h *rowHasher) byEntry(n int, sel column.Selection, v *column.Vector, value func(v *column.Vector, i int) uint64) {
	h.ones = h.ones[:0]
	for i := range v.Dict.Len {
		h.ones = append(h.ones, value(v.Dict, i))
	}
	for i := range each(sel, n) {
		x := uint64(nullHash)
		if !v.Null(i) {
			x = h.ones[v.Codes[i]]
		}
		h.out[i] = mixed(h.out[i], x)
	}
}

func mixed(a, b uint64) uint64 { return scatter(bits.RotateLeft64(a, 23) ^ b) }
