package function

import (
	"math"
	"math/bits"
	"slices"
	"sync"
)

// Selection: the element that would stand at an index, without sorting.
//
// Of a long list a sample is sorted. Around the place in it that corresponds to the index two of its elements, low and high, are taken far enough apart that
// the wanted element lies between them almost surely. Then one pass without branches that could be guessed wrong counts what is less, and
// collects what lies between, both included:
//
//	… less … │ low … collected … high │ … greater …
//
// Where it turns out otherwise, or there is too much between, which equal elements make happen, these are told apart, too:
//
//	… less … │ = low │ between: collected │ = high │ … greater …
//
// and the same is done again for the part in which the element lies.

// selector finds elements of lists; it keeps its memory from one to the next.
type selector struct {
	between []int64
	sample  []int64
}

// selectors holds *selector.
var selectors = sync.Pool{New: func() any { return new(selector) }}

const (
	fewKeys     = 1 << 12 // are not sampled
	mostBetween = 1 << 16
	mostSample  = 1 << 13
)

// PrepareBytes is what each goroutine in Preparer.Prepare takes at most.
const PrepareBytes = 8 * (mostBetween + mostSample)

// pair gives the elements that would stand at indexes n and, where it is wanted, n+1 of the sorted list.
func (s *selector) pair(c *chunked, n int, both bool) (x, y int64) {
	x, y, ok := s.nth(c, n)
	if both && !ok {
		y, _, _ = s.nth(c, n+1)
	}
	if !both {
		y = x
	}
	return x, y
}

// nth gives the element at index n, and the one behind it where that was found on the way.
func (s *selector) nth(c *chunked, n int) (x, next int64, ok bool) {
	if c.len() <= fewKeys {
		s.between = s.between[:0]
		for p := range c.pieces {
			s.between = append(s.between, p...)
		}
		return s.among(n)
	}
	if low, high := s.bracket(c, math.MinInt64, math.MaxInt64, n, c.len()); low < high {
		less, ok := s.narrow(c, low, high)
		if ok && less <= n && n < less+len(s.between) {
			return s.among(n - less)
		}
	}
	// The element is at least least and at most most; below elements are less than least, and within are in between.
	least, most, below, within := int64(-1<<63), int64(1<<63-1), 0, c.len()
	for round := 0; ; round++ {
		low, high := s.bracket(c, least, most, n-below, within)
		if round > 4 { // an unlucky list: halve the range of values instead
			low = least + int64(uint64(most-least)/2)
			high = low
		}
		less, upToLow, upToHigh := s.divide(c, low, high)
		switch {
		case n < less:
			most, within = low-1, less-below
		case n < upToLow:
			return low, low, n+1 < upToLow
		case n >= upToHigh:
			least, below, within = high+1, upToHigh, below+within-upToHigh
		default:
			// The last of those up to high are equal to it.
			between := len(s.between)
			if upToLow+between <= n && between < mostBetween {
				return high, high, n+1 < upToHigh
			}
			if between < mostBetween {
				x, next, ok = s.among(n - upToLow)
				return x, next, ok
			}
			least, below, most = low+1, upToLow, high
			within = upToHigh - upToLow
		}
	}
}

// among is nth of what was collected.
func (s *selector) among(n int) (x, next int64, ok bool) {
	x = selectNth(s.between, n)
	if n+1 == len(s.between) {
		return x, 0, false
	}
	return x, slices.Min(s.between[n+1:]), true
}

// bracket gives two elements between which, in all likelihood, the one at index n of those from least to most is, of which there are about within.
func (s *selector) bracket(c *chunked, least, most int64, n, within int) (low, high int64) {
	if within <= fewKeys {
		return least, most
	}
	want := min(mostSample, max(256, 1<<(bits.Len(uint(within))*2/3-1)))
	every := max(within/want, 1)
	s.sample = s.sample[:0]
	if within == c.len() {
		// Every so-manieth of all, wherever it stands.
		at := every / 2
		for p := range c.pieces {
			for ; at < len(p); at += every {
				s.sample = append(s.sample, p[at])
			}
			at -= len(p)
		}
	} else {
		at := every / 2
		for p := range c.pieces {
			for _, x := range p {
				if x < least || x > most {
					continue
				}
				if at == 0 {
					s.sample = append(s.sample, x)
					at = every
				}
				at--
			}
		}
	}
	slices.Sort(s.sample)
	m := len(s.sample)
	place := int(float64(n) / float64(within) * float64(m))
	// Three and a half standard deviations of a place in a sample, at the most.
	apart := 2 + int(3.5*math.Sqrt(float64(place)*float64(max(m-place, 1))/float64(m)))
	low, high = s.sample[max(place-apart, 0)], s.sample[min(place+apart, m-1)]
	if place-apart < 0 {
		low = least
	}
	if place+apart >= m {
		high = most
	}
	return low, high
}

