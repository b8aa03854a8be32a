package span

import (
	"encoding/binary"
	"fmt"

	"github.com/flare-pg/flare-pg/engine/damage"
	"github.com/flare-pg/flare-pg/engine/span/strip"
)

// Layout is how the events stand in a page.
type Layout uint8

// The layouts.
const (
	Rows    Layout = 1 // one document behind the other, under a codec
	Columns Layout = 2 // taken apart into strips: see package strip
)

// String gives the layout's name.
func (l Layout) String() string {
	switch l {
	case Rows:
		return "rows"
	case Columns:
		return "columns"
	}
	return fmt.Sprintf("layout %d", uint8(l))
}

// PageInfo describes a page: an entry of the page directory.
type PageInfo struct {
	Offset int64 // of the page header, in bytes from the file's start
	Length int   // bytes of page header and body
	Raw    int   // of rows: bytes of the body decompressed; of columns: as Docs
	Docs   int   // bytes of the documents
	Events int
	Row    int64 // number of the first event in the file
	// First and Last are the smallest and largest timestamp: those of the first and the last event.
	First, Last int64
	// FirstArrival and LastArrival belong to the first and the last event, so the page begins with (First, FirstArrival) and ends
	// with (Last, LastArrival); MinArrival and MaxArrival are the bounds of all.
	FirstArrival, LastArrival uint64
	MinArrival, MaxArrival    uint64
	Layout                    Layout
	Front                     int // of columns: bytes of the body that are its front; else 0
}

// rawOrFront is what headers and directories hold in one place: of rows the raw bytes, of columns those of the front.
func (p *PageInfo) rawOrFront() int {
	if p.Layout == Columns {
		return p.Front
	}
	return p.Raw
}

// end is the offset behind the page.
func (p *PageInfo) end() int64 { return p.Offset + int64(p.Length) }

// check reports what no writer writes. It bounds every number that memory is taken by.
func (p *PageInfo) check() *damage.Error {
	body := p.Length - PageHeaderBytes
	possible := false
	switch p.Layout {
	case Rows:
		possible = p.Front == 0 && body <= p.Raw+0xffff && p.Docs <= p.Raw-p.Events*minHead
	case Columns:
		possible = p.Raw == p.Docs && p.Events <= strip.MaxRows && body <= maxColumns(p.Docs, p.Events) && p.Front >= 1 && p.Front <= body
	default:
		return &damage.Error{What: fmt.Sprintf("page: layout %d is not known", p.Layout)}
	}
	switch {
	case !possible, p.Events < 1 || p.Raw > MaxRaw || body < 1 || p.Docs < 0,
		p.First > p.Last, p.First == p.Last && p.FirstArrival > p.LastArrival,
		p.FirstArrival < p.MinArrival, p.LastArrival < p.MinArrival, p.FirstArrival > p.MaxArrival, p.LastArrival > p.MaxArrival:
		return &damage.Error{What: "page: impossible values"}
	}
	return nil
}

// maxColumns bounds the bytes of the body of a page of columns, and its extension: what would take more is written in rows.
func maxColumns(docs, events int) int { return 2*docs + 64*events + 0xffff }

// pageHeader is a page header decoded.
type pageHeader struct {
	PageInfo // Offset is not in the header
	codec    byte
	bodySum  uint32
	rawSum   uint32 // of columns: of the front
	ext      []byte // the extension, a part of what was decoded
}

// size is the bytes of the page header.
func (h *pageHeader) size() int { return PageHeaderBytes + len(h.ext) }

// appendPageHeader encodes h.
func appendPageHeader(dst []byte, h *pageHeader) []byte {
	at := len(dst)
	le := binary.LittleEndian
	dst = append(dst, pageMagic...)
	dst = append(dst, byte(h.Layout), h.codec)
	dst = le.AppendUint32(dst, uint32(h.Length-h.size()))
	dst = le.AppendUint32(dst, uint32(h.rawOrFront()))
	dst = le.AppendUint32(dst, uint32(h.Docs))
	dst = le.AppendUint32(dst, uint32(h.Events))
	for _, n := range [...]uint64{uint64(h.Row), uint64(h.First), uint64(h.Last), h.FirstArrival, h.LastArrival, h.MinArrival, h.MaxArrival} {
		dst = le.AppendUint64(dst, n)
	}
	dst = le.AppendUint32(dst, h.bodySum)
	dst = le.AppendUint32(dst, h.rawSum)
	dst = le.AppendUint16(dst, uint16(len(h.ext)))
	dst = append(dst, 0, 0)
	dst = append(dst, h.ext...)
	return le.AppendUint32(dst, sum(dst[at:]))
}

