package types

import (
	"encoding/binary"

	"github.com/flare-pg/flare-pg/column"
)

// The binary form of a range: the flags of its form, then of each bound that there is the length (4 bytes) and its binary form. That of
// several ranges: their number (4 bytes), then of each the length and its binary form.
func appendRangeBinary(dst []byte, env *Env, sub OID, r Range) ([]byte, error) {
	dst = append(dst, r.flags())
	if r.Empty {
		return dst, nil
	}
	var v column.Vector
	var err error
	for _, b := range [...]Bound{r.Lower, r.Upper} {
		if b.Infinite {
			continue
		}
		v.Reset(KindOf(sub))
		b.AppendTo(&v)
		if dst, err = appendBinaryField(dst, env, sub, &v, 0); err != nil {
			return dst, err
		}
	}
	return dst, nil
}

func appendMultirangeBinary(dst []byte, env *Env, sub OID, list []Range) ([]byte, error) {
	dst = binary.BigEndian.AppendUint32(dst, uint32(len(list)))
	var err error
	for _, r := range list {
		at := len(dst)
		if dst, err = appendRangeBinary(append(dst, 0, 0, 0, 0), env, sub, r); err != nil {
			return dst, err
		}
		binary.BigEndian.PutUint32(dst[at:], uint32(len(dst)-at-4))
	}
	return dst, nil
}

// sizedField splits off what has its length before it.
func sizedField(b []byte) (field, rest []byte, ok bool) {
	if len(b) < 4 {
		return nil, nil, false
	}
	n := int64(int32(binary.BigEndian.Uint32(b)))
	if b = b[4:]; n < 0 || n > int64(len(b)) {
		return nil, nil, false
	}
	return b[:n], b[n:], true
}

func parseRangeBinary(env *Env, t, sub OID, b []byte) (Range, error) {
	if len(b) == 0 {
		return Range{}, shortBinary()
	}
	flags := b[0] & 31
	b = b[1:]
	v := column.New(KindOf(sub))
	for _, none := range [...]byte{rangeEmpty | rangeNoLower, rangeEmpty | rangeNoUpper} {
		if flags&none != 0 {
			v.AppendNull()
			continue
		}
		field, rest, ok := sizedField(b)
		if !ok {
			return Range{}, shortBinary()
		}
		if err := ParseBinary(v, env, sub, -1, field); err != nil {
			return Range{}, err
		}
		b = rest
	}
	switch {
	case len(b) > 0:
		return Range{}, badBinary(t)
	case flags&rangeEmpty != 0:
		return EmptyRange, nil
	}
	return NewRange(sub, BoundOf(v, 0, flags&rangeLowerIn != 0), BoundOf(v, 1, flags&rangeUpperIn != 0))
}

func parseMultirangeBinary(env *Env, t, sub OID, b []byte) ([]Range, error) {
	if len(b) < 4 {
		return nil, shortBinary()
	}
	n := binary.BigEndian.Uint32(b)
	b = b[4:]
	var list []Range
	for range n {
		field, rest, ok := sizedField(b)
		if !ok {
			return nil, shortBinary()
		}
		r, err := parseRangeBinary(env, RangeOf(t), sub, field)
		if err != nil {
			return nil, err
		}
		list, b = append(list, r), rest
	}
	if len(b) > 0 {
		return nil, badBinary(t)
	}
	return NormalRanges(list), nil
}
