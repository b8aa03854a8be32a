package types

import (
	"encoding/binary"

	"github.com/flare-pg/flare-pg/column"
)

// The binary form of an array: dimensions, whether there are nulls, the elements' type; length and
// lower bound of each dimension; length (-1: null) and binary form of each element. All numbers have
// 4 bytes.
func appendArrayBinary(dst []byte, env *Env, t, elem OID, s []byte) ([]byte, error) {
	a := ReadArray(elem, s)
	if len(a.Dims) == 0 && lowerOf(t) == 0 {
		a.Dims = []Dim{{0, 0}} // of the vectors even an empty one has a dimension
	}
	be := binary.BigEndian
	nulls := uint32(0)
	if a.Values.HasNulls() {
		nulls = 1
	}
	dst = be.AppendUint32(dst, uint32(len(a.Dims)))
	dst = be.AppendUint32(dst, nulls)
	dst = be.AppendUint32(dst, elem)
	for _, d := range a.Dims {
		dst = be.AppendUint32(dst, uint32(int32(d.Length)))
		dst = be.AppendUint32(dst, uint32(int32(d.Lower)))
	}
	var err error
	for i := range a.Values.Len {
		if dst, err = appendBinaryField(dst, env, elem, a.Values, i); err != nil {
			return dst, err
		}
	}
	return dst, nil
}

// appendBinaryField appends the length of row i's binary form and that form; -1 alone for a null.
func appendBinaryField(dst []byte, env *Env, t OID, v *column.Vector, i int) ([]byte, error) {
	be := binary.BigEndian
	if v.Null(i) {
		return be.AppendUint32(dst, 1<<32-1), nil
	}
	at := len(dst)
	dst, err := AppendBinary(be.AppendUint32(dst, 0), env, t, v, i)
	if err != nil {
		return dst, err
	}
	be.PutUint32(dst[at:], uint32(len(dst)-at-4))
	return dst, nil
}

func parseArrayBinary(out *column.Vector, env *Env, t, elem OID, typmod int32, b []byte) error {
	take := func() (int64, bool) {
		if len(b) < 4 {
			return 0, false
		}
		x := int64(int32(binary.BigEndian.Uint32(b)))
		b = b[4:]
		return x, true
	}
	n, ok := take()
	flags, ok2 := take()
	switch {
	case !ok || !ok2:
		return shortBinary()
	case n < 0:
		return Errorf(CodeInvalidBinary, "invalid number of dimensions: %d", n)
	}
	if n > MaxDimensions {
		return Errorf(CodeProgramLimitExceeded, "number of array dimensions (%d) exceeds the maximum allowed (%d)", n, MaxDimensions)
	}
	if flags != 0 && flags != 1 {
		return Errorf(CodeInvalidBinary, "invalid array flags")
	}
	of, ok := take()
	if !ok {
		return shortBinary()
	}
	if OID(of) != elem {
		return Errorf(CodeDatatypeMismatch, "binary data has array element type %d (%s) instead of expected %d (%s)",
			OID(of), FormatType(OID(of), -1), elem, FormatType(elem, -1))
	}
	count := int64(1)
	dims := make([]Dim, n)
	for i := range dims {
		length, ok := take()
		lower, ok2 := take()
		switch {
		case !ok || !ok2:
			return shortBinary()
		case length < 0:
			return badBinary(t)
		}
		dims[i] = Dim{int(length), int(lower)}
		count = min(count*length, 2*MaxArrayElements) // more than there may be is for checkDims
	}
	if n == 0 || count == 0 {
		dims, count = nil, 0
	} else if err := checkDims(dims); err != nil {
		return err
	}
	if (t == Int2Vector || t == OidVector) && count > 0 && (len(dims) != 1 || dims[0].Lower != 0) {
		return Errorf(CodeInvalidBinary, "invalid %s data", nameOf(t))
	}
	v := column.New(KindOf(elem))
	for range count {
		length, ok := take()
		if !ok {
			return shortBinary()
		}
		if length < -1 || length > int64(len(b)) {
			return Errorf(CodeInvalidBinary, "insufficient data left in message")
		}
		if length < 0 {
			v.AppendNull()
			continue
		}
		if err := ParseBinary(v, env, elem, typmod, b[:length]); err != nil {
			return err
		}
		b = b[length:]
	}
	if len(b) != 0 {
		return badBinary(t)
	}
	out.AppendFunc(func(dst []byte) []byte { return AppendArray(dst, dims, v) })
	return nil
}
