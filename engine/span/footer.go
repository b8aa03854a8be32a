package span

import (
	"encoding/binary"
	"fmt"
	"unsafe"

	"github.com/flare-pg/flare-pg/engine/damage"
	"github.com/flare-pg/flare-pg/event"
)

// Footer says what a file holds. It is immutable and may be shared by goroutines.
type Footer struct {
	Header Header
	Events int64
	Raw    int64 // bytes of the documents
	// Min and Max are the smallest and largest timestamp, MinArrival and MaxArrival the bounds of the arrival numbers; all 0 in a file
	// without events.
	Min, Max               int64
	MinArrival, MaxArrival uint64
	Pages                  []PageInfo // in the order of the file, which is the events' order
	// Properties lists what the events have; see Has. It is an upper bound: pages that were copied from other files brought all
	// that those had.
	Properties []Property
	// Values is how many events of each page have which value, of members with few.
	Values []ValueCounts
	// Overflowed: there were more paths than event.MaxPaths, and Properties has the first ones only.
	Overflowed bool
}

// The sections, each at most once and in this order. s is a text: its length as u, then the bytes.
//
//	1  counts      u events, u bytes of the documents, v smallest timestamp, u largest minus smallest,
//	               u smallest arrival number, u largest minus smallest
//	2  pages       u number; for each page, which lies right behind the one before (the first behind the header):
//	               u layout, u bytes of header and body, u raw bytes (of columns: bytes of the front), u bytes of the documents, u events,
//	               u first timestamp minus the last of the page before, u last minus first,
//	               v arrival number of the first event minus that of the last one of the page before, v last minus first,
//	               u first minus smallest, u largest minus first
//	3  properties  u flags (1: overflowed), u number; for each property:
//	               u parent (0: top level; else 1 + its place in this list, which is before this one),
//	               s name, u count, u types (1 null, 2 boolean, 4 number, 8 string, 16 object, 32 array)
//	0x84  value counts, which may be absent: see valuecounts.go
//
// Differences of timestamps and arrival numbers wrap around at 64 bits. Before the first page, the timestamp and arrival number are 0.
const (
	tagCounts     = 1
	tagPages      = 2
	tagProperties = 3
	tagOptional   = 0x80
	tagValues     = 4 | tagOptional

	sectionHead = 5

	propertiesOverflowed = 1
)

// appendFooter encodes f.
func appendFooter(dst []byte, f *Footer) []byte {
	dst = appendSection(dst, tagCounts, f.appendCounts)
	dst = appendSection(dst, tagPages, f.appendPages)
	dst = appendSection(dst, tagProperties, f.appendProperties)
	if len(f.Values) > 0 {
		dst = appendSection(dst, tagValues, f.appendValues)
	}
	return dst
}

func appendSection(dst []byte, tag byte, body func([]byte) []byte) []byte {
	at := len(dst)
	dst = body(append(dst, tag, 0, 0, 0, 0))
	binary.LittleEndian.PutUint32(dst[at+1:], uint32(len(dst)-at-sectionHead))
	return dst
}

func (f *Footer) appendCounts(b []byte) []byte {
	b = binary.AppendUvarint(b, uint64(f.Events))
	b = binary.AppendUvarint(b, uint64(f.Raw))
	b = binary.AppendVarint(b, f.Min)
	b = binary.AppendUvarint(b, uint64(f.Max-f.Min))
	b = binary.AppendUvarint(b, f.MinArrival)
	return binary.AppendUvarint(b, f.MaxArrival-f.MinArrival)
}

func (f *Footer) appendPages(b []byte) []byte {
	b = binary.AppendUvarint(b, uint64(len(f.Pages)))
	var ts int64
	var arrival uint64
	for i := range f.Pages {
		p := &f.Pages[i]
		for _, n := range [...]uint64{uint64(p.Layout), uint64(p.Length), uint64(p.rawOrFront()), uint64(p.Docs), uint64(p.Events), uint64(p.First - ts), uint64(p.Last - p.First)} {
			b = binary.AppendUvarint(b, n)
		}
		b = binary.AppendVarint(b, int64(p.FirstArrival-arrival))
		b = binary.AppendVarint(b, int64(p.LastArrival-p.FirstArrival))
		b = binary.AppendUvarint(b, p.FirstArrival-p.MinArrival)
		b = binary.AppendUvarint(b, p.MaxArrival-p.FirstArrival)
		ts, arrival = p.Last, p.LastArrival
	}
	return b
}

