package strip

import (
	"encoding/binary"
	"math"
)

// How numbers are stored.
//
//	1 form
//	  0, in words: texts
//	  1, scaled: 1 digits; integers: the numbers times 10 to the digits; integers: for each, how many fewer digits it is spelled with;
//	     u exceptions; integers: which those are; texts: their spellings
const (
	numberSpelled = iota
	numberScaled
)

// maxScale is how many digits behind the point scaled numbers have at most.
const maxScale = 17

// parseScaled reads a number as an integer and digits behind the point, of which appendScaled makes the same spelling.
func parseScaled(v []byte) (n int64, digits int, ok bool) {
	p := 0
	negative := v[0] == '-'
	if negative {
		p++
	}
	whole := p
	point := -1
	u := uint64(0) // 19 digits fit, and of more it is not looked at
	for ; p < len(v); p++ {
		c := v[p] - '0'
		if c <= 9 {
			u = u*10 + uint64(c)
			continue
		}
		if v[p] != '.' || point >= 0 {
			return 0, 0, false
		}
		point = p
	}
	count := len(v) - whole
	first := len(v) // where the whole part ends
	if point >= 0 {
		digits = len(v) - point - 1
		count--
		first = point
		if digits == 0 {
			return 0, 0, false
		}
	}
	if count > 19 || count == 0 || first == whole || v[whole] == '0' && first > whole+1 {
		return 0, 0, false
	}
	if negative {
		return int64(-u), digits, u-1 < 1<<63 // -0 is no integer
	}
	return int64(u), digits, u < 1<<63
}

// appendScaled spells n, an integer times 10 to the digits.
func appendScaled(dst []byte, n int64, digits int) []byte {
	u := uint64(n)
	if n < 0 {
		dst = append(dst, '-')
		u = -u
	}
	if digits == 0 {
		return appendDigits(dst, int64(u), 1)
	}
	dst = appendDigits(dst, int64(u), digits+1)
	dst = append(dst, 0)
	point := len(dst) - 1 - digits
	copy(dst[point+1:], dst[point:])
	dst[point] = '.'
	return dst
}

// appendNumbers appends spelled numbers.
func (b *Builder) appendNumbers(dst []byte, t texts) []byte {
	values, fewer := b.takeInts(len(t.refs)), b.takeInts(len(t.refs))
	defer func() { b.giveInts(values); b.giveInts(fewer) }()
	most, odd := 0, b.takeInts(0)
	defer func() { b.giveInts(odd) }()
	for i := range t.refs {
		n, digits, ok := parseScaled(t.at(i))
		if ok && digits > maxScale {
			ok = false
		}
		if !ok {
			odd = append(odd, int64(i))
			n, digits = 0, -1
		}
		values[i], fewer[i] = n, int64(digits)
		most = max(most, digits)
	}
	before := int64(0)
	odd = odd[:0]
	first := true
	for i, digits := range fewer {
		if digits >= 0 {
			scale := powers[int64(most)-digits]
			if v := values[i]; scale > 1 && (v > math.MaxInt64/scale || v < -math.MaxInt64/scale) {
				digits = -1
			}
		}
		if digits < 0 {
			// What stands for it repeats the number before, lest it widen the others.
			odd = append(odd, int64(i))
			values[i], fewer[i] = before, 0
			continue
		}
		fewer[i] = int64(most) - digits
		values[i] *= powers[fewer[i]]
		before = values[i]
		if first {
			for _, k := range odd {
				values[k] = before
			}
			b.least, b.most, b.bounded = before, before, true
			first = false
		}
		b.least, b.most = min(b.least, before), max(b.most, before)
	}
	if len(odd) > len(t.refs)/8 {
		b.bounded = false
		return b.appendTexts(append(dst, numberSpelled), t, otherText, nil)
	}
	if len(odd) > 0 {
		b.bounded = false // the exceptions may lie outside
	}
	b.digits = most
	dst = append(dst, numberScaled, byte(most))
	dst = b.appendInts(dst, values, anyInts)
	dst = b.appendInts(dst, fewer, codeInts)
	dst = binary.AppendUvarint(dst, uint64(len(odd)))
	dst = b.appendInts(dst, odd, anyInts)
	refs := make([]ref, len(odd))
	for i, k := range odd {
		refs[i] = t.refs[k]
	}
	return b.appendTexts(dst, texts{t.of, refs}, pieceText, nil)
}

// numberStrip are numbers as they are stored.
type numberStrip struct {
	n       int
	spelled *textStrip // nil: they are scaled
	digits  int
	values  ints
	fewer   ints
	odd     ints
	words   *textStrip

	which  []int64 // odd, decoded
	loaded bool
}

func (in *input) newNumbers() *numberStrip {
	if in.memory == nil {
		return &numberStrip{}
	}
	return in.memory.numbers.take()
}

func (in *input) numbers(n int) *numberStrip {
	s := in.newNumbers()
	s.n = n
	switch in.byte() {
	case numberSpelled:
		s.spelled = in.texts(n, otherText)
	case numberScaled:
		if s.digits = int(in.byte()); s.digits > maxScale {
			in.fail()
		}
		s.values = in.ints(n, anyInts)
		s.fewer = in.ints(n, codeInts)
		odd := in.count(n)
		s.odd = in.ints(odd, anyInts)
		s.words = in.texts(odd, pieceText)
	default:
		in.fail()
	}
	return s
}

func (s *numberStrip) load(m *memory) error {
	if s.loaded {
		return nil
	}
	if s.spelled != nil {
		if err := s.spelled.load(m); err != nil {
			return err
		}
		s.loaded = true
		return nil
	}
	if err := s.values.load(m); err != nil {
		return err
	}
	if err := s.fewer.load(m); err != nil {
		return err
	}
	if err := s.words.load(m); err != nil {
		return err
	}
	var err error
	if s.which, err = s.odd.decode(m.longs.take(s.odd.n), m); err != nil {
		return err
	}
	for i, k := range s.which {
		if k < 0 || k >= int64(s.n) || i > 0 && k <= s.which[i-1] {
			return ErrDamaged
		}
	}
	s.loaded = true
	return nil
}

// scaled gives number i as an integer and how many digits of it are behind the point as it is spelled, once load was called; false where only its
// spelling is stored.
func (s *numberStrip) scaled(i int) (n int64, digits int, ok bool) {
	if s.spelled != nil {
		return 0, 0, false
	}
	if len(s.which) > 0 {
		if _, found := find(s.which, int64(i)); found {
			return 0, 0, false
		}
	}
	n = s.values.at(i)
	if f := s.fewer.at(i); f > 0 && f <= int64(s.digits) {
		return n / powers[f], s.digits - int(f), true
	}
	return n, s.digits, true
}

// append appends the spelling of number i, once load was called.
func (s *numberStrip) append(dst []byte, i int) []byte {
	if s.spelled != nil {
		return s.spelled.append(dst, i)
	}
	n, digits, ok := s.scaled(i)
	if !ok {
		k, _ := find(s.which, int64(i))
		return s.words.append(dst, k)
	}
	return appendScaled(dst, n, digits)
}

// find looks for v among ascending integers.
func find(in []int64, v int64) (int, bool) {
	from, to := 0, len(in)
	for from < to {
		if mid := int(uint(from+to) >> 1); in[mid] < v {
			from = mid + 1
		} else {
			to = mid
		}
	}
	return from, from < len(in) && in[from] == v
}
