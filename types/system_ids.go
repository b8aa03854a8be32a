package types

import (
	"bytes"
	"encoding/binary"
	"math"
	"strconv"
)

// leadingUnsigned is the number with which a text begins, as C's strtoul reads it by itself: in hexadecimal after 0x, in octal after 0, a negative one
// wrapped round; what 64 bits don't hold is the largest, and no number is 0. Numbers of transactions and commands are read so, and nothing is an error.
func leadingUnsigned(s []byte) uint64 {
	s = bytes.TrimLeft(s, spaces)
	negative := false
	if len(s) > 0 && (s[0] == '-' || s[0] == '+') {
		negative, s = s[0] == '-', s[1:]
	}
	base := uint64(10)
	switch {
	case len(s) > 2 && s[0] == '0' && s[1]|0x20 == 'x' && hexValue(s[2]) >= 0:
		base, s = 16, s[2:]
	case len(s) > 0 && s[0] == '0':
		base = 8
	}
	n := uint64(0)
	for _, c := range s {
		d := hexValue(c)
		if d < 0 || uint64(d) >= base {
			break
		}
		if n > (math.MaxUint64-uint64(d))/base {
			return math.MaxUint64
		}
		n = n*base + uint64(d)
	}
	if negative {
		n = -n
	}
	return n
}

// A tid, the place of a row, is a block and a number within: (block,number). A vector holds it as it is sent, four bytes and two, big-endian.

// AppendTID appends a tid as a vector holds it.
func AppendTID(dst []byte, block uint32, number uint16) []byte {
	return binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint32(dst, block), number)
}

// parseTID reads the text form of a tid.
func parseTID(s []byte) (id []byte, ok bool) {
	var parts [2][]byte
	n := 0
	for i := 0; i < len(s) && n < len(parts) && s[i] != ')'; i++ {
		if s[i] == ',' || s[i] == '(' && n == 0 {
			parts[n] = s[i+1:]
			n++
		}
	}
	if n < len(parts) {
		return nil, false
	}
	block, ok := unsignedUpTo(parts[0], ',')
	number, ok2 := unsignedUpTo(parts[1], ')')
	if !ok || !ok2 || int64(block) != int64(uint32(block)) && int64(block) != int64(int32(block)) || number > math.MaxUint16 {
		return nil, false
	}
	return AppendTID(nil, uint32(block), uint16(number)), true
}

// unsignedUpTo reads a decimal number that a mark ends, negative ones wrapped round; without digits it is 0.
func unsignedUpTo(s []byte, mark byte) (uint64, bool) {
	if len(s) > 0 && s[0] == mark {
		return 0, true
	}
	end := bytes.IndexByte(s, mark)
	if end < 0 {
		return 0, false
	}
	w := bytes.TrimLeft(s[:end], spaces)
	negative := false
	if len(w) > 0 && (w[0] == '-' || w[0] == '+') {
		negative, w = w[0] == '-', w[1:]
	}
	n, err := strconv.ParseUint(string(w), 10, 64)
	if negative {
		n = -n
	}
	return n, err == nil
}

// appendTIDText is the text output of a tid.
func appendTIDText(dst, id []byte) []byte {
	if len(id) != 6 {
		return dst // lies under a null
	}
	dst = strconv.AppendUint(append(dst, '('), uint64(binary.BigEndian.Uint32(id)), 10)
	dst = strconv.AppendUint(append(dst, ','), uint64(binary.BigEndian.Uint16(id[4:])), 10)
	return append(dst, ')')
}
