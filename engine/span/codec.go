package span

import (
	"errors"
	"fmt"
	"sync"

	"github.com/klauspost/compress/s2"
	"github.com/klauspost/compress/zstd"

	"github.com/flare-pg/flare-pg/engine/damage"
)

// Codec is how bodies are compressed. A body that does not shrink is stored as it is, whatever the codec.
type Codec uint8

// The codecs.
const (
	DefaultCodec Codec = iota // what docs/decisions.md has measured best: Zstd
	NoCodec
	Snappy
	Zstd
)

// As they stand in page headers.
const (
	codecNone   = 0
	codecSnappy = 1
	codecZstd   = 2
)

// String gives the codec's name.
func (c Codec) String() string {
	switch c {
	case DefaultCodec:
		return "default"
	case NoCodec:
		return "none"
	case Snappy:
		return "snappy"
	case Zstd:
		return "zstd"
	}
	return fmt.Sprintf("codec %d", c)
}

// compressor compresses bodies, one at a time.
type compressor struct {
	codec  Codec
	level  zstd.EncoderLevel
	zstd   *zstd.Encoder // made when it is first needed
	raw    []byte
	buffer []byte
}

// compress gives the body for the raw bytes of a page, which are heads and documents, and its codec. It is valid until the next call.
//
// Under zstd the heads are a frame of their own: the numbers in them would spoil the statistics that the documents are coded by.
func (c *compressor) compress(heads, docs []byte) (body []byte, codec byte, err error) {
	switch c.codec {
	case Snappy:
		c.raw = append(append(c.raw[:0], heads...), docs...)
		if need := s2.MaxEncodedLen(len(c.raw)); cap(c.buffer) < need {
			c.buffer = make([]byte, need)
		}
		body, codec = s2.EncodeSnappy(c.buffer[:cap(c.buffer)], c.raw), codecSnappy
	case Zstd:
		if c.zstd == nil {
			// Checksums are ours. One goroutine: no goroutine starts in the engine.
			c.zstd, err = zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(c.level), zstd.WithEncoderCRC(false))
			if err != nil {
				return nil, 0, err
			}
		}
		c.buffer = c.zstd.EncodeAll(docs, c.zstd.EncodeAll(heads, c.buffer[:0]))
		body, codec = c.buffer, codecZstd
	}
	if codec == codecNone || len(body) >= len(heads)+len(docs) {
		c.raw = append(append(c.raw[:0], heads...), docs...)
		body, codec = c.raw, codecNone
	}
	return body, codec, nil
}

// shrink gives back the memory that an unusually large page took.
func (c *compressor) shrink() {
	if cap(c.buffer) > keepBytes || cap(c.raw) > keepBytes {
		c.buffer, c.raw = nil, nil
	}
}

// decoders holds *zstd.Decoder for use by one goroutine at a time. They hold no goroutines, so the collector may take them.
var decoders = sync.Pool{New: func() any {
	d, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
		zstd.WithDecoderMaxMemory(MaxRaw), zstd.WithDecodeAllCapLimit(true))
	if err != nil {
		panic(err) // the options are constant
	}
	return d
}}

// spare is what zstd's fast path wants of room behind what it decodes.
const spare = 64

var errBody = errors.New("not what the codec writes")

// decompress gives the raw bytes of a body, decoded into buffer (grown where it is too small; returned for the next call) unless they
// are the body itself. It never decodes more than raw bytes, which is at most MaxRaw.
func decompress(buffer, body []byte, codec byte, raw int) (out, grown []byte, err *damage.Error) {
	if codec == codecNone {
		return body, buffer, nil
	}
	if need := raw + spare; cap(buffer) < need || cap(buffer) > keepBytes && need <= keepBytes {
		buffer = make([]byte, need)
	}
	var cause error
	switch codec {
	case codecSnappy:
		var n int
		if n, cause = s2.DecodedLen(body); cause == nil && n == raw {
			out, cause = s2.Decode(buffer[:raw], body)
		}
	case codecZstd:
		d := decoders.Get().(*zstd.Decoder)
		out, cause = d.DecodeAll(body, buffer[:0:raw+spare])
		decoders.Put(d)
	}
	if cause != nil || len(out) != raw {
		return nil, buffer, &damage.Error{What: "body of a page", Err: errBody}
	}
	return out, buffer, nil
}
