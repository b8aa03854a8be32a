// Package plan holds what a bound statement is made of: plan nodes, expressions, and Source, anything
// that yields batches. The binder builds plans, the executor runs them, EXPLAIN prints them. It knows
// how nothing of it is computed.
package plan

import (
	"context"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/nql"
	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/function"
)

// SEAM: plan nodes.

// Column describes an output column of a node.
type Column struct {
	Name   string
	Type   types.OID
	Typmod int32
	Table  types.OID // of the relation that it comes from, 0 none
	Attr   int16
}

// Node is a plan node. Plans are trees, immutable after planning.
type Node interface {
	Columns() []Column
	Children() []Node
}

// Output carries a node's columns; embedded by every node.
type Output struct{ Cols []Column }

func (o Output) Columns() []Column { return o.Cols }

// Scan reads a stream. What NQL decides exactly as SQL would has gone down: Where, with Params
// evaluated when the scan opens, and Bounds on @t. Reads[i] says how column i is read; where SQL's type
// needs more than that (a cast), a Project lies above.
type Scan struct {
	Output
	Stream     engine.StreamID
	StreamName string
	Where      nql.Expr // over nql.Param nodes that index Params
	Params     []Expr   // no Refs in them; one value each, when the scan opens
	Bounds     []Bound
	Reads      []nql.Column
	Order      nql.Order
	Limit      int64 // rows that are wanted at most, -1 all; valid with Order or without, the rows above may stop earlier
	// Weighted: a row may stand for several that are equal, and a last column, an int8 that is none of Reads, says for how many. See engine.Spec.
	Weighted bool
	// Keys narrow the scan to values that are known when it begins.
	Keys []*ScanKeys
}

// Follow yields the events of a stream that are committed after it was opened, as its Input reads them, for as long as it is drawn from: it has no end.
type Follow struct {
	Output
	Input *Scan // without an order or limit of its own
}

// Bound is `timestamp op X`, X a timestamptz without Refs, evaluated when the scan opens; null: no row matches.
// SQL compares the timestamp floored to 1 µs with X, so the executor widens to 100 ns: > X is >= X+1µs.
type Bound struct {
	Op nql.Op // Eq, Lt, Le, Gt, Ge
	X  Expr
}

// Source is anything that yields batches: a system relation, a table function.
type Source interface {
	Columns() []Column
	// Open begins to yield the columns in want (indexes into Columns). filters are conjuncts over
	// Columns (Refs) that the source may use to do less, and that are evaluated above all the same. What in them reads no column is a
	// Const by then, though it was a parameter, a column of a row around a sub-query or a call when the statement was bound; only what
	// failed to be computed, or is volatile, stays as it was. A source may be opened many times, once for each row of what is around it.
	Open(ctx context.Context, env *types.Env, want []int, filters []Expr) (Batches, error)
}

// Batches is a stream of batches. The memory of a batch is valid until the next call.
type Batches interface {
	Next(ctx context.Context, b *column.Batch) (bool, error)
	Close()
}

// SourceScan reads the wanted columns of a Source.
type SourceScan struct {
	Output
	Source  Source
	Name    string
	Want    []int
	Filters []Expr // see Source.Open; Refs index Source.Columns()
}

// Values yields rows of expressions without Refs; no rows of no columns is legal, and one row of no columns is SELECT without FROM.
type Values struct {
	Output
	Rows [][]Expr
}

// Filter keeps the rows for which Cond is true.
type Filter struct {
	Output
	Input Node
	Cond  Expr
}

// Project computes expressions.
type Project struct {
	Output
	Input Node
	Exprs []Expr
}

// Aggregate groups by keys. Its output is the keys, then the aggregates. Without keys there is one group, also of no rows.
type Aggregate struct {
	Output
	Input Node
	Keys  []Expr
	Aggs  []AggCall
}

// AggCall is one aggregate call.
type AggCall struct {
	Func     *function.Aggregate
	Args     []Expr
	Distinct bool
	Filter   Expr      // FILTER (WHERE …); may be nil
	OrderBy  []SortKey // within the aggregate; may be nil
	// Weight, where it is not nil, is an int8: how many rows a row stands for. It is only for count without Distinct; what Distinct, min and the like make of equal
	// rows is what they make of one.
	Weight Expr
}

// Sort orders rows, stably. With Limit >= 0 only so many are wanted (top-N; an OFFSET above is to be added in); -1: all.
type Sort struct {
	Output
	Input Node
	Keys  []SortKey
	Limit int64
}

// SortKey is one key of an order.
type SortKey struct {
	Expr       Expr
	Descending bool
	NullsFirst bool
}

// Limit skips and stops. Count and Skip have no Refs; nil or a null value: no limit, nothing to skip. Ties, where there are some, are the keys by which the
// input is sorted: rows that they don't tell from the last one pass, too.
type Limit struct {
	Output
	Input       Node
	Count, Skip Expr
	Ties        []SortKey
}

// Distinct keeps the first row of each set of equal rows; On, when not nil, says which expressions count (DISTINCT ON).
type Distinct struct {
	Output
	Input Node
	On    []Expr
}

// Append yields its inputs one after the other (UNION ALL).
type Append struct {
	Output
	Inputs []Node
}

// Join is a join by nested loops or hash. Output: left columns, then right columns. LeftKeys and RightKeys are equal by the
// type's own equality; Cond, over both sides' columns, is the rest; either may be empty.
type Join struct {
	Output
	Kind                JoinKind
	Left, Right         Node
	LeftKeys, RightKeys []Expr
	Cond                Expr
	// Hands are the right side's keys that scans below the left side are told, where these begin after the right side was read.
	Hands []Handing
}

// JoinKind is the kind of a join.
type JoinKind uint8

const (
	InnerJoin JoinKind = iota
	LeftJoin
	RightJoin
	FullJoin
)

func (*Scan) Children() []Node        { return nil }
func (*SourceScan) Children() []Node  { return nil }
func (*Values) Children() []Node      { return nil }
func (n *Filter) Children() []Node    { return []Node{n.Input} }
func (n *Project) Children() []Node   { return []Node{n.Input} }
func (n *Aggregate) Children() []Node { return []Node{n.Input} }
func (n *Sort) Children() []Node      { return []Node{n.Input} }
func (n *Follow) Children() []Node    { return []Node{n.Input} }
func (n *Limit) Children() []Node     { return []Node{n.Input} }
func (n *Distinct) Children() []Node  { return []Node{n.Input} }
func (n *Append) Children() []Node    { return n.Inputs }
func (n *Join) Children() []Node      { return []Node{n.Left, n.Right} }
