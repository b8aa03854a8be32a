package session

import (
	"context"
	"slices"
	"strings"

	"github.com/flare-pg/flare-pg/catalog"
	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/event"
	"github.com/flare-pg/flare-pg/exec"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/translate"
	"github.com/flare-pg/flare-pg/types"
)

// maxShownValue is how much of a value the detail of a failing row shows, in bytes, as in PostgreSQL.
const maxShownValue = 64

// notNull checks a row of a table with declared columns, in their order.
func (w *rowWriter) notNull(cols []*column.Vector, i int) error {
	failed := -1
	for c, t := range w.targets {
		if t.NotNull && cols[c].Null(i) && (failed < 0 || t.Declared < w.targets[failed].Declared) {
			failed = c
		}
	}
	if failed < 0 {
		return nil
	}
	e := w.null(w.targets[failed]).(*types.Error)
	order := make([]int, 0, len(w.targets))
	for c, t := range w.targets {
		if t.Declared > 0 {
			order = append(order, c)
		}
	}
	slices.SortFunc(order, func(a, b int) int { return w.targets[a].Declared - w.targets[b].Declared })
	shown := make([]string, len(order))
	for n, c := range order {
		if shown[n] = "null"; cols[c].Null(i) {
			continue
		}
		text := types.TextOf(w.env, w.targets[c].Type, cols[c], i)
		if len(text) > maxShownValue {
			text = strings.ToValidUTF8(text[:maxShownValue], "") + "..."
		}
		shown[n] = text
	}
	return e.WithDetail("Failing row contains (%s).", strings.Join(shown, ", "))
}

// restValues gives the columns that a COPY doesn't have in its data: what is the same for all rows is computed once.
type restValues struct {
	rt     *exec.Runtime
	done   func()
	exprs  []plan.Expr
	each   []int // those that are computed for each row
	values []*column.Vector
	cols   []*column.Vector
}

func (s *session) newRestValues(ctx context.Context, sc *scope, b *translate.Copy) (*restValues, error) {
	r := &restValues{done: func() {}, exprs: b.RestValues}
	if len(r.exprs) == 0 {
		return r, nil
	}
	var err error
	if r.rt, r.done, err = s.runtime(ctx, sc, nil, nil); err != nil {
		return nil, err
	}
	for i, e := range r.exprs {
		if plan.IsVolatile(e) {
			r.each = append(r.each, i)
		}
	}
	if r.values, err = exec.Eval(r.rt, r.exprs); err != nil {
		r.done()
		return nil, err
	}
	return r, nil
}

// row gives a row of COPY's columns the others.
func (r *restValues) row(cols []*column.Vector) ([]*column.Vector, error) {
	if len(r.exprs) == 0 {
		return cols, nil
	}
	for _, i := range r.each {
		v, err := exec.Eval(r.rt, r.exprs[i:i+1])
		if err != nil {
			return nil, err
		}
		r.values[i] = v[0]
	}
	r.cols = append(append(r.cols[:0], cols...), r.values...)
	return r.cols, nil
}

func (r *restValues) close() { r.done() }

// eventOptions says how whole events are read for a stream: the columns that are the event's time, level and message may have other names.
func eventOptions(st *catalog.Stream, limits event.Limits) event.Options {
	o := event.Options{Limits: limits}
	for i := range st.Table.Columns {
		switch c := &st.Table.Columns[i]; c.Core {
		case "timestamp":
			o.Timestamp = c.Name
		case "level":
			o.Level = c.Name
		case "message":
			o.Message = c.Name
		}
	}
	return o
}
