package pgwire

import (
	"bytes"
	"context"
	"errors"
	"io"

	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/flare-pg/flare-pg/types"
)

// errLeft: the client said Terminate, or broke the protocol, in the middle of a COPY. The connection ends.
var errLeft = errors.New("client left during COPY")

// copyIn reads the client's CopyData messages as one stream of bytes.
type copyIn struct {
	c    *conn
	ctx  context.Context
	data []byte // rest of the present message, in the frame's memory
	err  error
}

func (r *copyIn) Read(p []byte) (int, error) {
	for len(r.data) == 0 {
		if r.err != nil {
			return 0, r.err
		}
		r.data, r.err = r.message()
	}
	n := copy(p, r.data)
	r.data = r.data[n:]
	return n, nil
}

// message waits for the next message that means something to a COPY.
func (r *copyIn) message() ([]byte, error) {
	woken := context.AfterFunc(r.ctx, r.c.in.wake)
	defer woken()
	for {
		kind, body, err := r.c.frames.next(func() error {
			if r.ctx.Err() != nil {
				return context.Cause(r.ctx)
			}
			if err := r.c.tooSlow(); err != nil {
				r.c.leaving = err
				return err
			}
			return nil
		})
		r.c.arrived()
		if err == io.EOF {
			err = ErrHangup // the connection's end is not the data's: nothing may be taken for whole
		}
		if err != nil {
			return nil, err
		}
		switch kind {
		case 'd':
			if len(body) > 0 {
				return body, nil
			}
		case 'c':
			return nil, io.EOF
		case 'f':
			reason, _, _ := bytes.Cut(body, []byte{0})
			return nil, types.Errorf(types.CodeQueryCanceled, "COPY from stdin failed: %s", reason)
		case 'S', 'H': // PostgreSQL lets them pass: a client may send them before it knows that a COPY began
		case 'X':
			r.c.leaving = errLeft
			return nil, errLeft
		default:
			e := fatal(codeProtocolViolation, "unexpected message type 0x%02X during COPY from stdin", kind)
			r.c.leaving = e
			return nil, e
		}
	}
}

// copyOut sends each Write as a CopyData message.
type copyOut struct{ w *writer }

func (o *copyOut) Write(p []byte) (int, error) {
	o.w.begin('d')
	o.w.buf = append(o.w.buf, p...)
	o.w.end()
	if err := o.w.full(); err != nil {
		return 0, err
	}
	return len(p), nil
}

func (o *copyOut) Close() error { return o.w.send(&pgproto3.CopyDone{}) }
