package pgwire

import (
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"time"
)

// Sizes of a connection's inbox in bytes: what the pump may have read ahead of the conversation.
const (
	inboxBefore = 8 << 10  // before the client is let in
	inboxIdle   = 2 << 10  // afterwards, while little arrives: there may be thousands of clients that say nothing
	inboxAfter  = 64 << 10 // while much does
)

// inbox is the ring between the socket and the conversation. Until the client is let in, whoever reads the inbox reads the socket himself: then
// nobody takes bytes that a TLS handshake should have. Afterwards a pump does.
type inbox struct {
	mu    sync.Mutex
	more  sync.Cond // bytes or an error arrived, or somebody woke the reader
	space sync.Cond // bytes were taken
	buf   []byte
	r, n  int      // bytes r … r+n-1 (round the end) are unread
	err   error    // why the pump ended; what it read before is still to be had
	ended bool     // the pump has
	sink  bool     // throw away what arrives: the connection is being closed
	from  net.Conn // what the reader reads himself; nil once there is a pump
}

func newInbox(from net.Conn) *inbox {
	b := &inbox{buf: make([]byte, inboxBefore), from: from}
	b.more.L, b.space.L = &b.mu, &b.mu
	return b
}

// pump reads nc until it fails, then calls done with the error. It never holds more than the ring.
func (b *inbox) pump(nc net.Conn, done func(error)) {
	last := 0 // bytes read at once
	for {
		b.mu.Lock()
		for b.n == len(b.buf) && len(b.buf) >= inboxAfter {
			b.space.Wait()
		}
		b.fit(last)
		// The free part that is in one piece.
		w := (b.r + b.n) % len(b.buf)
		end := len(b.buf)
		if w < b.r {
			end = b.r
		}
		free := b.buf[w:end]
		b.mu.Unlock()

		n, err := nc.Read(free)
		last = n
		if n == len(free) {
			last = inboxAfter // there is more where that came from
		}

		b.mu.Lock()
		b.n += n
		if b.sink {
			b.r, b.n = 0, 0
		}
		b.err, b.ended = err, err != nil
		b.more.Broadcast()
		b.mu.Unlock()
		if err != nil {
			done(err)
			return
		}
	}
}

// fit gives the ring the size that suits what was read last.
func (b *inbox) fit(last int) {
	size := len(b.buf)
	switch {
	case last >= size || b.n == size:
		size = min(4*size, inboxAfter)
	case b.n == 0 && last < inboxIdle/2:
		size = inboxIdle
	}
	if size != len(b.buf) {
		b.resize(size)
	}
}

// resize replaces the ring by one of another size that holds what is unread.
func (b *inbox) resize(size int) {
	ring := make([]byte, size)
	for i := range b.n {
		ring[i] = b.buf[(b.r+i)%len(b.buf)]
	}
	b.buf, b.r = ring, 0
}

// read takes what is there, up to len(p) bytes. While nothing is there it waits, and asks stop, at once and each
// time it is woken, whether to go on; stop's error ends the wait. Bytes come before errors.
func (b *inbox) read(p []byte, stop func() error) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for b.n == 0 {
		if b.err != nil {
			return 0, b.err
		}
		if stop != nil {
			if err := stop(); err != nil {
				return 0, err
			}
		}
		if b.from == nil {
			b.more.Wait()
		} else if err := b.fetch(stop); err != nil {
			return 0, err
		}
	}
	total := 0
	for total < len(p) && b.n > 0 {
		end := min(b.r+b.n, len(b.buf))
		n := copy(p[total:], b.buf[b.r:end])
		total += n
		b.n -= n
		b.r = (b.r + n) % len(b.buf)
	}
	b.space.Broadcast()
	return total, nil
}

// peek gives the next byte and leaves it there. It is for before there is a pump.
func (b *inbox) peek(stop func() error) (byte, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for b.n == 0 {
		if b.err != nil {
			return 0, b.err
		}
		if err := stop(); err != nil {
			return 0, err
		}
		if err := b.fetch(stop); err != nil {
			return 0, err
		}
	}
	return b.buf[b.r], nil
}

// fetch reads into the empty ring itself; the lock is free meanwhile. A read that was interrupted asks stop.
func (b *inbox) fetch(stop func() error) error {
	from := b.from
	b.mu.Unlock()
	n, err := from.Read(b.buf)
	b.mu.Lock()
	b.r, b.n, b.err = 0, n, err
	if b.sink {
		b.n = 0
	}
	if errors.Is(err, os.ErrDeadlineExceeded) && n == 0 && stop != nil {
		if err := stop(); err != nil {
			return err
		}
	}
	return nil
}

// take empties the ring of what nobody has read, to be read elsewhere.
func (b *inbox) take() []byte {
	b.mu.Lock()
	defer b.mu.Unlock()
	p := append([]byte(nil), b.buf[b.r:b.r+b.n]...) // in one piece: only fetch has written so far
	b.r, b.n = 0, 0
	return p
}

// readFrom makes the reader read another connection than so far.
func (b *inbox) readFrom(nc net.Conn) {
	b.mu.Lock()
	b.from = nc
	b.mu.Unlock()
}

// wake makes a waiting read ask its stop again.
func (b *inbox) wake() {
	b.mu.Lock()
	if b.from != nil {
		b.from.SetReadDeadline(time.Unix(1, 0)) //nolint:errcheck // a closed connection wakes by itself
	}
	b.more.Broadcast()
	b.mu.Unlock()
}

// buffered is the number of unread bytes.
func (b *inbox) buffered() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.n
}

// discard drops what is unread and all that is still to come.
func (b *inbox) discard() {
	b.mu.Lock()
	b.sink, b.r, b.n = true, 0, 0
	if b.err == nil {
		b.err = io.EOF
	}
	b.space.Broadcast()
	b.mu.Unlock()
}

// drained waits until there is nothing more to come.
func (b *inbox) drained() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if from := b.from; from != nil {
		b.mu.Unlock()
		io.Copy(io.Discard, from) //nolint:errcheck // whatever ends it
		b.mu.Lock()
		return
	}
	for !b.ended {
		b.more.Wait()
	}
}
