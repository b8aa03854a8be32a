package strip

import (
	"encoding/binary"
	"sync"

	"github.com/klauspost/compress/zstd"
)

// worthwhile is what compression must save of a run of bytes: an eighth.
const worthwhile = 8

// smallest is the bytes below which compression is not tried: a frame's own head takes a dozen.
const smallest = 48

// compressor makes zstd frames, one after the other.
type compressor struct{ z *zstd.Encoder }

// appendBytes appends raw, compressed where that saves enough: u raw bytes, u stored bytes (0: as many, stored as they are), the bytes.
func (c *compressor) appendBytes(dst, raw []byte) []byte { return c.appendIfLarge(dst, raw, smallest) }

// appendIfLarge is appendBytes that leaves what is smaller than least as it is.
func (c *compressor) appendIfLarge(dst, raw []byte, least int) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(raw)))
	if len(raw) >= least {
		at := len(dst)
		dst = append(dst, 0, 0, 0, 0, 0) // room for the length
		from := len(dst)
		dst = c.encoder().EncodeAll(raw, dst)
		if n := len(dst) - from; n < len(raw)-len(raw)/worthwhile {
			var head [5]byte
			h := binary.PutUvarint(head[:], uint64(n))
			copy(dst[at:], head[:h])
			return append(dst[:at+h], dst[from:from+n]...)
		}
		dst = dst[:at]
	}
	return append(append(dst, 0), raw...)
}

func (c *compressor) encoder() *zstd.Encoder {
	if c.z == nil {
		var err error
		// One goroutine: no goroutine starts in the engine. The page has its checksums.
		c.z, err = zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(level), zstd.WithEncoderCRC(false), zstd.WithSingleSegment(true))
		if err != nil {
			panic(err) // the options are constant
		}
	}
	return c.z
}

// level is the effort of compression; docs/decisions.md has the figures.
const level = zstd.SpeedDefault

// body is bytes as appendBytes wrote them.
type body struct {
	raw    int
	stored []byte
	plain  bool // stored is what they are
}

// body reads bytes of which there are most at most once they are decompressed.
func (in *input) body(most int) body {
	b := body{raw: in.count(most)}
	n := in.count(len(in.b))
	if b.plain = n == 0; b.plain {
		n = b.raw
	}
	b.stored = in.take(n)
	return b
}

// decoders holds *zstd.Decoder for use by one goroutine at a time. They hold no goroutines, so the collector may take them.
var decoders = sync.Pool{New: func() any {
	d, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
		zstd.WithDecoderMaxMemory(maxBytes), zstd.WithDecodeAllCapLimit(true))
	if err != nil {
		panic(err) // the options are constant
	}
	return d
}}

// maxBytes bounds what a run of bytes is decompressed to, whatever it says: an event's largest size, with room.
const maxBytes = 64 << 20

// spare is what zstd's fast path wants of room behind what it decodes.
const spare = 64

// open gives the bytes, which are a part of the page where they are stored as they are.
func (b *body) open(m *memory) ([]byte, error) {
	if b.plain {
		return b.stored, nil
	}
	room := m.bytes.take(b.raw + spare)
	d := decoders.Get().(*zstd.Decoder)
	out, err := d.DecodeAll(b.stored, room[:0:b.raw+spare])
	decoders.Put(d)
	if err != nil || len(out) != b.raw {
		return nil, ErrDamaged
	}
	return out, nil
}
