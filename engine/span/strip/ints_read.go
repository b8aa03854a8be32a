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
		values, lengths := &v.inner[0], &v.inner[1]
		if err := values.load(m); err != nil {
			return nil, err
		}
		if err := lengths.load(m); err != nil {
			return nil, err
		}
		at := 0
		for i := range values.n {
			n, x := lengths.at(i), values.at(i)
			if n < 1 || n > int64(v.n-at) {
				return nil, ErrDamaged
			}
			for end := at + int(n); at < end; at++ {
				dst[at] = x
			}
		}
		if at != v.n {
			return nil, ErrDamaged
		}
	case intsCoded:
		values, err := v.inner[0].decode(m.longs.take(v.inner[0].n), m)
		if err != nil {
			return nil, err
		}
		if dst, err = v.inner[1].decode(dst, m); err != nil {
			return nil, err
		}
		for i, code := range dst {
			if uint64(code) >= uint64(len(values)) {
				return nil, ErrDamaged
			}
			dst[i] = values[code]
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
