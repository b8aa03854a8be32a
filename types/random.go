package types

import (
	"math"
	"math/bits"
	"math/rand/v2"
	"strconv"
	"sync"
)

// Random makes a session's random numbers: xoroshiro128** (Blackman and Vigna), begun from a number by splitmix64 as PostgreSQL 15 begins it, so that
// setseed gives the same numbers here as there. The zero value begins by chance.
type Random struct {
	mu     sync.Mutex
	begun  bool
	s0, s1 uint64
}

// Seed begins anew from a number between -1 and 1; others are 22023.
func (r *Random) Seed(x float64) error {
	if !(x >= -1 && x <= 1) {
		return Errorf(CodeInvalidParameterValue, "setseed parameter %s is out of allowed range [-1,1]", strconv.FormatFloat(x, 'g', 6, 64))
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.begin(uint64(int64((1<<52 - 1) * x)))
	return nil
}

func (r *Random) begin(seed uint64) {
	r.s0, r.s1, r.begun = splitMix(&seed), splitMix(&seed), true
	if r.s0 == 0 && r.s1 == 0 { // the one state that never changes
		r.s0 = 1
	}
}

func splitMix(state *uint64) uint64 {
	*state += 0x9e3779b97f4a7c15
	x := *state
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// Float is the next number, at least 0 and below 1.
func (r *Random) Float() float64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.begun {
		r.begin(rand.Uint64())
	}
	a, b := r.s0, r.s1^r.s0
	r.s0 = bits.RotateLeft64(a, 24) ^ b ^ b<<16
	r.s1 = bits.RotateLeft64(b, 37)
	return math.Ldexp(float64(bits.RotateLeft64(a*5, 7)*9>>12), -52)
}
