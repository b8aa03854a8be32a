package nql

import (
	"cmp"
	"math"
	"slices"
	"strconv"
)

// NumberSet is a set of numbers: those that lie in one of some ranges, or all others.
type NumberSet struct {
	ranges []numberRange
	others bool
	// As what the numbers are compared, where not as what they are: integers count alone; the nearest floats are compared.
	Integers, Floats bool

	digits int // for which scaled was made; -1: for none
	scaled []ScaledRange
}

// numberRange is from one number to another; nil: without an end. They are spelled.
type numberRange struct {
	low, high         []byte
	lowOpen, highOpen bool
}

// ScaledRange is the integers from Low to High; none where Low is greater.
type ScaledRange struct{ Low, High int64 }

// Scaled gives the set of numbers that are integers divided by a power of ten: what such an integer must lie in, or with others must not lie in. They are in
// order, but for those that are empty, which are last; where they are more than one they do not overlap. The answer is good until the next call.
func (s *NumberSet) Scaled(digits int) (in []ScaledRange, others bool) {
	if s.digits != digits {
		s.digits, s.scaled = digits, s.scaled[:0]
		for _, r := range s.ranges {
			of := ScaledRange{math.MinInt64, math.MaxInt64}
			if r.low != nil {
				n, side := scaledFloor(r.low, digits)
				of.Low = n
				switch {
				case side > 0: // beyond all
					of = ScaledRange{1, 0}
				case side < 0:
				case !isWhole(r.low, digits) || r.lowOpen:
					if n == math.MaxInt64 {
						of = ScaledRange{1, 0}
					} else {
						of.Low = n + 1
					}
				}
			}
			if r.high != nil && of.Low <= of.High {
				n, side := scaledFloor(r.high, digits)
				of.High = n
				switch {
				case side < 0:
					of = ScaledRange{1, 0}
				case side > 0:
				case isWhole(r.high, digits) && r.highOpen:
					if n == math.MinInt64 {
						of = ScaledRange{1, 0}
					} else {
						of.High = n - 1
					}
				}
			}
			s.scaled = append(s.scaled, of)
		}
		slices.SortFunc(s.scaled, func(a, b ScaledRange) int {
			if empty := a.Low > a.High; empty != (b.Low > b.High) {
				if empty {
					return 1
				}
				return -1
			}
			return cmp.Compare(a.Low, b.Low)
		})
	}
	return s.scaled, s.others
}

// scaledFloor gives the greatest integer that is not above a number times ten to the digits. side is -1 or 1 where that lies below or above all
// of 64 bits; n is then the least or greatest of them.
func scaledFloor(spelled []byte, digits int) (n int64, side int) {
	d := takeApart(spelled)
	if len(d.digits) == 0 {
		return 0, 0
	}
	whole := d.exp + 1 + int64(digits) // digits before the point
	out := func() (int64, int) {
		if d.negative {
			return math.MinInt64, -1
		}
		return math.MaxInt64, 1
	}
	if whole > 19 {
		return out()
	}
	var u uint64
	rest := false
	taken := int64(0)
	for _, c := range d.digits {
		if c == '.' {
			continue
		}
		if taken >= whole {
			rest = true
			break
		}
		u = u*10 + uint64(c-'0') // at most 19 digits
		taken++
	}
	for ; taken < whole; taken++ {
		u *= 10
	}
	if d.negative {
		if rest {
			u++
		}
		if u > 1<<63 {
			return out()
		}
		return -int64(u), 0
	}
	if u > math.MaxInt64 {
		return out()
	}
	return int64(u), 0
}

// isWhole reports whether a number times ten to the digits is an integer.
func isWhole(spelled []byte, digits int) bool {
	d := takeApart(spelled)
	n := int64(0)
	for _, c := range d.digits {
		if c != '.' {
			n++
		}
	}
	return n == 0 || n <= d.exp+1+int64(digits) // the last digit is significant
}

// spelledNumber gives the spelling of a finite number.
func spelledNumber(v Value) ([]byte, bool) {
	switch v.Kind {
	case Integer:
		return strconv.AppendInt(nil, v.Int, 10), true
	case Float:
		if v.Float-v.Float != 0 {
			return nil, false
		}
		return appendJSONFloat(nil, v.Float), true
	case Number:
		return []byte(v.Text), true
	}
	return nil, false
}

// numberOperand recognises a member, or what reads it as a number, in a comparison of numbers.
func numberOperand(e Expr) (s *NumberSet, ok bool) {
	s = &NumberSet{digits: -1}
	if c, is := e.(*Call); is && len(c.Args) == 1 {
		switch c.Name {
		case "number":
		case "integer":
			s.Integers = true
		case "float":
			s.Floats = true
		default:
			return nil, false
		}
		e = c.Args[0]
	}
	p, is := e.(*Path)
	return s, is && hasNoElements(p)
}

// numbers notes a comparison of numbers.
func (t *ValueTest) numbers(x Expr, op Op, k *Literal) {
	s, ok := numberOperand(x)
	n, is := spelledNumber(k.Value)
	if !ok || !is {
		return
	}
	switch op {
	case Eq, Ne:
		s.ranges, s.others = []numberRange{{low: n, high: n}}, op == Ne
	case Lt, Le:
		s.ranges = []numberRange{{high: n, highOpen: op == Lt}}
	case Gt, Ge:
		s.ranges = []numberRange{{low: n, lowOpen: op == Gt}}
	}
	t.Numbers = s
}

// numbersIn notes x in (numbers).
func (t *ValueTest) numbersIn(e *In) {
	s, ok := numberOperand(e.X)
	if !ok {
		return
	}
	for _, x := range e.List {
		l, is := x.(*Literal)
		if !is {
			return
		}
		n, is := spelledNumber(l.Value)
		if !is {
			return
		}
		s.ranges = append(s.ranges, numberRange{low: n, high: n})
	}
	s.others = e.Not
	t.Numbers = s
}

// numbersBetween notes x between two numbers.
func (t *ValueTest) numbersBetween(e *Between) {
	s, ok := numberOperand(e.X)
	low, isLow := e.Low.(*Literal)
	high, isHigh := e.High.(*Literal)
	if !ok || !isLow || !isHigh {
		return
	}
	from, isLow := spelledNumber(low.Value)
	to, isHigh := spelledNumber(high.Value)
	if !isLow || !isHigh {
		return
	}
	s.ranges, s.others = []numberRange{{low: from, high: to}}, e.Not
	t.Numbers = s
}
