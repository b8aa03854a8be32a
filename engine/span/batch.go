package span

import (
	"bytes"
	"errors"
	"hash/crc32"
	"slices"

	"github.com/flare-pg/flare-pg/engine/span/strip"
)

// batch is events that wait to become a page, or several.
type batch struct {
	docs     []byte
	ends     []uint32 // of the documents
	ts       []int64
	arrivals []uint64
	heads    int // bytes of the heads that they have in rows
}

func (b *batch) reset() {
	if cap(b.docs)+8*cap(b.ts) > keepBatch {
		*b = batch{}
	}
	b.docs, b.ends, b.ts, b.arrivals, b.heads = b.docs[:0], b.ends[:0], b.ts[:0], b.arrivals[:0], 0
}

func (b *batch) add(ts int64, arrival uint64, doc []byte) {
	b.heads += b.headSize(ts, arrival, len(doc))
	b.docs = append(b.docs, doc...)
	b.ends = append(b.ends, uint32(len(b.docs)))
	b.ts, b.arrivals = append(b.ts, ts), append(b.arrivals, arrival)
}

// headSize is what the head of the next event takes in rows.
func (b *batch) headSize(ts int64, arrival uint64, length int) int {
	if n := len(b.ts) - 1; n >= 0 {
		return headSize(ts-b.ts[n], arrival-b.arrivals[n], length)
	}
	return headSize(0, 0, length)
}

// takes says whether one more event belongs into the batch: whether it fits into a page.
func (b *batch) takes(o *Options, ts int64, arrival uint64, length int) bool {
	n := len(b.ts)
	switch {
	case n == 0:
		return true
	case o.Layout == Columns:
		return n < columnEvents && len(b.docs)+length <= o.columnBytes()
	}
	// A step of more than 63 bits ends the page too: within one, steps are not negative.
	return ts-b.ts[n-1] >= 0 && b.heads+len(b.docs)+b.headSize(ts, arrival, length)+length <= o.PageBytes
}

// share moves events from the end of b to the beginning of the next batch, so that both have as many.
func (b *batch) share(next *batch) {
	n := (len(b.ts) + len(next.ts) + 1) / 2
	if n >= len(b.ts) || len(b.docs)+len(next.docs) > MaxRaw/2 {
		return
	}
	from := int(b.start(n))
	moved := uint32(len(b.docs) - from)
	ends := make([]uint32, 0, len(b.ts)-n+len(next.ends))
	for _, end := range b.ends[n:] {
		ends = append(ends, end-uint32(from))
	}
	for _, end := range next.ends {
		ends = append(ends, end+moved)
	}
	next.docs, next.ends = slices.Insert(next.docs, 0, b.docs[from:]...), ends
	next.ts, next.arrivals = slices.Insert(next.ts, 0, b.ts[n:]...), slices.Insert(next.arrivals, 0, b.arrivals[n:]...)
	b.docs, b.ends, b.ts, b.arrivals = b.docs[:from], b.ends[:n], b.ts[:n], b.arrivals[:n]
}

// start is where the document of event i begins.
func (b *batch) start(i int) uint32 {
	if i == 0 {
		return 0
	}
	return b.ends[i-1]
}

func (b *batch) doc(i int) []byte { return b.docs[b.start(i):b.ends[i]:b.ends[i]] }

// info describes the events from one to before another, but for what is known only when they are a page.
func (b *batch) info(from, to int, l Layout) PageInfo {
	p := PageInfo{
		Layout: l, Events: to - from, Docs: int(b.ends[to-1] - b.start(from)), First: b.ts[from], Last: b.ts[to-1],
		FirstArrival: b.arrivals[from], LastArrival: b.arrivals[to-1], MinArrival: b.arrivals[from], MaxArrival: b.arrivals[from],
	}
	for _, a := range b.arrivals[from:to] {
		p.MinArrival, p.MaxArrival = min(p.MinArrival, a), max(p.MaxArrival, a)
	}
	return p
}

