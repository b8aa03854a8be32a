package span

// Helpers are goroutines of the caller's that make pages for Writers, beside those that append. Who appends never waits for a helper to come: a page that none takes is made
// at once, so any number of helpers will do, and none.
type Helpers struct{ jobs chan func() }

// NewHelpers begins without any.
func NewHelpers() *Helpers { return &Helpers{jobs: make(chan func())} }

// Help makes the goroutine that calls it a helper, until Close. before, where not nil, is called before each page.
func (h *Helpers) Help(before func()) {
	for job := range h.jobs {
		if before != nil {
			before()
		}
		job()
	}
}

// Close sends the helpers home. Writers go on without.
func (h *Helpers) Close() { close(h.jobs) }

// take gives a job to a helper that has nothing to do; false where none is.
func (h *Helpers) take(job func()) bool {
	if h == nil {
		return false
	}
	select {
	case h.jobs <- job:
		return true
	default:
		return false
	}
}

// making is a batch that is being made pages, or was and is not written yet.
type making struct {
	batch   *batch
	encoder *encoder
	done    chan struct{} // closed when it is made
}

// mostMaking is how many batches are made at a time at most, or wait for one that was begun before.
const mostMaking = 4

// make begins to make pages of a batch, and writes those that are made.
func (w *Writer) make(b *batch) error {
	m := making{b, w.encoder(), make(chan struct{})}
	job := func() {
		m.encoder.encode(&w.o, b)
		close(m.done)
	}
	if !w.o.Helpers.take(job) {
		job()
	}
	w.making = append(w.making, m)
	return w.collect(mostMaking)
}

// collect writes the pages that are made, in order, and waits for them until at most so many batches are not written yet.
func (w *Writer) collect(most int) error {
	for len(w.making) > 0 {
		m := w.making[0]
		if len(w.making) > most {
			<-m.done
		} else {
			select {
			case <-m.done:
			default:
				return nil
			}
		}
		if err := w.put(m.encoder, m.batch); err != nil {
			return err
		}
		n := copy(w.making, w.making[1:])
		w.making = w.making[:n]
		m.batch.reset()
		w.batches, w.encoders = append(w.batches, m.batch), append(w.encoders, m.encoder)
	}
	return nil
}

// put puts the pages of a batch behind those before.
func (w *Writer) put(e *encoder, b *batch) error {
	if e.err != nil {
		return w.fail(e.err)
	}
	for k := range e.pages {
		p := &e.pages[k]
		p.header.Row = w.footer.Events
		w.addPage(&p.header, e.out[p.from:p.to])
		w.values.add(p.tally)
		if err := w.flush(writeBytes); err != nil {
			return err
		}
	}
	w.summary.add(e.summary)
	w.events -= int64(len(b.ts))
	return nil
}

// batch gives an empty batch, and encoder one that makes nothing.
func (w *Writer) batch() *batch {
	if n := len(w.batches); n > 0 {
		b := w.batches[n-1]
		w.batches = w.batches[:n-1]
		return b
	}
	return new(batch)
}

func (w *Writer) encoder() *encoder {
	if n := len(w.encoders); n > 0 {
		e := w.encoders[n-1]
		w.encoders = w.encoders[:n-1]
		return e
	}
	return &encoder{compressor: compressor{codec: w.o.Codec, level: w.o.level}, summary: newSummary()}
}