func (f *Footer) appendProperties(b []byte) []byte {
	var flags uint64
	if f.Overflowed {
		flags |= propertiesOverflowed
	}
	b = binary.AppendUvarint(b, flags)
	b = binary.AppendUvarint(b, uint64(len(f.Properties)))
	for i := range f.Properties {
		p := &f.Properties[i]
		name := p.name()
		b = binary.AppendUvarint(b, uint64(p.parent+1))
		b = binary.AppendUvarint(b, uint64(len(name)))
		b = append(b, name...)
		b = binary.AppendUvarint(b, uint64(p.Count))
		b = binary.AppendUvarint(b, uint64(p.Types))
	}
	return b
}

// decodeFooter decodes the footer that begins at an offset of the file. Its checksum is known to be right. Offsets in errors count from
// the footer's start.
func decodeFooter(b []byte, at int64) (*Footer, *damage.Error) {
	f := &Footer{}
	before := byte(0)
	for off := 0; off < len(b); {
		if len(b)-off < sectionHead {
			return nil, &damage.Error{Offset: int64(off), What: "footer: section is cut short"}
		}
		tag, n := b[off], int64(binary.LittleEndian.Uint32(b[off+1:]))
		if n > int64(len(b)-off-sectionHead) {
			return nil, &damage.Error{Offset: int64(off), What: "footer: section is cut short"}
		}
		d := decoder{b: b[off+sectionHead : off+sectionHead+int(n)]}
		if tag == tagValues {
			if before != tagProperties || f.Values != nil {
				return nil, &damage.Error{Offset: int64(off), What: fmt.Sprintf("footer: section %d is not expected here", tag)}
			}
			if f.decodeValues(&d); d.bad || len(d.b) > 0 || len(f.Values) == 0 {
				return nil, &damage.Error{Offset: int64(off), What: fmt.Sprintf("footer: section %d can't be decoded", tag)}
			}
		}
		if tag&tagOptional == 0 {
			if tag != before+1 || tag > tagProperties {
				return nil, &damage.Error{Offset: int64(off), What: fmt.Sprintf("footer: section %d is not expected here", tag)}
			}
			before = tag
			switch tag {
			case tagCounts:
				f.decodeCounts(&d)
			case tagPages:
				f.decodePages(&d)
			case tagProperties:
				f.decodeProperties(&d)
			}
			if d.bad || len(d.b) > 0 {
				return nil, &damage.Error{Offset: int64(off), What: fmt.Sprintf("footer: section %d can't be decoded", tag)}
			}
		}
		off += sectionHead + int(n)
	}
	if before != tagProperties {
		return nil, &damage.Error{What: "footer: sections are missing"}
	}
	if err := f.check(at); err != nil {
		return nil, err
	}
	return f, nil
}

// check compares the counts with the pages, and the pages' end with where the footer begins.
func (f *Footer) check(at int64) *damage.Error {
	var c Footer
	end := int64(HeaderBytes)
	for i := range f.Pages {
		p := &f.Pages[i]
		if err := p.check(); err != nil {
			return err
		}
		if i > 0 {
			if q := &f.Pages[i-1]; p.First < q.Last || p.First == q.Last && p.FirstArrival <= q.LastArrival {
				return &damage.Error{What: "footer: pages are not in order"}
			}
		}
		c.count(p)
		end = p.end()
	}
	if c.Events != f.Events || c.Raw != f.Raw || c.Min != f.Min || c.Max != f.Max || c.MinArrival != f.MinArrival || c.MaxArrival != f.MaxArrival {
		return &damage.Error{What: "footer: counts do not agree with the pages"}
	}
	if end != at {
		return &damage.Error{What: "footer: pages do not end where it begins"}
	}
	return nil
}

