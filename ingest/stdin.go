package ingest

import (
	"context"
	"io"
)

// detached reads r in a goroutine of its own, so that whoever reads can leave off when ctx ends although
// a Read of r hangs (a terminal, a pipe whose writer sleeps). That goroutine then stays until r's Read returns: it is meant for the standard
// input, in a process that is about to end.
type detached struct {
	ctx    context.Context
	cancel context.CancelFunc
	pieces chan piece
	back   chan []byte
	cur    []byte // unread part of whole
	whole  []byte
	err    error
}

type piece struct {
	data []byte
	err  error
}

func detach(ctx context.Context, r io.Reader) *detached {
	ctx, cancel := context.WithCancel(ctx)
	d := &detached{ctx: ctx, cancel: cancel, pieces: make(chan piece), back: make(chan []byte, 2)}
	const size = 256 << 10
	d.back <- make([]byte, size)
	d.back <- make([]byte, size)
	go func() {
		for {
			var buf []byte
			select {
			case buf = <-d.back:
			case <-ctx.Done():
				return
			}
			n, err := r.Read(buf)
			select {
			case d.pieces <- piece{buf[:n], err}:
			case <-ctx.Done():
				return
			}
			if err != nil {
				return
			}
		}
	}()
	return d
}

func (d *detached) Read(p []byte) (int, error) {
	for len(d.cur) == 0 {
		if d.err != nil {
			return 0, d.err
		}
		if d.whole != nil {
			d.back <- d.whole[:cap(d.whole)] // never blocks: there are two buffers and two places
			d.whole = nil
		}
		select {
		case got := <-d.pieces:
			d.whole, d.cur, d.err = got.data, got.data, got.err
		case <-d.ctx.Done():
			return 0, d.ctx.Err()
		}
	}
	n := copy(p, d.cur)
	d.cur = d.cur[n:]
	return n, nil
}

// Close leaves the goroutine behind; it does not close what is read.
func (d *detached) Close() error {
	d.cancel()
	return nil
}
