package session

import (
	"context"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/nql"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
)

// tapeRows are a tape's rows, read once.
type tapeRows struct {
	tape *tape
	at   int64
}

// Next implements plan.Batches.
func (r *tapeRows) Next(_ context.Context, b *column.Batch) (bool, error) {
	n, err := r.tape.forward(r.at+1, r.tape.last()-r.at, b)
	r.at += n
	return n > 0, err
}

// Close implements plan.Batches.
func (r *tapeRows) Close() { r.tape.forget() }

// written are the events that an INSERT has written since they were last shown, as a source for the plan of its RETURNING.
type written struct {
	reads  []nql.Column
	events []nql.Event
}

func (w *written) add(ts int64, doc []byte) {
	w.events = append(w.events, nql.Event{Timestamp: ts, Document: append([]byte(nil), doc...)})
}

// Columns implements plan.Source; the plan knows them.
func (w *written) Columns() []plan.Column { return nil }

// Open implements plan.Source.
func (w *written) Open(_ context.Context, _ *types.Env, want []int, _ []plan.Expr) (plan.Batches, error) {
	reads := make([]nql.Column, len(want))
	for i, c := range want {
		reads[i] = w.reads[c]
	}
	p, err := nql.CompileRows(nil, nil, reads)
	if err != nil {
		return nil, types.Errorf(types.CodeInternalError, "RETURNING: %s", err)
	}
	return &writtenRows{program: p, events: w.events}, nil
}

// writtenRows reads columns of events, all at once.
type writtenRows struct {
	program *nql.RowProgram
	events  []nql.Event
}

// Next implements plan.Batches.
func (r *writtenRows) Next(_ context.Context, b *column.Batch) (bool, error) {
	if len(r.events) == 0 {
		return false, nil
	}
	b.Reset(r.program.Kinds())
	b.Sel = nil
	for i := range r.events {
		if _, err := r.program.Append(&r.events[i], b); err != nil {
			return false, err
		}
	}
	b.Len = len(r.events)
	r.events = nil
	return true, nil
}

// Close implements plan.Batches.
func (r *writtenRows) Close() {}
