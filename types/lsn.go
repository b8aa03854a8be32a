package types

import (
	"encoding/binary"
	"strconv"

	"github.com/flare-pg/flare-pg/column"
)

// A vector holds a pg_lsn as its binary form, in whose order values are compared: 8 bytes, the highest first.

// parseLSN reads two hexadecimal numbers of up to 8 digits with a slash between them.
func parseLSN(out *column.Vector, s []byte) error {
	var halves [2]uint64
	rest := s
	for i := range halves {
		n := 0
		for n < len(rest) && n < 8 && hexValue(rest[n]) >= 0 {
			halves[i] = halves[i]<<4 | uint64(hexValue(rest[n]))
			n++
		}
		rest = rest[n:]
		switch {
		case n == 0, i == 0 && (len(rest) == 0 || rest[0] != '/'), i == 1 && len(rest) > 0:
			return badSyntax(PgLSN, s)
		case i == 0:
			rest = rest[1:]
		}
	}
	AppendLSN(out, halves[0]<<32|halves[1])
	return nil
}

// AppendLSN appends a pg_lsn to a vector of them.
func AppendLSN(out *column.Vector, lsn uint64) {
	out.AppendFunc(func(dst []byte) []byte { return binary.BigEndian.AppendUint64(dst, lsn) })
}

// LSN is the number that a vector holds.
func LSN(s []byte) uint64 {
	if len(s) != 8 {
		return 0 // lies under a null
	}
	return binary.BigEndian.Uint64(s)
}

func appendLSNText(dst, s []byte) []byte {
	lsn := LSN(s)
	start := len(dst)
	dst = strconv.AppendUint(dst, lsn>>32, 16)
	dst = strconv.AppendUint(append(dst, '/'), lsn&0xffffffff, 16)
	for i := start; i < len(dst); i++ {
		if dst[i] >= 'a' {
			dst[i] -= 'a' - 'A'
		}
	}
	return dst
}
