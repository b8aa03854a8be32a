// Package tick is the .tick file format: encoding, decoding and walking. It knows neither streams' schemas nor
// what a transaction is made of; package engine decides what to write and what counts.
package tick

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"time"

	"github.com/flare-pg/flare-pg/engine/damage"
)

// All numbers are little-endian, as in Snappy's framing format, which everything behind the header is.
//
//	file   := header, batch*
//	batch  := frame+, record
//	frame  := head, chunk+                        chunks as Snappy's framing format has them
//
//	header                                        head: a chunk of the skippable type 0x81
//	  0  8  magic "FlareTic"                        0  1  0x81
//	  8  4  format version, 1                       1  3  bytes that follow, 36
//	 12  8  stream                                  4  8  arrival number of the frame's first event
//	 20  8  file id                                12  4  events
//	 28  8  start of the range, 100 ns             16  4  raw bytes
//	 36 14  zero                                   20  4  bytes of the chunks
//	 50  4  CRC-32C of bytes 0 to 49               24  8  smallest timestamp, 100 ns
//	 54 10  ff 06 00 00 "sNaPpY"                   32  4  largest timestamp minus smallest
//	 64                                            36  4  CRC-32C of bytes 0 to 35
//	                                               40
//	chunk (data)                                  record: a chunk of the skippable type 0x80
//	  0  1  0 Snappy, 1 not compressed              0  1  0x80
//	  1  3  bytes that follow                       1  3  bytes that follow, 66
//	  4  4  masked CRC-32C of the raw bytes         4  8  sequence number
//	  8     bytes; at most 65,536 raw              12  8  bytes of the batch before the record
//	                                               20  8  events
//	event, in the raw bytes of a frame             28  8  arrival number of the batch's first event
//	  0  8  timestamp, 100 ns since 1970           36  8  highest sequence number known durable
//	  8  4  length n of the payload                44  8  id of the file where the transaction before
//	 12  n  payload                                       this one ends; 0: the MANIFEST knows
//	     4  CRC-32C of the payload                 52  8  offset where it ends there
//	                                               60  4  CRC-32C of the batch before the record
//	                                               64  1  flags; 1: counts once the MANIFEST says so
//	                                               65  4  CRC-32C of bytes 0 to 64
//	                                               69  1  0xCC
//	                                               70
//
// The header keeps this shape in every version, so that a damaged version number can be told from a newer one.
//
// A frame holds whole events: as many as go into FrameBytes, or one that is larger.
const (
	// Version is the newest format version that this package reads, and the one it writes.
	//
	// 1: the first.
	Version = 1

	HeaderBytes = 64
	HeadBytes   = 40
	RecordBytes = 70
	// ChunkBytes is how many raw bytes go into one chunk at most: Snappy's limit.
	ChunkBytes = 64 << 10
	// FrameBytes is the raw size of an ordinary frame. The measurements are in docs/decisions.md.
	FrameBytes = 64 << 10
	// EventOverhead is what an event takes in the raw bytes beside its payload.
	EventOverhead = 16
	// MaxRaw bounds the raw bytes of a frame, and with them those of an event.
	MaxRaw = 64 << 20

	// Range is the span of time of one tick, in 100 ns.
	Range = int64(5 * time.Minute / 100)
)

const (
	magic      = "FlareTic"
	snappyHead = "\xff\x06\x00\x00sNaPpY"

	chunkSnappy = 0x00
	chunkPlain  = 0x01
	chunkRecord = 0x80
	chunkHead   = 0x81

	lastByte = 0xCC
)

// ErrNewerFormat is wrapped by the error of a header with a newer version.
var ErrNewerFormat = damage.ErrNewerFormat

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Sum is the checksum that every part of the format uses: CRC-32C.
func Sum(b []byte) uint32 { return crc32.Checksum(b, castagnoli) }

// Header is the head of a file.
type Header struct {
	Stream, ID uint64
	Start      int64 // of the range, 100 ns since 1970
}

// RangeStart gives the start of the five minutes that ts falls into.
func RangeStart(ts int64) int64 {
	r := ts % Range
	if r < 0 {
		r += Range
	}
	return ts - r
}

// Name gives the name of the file of a range and an id.
func Name(start int64, id uint64) string {
	sec := start / 10_000_000 // exact: ranges start at whole minutes
	return fmt.Sprintf("%s-%d.tick", time.Unix(sec, 0).UTC().Format("2006-01-02T15-04"), id)
}

// AppendHeader encodes h.
func AppendHeader(dst []byte, h Header) []byte {
	at := len(dst)
	dst = append(dst, magic...)
	dst = binary.LittleEndian.AppendUint32(dst, Version)
	dst = binary.LittleEndian.AppendUint64(dst, h.Stream)
	dst = binary.LittleEndian.AppendUint64(dst, h.ID)
	dst = binary.LittleEndian.AppendUint64(dst, uint64(h.Start))
	dst = append(dst, make([]byte, 14)...)
	dst = binary.LittleEndian.AppendUint32(dst, Sum(dst[at:]))
	return append(dst, snappyHead...)
}

// DecodeHeader decodes the first HeaderBytes of the file called name. A newer version gives an error that wraps ErrNewerFormat; it is
// a *damage.Error too where the checksum says that the number may be damaged.
func DecodeHeader(b []byte, name string) (Header, error) {
	if len(b) < HeaderBytes {
		return Header{}, &damage.Error{File: name, What: fmt.Sprintf("header: only %d bytes", len(b))}
	}
	if string(b[:8]) != magic {
		return Header{}, &damage.Error{File: name, What: fmt.Sprintf("magic number: found %q", b[:8])}
	}
	v := binary.LittleEndian.Uint32(b[8:])
	want, found := binary.LittleEndian.Uint32(b[50:]), Sum(b[:50])
	switch {
	case v > Version && want == found:
		return Header{}, damage.Newer(name, v, Version)
	case v > Version:
		return Header{}, &damage.Error{File: name, Offset: 8, What: "format version", HasSum: true, Expected: want, Found: found, Err: damage.Newer(name, v, Version)}
	case want != found || v == 0:
		return Header{}, &damage.Error{File: name, What: "header", HasSum: true, Expected: want, Found: found}
	case string(b[54:64]) != snappyHead:
		return Header{}, &damage.Error{File: name, Offset: 54, What: "stream identifier of Snappy"}
	}
	return Header{
		Stream: binary.LittleEndian.Uint64(b[12:]),
		ID:     binary.LittleEndian.Uint64(b[20:]),
		Start:  int64(binary.LittleEndian.Uint64(b[28:])),
	}, nil
}
