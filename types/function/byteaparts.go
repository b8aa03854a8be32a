package function

import (
	"bytes"
	"math"
	"math/bits"
	"unicode/utf8"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// registerByteaParts: parts of byte strings, down to their bits, and text as bytes of another encoding.
func registerByteaParts(r *registry) {
	for _, n := range []string{"substr", "substring"} {
		r.fn(n+"(bytea,int4)", byRow(byteSubstring))
		r.fn(n+"(bytea,int4,int4)", byRow(byteSubstring))
	}
	r.total("position(bytea,bytea)", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		out.AppendInt(int64(bytes.Index(a[0].Str(i), a[1].Str(i))) + 1)
		return nil
	}))
	r.fn("overlay(bytea,bytea,int4)", byRow(byteOverlay))
	r.fn("overlay(bytea,bytea,int4,int4)", byRow(byteOverlay))
	for _, n := range []string{"btrim", "ltrim", "rtrim"} {
		left, right := n != "rtrim", n != "ltrim"
		r.total(n+"(bytea,bytea)", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
			s, set := a[0].Str(i), a[1].Str(i)
			for left && len(s) > 0 && bytes.IndexByte(set, s[0]) >= 0 {
				s = s[1:]
			}
			for right && len(s) > 0 && bytes.IndexByte(set, s[len(s)-1]) >= 0 {
				s = s[:len(s)-1]
			}
			out.AppendBytes(s)
			return nil
		}))
	}
	r.total("bit_length(bytea)", textInt(func(s []byte) int64 { return 8 * int64(len(s)) }))
	r.total("bit_count(bytea)", textInt(func(s []byte) int64 {
		n := 0
		for _, c := range s {
			n += bits.OnesCount8(c)
		}
		return int64(n)
	}))
	at := func(n, length int64) error {
		if n < 0 || n >= length {
			return types.Errorf(codeArraySubscript, "index %d out of valid range, 0..%d", n, length-1)
		}
		return nil
	}
	r.fn("get_byte(bytea,int4)", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		s, n := a[0].Str(i), a[1].Int(i)
		if err := at(n, int64(len(s))); err != nil {
			return err
		}
		out.AppendInt(int64(s[n]))
		return nil
	}))
	r.fn("set_byte(bytea,int4,int4)", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		s, n := bytes.Clone(a[0].Str(i)), a[1].Int(i)
		if err := at(n, int64(len(s))); err != nil {
			return err
		}
		s[n] = byte(a[2].Int(i))
		out.AppendBytes(s)
		return nil
	}))
	r.fn("get_bit(bytea,int8)", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		s, n := a[0].Str(i), a[1].Int(i)
		if err := at(n, 8*int64(len(s))); err != nil {
			return err
		}
		out.AppendInt(int64(s[n/8] >> (n % 8) & 1))
		return nil
	}))
	r.fn("set_bit(bytea,int8,int4)", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		s, n, bit := bytes.Clone(a[0].Str(i)), a[1].Int(i), a[2].Int(i)
		if err := at(n, 8*int64(len(s))); err != nil {
			return err
		}
		if bit != 0 && bit != 1 {
			return types.Errorf(types.CodeInvalidParameterValue, "new bit must be 0 or 1")
		}
		s[n/8] = s[n/8]&^(1<<(n%8)) | byte(bit)<<(n%8)
		out.AppendBytes(s)
		return nil
	}))
	r.fn("convert_to(text,name)", byRow(convertTo))
	r.fn("length(bytea,name)", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		s, err := toUTF8(a[0].Str(i), a[1].Str(i))
		if err != nil {
			return err
		}
		out.AppendInt(int64(utf8.RuneCount(s)))
		return nil
	}))
	r.fn("convert(bytea,name,name)", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		s, err := toUTF8(a[0].Str(i), a[1].Str(i))
		if err != nil {
			return err
		}
		return appendEncoded(out, s, a[2].Str(i))
	}))
}

// byteSubstring is substring(s from a[1] [for a[2]]), positions from 1; what lies before the bytes counts but is empty.
func byteSubstring(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
	s, from := a[0].Str(i), a[1].Int(i)
	end := int64(len(s)) + 1
	if len(a) == 3 {
		if end = from + a[2].Int(i); end < from {
			return types.Errorf(codeSubstring, "negative substring length not allowed")
		}
	}
	from = min(max(from, 1), int64(len(s))+1)
	end = min(max(end, from), int64(len(s))+1)
	out.AppendBytes(s[from-1 : end-1])
	return nil
}

func byteOverlay(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
	s, with, from := a[0].Str(i), a[1].Str(i), a[2].Int(i)
	count := int64(len(with))
	if len(a) > 3 {
		count = a[3].Int(i)
	}
	if from <= 0 {
		return types.Errorf(codeSubstring, "negative substring length not allowed")
	}
	if from+count > math.MaxInt32 {
		return types.Errorf(types.CodeNumericOutOfRange, "integer out of range")
	}
	head := min(from-1, int64(len(s)))
	tail := min(max(from-1+count, 0), int64(len(s)))
	out.AppendFunc(func(dst []byte) []byte { return append(append(append(dst, s[:head]...), with...), s[tail:]...) })
	return nil
}