// count adds a page to the counts.
func (f *Footer) count(p *PageInfo) {
	if f.Events == 0 {
		f.Min, f.MinArrival, f.MaxArrival = p.First, p.MinArrival, p.MaxArrival
	}
	f.Events += int64(p.Events)
	f.Raw += int64(p.Docs)
	f.Max = p.Last
	f.MinArrival, f.MaxArrival = min(f.MinArrival, p.MinArrival), max(f.MaxArrival, p.MaxArrival)
}

func (f *Footer) decodeCounts(d *decoder) {
	f.Events, f.Raw = int64(d.u()), int64(d.u())
	f.Min = d.v()
	f.Max = f.Min + int64(d.u())
	f.MinArrival = d.u()
	f.MaxArrival = f.MinArrival + d.u()
}

func (f *Footer) decodePages(d *decoder) {
	const least = 11 // bytes of an entry
	f.Pages = make([]PageInfo, d.number(least))
	at, row := int64(HeaderBytes), int64(0)
	var ts int64
	var arrival uint64
	for i := range f.Pages {
		p := &f.Pages[i]
		p.Offset, p.Row = at, row
		p.Layout = Layout(d.upTo(0xff))
		p.Length, p.Raw, p.Docs, p.Events = d.upTo(4*MaxRaw), d.upTo(MaxRaw), d.upTo(MaxRaw), d.upTo(MaxRaw)
		if p.Layout == Columns {
			p.Front, p.Raw = p.Raw, p.Docs
		}
		p.First = ts + int64(d.u())
		p.Last = p.First + int64(d.u())
		p.FirstArrival = arrival + uint64(d.v())
		p.LastArrival = p.FirstArrival + uint64(d.v())
		p.MinArrival = p.FirstArrival - d.u()
		p.MaxArrival = p.FirstArrival + d.u()
		at, row, ts, arrival = p.end(), row+int64(p.Events), p.Last, p.LastArrival
	}
}

func (f *Footer) decodeProperties(d *decoder) {
	const least = 4 // bytes of a property
	flags := d.upTo(propertiesOverflowed)
	f.Overflowed = flags&propertiesOverflowed != 0
	n := d.number(least)
	if n > event.MaxPaths {
		d.bad = true
		return
	}
	f.Properties = make([]Property, n)
	for i := range f.Properties {
		p := &f.Properties[i]
		p.parent = int32(d.upTo(uint64(i))) - 1
		name := string(d.take(d.upTo(event.MaxNameBytes)))
		p.Count, p.Types = int64(d.u()), Types(d.upTo(uint64(2*Array-1)))
		p.Path = pathOf(f.Properties, p.parent, name)
		d.bad = d.bad || len(p.Path) > event.MaxLevels
		if d.bad {
			return
		}
	}
}

// Bytes is about how much memory f takes, for a cache.
func (f *Footer) Bytes() int64 {
	n := int64(unsafe.Sizeof(*f)) + int64(cap(f.Pages))*int64(unsafe.Sizeof(PageInfo{})) + int64(cap(f.Properties))*int64(unsafe.Sizeof(Property{}))
	for i := range f.Properties {
		p := f.Properties[i].Path
		n += int64(cap(p))*int64(unsafe.Sizeof("")) + int64(len(p[len(p)-1])) + 16 // the allocator's rounding, about
	}
	for i := range f.Values {
		n += f.Values[i].bytes()
	}
	return n
}

// decoder takes values off a section. After bad all of them are 0.
type decoder struct {
	b   []byte
	bad bool
}

func (d *decoder) u() uint64 {
	u, n := uvarint(d.b, 0)
	if n < 0 || d.bad {
		d.bad, d.b = true, nil
		return 0
	}
	d.b = d.b[n:]
	return u
}

func (d *decoder) v() int64 { return unzigzag(d.u()) }

// upTo is u for numbers up to a limit.
func (d *decoder) upTo(limit uint64) int {
	u := d.u()
	if u > limit {
		d.bad = true
		return 0
	}
	return int(u)
}

// number is how many entries follow, of at least so many bytes each: no more than the bytes that are left can hold.
func (d *decoder) number(least int) int { return d.upTo(uint64(len(d.b) / least)) }

func (d *decoder) take(n int) []byte {
	if d.bad || n > len(d.b) {
		d.bad, d.b = true, nil
		return nil
	}
	b := d.b[:n]
	d.b = d.b[n:]
	return b
}
