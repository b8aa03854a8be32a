// Package span is the .span file format: events sorted by time, cut into compressed pages, never changed once written. It
// encodes, decodes, copies pages from file to file and verifies. It knows neither streams' schemas nor which events
// belong together; package engine decides what to write, when to flush it and when a file goes.
package span

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"time"

	"github.com/flare-pg/flare-pg/engine/damage"
)

// All numbers are little-endian; u is a uvarint, v a zigzag varint, as in encoding/binary. Timestamps are 100 ns since 1970.
//
//	file  := header, page*, footer, trailer       nothing lies between them
//	page  := page header, body                    whole events; sorted by timestamp, then arrival number
//
//	header                                        page header
//	  0  8  magic "FlareSpa"                        0  2  "Pg"
//	  8  4  format version, 2                       2  1  layout; 1: rows, 2: columns
//	 12  8  stream                                  3  1  codec of the body; 0 none, 1 Snappy, 2 zstd
//	 20  8  file id                                 4  4  bytes of the body
//	 28  4  flags; 1: derived                       8  4  raw bytes: the body decompressed; of columns: bytes of its front
//	 32 28  zero                                   12  4  bytes of the documents
//	 60  4  CRC-32C of bytes 0 to 59               16  4  events
//	 64                                            20  8  row number of the first event in the file
//	                                               28  8  first timestamp, the smallest
//	trailer                                        36  8  last timestamp, the largest
//	  0  8  offset of the footer                   44  8  arrival number of the first event
//	  8  4  bytes of the footer                    52  8  arrival number of the last event
//	 12  4  CRC-32C of the footer                  60  8  smallest arrival number
//	 16  8  magic "FlareSpa"                       68  8  largest arrival number
//	 24  4  CRC-32C of bytes 0 to 23               76  4  CRC-32C of the body
//	 28                                            80  4  CRC-32C of the raw bytes; of columns: of the front
//	                                               84  2  n, bytes of the extension; 0 today
//	footer := section*                             86  2  zero
//	  1  tag; 0x80 set: who does not know it       88  n  extension, for later use; readers skip it
//	     passes it over                          88+n  4  CRC-32C of bytes 0 to 87+n
//	  4  n, bytes of the body                    92+n
//	  n  body: see footer.go
//
//	raw bytes of the layout rows: heads, then the documents, one behind the other
//
//	head of an event                              the first event counts from the page header's first: v 0, v 0
//	  v timestamp minus the one before
//	  v arrival number minus the one before
//	  u bytes of the document
//
// The layout columns is package strip's: a front, and parts that have checksums of their own in it. Codec is 0 there.
//
// A body under zstd is one or more frames. The Writer makes two, of the heads and of the documents.
//
// The header keeps this shape in every version, so that a damaged version number can be told from a newer one.
//
// An event has no checksum of its own: the page's two cover it, and a checksum for each event is four bytes that do not compress. The one
// of the body finds what the disk changed, before a decompressor sees it, and is what a page is copied by; the one of the raw
// bytes is taken before compression and finds what a codec did wrong.
const (
	// Version is the newest format version that this package reads, and the one it writes. A layout, a codec or a section
	// without the bit 0x80 that a version does not list comes with a new version.
	//
	// 1: the first. 2: the layout columns.
	Version = 2

	HeaderBytes  = 64
	TrailerBytes = 28
	// PageHeaderBytes is what a page header takes without an extension.
	PageHeaderBytes = 92
	// MaxRaw bounds the raw bytes of a page, and with them those of an event: the same as in a tick.
	MaxRaw = 64 << 20
	// MaxFooter bounds the bytes of a footer, and with it what is read and decoded of a damaged one.
	MaxFooter = 64 << 20
)

const (
	magic     = "FlareSpa"
	pageMagic = "Pg"

	flagDerived = 1
)

// ErrNewerFormat is wrapped by the error of a header with a newer version.
var ErrNewerFormat = damage.ErrNewerFormat

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// sum is the checksum that every part of the format uses: CRC-32C.
func sum(b []byte) uint32 { return crc32.Checksum(b, castagnoli) }

