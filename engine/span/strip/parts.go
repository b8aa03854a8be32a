package strip

import (
	"errors"
	"io"

	"github.com/flare-pg/flare-pg/engine/damage"
)

// Parts are read when they are needed. Those that are known to be needed together, and lie close to each other, are read together.

// nearBytes is how far from each other parts may lie that are read together: so many bytes cost less than another read.
const nearBytes = 8 << 10

// part gives the bytes of a part.
func (r *Reader) part(i int) ([]byte, error) {
	if b := r.data[i]; b != nil {
		return b, nil
	}
	if r.keptPart(i) {
		return r.data[i], nil
	}
	one := [1]int{i}
	if err := r.read(one[:]); err != nil {
		return nil, err
	}
	return r.data[i], nil
}

// empty is what a part of no bytes is.
var empty = []byte{}

// read reads parts, in ascending order, with what lies between them.
func (r *Reader) read(parts []int) error {
	first, last := &r.front.parts[parts[0]], &r.front.parts[parts[len(parts)-1]]
	n := last.at + last.length - first.at
	b := r.memory.bytes.take(n)
	got, err := r.from.ReadAt(b, r.base+int64(first.at))
	switch {
	case got == n:
	case err == nil || errors.Is(err, io.EOF):
		return &damage.Error{File: r.file, Offset: r.base + int64(first.at+got), What: "the file ends too early"}
	default:
		return &damage.Error{File: r.file, Offset: r.base + int64(first.at+got), What: "can't be read", Err: err}
	}
	for _, i := range parts {
		p := &r.front.parts[i]
		data := b[p.at-first.at:][:p.length:p.length]
		if found := sum(data); found != p.sum && !r.unverified {
			return &damage.Error{File: r.file, Offset: r.base + int64(p.at), What: partName(i), HasSum: true, Expected: p.sum, Found: found}
		}
		if p.length == 0 {
			data = empty
		}
		r.data[i] = data
		r.front.keepPart(i, data)
	}
	return nil
}

// fetch reads parts, in ascending order, that are going to be needed.
func (r *Reader) fetch(parts []int) error {
	for len(parts) > 0 {
		if r.data[parts[0]] != nil || r.keptPart(parts[0]) {
			parts = parts[1:]
			continue
		}
		n := 1
		for n < len(parts) && r.near(parts[n-1], parts[n]) {
			n++
		}
		if err := r.read(parts[:n]); err != nil {
			return err
		}
		parts = parts[n:]
	}
	return nil
}

// near says whether the second part lies so close behind the first that it is read with it.
func (r *Reader) near(a, b int) bool {
	return r.gap(a, b) <= nearBytes && r.data[b] == nil
}

// gap is how many bytes lie between two parts.
func (r *Reader) gap(a, b int) int {
	x, y := &r.front.parts[a], &r.front.parts[b]
	return y.at - x.at - x.length
}

// fetchAll reads what is not read yet.
func (r *Reader) fetchAll() error {
	r.wanted = r.wanted[:0]
	for i := range r.data {
		r.wanted = append(r.wanted, i)
	}
	return r.fetch(r.wanted)
}

// damaged says where the part lies that an error is about; nil stays nil.
func (r *Reader) damaged(i int, err error) error {
	if err == nil {
		return nil
	}
	return &damage.Error{File: r.file, Offset: r.base + int64(r.front.parts[i].at), What: partName(i), Err: err}
}

// impossible is the error where parts do not agree with each other.
func (r *Reader) impossible() error { return r.damaged(partTimes, ErrDamaged) }

func partName(i int) string {
	switch i {
	case partTimes:
		return "timestamps of a page"
	case partArrivals:
		return "arrival numbers of a page"
	case partShapes:
		return "shapes of a page's events"
	case partRests:
		return "rests of a page's events"
	}
	return "strip of a page"
}
