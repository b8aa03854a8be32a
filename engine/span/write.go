package span

import (
	"errors"
	"fmt"
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

// DefaultPageBytes is the raw size of an ordinary page of rows where none is given. The measurements are in docs/decisions.md.
const DefaultPageBytes = 256 << 10

const (
	// columnEvents is how many events a page of columns has at most, and columnPages how many pages of rows it stands for in bytes.
	columnEvents = 4096
	columnPages  = 24

	// writeBytes is what a Writer gathers before it writes.
	writeBytes = 1 << 20
	// keepBatch is how much memory is kept of each kind after a batch that took more.
	keepBatch = 16 << 20
)

// Options say how a file is written; zero values stand for what docs/decisions.md has measured best, but for the layout.
type Options struct {
	// Layout is that of the pages; 0: Rows. Events that have too little in common for Columns become pages of Rows.
	Layout Layout
	// PageBytes is the raw size that pages of rows are filled up to; 0: DefaultPageBytes. An event that is larger gets a page of its own. Pages of columns
	// are filled up to 24 times that, or 4,096 events.
	PageBytes int
	Codec     Codec    // of pages of rows
	Helpers   *Helpers // make pages beside who appends; nil: there are none
	Pause     func()   // called often while a page of columns is made, by helpers too, so that others can work in between; nil: not so

	level zstd.EncoderLevel // for measurements; 0: defaultLevel
}

// columnBytes is what a page of columns is filled up to.
func (o *Options) columnBytes() int { return min(columnPages*o.PageBytes, MaxRaw) }

// Keeps says whether a page of another file is worth copying as it is: it has the layout that is wanted and is not small.
func (o Options) Keeps(p *PageInfo) bool {
	if o.PageBytes <= 0 {
		o.PageBytes = DefaultPageBytes
	}
	if o.Layout == Columns {
		return p.Layout == Columns && !o.small(p.Events, p.Docs)
	}
	return p.Layout == Rows && p.Raw >= o.PageBytes/3
}

// small says whether events would make a page of columns that is far from full.
func (o *Options) small(events, docs int) bool {
	return events < columnEvents/3 && docs < o.columnBytes()/3
}

const defaultLevel = zstd.SpeedBetterCompression

// Writer writes a file, from its start. It is used by one goroutine and never syncs. It holds a few MiB; some tens of MiB with Columns, and as much again for each
// helper.
type Writer struct {
	f    io.WriterAt
	path string
	o    Options

	footer  Footer // of the pages that are made; but for the properties
	summary *summary
	values  *valueCounting
	reader  *encoder  // reads pages that are copied
	merged  []*Footer // whose properties were added

	filling  *batch
	full     *batch // nil, or the one before it, which waits to share with what comes behind: see closePage
	making   []making
	events   int64    // in all of these
	batches  []*batch // that are free
	encoders []*encoder

	// The last event.
	ts      int64
	arrival uint64

	out     []byte // what is to be written next
	written int64
	err     error // the first one; every later call gives it too
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
	if o.Layout == 0 {
		o.Layout = Rows
	}
	w := &Writer{
		f: f, path: path, o: o, footer: Footer{Header: h}, summary: newSummary(), values: newValueCounting(), filling: new(batch),
		out: appendHeader(make([]byte, 0, writeBytes+writeBytes/2), h),
	}
	return w
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
	if !w.filling.takes(&w.o, ts, arrival, len(doc)) {
		full := w.full
		w.full, w.filling = w.filling, w.batch()
		if full != nil {
			if err := w.make(full); err != nil {
				return err
			}
		}
	}
	w.filling.add(ts, arrival, doc)
	w.events++
	w.ts, w.arrival = ts, arrival
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
// footer, whose properties are added to this one's as a whole, once for each *Footer. What waits is made pages first.
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
	if err := w.tallyCopied(&h, body); err != nil {
		return w.fail(fmt.Errorf("%s: the page to be copied, from offset %d: %w", w.path, p.Offset, err))
	}
	w.addPage(&h, body)
	w.ts, w.arrival = p.Last, p.LastArrival
	if !slices.Contains(w.merged, props) {
		w.merged = append(w.merged, props)
		w.summary.merge(props)
	}
	return w.flush(writeBytes)
}

// tallyCopied counts the values of a page that is copied: the file that it comes from may not have done so, or told more values apart in all.
func (w *Writer) tallyCopied(h *pageHeader, body []byte) (err error) {
	var t pageTally
	if h.Layout == Columns {
		if w.reader == nil {
			w.reader = new(encoder)
		}
		if t, err = w.reader.tally(&h.PageInfo, body); err != nil {
			return err
		}
	}
	w.values.add(t)
	return nil
}

// closePage makes pages of all events that wait. Of two pages of columns the last is not left small: both get their share.
func (w *Writer) closePage() error {
	last := w.filling
	if w.full != nil {
		if len(last.ts) > 0 && w.o.Layout == Columns && w.o.small(len(last.ts), len(last.docs)) {
			w.full.share(last)
		}
		full := w.full
		w.full = nil
		if err := w.make(full); err != nil {
			return err
		}
	}
	if len(last.ts) > 0 {
		w.filling = w.batch()
		if err := w.make(last); err != nil {
			return err
		}
	}
	return w.collect(0)
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

// Size is the bytes of the file so far: header and pages that are made.
func (w *Writer) Size() int64 { return w.written + int64(len(w.out)) }

// Events is the number of events so far.
func (w *Writer) Events() int64 { return w.footer.Events + w.events }

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
	f.Values = w.values.finish(w.Size())
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