// Header is the head of a file.
type Header struct {
	Stream, ID uint64
	// Derived: every event in it was in other files of the store when it was written, so it may be deleted if no MANIFEST
	// names it.
	Derived bool
}

// Name gives the name of the file with the events from start on (100 ns since 1970, shown to the minute) and an id.
func Name(start int64, id uint64) string {
	sec := start / 10_000_000
	if start%10_000_000 < 0 {
		sec--
	}
	return fmt.Sprintf("%s-%d.span", time.Unix(sec, 0).UTC().Format("2006-01-02T15-04"), id)
}

// appendHeader encodes h.
func appendHeader(dst []byte, h Header) []byte {
	at := len(dst)
	dst = append(dst, magic...)
	dst = binary.LittleEndian.AppendUint32(dst, Version)
	dst = binary.LittleEndian.AppendUint64(dst, h.Stream)
	dst = binary.LittleEndian.AppendUint64(dst, h.ID)
	var flags uint32
	if h.Derived {
		flags |= flagDerived
	}
	dst = binary.LittleEndian.AppendUint32(dst, flags)
	dst = append(dst, make([]byte, 28)...)
	return binary.LittleEndian.AppendUint32(dst, sum(dst[at:]))
}

// decodeHeader decodes the first HeaderBytes of the file called path.
func decodeHeader(b []byte, path string) (Header, error) {
	if len(b) < HeaderBytes {
		return Header{}, &damage.Error{File: path, What: fmt.Sprintf("header: only %d bytes", len(b))}
	}
	if string(b[:8]) != magic {
		return Header{}, &damage.Error{File: path, What: fmt.Sprintf("magic number: found %q", b[:8])}
	}
	v := binary.LittleEndian.Uint32(b[8:])
	want, found := binary.LittleEndian.Uint32(b[60:]), sum(b[:60])
	flags := binary.LittleEndian.Uint32(b[28:])
	switch {
	case v > Version && want == found:
		return Header{}, damage.Newer(path, v, Version)
	case v > Version:
		return Header{}, &damage.Error{File: path, Offset: 8, What: "format version", HasSum: true, Expected: want, Found: found, Err: damage.Newer(path, v, Version)}
	case want != found || v == 0:
		return Header{}, &damage.Error{File: path, What: "header", HasSum: true, Expected: want, Found: found}
	case flags&^flagDerived != 0:
		return Header{}, &damage.Error{File: path, Offset: 28, What: fmt.Sprintf("header: unknown flags %#x", flags)}
	}
	return Header{
		Stream:  binary.LittleEndian.Uint64(b[12:]),
		ID:      binary.LittleEndian.Uint64(b[20:]),
		Derived: flags&flagDerived != 0,
	}, nil
}

// trailer says where the footer is.
type trailer struct {
	Offset int64
	Length uint32
	Sum    uint32 // of the footer
}

// appendTrailer encodes t.
func appendTrailer(dst []byte, t trailer) []byte {
	at := len(dst)
	dst = binary.LittleEndian.AppendUint64(dst, uint64(t.Offset))
	dst = binary.LittleEndian.AppendUint32(dst, t.Length)
	dst = binary.LittleEndian.AppendUint32(dst, t.Sum)
	dst = append(dst, magic...)
	return binary.LittleEndian.AppendUint32(dst, sum(dst[at:]))
}

// decodeTrailer decodes the last TrailerBytes of a file of size bytes.
func decodeTrailer(b []byte, size int64) (t trailer, err *damage.Error) {
	want, found := binary.LittleEndian.Uint32(b[24:]), sum(b[:24])
	if want != found {
		return t, &damage.Error{What: "trailer", HasSum: true, Expected: want, Found: found}
	}
	t = trailer{
		Offset: int64(binary.LittleEndian.Uint64(b)),
		Length: binary.LittleEndian.Uint32(b[8:]),
		Sum:    binary.LittleEndian.Uint32(b[12:]),
	}
	if string(b[16:24]) != magic || t.Length > MaxFooter || t.Offset < HeaderBytes || t.Offset != size-TrailerBytes-int64(t.Length) {
		return t, &damage.Error{What: "trailer: impossible values"}
	}
	return t, nil
}
