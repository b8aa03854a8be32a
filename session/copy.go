package session

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/event"
	"github.com/flare-pg/flare-pg/exec"
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
	switch b.Format {
	case "text", "csv", "json":
	default:
		return "", types.Errorf(types.CodeFeatureNotSupported, "COPY FROM in format %s is not supported", b.Format)
	}
	stage := s.stage()
	in, err := out.CopyIn(ctx, false, len(b.Targets))
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

// copyRows takes rows in text or csv format.
func (s *session) copyRows(ctx context.Context, sc *scope, b *translate.Copy, in io.Reader) (n int64, err error) {
	w := s.newRowWriter(sc, b.Stream, append(slices.Clip(b.Targets), b.Rest...))
	rest, err := s.newRestValues(ctx, sc, b)
	if err != nil {
		return 0, err
	}
	defer rest.close()
	r := newCopyReader(in, b)
	at := -1 // the column that is being read
	defer func() { err = inCopy(ctx, err, b, r, at) }()
	cols := make([]*column.Vector, len(b.Targets))
	for i, t := range b.Targets {
		cols[i] = column.New(types.KindOf(t.Type))
	}
	if b.Header {
		ok, err := r.next()
		if err != nil || !ok {
			return 0, err
		}
		if err := matchHeader(b, r); err != nil {
			return 0, err
		}
	}
	for {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		at = -1
		ok, err := r.next()
		if err != nil {
			return 0, err
		}
		if !ok {
			break
		}
		if len(r.fields) > len(cols) {
			return 0, types.Errorf("22P04", "extra data after last expected column")
		}
		for i, t := range b.Targets {
			at = i
			if i >= len(r.fields) {
				return 0, types.Errorf("22P04", "missing data for column %q", t.Name)
			}
			cols[i].Reset(cols[i].Kind)
			f := r.fields[i]
			if f.null {
				cols[i].AppendNull()
				continue
			}
			if err := checkUTF8(f.bytes); err != nil {
				return 0, err
			}
			if err := types.ParseText(cols[i], sc.env, t.Type, t.Typmod, f.bytes); err != nil {
				return 0, err
			}
		}
		at = -1
		row, err := rest.row(cols)
		if err != nil {
			return 0, err
		}
		if err := w.row(row, 0); err != nil {
			return 0, err
		}
	}
	w.observe()
	return w.rows, nil
}

// maxCopyShown is how much of a line or value an error shows, in bytes.
const maxCopyShown = 100

// inCopy says where in the input an error lies.
func inCopy(ctx context.Context, err error, b *translate.Copy, r *copyReader, at int) error {
	if err == nil {
		return nil
	}
	e, ok := clientError(ctx, err).(*types.Error)
	if !ok || e.Severity == "FATAL" || e.Where != "" {
		return err
	}
	f := *e
	f.Where = fmt.Sprintf("COPY %s, line %d", b.Stream.Name, r.line)
	text := r.raw
	if at >= 0 && at < len(b.Targets) {
		f.Where += ", column " + b.Targets[at].Name
		text = nil
		if at < len(r.fields) {
			text = r.fields[at].bytes
		}
	}
	if len(text) > maxCopyShown {
		text = append(bytes.ToValidUTF8(text[:maxCopyShown], nil), "..."...)
	}
	if len(text) > 0 {
		f.Where += `: "` + string(text) + `"`
	}
	return &f
}

// matchHeader checks the header line where HEADER MATCH wants it.
func matchHeader(b *translate.Copy, r *copyReader) error {
	if !b.HeaderMatch {
		return nil
	}
	if len(r.fields) != len(b.Targets) {
		return types.Errorf("22P04", "wrong number of fields in header line: got %d, expected %d", len(r.fields), len(b.Targets))
	}
	for i, t := range b.Targets {
		if f := r.fields[i]; f.null || string(f.bytes) != t.Name {
			return types.Errorf("22P04", "column name mismatch in header line field %d: got %q, expected %q", i+1, f.bytes, t.Name)
		}
	}
	return nil
}

// copyOut is COPY … TO STDOUT.
func (s *session) copyOut(ctx context.Context, sc *scope, b *translate.Copy, out pgwire.Out) (string, error) {
	switch b.Format {
	case "text", "csv":
	default:
		return "", types.Errorf(types.CodeFeatureNotSupported, "COPY TO in format %s is not supported", b.Format)
	}
	rt, done, err := s.runtime(ctx, sc, nil)
	if err != nil {
		return "", err
	}
	defer done()
	rows, err := exec.Open(ctx, b.Plan, rt)
	if err != nil {
		return "", err
	}
	defer rows.Close()
	cols := b.Plan.Columns()
	dst, err := out.CopyOut(false, len(cols))
	if err != nil {
		return "", err
	}
	w := newCopyWriter(sc.env, b, cols)
	if b.Header {
		if _, err := dst.Write(w.header()); err != nil {
			return "", err
		}
	}
	var n int64
	var batch column.Batch
	for {
		ok, err := rows.Next(ctx, &batch)
		if err != nil {
			return "", err
		}
		if !ok {
			break
		}
		for r := range batch.Rows() {
			i := r
			if batch.Sel != nil {
				i = int(batch.Sel[r])
			}
			if _, err := dst.Write(w.row(batch.Cols, i)); err != nil {
				return "", err
			}
			n++
		}
	}
	if err := dst.Close(); err != nil {
		return "", err
	}
	return fmt.Sprintf("COPY %d", n), nil
}
