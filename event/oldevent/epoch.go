package oldevent

// parseEpoch reads a number of seconds, milli-, micro- or nanoseconds since 1970. Below 10^11 in size (the year
// 5138 in seconds) it counts seconds, below 10^14 milliseconds, below 10^17 microseconds, else nanoseconds. Digits behind
// the point are fractions of that unit. The result's fraction points into *scratch.
func parseEpoch(s []byte, scratch *[]byte) (instant, *Error) {
	const most = 18 + 30 // digits; longer numbers are no times
	negative := len(s) > 0 && s[0] == '-'
	i := 0
	if negative {
		i = 1
	}
	buf, point, seen := (*scratch)[:0], -1, false
	exponent := 0
	for ; i < len(s); i++ {
		switch c := s[i]; {
		case c-'0' <= 9:
			seen = true
			buf = append(buf, c)
		case c == '.' && point < 0 && seen:
			point = len(buf)
		case (c == 'e' || c == 'E') && seen && len(s)-i >= 2 && len(s)-i <= 4:
			var ok bool
			if exponent, ok = smallInt(s[i+1:]); !ok {
				return instant{}, timeError(s)
			}
			i = len(s)
		default:
			return instant{}, timeError(s)
		}
		if len(buf) > most {
			return instant{}, timeError(s)
		}
	}
	*scratch = buf
	if !seen || point == len(buf) && exponent == 0 {
		return instant{}, timeError(s)
	}
	if point < 0 {
		point = len(buf)
	}
	point += exponent
	// Bring the point inside the digits.
	for point > len(buf) && len(buf) <= most {
		buf = append(buf, '0')
	}
	for point < 0 && len(buf) <= most {
		buf = append(buf, 0)
		copy(buf[1:], buf)
		buf[0] = '0'
		point++
	}
	*scratch = buf
	if point < 0 || point > len(buf) {
		return instant{}, rangeError(s)
	}
	return scaleEpoch(s, buf, point, negative)
}

// scaleEpoch moves the point from the unit, told by the digits before the point, to the second.
func scaleEpoch(s, digits []byte, point int, negative bool) (instant, *Error) {
	zeros := 0
	for zeros < point && digits[zeros] == '0' {
		zeros++
	}
	switch size := point - zeros; {
	case size <= 11:
	case size <= 14:
		point -= 3
	case size <= 17:
		point -= 6
	case size <= 20:
		point -= 9
	default:
		return instant{}, rangeError(s)
	}
	t := instant{fraction: digits[point:]}
	for _, c := range digits[zeros:point] {
		t.seconds = t.seconds*10 + int64(c-'0')
	}
	if negative {
		t = t.negated()
	}
	if t.seconds < minSecond || t.seconds > maxSecond {
		return instant{}, rangeError(s)
	}
	return t, nil
}

// negated gives -t; the fraction counts upwards from a whole second, so it is complemented, in place.
func (t instant) negated() instant {
	t.seconds = -t.seconds
	carry := true
	for i := len(t.fraction) - 1; i >= 0; i-- {
		c := 9 - (t.fraction[i] - '0')
		if carry {
			c++
		}
		carry = c == 10
		t.fraction[i] = '0' + c%10
	}
	if !carry && len(t.fraction) > 0 {
		t.seconds--
	}
	return t
}

// smallInt reads [+-]d{1,2}.
func smallInt(s []byte) (n int, ok bool) {
	sign := 1
	if s[0] == '+' || s[0] == '-' {
		if s[0] == '-' {
			sign = -1
		}
		s = s[1:]
	}
	if len(s) == 0 || len(s) > 2 {
		return 0, false
	}
	n, ok = number(s, 0, len(s))
	return sign * n, ok
}
