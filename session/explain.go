package session

import (
	"context"
	"fmt"
	"time"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/exec"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/translate"
	"github.com/flare-pg/flare-pg/types"
)

// explain describes a plan: as text a line a row, else as one value. With ANALYZE the plan is run, its rows counted and thrown away; what it writes is written. planned is how
// long it took to bind it.
func (s *session) explain(ctx context.Context, sc *scope, e *translate.Explain, params []*column.Vector, planned time.Duration) ([]string, error) {
	statement := e.Statement
	if x, ok := statement.(*translate.Execute); ok {
		began := time.Now()
		pl, args, err := s.executed(ctx, sc, x)
		if err != nil {
			return nil, err
		}
		statement, params, planned = pl.bound, args, time.Since(began)
	}
	o := plan.ExplainOptions{Env: sc.env, Params: params, Verbose: e.Verbose, Eval: func(x plan.Expr) (*column.Vector, error) {
		v, err := exec.Eval(&exec.Runtime{Env: sc.env, Params: params}, []plan.Expr{x})
		if err != nil {
			return nil, err
		}
		return v[0], nil
	}}
	o.Schema = func(id engine.StreamID) string {
		for _, stream := range sc.snapshot.Streams() {
			if stream.ID == id {
				return stream.Schema
			}
		}
		return ""
	}
	still := &exec.Runtime{Env: sc.env, Tx: sc.tx, Stage: s.tx.stage, Params: params}
	o.Details = func(n plan.Node) []string { return s.scanDetails(still, n) }
	o.Facts = func(n plan.Node) []plan.Property { return s.facts(still, n, e) }
	var node plan.Node
	var insert *translate.Insert
	switch b := statement.(type) {
	case *translate.Query:
		node = b.Plan
	case *translate.Delete:
		node = b.Plan
	case *translate.Insert:
		node, insert = b.Plan, b
	default:
		return nil, types.Errorf(types.CodeFeatureNotSupported, "EXPLAIN of this statement is not supported")
	}
	var whole []plan.Property
	if e.Summary {
		whole = append(whole, plan.Property{Name: "Planning Time", Value: planned.Seconds() * 1000})
	}
	into := ""
	if insert != nil {
		if into = insert.Stream.Name; e.Verbose {
			into = insert.Stream.Schema + "." + into
		}
	}
	if e.Analyze {
		took, note, err := s.analyze(ctx, sc, node, insert, params, &o, e)
		if err != nil {
			return nil, err
		}
		into += note
		if e.Summary {
			whole = append(whole, plan.Property{Name: "Execution Time", Value: took.Seconds() * 1000})
		}
	}
	if e.Format != "text" {
		return []string{explained(node, insert, e, whole, o)}, nil
	}
	lines := plan.Explain(node, o)
	if insert != nil {
		for i, l := range lines {
			lines[i] = "      " + l
		}
		lines[0] = "  ->  " + lines[0][6:]
		lines = append([]string{"Insert on " + into}, lines...)
	}
	for _, x := range whole {
		lines = append(lines, fmt.Sprintf("%s: %.3f ms", x.Name, x.Value))
	}
	return lines, nil
}

// explained writes a plan for programs; insert is what its rows are for, or nil.
func explained(node plan.Node, insert *translate.Insert, e *translate.Explain, whole []plan.Property, o plan.ExplainOptions) string {
	tree := plan.ExplainTree(node, o)
	if insert != nil {
		tree = &plan.Explained{Plans: []*plan.Explained{tree},
			Properties: []plan.Property{{Name: "Node Type", Value: "ModifyTable"}, {Name: "Operation", Value: "Insert"}, {Name: "Relation Name", Value: insert.Stream.Name}}}
		if e.Verbose {
			tree.Properties = append(tree.Properties, plan.Property{Name: "Schema", Value: insert.Stream.Schema})
		}
	}
	switch e.Format {
	case "yaml":
		return tree.YAML(whole)
	case "xml":
		return tree.XML(whole)
	}
	return tree.JSON(whole)
}

// analyze runs a plan, whose rows are for insert where that is not nil, and makes o print what its nodes did. note is what is said of the INSERT.
func (s *session) analyze(ctx context.Context, sc *scope, n plan.Node, insert *translate.Insert, params []*column.Vector, o *plan.ExplainOptions, e *translate.Explain) (took time.Duration, note string, err error) {
	rt, done, err := s.runtime(ctx, sc, params, n)
	if err != nil {
		return 0, "", err
	}
	defer done()
	rt.Stats = exec.NewStats(n)
	o.Note = func(n plan.Node) string { return noteOf(rt.Stats.Of(n), e.Timing) }
	o.Details = func(n plan.Node) []string {
		out := s.scanDetails(rt, n)
		if e.Buffers {
			out = append(out, buffersOf(rt.Stats, n).lines()...)
		}
		return out
	}
	o.Facts = func(n plan.Node) []plan.Property { return s.facts(rt, n, e) }
	began := time.Now()
	if insert != nil { // as in PostgreSQL, it is really done
		if err := s.writable("INSERT"); err != nil {
			return 0, "", err
		}
		rows, err := s.stageRows(ctx, sc, insert, rt, nil)
		return time.Since(began), fmt.Sprintf(" (actual rows=%d)", rows), err
	}
	if d, ok := n.(*plan.Delete); ok { // so is this
		if err := s.writable("DELETE"); err != nil {
			return 0, "", err
		}
		rows, err := s.deleteRows(ctx, sc, d, rt, nil)
		rt.Stats.Of(n).Rows.Store(rows)
		return time.Since(began), "", err
	}
	rows, err := exec.Open(ctx, n, rt)
	if err != nil {
		return 0, "", err
	}
	defer rows.Close()
	var batch column.Batch
	for {
		ok, err := rows.Next(ctx, &batch)
		if err != nil {
			return 0, "", err
		}
		if !ok {
			break
		}
	}
	return time.Since(began), "", nil
}

// noteOf says what a node did.
func noteOf(st *exec.NodeStats, timing bool) string {
	if st == nil {
		return ""
	}
	note := fmt.Sprintf(" (actual rows=%d", st.Rows.Load())
	if ns := st.Time.Load(); ns > 0 && timing {
		note += fmt.Sprintf(" time=%.3f ms", float64(ns)/1e6)
	}
	return note + ")"
}
