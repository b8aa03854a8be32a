package event

import "encoding/binary"

// num checks the number that begins at i, -?(0|[1-9][0-9]*)(.[0-9]+)?([eE][+-]?[0-9]+)?, and returns the position behind it, or -1, and what
// it means for a property's type.
func (d *Decoder) num(i int) (end int, t numberTraits) {
	src, start := d.src, i
	if src[i] == '-' {
		i++
	}
	whole := i
	if i < len(src) && src[i] == '0' {
		i++
	} else if j := digits(src, i); j > i {
		i = j
	} else {
		return d.unexpected(i, "a digit"), 0
	}
	if i >= len(src) || src[i] != '.' && src[i]|0x20 != 'e' {
		if i-whole <= 15 {
			return i, 0
		}
		return i, traitsOf(src[start:i])
	}
	if src[i] == '.' {
		j := digits(src, i+1)
		if j == i+1 {
			return d.unexpected(j, "a digit"), 0
		}
		i = j
	}
	if i >= len(src) || src[i]|0x20 != 'e' {
		if i-whole <= maxExact {
			return i, seenFraction
		}
		return i, traitsOf(src[start:i])
	}
	i++
	if i < len(src) && (src[i] == '+' || src[i] == '-') {
		i++
	}
	j := digits(src, i)
	if j == i {
		return d.unexpected(j, "a digit"), 0
	}
	return j, traitsOf(src[start:j])
}

// digits returns the position behind the digits that stand at i.
func digits(src []byte, i int) int {
	for i+8 <= len(src) {
		n := digitsIn(binary.LittleEndian.Uint64(src[i:]))
		if i += n; n < 8 {
			return i
		}
	}
	for i < len(src) && src[i]-'0' <= 9 {
		i++
	}
	return i
}
