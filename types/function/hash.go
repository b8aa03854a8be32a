package function

import (
	"bytes"
	"encoding/binary"
	"math"
	"math/bits"
	"sync"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// The hash functions of PostgreSQL's types, which people use to sample and to spread by: Bob Jenkins's lookup3 (public domain) over the bytes
// of a value.

// jenkins is lookup3's state.
type jenkins struct{ a, b, c uint32 }

func newJenkins(length int, seed uint64) jenkins {
	x := uint32(0x9e3779b9) + uint32(length) + 3923095
	h := jenkins{x, x, x}
	if seed != 0 {
		h.a += uint32(seed >> 32)
		h.b += uint32(seed)
		h.mix()
	}
	return h
}

func (h *jenkins) mix() {
	a, b, c := h.a, h.b, h.c
	step := func(x, y, z *uint32, n int) {
		*x -= *z
		*x ^= bits.RotateLeft32(*z, n)
		*z += *y
	}
	step(&a, &b, &c, 4)
	step(&b, &c, &a, 6)
	step(&c, &a, &b, 8)
	step(&a, &b, &c, 16)
	step(&b, &c, &a, 19)
	step(&c, &a, &b, 4)
	h.a, h.b, h.c = a, b, c
}

func (h *jenkins) final() uint64 {
	a, b, c := h.a, h.b, h.c
	step := func(x *uint32, y uint32, n int) { *x ^= y; *x -= bits.RotateLeft32(y, n) }
	step(&c, b, 14)
	step(&a, c, 11)
	step(&b, a, 25)
	step(&c, b, 16)
	step(&a, c, 4)
	step(&b, a, 14)
	step(&c, b, 24)
	return uint64(b)<<32 | uint64(c)
}

// hashBytes is 64 bits of hash; the plain functions give the lower 32 of those without a seed.
func hashBytes(s []byte, seed uint64) uint64 {
	h := newJenkins(len(s), seed)
	for ; len(s) >= 12; s = s[12:] {
		h.a += binary.LittleEndian.Uint32(s)
		h.b += binary.LittleEndian.Uint32(s[4:])
		h.c += binary.LittleEndian.Uint32(s[8:])
		h.mix()
	}
	var tail [12]byte
	n := copy(tail[:], s)
	if n > 8 { // the lowest byte of c is the length's
		copy(tail[9:], s[8:])
		tail[8] = 0
	}
	h.a += binary.LittleEndian.Uint32(tail[:])
	h.b += binary.LittleEndian.Uint32(tail[4:])
	h.c += binary.LittleEndian.Uint32(tail[8:])
	return h.final()
}

func hashUint32(x uint32, seed uint64) uint64 {
	h := newJenkins(4, seed)
	h.a += x
	return h.final()
}

// hashInt64 gives an integer the hash that it has as int4 where it fits there.
func hashInt64(x int64, seed uint64) uint64 {
	low, high := uint32(x), uint32(x>>32)
	if x < 0 {
		high = ^high
	}
	return hashUint32(low^high, seed)
}

func hashFloat(f float64, seed uint64) uint64 {
	switch {
	case f == 0:
		return seed
	case math.IsNaN(f):
		return hashBytes(binary.LittleEndian.AppendUint64(nil, 0x7ff8000000000000), seed)
	}
	return hashBytes(binary.LittleEndian.AppendUint64(nil, math.Float64bits(f)), seed)
}

// valueHash hashes row i of v, which is not null.
type valueHash func(v *column.Vector, i int, seed uint64) uint64

// hashNames are the hash functions of types that no other value is part of: name, and the name of the one with a seed.
var hashNames = []struct {
	plain, extended string
	of              types.OID
}{
	{"hashtext", "hashtextextended", types.Text}, {"hashname", "hashnameextended", types.Name}, {"hashmacaddr", "hashmacaddrextended", types.MacAddr},
	{"hashmacaddr8", "hashmacaddr8extended", types.MacAddr8}, {"hashbpchar", "hashbpcharextended", types.BPChar}, {"hashchar", "hashcharextended", types.Char},
	{"hashint2", "hashint2extended", types.Int2}, {"hashint4", "hashint4extended", types.Int4}, {"hashint8", "hashint8extended", types.Int8},
	{"hashoid", "hashoidextended", types.Oid}, {"hashfloat4", "hashfloat4extended", types.Float4}, {"hashfloat8", "hashfloat8extended", types.Float8},
	{"uuid_hash", "uuid_hash_extended", types.UUID}, {"time_hash", "time_hash_extended", types.Time}, {"timestamp_hash", "timestamp_hash_extended", types.Timestamp},
	{"timetz_hash", "timetz_hash_extended", types.TimeTZ}, {"interval_hash", "interval_hash_extended", types.Interval}, {"hashinet", "hashinetextended", types.Inet},
	{"hash_numeric", "hash_numeric_extended", types.Numeric}, {"pg_lsn_hash", "pg_lsn_hash_extended", types.PgLSN}, {"hashtid", "hashtidextended", types.Tid},
	{"hashoidvector", "hashoidvectorextended", types.OidVector},
}

func registerHash(r *registry) {
	for _, h := range hashNames {
		hash := hashes()[h.of]
		t, _ := types.Lookup(h.of)
		r.total(h.plain+"("+t.Name+")", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
			out.AppendInt(int64(int32(hash(a[0], i, 0))))
			return nil
		}))
		r.total(h.extended+"("+t.Name+",int8)", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
			out.AppendInt(int64(hash(a[0], i, uint64(a[1].Int(i)))))
			return nil
		}))
	}
	registerNestedHashes(r)
}

