package textsearch

import "slices"

// term is a node of a query in which operands of & and | are any number and in order, so that equal parts look equal.
type term struct {
	node     *Node // of an operand: its text; of an operator: Op and Distance
	operands []*term
	done     bool // it was put here: nothing in it is looked at again
}

func termOf(n *Node) *term {
	if n == nil {
		return nil
	}
	t := &term{node: n}
	if n.Op == Operand {
		return t
	}
	for _, o := range []*Node{n.Right, n.Left} {
		if o == nil {
			continue
		}
		x := termOf(o)
		if o.Op == n.Op && (n.Op == And || n.Op == Or) {
			t.operands = append(t.operands, x.operands...)
		} else {
			t.operands = append(t.operands, x)
		}
	}
	return t
}

// order puts operands of & and | in order.
func (t *term) order() {
	for _, o := range t.operands {
		o.order()
	}
	if t.node.Op != Phrase {
		slices.SortStableFunc(t.operands, compareTerms)
	}
}

func compareTerms(a, b *term) int {
	x, y := Node{Op: a.node.Op, Text: a.node.Text}, Node{Op: b.node.Op, Text: b.node.Text}
	if x.Op == Operand || y.Op == Operand || x.Op != y.Op {
		if x.Op != Operand && y.Op != Operand {
			return int(y.Op) - int(x.Op)
		}
		return compareNodes(&x, &y)
	}
	if c := len(b.operands) - len(a.operands); c != 0 {
		return c
	}
	for i := range a.operands {
		if c := compareTerms(a.operands[i], b.operands[i]); c != 0 {
			return c
		}
	}
	return b.node.Distance - a.node.Distance
}

// tree makes a tree of a term again.
func (t *term) tree() *Node {
	n := *t.node
	switch {
	case n.Op == Operand:
	case n.Op == Not:
		n.Right = t.operands[0].tree()
	default:
		operands := make([]*Node, len(t.operands))
		for i, o := range t.operands {
			operands[i] = o.tree()
		}
		for len(operands) > 2 {
			last := len(operands) - 1
			operands[0] = &Node{Op: n.Op, Distance: n.Distance, Right: operands[0], Left: operands[1]}
			operands[1] = operands[last]
			operands = operands[:last]
		}
		n.Right, n.Left = operands[0], operands[1]
	}
	return &n
}

// Rewrite appends a query in which a part is replaced by another query; an empty one takes the part away.
func Rewrite(dst []byte, q, part, by Query) ([]byte, error) {
	if q.Empty() || part.Empty() {
		return append(dst, q...), nil
	}
	t, target := termOf(q.Tree()), termOf(part.Tree())
	t.order()
	target.order()
	t = t.replaced(target, func() *term { return binaryTerm(by.Tree()) })
	if t == nil {
		return AppendQuery(dst, nil), nil
	}
	n := t.tree()
	if err := checkQuery(n); err != nil {
		return dst, err
	}
	return AppendQuery(dst, n), nil
}

// binaryTerm is a term with the operands as they are in a tree.
func binaryTerm(n *Node) *term {
	if n == nil {
		return nil
	}
	t := &term{node: n, done: true}
	for _, o := range []*Node{n.Right, n.Left} {
		if o != nil {
			t.operands = append(t.operands, binaryTerm(o))
		}
	}
	return t
}

func (t *term) replaced(target *term, by func() *term) *term {
	if t = t.match(target, by); t == nil || t.done || t.node.Op == Operand {
		return t
	}
	kept := t.operands[:0]
	for _, o := range t.operands {
		if o = o.replaced(target, by); o != nil {
			kept = append(kept, o)
		}
	}
	t.operands = kept
	switch {
	case len(kept) == 0:
		return nil
	case len(kept) == 1 && t.node.Op != Not:
		return kept[0]
	}
	return t
}

// match is what stands for a term: the other one where it is the target; where the target's operands are among those of the term, these are replaced.
func (t *term) match(target *term, by func() *term) *term {
	if t.done || t.node.Op != target.node.Op {
		return t
	}
	if len(t.operands) == len(target.operands) {
		if compareTerms(t, target) == 0 {
			return by()
		}
		return t
	}
	if len(t.operands) < len(target.operands) {
		return t
	}
	rest := make([]*term, 0, len(t.operands))
	j := 0
	for i, o := range t.operands {
		if j == len(target.operands) {
			rest = append(rest, t.operands[i:]...)
			break
		}
		switch c := compareTerms(o, target.operands[j]); {
		case c == 0:
			j++
		case c < 0:
			rest = append(rest, o)
		default:
			return t
		}
	}
	if j < len(target.operands) {
		return t
	}
	if put := by(); put != nil {
		rest = append(rest, put)
	}
	x := &term{node: t.node, operands: rest}
	x.order()
	return x
}
