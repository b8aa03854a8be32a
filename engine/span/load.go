package span

import (
	"errors"
	"io"
	"slices"

	"github.com/flare-pg/flare-pg/engine/damage"
	"github.com/flare-pg/flare-pg/engine/span/strip"
)

// Page is a page that can be read. Its memory is used again by the next Load; it is used by one goroutine at a time. The zero value is empty
// and ready.
//
// A page of rows is decoded by Load. Of one of columns nothing is decoded before it is asked for: Key, Time, At and Documents can meet damage there, as can the
// Reader that Columns gives. Errors of all of them are *damage.Error.
type Page struct {
	stored []byte // header and body
	buffer []byte // for the raw bytes, where the body is compressed
	raw    []byte // the documents, of rows behind their heads
	rows   rows   // of columns made when first asked for: rows.ts and rows.arrival with keyed, rows.ends with documented
	events int

	info       PageInfo
	path       string
	from       countedReads
	kept       int64         // bytes of fronts that were found kept
	columns    *strip.Reader // nil until there was a page of columns
	keyed      bool
	documented bool
}

// countedReads reads from a file and counts the bytes.
type countedReads struct {
	io.ReaderAt
	n int64
}

func (c *countedReads) ReadAt(b []byte, off int64) (int, error) {
	n, err := c.ReaderAt.ReadAt(b, off)
	c.n += int64(n)
	return n, err
}

// Taken gives the bytes that were read from files since it was called the last time, and those that needed not be, since they were kept.
func (p *Page) Taken() (read, kept int64) {
	read, kept = p.from.n, p.kept
	p.from.n, p.kept = 0, 0
	return read, kept
}

// Load reads the page that info, of the file's footer, describes. It compares the page header with info and verifies checksums. Errors are *damage.Error;
// the Page is empty then.
//
// A page of rows is read whole, with one ReadAt. Of one of columns that is read for the first time the front is; it is kept in fronts, which may be nil, and found there
// the next time by the file's id. Everything else is read, from r, and verified when it is first asked for, so r must stay open until then.
func (p *Page) Load(r io.ReaderAt, path string, info PageInfo, fronts *Fronts, id uint64) error {
	if err := p.load(r, path, info, fronts, id); err != nil {
		p.events = 0
		return err
	}
	return nil
}

func (p *Page) load(r io.ReaderAt, path string, info PageInfo, fronts *Fronts, id uint64) *damage.Error {
	p.events, p.info, p.path, p.keyed, p.documented = 0, info, path, false, false
	p.from.ReaderAt, r = r, &p.from
	if info.Layout == Columns {
		return p.loadColumns(r, fronts, id)
	}
	var err *damage.Error
	if p.stored, err = readPage(r, path, info, p.stored); err != nil {
		return err
	}
	h, body, err := openPage(p.stored, info)
	if err != nil {
		return place(err, path, info.Offset)
	}
	if p.raw, p.buffer, err = decompress(p.buffer, body, h.codec, info.Raw); err != nil {
		return place(err, path, info.Offset)
	}
	// Where the body is the raw bytes its checksum, which holds, is theirs.
	found := h.bodySum
	if h.codec != codecNone {
		found = sum(p.raw)
	}
	if found != h.rawSum {
		return &damage.Error{File: path, Offset: info.Offset, What: "raw bytes of a page", HasSum: true, Expected: h.rawSum, Found: found}
	}
	if err = p.rows.decode(p.raw, &info); err != nil {
		return place(err, path, info.Offset)
	}
	p.events, p.keyed, p.documented = info.Events, true, true
	return nil
}

// loadColumns is load of a page of columns.
func (p *Page) loadColumns(r io.ReaderAt, fronts *Fronts, id uint64) *damage.Error {
	front := fronts.get(id, p.info.Offset)
	if front == nil {
		var err *damage.Error
		if front, err = p.readFront(r); err != nil {
			return err
		}
		fronts.put(id, p.info.Offset, front)
	} else {
		p.kept += int64(front.Length())
	}
	if p.columns == nil {
		p.columns = new(strip.Reader)
	}
	p.columns.Open(front, r, p.path, p.info.end()-int64(front.Body()))
	p.events = p.info.Events
	return nil
}

