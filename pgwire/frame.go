package pgwire

import (
	"encoding/binary"
	"io"

	"github.com/flare-pg/flare-pg/types"
)

// A message after start-up is
//
//	type (1) · length (4, big-endian, counts itself and the body) · body (length - 4)
//
// and during start-up the same without the type. frames reads them from the inbox. It takes memory as
// bytes arrive, never because a header announces them, and it can be interrupted between any two bytes and
// continued later without losing its place.
type frames struct {
	in     *inbox
	max    int // longest body
	header [5]byte
	have   int // bytes of the header so far
	body   []byte
	want   int // length of the body; valid when the header is whole
}

const (
	frameStep = 16 << 10 // memory taken at first for a long body
	frameKeep = 1 << 20  // memory kept for the next message
)

// next returns the next message, its body valid until the next call. stop is asked while it waits (see
// inbox.read). A header that can't be right is a FATAL *types.Error (08P01), after which nothing more can be read.
func (f *frames) next(stop func() error) (kind byte, body []byte, err error) {
	if f.have < 5 {
		if f.have == 0 && cap(f.body) > frameKeep {
			f.body = nil
		}
		if err := f.fillHeader(0, stop); err != nil {
			return 0, nil, err
		}
	}
	if err := f.fillBody(stop); err != nil {
		return 0, nil, err
	}
	f.have = 0
	return f.header[0], f.body, nil
}

// startup returns the next packet of the start-up phase; stop as for next.
func (f *frames) startup(stop func() error) ([]byte, error) {
	f.header[0], f.have = 0, 1
	if err := f.fillHeader(1, stop); err != nil {
		return nil, err
	}
	if err := f.fillBody(stop); err != nil {
		return nil, err
	}
	f.have = 0
	return f.body, nil
}

func (f *frames) fillHeader(from int, stop func() error) error {
	for f.have < 5 {
		n, err := f.in.read(f.header[f.have:], stop)
		if err != nil {
			return f.short(err, f.have > from)
		}
		f.have += n
	}
	n := int64(int32(binary.BigEndian.Uint32(f.header[1:]))) - 4
	if n < 0 || n > int64(f.max) {
		if from == 1 {
			return fatal(codeProtocolViolation, "invalid length of startup packet")
		}
		return fatal(codeProtocolViolation, "invalid message length: %d bytes, the limit is %d", n+4, f.max+4)
	}
	f.want = int(n)
	f.body = f.body[:0]
	return nil
}

func (f *frames) fillBody(stop func() error) error {
	for len(f.body) < f.want {
		if len(f.body) == cap(f.body) {
			size := min(f.want, max(frameStep, 2*cap(f.body)))
			f.body = append(make([]byte, 0, size), f.body...)
		}
		have := len(f.body)
		n, err := f.in.read(f.body[have:min(cap(f.body), f.want)], stop)
		if err != nil {
			return f.short(err, true)
		}
		f.body = f.body[:have+n]
	}
	return nil
}

// short makes the end of input within a message an unexpected one.
func (f *frames) short(err error, within bool) error {
	if err == io.EOF && within {
		return io.ErrUnexpectedEOF
	}
	return err
}

func fatal(code, format string, args ...any) *types.Error {
	e := types.Errorf(code, format, args...)
	e.Severity = "FATAL"
	return e
}
