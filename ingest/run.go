package ingest

import (
	"context"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/flare-pg/flare-pg/event"
)

// run is one call of Run. Its goroutine reads, and hands what is decoded to the sink; the workers decode.
//
//	read chunk ──► jobs ──► worker: decode ──► chunk.done
//	     └───────► pending (in order of the input) ──► sink
//
// Reading stays with the calling goroutine so that a reader is never used after Run has returned.
type run struct {
	ctx    context.Context
	sink   Sink
	o      Options
	start  time.Time
	size   int64
	before int64 // bytes as stored of the inputs that are done
	result Result

	jobs    chan *chunk
	workers sync.WaitGroup
	pending []*chunk // given to the workers, oldest first
	free    []*chunk
	carry   []byte // the beginning of a line whose end is not read yet
}

func (r *run) startWorkers() {
	r.jobs = make(chan *chunk, r.o.Workers+1)
	for range r.o.Workers {
		r.workers.Go(func() {
			d := event.NewDecoder(r.o.Options)
			for c := range r.jobs {
				c.decode(d, r.o.OnError == Stop)
				c.done <- struct{}{}
			}
		})
	}
}

func (r *run) stopWorkers() {
	close(r.jobs)
	r.workers.Wait()
}

// file reads one input.
func (r *run) file(in Input) (FileResult, error) {
	f := FileResult{Name: in.Name}
	s, err := open(r.ctx, in)
	if err != nil {
		return f, err
	}
	defer s.Close()
	err = r.lines(s, &f)
	for err == nil && len(r.pending) > 0 {
		err = r.deliver(s, &f)
	}
	// After an error the workers may still be busy with chunks that nobody wants.
	for _, c := range r.pending {
		<-c.done
		r.release(c)
	}
	r.pending, r.carry = r.pending[:0], r.carry[:0]
	r.before += s.count.n.Load()
	if err != nil {
		return f, err
	}
	return f, r.ctx.Err()
}

// lines splits the text into chunks of whole lines and hands them to the workers.
func (r *run) lines(s *source, f *FileResult) error {
	p := &splitter{text: s, size: r.o.chunk, limit: r.o.Bytes, carry: r.carry}
	defer func() { r.carry = p.carry }()
	for {
		if err := r.ctx.Err(); err != nil {
			return err
		}
		c := r.take()
		more, err := p.next(c)
		if err != nil && err != io.EOF {
			r.release(c)
			return fmt.Errorf("%s: %w", f.Name, err)
		}
		if !more {
			r.release(c)
			return nil
		}
		for len(r.pending) > r.o.Workers {
			if err := r.deliver(s, f); err != nil {
				r.release(c)
				return err
			}
		}
		r.pending = append(r.pending, c)
		r.jobs <- c
	}
}

// deliver waits for the oldest chunk and gives its events to the sink.
func (r *run) deliver(s *source, f *FileResult) error {
	c := r.pending[0]
	<-c.done
	r.pending = append(r.pending[:0], r.pending[1:]...)
	defer r.release(c)
	if err := r.ctx.Err(); err != nil {
		return err
	}
	for _, b := range c.bad {
		e := &LineError{File: f.Name, Line: f.Lines + b.line, Column: b.err.Offset + 1, Err: b.err}
		if r.o.OnError == Stop {
			return e
		}
		f.BadLines++
		if r.o.Report != nil {
			r.o.Report(e)
		}
	}
	from := 0
	for _, e := range c.events {
		if err := r.sink.Append(e.ts, c.docs[from:e.end:e.end]); err != nil {
			return err
		}
		from = e.end
	}
	if c.summary.Len() > 0 || c.summary.Dropped() > 0 {
		r.sink.Observe(&c.summary)
	}
	f.Lines += c.lines
	f.Events += int64(len(c.events))
	f.Bytes += c.read
	if r.o.Progress != nil {
		r.o.Progress(Progress{
			File: f.Name, Read: r.before + s.count.n.Load(), Size: r.size,
			Events: r.result.Events + f.Events, Bytes: r.result.Bytes + f.Bytes, BadLines: r.result.BadLines + f.BadLines,
			Elapsed: time.Since(r.start),
		})
	}
	return nil
}

func (r *run) take() *chunk {
	if n := len(r.free); n > 0 {
		c := r.free[n-1]
		r.free = r.free[:n-1]
		return c
	}
	return &chunk{done: make(chan struct{}, 1)}
}

func (r *run) release(c *chunk) {
	c.reset(4 * r.o.chunk)
	r.free = append(r.free, c)
}