// readFront reads and decodes the front of a page of columns.
func (p *Page) readFront(r io.ReaderAt) (*strip.Front, *damage.Error) {
	info := &p.info
	if err := info.check(); err != nil {
		return nil, place(err, p.path, info.Offset)
	}
	p.stored = grown(p.stored, PageHeaderBytes+info.Front)
	if err := readAt(r, p.path, p.stored, info.Offset); err != nil {
		return nil, err
	}
	if n := extension(p.stored); n > 0 && n <= info.Length-len(p.stored) {
		p.stored = grown(p.stored, len(p.stored)+n)
		if err := readAt(r, p.path, p.stored, info.Offset); err != nil {
			return nil, err
		}
	}
	h, err := agreed(p.stored, info)
	if err != nil {
		return nil, place(err, p.path, info.Offset)
	}
	at := h.size()
	b := p.stored[at:]
	if found := sum(b); found != h.rawSum || len(b) != info.Front {
		return nil, &damage.Error{File: p.path, Offset: info.Offset + int64(at), What: "front of a page", HasSum: true, Expected: h.rawSum, Found: found}
	}
	front, cause := strip.ParseFront(b, info.Length-at, info.Events, info.Docs)
	if cause == nil && front.Length() != info.Front {
		cause = strip.ErrDamaged
	}
	if cause != nil {
		return nil, &damage.Error{File: p.path, Offset: info.Offset + int64(at), What: "front of a page", Err: cause}
	}
	return front, nil
}

// damaged says where the page lies that an error of package strip is about.
func (p *Page) damaged(err error) *damage.Error {
	var d *damage.Error
	if errors.As(err, &d) {
		return d
	}
	return &damage.Error{File: p.path, Offset: p.info.Offset, What: "page", Err: err}
}

// Len is the number of events.
func (p *Page) Len() int { return p.events }

// Columns gives the reader of a page of columns, valid until the next Load; nil for other pages.
func (p *Page) Columns() *strip.Reader {
	if p.info.Layout != Columns || p.events == 0 {
		return nil
	}
	return p.columns
}

// Key gives timestamp and arrival number of event i, from 0 to Len()-1 in the order of both.
func (p *Page) Key(i int) (ts int64, arrival uint64, err error) {
	if err := p.keys(); err != nil {
		return 0, 0, err
	}
	return p.rows.ts[i], p.rows.arrival[i], nil
}

// At gives event i. The document is valid until the next Load, and not to be changed.
func (p *Page) At(i int) (ts int64, arrival uint64, doc []byte, err error) {
	if i >= p.events {
		panic("span: event is not in the page")
	}
	if err := p.documents(); err != nil {
		return 0, 0, nil, err
	}
	from := p.rows.start
	if i > 0 {
		from = p.rows.ends[i-1]
	}
	end := p.rows.ends[i]
	return p.rows.ts[i], p.rows.arrival[i], p.raw[from:end:end], nil
}

// Documents gives the bytes of all documents at once: document i ends at ends[i] of raw, where the next one begins; the first begins at start. They are valid
// until the next Load, and not to be changed.
func (p *Page) Documents() (raw []byte, start uint32, ends []uint32, err error) {
	if err := p.documents(); err != nil {
		return nil, 0, nil, err
	}
	return p.raw, p.rows.start, p.rows.ends[:p.events], nil
}

// keys decodes the events' keys, and checks that they are in order and what the page header says.
func (p *Page) keys() error {
	if p.keyed {
		return nil
	}
	ts, err := p.columns.Times(p.rows.ts)
	if err != nil {
		return p.damaged(err)
	}
	p.rows.ts = ts
	arrivals, err := p.columns.Arrivals(p.rows.arrival)
	if err != nil {
		return p.damaged(err)
	}
	p.rows.arrival = arrivals
	if !inOrder(ts, arrivals, &p.info) {
		return &damage.Error{File: p.path, Offset: p.info.Offset, What: "columns: events are not in order, or do not agree with the page header"}
	}
	p.keyed = true
	return nil
}

// inOrder says whether keys are in order and what the page's description says.
func inOrder(ts []int64, arrivals []uint64, info *PageInfo) bool {
	last := len(ts) - 1
	if ts[0] != info.First || ts[last] != info.Last || arrivals[0] != info.FirstArrival || arrivals[last] != info.LastArrival {
		return false
	}
	low, high := arrivals[0], arrivals[0]
	for i := 1; i <= last; i++ {
		if ts[i] < ts[i-1] || ts[i] == ts[i-1] && arrivals[i] <= arrivals[i-1] {
			return false
		}
		low, high = min(low, arrivals[i]), max(high, arrivals[i])
	}
	return low == info.MinArrival && high == info.MaxArrival
}

// documents puts all documents together.
func (p *Page) documents() error {
	if err := p.keys(); err != nil || p.documented {
		return err
	}
	if need := p.info.Docs; cap(p.buffer) < need || cap(p.buffer) > keepBytes && need <= keepBytes {
		p.buffer = make([]byte, 0, need)
	}
	raw, ends := p.buffer[:0], slices.Grow(p.rows.ends[:0], p.events)
	err := p.columns.Each(func(_ int, doc []byte) bool {
		raw = append(raw, doc...)
		ends = append(ends, uint32(len(raw)))
		return true
	})
	p.buffer, p.rows.ends = raw, ends
	if err != nil {
		return p.damaged(err)
	}
	p.raw, p.rows.start, p.documented = raw, 0, true
	return nil
}
