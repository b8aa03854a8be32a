package ingest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/flare-pg/flare-pg/event"
)

// CopyTo is Run with a server as the sink: it connects to url and sends the events by COPY stream FROM STDIN (FORMAT
// 'json'), all inputs in one transaction. What is sent is decoded here already, so bad lines and moved
// fields are this side's business. stream may be qualified by a schema. After an error nothing was stored, unless it is
// ErrUnknownOutcome. ErrURL, ErrConnect; a *pgconn.PgError where the server refuses.
func CopyTo(ctx context.Context, url, stream string, inputs []Input, o Options) (Result, error) {
	conn, err := connect(ctx, url)
	if err != nil {
		return Result{}, err
	}
	defer conn.Close(context.WithoutCancel(ctx))

	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	read, write := io.Pipe()
	sink := &copySink{w: bufio.NewWriterSize(write, 256<<10)}
	type outcome struct {
		result Result
		err    error
	}
	done := make(chan outcome, 1)
	go func() {
		result, err := Run(ctx, inputs, sink, o)
		if err == nil {
			err = sink.w.Flush()
		}
		// The error, if any, makes CopyFrom tell the server that the COPY failed.
		write.CloseWithError(err)
		done <- outcome{result, err}
	}()

	tag, copyErr := conn.CopyFrom(ctx, read, "COPY "+quoteName(stream)+" FROM STDIN (FORMAT 'json')")
	// Where the server ended the COPY, the run must stop, too.
	read.CloseWithError(errCopyEnded)
	if copyErr != nil {
		cancel()
	}
	run := <-done
	switch {
	case run.err != nil && !errors.Is(run.err, errCopyEnded) && (copyErr == nil || !errors.Is(run.err, context.Canceled)):
		return run.result, run.err
	case copyErr != nil:
		return run.result, copyError(copyErr, run.err == nil)
	case tag.RowsAffected() != run.result.Events:
		return run.result, fmt.Errorf("sent %d events, but the server stored %d", run.result.Events, tag.RowsAffected())
	}
	return run.result, nil
}

var errCopyEnded = errors.New("the server ended the COPY")

// copySink writes the events as lines.
type copySink struct{ w *bufio.Writer }

func (s *copySink) Append(_ int64, doc []byte) error {
	if _, err := s.w.Write(doc); err != nil {
		return err
	}
	return s.w.WriteByte('\n')
}

// Observe does nothing: the server observes for itself.
func (s *copySink) Observe(*event.Summary) {}

// quoteName quotes a stream's name, which a point may divide into schema and name.
func quoteName(name string) string {
	parts := strings.SplitN(name, ".", 2)
	for i, p := range parts {
		parts[i] = `"` + strings.ReplaceAll(p, `"`, `""`) + `"`
	}
	return strings.Join(parts, ".")
}
