package plan

// WalkNodes calls f for n and, where f returns true, for the plans of the sub-queries in its expressions and the nodes below it, from
// the top down.
func WalkNodes(n Node, f func(Node) bool) {
	if n == nil || !f(n) {
		return
	}
	for _, s := range SubQueries(Exprs(n)...) {
		WalkNodes(s.Plan, f)
	}
	for _, c := range n.Children() {
		WalkNodes(c, f)
	}
}

// Exprs lists the expressions that a node itself evaluates (not those of its inputs).
func Exprs(n Node) []Expr {
	var out []Expr
	keys := func(ks []SortKey) {
		for _, k := range ks {
			out = append(out, k.Expr)
		}
	}
	some := func(es ...Expr) {
		for _, e := range es {
			if e != nil {
				out = append(out, e)
			}
		}
	}
	switch n := n.(type) {
	case *Scan:
		some(n.Params...)
		for _, b := range n.Bounds {
			some(b.X)
		}
	case *SourceScan:
		some(n.Filters...)
	case *Values:
		for _, r := range n.Rows {
			some(r...)
		}
	case *Filter:
		some(n.Cond)
	case *Project:
		some(n.Exprs...)
	case *Aggregate:
		some(n.Keys...)
		for _, a := range n.Aggs {
			some(a.Args...)
			some(a.Filter, a.Weight)
			keys(a.OrderBy)
		}
	case *Expand:
		some(n.Keys...)
	case *Window:
		some(n.Partition...)
		keys(n.Order)
		for i := range n.Calls {
			some(n.Calls[i].Exprs()...)
		}
	case *Sort:
		keys(n.Keys)
	case *Limit:
		some(n.Count, n.Skip)
		keys(n.Ties)
	case *Distinct:
		some(n.On...)
	case *FunctionScan:
		for i := range n.Calls {
			some(n.Calls[i].Exprs()...)
		}
	case *Join:
		some(n.LeftKeys...)
		some(n.RightKeys...)
		some(n.Cond)
	case *Apply:
		some(n.Args...)
		some(n.Cond)
	}
	return out
}
