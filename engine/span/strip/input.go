package strip

import (
	"encoding/binary"
	"errors"
)

// ErrDamaged is what every decoder answers to bytes that no Builder writes.
var ErrDamaged = errors.New("page of columns: not what is written")

// ErrNoDictionary: a page shares a dictionary that is not there.
var ErrNoDictionary = errors.New("page of columns: a shared dictionary is missing")

// input is bytes that are being decoded. After the first thing that is not there bad is set, and everything reads as zero.
type input struct {
	b    []byte
	bad  bool
	left int // bytes of texts that may still come of it

	memory *memory // for what is read of strips; nil: new memory
}

// text reads a number of bytes of text that come of the input, and takes them from what is left.
func (in *input) text() int {
	n := in.count(in.left)
	in.left -= n
	return n
}

func (in *input) uvarint() uint64 {
	v, n := binary.Uvarint(in.b)
	if n <= 0 {
		in.fail()
		return 0
	}
	in.b = in.b[n:]
	return v
}

func (in *input) varint() int64 {
	v, n := binary.Varint(in.b)
	if n <= 0 {
		in.fail()
		return 0
	}
	in.b = in.b[n:]
	return v
}

func (in *input) uint32() uint32 {
	if b := in.take(4); b != nil {
		return binary.LittleEndian.Uint32(b)
	}
	return 0
}

// count reads a number that is most at most.
func (in *input) count(most int) int {
	v := in.uvarint()
	if v > uint64(max(most, 0)) {
		in.fail()
		return 0
	}
	return int(v)
}

func (in *input) byte() byte {
	if len(in.b) == 0 {
		in.fail()
		return 0
	}
	c := in.b[0]
	in.b = in.b[1:]
	return c
}

// take gives the next n bytes, a part of the input.
func (in *input) take(n int) []byte {
	if n < 0 || n > len(in.b) {
		in.fail()
		return nil
	}
	b := in.b[:n:n]
	in.b = in.b[n:]
	return b
}

func (in *input) fail() {
	in.b, in.bad = nil, true
}
