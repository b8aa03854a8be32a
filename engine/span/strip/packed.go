package strip

import (
	"encoding/binary"
	"math/bits"
)

// maxWidth is the widest packed value that is read by one load of eight bytes from any bit on. Wider ones take 64 bits.
const maxWidth = 57

// widthOf is how many bits each of the values up to most takes when packed.
func widthOf(most uint64) uint8 {
	w := bits.Len64(most)
	if w > maxWidth {
		return 64
	}
	return uint8(w)
}

// packedBytes is the bytes of n packed values.
func packedBytes(n int, width uint8) int { return (n*int(width) + 7) / 8 }

// appendPacked appends the values minus base in width bits each, the lowest bit first.
func appendPacked(dst []byte, values []int64, base int64, width uint8) []byte {
	var acc uint64
	var have uint8
	for _, v := range values {
		u := uint64(v - base)
		acc |= u << have
		if have+width >= 64 {
			dst = binary.LittleEndian.AppendUint64(dst, acc)
			acc = u >> (64 - have) // a shift by 64 gives zero
			have = have + width - 64
		} else {
			have += width
		}
	}
	for ; have > 0; have -= min(have, 8) {
		dst = append(dst, byte(acc))
		acc >>= 8
	}
	return dst
}

// packedAt is value i of packed ones.
func packedAt(b []byte, i int, width uint8) uint64 {
	bit := i * int(width)
	at := bit >> 3
	if at+8 <= len(b) {
		return binary.LittleEndian.Uint64(b[at:]) >> (bit & 7) & (1<<width - 1)
	}
	var tail [8]byte
	copy(tail[:], b[at:])
	return binary.LittleEndian.Uint64(tail[:]) >> (bit & 7) & (1<<width - 1)
}

//go:generate go run unpack_generate.go

// unpack fills dst with packed values plus base.
func unpack(dst []int64, b []byte, base int64, width uint8) {
	done := 0
	switch {
	case width == 0:
		for i := range dst {
			dst[i] = base
		}
		return
	case int(width) < len(unpackBy):
		done = unpackBy[width](dst, b, base)
	default:
		// The loop without the question whether eight bytes are left covers all but the last few values.
		if len(b) >= 8 {
			done = min(len(dst), ((len(b)-8)*8+7)/int(width))
		}
		mask := uint64(1)<<width - 1
		bit := 0
		for i := range dst[:done] {
			dst[i] = base + int64(binary.LittleEndian.Uint64(b[bit>>3:])>>(bit&7)&mask)
			bit += int(width)
		}
	}
	for i := done; i < len(dst); i++ {
		dst[i] = base + int64(packedAt(b, i, width))
	}
}

// unpackCodes fills dst with packed values of at most eight bits; false where one is not below limit.
func unpackCodes(dst []int32, b []byte, width uint8, limit int) bool {
	top := int32(limit) - 1
	done, beyond := unpackCodesBy[width](dst, b, top)
	for i := done; i < len(dst); i++ {
		c := int32(packedAt(b, i, width))
		dst[i] = c
		beyond |= top - c // negative where a value is too large
	}
	return beyond >= 0
}
