package strip

import "unsafe"

// memory is what a Reader decodes into. It is used again for the next page.
type memory struct {
	longs   room[int64]
	ints    room[int32]
	offsets room[uint32]
	bytes   room[byte]
	texts   slab[textStrip]
	numbers slab[numberStrip]
	temp    []int64 // for what is used up before the next is decoded
	shared  Shared
}

func (m *memory) reset() {
	m.longs.reset(8)
	m.ints.reset(4)
	m.offsets.reset(4)
	m.bytes.reset(1)
	m.texts.reset()
	m.numbers.reset()
}

// held is how many bytes there are.
func (m *memory) held() int64 {
	return m.longs.held(8) + m.ints.held(4) + m.offsets.held(4) + m.bytes.held(1) + 8*int64(cap(m.temp)) + m.texts.held() + m.numbers.held()
}

// keepBytes bounds what is kept of one piece of memory, lest an unusually large page take it for good.
const keepBytes = 1 << 20

// slab are structs that are used again, zero when they are taken.
type slab[T any] struct {
	all  []*T
	used int
}

func (s *slab[T]) take() *T {
	if s.used == len(s.all) {
		s.all = append(s.all, new(T))
	}
	s.used++
	return s.all[s.used-1]
}

func (s *slab[T]) held() int64 { return int64(len(s.all)) * int64(unsafe.Sizeof(*new(T))) }

func (s *slab[T]) reset() {
	for _, v := range s.all[:s.used] {
		*v = *new(T) // lest it hold on to what it refers to
	}
	s.used = 0
	if len(s.all) > 256 {
		clear(s.all[256:])
		s.all = s.all[:256]
	}
}

// room are slices to be used and those that are in use.
type room[T any] struct{ free, used [][]T }

// take gives a slice of length n whose content is unspecified.
func (r *room[T]) take(n int) []T {
	// The smallest that is large enough: else small values would take the large slices, and the large ones new ones, page after page.
	best := -1
	for i := range r.free {
		if c := cap(r.free[i]); c >= n && (best < 0 || c < cap(r.free[best])) {
			best = i
		}
	}
	if best >= 0 {
		v, last := r.free[best], len(r.free)-1
		r.free[best] = r.free[last]
		r.free = r.free[:last]
		r.used = append(r.used, v)
		return v[:n]
	}
	v := make([]T, n)
	r.used = append(r.used, v)
	return v
}

func (r *room[T]) held(size int64) (bytes int64) {
	for _, slices := range [...][][]T{r.free, r.used} {
		for _, v := range slices {
			bytes += size * int64(cap(v))
		}
	}
	return bytes
}

func (r *room[T]) reset(size int) {
	for _, v := range r.used {
		if size*cap(v) <= keepBytes {
			r.free = append(r.free, v)
		}
	}
	clear(r.used)
	r.used = r.used[:0]
	if n := len(r.free); n > 256 {
		clear(r.free[256:])
		r.free = r.free[:256]
	}
}
