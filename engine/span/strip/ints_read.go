package strip

import "slices"

// ints are integers as they are stored, checked as far as that goes without decoding them.
type ints struct {
	form  uint8
	width uint8
	n     int
	base  int64 // the constant, the least, the first
	data  []byte
	bytes body
	inner []ints // of a delta: the steps; of runs: values and lengths; of coded ones: values and codes

	all    []int64 // decoded
	loaded bool
}

// ints reads n integers, in one of the forms that are allowed.
func (in *input) ints(n int, allowed uint) (v ints) {
	v.n = n
	if n == 0 || in.bad {
		return v
	}
	v.form = in.byte()
	if v.form > intsBytes || allowed&(1<<v.form) == 0 {
		in.fail()
		return ints{n: n}
	}
	switch v.form {
	case intsConstant:
		v.base = in.varint()
	case intsPacked:
		v.base, v.width = in.varint(), in.byte()
		if v.width > maxWidth && v.width != 64 {
			in.fail()
			return ints{n: n}
		}
		v.data = in.take(packedBytes(n, v.width))
	case intsDelta:
		v.base = in.varint()
		v.inner = []ints{in.ints(n-1, codeInts)}
	case intsRuns:
		runs := in.count(n)
		v.inner = []ints{in.ints(runs, innerInts), in.ints(runs, innerInts)}
	case intsCoded:
		different := in.count(min(n, maxCoded))
		v.inner = []ints{in.ints(different, innerInts|1<<intsDelta), in.ints(n, innerInts|1<<intsRuns)}
	case intsBytes:
		v.base = in.varint()
		if v.bytes = in.body(n); v.bytes.raw != n {
			in.fail()
		}
	}
	if in.bad {
		return ints{n: n}
	}
	return v
}

// load makes at ready.
func (v *ints) load(m *memory) error {
	if v.loaded || v.form == intsConstant || v.form == intsPacked || v.n == 0 {
		return nil
	}
	var err error
	v.all, err = v.decode(m.longs.take(v.n), m)
	v.loaded = err == nil
	return err
}

// at is integer i, once load was called.
func (v *ints) at(i int) int64 {
	switch {
	case v.loaded:
		return v.all[i]
	case v.form == intsConstant || v.width == 0:
		return v.base
	}
	return v.base + int64(packedAt(v.data, i, v.width))
}

// decode gives all integers, in dst where that has room.
func (v *ints) decode(dst []int64, m *memory) ([]int64, error) {
	dst = slices.Grow(dst[:0], v.n)[:v.n]
	if v.loaded {
		copy(dst, v.all)
		return dst, nil
	}
	if v.n == 0 {
		return dst, nil
	}
	switch v.form {
	case intsConstant:
		for i := range dst {
			dst[i] = v.base
		}
	case intsPacked:
		unpack(dst, v.data, v.base, v.width)
	case intsDelta:
		if _, err := v.inner[0].decode(dst[1:], m); err != nil {
			return nil, err
		}
		sum := v.base
		dst[0] = sum
		for i, d := range dst[1:] {
			sum += d
			dst[i+1] = sum
		}
	case intsRuns:
		values, err := v.inner[0].decode(m.longs.take(v.inner[0].n), m)
		if err != nil {
			return nil, err
		}
		return dst, v.expand(dst, values, m)
	case intsCoded:
		values, err := v.inner[0].decode(m.longs.take(v.inner[0].n), m)
		if err != nil {
			return nil, err
		}
		codes := &v.inner[1]
		if codes.form == intsRuns && !codes.loaded { // each run's code is looked up once
			each, err := codes.inner[0].decode(m.longs.take(codes.inner[0].n), m)
			if err != nil {
				return nil, err
			}
			if !lookUp(each, values) {
				return nil, ErrDamaged
			}
			return dst, codes.expand(dst, each, m)
		}
		if dst, err = codes.decode(dst, m); err != nil {
			return nil, err
		}
		if !lookUp(dst, values) {
			return nil, ErrDamaged
		}
	case intsBytes:
		raw, err := v.bytes.open(m)
		if err != nil {
			return nil, err
		}
		for i, c := range raw {
			dst[i] = v.base + int64(c)
		}
	}
	return dst, nil
}

// lookUp puts values in the place of their codes; false where there is no such value.
func lookUp(codes, values []int64) bool {
	for i, code := range codes {
		if uint64(code) >= uint64(len(values)) {
			return false
		}
		codes[i] = values[code]
	}
	return true
}

// expand fills dst with runs, of which each has one of values.
func (v *ints) expand(dst, values []int64, m *memory) error {
	lengths, err := v.inner[1].decode(m.longs.take(v.inner[1].n), m)
	if err != nil {
		return err
	}
	if len(lengths) != len(values) {
		return ErrDamaged
	}
	rest := dst
	for i, x := range values {
		n := lengths[i]
		if n < 1 || n > int64(len(rest)) {
			return ErrDamaged
		}
		if len(rest) < 8 {
			for j := range rest[:n] {
				rest[j] = x
			}
			rest = rest[n:]
			continue
		}
		// Most runs are short, and how short is hard to foretell. What is written too much the next runs overwrite.
		d := (*[8]int64)(rest)
		d[0], d[1], d[2], d[3], d[4], d[5], d[6], d[7] = x, x, x, x, x, x, x, x
		for j := 8; j < int(n); j++ {
			rest[j] = x
		}
		rest = rest[n:]
	}
	if len(rest) > 0 {
		return ErrDamaged
	}
	return nil
}
