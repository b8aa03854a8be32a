package translate

import (
	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/function"
)

// How the grammar writes a frame down, in bits.
const (
	frameNotDefault              = 0x00001
	frameRange                   = 0x00002
	frameRows                    = 0x00004
	frameGroups                  = 0x00008
	frameStartUnboundedPreceding = 0x00020
	frameEndUnboundedFollowing   = 0x00100
	frameStartCurrentRow         = 0x00200
	frameEndCurrentRow           = 0x00400
	frameStartPreceding          = 0x00800
	frameEndPreceding            = 0x01000
	frameStartFollowing          = 0x02000
	frameEndFollowing            = 0x04000
	frameExcludeCurrentRow       = 0x08000
	frameExcludeGroup            = 0x10000
	frameExcludeTies             = 0x20000
)

// frameClause binds a window's frame.
func (b *binder) frameClause(sc *scope, n *pg.WindowDef, w *boundWindow) (f plan.Frame, err error) {
	has := func(bits int32) bool { return n.FrameOptions&bits != 0 }
	switch {
	case has(frameRows):
		f.Mode = plan.RowsFrame
	case has(frameGroups):
		f.Mode = plan.GroupsFrame
	}
	switch {
	case has(frameExcludeCurrentRow):
		f.Exclude = function.ExcludeCurrentRow
	case has(frameExcludeGroup):
		f.Exclude = function.ExcludeGroup
	case has(frameExcludeTies):
		f.Exclude = function.ExcludeTies
	}
	kind := func(unbounded, current, preceding int32, ifUnbounded plan.FrameBoundKind) plan.FrameBoundKind {
		switch {
		case has(unbounded):
			return ifUnbounded
		case has(current):
			return plan.CurrentRow
		case has(preceding):
			return plan.Preceding
		}
		return plan.Following
	}
	f.Start.Kind = kind(frameStartUnboundedPreceding, frameStartCurrentRow, frameStartPreceding, plan.UnboundedPreceding)
	f.End.Kind = kind(frameEndUnboundedFollowing, frameEndCurrentRow, frameEndPreceding, plan.UnboundedFollowing)
	offset := f.Start.Kind == plan.Preceding || f.Start.Kind == plan.Following || f.End.Kind == plan.Preceding || f.End.Kind == plan.Following
	switch {
	case f.Mode == plan.RangeFrame && offset && len(w.order) != 1:
		return f, b.errorf(n.Location, codeWindowing, "RANGE with offset PRECEDING/FOLLOWING requires exactly one ORDER BY column")
	case f.Mode == plan.GroupsFrame && len(w.order) == 0:
		return f, b.errorf(n.Location, codeWindowing, "GROUPS mode requires an ORDER BY clause")
	}
	if f.Start.Offset, f.Start.Range, err = b.frameOffset(sc, n.StartOffset, f.Mode, w); err != nil {
		return f, err
	}
	f.End.Offset, f.End.Range, err = b.frameOffset(sc, n.EndOffset, f.Mode, w)
	return f, err
}

// frameOffset binds the offset of a frame's bound, which reads no column.
func (b *binder) frameOffset(sc *scope, n *pg.Node, mode plan.FrameMode, w *boundWindow) (plan.Expr, *function.Offset, error) {
	if n == nil {
		return nil, nil, nil
	}
	word := [...]string{plan.RangeFrame: "RANGE", plan.RowsFrame: "ROWS", plan.GroupsFrame: "GROUPS"}[mode]
	clause := sc.clause
	sc.clause = "window " + word
	var e plan.Expr
	err := sc.windows.noWindow("window definitions", func() (err error) {
		e, err = b.expr(sc, n)
		return err
	})
	sc.clause = clause
	if err != nil {
		return nil, nil, err
	}
	if at, ok := b.firstRef(e, 0); ok {
		return nil, nil, b.errorf(at, types.CodeInvalidColumnReference, "argument of %s must not contain variables", word)
	}
	want, context := types.OID(types.Int8), byte(function.CastAssignment)
	var by *function.Offset
	if mode == plan.RangeFrame {
		if by, err = function.ResolveOffset(w.order[0].Expr.Type(), e.Type()); err != nil {
			return nil, nil, b.at(err, location(n))
		}
		want, context = by.Type, byte(function.CastImplicit)
	}
	out, ok, err := b.coerce(e, want, -1, function.CastContext(context), location(n))
	if err != nil {
		return nil, nil, err
	}
	if !ok {
		return nil, nil, b.errorf(location(n), types.CodeDatatypeMismatch, "argument of %s must be type %s, not type %s", word, typeName(want), typeName(e.Type()))
	}
	return out, by, nil
}

// firstRef finds where the first Ref stands in an expression whose index is not below the one given.
func (b *binder) firstRef(e plan.Expr, index int) (at int32, ok bool) {
	at = -1
	plan.Walk(e, func(x plan.Expr) bool {
		r, isRef := x.(*plan.Ref)
		if isRef && !ok && r.Index >= index {
			ok = true
			if where, known := b.located[r]; known {
				at = where
			}
		}
		return !ok
	})
	return at, ok
}
