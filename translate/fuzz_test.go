package translate

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
)

// clientStatements reads the statements that real clients sent, where they are at hand.
func clientStatements(tb testing.TB) []string {
	files, _ := filepath.Glob("../../shared/clients/*.sql")
	var out []string
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			tb.Fatal(err)
		}
		for _, block := range strings.Split(string(text), "\n\n") {
			if s := strings.TrimSpace(block); s != "" {
				out = append(out, s)
			}
		}
	}
	return out
}

// bindAll binds every statement of a query string; whatever is bound must be well-formed, and whatever fails a *types.Error.
func bindAll(tb testing.TB, sql string) (bound, refused int) {
	list, err := Parse(sql)
	if err != nil {
		if _, ok := asTypesError(err); !ok {
			tb.Fatalf("%q: %T %v", sql, err, err)
		}
		return 0, 1
	}
	cat := snapshot()
	for _, s := range list {
		_ = s.Text()
		env := types.NewEnv(time.Unix(1700000000, 0).UTC())
		b, err := Bind(&Context{Catalog: cat, Env: env, Notice: func(*types.Error) {}}, s)
		if err != nil {
			e, ok := asTypesError(err)
			if !ok {
				tb.Fatalf("%q: %T %v", sql, err, err)
			}
			if e.Position < 0 || e.Position > len(sql)+1 {
				tb.Fatalf("%q: position %d", sql, e.Position)
			}
			refused++
			continue
		}
		bound++
		var root plan.Node
		switch b := b.(type) {
		case *Query:
			root = b.Plan
		case *Modify:
			root = b.Plan
			plan.WalkNodes(root, func(n plan.Node) bool {
				if i, ok := n.(*plan.Insert); ok && len(i.Targets) != len(i.Input.Columns()) {
					tb.Fatalf("%q: %d targets for %d columns", sql, len(i.Targets), len(i.Input.Columns()))
				}
				return true
			})
		case *Copy:
			root = b.Plan
		}
		if root != nil {
			checkPlan(tb, sql, root)
			plan.Explain(root, plan.ExplainOptions{})
		}
	}
	return bound, refused
}

// checkPlan makes sure that every Ref lies within its input and has its type, and that nothing is of unknown type.
func checkPlan(tb testing.TB, sql string, root plan.Node) {
	plan.WalkNodes(root, func(n plan.Node) bool {
		var input []plan.Column
		for _, c := range n.Children() {
			if j, ok := n.(*plan.Join); ok && c == j.Right {
				continue // its keys have Refs of their own; checked through Cond
			}
			input = append(input, c.Columns()...)
		}
		switch n := n.(type) {
		case *plan.Project:
			if len(n.Exprs) != len(n.Cols) {
				tb.Fatalf("%q: a Project of %d expressions has %d columns", sql, len(n.Exprs), len(n.Cols))
			}
		case *plan.Aggregate:
			if len(n.Keys)+len(n.Aggs) != len(n.Cols) {
				tb.Fatalf("%q: an Aggregate of %d keys and %d calls has %d columns", sql, len(n.Keys), len(n.Aggs), len(n.Cols))
			}
		case *plan.Scan:
			if cols := len(n.Reads); cols != len(n.Cols) && !(n.Weighted && cols+1 == len(n.Cols)) {
				tb.Fatalf("%q: a Scan of %d reads has %d columns", sql, len(n.Reads), len(n.Cols))
			}
		case *plan.SourceScan:
			input = n.Source.Columns()
		case *plan.Join:
			input = append(append([]plan.Column(nil), n.Left.Columns()...), n.Right.Columns()...)
			for _, side := range []struct {
				keys []plan.Expr
				cols []plan.Column
			}{{n.LeftKeys, n.Left.Columns()}, {n.RightKeys, n.Right.Columns()}} {
				for _, k := range side.keys {
					checkExpr(tb, sql, k, side.cols)
				}
			}
			if n.Cond != nil {
				checkExpr(tb, sql, n.Cond, input)
			}
			return true
		}
		for _, c := range n.Columns() {
			if c.Type == types.Unknown || c.Type == 0 {
				tb.Fatalf("%q: column %q of %T has no type", sql, c.Name, n)
			}
		}
		for _, e := range plan.Exprs(n) {
			checkExpr(tb, sql, e, input)
		}
		return true
	})
}

func checkExpr(tb testing.TB, sql string, e plan.Expr, input []plan.Column) {
	plan.Walk(e, func(x plan.Expr) bool {
		switch x := x.(type) {
		case *plan.Ref:
			if x.Index < 0 || x.Index >= len(input) {
				tb.Fatalf("%q: column %d of %d", sql, x.Index, len(input))
			}
			if types.KindOf(input[x.Index].Type) != types.KindOf(x.OID) {
				tb.Fatalf("%q: column %d is of type %d, not %d", sql, x.Index, input[x.Index].Type, x.OID)
			}
		case *plan.Const:
			if x.Value.Len != 1 || x.Value.Kind != types.KindOf(x.OID) {
				tb.Fatalf("%q: constant of type %d has %d values of kind %v", sql, x.OID, x.Value.Len, x.Value.Kind)
			}
		case *plan.Call:
			if len(x.Args) != len(x.Func.Args) && !x.Func.Variadic && x.Func.Result != 0 {
				tb.Fatalf("%q: %s has %d arguments, not %d", sql, x.Func.Name, len(x.Args), len(x.Func.Args))
			}
		}
		return true
	})
}

// TestStatementsOfRealClientsAreBoundOrRefused: none may panic or give a malformed plan.
func TestStatementsOfRealClientsAreBoundOrRefused(t *testing.T) {
	all := clientStatements(t)
	if len(all) == 0 {
		t.Skip("the statements of real clients are not at hand (../shared/clients)")
	}
	bound, refused := 0, 0
	for _, s := range all {
		b, r := bindAll(t, s)
		bound, refused = bound+b, refused+r
	}
	t.Logf("%d bound, %d refused", bound, refused)
	if bound < 200 {
		t.Errorf("only %d statements were bound", bound)
	}
}

func FuzzBind(f *testing.F) {
	in, err := os.ReadFile("testdata/plans.sql")
	if err != nil {
		f.Fatal(err)
	}
	for _, s := range strings.Split(string(in), "\n") {
		f.Add(s)
	}
	for _, s := range clientStatements(f) {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, sql string) { bindAll(t, sql) })
}
