package function

import (
	"bytes"
	"math/bits"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// registerBitStrings: bit and varbit.
func registerBitStrings(r *registry) {
	load := func(a *column.Vector, i int) types.BitString { return types.LoadBits(a.Str(i)) }
	number := func(f func(b types.BitString) int64) Kernel {
		return textInt(func(s []byte) int64 { return f(types.LoadBits(s)) })
	}
	r.total("length(bit)", number(func(b types.BitString) int64 { return int64(b.Len) }))
	r.total("bit_length(bit)", number(func(b types.BitString) int64 { return int64(b.Len) }))
	r.total("octet_length(bit)", number(func(b types.BitString) int64 { return int64(len(b.Bytes)) }))
	r.total("bit_count(bit)", number(func(b types.BitString) (n int64) {
		for _, x := range b.Bytes {
			n += int64(bits.OnesCount8(x))
		}
		return n
	}))
	r.totalOp("~ bit", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		b := copyBits(load(a[0], i))
		for k := range b.Bytes {
			b.Bytes[k] = ^b.Bytes[k]
		}
		b.ClearTail()
		appendBits(out, b)
		return nil
	}))
	for _, o := range bitOperators {
		r.op("bit "+o.operator+" bit", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
			b, err := o.combine(load(a[0], i), load(a[1], i))
			if err != nil {
				return err
			}
			appendBits(out, b)
			return nil
		}))
		r.agg(o.aggregate+"(bit)", func(*Call) Accumulator { return &bitsFold{combine: o.combine} })
	}
	shift := func(sign int64) Kernel {
		return byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
			appendBits(out, shiftBits(load(a[0], i), sign*a[1].Int(i)))
			return nil
		})
	}
	r.op("bit << int4", shift(1))
	r.op("bit >> int4", shift(-1))
	r.op("varbit || varbit", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		appendBits(out, load(a[0], i).Concat(load(a[1], i)))
		return nil
	}))
	part := byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		b, from, length := load(a[0], i), a[1].Int(i), int64(-1)
		if len(a) == 3 {
			if length = a[2].Int(i); length < 0 {
				return negativeSubstring()
			}
		}
		appendBits(out, bitsBetween(b, from, length))
		return nil
	})
	r.fn("substring(bit,int4)", part)
	r.fn("substring(bit,int4,int4)", part)
	over := byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		b, with, from := load(a[0], i), load(a[1], i), a[2].Int(i)
		length := int64(with.Len)
		if len(a) == 4 {
			length = a[3].Int(i)
		}
		if from <= 0 {
			return negativeSubstring()
		}
		if from+length > int64(1)<<31-1 {
			return types.Errorf(types.CodeNumericOutOfRange, "integer out of range")
		}
		appendBits(out, bitsBetween(b, 1, from-1).Concat(with).Concat(bitsBetween(b, from+length, -1)))
		return nil
	})
	r.fn("overlay(bit,bit,int4)", over)
	r.fn("overlay(bit,bit,int4,int4)", over)
	r.total("position(bit,bit)", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		out.AppendInt(int64(positionOfBits(load(a[0], i), load(a[1], i))))
		return nil
	}))
	outside := func(n int64, b types.BitString) error {
		if n >= 0 && n < int64(b.Len) {
			return nil
		}
		return types.Errorf(codeArraySubscript, "bit index %d out of valid range (0..%d)", n, b.Len-1)
	}
	r.fn("get_bit(bit,int4)", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		b, n := load(a[0], i), a[1].Int(i)
		if err := outside(n, b); err != nil {
			return err
		}
		x := int64(0)
		if b.Get(int(n)) {
			x = 1
		}
		out.AppendInt(x)
		return nil
	}))
	r.fn("set_bit(bit,int4,int4)", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		b, n, x := load(a[0], i), a[1].Int(i), a[2].Int(i)
		if err := outside(n, b); err != nil {
			return err
		}
		if x != 0 && x != 1 {
			return types.Errorf(types.CodeInvalidParameterValue, "new bit must be 0 or 1")
		}
		b = copyBits(b)
		b.Set(int(n), x == 1)
		appendBits(out, b)
		return nil
	}))
	for _, t := range []struct {
		name string
		bits int
	}{{"int4", 32}, {"int8", 64}} {
		r.fn("bit("+t.name+",int4)", byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
			n := int64(c.Typmod) // a cast's; a call gives it as an argument
			if len(a) == 2 {
				n = a[1].Int(i)
			}
			if n <= 0 {
				n = 1 // SQL: BIT is BIT(1)
			}
			if n > maxBitTypmod {
				return types.Errorf(types.CodeInvalidParameterValue, "length for type bit cannot exceed %d", maxBitTypmod)
			}
			appendBits(out, bitsOfInteger(a[0].Int(i), int(n)))
			return nil
		}))
		r.fn(t.name+"(bit)", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
			b := load(a[0], i)
			if b.Len > t.bits {
				if t.bits == 32 {
					return types.Errorf(types.CodeNumericOutOfRange, "integer out of range")
				}
				return types.Errorf(types.CodeNumericOutOfRange, "bigint out of range")
			}
			x := uint64(0)
			for k := range b.Len {
				x <<= 1
				if b.Get(k) {
					x |= 1
				}
			}
			if t.bits == 32 {
				x = uint64(int64(int32(x)))
			}
			out.AppendInt(int64(x))
			return nil
		}))
	}
	for _, t := range []types.OID{types.Bit, types.VarBit} {
		r.fn(typeName(t)+"("+typeName(t)+",int4,bool)", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
			return types.ApplyTypmod(out, t, int32(min(a[1].Int(i), maxBitTypmod)), a[0], i, a[2].Bool(i))
		}))
	}
}

