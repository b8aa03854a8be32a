package pgwire

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/flare-pg/flare-pg/types"
)

// converse answers messages until the client leaves (nil) or the connection must end.
func (c *conn) converse() error {
	for {
		kind, body, err := c.wait()
		if err != nil {
			return err
		}
		if kind == 'X' {
			return nil
		}
		// After an error everything up to Sync is ignored; what is left of a COPY that failed always is.
		if c.skip && kind != 'S' {
			continue
		}
		switch kind {
		case 'Q':
			err = c.query(body)
		case 'S':
			err = c.sync()
		case 'H':
			err = c.w.flush()
		case 'd', 'c', 'f':
		case 'F':
			err = c.functionCall()
		case 'P', 'B', 'D', 'E', 'C':
			err = c.extended(kind, body)
		default:
			err = fatal(codeProtocolViolation, "invalid frontend message type %d", kind)
		}
		if err != nil {
			return err
		}
	}
}

// wait waits for the next message, as long as the session may be idle and the server runs.
func (c *conn) wait() (kind byte, body []byte, err error) {
	limit, expired := c.sess.IdleTimeout()
	var deadline time.Time
	if limit > 0 {
		deadline = time.Now().Add(limit)
		defer time.AfterFunc(limit, c.in.wake).Stop()
	}
	for {
		kind, body, err = c.frames.next(func() error {
			if c.srv.isDraining() || c.ctx.Err() != nil && errors.Is(context.Cause(c.ctx), ErrShutdown) {
				return fatal(types.CodeAdminShutdown, "%s", ErrShutdown)
			}
			if limit > 0 && !time.Now().Before(deadline) {
				return expired
			}
			if err := c.tooSlow(); err != nil {
				return err
			}
			if c.idle && c.sess.Notified() && c.sess.Status() == 'I' {
				return errNotified
			}
			return nil
		})
		if err != errNotified {
			c.arrived()
			c.idle = false
			return kind, body, err
		}
		if err = c.notify(); err == nil {
			err = c.w.flush()
		}
		if err != nil {
			return 0, nil, err
		}
	}
}

// errNotified interrupts the waiting for a message: there is something to tell the client.
var errNotified = errors.New("notified")

func (c *conn) query(body []byte) error {
	var m pgproto3.Query
	if err := m.Decode(body); err != nil {
		if err := c.report(c.ctx, malformed("Query")); err != nil {
			return err
		}
		return c.ready()
	}
	err := c.statement(func(ctx context.Context, o *out) error { return c.sess.Query(ctx, m.String, o) })
	if err != nil {
		return err
	}
	return c.ready()
}

func (c *conn) sync() error {
	if err := c.statement(func(ctx context.Context, _ *out) error { return c.sess.Sync(ctx) }); err != nil {
		return err
	}
	return c.ready()
}

func (c *conn) functionCall() error {
	err := c.report(c.ctx, types.Errorf(codeFeatureNotSupported, "the function call protocol is not supported").
		WithHint("Call the function in a SELECT."))
	if err != nil {
		return err
	}
	return c.ready()
}

// extended answers a message of the extended protocol other than Sync and Flush.
func (c *conn) extended(kind byte, body []byte) error {
	switch kind {
	case 'P':
		var m pgproto3.Parse
		if err := m.Decode(body); err != nil {
			return c.report(c.ctx, malformed("Parse"))
		}
		return c.statement(func(ctx context.Context, o *out) error {
			if err := c.sess.Parse(ctx, m.Name, m.Query, m.ParameterOIDs, o); err != nil {
				return err
			}
			return c.w.send(&pgproto3.ParseComplete{})
		})
	case 'B':
		var m pgproto3.Bind
		if err := m.Decode(body); err != nil {
			return c.report(c.ctx, malformed("Bind"))
		}
		return c.statement(func(ctx context.Context, _ *out) error {
			if err := checkFormats(&m); err != nil {
				return err
			}
			err := c.sess.Bind(ctx, m.DestinationPortal, m.PreparedStatement, m.ParameterFormatCodes, m.Parameters, m.ResultFormatCodes)
			if err != nil {
				return err
			}
			return c.w.send(&pgproto3.BindComplete{})
		})
	case 'D':
		var m pgproto3.Describe
		if err := m.Decode(body); err != nil || m.ObjectType != 'S' && m.ObjectType != 'P' {
			return c.report(c.ctx, malformed("Describe"))
		}
		return c.statement(func(ctx context.Context, _ *out) error { return c.describe(ctx, m.ObjectType, m.Name) })
	case 'E':
		var m pgproto3.Execute
		if err := m.Decode(body); err != nil {
			return c.report(c.ctx, malformed("Execute"))
		}
		rows := int(int32(m.MaxRows)) // PostgreSQL reads a signed number; nothing or less means all
		return c.statement(func(ctx context.Context, o *out) error { return c.sess.Execute(ctx, m.Portal, max(rows, 0), o) })
	default:
		var m pgproto3.Close
		if err := m.Decode(body); err != nil || m.ObjectType != 'S' && m.ObjectType != 'P' {
			return c.report(c.ctx, malformed("Close"))
		}
		return c.statement(func(context.Context, *out) error {
			drop := c.sess.ClosePortal
			if m.ObjectType == 'S' {
				drop = c.sess.CloseStatement
			}
			if err := drop(m.Name); err != nil {
				return err
			}
			return c.w.send(&pgproto3.CloseComplete{})
		})
	}
}

func (c *conn) describe(ctx context.Context, what byte, name string) error {
	var columns []Column
	var formats []int16
	var err error
	if what == 'S' {
		var params []types.OID
		if params, columns, err = c.sess.DescribeStatement(ctx, name); err != nil {
			return err
		}
		if err = c.w.send(&pgproto3.ParameterDescription{ParameterOIDs: params}); err != nil {
			return err
		}
	} else if columns, formats, err = c.sess.DescribePortal(ctx, name); err != nil {
		return err
	}
	if columns == nil {
		return c.w.send(&pgproto3.NoData{})
	}
	return c.w.describe(columns, formats)
}

// checkFormats refuses format codes that mean nothing, and numbers of them that match nothing.
func checkFormats(m *pgproto3.Bind) error {
	if n := len(m.ParameterFormatCodes); n > 1 && n != len(m.Parameters) {
		return types.Errorf(codeProtocolViolation, "bind message has %d parameter formats but %d parameters", n, len(m.Parameters))
	}
	for _, codes := range [][]int16{m.ParameterFormatCodes, m.ResultFormatCodes} {
		for _, f := range codes {
			if f != 0 && f != 1 {
				return types.Errorf("22023", "unsupported format code: %d", f)
			}
		}
	}
	return nil
}

// malformed is an error, not the end: the frame was whole, so the next message is where it should be.
func malformed(message string) error {
	return types.Errorf(codeProtocolViolation, "invalid %s message", message)
}
