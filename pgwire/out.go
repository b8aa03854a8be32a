package pgwire

import (
	"context"
	"io"

	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// out is the Out of one message of the client.
type out struct{ c *conn }

func (o *out) Describe(columns []Column, formats []int16) error {
	return o.c.w.describe(columns, formats)
}

func (o *out) Rows(env *types.Env, columns []Column, formats []int16, b *column.Batch, first, max int) error {
	return o.c.w.rows(env, columns, formats, b, first, max)
}

func (o *out) Complete(tag string) error {
	return o.c.w.send(&pgproto3.CommandComplete{CommandTag: []byte(tag)})
}

func (o *out) Suspended() error { return o.c.w.send(&pgproto3.PortalSuspended{}) }
func (o *out) Empty() error     { return o.c.w.send(&pgproto3.EmptyQueryResponse{}) }

func (o *out) Waiting() error {
	if o.c.srv.isDraining() {
		return fatal(types.CodeAdminShutdown, "%s", ErrShutdown)
	}
	return o.c.w.flush()
}

func (o *out) Notice(n *types.Error) error {
	m := pgproto3.NoticeResponse(fields(n, "NOTICE"))
	return o.c.w.send(&m)
}

func (o *out) Parameter(name, value string) error {
	return o.c.w.send(&pgproto3.ParameterStatus{Name: name, Value: value})
}

func (o *out) CopyIn(ctx context.Context, binary bool, columns int) (io.Reader, error) {
	overall, formats := copyFormats(binary, columns)
	if err := o.c.w.send(&pgproto3.CopyInResponse{OverallFormat: overall, ColumnFormatCodes: formats}); err != nil {
		return nil, err
	}
	if err := o.c.w.flush(); err != nil {
		return nil, err
	}
	return &copyIn{c: o.c, ctx: ctx}, nil
}

func (o *out) CopyOut(binary bool, columns int) (io.WriteCloser, error) {
	overall, formats := copyFormats(binary, columns)
	if err := o.c.w.send(&pgproto3.CopyOutResponse{OverallFormat: overall, ColumnFormatCodes: formats}); err != nil {
		return nil, err
	}
	return &copyOut{w: &o.c.w}, nil
}

func copyFormats(binary bool, columns int) (overall byte, formats []uint16) {
	formats = make([]uint16, columns)
	if binary {
		overall = 1
		for i := range formats {
			formats[i] = 1
		}
	}
	return overall, formats
}
