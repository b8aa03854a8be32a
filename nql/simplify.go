package nql

// Simplify gives a predicate that is true of the same events as e and says it in the plainest way that the planner knows: constants are
// folded, `not` stands before nothing but what has no opposite, and what can't be true is false. It tells only what is true from
// what is not: where e is unknown, the result may be false. nil means that every event matches. Parameters are not looked into.
func Simplify(e Expr) Expr {
	if e == nil {
		return nil
	}
	x := simplify(e, false)
	if isLiteralTruth(x, yes) {
		return nil
	}
	return x
}

// Never reports whether a simplified predicate is true of no event.
func Never(e Expr) bool { return isLiteralTruth(e, no) }

func truthLiteral(t tri) Expr { return &Literal{BooleanValue(t == yes)} }

func isLiteralTruth(e Expr, t tri) bool {
	l, ok := e.(*Literal)
	return ok && l.Value.Kind == Boolean && l.Value.Bool == (t == yes)
}

// simplify simplifies e, or its negation. Since no `not` remains above the result, only what is true matters, and what is unknown
// counts as false: and and or of them are true of the same events.
func simplify(e Expr, not bool) Expr {
	switch x := e.(type) {
	case *Unary:
		if x.Op == Not {
			return simplify(x.X, !not)
		}
	case *Binary:
		if x.Op == And || x.Op == Or {
			op := x.Op
			if not { // De Morgan's laws hold in three-valued logic too
				op = And + Or - op
			}
			return junctionOf(op, chainOf(x), not)
		}
	}
	x, constant := fold1(e)
	if constant {
		x = computedNow(x)
	}
	if l, is := x.(*Literal); is {
		v := toVal(l.Value)
		t := v.truth()
		if not {
			t = t.not()
		}
		return truthLiteral(t)
	}
	return plainest(x, not)
}

// chainOf lists the operands of a chain of one operator, which leans to the left: of a long one there is no need for a deep stack.
func chainOf(e *Binary) []Expr {
	var list []Expr
	var x Expr = e
	for {
		b, ok := x.(*Binary)
		if !ok || b.Op != e.Op {
			break
		}
		list = append(list, b.R)
		x = b.L
	}
	list = append(list, x)
	for i, j := 0, len(list)-1; i < j; i, j = i+1, j-1 {
		list[i], list[j] = list[j], list[i]
	}
	return list
}

// junctionOf joins simplified operands with and or or.
func junctionOf(op Op, operands []Expr, not bool) Expr {
	absorbing, neutral := no, yes // of and
	if op == Or {
		absorbing, neutral = yes, no
	}
	var all Expr
	for _, o := range operands {
		x := simplify(o, not)
		switch {
		case isLiteralTruth(x, neutral):
			continue
		case isLiteralTruth(x, absorbing):
			return x
		case all == nil:
			all = x
		default:
			all = joined(op, all, x)
		}
	}
	if all == nil {
		return truthLiteral(neutral)
	}
	return all
}

// joined is l op r as a chain that leans to the left.
func joined(op Op, l, r Expr) Expr {
	if b, ok := r.(*Binary); ok && b.Op == op {
		for _, x := range chainOf(b) {
			l = &Binary{Op: op, L: l, R: x}
		}
		return l
	}
	return &Binary{Op: op, L: l, R: r}
}

// opposites are the comparisons that are true where the other is false, and unknown where it is unknown.
var opposites = map[Op]Op{Eq: Ne, Ne: Eq, Lt: Ge, Ge: Lt, Gt: Le, Le: Gt}

// plainest simplifies a folded predicate that is no and, or, not and no constant, or its negation. A `not` before wildcards stays where it is: it
// turns any into all.
func plainest(e Expr, not bool) Expr {
	if wild(e) {
		if not {
			return &Unary{Not, e}
		}
		return e
	}
	switch x := e.(type) {
	case *Binary:
		op, ok := opposites[x.Op]
		if !ok {
			break
		}
		if !not {
			op = x.Op
		}
		if incomparable(x.L) || incomparable(x.R) {
			return truthLiteral(no)
		}
		return &Binary{op, x.L, x.R, x.CI}
	case *Like:
		return &Like{x.X, x.Pattern, x.Not != not, x.CI}
	case *In:
		not = x.Not != not
		switch len(x.List) {
		case 0:
			return truthLiteral(triOf(not))
		case 1:
			if !isTime(x.List[0]) { // which is not compared with text
				return plainest(&Binary{Eq, x.X, x.List[0], x.CI}, not)
			}
		}
		return &In{x.X, x.List, not, x.CI}
	case *Between:
		return &Between{x.X, x.Low, x.High, x.Not != not}
	case *IsNull:
		return &IsNull{x.X, x.Not != not}
	case *InArray:
		return &InArray{x.X, x.Array, x.Not != not, x.CI}
	case *Regex:
		return &Regex{x.X, x.Pattern, x.Not != not, x.CI}
	}
	if not {
		return &Unary{Not, e}
	}
	return e
}

// incomparable reports constants that nothing compares with.
func incomparable(e Expr) bool {
	switch e := e.(type) {
	case *Array, *Object:
		return true
	case *Literal:
		return absent(e) || e.Value.Kind == ArrayValue || e.Value.Kind == ObjectValue
	}
	return false
}