// extension is what a page header that b begins with says its extension takes. Nothing of it is verified yet.
func extension(b []byte) int { return int(binary.LittleEndian.Uint16(b[84:])) }

// decodePageHeader decodes the page header that b, the start of a page, begins with. b need not hold the body.
func decodePageHeader(b []byte) (h pageHeader, err *damage.Error) {
	if len(b) < PageHeaderBytes {
		return h, &damage.Error{What: "page header: cut short"}
	}
	if string(b[:2]) != pageMagic {
		return h, &damage.Error{What: fmt.Sprintf("page header: begins with %q", b[:2])}
	}
	le := binary.LittleEndian
	n := extension(b)
	if len(b) < PageHeaderBytes+n {
		return h, &damage.Error{What: "page header: cut short"}
	}
	want, found := le.Uint32(b[PageHeaderBytes-4+n:]), sum(b[:PageHeaderBytes-4+n])
	if want != found {
		return h, &damage.Error{What: "page header", HasSum: true, Expected: want, Found: found}
	}
	body := int64(le.Uint32(b[4:]))
	raw, docs, events := int64(le.Uint32(b[8:])), int64(le.Uint32(b[12:])), int64(le.Uint32(b[16:]))
	row := int64(le.Uint64(b[20:]))
	codec := b[3]
	// As int64, before anything becomes an int: on 32-bit systems that is where a wrong number would wrap.
	bad := raw > MaxRaw || docs > MaxRaw || events > MaxRaw || body > 4*MaxRaw || codec > codecZstd || body < 1 || row < 0 || b[86] != 0 || b[87] != 0
	switch Layout(b[2]) {
	case Rows:
		bad = bad || docs > raw || events > raw || body > raw || (codec == codecNone) != (body == raw)
	case Columns:
		bad = bad || codec != codecNone
	}
	if bad {
		return h, &damage.Error{What: "page header: impossible values"}
	}
	h = pageHeader{
		PageInfo: PageInfo{
			Length: PageHeaderBytes + n + int(body), Raw: int(raw), Docs: int(docs), Events: int(events), Row: row, Layout: Layout(b[2]),
			First: int64(le.Uint64(b[28:])), Last: int64(le.Uint64(b[36:])),
			FirstArrival: le.Uint64(b[44:]), LastArrival: le.Uint64(b[52:]),
			MinArrival: le.Uint64(b[60:]), MaxArrival: le.Uint64(b[68:]),
		},
		codec:   codec,
		bodySum: le.Uint32(b[76:]),
		rawSum:  le.Uint32(b[80:]),
		ext:     b[88 : 88+n : 88+n],
	}
	if h.Layout == Columns {
		h.Front, h.Raw = h.Raw, h.Docs
	}
	return h, h.check()
}

// agreed decodes the page header that b begins with and compares it with its directory entry. Offsets in errors count from the page's start.
func agreed(b []byte, info *PageInfo) (h pageHeader, err *damage.Error) {
	if h, err = decodePageHeader(b); err != nil {
		return h, err
	}
	h.Offset = info.Offset
	if h.PageInfo != *info {
		return h, &damage.Error{What: "page header: does not agree with the page directory"}
	}
	return h, nil
}

// openPage decodes the page header in b, which holds the page whole, compares it with its directory entry and verifies the body's checksum.
// Offsets in errors count from the page's start.
func openPage(b []byte, info PageInfo) (h pageHeader, body []byte, err *damage.Error) {
	if h, err = agreed(b, &info); err != nil {
		return h, nil, err
	}
	if len(b) != info.Length {
		return h, nil, &damage.Error{What: "page header: does not agree with the page directory"}
	}
	body = b[h.size():]
	if found := sum(body); found != h.bodySum {
		return h, nil, &damage.Error{Offset: int64(h.size()), What: "body of a page", HasSum: true, Expected: h.bodySum, Found: found}
	}
	return h, body, nil
}