// narrow collects the elements from low to high, and counts those that are less; false where they are too many.
func (s *selector) narrow(c *chunked, low, high int64) (less int, ok bool) {
	buf, k := s.room(), 0
	for p := range c.pieces {
		n, at := narrowed(p, low, high, buf, k)
		less, k = less+n, at
	}
	s.between = buf[:min(k, mostBetween)]
	return less, k <= mostBetween
}

// narrowed is narrow of one piece, k elements having been collected before it.
func narrowed(p []int64, low, high int64, buf *[mostBetween]int64, k int) (less, collected int) {
	width := uint64(high) - uint64(low)
	for _, x := range p {
		buf[k&(mostBetween-1)] = x
		a, in := 0, 0
		if x < low {
			a = 1
		}
		if uint64(x)-uint64(low) <= width {
			in = 1
		}
		less += a
		k += in
	}
	return less, k
}

// room is the memory for what is collected.
func (s *selector) room() *[mostBetween]int64 {
	if cap(s.between) < mostBetween {
		s.between = make([]int64, mostBetween)
	}
	return (*[mostBetween]int64)(s.between[:mostBetween])
}

// divide counts the elements that are less than low, up to low, up to high, and collects those between, as many as there may be.
func (s *selector) divide(c *chunked, low, high int64) (less, upToLow, upToHigh int) {
	buf, k := s.room(), 0
	for p := range c.pieces {
		for _, x := range p {
			buf[k&(mostBetween-1)] = x
			a, b, h := 0, 0, 0
			if x < low {
				a = 1
			}
			if x <= low {
				b = 1
			}
			if x <= high {
				h = 1
			}
			less += a
			upToLow += b
			upToHigh += h
			in := 0
			if x < high {
				in = 1
			}
			k += in &^ b
		}
	}
	s.between = buf[:min(k, mostBetween)]
	return less, upToLow, upToHigh
}

// selectNth gives the element that would stand at index n of the sorted list, which it reorders: lesser ones come to stand before it, greater ones
// behind. It partitions around medians, and sorts what is left where these turn out badly too often.
func selectNth(list []int64, n int) int64 {
	lo, hi := 0, len(list)
	for rounds := 2 * bits.Len(uint(len(list))); hi-lo > 32; rounds-- {
		if rounds == 0 {
			break
		}
		pivot := pivotOf(list[lo:hi])
		// Three ways: lo ≤ lesser < i, equal up to j, greater behind.
		i, j, k := lo, lo, hi
		for j < k {
			switch x := list[j]; {
			case x < pivot:
				list[i], list[j] = x, list[i]
				i++
				j++
			case x > pivot:
				k--
				list[j], list[k] = list[k], x
			default:
				j++
			}
		}
		switch {
		case n < i:
			hi = i
		case n >= j:
			lo = j
		default:
			return pivot
		}
	}
	slices.Sort(list[lo:hi])
	return list[n]
}

// pivotOf is the median of three elements, of a long list that of three medians.
func pivotOf(list []int64) int64 {
	n := len(list)
	at := func(i int) int64 { return list[i] }
	if n < 1000 {
		return medianOf(at(n/4), at(n/2), at(n*3/4))
	}
	s := n / 10
	return medianOf(medianOf(at(s), at(2*s), at(3*s)), medianOf(at(4*s), at(5*s), at(6*s)), medianOf(at(7*s), at(8*s), at(9*s)))
}

func medianOf(a, b, c int64) int64 {
	return max(min(a, b), min(max(a, b), c))
}
