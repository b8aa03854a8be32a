package span

import (
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"slices"

	"github.com/klauspost/compress/zstd"
)

// Errors of a Writer beside those of the file it writes to.
var (
	// ErrOrder: an event or a page does not come behind what was written before, by (timestamp, arrival number).
	ErrOrder = errors.New("events are not in order")
	// ErrTooLarge: an event is larger than MaxRaw allows, or a file has more pages than MaxFooter allows.
	ErrTooLarge = errors.New("too large for a span")

	errFinished = errors.New("span: the file is finished")
)

// DefaultPageBytes is the raw size of an ordinary page where none is given. The measurements are in docs/decisions.md.
const DefaultPageBytes = 256 << 10

// writeBytes is what a Writer gathers before it writes.
const writeBytes = 1 << 20

// Options say how a file is written; zero values stand for what docs/decisions.md has measured best.
type Options struct {
	// PageBytes is the raw size that pages are filled up to; 0: DefaultPageBytes. An event that is larger gets a page of its own.
	PageBytes int
	Codec     Codec

	level zstd.EncoderLevel // for measurements; 0: defaultLevel
}

const defaultLevel = zstd.SpeedBetterCompression

// Writer writes a file, from its start. It is used by one goroutine, holds a few MiB, and never syncs.
type Writer struct {
	f    io.WriterAt
	path string
	o    Options

	footer  Footer // of the closed pages; but for the properties
	summary *summary
	merged  []*Footer // whose properties were added

	open  PageInfo // the page being filled; no page where Events is 0
	heads []byte
	docs  []byte

	// The last event.
	ts      int64
	arrival uint64

	compressor compressor
	out        []byte // what is to be written next
	written    int64
	err        error // the first one; every later call gives it too
}

// NewWriter begins a file; path is its name, for errors. Whatever f holds is overwritten from offset 0 on. Nothing is written before about 1 MiB
// has gathered.
func NewWriter(f io.WriterAt, path string, h Header, o Options) *Writer {
	if o.PageBytes <= 0 {
		o.PageBytes = DefaultPageBytes
	}
	o.PageBytes = min(o.PageBytes, MaxRaw)
	if o.Codec == DefaultCodec {
		o.Codec = Zstd
	}
	if o.level == 0 {
		o.level = defaultLevel
	}
	return &Writer{
		f: f, path: path, o: o, footer: Footer{Header: h}, summary: newSummary(),
		compressor: compressor{codec: o.Codec, level: o.level},
		out:        appendHeader(make([]byte, 0, writeBytes+writeBytes/2), h),
	}
}

// Append adds an event: its timestamp, arrival number and document, which is a normalised event and is copied. ErrOrder
// where it does not come behind the last one by (timestamp, arrival number), ErrTooLarge where it does not fit into MaxRaw; the event is
// passed over then, and the Writer goes on. Other errors are of writing, and final.
func (w *Writer) Append(ts int64, arrival uint64, doc []byte) error {
	if w.err != nil {
		return w.err
	}
	if err := w.follows(ts, arrival); err != nil {
		return err
	}
	if minHead+3+len(doc) > MaxRaw { // a length below MaxRaw takes 4 bytes at most
		return fmt.Errorf("%s: an event of %d bytes is %w", w.path, len(doc), ErrTooLarge)
	}
	step, arrivalStep := ts-w.ts, arrival-w.arrival
	if w.open.Events > 0 && (step < 0 || len(w.heads)+len(w.docs)+headSize(step, arrivalStep, len(doc))+len(doc) > w.o.PageBytes) {
		// A step of more than 63 bits ends the page too: within one, steps are not negative.
		if err := w.closePage(); err != nil {
			return err
		}
	}
	p := &w.open
	if p.Events == 0 {
		*p = PageInfo{Row: w.footer.Events, Layout: Rows, First: ts, FirstArrival: arrival, MinArrival: arrival, MaxArrival: arrival}
		step, arrivalStep = 0, 0
	}
	w.heads = appendHead(w.heads, step, arrivalStep, len(doc))
	p.Events++
	p.Last, p.LastArrival = ts, arrival
	p.MinArrival, p.MaxArrival = min(p.MinArrival, arrival), max(p.MaxArrival, arrival)
	w.docs = append(w.docs, doc...)
	w.ts, w.arrival = ts, arrival
	w.summary.observe(doc)
	return nil
}

