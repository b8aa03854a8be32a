package plan

import "github.com/flare-pg/flare-pg/engine"

// Delete marks rows of a stream as deleted: those whose event_id its input yields, in its first column; what
// stands behind it is shown by RETURNING. Where Whole is set, what is deleted
// is all that lies within the input's time bounds; then the input, a Scan without columns, is there to count the rows.
type Delete struct {
	Output
	Input      Node
	Stream     engine.StreamID
	StreamName string
	Whole      bool
}

// Children gives the input.
func (n *Delete) Children() []Node { return []Node{n.Input} }
