package textsearch

// withoutStops takes the words that are left out from a tree, with the operators that they leave without an operand. Where one was part of a phrase, the places
// that it took are added to distances: left and right are those that an operator above has to add, before and behind what remains.
func withoutStops(n *Node) (_ *Node, left, right int) {
	switch n.Op {
	case Operand:
		return n, 0, 0
	case stopWord:
		return nil, 0, 0
	case Not:
		if n.Right, left, right = withoutStops(n.Right); n.Right == nil {
			return nil, left, right
		}
		return n, left, right
	}
	l, lleft, lright := withoutStops(n.Left)
	r, rleft, rright := withoutStops(n.Right)
	n.Left, n.Right = l, r
	phrase := n.Op == Phrase
	switch {
	case l == nil && r == nil:
		add := max(lleft, rleft)
		if phrase {
			add = lleft + n.Distance + rleft
		}
		return nil, add, add
	case l == nil:
		if phrase {
			return r, lleft + n.Distance + rleft, rright
		}
		return r, rleft, rright
	case r == nil:
		if phrase {
			return l, lleft, lright + n.Distance + rright
		}
		return l, lleft, lright
	case phrase:
		n.Distance += lright + rleft
		return n, lleft, rright
	}
	return n, 0, 0
}

// withoutNots is what must be in each document that matches: a tree without its negations, nil where that is nothing.
func withoutNots(n *Node) *Node {
	switch n.Op {
	case Operand:
		return n
	case Not:
		return nil
	}
	l, r := withoutNots(n.Left), withoutNots(n.Right)
	switch {
	case l != nil && r != nil:
		n.Left, n.Right = l, r
		return n
	case n.Op == Or:
		return nil
	case l == nil:
		return r
	}
	return l
}
