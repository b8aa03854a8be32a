package plan

import (
	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/nql"
	"github.com/flare-pg/flare-pg/types"
)

// Insert writes its input's rows, which have a column for each of Targets, as events of a stream. It yields a row for each: what Returning shows of it, or none of
// no columns.
type Insert struct {
	Output
	Input      Node
	Stream     engine.StreamID
	StreamName string
	Targets    []Target
	Returning  *Returning // nil: nothing is shown
}

// Target is where a column of an INSERT or COPY goes: a CLEF member ("@t", "@l", "@m", …), a property's
// own name, "properties" (an object that is spread) or "document" (a whole event).
type Target struct {
	Kind   TargetKind
	Member string    // for TargetMember: the JSON member's name
	Type   types.OID // of the value
	Typmod int32     // -1: none
	Name   string    // the column as the user knows it, for messages
	// Declared is the column's place among a declared table's, from 1; 0 for others.
	Declared int
	NotNull  bool
	// KeepNull: a null is written down, since an event without the member would show something else.
	KeepNull bool
}

// TargetKind tells targets apart.
type TargetKind uint8

const (
	TargetMember TargetKind = iota
	TargetTimestamp
	TargetProperties
	TargetDocument
)

// Returning is RETURNING of an INSERT: what is shown of each event that it has written. The events are read as a scan of their stream
// would read them: Reads says which columns.
type Returning struct {
	Reads []nql.Column
	Plan  Node // over a Scan, which stands for the written events
}

// Over is the plan of the result, over a source whose columns are Reads.
func (r *Returning) Over(written Source) Node { return readFrom(r.Plan, written) }

func readFrom(n Node, written Source) Node {
	switch n := n.(type) {
	case *Project:
		c := *n
		c.Input = readFrom(n.Input, written)
		return &c
	case *Scan:
		s := &SourceScan{Output: n.Output, Source: written, Name: n.StreamName}
		for i := range n.Cols {
			s.Want = append(s.Want, i)
		}
		return s
	}
	return n
}

// Delete marks rows of a stream as deleted: those whose event_id its input yields, in its first column. It yields a row for each, of the columns that stand behind it:
// what RETURNING shows. Where Whole is set, what is deleted
// is all that lies within the input's time bounds; then the input, a Scan without columns, is there to count the rows.
type Delete struct {
	Output
	Input      Node
	Stream     engine.StreamID
	StreamName string
	Whole      bool
}

// Children gives the input.
func (n *Insert) Children() []Node { return []Node{n.Input} }

// Children gives the input.
func (n *Delete) Children() []Node { return []Node{n.Input} }
