package nql

import (
	"bytes"
	"math"
)

// Rounding and signs are exact, in decimals; roots and powers are floats.

var numberFunctions = []function{
	{name: "abs", least: 1, most: 1, one: absolute},
	{name: "sign", least: 1, most: 1, gives: Number, one: sign},
	{name: "floor", least: 1, most: 1, gives: Number, one: func(st *state, v val) val { return st.round(v, 0, down) }},
	{name: "ceil", least: 1, most: 1, gives: Number, one: func(st *state, v val) val { return st.round(v, 0, up) }},
	{name: "round", least: 1, most: 2, gives: Number, many: func(st *state, a []val) val {
		digits := int64(0)
		if len(a) > 1 {
			var ok bool
			if digits, ok = a[1].asInteger(); !ok || digits < 0 || digits > 100 {
				return null
			}
		}
		return st.round(a[0], int(digits), nearest)
	}},
	{name: "sqrt", least: 1, most: 1, gives: Number, one: ofFloat(math.Sqrt)},
	{name: "exp", least: 1, most: 1, gives: Number, one: ofFloat(math.Exp)},
	{name: "ln", least: 1, most: 1, gives: Number, one: ofFloat(math.Log)},
	{name: "log10", least: 1, most: 1, gives: Number, one: ofFloat(math.Log10)},
	{name: "power", least: 2, most: 2, gives: Number, many: func(_ *state, a []val) val { return floats(&a[0], &a[1], math.Pow) }},
	{name: "least", least: 1, many: func(_ *state, a []val) val { return extreme(a, -1) }},
	{name: "greatest", least: 1, many: func(_ *state, a []val) val { return extreme(a, 1) }},
}

func ofFloat(f func(float64) float64) func(*state, val) val {
	return func(_ *state, v val) val {
		x, ok := v.asFloat()
		if !ok {
			return null
		}
		z := f(x)
		if z-z != 0 {
			return null
		}
		return val{kind: Float, f: z}
	}
}

// absolute gives a number, or a duration, without its sign.
func absolute(_ *state, v val) val {
	switch v.kind {
	case Integer, Duration:
		if v.i == math.MinInt64 {
			if v.kind == Duration {
				return null
			}
			return val{kind: Number, s: []byte("9223372036854775808")}
		}
		v.i = max(v.i, -v.i)
	case Float:
		v.f = math.Abs(v.f)
	case Number:
		if v.s[0] == '-' {
			v.s = v.s[1:]
		}
	default:
		return null
	}
	return v
}

func sign(_ *state, v val) val {
	if !v.numeric() || v.kind == Float && v.f != v.f {
		return null
	}
	zero := val{kind: Integer}
	return val{kind: Integer, i: int64(compareNumbers(&v, &zero))}
}

// extreme gives the least (side -1) or greatest (1) of the values that are there; null where two of them do not compare.
func extreme(list []val, side int) val {
	best := null
	for i := range list {
		v := &list[i]
		if v.absent() {
			continue
		}
		if best.kind == Null {
			if _, ok := compare(v, v); !ok {
				return null
			}
			best = *v
			continue
		}
		order, ok := compare(v, &best)
		if !ok {
			return null
		}
		if order == side {
			best = *v
		}
	}
	return best
}

// rounding says where a number goes that lies between two.
type rounding uint8

const (
	down    rounding = iota // towards less
	up                      // towards more
	nearest                 // to the nearer, halves away from zero
)

// round gives the number with at most so many digits behind the point, written without exponent and without zeros at its end.
func (st *state) round(v val, digits int, to rounding) val {
	if v.kind == Integer {
		return v
	}
	start := len(st.arena)
	n, ok := st.numeric(v)
	if !ok || v.kind == Float && v.f-v.f != 0 {
		return null
	}
	s := n.s
	negative := s[0] == '-'
	point := bytes.IndexByte(s, '.')
	if point >= 0 {
		cut := s[min(point+1+digits, len(s)):]
		s = s[:min(point+1+digits, len(s))]
		more := false
		switch to {
		case down:
			more = negative && !allZeros(cut)
		case up:
			more = !negative && !allZeros(cut)
		case nearest:
			more = len(cut) > 0 && cut[0] >= '5'
		}
		if more && carry(s) {
			// Every digit was a nine: a one goes before them.
			at := len(st.arena)
			if negative {
				st.arena, s = append(st.arena, '-'), s[1:]
			}
			st.arena = append(append(st.arena, '1'), s...)
			s = st.arena[at:]
		}
		end := len(s)
		for s[end-1] == '0' {
			end--
		}
		if s[end-1] == '.' {
			end--
		}
		s = s[:end]
	}
	if i, ok := integerOf(s); ok {
		st.arena = st.arena[:start]
		return val{kind: Integer, i: i}
	}
	return val{kind: Number, s: s}
}

func allZeros(digits []byte) bool {
	for _, c := range digits {
		if c != '0' {
			return false
		}
	}
	return true
}

// carry adds one to the last digit of s, in place, and reports whether it ran over the first.
func carry(s []byte) bool {
	for i := len(s) - 1; i >= 0; i-- {
		switch {
		case s[i] == '9':
			s[i] = '0'
		case isDigit(s[i]):
			s[i]++
			return false
		}
	}
	return true
}
