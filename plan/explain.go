package plan

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/function"
)

// ExplainOptions says how a plan is printed. The zero value prints it as it was bound, times in UTC.
type ExplainOptions struct {
	Env *types.Env // for the text of values; nil: PostgreSQL's defaults
	// Params are the values of the statement's parameters where they are known: they are printed in NQL and time bounds.
	Params []*column.Vector
	// Eval computes an expression without Refs, as exec.Eval does; nil: only constants and parameters show their value.
	// Expressions that depend on the clock are printed as they are all the same.
	Eval func(x Expr) (*column.Vector, error)
	// Verbose shows what each node puts out, and the schema of each stream, which Schema tells.
	Verbose bool
	Schema  func(stream engine.StreamID) string
	// Note adds to a node's first line, as " (rows=3)". May be nil.
	Note func(n Node) string
	// Details adds lines to a node. May be nil.
	Details func(n Node) []string

	subs *subPlans // the sub-queries met so far
	// Facts adds properties to a node of ExplainTree. May be nil.
	Facts func(n Node) []Property
}

func (o ExplainOptions) env() *types.Env {
	if o.Env != nil {
		return o.Env
	}
	return types.NewEnv(time.Unix(0, 0).UTC())
}

// Explain prints a plan, a line each, in the manner of PostgreSQL's EXPLAIN: the node that runs last first,
// what it draws from indented below.
func Explain(n Node, o ExplainOptions) []string {
	o.subs = &subPlans{}
	e := explainer{ExplainOptions: o}
	e.node(n, "", "")
	return e.lines
}

type explainer struct {
	ExplainOptions
	lines []string
}

func (e *explainer) node(n Node, indent, arrow string) {
	title := e.title(n)
	if e.Note != nil {
		title += e.Note(n)
	}
	e.lines = append(e.lines, indent+arrow+title)
	indent += strings.Repeat(" ", len(arrow)) + "  "
	details := e.details(n)
	if names := e.puts(n); len(names) > 0 {
		details = append([]string{"Output: " + strings.Join(names, ", ")}, details...)
	}
	if e.Details != nil {
		details = append(details, e.Details(n)...)
	}
	for _, d := range details {
		e.lines = append(e.lines, indent+d)
	}
	e.subPlans(n, indent)
	if w, ok := n.(*With); ok {
		e.with(w, indent)
		return
	}
	for _, c := range n.Children() {
		e.node(c, indent, "->  ")
	}
}

// title is Title, with the stream's schema where that is wanted.
func (e *explainer) title(n Node) string {
	title := Title(n)
	if schema := e.schema(n); schema != "" {
		kind, relation, _ := strings.Cut(title, " on ")
		title = kind + " on " + QuoteIdent(schema) + "." + relation
	}
	return title
}

// schema is that of the stream that a node reads, where it is wanted.
func (e *explainer) schema(n Node) string {
	if !e.Verbose || e.Schema == nil {
		return ""
	}
	switch n := n.(type) {
	case *Scan:
		return e.Schema(n.Stream)
	case *Delete:
		return e.Schema(n.Stream)
	case *Insert:
		return e.Schema(n.Stream)
	}
	return ""
}

// puts names the columns that a node puts out, where that is wanted and nothing else tells.
func (e *explainer) puts(n Node) []string {
	if !e.Verbose {
		return nil
	}
	switch n := n.(type) {
	case *Project:
		return nil
	case *Values:
		if len(n.Rows) == 1 {
			return nil
		}
	}
	var out []string
	for _, c := range n.Columns() {
		out = append(out, QuoteIdent(c.Name))
	}
	return out
}

// Title names a node as EXPLAIN does.
func Title(n Node) string {
	switch n := n.(type) {
	case *Scan:
		return "Scan on " + QuoteIdent(n.StreamName)
	case *SourceScan:
		return "Source Scan on " + n.Name
	case *Values:
		if len(n.Rows) == 1 {
			return "Result"
		}
		return "Values"
	case *Filter:
		return "Filter"
	case *Project:
		return "Project"
	case *Aggregate:
		if len(n.Keys) == 0 {
			return "Aggregate"
		}
		return "HashAggregate"
	case *Window:
		return "WindowAgg"
	case *Sort:
		if n.Limit >= 0 {
			return "Top-N Sort"
		}
		return "Sort"
	case *Limit:
		return "Limit"
	case *Distinct:
		return "Distinct"
	case *Append:
		return "Append"
	case *FunctionScan:
		return n.title()
	case *Delete:
		return "Delete on " + QuoteIdent(n.StreamName)
	case *Insert:
		return "Insert on " + QuoteIdent(n.StreamName)
	case *CTEScan:
		return "CTE Scan on " + QuoteIdent(n.CTE.Name)
	case *WorkScan:
		return "WorkTable Scan on " + QuoteIdent(n.Table.Name)
	case *Recursion:
		return "Recursive Union"
	case *SetOp:
		return "HashSetOp " + n.words()
	case *Apply:
		if n.Kind == LeftJoin {
			return "Nested Loop Left Join"
		}
		return "Nested Loop"
	case *Join:
		method := "Nested Loop"
		if len(n.LeftKeys) > 0 {
			method = "Hash"
		}
		return method + [...]string{InnerJoin: " Join", LeftJoin: " Left Join", RightJoin: " Right Join", FullJoin: " Full Join"}[n.Kind]
	}
	return strings.TrimPrefix(fmt.Sprintf("%T", n), "*plan.")
}

