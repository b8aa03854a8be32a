// Package index is the .index format: the bitmap of a span's pages in which events match a signal. An index is derived from
// its span and can be built anew. The package knows nothing of predicates or of how pages are read.
package index

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"strconv"
	"strings"

	"github.com/RoaringBitmap/roaring/v2"

	"github.com/flare-pg/flare-pg/engine/damage"
)

// The file, all numbers little-endian:
//
//	 0  8  magic "FlareIdx"
//	 8  4  format version, 1
//	12  8  file id of the span
//	20  8  id of the signal
//	28  4  pages of the span
//	32  4  n, the length of the bitmap
//	36  4  CRC-32C of the signal's predicate, as printed
//	40  n  bitmap of the pages that may hold a match, in Roaring's portable format
//	    4  CRC-32C of all that comes before
const (
	// Version is the newest format version that this package reads, and the one it writes.
	//
	// 1: the first.
	Version = 1

	magic    = "FlareIdx"
	topBytes = 40
	// maxPages is more than a span can have.
	maxPages = 1 << 26
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func sum(b []byte) uint32 { return crc32.Checksum(b, castagnoli) }

// Index is one signal's bitmap of one span.
type Index struct {
	Span, Signal uint64
	Pages        uint32
	// Predicate is the checksum of the predicate that the pages were asked: Sum of its text.
	Predicate uint32
	// Set has the pages that may hold a match, from 0.
	Set *roaring.Bitmap
}

// Sum is the checksum of a predicate's text.
func Sum(predicate string) uint32 { return sum([]byte(predicate)) }

// Ending is what the name of an index ends with.
const Ending = ".index"

// Path gives the path of a signal's index from its span's.
func Path(span string, signal uint64) string {
	return strings.TrimSuffix(span, ".span") + "." + strconv.FormatUint(signal, 10) + Ending
}

// Encode gives the bytes of a file.
func (x *Index) Encode() ([]byte, error) {
	x.Set.RunOptimize()
	bits, err := x.Set.ToBytes()
	if err != nil {
		return nil, err
	}
	b := make([]byte, 0, topBytes+len(bits)+4)
	b = append(b, magic...)
	b = binary.LittleEndian.AppendUint32(b, Version)
	b = binary.LittleEndian.AppendUint64(b, x.Span)
	b = binary.LittleEndian.AppendUint64(b, x.Signal)
	b = binary.LittleEndian.AppendUint32(b, x.Pages)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(bits)))
	b = binary.LittleEndian.AppendUint32(b, x.Predicate)
	b = append(b, bits...)
	return binary.LittleEndian.AppendUint32(b, sum(b)), nil
}

// Decode reads the bytes of the file called name. Its errors are *damage.Error, or wrap damage.ErrNewerFormat.
func Decode(b []byte, name string) (*Index, error) {
	bad := func(off int, format string, args ...any) error {
		return &damage.Error{File: name, Offset: int64(off), What: fmt.Sprintf(format, args...)}
	}
	if len(b) < topBytes+4 {
		return nil, bad(0, "index: only %d bytes", len(b))
	}
	if string(b[:8]) != magic {
		return nil, bad(0, "magic number: found %q", b[:8])
	}
	end := len(b) - 4
	want, found := binary.LittleEndian.Uint32(b[end:]), sum(b[:end])
	v := binary.LittleEndian.Uint32(b[8:])
	switch {
	case want != found:
		return nil, &damage.Error{File: name, What: "index", HasSum: true, Expected: want, Found: found}
	case v > Version:
		return nil, damage.Newer(name, v, Version)
	case v == 0:
		return nil, bad(8, "format version 0")
	}
	x := &Index{
		Span: binary.LittleEndian.Uint64(b[12:]), Signal: binary.LittleEndian.Uint64(b[20:]),
		Pages: binary.LittleEndian.Uint32(b[28:]), Predicate: binary.LittleEndian.Uint32(b[36:]), Set: roaring.New(),
	}
	n := binary.LittleEndian.Uint32(b[32:])
	if int64(n) != int64(end-topBytes) || x.Pages > maxPages {
		return nil, bad(28, "index: impossible sizes")
	}
	if read, err := x.Set.FromUnsafeBytes(append([]byte(nil), b[topBytes:end]...)); err != nil || read != int64(n) {
		return nil, bad(topBytes, "bitmap is not valid")
	}
	if err := x.Set.Validate(); err != nil {
		return nil, bad(topBytes, "bitmap: %v", err)
	}
	if !x.Set.IsEmpty() && x.Set.Maximum() >= x.Pages {
		return nil, bad(topBytes, "bitmap has page %d of %d", x.Set.Maximum(), x.Pages)
	}
	return x, nil
}
