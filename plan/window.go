package plan

import (
	"strings"

	"github.com/flare-pg/flare-pg/types/function"
)

// Window computes window functions over rows that are sorted by Partition, then by Order. Output: the input's columns, then the calls'.
type Window struct {
	Output
	Input     Node
	Partition []Expr
	Order     []SortKey
	Calls     []WindowCall
}

// WindowCall is one call: of Func, or of the aggregate Agg over the frame.
type WindowCall struct {
	Func   *function.Window
	Agg    *function.Aggregate
	Args   []Expr
	Filter Expr // of an aggregate; may be nil
	Frame  Frame
}

// Frame says which rows of its partition a call reads for a row.
type Frame struct {
	Mode       FrameMode
	Start, End FrameBound
	Exclude    function.Exclusion
}

// FrameMode says what the offsets of a frame count.
type FrameMode uint8

const (
	RangeFrame  FrameMode = iota // distances in the order's value; the current row is all its peers
	RowsFrame                    // rows
	GroupsFrame                  // peer groups
)

// FrameBound is where a frame begins or ends.
type FrameBound struct {
	Kind   FrameBoundKind
	Offset Expr             // has no Refs; of Preceding and Following
	Range  *function.Offset // how a RangeFrame's offset is laid off
}

// FrameBoundKind says how a bound is given.
type FrameBoundKind uint8

const (
	UnboundedPreceding FrameBoundKind = iota
	Preceding
	CurrentRow
	Following
	UnboundedFollowing
)

// DefaultFrame is that of a window without one: from the first row to the last peer of the current one.
var DefaultFrame = Frame{Start: FrameBound{Kind: UnboundedPreceding}, End: FrameBound{Kind: CurrentRow}}

// Children gives the input.
func (n *Window) Children() []Node { return []Node{n.Input} }

// Exprs lists the expressions of a call.
func (c *WindowCall) Exprs() []Expr {
	out := append([]Expr(nil), c.Args...)
	for _, e := range []Expr{c.Filter, c.Frame.Start.Offset, c.Frame.End.Offset} {
		if e != nil {
			out = append(out, e)
		}
	}
	return out
}

// Map replaces each expression of a call by f of it.
func (c WindowCall) Map(f func(Expr) (Expr, error)) (_ WindowCall, err error) {
	c.Args = append([]Expr(nil), c.Args...)
	for i, a := range c.Args {
		if c.Args[i], err = f(a); err != nil {
			return c, err
		}
	}
	if c.Filter != nil {
		c.Filter, err = f(c.Filter)
	}
	return c, err // what a frame's offsets read is not of the rows
}

// Equal reports whether two calls over the same window are one.
func (c *WindowCall) Equal(o *WindowCall) bool {
	if c.name() != o.name() || len(c.Args) != len(o.Args) || (c.Filter == nil) != (o.Filter == nil) || c.Filter != nil && !Equal(c.Filter, o.Filter) || !c.Frame.equal(&o.Frame) {
		return false
	}
	for i := range c.Args {
		if !Equal(c.Args[i], o.Args[i]) {
			return false
		}
	}
	return true
}

func (f *Frame) equal(o *Frame) bool {
	same := func(a, b FrameBound) bool {
		return a.Kind == b.Kind && (a.Offset == nil) == (b.Offset == nil) && (a.Offset == nil || Equal(a.Offset, b.Offset))
	}
	return f.Mode == o.Mode && f.Exclude == o.Exclude && same(f.Start, o.Start) && same(f.End, o.End)
}

func (c *WindowCall) name() string {
	if c.Func != nil {
		return c.Func.Name
	}
	return c.Agg.Name
}

// window prints what a Window does.
func (e *explainer) window(n *Window) []string {
	var out []string
	if len(n.Partition) > 0 {
		out = append(out, "Partition By: "+e.list(n.Partition))
	}
	if len(n.Order) > 0 {
		d := deparser{o: e.ExplainOptions}
		d.sortKeys(n.Order)
		out = append(out, "Order By: "+d.b.String())
	}
	return append(out, "Functions: "+strings.Join(e.windowCalls(n), ", "))
}

func (e *explainer) windowCalls(n *Window) []string {
	var out []string
	for i := range n.Calls {
		d := deparser{o: e.ExplainOptions}
		d.windowCall(&n.Calls[i])
		out = append(out, d.b.String())
	}
	return out
}

// windowCall prints a call with its frame, where that is not the usual one.
func (d *deparser) windowCall(c *WindowCall) {
	d.write(QuoteIdent(c.name()), "(")
	if len(c.Args) == 0 && c.Agg != nil {
		d.write("*")
	}
	d.list(c.Args)
	d.write(")")
	if c.Filter != nil {
		d.write(" FILTER (WHERE ")
		d.expr(c.Filter)
		d.write(")")
	}
	d.write(" OVER (")
	if !c.Frame.equal(&DefaultFrame) {
		d.frame(&c.Frame)
	}
	d.write(")")
}

func (d *deparser) frame(f *Frame) {
	d.write([...]string{RangeFrame: "RANGE", RowsFrame: "ROWS", GroupsFrame: "GROUPS"}[f.Mode], " BETWEEN ")
	for i, b := range []FrameBound{f.Start, f.End} {
		if i > 0 {
			d.write(" AND ")
		}
		if b.Offset != nil {
			d.expr(b.Offset)
			d.write(" ")
		}
		d.write([...]string{UnboundedPreceding: "UNBOUNDED PRECEDING", Preceding: "PRECEDING", CurrentRow: "CURRENT ROW",
			Following: "FOLLOWING", UnboundedFollowing: "UNBOUNDED FOLLOWING"}[b.Kind])
	}
	d.write([...]string{function.ExcludeNothing: "", function.ExcludeCurrentRow: " EXCLUDE CURRENT ROW", function.ExcludeGroup: " EXCLUDE GROUP",
		function.ExcludeTies: " EXCLUDE TIES"}[f.Exclude])
}