func (e *explainer) details(n Node) []string {
	switch n := n.(type) {
	case *Scan:
		return e.scan(n)
	case *SourceScan:
		if len(n.Filters) > 0 {
			return []string{"Filter: " + Deparse(Conjunction(n.Filters), e.ExplainOptions)}
		}
	case *Values:
		if len(n.Rows) == 1 && len(n.Rows[0]) > 0 {
			return []string{"Output: " + e.list(n.Rows[0])}
		}
		if len(n.Rows) != 1 {
			return []string{"Rows: " + strconv.Itoa(len(n.Rows))}
		}
	case *Filter:
		return []string{"Filter: " + Deparse(n.Cond, e.ExplainOptions)}
	case *Project:
		return []string{"Output: " + e.list(n.Exprs)}
	case *Aggregate:
		return e.aggregate(n)
	case *Window:
		return e.window(n)
	case *Expand:
		return e.sets(n)
	case *Sort:
		return e.sort(n)
	case *Limit:
		var out []string
		if n.Count != nil {
			out = append(out, "Count: "+Deparse(n.Count, e.ExplainOptions))
		}
		if n.Skip != nil {
			out = append(out, "Offset: "+Deparse(n.Skip, e.ExplainOptions))
		}
		if n.Ties != nil {
			d := deparser{o: e.ExplainOptions}
			d.sortKeys(n.Ties)
			out = append(out, "With Ties: "+d.b.String())
		}
		return out
	case *Distinct:
		if n.On != nil {
			return []string{"On: " + e.list(n.On)}
		}
	case *FunctionScan:
		return e.functions(n)
	case *Apply:
		var out []string
		if len(n.Args) > 0 {
			out = append(out, "Lateral: "+e.list(n.Args))
		}
		if n.Cond != nil {
			out = append(out, "Join Filter: "+Deparse(n.Cond, e.ExplainOptions))
		}
		return out
	case *Delete:
		if n.Whole {
			return []string{"By time alone: files that lie within are dropped unread"}
		}
	case *Join:
		var out []string
		if len(n.LeftKeys) > 0 {
			var eqs []string
			for i, l := range n.LeftKeys {
				eqs = append(eqs, "("+Deparse(l, e.ExplainOptions)+" = "+Deparse(n.RightKeys[i], e.ExplainOptions)+")")
			}
			out = append(out, "Hash Cond: "+strings.Join(eqs, " AND "))
		}
		if n.Cond != nil {
			out = append(out, "Join Filter: "+Deparse(n.Cond, e.ExplainOptions))
		}
		return out
	}
	return nil
}

func (e *explainer) list(exprs []Expr) string {
	d := deparser{o: e.ExplainOptions}
	d.list(exprs)
	return d.b.String()
}

func (e *explainer) aggregate(n *Aggregate) []string {
	var out []string
	if len(n.Keys) > 0 {
		out = append(out, "Group Key: "+e.list(n.Keys))
	}
	var aggs []string
	for i := range n.Aggs {
		d := deparser{o: e.ExplainOptions}
		d.aggregate(&n.Aggs[i])
		aggs = append(aggs, d.b.String())
	}
	if len(aggs) > 0 {
		out = append(out, "Aggregates: "+strings.Join(aggs, ", "))
	}
	return out
}

func (e *explainer) sort(n *Sort) []string {
	d := deparser{o: e.ExplainOptions}
	d.sortKeys(n.Keys)
	out := []string{"Sort Key: " + d.b.String()}
	if n.Limit >= 0 {
		out = append(out, "Rows: "+strconv.FormatInt(n.Limit, 10))
	}
	return out
}

// value gives an expression's value where it is known without running anything.
func (o ExplainOptions) value(x Expr) (*column.Vector, bool) {
	switch x := x.(type) {
	case *Const:
		return x.Value, true
	case *Param:
		if x.Index < len(o.Params) && o.Params[x.Index] != nil {
			return o.Params[x.Index], true
		}
		return nil, false
	}
	if o.Eval == nil || HasRefs(x) || HasOuter(x) || VolatilityOf(x) != function.Immutable || HasParams(x) && o.Params == nil {
		return nil, false
	}
	v, err := o.Eval(x)
	return v, err == nil
}
