package exec

import (
	"context"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
)

// setRows is how many rows of a function are made before the batch's size is looked at, and whether the statement has ended.
const setRows = 256

// functionScan draws rows from functions: for each row of its input one call of each, side by side.
type functionScan struct {
	input plan.Batches
	in    column.Batch
	at    int  // the position in in of the row whose calls run, or begin next
	live  bool // they run

	calls      []setCall
	ordinality bool
	drawn      int64 // rows that the calls that run have given, where these are numbered

	kinds []column.Kind
	width int     // of the input
	from  []int32 // for each row of out the row of in
	out   column.Batch
	meter meter
}

func openFunctions(ctx context.Context, n *plan.FunctionScan, rt *Runtime) (plan.Batches, error) {
	f := &functionScan{ordinality: n.Ordinality, meter: meter{acc: rt.Memory}}
	for _, c := range n.Columns() {
		f.kinds = append(f.kinds, types.KindOf(c.Type))
	}
	f.out.Reset(f.kinds)
	if n.Input != nil {
		f.width = len(n.Input.Columns())
	}
	at := f.width
	for i := range n.Calls {
		c := setCall{plan: &n.Calls[i]}
		if err := c.compile(rt); err != nil {
			return nil, err
		}
		c.first, at = at, at+c.plan.Width()
		f.calls = append(f.calls, c)
	}
	f.input = &oneRow{}
	if n.Input != nil {
		var err error
		if f.input, err = build(ctx, n.Input, rt); err != nil {
			return nil, err
		}
	}
	return f, nil
}

func (f *functionScan) Next(ctx context.Context, b *column.Batch) (bool, error) {
	f.out.Reset(f.kinds)
	f.from = f.from[:0]
	for len(f.from) < column.BatchRows {
		if err := ended(ctx); err != nil {
			return false, err
		}
		if !f.live && f.at == f.in.Rows() {
			if len(f.from) > 0 { // what was made is given out before the input's row is lost
				break
			}
			if ok, err := f.input.Next(ctx, &f.in); !ok || err != nil {
				return false, because(ctx, err)
			}
			if f.at = 0; f.in.Rows() == 0 {
				continue
			}
			for i := range f.calls {
				if err := f.calls[i].evaluate(&f.in); err != nil {
					return false, err
				}
			}
		}
		if !f.live {
			if err := f.begin(); err != nil {
				return false, err
			}
		}
		if err := f.draw(min(setRows, column.BatchRows-len(f.from))); err != nil {
			return false, because(ctx, err)
		}
		size := bytesOf(f.out.Cols)
		if err := f.meter.ensure(size); err != nil {
			return false, err
		}
		if size >= column.BatchBytes {
			break
		}
	}
	for i := range f.width {
		f.out.Cols[i].AppendRows(f.in.Cols[i], f.from)
	}
	f.out.Len = len(f.from)
	*b = f.out
	return true, nil
}

// row is the row of in at the position.
func (f *functionScan) row() int {
	if f.in.Sel != nil {
		return int(f.in.Sel[f.at])
	}
	return f.at
}

// begin calls the functions for the row at hand.
func (f *functionScan) begin() error {
	f.live, f.drawn = true, 0
	for i := range f.calls {
		if err := f.calls[i].begin(f.row()); err != nil {
			return err
		}
	}
	return nil
}

// draw takes up to want rows of the running calls; fewer end them.
func (f *functionScan) draw(want int) error {
	n := 0
	for i := range f.calls {
		got, err := f.calls[i].draw(want, f.out.Cols)
		if err != nil {
			return err
		}
		n = max(n, got)
	}
	ends := n < want
	row := int32(f.row())
	for range n {
		f.from = append(f.from, row)
	}
	for _, v := range f.out.Cols[f.width:] { // what ended early
		for k := len(f.from) - v.Len; k > 0 && !(f.ordinality && v == f.out.Cols[len(f.out.Cols)-1]); k-- {
			v.AppendNull()
		}
	}
	if f.ordinality {
		v := f.out.Cols[len(f.out.Cols)-1]
		for range n {
			f.drawn++
			v.AppendInt(f.drawn)
		}
	}
	if ends {
		f.live = false
		f.at++
	}
	return nil
}

func (f *functionScan) Close() {
	f.input.Close()
	f.meter.release()
}

// oneRow is the input of functions that have none: one row without columns.
type oneRow struct{ done bool }

func (r *oneRow) Next(_ context.Context, b *column.Batch) (bool, error) {
	if r.done {
		return false, nil
	}
	r.done = true
	*b = column.Batch{Len: 1}
	return true, nil
}

func (r *oneRow) Close() {}