// hashes are the hashes by type.
var hashes = sync.OnceValue(func() map[types.OID]valueHash {
	ofBytes := func(v *column.Vector, i int, seed uint64) uint64 { return hashBytes(v.Str(i), seed) }
	short := func(v *column.Vector, i int, seed uint64) uint64 { return hashUint32(uint32(v.Int(i)), seed) }
	long := func(v *column.Vector, i int, seed uint64) uint64 { return hashInt64(v.Int(i), seed) }
	float := func(v *column.Vector, i int, seed uint64) uint64 { return hashFloat(v.Float(i), seed) }
	// Moments are counted from 2000, in their type's units.
	moment := func(perDay int64) valueHash {
		return func(v *column.Vector, i int, seed uint64) uint64 {
			x := v.Int(i)
			if !types.Infinite(x) {
				x -= 10957 * perDay
			}
			return hashInt64(x, seed)
		}
	}
	out := map[types.OID]valueHash{
		types.Time: long, types.XID8: long, types.Int8: long, types.Timestamp: moment(microsPerDay), types.Timestamptz: moment(microsPerDay),
		types.Float4: float, types.Float8: float,
	}
	for _, t := range []types.OID{types.Text, types.Varchar, types.Name, types.MacAddr, types.MacAddr8, types.UUID, types.Bytea} {
		out[t] = ofBytes
	}
	for _, t := range []types.OID{types.Int2, types.Int4, types.Oid, types.Xid, types.Cid, types.RegClass, types.RegType, types.RegProc, types.RegProcedure, types.RegOper,
		types.RegOperator, types.RegNamespace, types.RegRole, types.RegCollation, types.RegConfig, types.RegDictionary} {
		out[t] = short
	}
	out[types.Date] = func(v *column.Vector, i int, seed uint64) uint64 {
		x := v.Int(i)
		switch x {
		case types.Infinity:
			x = math.MaxInt32
		case types.NegInfinity:
			x = math.MinInt32
		default:
			x -= 10957
		}
		return hashUint32(uint32(x), seed)
	}
	out[types.Bool] = func(v *column.Vector, i int, seed uint64) uint64 {
		x := uint32(0)
		if v.Bool(i) {
			x = 1
		}
		return hashUint32(x, seed)
	}
	out[types.BPChar] = func(v *column.Vector, i int, seed uint64) uint64 {
		return hashBytes(bytes.TrimRight(v.Str(i), " "), seed)
	}
	out[types.Char] = func(v *column.Vector, i int, seed uint64) uint64 {
		var c byte
		if s := v.Str(i); len(s) > 0 {
			c = s[0]
		}
		return hashUint32(uint32(int32(int8(c))), seed)
	}
	out[types.Interval] = func(v *column.Vector, i int, seed uint64) uint64 {
		s := v.Span(i)
		return hashInt64((int64(s.Months)*30+int64(s.Days))*microsPerDay+s.Micros, seed)
	}
	out[types.TimeTZ] = func(v *column.Vector, i int, seed uint64) uint64 {
		t := types.LoadTimeTZ(v.Str(i))
		return hashInt64(t.Micros, seed) ^ hashUint32(uint32(t.West), seed)
	}
	out[types.PgLSN] = func(v *column.Vector, i int, seed uint64) uint64 { return hashInt64(int64(types.LSN(v.Str(i))), seed) }
	out[types.Numeric] = func(v *column.Vector, i int, seed uint64) uint64 { return hashNumeric(v.Str(i), seed) }
	// A network address: its family and length, and its bytes.
	inet := func(v *column.Vector, i int, seed uint64) uint64 {
		a := types.LoadInet(v.Str(i))
		family := byte(2)
		if !a.Addr.Is4() {
			family = 3
		}
		return hashBytes(append([]byte{family, byte(a.Bits)}, a.Addr.AsSlice()...), seed)
	}
	out[types.Inet], out[types.Cidr] = inet, inet
	// A row's place: two halves of the block and the offset, each with its lowest byte first.
	out[types.Tid] = func(v *column.Vector, i int, seed uint64) uint64 {
		s := v.Str(i)
		if len(s) != 6 {
			return 0 // lies under a null
		}
		return hashBytes([]byte{s[1], s[0], s[3], s[2], s[5], s[4]}, seed)
	}
	out[types.OidVector] = func(v *column.Vector, i int, seed uint64) uint64 {
		list := types.ReadArray(types.Oid, v.Str(i))
		var b []byte
		for k := range list.Values.Len {
			b = binary.LittleEndian.AppendUint32(b, uint32(list.Values.Int(k)))
		}
		return hashBytes(b, seed)
	}
	return out
})