// encoder makes pages of batches, one batch at a time. What it made is there until the next.
type encoder struct {
	compressor compressor
	builder    *strip.Builder // nil until a page of columns is wanted
	reader     strip.Reader   // of the pages that were made, for what they tell of their values
	columnView strip.Columns
	heads      []byte
	out        []byte // the bodies
	pages      []encoded
	summary    *summary
	err        error
}

// encoded is a page that is made: its header lacks what depends on its place in the file.
type encoded struct {
	header   pageHeader
	from, to int // the body, of encoder.out
	tally    pageTally
}

// encode makes the pages of a batch.
func (e *encoder) encode(o *Options, b *batch) {
	if cap(e.out) > keepBatch {
		e.out = nil
	}
	e.out, e.pages, e.err = e.out[:0], e.pages[:0], nil
	e.summary.reset()
	if o.Layout == Columns {
		if e.columns(o, b) {
			return
		}
	} else {
		e.observe(b)
	}
	for from := 0; from < len(b.ts) && e.err == nil; {
		from = e.rows(o, b, from)
	}
}

// observe summarises the documents of a batch.
func (e *encoder) observe(b *batch) {
	for i := range b.ts {
		e.summary.observe(b.doc(i))
	}
}

// columns makes the batch one page of the layout columns; false where it is better off in rows.
func (e *encoder) columns(o *Options, b *batch) bool {
	if e.builder == nil {
		e.builder = strip.NewBuilder()
	}
	e.builder.Pause = o.Pause
	e.builder.Use(b.docs, b.ends, b.ts, b.arrivals)
	// It has walked through the documents, so their properties are known.
	if !e.summary.take(e.builder) {
		e.observe(b)
	}
	body, front, err := e.builder.Finish(e.out)
	if err != nil {
		if !errors.Is(err, strip.ErrDifferent) {
			e.err = err
		}
		return e.err != nil
	}
	h := pageHeader{PageInfo: b.info(0, len(b.ts), Columns), bodySum: sum(body), rawSum: sum(body[:front])}
	h.Raw, h.Front, h.Length = h.Docs, front, PageHeaderBytes+len(body)
	if h.check() != nil {
		return false // it is far larger than the documents
	}
	t, err := e.tally(&h.PageInfo, body)
	if err != nil {
		e.err = err
		return true
	}
	e.out = body
	e.pages = append(e.pages, encoded{h, 0, len(body), t})
	return true
}

// tally asks a page of columns how many of its events have which values.
func (e *encoder) tally(p *PageInfo, body []byte) (pageTally, error) {
	front, err := strip.ParseFront(body, len(body), p.Events, p.Docs)
	if err != nil {
		return pageTally{}, err
	}
	e.reader.Open(front, bytes.NewReader(body), "", 0)
	e.columnView.Turn(&e.reader)
	return tallyOf(&e.columnView)
}

// rows makes a page of the layout rows of events from one on, and gives the one behind the last.
func (e *encoder) rows(o *Options, b *batch, from int) (to int) {
	heads := appendHead(e.heads[:0], 0, 0, int(b.ends[from]-b.start(from)))
	for to = from + 1; to < len(b.ts); to++ {
		step, arrival, length := b.ts[to]-b.ts[to-1], b.arrivals[to]-b.arrivals[to-1], int(b.ends[to]-b.ends[to-1])
		if step < 0 || len(heads)+int(b.ends[to]-b.start(from))+headSize(step, arrival, length) > o.PageBytes {
			break
		}
		heads = appendHead(heads, step, arrival, length)
	}
	e.heads = heads
	docs := b.docs[b.start(from):b.ends[to-1]]
	body, codec, err := e.compressor.compress(heads, docs)
	if err != nil {
		e.err = err
		return to
	}
	h := pageHeader{PageInfo: b.info(from, to, Rows), codec: codec, bodySum: sum(body), rawSum: crc32.Update(sum(heads), castagnoli, docs)}
	h.Length, h.Raw = PageHeaderBytes+len(body), len(heads)+len(docs)
	at := len(e.out)
	e.out = append(e.out, body...)
	e.pages = append(e.pages, encoded{header: h, from: at, to: len(e.out)})
	e.compressor.shrink()
	return to
}
