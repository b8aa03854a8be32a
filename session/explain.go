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
	writes := "" // the command
	switch b := statement.(type) {
	case *translate.Query:
		if node = b.Plan; b.Writes {
			writes = "SELECT"
		}
	case *translate.Modify:
		node, writes = b.Plan, b.Command
	default:
		return nil, types.Errorf(types.CodeFeatureNotSupported, "EXPLAIN of this statement is not supported")
	}
	var whole []plan.Property
	if e.Summary {
		whole = append(whole, plan.Property{Name: "Planning Time", Value: planned.Seconds() * 1000})
	}
	if e.Analyze {
		if writes != "" { // as in PostgreSQL, it is really done
			if err := s.writable(writes); err != nil {
				return nil, err
			}
			s.still(sc)
		}
		took, err := s.analyze(ctx, sc, node, params, &o, e)
		if err != nil {
			return nil, err
		}
		if e.Summary {
			whole = append(whole, plan.Property{Name: "Execution Time", Value: took.Seconds() * 1000})
		}
	}
	switch e.Format {
	case "json":
		return []string{plan.ExplainTree(node, o).JSON(whole)}, nil
	case "yaml":
		return []string{plan.ExplainTree(node, o).YAML(whole)}, nil
	case "xml":
		return []string{plan.ExplainTree(node, o).XML(whole)}, nil
	}
	lines := plan.Explain(node, o)
	for _, x := range whole {
		lines = append(lines, fmt.Sprintf("%s: %.3f ms", x.Name, x.Value))
	}
	return lines, nil
}

// analyze runs a plan and makes o print what its nodes did.
func (s *session) analyze(ctx context.Context, sc *scope, n plan.Node, params []*column.Vector, o *plan.ExplainOptions, e *translate.Explain) (took time.Duration, err error) {
	rt, done, err := s.runtime(ctx, sc, params, n)
	if err != nil {
		return 0, err
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
