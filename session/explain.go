package session

import (
	"context"
	"fmt"
	"time"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/exec"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/translate"
	"github.com/flare-pg/flare-pg/types"
)

// explain describes a plan: as text a line a row, else as one value. With ANALYZE the plan is run, its rows counted and thrown away.
func (s *session) explain(ctx context.Context, sc *scope, e *translate.Explain, params []*column.Vector) ([]string, error) {
	o := plan.ExplainOptions{Env: sc.env, Params: params, Eval: func(x plan.Expr) (*column.Vector, error) {
		v, err := exec.Eval(&exec.Runtime{Env: sc.env, Params: params}, []plan.Expr{x})
		if err != nil {
			return nil, err
		}
		return v[0], nil
	}}
	still := &exec.Runtime{Env: sc.env, Tx: sc.tx, Stage: s.tx.stage, Params: params}
	o.Details = func(n plan.Node) []string { return s.scanDetails(still, n) }
	o.Facts = func(n plan.Node) []plan.Property { return s.facts(still, n) }
	var whole []plan.Property
	var node plan.Node
	into := ""
	switch b := e.Statement.(type) {
	case *translate.Query:
		node = b.Plan
	case *translate.Delete:
		node = b.Plan
	case *translate.Insert:
		if e.Analyze {
			return nil, types.Errorf(types.CodeFeatureNotSupported, "EXPLAIN ANALYZE of INSERT is not supported")
		}
		node, into = b.Plan, b.Stream.Name
	default:
		return nil, types.Errorf(types.CodeFeatureNotSupported, "EXPLAIN of this statement is not supported")
	}
	if e.Analyze {
		took, err := s.analyze(ctx, sc, node, params, &o)
		if err != nil {
			return nil, err
		}
		whole = append(whole, plan.Property{Name: "Execution Time", Value: took.Seconds() * 1000})
	}
	if e.Format != "text" {
		return []string{explained(node, into, e.Format, whole, o)}, nil
	}
	lines := plan.Explain(node, o)
	if into != "" {
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

// explained writes a plan for programs; into is the stream that its rows go to.
func explained(node plan.Node, into, format string, whole []plan.Property, o plan.ExplainOptions) string {
	tree := plan.ExplainTree(node, o)
	if into != "" {
		tree = &plan.Explained{Plans: []*plan.Explained{tree},
			Properties: []plan.Property{{Name: "Node Type", Value: "ModifyTable"}, {Name: "Operation", Value: "Insert"}, {Name: "Relation Name", Value: into}}}
	}
	if format == "yaml" {
		return tree.YAML(whole)
	}
	return tree.JSON(whole)
}

// analyze runs a plan and makes o print what its nodes did.
func (s *session) analyze(ctx context.Context, sc *scope, n plan.Node, params []*column.Vector, o *plan.ExplainOptions) (time.Duration, error) {
	rt, done, err := s.runtime(ctx, sc, params, n)
	if err != nil {
		return 0, err
	}
	defer done()
	rt.Stats = exec.NewStats(n)
	o.Note = func(n plan.Node) string { return noteOf(rt.Stats.Of(n)) }
	o.Details = func(n plan.Node) []string { return s.scanDetails(rt, n) }
	o.Facts = func(n plan.Node) []plan.Property { return s.facts(rt, n) }
	began := time.Now()
	if d, ok := n.(*plan.Delete); ok { // as in PostgreSQL, it is really done
		if err := s.writable("DELETE"); err != nil {
			return 0, err
		}
		rows, err := s.deleteRows(ctx, sc, d, rt, nil)
		rt.Stats.Of(n).Rows.Store(rows)
		return time.Since(began), err
	}
	rows, err := exec.Open(ctx, n, rt)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	var batch column.Batch
	for {
		ok, err := rows.Next(ctx, &batch)
		if err != nil {
			return 0, err
		}
		if !ok {
			break
		}
	}
	return time.Since(began), nil
}

// noteOf says what a node did.
func noteOf(st *exec.NodeStats) string {
	if st == nil {
		return ""
	}
	note := fmt.Sprintf(" (actual rows=%d", st.Rows.Load())
	if ns := st.Time.Load(); ns > 0 {
		note += fmt.Sprintf(" time=%.3f ms", float64(ns)/1e6)
	}
	return note + ")"
}
