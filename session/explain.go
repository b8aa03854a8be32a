package session

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/exec"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/translate"
	"github.com/flare-pg/flare-pg/types"
)

// explain prints a plan, a line a row. With ANALYZE the plan is run, its rows counted and thrown away.
func (s *session) explain(ctx context.Context, sc *scope, e *translate.Explain, params []*column.Vector) ([]string, error) {
	if e.Format != "" && !strings.EqualFold(e.Format, "text") {
		return nil, types.Errorf(types.CodeFeatureNotSupported, "EXPLAIN (FORMAT %s) is not supported", strings.ToUpper(e.Format))
	}
	o := plan.ExplainOptions{Env: sc.env, Params: params, Eval: func(x plan.Expr) (*column.Vector, error) {
		v, err := exec.Eval(&exec.Runtime{Env: sc.env, Params: params}, []plan.Expr{x})
		if err != nil {
			return nil, err
		}
		return v[0], nil
	}}
	still := &exec.Runtime{Env: sc.env, Tx: sc.tx, Stage: s.tx.stage, Params: params}
	o.Details = func(n plan.Node) []string { return s.scanDetails(still, n) }
	switch b := e.Statement.(type) {
	case *translate.Query:
		if !e.Analyze {
			return plan.Explain(b.Plan, o), nil
		}
		took, err := s.analyze(ctx, sc, b.Plan, params, &o)
		if err != nil {
			return nil, err
		}
		return append(plan.Explain(b.Plan, o), fmt.Sprintf("Execution Time: %.3f ms", took.Seconds()*1000)), nil
	case *translate.Delete:
		if !e.Analyze {
			return plan.Explain(b.Plan, o), nil
		}
		took, err := s.analyze(ctx, sc, b.Plan, params, &o)
		if err != nil {
			return nil, err
		}
		return append(plan.Explain(b.Plan, o), fmt.Sprintf("Execution Time: %.3f ms", took.Seconds()*1000)), nil
	case *translate.Insert:
		if e.Analyze {
			return nil, types.Errorf(types.CodeFeatureNotSupported, "EXPLAIN ANALYZE of INSERT is not supported")
		}
		out := []string{"Insert on " + b.Stream.Name}
		for i, l := range plan.Explain(b.Plan, o) {
			if i == 0 {
				out = append(out, "  ->  "+l)
			} else {
				out = append(out, "      "+l)
			}
		}
		return out, nil
	}
	return nil, types.Errorf(types.CodeFeatureNotSupported, "EXPLAIN of this statement is not supported")
}

// analyze runs a plan and makes o print what its nodes did.
func (s *session) analyze(ctx context.Context, sc *scope, n plan.Node, params []*column.Vector, o *plan.ExplainOptions) (time.Duration, error) {
	rt, done, err := s.runtime(ctx, sc, params)
	if err != nil {
		return 0, err
	}
	defer done()
	rt.Stats = exec.NewStats(n)
	o.Note = func(n plan.Node) string { return noteOf(rt.Stats.Of(n)) }
	o.Details = func(n plan.Node) []string { return s.scanDetails(rt, n) }
	began := time.Now()
	if d, ok := n.(*plan.Delete); ok { // as in PostgreSQL, it is really done
		if err := s.writable("DELETE"); err != nil {
			return 0, err
		}
		rows, err := s.deleteRows(ctx, sc, d, rt)
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
