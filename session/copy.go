package session

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/event"
	"github.com/flare-pg/flare-pg/ingest"
	"github.com/flare-pg/flare-pg/pgwire"
	"github.com/flare-pg/flare-pg/translate"
	"github.com/flare-pg/flare-pg/types"
)

// copyIn is COPY … FROM STDIN. Its rows are staged like INSERT's, so all or nothing of it is there.
func (s *session) copyIn(ctx context.Context, sc *scope, b *translate.Copy, out pgwire.Out) (string, error) {
	if err := s.writable("COPY FROM"); err != nil {
		return "", err
	}
	stage := s.stage()
	in, err := out.CopyIn(ctx, b.Format == "binary", len(b.Targets))
	if err != nil {
		return "", err
	}
	var n int64
	if b.Format == "json" {
		n, err = s.copyEvents(ctx, stage, b, in)
	} else {
		n, err = s.copyRows(ctx, sc, b, in)
	}
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("COPY %d", n), nil
}

// copyEvents takes a document a line, decoded exactly as import does.
func (s *session) copyEvents(ctx context.Context, stage *engine.Stage, b *translate.Copy, in io.Reader) (int64, error) {
	result, err := ingest.Run(ctx, []ingest.Input{ingest.Reader("stdin", newUntilMarker(in))}, stageSink{stage, b.Stream.ID},
		ingest.Options{Options: eventOptions(b.Stream, s.srv.c.Limits)})
	if bad := (*ingest.LineError)(nil); errors.As(err, &bad) {
		e := types.Errorf(bad.Err.Code, "%s", bad.Err.Reason)
		e.Where = fmt.Sprintf("COPY %s, line %d", b.Stream.Name, bad.Line)
		if bad.Column > 0 {
			e.Where += fmt.Sprintf(", column %d", bad.Column)
		}
		return 0, e
	}
	return result.Events, err
}

// stageSink is an ingest.Sink that stages the events of one stream.
type stageSink struct {
	stage  *engine.Stage
	stream engine.StreamID
}

func (k stageSink) Append(ts int64, doc []byte) error { return k.stage.Append(k.stream, ts, doc) }
func (k stageSink) Observe(sum *event.Summary)        { k.stage.Observe(k.stream, sum) }
