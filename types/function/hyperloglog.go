package function

import (
	"math"
	"math/bits"
)

// distinctSketch estimates how many different hashes it has been given. What it holds depends on the set of hashes alone, not on their order nor on which
// sketch was merged into which, so that an estimate is the same however the rows were divided among workers.
//
// Up to sketchExact hashes are kept as they are, and counted. Beyond, it is HyperLogLog (Flajolet et al., 2007): the first 14 bits of a hash
// choose one of 16,384 registers, which keeps the most leading zeros, plus one, that the other 50 bits of its hashes began with. The estimate is the improved
// raw one of O. Ertl, "New cardinality estimation algorithms for HyperLogLog sketches" (2017), which has no bias for small or large numbers and needs no
// tables. Its standard error is 1.04/√16,384, 0.81 %.
type distinctSketch struct {
	hashes    []uint64 // open addressing, a power of two, 0 where there is none; nil once there are registers
	n         int      // of hashes
	registers []uint8
}

const (
	sketchBits   = 14
	sketchZeros  = 64 - sketchBits // bits of a hash whose leading zeros count
	sketchExact  = 1024            // hashes that are kept
	sketchStruct = 56              // bytes of a distinctSketch
)

func (s *distinctSketch) bytes() int64 { return 8*int64(cap(s.hashes)) + int64(cap(s.registers)) }

// add notes a hash and gives the bytes by which that made the sketch grow.
func (s *distinctSketch) add(h uint64) (grown int64) {
	if s.registers != nil {
		s.register(h)
		return 0
	}
	if h == 0 {
		h = 1
	}
	if 2*s.n >= len(s.hashes) {
		before := s.bytes()
		s.rehash(max(8, 2*len(s.hashes)))
		grown = s.bytes() - before
	}
	if s.put(h) && s.n > sketchExact {
		before := s.bytes()
		s.registers = make([]uint8, 1<<sketchBits)
		for _, x := range s.hashes {
			if x != 0 {
				s.register(x)
			}
		}
		s.hashes = nil
		grown += s.bytes() - before
	}
	return grown
}

// put notes a hash in the table, and reports whether it is new there.
func (s *distinctSketch) put(h uint64) bool {
	mask := uint64(len(s.hashes) - 1)
	for i := h & mask; ; i = (i + 1) & mask {
		switch s.hashes[i] {
		case h:
			return false
		case 0:
			s.hashes[i] = h
			s.n++
			return true
		}
	}
}

func (s *distinctSketch) rehash(size int) {
	old := s.hashes
	s.hashes, s.n = make([]uint64, size), 0
	for _, h := range old {
		if h != 0 {
			s.put(h)
		}
	}
}

func (s *distinctSketch) register(h uint64) {
	r := &s.registers[h>>sketchZeros]
	*r = max(*r, uint8(bits.LeadingZeros64(h<<sketchBits|1<<(sketchBits-1))+1))
}

// merge takes in what another sketch was given.
func (s *distinctSketch) merge(o *distinctSketch) (grown int64) {
	for _, h := range o.hashes {
		if h != 0 {
			grown += s.add(h)
		}
	}
	if o.registers == nil {
		return grown
	}
	before := s.bytes()
	if s.registers == nil {
		s.registers = make([]uint8, 1<<sketchBits)
		for _, h := range s.hashes {
			if h != 0 {
				s.register(h)
			}
		}
		s.hashes = nil
	}
	for i, r := range o.registers {
		s.registers[i] = max(s.registers[i], r)
	}
	return grown + s.bytes() - before
}

// estimate is how many different hashes there were.
func (s *distinctSketch) estimate() int64 {
	if s.registers == nil {
		return int64(s.n)
	}
	var of [sketchZeros + 2]int // registers by what they hold
	for _, r := range s.registers {
		of[r]++
	}
	const m = float64(1 << sketchBits)
	z := m * ertlTau(1-float64(of[sketchZeros+1])/m)
	for k := sketchZeros; k >= 1; k-- {
		z = (z + float64(of[k])) / 2
	}
	z += m * ertlSigma(float64(of[0])/m)
	return int64(math.Round(m * m / (2 * math.Ln2 * z)))
}

// ertlSigma is x + Σ x^(2^k)·2^(k-1) for k from 1: what empty registers stand for. It is infinite for 1, when all are.
func ertlSigma(x float64) float64 {
	if x == 1 {
		return math.Inf(1)
	}
	for y, sum := 1.0, x; ; y *= 2 {
		x *= x
		next := sum + x*y
		if next == sum {
			return sum
		}
		sum = next
	}
}

// ertlTau is (1 - x - Σ (1 - x^(2^-k))²·2^-k for k from 1) / 3: what full registers stand for.
func ertlTau(x float64) float64 {
	if x == 0 || x == 1 {
		return 0
	}
	for y, sum := 1.0, 1-x; ; {
		x = math.Sqrt(x)
		y /= 2
		next := sum - (1-x)*(1-x)*y
		if next == sum {
			return sum / 3
		}
		sum = next
	}
}
