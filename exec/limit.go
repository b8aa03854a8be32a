package exec

import (
	"context"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
)

// SQLSTATEs of LIMIT and OFFSET.
const (
	codeInvalidLimit  = "2201W"
	codeInvalidOffset = "2201X"
)

// limit skips rows, lets rows pass, and closes its input when it has enough.
type limit struct {
	input plan.Batches
	skip  int64
	left  int64 // -1: no limit
	sel   []int32
	sel2  []int32
}

func openLimit(ctx context.Context, n *plan.Limit, rt *Runtime) (plan.Batches, error) {
	count, err := rowCount(rt, n.Count, -1, codeInvalidLimit, "LIMIT")
	if err != nil {
		return nil, err
	}
	skip, err := rowCount(rt, n.Skip, 0, codeInvalidOffset, "OFFSET")
	if err != nil {
		return nil, err
	}
	in, err := build(ctx, n.Input, rt)
	if err != nil {
		return nil, err
	}
	if n.Ties != nil {
		return newTies(n, rt, &limit{input: in, skip: skip, left: count})
	}
	return &limit{input: in, skip: skip, left: count}, nil
}

// rowCount evaluates the number behind LIMIT or OFFSET.
func rowCount(rt *Runtime, e plan.Expr, absent int64, code, word string) (int64, error) {
	if e == nil {
		return absent, nil
	}
	v, err := evalOne(rt, e)
	if err != nil {
		return 0, err
	}
	if v.Kind != column.Int64 {
		return 0, types.Errorf(types.CodeInternalError, "%s of %s", word, v.Kind)
	}
	if v.Null(0) {
		return absent, nil
	}
	if v.Int(0) < 0 {
		return 0, types.Errorf(code, "%s must not be negative", word)
	}
	return v.Int(0), nil
}

func (l *limit) Next(ctx context.Context, b *column.Batch) (bool, error) {
	for l.left != 0 {
		ok, err := l.input.Next(ctx, b)
		if !ok || err != nil {
			return false, err
		}
		if n := int64(b.Rows()); n <= l.skip {
			l.skip -= n
			continue
		}
		if l.skip > 0 {
			l.sel = skip(b, int(l.skip), l.sel)
			l.skip = 0
		}
		if l.left > 0 {
			l.sel2 = clip(b, int(min(l.left, int64(b.Rows()))), l.sel2)
			l.left -= int64(b.Rows())
		}
		return true, nil
	}
	l.input.Close() // the last batch is no longer in use
	return false, nil
}

func (l *limit) Close() { l.input.Close() }
