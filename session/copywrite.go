package session

import (
	"bytes"
	"slices"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/translate"
	"github.com/flare-pg/flare-pg/types"
)

// copyWriter writes rows in COPY's text and csv formats.
type copyWriter struct {
	env   *types.Env
	b     *translate.Copy
	csv   bool
	cols  []plan.Column
	force []bool // FORCE_QUOTE
	line  []byte
	value []byte
}

func newCopyWriter(env *types.Env, b *translate.Copy, cols []plan.Column) *copyWriter {
	w := &copyWriter{env: env, b: b, csv: b.Format == "csv", cols: cols, force: make([]bool, len(cols))}
	for i, c := range cols {
		w.force[i] = slices.Contains(b.ForceQuote, "*") || slices.Contains(b.ForceQuote, c.Name)
	}
	return w
}

// begin is the line of column names, where it is wanted.
func (w *copyWriter) begin() []byte {
	if !w.b.Header {
		return nil
	}
	w.line = w.line[:0]
	for i, c := range w.cols {
		w.separate(i)
		w.append([]byte(c.Name), false)
	}
	w.line = append(w.line, '\n')
	return w.line
}

func (w *copyWriter) end() []byte { return nil }

// row is one row.
func (w *copyWriter) row(cols []*column.Vector, i int) ([]byte, error) {
	w.line = w.line[:0]
	for c := range w.cols {
		w.separate(c)
		if cols[c].Null(i) {
			w.line = append(w.line, w.b.Null...)
			continue
		}
		w.value = types.AppendText(w.value[:0], w.env, w.cols[c].Type, cols[c], i)
		w.append(w.value, w.force[c])
	}
	w.line = append(w.line, '\n')
	return w.line, nil
}

func (w *copyWriter) separate(i int) {
	if i > 0 {
		w.line = append(w.line, w.b.Delimiter)
	}
}

func (w *copyWriter) append(v []byte, force bool) {
	if w.csv {
		w.appendCSV(v, force)
	} else {
		w.appendText(v)
	}
}

// appendCSV quotes a value that could be taken for something else: a null, a separator, the end mark.
func (w *copyWriter) appendCSV(v []byte, force bool) {
	quote := force || string(v) == w.b.Null || len(w.cols) == 1 && string(v) == `\.` ||
		bytes.IndexByte(v, w.b.Delimiter) >= 0 || bytes.IndexByte(v, w.b.Quote) >= 0 || bytes.ContainsAny(v, "\r\n")
	if !quote {
		w.line = append(w.line, v...)
		return
	}
	w.line = append(w.line, w.b.Quote)
	for _, c := range v {
		if c == w.b.Quote || c == w.b.Escape {
			w.line = append(w.line, w.b.Escape)
		}
		w.line = append(w.line, c)
	}
	w.line = append(w.line, w.b.Quote)
}

func (w *copyWriter) appendText(v []byte) {
	for _, c := range v {
		switch c {
		case '\b':
			w.line = append(w.line, '\\', 'b')
		case '\f':
			w.line = append(w.line, '\\', 'f')
		case '\n':
			w.line = append(w.line, '\\', 'n')
		case '\r':
			w.line = append(w.line, '\\', 'r')
		case '\t':
			w.line = append(w.line, '\\', 't')
		case '\v':
			w.line = append(w.line, '\\', 'v')
		case '\\', w.b.Delimiter:
			w.line = append(w.line, '\\', c)
		default:
			w.line = append(w.line, c)
		}
	}
}
