// Package filter is the .filter format: for the pages of a span, and for paths whose values are many, what tells that a value is not in a page. A filter
// is derived from its span and can be built anew. It never denies what is there. The package knows nothing of predicates or of how pages are read.
package filter

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"slices"
	"strings"

	"github.com/flare-pg/flare-pg/engine/damage"
)

// The file, all numbers little-endian, u is an unsigned varint:
//
//	 0  8  magic "FlareFlt"
//	 8  4  format version, 1 or 2
//	12  8  file id of the span
//	20  4  pages of the span
//	24  4  n, bytes of the directory
//	28  4  CRC-32C of the directory
//	32  4  CRC-32C of bytes 0 to 31
//	36  n  directory: u number; for each section: its kind (1), names of its path u, for each: u length, the name;
//	       u bytes of the section; CRC-32C of the section (4)
//	       the sections, one behind the other
const (
	// Version is the newest format version that this package reads, and the one it writes.
	//
	// 1: the first. 2: sections of messages.
	Version = 2

	magic = "FlareFlt"
	// HeaderBytes is where the directory begins.
	HeaderBytes = 36
	// maxPages is more than a span can have.
	maxPages = 1 << 26
	// maxDirectory bounds the memory that a header can ask for.
	maxDirectory = 16 << 20
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func sum(b []byte) uint32 { return crc32.Checksum(b, castagnoli) }

// Ending is what the name of a filter file ends with.
const Ending = ".filter"

// Path gives the path of a filter file from its span's.
func Path(span string) string { return strings.TrimSuffix(span, ".span") + Ending }

// Kind says what of a path's values is in a section.
type Kind uint8

// The kinds of sections.
const (
	// Values has Key of each value's text.
	Values Kind = 1
	// Trigrams has the keys of what stands in the texts, three bytes each, see AppendTrigrams.
	Trigrams Kind = 2
	// Messages has keys of what stands in messages, and the templates that these are made of, see message.go. Its path is empty.
	Messages Kind = 3
)

// Section says where a section is.
type Section struct {
	Kind   Kind
	Path   []string // names from the event to the value
	Offset int64    // in the file
	Length int64
	Sum    uint32
}

// Directory says what a filter file has.
type Directory struct {
	Span     uint64 // id of the span
	Pages    uint32
	Sections []Section
	Length   int64 // of the file
}

// Find gives the section of a kind and path, nil where there is none.
func (d *Directory) Find(kind Kind, path []string) *Section {
	for i := range d.Sections {
		if s := &d.Sections[i]; s.Kind == kind && slices.Equal(s.Path, path) {
			return s
		}
	}
	return nil
}

// Bytes is about how much memory d takes.
func (d *Directory) Bytes() int64 {
	n := int64(64)
	for i := range d.Sections {
		n += 80
		for _, name := range d.Sections[i].Path {
			n += 16 + int64(len(name))
		}
	}
	return n
}

// Encode gives the bytes of a file of these sections.
func Encode(span uint64, pages int, sections []*Builder) []byte {
	directory := binary.AppendUvarint(nil, uint64(len(sections)))
	var bodies [][]byte
	size := 0
	for _, s := range sections {
		body := s.body()
		bodies = append(bodies, body)
		size += len(body)
		directory = append(directory, byte(s.kind))
		directory = binary.AppendUvarint(directory, uint64(len(s.path)))
		for _, name := range s.path {
			directory = binary.AppendUvarint(directory, uint64(len(name)))
			directory = append(directory, name...)
		}
		directory = binary.AppendUvarint(directory, uint64(len(body)))
		directory = binary.LittleEndian.AppendUint32(directory, sum(body))
	}
	b := make([]byte, 0, HeaderBytes+len(directory)+size)
	b = append(b, magic...)
	b = binary.LittleEndian.AppendUint32(b, Version)
	b = binary.LittleEndian.AppendUint64(b, span)
	b = binary.LittleEndian.AppendUint32(b, uint32(pages))
	b = binary.LittleEndian.AppendUint32(b, uint32(len(directory)))
	b = binary.LittleEndian.AppendUint32(b, sum(directory))
	b = binary.LittleEndian.AppendUint32(b, sum(b))
	b = append(b, directory...)
	for _, body := range bodies {
		b = append(b, body...)
	}
	return b
}

// DirectoryBytes reads a header, and gives how many bytes of directory follow it. Errors are *damage.Error, or wrap damage.ErrNewerFormat.
func DirectoryBytes(header []byte, name string) (int, error) {
	bad := func(off int, format string, args ...any) error {
		return &damage.Error{File: name, Offset: int64(off), What: fmt.Sprintf(format, args...)}
	}
	if len(header) < HeaderBytes {
		return 0, bad(0, "filter: only %d bytes", len(header))
	}
	if string(header[:8]) != magic {
		return 0, bad(0, "magic number: found %q", header[:8])
	}
	want, found := binary.LittleEndian.Uint32(header[HeaderBytes-4:]), sum(header[:HeaderBytes-4])
	v := binary.LittleEndian.Uint32(header[8:])
	n := binary.LittleEndian.Uint32(header[24:])
	switch {
	case want != found:
		return 0, &damage.Error{File: name, What: "filter header", HasSum: true, Expected: want, Found: found}
	case v > Version:
		return 0, damage.Newer(name, v, Version)
	case v == 0:
		return 0, bad(8, "format version 0")
	case n > maxDirectory, binary.LittleEndian.Uint32(header[20:]) > maxPages:
		return 0, bad(20, "filter: impossible sizes")
	}
	return int(n), nil
}

// DecodeDirectory reads the header and directory that b is. size is that of the file, which ends where the last section does.
func DecodeDirectory(b []byte, size int64, name string) (*Directory, error) {
	n, err := DirectoryBytes(b, name)
	if err != nil {
		return nil, err
	}
	bad := func(what string) error { return &damage.Error{File: name, Offset: HeaderBytes, What: what} }
	rest := b[HeaderBytes:]
	if len(rest) != n {
		return nil, bad("filter: the directory is cut short")
	}
	if want, found := binary.LittleEndian.Uint32(b[28:]), sum(rest); want != found {
		return nil, &damage.Error{File: name, Offset: HeaderBytes, What: "filter directory", HasSum: true, Expected: want, Found: found}
	}
	d := &Directory{Span: binary.LittleEndian.Uint64(b[12:]), Pages: binary.LittleEndian.Uint32(b[20:]), Length: size}
	r := reader{b: rest}
	const least = 1 + 1 + 1 + 4 // bytes of an entry
	d.Sections = make([]Section, r.number(least))
	at := int64(HeaderBytes + n)
	for i := range d.Sections {
		s := &d.Sections[i]
		s.Kind = Kind(r.byte())
		s.Path = make([]string, r.number(1))
		for j := range s.Path {
			s.Path[j] = string(r.take(r.number(1)))
		}
		s.Offset, s.Length = at, int64(r.upTo(uint64(max(size-at, 0))))
		if four := r.take(4); !r.bad {
			s.Sum = binary.LittleEndian.Uint32(four)
		}
		at += s.Length
	}
	if r.bad || len(r.b) > 0 {
		return nil, bad("filter: the directory can't be decoded")
	}
	if at != size {
		return nil, &damage.Error{File: name, Offset: min(at, size), What: fmt.Sprintf("filter: it ends at %d instead of %d", size, at)}
	}
	return d, nil
}

// reader takes values off a directory. After bad all of them are 0.
type reader struct {
	b   []byte
	bad bool
}

func (r *reader) upTo(limit uint64) uint64 {
	v, n := binary.Uvarint(r.b)
	if n <= 0 || v > limit {
		r.b, r.bad = nil, true
		return 0
	}
	r.b = r.b[n:]
	return v
}

// number is how many entries follow, of at least so many bytes each: no more than the bytes that are left can hold.
func (r *reader) number(least int) int { return int(r.upTo(uint64(len(r.b) / least))) }

func (r *reader) byte() byte {
	if b := r.take(1); !r.bad {
		return b[0]
	}
	return 0
}

func (r *reader) take(n int) []byte {
	if r.bad || n > len(r.b) {
		r.b, r.bad = nil, true
		return nil
	}
	b := r.b[:n]
	r.b = r.b[n:]
	return b
}
