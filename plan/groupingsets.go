package plan

import (
	"strconv"
	"strings"
)

// Expand yields each row once for every grouping set: behind the input's columns stand the Keys, null where they are not of the set, and the
// set's number. An Aggregate over these groups by all sets in one pass.
type Expand struct {
	Output
	Input Node
	Keys  []Expr
	Sets  [][]int // indexes into Keys
}

// IfEmpty yields Input's rows, or, where it has none, Else's.
type IfEmpty struct {
	Output
	Input, Else Node
}

// Children gives the input.
func (n *Expand) Children() []Node { return []Node{n.Input} }

// Children gives both.
func (n *IfEmpty) Children() []Node { return []Node{n.Input, n.Else} }

// sets prints the grouping sets.
func (e *explainer) sets(n *Expand) []string {
	var out []string
	for _, set := range n.Sets {
		keys := make([]Expr, len(set))
		for i, k := range set {
			keys[i] = n.Keys[k]
		}
		out = append(out, "("+e.list(keys)+")")
	}
	const shown = 20
	if more := len(out) - shown; more > 0 {
		out = append(out[:shown], "and "+strconv.Itoa(more)+" more")
	}
	return []string{"Grouping Sets: " + strings.Join(out, ", ")}
}
