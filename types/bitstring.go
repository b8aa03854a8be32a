package types

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"math"

	"github.com/flare-pg/flare-pg/column"
)

// BitString is a value of bit or varbit: its bits, eight a byte, the first one highest; those behind the last one are 0.
type BitString struct {
	Len   int
	Bytes []byte
}

// A vector holds it as its bytes behind one that says how many bits of the last are none of its.

// LoadBits reads a value as a vector holds it; the bytes are s's.
func LoadBits(s []byte) BitString {
	if len(s) == 0 {
		return BitString{} // lies under a null
	}
	return BitString{8*(len(s)-1) - int(s[0]), s[1:]}
}

// AppendBits appends a value as a vector holds it.
func AppendBits(dst []byte, b BitString) []byte {
	return append(append(dst, byte(8*len(b.Bytes)-b.Len)), b.Bytes...)
}

// NewBits is a string of n zeros.
func NewBits(n int) BitString { return BitString{n, make([]byte, (n+7)/8)} }

// Get reports the bit at i, from 0.
func (b BitString) Get(i int) bool { return b.Bytes[i>>3]&(0x80>>(i&7)) != 0 }

// Set sets the bit at i.
func (b BitString) Set(i int, x bool) {
	if x {
		b.Bytes[i>>3] |= 0x80 >> (i & 7)
	} else {
		b.Bytes[i>>3] &^= 0x80 >> (i & 7)
	}
}

// Slice is a copy of n bits from i on.
func (b BitString) Slice(i, n int) BitString {
	out := NewBits(n)
	shift := i & 7
	for k := range out.Bytes {
		at := i>>3 + k
		x := b.Bytes[at] << shift
		if shift > 0 && at+1 < len(b.Bytes) {
			x |= b.Bytes[at+1] >> (8 - shift)
		}
		out.Bytes[k] = x
	}
	out.clearTail()
	return out
}

// Concat is b with c behind it.
func (b BitString) Concat(c BitString) BitString {
	out := NewBits(b.Len + c.Len)
	copy(out.Bytes, b.Bytes)
	shift, at := b.Len&7, b.Len>>3
	for k, x := range c.Bytes {
		out.Bytes[at+k] |= x >> shift
		if shift > 0 && at+k+1 < len(out.Bytes) {
			out.Bytes[at+k+1] |= x << (8 - shift)
		}
	}
	return out
}

// clearTail sets the bits behind the last one to 0.
func (b BitString) clearTail() {
	if n := b.Len & 7; n != 0 {
		b.Bytes[len(b.Bytes)-1] &= 0xff << (8 - n)
	}
}

// ClearTail is clearTail for those who have computed the bytes.
func (b BitString) ClearTail() { b.clearTail() }

// compareBits orders by the bytes, then by the length.
func compareBits(x, y []byte) int {
	a, b := LoadBits(x), LoadBits(y)
	n := min(len(a.Bytes), len(b.Bytes))
	if c := bytes.Compare(a.Bytes[:n], b.Bytes[:n]); c != 0 {
		return c
	}
	return cmp.Compare(a.Len, b.Len)
}

// maxBits is how many bits a string may have: as many as PostgreSQL's.
const maxBits = 83_886_080

// parseBits reads digits 0 and 1 (B in front or not), or, behind an X, hexadecimal digits.
func parseBits(out *column.Vector, t OID, typmod int32, s []byte) error {
	digits, hex := s, false
	if len(s) > 0 {
		switch s[0] {
		case 'b', 'B':
			digits = s[1:]
		case 'x', 'X':
			digits, hex = s[1:], true
		}
	}
	n := int64(len(digits))
	if hex {
		n *= 4
	}
	if n > min(8<<30, math.MaxInt) {
		return Errorf(CodeProgramLimitExceeded, "bit string length exceeds the maximum allowed (%d)", maxBits)
	}
	b := NewBits(int(n))
	for i := 0; i < len(digits); i++ {
		c := digits[i]
		if !hex {
			if c != '0' && c != '1' {
				return Errorf(CodeInvalidTextRepresentation, "\"%s\" is not a valid binary digit", wholeRune(digits[i:]))
			}
			b.Set(i, c == '1')
			continue
		}
		x := hexValue(c)
		if x < 0 {
			return Errorf(CodeInvalidTextRepresentation, "\"%s\" is not a valid hexadecimal digit", wholeRune(digits[i:]))
		}
		b.Bytes[i/2] |= byte(x) << (4 * (1 - i&1))
	}
	return appendBits(out, t, typmod, b, false)
}

// appendBits appends a string brought to its type's length.
func appendBits(out *column.Vector, t OID, typmod int32, b BitString, explicit bool) error {
	fitted, err := fitBits(t, typmod, b, explicit)
	if err != nil {
		return err
	}
	out.AppendFunc(func(dst []byte) []byte { return AppendBits(dst, fitted) })
	return nil
}

// fitBits brings a string to a length: bit's is exact, varbit's the most. Explicit casts cut and fill with zeros on the right.
func fitBits(t OID, typmod int32, b BitString, explicit bool) (BitString, error) {
	want := int(typmod)
	switch {
	case typmod < 0 || b.Len == want || t == VarBit && b.Len < want:
		return b, nil
	case explicit && b.Len > want:
		return b.Slice(0, want), nil
	case explicit:
		return b.Concat(NewBits(want - b.Len)), nil
	case t == Bit:
		return b, Errorf(CodeStringLengthMismatch, "bit string length %d does not match type bit(%d)", b.Len, want)
	}
	return b, Errorf(CodeStringRightTruncation, "bit string too long for type bit varying(%d)", want)
}

func appendBitsText(dst, s []byte) []byte {
	b := LoadBits(s)
	for i := range b.Len {
		if b.Get(i) {
			dst = append(dst, '1')
		} else {
			dst = append(dst, '0')
		}
	}
	return dst
}

func appendBitsBinary(dst, s []byte) []byte {
	b := LoadBits(s)
	return append(binary.BigEndian.AppendUint32(dst, uint32(b.Len)), b.Bytes...)
}

func parseBitsBinary(out *column.Vector, t OID, typmod int32, data []byte) error {
	if len(data) < 4 {
		return Errorf(CodeProtocolViolation, "insufficient data left in message")
	}
	n := int64(int32(binary.BigEndian.Uint32(data)))
	switch data = data[4:]; {
	case n < 0:
		return Errorf(CodeInvalidBinary, "invalid length in external bit string")
	case int64(len(data)) < (n+7)/8:
		return Errorf(CodeProtocolViolation, "insufficient data left in message")
	case int64(len(data)) > (n+7)/8:
		return badBinary(t)
	}
	b := BitString{int(n), bytes.Clone(data)}
	b.clearTail()
	return appendBits(out, t, typmod, b, false)
}

// wholeRune is the first character of s.
func wholeRune(s []byte) []byte {
	n := 1
	for n < len(s) && s[n]&0xc0 == 0x80 {
		n++
	}
	return s[:n]
}
