package session

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/pgwire"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/translate"
	"github.com/flare-pg/flare-pg/types"
)

// rowFormat writes rows in one of COPY's formats. What its methods give is valid until the next call; nil: nothing.
type rowFormat interface {
	begin() []byte
	row(cols []*column.Vector, i int) ([]byte, error)
	end() []byte
}

// copyOut is COPY … TO STDOUT.
func (s *session) copyOut(ctx context.Context, sc *scope, b *translate.Copy, out pgwire.Out) (string, error) {
	if b.Writes != "" {
		if err := s.writable(b.Writes); err != nil {
			return "", err
		}
		s.still(sc)
	}
	rt, done, err := s.runtime(ctx, sc, nil, b.Plan)
	if err != nil {
		return "", err
	}
	defer done()
	rt.Idle = out.Waiting
	rows, err := s.openPlan(ctx, sc, b.Plan, rt)
	if err != nil {
		return "", err
	}
	defer rows.Close()
	cols := slices.Clone(b.Plan.Columns())
	for i := range cols {
		if cols[i].Type == types.Unknown {
			cols[i].Type = types.Text
		}
	}
	var w rowFormat
	switch b.Format {
	case "binary":
		w = &copyBinaryWriter{env: sc.env, cols: cols}
	case "json":
		w = newCopyJSONWriter(sc.env, b, cols)
	default:
		w = newCopyWriter(sc.env, b, cols)
	}
	dst, err := out.CopyOut(b.Format == "binary", len(cols))
	if err != nil {
		return "", err
	}
	send := func(p []byte) error {
		if p == nil {
			return nil
		}
		_, err := dst.Write(p)
		return err
	}
	if err := send(w.begin()); err != nil {
		return "", err
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
			line, err := w.row(batch.Cols, i)
			if err != nil {
				return "", err
			}
			if err := send(line); err != nil {
				return "", err
			}
			n++
		}
	}
	if err := send(w.end()); err != nil {
		return "", err
	}
	if err := dst.Close(); err != nil {
		return "", err
	}
	return fmt.Sprintf("COPY %d", n), nil
}

// copyJSONWriter writes a line of JSON a row: a stream's events as they are, or an object of the columns as row_to_json makes it.
type copyJSONWriter struct {
	env       *types.Env
	documents bool
	cols      []plan.Column
	keys      [][]byte // `"name":`
	line      []byte
}

func newCopyJSONWriter(env *types.Env, b *translate.Copy, cols []plan.Column) *copyJSONWriter {
	w := &copyJSONWriter{env: env, documents: b.Documents, cols: cols}
	for _, c := range cols {
		w.keys = append(w.keys, append(types.AppendJSONString(nil, []byte(c.Name)), ':'))
	}
	return w
}

func (w *copyJSONWriter) begin() []byte { return nil }
func (w *copyJSONWriter) end() []byte   { return nil }

func (w *copyJSONWriter) row(cols []*column.Vector, i int) ([]byte, error) {
	w.line = w.line[:0]
	if w.documents {
		return w.lineOf(append(w.line, cols[0].Str(i)...)), nil
	}
	w.line = append(w.line, '{')
	for c := range w.cols {
		if c > 0 {
			w.line = append(w.line, ',')
		}
		w.line = append(w.line, w.keys[c]...)
		if cols[c].Null(i) {
			w.line = append(w.line, "null"...)
		} else {
			w.line = types.AppendJSON(w.line, w.env, w.cols[c].Type, cols[c], i)
		}
	}
	return w.lineOf(append(w.line, '}')), nil
}

// lineOf ends a line. Line ends within JSON are blanks between its tokens.
func (w *copyJSONWriter) lineOf(text []byte) []byte {
	for i := bytes.IndexByte(text, '\n'); i >= 0; i = bytes.IndexByte(text, '\n') {
		text[i] = ' '
	}
	w.line = append(text, '\n')
	return w.line
}
