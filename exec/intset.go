package exec

import "math/bits"

// intSet is a set of 64-bit integers. Those that lie close together are bits in a window; the others have slots in a hash table:
//
//	words: bit x&63 of word x>>6 - first     │ word first │ word first+1 │ … │
//	far:   x, where x>>6 is no word of the window
//
// The window has no more words than the set has integers, so it takes less memory than slots would. When the table is full the window is laid out anew,
// around as many of the table's integers as are close enough.
type intSet struct {
	first  int64
	words  []uint64
	inside int // bits that are set
	far    intSlots
}

func (s *intSet) len() int { return s.inside + s.far.len() }

// addAll puts integers in.
func (s *intSet) addAll(xs []int64) {
	var outside [readTogether]int64
	for len(xs) > 0 {
		block := xs[:min(len(xs), readTogether)]
		xs = xs[len(block):]
		n := s.mark(block, &outside)
		if n == 0 {
			continue
		}
		if s.far.full(n) {
			if s.widen() {
				n = s.mark(outside[:n], &outside)
			}
			if s.far.full(n) { // lest it be asked again before there are as many more
				s.far.grow(s.far.n + n)
			}
		}
		s.far.addAll(outside[:n])
	}
}

// mark puts in those of some integers that lie in the window, and gives how many don't, which it puts first in outside. xs may be a part of that.
func (s *intSet) mark(xs []int64, outside *[readTogether]int64) int {
	words, first, inside, n := s.words, s.first, s.inside, 0
	if len(words) == 0 {
		return copy(outside[:], xs)
	}
	for _, x := range xs {
		at := uint64(x>>6 - first)
		if at >= uint64(len(words)) {
			outside[n&(readTogether-1)] = x
			n++
			continue
		}
		word := words[at]
		inside += int(^word >> (uint(x) & 63) & 1)
		words[at] = word | 1<<(uint(x)&63)
	}
	s.inside = inside
	return n
}

// reach is how much of the table lies so far from the window that the distance in words has so many bits, and from which word to before which.
type reach struct {
	n      int
	lo, hi int64
}

// widen moves integers from the table to a wider window, or to one where there was none; false: they lie too far apart.
func (s *intSet) widen() bool {
	lo, hi, ok := s.wider()
	if !ok {
		return false
	}
	s.lay(lo, hi)
	return true
}

// lay makes the window reach from one word to before another, and no less far than it does, and moves what lies in it there.
func (s *intSet) lay(lo, hi int64) {
	words, far := make([]uint64, hi-lo), s.far
	if len(s.words) > 0 {
		copy(words[s.first-lo:], s.words)
	}
	s.first, s.words, s.far = lo, words, intSlots{}
	var outside [readTogether]int64
	for x := range far.each {
		if one := [1]int64{x}; s.mark(one[:], &outside) > 0 {
			s.far.add(x)
		}
	}
}

// leastInside is how many integers a window is begun for: of fewer it would say little that they lie close together.
const leastInside = 64

// wider says from which word to before which a window reaches that takes in as much of the table as it may.
func (s *intSet) wider() (lo, hi int64, ok bool) {
	lo, hi = s.first, s.first+int64(len(s.words))
	if lo == hi {
		lo = s.far.middle() >> 6
		hi = lo
	}
	var rings [65]reach
	for x := range s.far.each {
		w := x >> 6
		distance := uint64(w - hi + 1)
		if w < lo {
			distance = uint64(lo - w)
		}
		r := &rings[bits.Len64(distance)]
		if r.n == 0 {
			r.lo, r.hi = w, w+1
		}
		r.n, r.lo, r.hi = r.n+1, min(r.lo, w), max(r.hi, w+1)
	}
	all := reach{s.inside, lo, hi}
	var best reach
	for _, r := range rings {
		if r.n == 0 {
			continue
		}
		all = reach{all.n + r.n, min(all.lo, r.lo), max(all.hi, r.hi)}
		if all.n >= leastInside && all.hi-all.lo <= int64(all.n) {
			best = all
		}
	}
	if best.n == 0 {
		return 0, 0, false
	}
	// Where it grows it grows by as much again, so that integers which go on rising don't have it laid out anew each time.
	more := min(int64(best.n)-(best.hi-best.lo), best.hi-best.lo)
	switch {
	case best.lo == lo:
		best.hi += more
	case best.hi == hi:
		best.lo -= more
	default:
		best.lo, best.hi = best.lo-more/2, best.hi+more-more/2
	}
	return best.lo, best.hi, true
}

// span is where a window reaches that has room for that of another set, too, from one word to before another; false where it would have more words than
// there are integers.
func (s *intSet) span(o *intSet) (lo, hi int64, ok bool) {
	lo, hi = o.first, o.first+int64(len(o.words))
	if len(s.words) > 0 {
		lo, hi = min(lo, s.first), max(hi, s.first+int64(len(s.words)))
	}
	return lo, hi, len(o.words) > 0 && hi-lo <= int64(s.len()+o.len())
}

// overlay puts in what another set has in its window, where span has room for both.
func (s *intSet) overlay(o *intSet) {
	lo, hi, _ := s.span(o)
	if hi-lo > int64(len(s.words)) {
		s.lay(lo, hi)
	}
	words := s.words[o.first-s.first:]
	for i, w := range o.words {
		s.inside += bits.OnesCount64(w &^ words[i])
		words[i] |= w
	}
}

// each yields the integers, in no order, many at a time; the slice is used anew.
func (s *intSet) each(yield func([]int64) bool) {
	if s.eachInside(yield) {
		s.eachFar(yield)
	}
}

// perYield is how many integers are yielded at a time.
const perYield = 4096

func (s *intSet) eachInside(yield func([]int64) bool) bool {
	buf := make([]int64, 0, perYield)
	for i, word := range s.words {
		if len(buf) > perYield-64 {
			if !yield(buf) {
				return false
			}
			buf = buf[:0]
		}
		for x := (s.first + int64(i)) << 6; word != 0; word &= word - 1 {
			buf = append(buf, x|int64(bits.TrailingZeros64(word)))
		}
	}
	return len(buf) == 0 || yield(buf)
}

func (s *intSet) eachFar(yield func([]int64) bool) {
	buf := make([]int64, 0, perYield)
	for x := range s.far.each {
		if len(buf) == perYield {
			if !yield(buf) {
				return
			}
			buf = buf[:0]
		}
		buf = append(buf, x)
	}
	if len(buf) > 0 {
		yield(buf)
	}
}

func (s *intSet) bytes() int64 { return 8*int64(len(s.words)) + s.far.bytes() }

// growth is what so many more integers take at most.
func (s *intSet) growth(more int) int64 {
	if !s.far.full(more) {
		return 0
	}
	return 8*int64(s.len()+more) + s.far.growth(more)
}
