package types

import "math"

// readISO reads what follows the P of ISO 8601: numbers with designators, or the alternative form.
func (r *intervalReader) readISO(s string) fault {
	if s == "" {
		return badFormat
	}
	inTime, first := false, true // first: of the date or of the time
	for s != "" {
		if s[0] == 'T' {
			inTime, first, s = true, true, s[1:]
			continue
		}
		whole, part, rest, f := isoNumber(s)
		if f != fine {
			return f
		}
		if u := isoUnit(rest, inTime); u != noUnit {
			if _, ok := r.add(u, whole, part); !ok {
				return fieldOverflow
			}
			first, s = false, rest[1:]
			continue
		}
		if !first {
			return badFormat
		}
		if s, f = r.isoAlternative(s, inTime); f != fine {
			return f
		}
	}
	return fine
}

// isoAlternative reads yyyy-mm-dd, yyyymmdd or, in the time, hh:mm:ss, hhmmss, of which later parts may lack; what follows is the time or nothing.
func (r *intervalReader) isoAlternative(s string, inTime bool) (string, fault) {
	units, mark, joined := [3]intervalUnit{yearUnit, monthUnit, dayUnit}, byte('-'), 8
	if inTime {
		units, mark, joined = [3]intervalUnit{hourUnit, minuteUnit, secondUnit}, ':', 6
	}
	ended := func(rest string) bool { return rest == "" || !inTime && rest[0] == 'T' }
	add := func(u intervalUnit, whole int64, part float64) fault {
		if _, ok := r.add(u, whole, part); !ok {
			return fieldOverflow
		}
		return fine
	}
	whole, part, rest, f := isoNumber(s)
	if f != fine {
		return "", f
	}
	if !ended(rest) && rest[0] != mark {
		return "", badFormat
	}
	if ended(rest) && isoDigits(s) == joined {
		last, micros := part, 0.0
		if inTime { // there it is a part of a microsecond
			last, micros = 0, part
		}
		for i, n := range []int64{whole / 10000, whole / 100 % 100} {
			if f := add(units[i], n, 0); f != fine {
				return "", f
			}
		}
		if f := add(units[2], whole%100, last); f != fine || !r.addPart(micros) {
			return "", fieldOverflow
		}
		return rest, fine
	}
	for i, u := range units {
		if i > 0 {
			if whole, part, rest, f = isoNumber(rest[1:]); f != fine {
				return "", f
			}
		}
		if f := add(u, whole, part); f != fine {
			return "", f
		}
		if ended(rest) {
			return rest, fine
		}
		if rest[0] != mark {
			return "", badFormat
		}
	}
	return "", badFormat
}

// isoNumber reads a number and takes it apart at its point; it may be written in any way that C reads, but begins with a digit, a minus or a point.
func isoNumber(s string) (whole int64, part float64, rest string, f fault) {
	if s == "" || !isDigit(s[0]) && s[0] != '-' && s[0] != '.' {
		return 0, 0, "", badFormat
	}
	x, end, ok := leadingFloat([]byte(s), 64)
	switch {
	case end == 0 || !ok:
		return 0, 0, "", badFormat
	case math.Abs(x) > 1e15: // a fraction would not be exact
		return 0, 0, "", fieldOverflow
	}
	t := math.Trunc(x)
	return int64(t), x - t, s[end:], fine
}

// isoDigits is how many digits a number begins with.
func isoDigits(s string) int {
	if s != "" && s[0] == '-' {
		s = s[1:]
	}
	n := 0
	for n < len(s) && isDigit(s[n]) {
		n++
	}
	return n
}

func isoUnit(s string, inTime bool) intervalUnit {
	if s == "" {
		return noUnit
	}
	if inTime {
		switch s[0] {
		case 'H':
			return hourUnit
		case 'M':
			return minuteUnit
		case 'S':
			return secondUnit
		}
		return noUnit
	}
	switch s[0] {
	case 'Y':
		return yearUnit
	case 'M':
		return monthUnit
	case 'W':
		return weekUnit
	case 'D':
		return dayUnit
	}
	return noUnit
}
