package session

import (
	"bytes"
	"math"
	"time"

	"github.com/flare-pg/flare-pg/catalog"
	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/event"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
)

// rowWriter turns rows of columns into events and stages them. Every event goes through event.Decoder,
// as on every other road in: what is written here is only JSON text for it.
type rowWriter struct {
	env     *types.Env
	stage   *engine.Stage
	stream  *catalog.Stream
	targets []plan.Target
	keys    [][]byte // `"name":` of each TargetMember

	decoder *event.Decoder
	summary event.Summary
	text    []byte
	doc     []byte
	rows    int64
	wrote   func(ts int64, doc []byte) // is told of each event; may be nil, and must not keep doc
}

// newRowWriter prepares to stage rows. now, in microseconds since 1970, is the time of rows that have none.
func (s *session) newRowWriter(sc *scope, stream *catalog.Stream, targets []plan.Target) *rowWriter {
	now := sc.env.TransactionStart.UnixMicro() * ticksPerMicro
	w := &rowWriter{env: sc.env, stage: s.stage(), stream: stream, targets: targets}
	w.decoder = event.NewDecoder(event.Options{Limits: s.srv.c.Limits, Now: &now})
	w.keys = make([][]byte, len(targets))
	for i, t := range targets {
		if t.Kind == plan.TargetMember {
			w.keys[i] = append(types.AppendJSONString(nil, []byte(t.Member)), ':')
		}
	}
	return w
}

// ticksPerMicro: the store counts 100 ns.
const ticksPerMicro = 10

// observeRows is after how many rows the stage is told of the properties seen.
const observeRows = 4096

// batch stages the selected rows of a batch whose columns are the targets.
func (w *rowWriter) batch(b *column.Batch) error {
	for r := range b.Rows() {
		i := r
		if b.Sel != nil {
			i = int(b.Sel[r])
		}
		if err := w.row(b.Cols, i); err != nil {
			return err
		}
	}
	return nil
}

// row stages one row.
//
// The members are written in an order in which the last of equal names is the one that shall count: what a
// document or properties spread, then the columns named on their own, the event time last.
func (w *rowWriter) row(cols []*column.Vector, i int) error {
	w.text = append(w.text[:0], '{')
	whole, timed := false, false
	if err := w.notNull(cols, i); err != nil {
		return err
	}
	for c, t := range w.targets {
		switch t.Kind {
		case plan.TargetDocument, plan.TargetProperties:
			if cols[c].Null(i) {
				if t.Kind == plan.TargetDocument {
					return w.null(t)
				}
				continue
			}
			whole = whole || t.Kind == plan.TargetDocument
			if err := w.spread(t, cols[c].Str(i)); err != nil {
				return err
			}
		}
	}
	for c, t := range w.targets {
		switch t.Kind {
		case plan.TargetMember:
			if cols[c].Null(i) && !t.KeepNull {
				continue // SQL NULL: the event has no such member
			}
			w.comma()
			w.text = append(w.text, w.keys[c]...)
			switch {
			case cols[c].Null(i):
				w.text = append(w.text, "null"...)
			case t.Declared > 0:
				w.text = types.AppendStored(w.text, t.Type, cols[c], i)
			default:
				w.text = types.AppendJSON(w.text, w.env, t.Type, cols[c], i)
			}
		case plan.TargetTimestamp:
			if cols[c].Null(i) {
				return w.null(t)
			}
			if err := w.time(cols[c].Int(i)); err != nil {
				return err
			}
			timed = true
		}
	}
	// A row that is no whole event is not searched for other fields that may hold a time: it happens now.
	if !timed && !whole {
		if err := w.time(w.env.TransactionStart.UnixMicro()); err != nil {
			return err
		}
	}
	w.text = append(w.text, '}')
	return w.stageEvent()
}

// stageEvent stages the event in w.text.
func (w *rowWriter) stageEvent() error {
	doc, ts, err := w.decoder.Decode(w.doc[:0], w.text, &w.summary)
	if err != nil {
		return err
	}
	w.doc = doc
	if err := w.stage.Append(w.stream.ID, ts, doc); err != nil {
		return err
	}
	if w.wrote != nil {
		w.wrote(ts, doc)
	}
	w.rows++
	if w.rows%observeRows == 0 {
		w.observe()
	}
	return nil
}

// observe tells the stage of the properties seen; at the end of the statement at the latest.
func (w *rowWriter) observe() {
	w.stage.Observe(w.stream.ID, &w.summary)
	w.summary = event.Summary{}
}

func (w *rowWriter) comma() {
	if len(w.text) > 1 {
		w.text = append(w.text, ',')
	}
}

// spread writes an object's members. Whether they are JSON is the decoder's to say; that this is one object is ours, lest
// the text end up between members.
func (w *rowWriter) spread(t plan.Target, v []byte) error {
	v = bytes.TrimSpace(v)
	if len(v) < 2 || v[0] != '{' || v[len(v)-1] != '}' {
		return types.Errorf(codeInvalidParameter, "column %q takes a JSON object", t.Name)
	}
	if err := types.CheckJSON(v); err != nil {
		return err
	}
	if inner := bytes.TrimSpace(v[1 : len(v)-1]); len(inner) > 0 {
		w.comma()
		w.text = append(w.text, inner...)
	}
	return nil
}

// time writes @t.
func (w *rowWriter) time(micros int64) error {
	if micros == math.MinInt64 || micros == math.MaxInt64 || micros > maxMicros || micros < minMicros {
		return types.Errorf("22008", "timestamp out of range: an event's time lies in the years 1 to 9999")
	}
	w.comma()
	w.text = append(w.text, `"@t":"`...)
	// With as many digits as there are: what the client wrote is not known any more.
	w.text = time.UnixMicro(micros).UTC().AppendFormat(w.text, "2006-01-02T15:04:05.999999Z")
	w.text = append(w.text, '"')
	return nil
}

// The first and last microsecond of the years that an event may have, 1 and 9999.
const (
	minMicros = -62135596800 * 1_000_000
	maxMicros = 253402300800*1_000_000 - 1
)

func (w *rowWriter) null(t plan.Target) error {
	return &types.Error{
		Code: types.CodeNotNullViolation, Schema: w.stream.Schema, Table: w.stream.Name, Column: t.Name,
		Message: "null value in column \"" + t.Name + "\" of relation \"" + w.stream.Name + "\" violates not-null constraint",
	}
}