// follows checks that an event comes behind the last one.
func (w *Writer) follows(ts int64, arrival uint64) error {
	if w.Events() > 0 && (ts < w.ts || ts == w.ts && arrival <= w.arrival) {
		return fmt.Errorf("%s: %w: timestamp %d, arrival number %d came after %d, %d", w.path, ErrOrder, ts, arrival, w.ts, w.arrival)
	}
	return nil
}

// CopyPage adds a page of another file as it is, but for its row number: stored is what Stored gave for p, and props the other file's
// footer, whose properties are added to this one's as a whole, once for each *Footer. The page that is being filled is closed first.
// ErrOrder where the page does not come behind the last event; the page is passed over then, and the Writer goes on. Other errors are final.
func (w *Writer) CopyPage(p PageInfo, stored []byte, props *Footer) error {
	if w.err != nil {
		return w.err
	}
	if err := w.follows(p.First, p.FirstArrival); err != nil {
		return err
	}
	if err := w.closePage(); err != nil {
		return err
	}
	h, body, derr := openPage(stored, p)
	if derr != nil {
		return w.fail(fmt.Errorf("%s: the page to be copied, from offset %d, is not what Stored gave: %s", w.path, p.Offset, derr.What))
	}
	h.Row = w.footer.Events
	w.addPage(&h, body)
	w.ts, w.arrival = p.Last, p.LastArrival
	if !slices.Contains(w.merged, props) {
		w.merged = append(w.merged, props)
		w.summary.merge(props)
	}
	return w.flush(writeBytes)
}

// closePage ends the page that is being filled, if there is one.
func (w *Writer) closePage() error {
	if w.open.Events == 0 {
		return nil
	}
	body, codec, err := w.compressor.compress(w.heads, w.docs)
	if err != nil {
		return w.fail(err)
	}
	h := pageHeader{PageInfo: w.open, codec: codec, bodySum: sum(body), rawSum: crc32.Update(sum(w.heads), castagnoli, w.docs)}
	h.Length, h.Raw, h.Docs = PageHeaderBytes+len(body), len(w.heads)+len(w.docs), len(w.docs)
	w.addPage(&h, body)
	w.open.Events = 0
	w.heads, w.docs = w.heads[:0], w.docs[:0]
	if cap(w.heads)+cap(w.docs) > keepBytes {
		w.heads, w.docs = nil, nil
	}
	w.compressor.shrink()
	return w.flush(writeBytes)
}

// addPage puts a page behind those before and notes it in the footer. h lacks the offset only.
func (w *Writer) addPage(h *pageHeader, body []byte) {
	h.Offset = w.Size()
	w.out = append(appendPageHeader(w.out, h), body...)
	w.footer.Pages = append(w.footer.Pages, h.PageInfo)
	w.footer.count(&h.PageInfo)
}

// flush writes what has gathered if that is so many bytes.
func (w *Writer) flush(least int) error {
	if len(w.out) < least {
		return nil
	}
	if _, err := w.f.WriteAt(w.out, w.written); err != nil {
		return w.fail(err)
	}
	w.written += int64(len(w.out))
	w.out = w.out[:0]
	if cap(w.out) > keepBytes {
		w.out = nil
	}
	return nil
}

func (w *Writer) fail(err error) error {
	w.err = err
	return err
}

// Size is the bytes of the file so far: header and closed pages.
func (w *Writer) Size() int64 { return w.written + int64(len(w.out)) }

// Events is the number of events so far.
func (w *Writer) Events() int64 { return w.footer.Events + int64(w.open.Events) }

// Finish writes what is left, and footer and trailer. It gives the footer and the length of the file, which the caller cuts it to where it was
// longer, and syncs. The Writer is of no use afterwards.
func (w *Writer) Finish() (*Footer, int64, error) {
	if w.err != nil {
		return nil, 0, w.err
	}
	if err := w.closePage(); err != nil {
		return nil, 0, err
	}
	f := w.footer
	f.Properties, f.Overflowed = w.summary.properties(), w.summary.overflowed
	f.Pages = slices.Clip(f.Pages)
	t := trailer{Offset: w.Size()}
	from := len(w.out)
	w.out = appendFooter(w.out, &f)
	footer := w.out[from:]
	if len(footer) > MaxFooter {
		return nil, 0, w.fail(fmt.Errorf("%s: %d pages are %w", w.path, len(f.Pages), ErrTooLarge))
	}
	t.Length, t.Sum = uint32(len(footer)), sum(footer)
	w.out = appendTrailer(w.out, t)
	if err := w.flush(0); err != nil {
		return nil, 0, err
	}
	w.err = errFinished
	return &f, w.written, nil
}
