package pgwire

import (
	"encoding/binary"
	"net"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"
)

const (
	flushBytes = 64 << 10               // a buffer of this size is sent
	flushAfter = 100 * time.Millisecond // rows wait no longer than this for more rows
)

// writer collects messages and sends them when there are enough. Its first error sticks: the client is gone.
type writer struct {
	nc      net.Conn
	raw     net.Conn     // the socket below nc, for deadlines; anybody may set them
	timeout atomic.Int64 // nanoseconds for one Write to make progress; 0 for ever. Shortened from outside when the client is going
	buf     []byte
	err     error
	count   *atomic.Int64 // of rows; nil: not counted
	sent    time.Time     // of the last flush
	cells   []cell        // scratch of rows
	row     []byte        // scratch of fixedRows
	open    int           // 1 + where the message begins that is being written; 0 none
}

// send appends a message.
func (w *writer) send(m pgproto3.BackendMessage) error {
	if w.err != nil {
		return w.err
	}
	b, err := m.Encode(w.buf)
	if err != nil {
		return err // the message is not sent; what was before it stays
	}
	w.buf = b
	return w.full()
}

// begin starts a message whose body the caller appends to w.buf; end fills in its length, abandon takes it back.
func (w *writer) begin(kind byte) {
	w.open = len(w.buf) + 1
	w.buf = append(w.buf, kind, 0, 0, 0, 0)
}

func (w *writer) end() {
	binary.BigEndian.PutUint32(w.buf[w.open:], uint32(len(w.buf)-w.open))
	w.open = 0
}

func (w *writer) abandon() {
	if w.open > 0 {
		w.buf = w.buf[:w.open-1]
		w.open = 0
	}
}

// full flushes when there is enough to send.
func (w *writer) full() error {
	if len(w.buf) >= flushBytes {
		return w.flush()
	}
	return w.err
}

// flush sends what is there. It blocks while the client doesn't read: that is how a slow client slows a scan.
func (w *writer) flush() error {
	if w.err != nil {
		return w.err
	}
	w.sent = time.Now()
	for b := w.buf; len(b) > 0 && w.err == nil; {
		if t := time.Duration(w.timeout.Load()); t > 0 {
			if w.err = w.raw.SetWriteDeadline(w.sent.Add(t)); w.err != nil {
				break
			}
		}
		// In pieces, so that the deadline is one for progress, not for a big message as a whole.
		var n int
		n, w.err = w.nc.Write(b[:min(len(b), 2*flushBytes)])
		b = b[n:]
		w.sent = time.Now()
	}
	if cap(w.buf) > 1<<20 {
		w.buf = nil
	}
	w.buf = w.buf[:0]
	return w.err
}

// hurry cuts the time that writes may take, one that is under way included. It may be called by any goroutine.
func (w *writer) hurry(t time.Duration) {
	w.timeout.Store(int64(t))
	w.raw.SetWriteDeadline(time.Now().Add(t)) //nolint:errcheck // a closed connection needs no deadline
}
