// Package manifest is the MANIFEST: the log of records that says what exists in a data directory, and the state
// that they add up to. It knows what a file, a stream, a property and a catalog object are called, not what is in them.
package manifest

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"

	"github.com/flare-pg/flare-pg/engine/damage"
	"github.com/flare-pg/flare-pg/engine/vfs"
)

// The file, all numbers little-endian:
//
//	file := header, record*, zero bytes           the zero bytes are room that was reserved ahead
//
//	header                                        record
//	  0  8  magic "FlareMan"                        0  4  length n of the data, at least 8
//	  8  4  format version, 3                       4  4  CRC-32C of the data
//	 12  4  CRC-32C of bytes 0 to 11                8  n  data: number of the record (8), the first is 0;
//	 16                                                   then edits (see edit.go)
//
// A record is written by one write and flushed before the next one is written. So a record that is not valid is the torn
// end of the log when none follows it, and damage when one does: one whose checksum holds and whose number is higher.
const (
	// Version is the newest format version that this package reads, and the one it writes.
	//
	// 1: the first.
	// 2: spans, indexes, signals, streams that are dropped (tags 11 to 17). A program that knows only version 1 would take a
	// file that it can't read for damage.
	// 3: filters (tag 18).
	Version = 3

	Name        = "MANIFEST"
	HeaderBytes = 16

	magic     = "FlareMan"
	recordTop = 8 // bytes before a record's data
	numbered  = 8 // bytes of its number
	// maxRecord bounds a record's data.
	maxRecord = 1 << 30
	// reserve is by how much the file is lengthened at once.
	reserve = 64 << 10
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func sum(b []byte) uint32 { return crc32.Checksum(b, castagnoli) }

func appendHeader(dst []byte) []byte {
	at := len(dst)
	dst = append(dst, magic...)
	dst = binary.LittleEndian.AppendUint32(dst, Version)
	return binary.LittleEndian.AppendUint32(dst, sum(dst[at:]))
}

// appendRecord encodes a record with the edits in data.
func appendRecord(dst []byte, number uint64, edits []byte) []byte {
	dst = binary.LittleEndian.AppendUint32(dst, uint32(len(edits)+numbered))
	at := len(dst)
	dst = append(dst, 0, 0, 0, 0)
	dst = binary.LittleEndian.AppendUint64(dst, number)
	dst = append(dst, edits...)
	binary.LittleEndian.PutUint32(dst[at:], sum(dst[at+4:]))
	return dst
}

// decodeRecord takes the record at the start of b; ok is false where there is none.
func decodeRecord(b []byte) (number uint64, edits []byte, size int, ok bool) {
	if len(b) < recordTop+numbered {
		return 0, nil, 0, false
	}
	n := int64(binary.LittleEndian.Uint32(b))
	if n < numbered || n > maxRecord || n > int64(len(b)-recordTop) {
		return 0, nil, 0, false
	}
	data := b[recordTop : recordTop+n]
	if sum(data) != binary.LittleEndian.Uint32(b[4:]) {
		return 0, nil, 0, false
	}
	return binary.LittleEndian.Uint64(data), data[numbered:], recordTop + int(n), true
}

// Decode reads the bytes of a MANIFEST called name. end is where the log ends; what follows is room, or a torn record.
func Decode(b []byte, name string) (s *State, end int64, err error) {
	if len(b) < HeaderBytes {
		return nil, 0, &damage.Error{File: name, What: fmt.Sprintf("header: only %d bytes", len(b))}
	}
	if string(b[:8]) != magic {
		return nil, 0, &damage.Error{File: name, What: fmt.Sprintf("magic number: found %q", b[:8])}
	}
	if v := binary.LittleEndian.Uint32(b[8:]); v > Version {
		return nil, 0, damage.Newer(name, v, Version)
	}
	if want, found := binary.LittleEndian.Uint32(b[12:]), sum(b[:12]); want != found {
		return nil, 0, &damage.Error{File: name, What: "header", HasSum: true, Expected: want, Found: found}
	}
	s = NewState()
	off := HeaderBytes
	for {
		number, edits, size, ok := decodeRecord(b[off:])
		if !ok || number != s.Records {
			break
		}
		if err := s.Apply(edits); err != nil {
			return nil, 0, &damage.Error{File: name, Offset: int64(off), What: "record", Err: err}
		}
		off += size
	}
	if at, ok := later(b[off:], s.Records); ok {
		e := &damage.Error{File: name, Offset: int64(off), What: fmt.Sprintf("record %d; a valid one follows at %d", s.Records, off+at)}
		if data := b[off+recordTop:]; len(data) > 0 {
			e.HasSum, e.Expected = true, binary.LittleEndian.Uint32(b[off+4:])
			e.Found = sum(data[:min(len(data), int(binary.LittleEndian.Uint32(b[off:])))])
		}
		return nil, 0, e
	}
	if s.Records == 0 {
		return nil, 0, &damage.Error{File: name, Offset: HeaderBytes, What: "first record"}
	}
	return s, int64(off), nil
}

// later finds a valid record in b with a number above expected.
func later(b []byte, expected uint64) (int, bool) {
	// The room behind the log is zero bytes, where no record begins: its length is not zero.
	begin := len(b)
	for begin >= 8 && binary.LittleEndian.Uint64(b[begin-8:]) == 0 {
		begin -= 8
	}
	for i := 1; i < begin && i+recordTop+numbered <= len(b); i++ {
		// The number first: it is near the expected one or this is no record, which spares the checksum.
		number := binary.LittleEndian.Uint64(b[i+recordTop:])
		if number <= expected || number > expected+uint64(len(b)) {
			continue
		}
		if _, _, _, ok := decodeRecord(b[i:]); ok {
			return i, true
		}
	}
	return 0, false
}

// ReadFile reads and decodes the MANIFEST called name.
func ReadFile(fsys vfs.FS, name string) (s *State, data []byte, end int64, err error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, nil, 0, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	size, err := f.Size()
	if err != nil {
		return nil, nil, 0, err
	}
	data = make([]byte, size)
	n, err := f.ReadAt(data, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, nil, 0, &damage.Error{File: name, Offset: int64(n), What: "can't be read", Err: err}
	}
	s, end, err = Decode(data[:n], name)
	return s, data[:n], end, err
}
