package filter

import (
	"encoding/binary"
	"fmt"
	"math/bits"

	"github.com/FastFilter/xorfilter"

	"github.com/flare-pg/flare-pg/engine/damage"
)

// A section: of messages first what message.go says; then an entry for each page, then the fingerprints of all, in the order of the pages.
//
//	0  1  flags; 1: the page has a filter, else anything may be in it; 2: numbers are in it, all of which the page has are spelled as plain integers
//	1  1  binary logarithm of the segment length l
//	2  2  zero
//	4  4  segments m; 0: nothing is in the page, and there are no fingerprints
//	8  8  seed
//	      bytes (m+2)·l: the page's fingerprints
//
// It is a binary fuse filter of three places and 8 bits. With k the key, all modulo 2^64:
//
//	h  := mix(k + seed), mix(x): x ^= x>>33; x *= 0xff51afd7ed558ccd; x ^= x>>33; x *= 0xc4ceb9fe1a85ec53; x ^= x>>33
//	p0 := (h · m·l) >> 64        of the product of 128 bits
//	p1 := (p0 + l) ^ ((h>>18) & (l-1))
//	p2 := (p0 + 2l) ^ (h & (l-1))
//
// k may be in the page where the lowest byte of h ^ (h>>32) is F[p0] ^ F[p1] ^ F[p2].
const (
	entryBytes = 16

	flagThere   = 1
	flagNumbers = 2

	maxSegmentLog = 18
	// maxFingerprints is of one page, more than its events can have values.
	maxFingerprints = 1 << 30
)

// Builder makes a section, page by page.
type Builder struct {
	kind    Kind
	path    []string
	entries []byte
	prints  []byte
	fuse    *xorfilter.BinaryFuseBuilder

	templates []string // of Messages
}

// Maker makes sections; it keeps the memory that they need while they are built.
type Maker struct{ fuse xorfilter.BinaryFuseBuilder }

// Section begins a section.
func (m *Maker) Section(kind Kind, path []string) *Builder {
	return &Builder{kind: kind, path: path, fuse: &m.fuse}
}

// Add adds the next page with its keys, which are best all different and which it may change. numbers: those of the numbers that the page
// has at the path are among them.
func (b *Builder) Add(keys []uint64, numbers bool) error {
	var e [entryBytes]byte
	e[0] = flagThere
	if numbers {
		e[0] |= flagNumbers
	}
	if len(keys) > 0 {
		f, err := xorfilter.BuildBinaryFuse[uint8](b.fuse, keys)
		if err != nil {
			return fmt.Errorf("filter of %q: %w", b.path, err)
		}
		for _, k := range keys {
			if !f.Contains(k) { // what would deny one of its own is not written
				b.Skip()
				return nil
			}
		}
		e[1] = byte(bits.TrailingZeros32(f.SegmentLength))
		binary.LittleEndian.PutUint32(e[4:], f.SegmentCount)
		binary.LittleEndian.PutUint64(e[8:], f.Seed)
		b.prints = append(b.prints, f.Fingerprints...)
	}
	b.entries = append(b.entries, e[:]...)
	return nil
}

// Skip adds a page without a filter.
func (b *Builder) Skip() { b.entries = append(b.entries, make([]byte, entryBytes)...) }

// Bytes is the size of the section so far, but for templates.
func (b *Builder) Bytes() int { return len(b.entries) + len(b.prints) }

func (b *Builder) body() []byte {
	var body []byte
	if b.kind == Messages {
		body = appendTemplates(body, b.templates)
	}
	return append(append(body, b.entries...), b.prints...)
}

// Pages is a section for reading. It is immutable and may be shared by goroutines.
type Pages struct {
	pages     []page
	templates []string
	length    int64 // of the section
}

type page struct {
	flags byte
	fuse  xorfilter.BinaryFuse[uint8] // without fingerprints: nothing is in it
}

// Decode reads a section of the file called name. b is kept.
func (s *Section) Decode(b []byte, pages uint32, name string) (*Pages, error) {
	bad := func(off int64, what string) error {
		return &damage.Error{File: name, Offset: s.Offset + off, What: "filter section: " + what}
	}
	if int64(len(b)) != s.Length {
		return nil, bad(int64(len(b)), "cut short")
	}
	if found := sum(b); found != s.Sum {
		return nil, &damage.Error{File: name, Offset: s.Offset, What: "filter section", HasSum: true, Expected: s.Sum, Found: found}
	}
	var templates []string
	if s.Kind == Messages {
		var ok bool
		if templates, b, ok = decodeTemplates(b); !ok {
			return nil, bad(0, "its templates can't be decoded")
		}
	}
	if int64(pages)*entryBytes > int64(len(b)) {
		return nil, bad(0, "too short for its pages")
	}
	p := &Pages{pages: make([]page, pages), templates: templates, length: s.Length}
	prints := b[int(pages)*entryBytes:]
	for i := range p.pages {
		e := b[i*entryBytes:]
		log, segments := e[1], uint64(binary.LittleEndian.Uint32(e[4:]))
		n := uint64(0)
		if segments > 0 {
			n = (segments + 2) << (log & 31)
		}
		if e[0]&^(flagThere|flagNumbers) != 0 || e[2]|e[3] != 0 || log > maxSegmentLog || n > maxFingerprints || n > uint64(len(prints)) {
			return nil, bad(s.Length-int64(len(b))+int64(i*entryBytes), fmt.Sprintf("impossible values of page %d", i))
		}
		length := uint32(1) << log
		p.pages[i] = page{flags: e[0], fuse: xorfilter.BinaryFuse[uint8]{
			Seed: binary.LittleEndian.Uint64(e[8:]), SegmentLength: length, SegmentLengthMask: length - 1, SegmentCount: uint32(segments),
			SegmentCountLength: uint32(segments) << log, Fingerprints: prints[:n:n],
		}}
		prints = prints[n:]
	}
	if len(prints) > 0 {
		return nil, bad(s.Length-int64(len(prints)), "more bytes than its pages have")
	}
	return p, nil
}

// Bytes is about how much memory p takes, with what it was decoded from.
func (p *Pages) Bytes() int64 { return int64(len(p.pages))*64 + int64(len(p.templates))*16 + p.length }

// Lacks reports whether certainly none of the values of a page has the key. number: it may be a number's, too.
func (p *Pages) Lacks(i int, key uint64, number bool) bool {
	if i >= len(p.pages) {
		return false
	}
	g := &p.pages[i]
	if g.flags&flagThere == 0 || number && g.flags&flagNumbers == 0 {
		return false
	}
	return len(g.fuse.Fingerprints) == 0 || !g.fuse.Contains(key)
}

// Known reports whether a page has a filter.
func (p *Pages) Known(i int) bool { return i < len(p.pages) && p.pages[i].flags&flagThere != 0 }

// LacksAny reports whether certainly one of the keys is nowhere in a page.
func (p *Pages) LacksAny(i int, keys []uint64) bool {
	for _, k := range keys {
		if p.Lacks(i, k, false) {
			return true
		}
	}
	return false
}
