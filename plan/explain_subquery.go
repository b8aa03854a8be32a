package plan

import "strconv"

// subPlans numbers the sub-queries of a plan in the order in which they are met.
type subPlans struct{ met []Node }

// number gives a sub-query's number, from 1.
func (s *subPlans) number(n Node) int {
	for i, m := range s.met {
		if m == n {
			return i + 1
		}
	}
	s.met = append(s.met, n)
	return len(s.met)
}

// subQuery prints where a sub-query stands in an expression, as PostgreSQL does: $0 for a value that is found once.
func (d *deparser) subQuery(s *SubQuery) {
	if d.o.subs == nil {
		d.o.subs = &subPlans{}
	}
	n := strconv.Itoa(d.o.subs.number(s.Plan))
	switch {
	case s.initial():
		d.write("$", strconv.Itoa(d.o.subs.number(s.Plan)-1))
	case s.Kind == AnyQuery && s.Test == nil, s.Kind == KeyQuery:
		d.write("(")
		d.list(s.Left)
		d.write(" IN hashed SubPlan ", n, ")")
	case s.Kind == AnyQuery:
		d.write("(ANY SubPlan ", n, ")")
	case s.Kind == AllQuery:
		d.write("(ALL SubPlan ", n, ")")
	default:
		d.write("(SubPlan ", n, ")")
	}
}

// initial reports whether a sub-query has one value for the whole statement.
func (s *SubQuery) initial() bool {
	return len(s.Args) == 0 && len(s.Left) == 0 && s.Kind != AnyQuery && s.Kind != AllQuery
}

// subPlans prints the plans of the sub-queries in a node's expressions.
func (e *explainer) subPlans(n Node, indent string) {
	printed := map[Node]bool{}
	for _, s := range SubQueries(Exprs(n)...) {
		if printed[s.Plan] {
			continue
		}
		printed[s.Plan] = true
		i := e.subs.number(s.Plan)
		title := "SubPlan " + strconv.Itoa(i)
		if s.initial() {
			title = "InitPlan " + strconv.Itoa(i) + " (returns $" + strconv.Itoa(i-1) + ")"
		}
		if len(s.Args) > 0 {
			title += " for " + e.list(s.Args)
		}
		e.lines = append(e.lines, indent+title)
		e.node(s.Plan, indent+"  ", "->  ")
	}
}

// with prints a With: its queries under their names, then what uses them.
func (e *explainer) with(n *With, indent string) {
	for _, c := range n.CTEs {
		e.lines = append(e.lines, indent+"CTE "+QuoteIdent(c.Name))
		e.node(c.Plan, indent+"  ", "->  ")
	}
	e.node(n.Input, indent, "->  ")
}

func (n *SetOp) words() string {
	words := "Intersect"
	if n.Except {
		words = "Except"
	}
	if n.All {
		words += " All"
	}
	return words
}