// maxBitTypmod is the greatest length of bit(n).
const maxBitTypmod = 83_886_080

// codeArraySubscript is the SQLSTATE for a bit that isn't there.
const codeArraySubscript = "2202E"

// bitOperators combine strings of one length; aggregates are named for them.
var bitOperators = []struct {
	operator, aggregate string
	combine             func(a, b types.BitString) (types.BitString, error)
}{
	{"&", "bit_and", bitsCombined("AND", func(x, y byte) byte { return x & y })},
	{"|", "bit_or", bitsCombined("OR", func(x, y byte) byte { return x | y })},
	{"#", "bit_xor", bitsCombined("XOR", func(x, y byte) byte { return x ^ y })},
}

func bitsCombined(name string, f func(x, y byte) byte) func(a, b types.BitString) (types.BitString, error) {
	return func(a, b types.BitString) (types.BitString, error) {
		if a.Len != b.Len {
			return a, types.Errorf(types.CodeStringLengthMismatch, "cannot %s bit strings of different sizes", name)
		}
		out := copyBits(a)
		for i, y := range b.Bytes {
			out.Bytes[i] = f(out.Bytes[i], y)
		}
		return out, nil
	}
}

func appendBits(out *column.Vector, b types.BitString) {
	out.AppendFunc(func(dst []byte) []byte { return types.AppendBits(dst, b) })
}

func copyBits(b types.BitString) types.BitString {
	return types.BitString{Len: b.Len, Bytes: bytes.Clone(b.Bytes)}
}

func negativeSubstring() error {
	return types.Errorf(codeSubstring, "negative substring length not allowed")
}

// shiftBits moves bits n places towards the first one; those that come in are 0.
func shiftBits(b types.BitString, n int64) types.BitString {
	switch {
	case n >= int64(b.Len) || n <= -int64(b.Len):
		return types.NewBits(b.Len)
	case n >= 0:
		return b.Slice(int(n), b.Len-int(n)).Concat(types.NewBits(int(n)))
	}
	return types.NewBits(int(-n)).Concat(b.Slice(0, b.Len+int(n)))
}

// bitsBetween is what there is of length bits from a place on, counted from 1; length -1 is to the end.
func bitsBetween(b types.BitString, from, length int64) types.BitString {
	end := int64(b.Len) + 1
	if length >= 0 {
		end = min(end, from+length)
	}
	from = max(from, 1)
	if from >= end {
		return types.NewBits(0)
	}
	return b.Slice(int(from-1), int(end-from))
}

// positionOfBits is where part is in b, from 1 on; 0 nowhere.
func positionOfBits(b, part types.BitString) int {
	switch {
	case b.Len == 0 || part.Len > b.Len:
		return 0
	case part.Len == 0:
		return 1
	}
	for at := 0; at+part.Len <= b.Len; at++ {
		if bytes.Equal(b.Slice(at, part.Len).Bytes, part.Bytes) {
			return at + 1
		}
	}
	return 0
}

// bitsOfInteger is the last n bits of a number of any width, its sign filling in front.
func bitsOfInteger(x int64, n int) types.BitString {
	b := types.NewBits(n)
	for k := range n {
		b.Set(n-1-k, x>>min(k, 63)&1 == 1)
	}
	return b
}

// bitsFold combines the strings of a group.
type bitsFold struct {
	combine func(a, b types.BitString) (types.BitString, error)
	got     []types.BitString // Bytes is nil where there is none yet
	size    int64
}

func (a *bitsFold) Resize(n int) { a.got = grow(a.got, n) }

func (a *bitsFold) feed(g int32, b types.BitString) (err error) {
	if a.got[g].Bytes == nil {
		a.got[g] = types.BitString{Len: b.Len, Bytes: append([]byte{}, b.Bytes...)}
		a.size += int64(len(b.Bytes)) + 48
		return nil
	}
	a.got[g], err = a.combine(a.got[g], b)
	return err
}

func (a *bitsFold) Add(_ *Call, n int, sel column.Selection, groups []int32, args []*column.Vector) error {
	return eachSelected(n, sel, func(i int) error {
		if args[0].Null(i) {
			return nil
		}
		return a.feed(groupOf(groups, i), types.LoadBits(args[0].Str(i)))
	})
}

func (a *bitsFold) Merge(other Accumulator, to []int32) error {
	for g, b := range other.(*bitsFold).got {
		if b.Bytes != nil {
			if err := a.feed(to[g], b); err != nil {
				return err
			}
		}
	}
	return nil
}

func (a *bitsFold) Result(_ *Call, n int, out *column.Vector) error {
	for _, b := range a.got[:n] {
		if b.Bytes == nil {
			out.AppendNull()
			continue
		}
		appendBits(out, b)
	}
	return nil
}

func (a *bitsFold) Bytes() int64 { return a.size + 32*int64(cap(a.got)) }
