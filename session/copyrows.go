package session

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/exec"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/translate"
	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/function"
)

// rowReader reads COPY's rows in one of its formats.
type rowReader interface {
	// row appends a value to each column; false at the end.
	row(cols []*column.Vector) (bool, error)
	// at says what was being read when an error came up: the row's number in lines or rows, the column or -1, and some text of it.
	at() (line int64, column int, text []byte)
}

// copyRows takes rows in the formats text, csv and binary.
func (s *session) copyRows(ctx context.Context, sc *scope, b *translate.Copy, in io.Reader) (n int64, err error) {
	w := s.newRowWriter(sc, b.Stream, append(slices.Clip(b.Targets), b.Rest...))
	rest, err := s.newRestValues(ctx, sc, b)
	if err != nil {
		return 0, err
	}
	defer rest.close()
	src := &copySource{rest: rest}
	if b.Format == "binary" {
		src.in = newCopyBinaryReader(sc.env, in, b)
	} else {
		src.in = &copyTextRows{newCopyReader(in, b), sc.env, -1}
	}
	defer func() { err = inCopy(ctx, err, b, src.in) }()
	for _, t := range b.Targets {
		src.cols = append(src.cols, column.New(types.KindOf(t.Type)))
	}
	rows := plan.Batches(src)
	if b.Where != nil {
		rt, done, err := s.runtime(ctx, sc, nil, nil)
		if err != nil {
			return 0, err
		}
		defer done()
		if rows, err = exec.Open(ctx, src.filter(b), rt); err != nil {
			return 0, err
		}
		defer rows.Close()
	}
	var batch column.Batch
	for {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		ok, err := rows.Next(ctx, &batch)
		if err != nil {
			return 0, err
		}
		if !ok {
			break
		}
		if err := w.batch(&batch); err != nil {
			return 0, err
		}
	}
	w.observe()
	return w.rows, nil
}

// copySource gives COPY's rows one by one, so that an error further up belongs to the row at hand.
type copySource struct {
	in   rowReader
	rest *restValues
	cols []*column.Vector
}

// filter is the plan that leaves the rows which COPY's WHERE wants.
func (c *copySource) filter(b *translate.Copy) plan.Node {
	scan := &plan.SourceScan{Source: c, Name: "COPY"}
	for _, list := range [][]plan.Target{b.Targets, b.Rest} {
		for _, t := range list {
			scan.Want = append(scan.Want, len(scan.Want))
			scan.Cols = append(scan.Cols, plan.Column{Name: t.Name, Type: t.Type, Typmod: t.Typmod})
		}
	}
	return &plan.Filter{Output: scan.Output, Input: scan, Cond: b.Where}
}

// Columns implements plan.Source; the plan knows them.
func (c *copySource) Columns() []plan.Column { return nil }

// Open implements plan.Source.
func (c *copySource) Open(context.Context, *types.Env, []int, []plan.Expr) (plan.Batches, error) {
	return c, nil
}

// Next implements plan.Batches.
func (c *copySource) Next(_ context.Context, b *column.Batch) (bool, error) {
	for _, v := range c.cols {
		v.Reset(v.Kind)
	}
	ok, err := c.in.row(c.cols)
	if err != nil || !ok {
		return false, err
	}
	b.Cols, err = c.rest.row(c.cols)
	b.Len, b.Sel = 1, nil
	return err == nil, err
}

// Close implements plan.Batches.
func (c *copySource) Close() {}

// copyTextRows reads values from the fields of the formats text and csv.
type copyTextRows struct {
	*copyReader
	env *types.Env
	col int // being read; -1: none
}

func (r *copyTextRows) row(cols []*column.Vector) (bool, error) {
	r.col = -1
	if r.b.Header && r.line == 0 {
		ok, err := r.readLine()
		if err != nil || !ok && !r.b.HeaderMatch {
			return false, err
		}
		if r.b.HeaderMatch { // no header at all is an empty one
			if err := r.split(); err != nil {
				return false, err
			}
			if err := matchHeader(r.b, r.copyReader); err != nil {
				return false, err
			}
		}
	}
	ok, err := r.next()
	if err != nil || !ok {
		return false, err
	}
	if len(r.fields) > len(cols) {
		return false, types.Errorf("22P04", "extra data after last expected column")
	}
	for i, t := range r.b.Targets {
		if i >= len(r.fields) {
			r.col = -1
			return false, types.Errorf("22P04", "missing data for column %q", t.Name)
		}
		r.col = i
		f := r.fields[i]
		if f.null {
			cols[i].AppendNull()
			continue
		}
		if r.high {
			if err := function.CheckUTF8(f.bytes); err != nil {
				r.col = -1
				return false, err
			}
		}
		if err := types.ParseText(cols[i], r.env, t.Type, t.Typmod, f.bytes); err != nil {
			return false, err
		}
	}
	r.col = -1
	return true, nil
}

func (r *copyTextRows) at() (int64, int, []byte) {
	switch {
	case r.col < 0 && !r.whole:
		return r.line, -1, nil
	case r.col < 0:
		return r.line, -1, append([]byte{}, r.raw...)
	case r.col < len(r.fields):
		return r.line, r.col, append([]byte{}, r.fields[r.col].bytes...)
	}
	return r.line, r.col, nil
}

// maxCopyShown is how much of a line or value an error shows, in bytes.
const maxCopyShown = 100

// inCopy says where in the input an error lies.
func inCopy(ctx context.Context, err error, b *translate.Copy, r rowReader) error {
	if err == nil {
		return nil
	}
	e, ok := clientError(ctx, err).(*types.Error)
	if !ok || e.Severity == "FATAL" || e.Where != "" {
		return err
	}
	line, at, text := r.at()
	if line == 0 {
		return err
	}
	f := *e
	f.Where = fmt.Sprintf("COPY %s, line %d", b.Stream.Name, line)
	if at >= 0 && at < len(b.Targets) {
		f.Where += ", column " + b.Targets[at].Name
	}
	if len(text) > maxCopyShown {
		text = append(bytes.ToValidUTF8(text[:maxCopyShown], nil), "..."...)
	}
	if text != nil {
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
		switch f := r.fields[i]; {
		case f.null:
			return types.Errorf("22P04", "column name mismatch in header line field %d: got null value (\"%s\"), expected %q", i+1, b.Null, t.Name)
		case string(f.bytes) != t.Name:
			return types.Errorf("22P04", "column name mismatch in header line field %d: got \"%s\", expected %q", i+1, f.bytes, t.Name)
		}
	}
	return nil
}
