package types

import (
	"bytes"
	"encoding/binary"
	"math"
	"strconv"

	"github.com/flare-pg/flare-pg/column"
)

// A vector holds a tid as its binary form, in whose order values are compared: the block in 4 bytes and the place in it in 2, the highest byte first.

// AppendTid appends the form of a row's place.
func AppendTid(dst []byte, block uint32, offset uint16) []byte {
	return binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint32(dst, block), offset)
}

// parseTid reads (block,offset). What stands before the parenthesis and behind the other one doesn't count, as in PostgreSQL.
func parseTid(out *column.Vector, s []byte) error {
	first, second, ok := bytes.Cut(s, []byte(","))
	if at := bytes.IndexByte(first, '('); ok && at >= 0 {
		second, _, ok = bytes.Cut(second, []byte(")"))
		block, err := strconv.ParseInt(string(bytes.TrimLeft(first[at+1:], spaces)), 10, 64)
		offset, err2 := strconv.ParseUint(string(bytes.TrimLeft(second, spaces)), 10, 16)
		if ok && err == nil && err2 == nil && block >= math.MinInt32 && block <= math.MaxUint32 {
			out.AppendFunc(func(dst []byte) []byte { return AppendTid(dst, uint32(block), uint16(offset)) })
			return nil
		}
	}
	return badSyntax(Tid, s)
}

func appendTidText(dst, s []byte) []byte {
	dst = strconv.AppendUint(append(dst, '('), uint64(binary.BigEndian.Uint32(s)), 10)
	return append(strconv.AppendUint(append(dst, ','), uint64(binary.BigEndian.Uint16(s[4:])), 10), ')')
}

// parseXid reads a number of 32 or 64 bits as C's strtoul does, which is what PostgreSQL 15 leaves it to: what is no number behind it, or is too large, is no
// error.
func parseXid(s []byte, bits int) int64 {
	text := string(bytes.TrimLeft(s, spaces))
	negative := false
	if text != "" && (text[0] == '-' || text[0] == '+') {
		negative, text = text[0] == '-', text[1:]
	}
	base := 10
	switch {
	case len(text) > 2 && (text[:2] == "0x" || text[:2] == "0X") && hexValue(text[2]) >= 0:
		base, text = 16, text[2:]
	case text != "" && text[0] == '0':
		base = 8
	}
	end := 0
	for end < len(text) && hexValue(text[end]) >= 0 && hexValue(text[end]) < base {
		end++
	}
	x, err := strconv.ParseUint(text[:end], base, 64)
	if err != nil && end > 0 {
		x, negative = math.MaxUint64, false
	}
	if negative {
		x = -x
	}
	if bits == 32 {
		return int64(uint32(x))
	}
	return int64(x)
}
