package function

import (
	"bytes"
	"encoding/binary"
	"math"
	"math/bits"

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

func registerHash(r *registry) {
	define := func(plain, extended, t string, hash func(v *column.Vector, i int, seed uint64) uint64) {
		r.total(plain+"("+t+")", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
			out.AppendInt(int64(int32(hash(a[0], i, 0))))
			return nil
		}))
		r.total(extended+"("+t+",int8)", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
			out.AppendInt(int64(hash(a[0], i, uint64(a[1].Int(i)))))
			return nil
		}))
	}
	named := func(name, t string, hash func(v *column.Vector, i int, seed uint64) uint64) {
		define(name, name+"extended", t, hash)
	}
	ofBytes := func(v *column.Vector, i int, seed uint64) uint64 { return hashBytes(v.Str(i), seed) }
	short := func(v *column.Vector, i int, seed uint64) uint64 { return hashUint32(uint32(v.Int(i)), seed) }
	long := func(v *column.Vector, i int, seed uint64) uint64 { return hashInt64(v.Int(i), seed) }
	named("hashtext", "text", ofBytes)
	named("hashname", "name", ofBytes)
	named("hashmacaddr", "macaddr", ofBytes)
	named("hashmacaddr8", "macaddr8", ofBytes)
	named("hashbpchar", "bpchar", func(v *column.Vector, i int, seed uint64) uint64 {
		return hashBytes(bytes.TrimRight(v.Str(i), " "), seed)
	})
	named("hashchar", "char", func(v *column.Vector, i int, seed uint64) uint64 {
		var c byte
		if s := v.Str(i); len(s) > 0 {
			c = s[0]
		}
		return hashUint32(uint32(int32(int8(c))), seed)
	})
	named("hashint2", "int2", short)
	named("hashint4", "int4", short)
	named("hashoid", "oid", short)
	named("hashint8", "int8", long)
	float := func(v *column.Vector, i int, seed uint64) uint64 { return hashFloat(v.Float(i), seed) }
	named("hashfloat4", "float4", float)
	named("hashfloat8", "float8", float)
	define("uuid_hash", "uuid_hash_extended", "uuid", ofBytes)
	define("time_hash", "time_hash_extended", "time", long)
	define("timestamp_hash", "timestamp_hash_extended", "timestamp", func(v *column.Vector, i int, seed uint64) uint64 {
		x := v.Int(i)
		if !types.Infinite(x) {
			x -= 10957 * microsPerDay // counted from 2000
		}
		return hashInt64(x, seed)
	})
	define("interval_hash", "interval_hash_extended", "interval", func(v *column.Vector, i int, seed uint64) uint64 {
		s := v.Span(i)
		return hashInt64((int64(s.Months)*30+int64(s.Days))*microsPerDay+s.Micros, seed)
	})
}
