package translate

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/flare-pg/flare-pg/nql"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// TestPlansAreAsShown binds each statement of testdata/plans.sql (a line each) and compares columns, parameters, notices and plan with
// testdata/plans.golden.
func TestPlansAreAsShown(t *testing.T) {
	compareGolden(t, "plans")
}

// TestHintsAreAsShown is the same for statements as people type them by mistake: each has a hint, which says what to type instead.
func TestHintsAreAsShown(t *testing.T) {
	compareGolden(t, "hints")
}

// compareGolden binds each statement of a file in testdata and compares what came of it with the golden file.
func compareGolden(t *testing.T, name string) {
	t.Helper()
	in, err := os.ReadFile("testdata/" + name + ".sql")
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	for _, sql := range strings.Split(string(in), "\n") {
		if sql == "" || strings.HasPrefix(sql, "#") {
			continue
		}
		fmt.Fprintf(&got, "%s\n%s\n", sql, show(bindText(t, sql, nil)))
	}
	golden := "testdata/" + name + ".golden"
	if *update {
		if err := os.WriteFile(golden, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	g, w := strings.Split(got.String(), "\n"), strings.Split(string(want), "\n")
	for i := range max(len(g), len(w)) {
		var a, b string
		if i < len(g) {
			a = g[i]
		}
		if i < len(w) {
			b = w[i]
		}
		if a != b {
			t.Fatalf("line %d:\n got %q\nwant %q\n(go test -update rewrites %s)", i+1, a, b, golden)
		}
	}
}

func show(b bound) string {
	var out strings.Builder
	for _, n := range b.notices {
		fmt.Fprintf(&out, "  NOTICE: %s\n", n)
	}
	if b.err != nil {
		fmt.Fprintf(&out, "  %s\n", showError(b.err))
		return out.String()
	}
	tree := func(n plan.Node, params []types.OID) {
		for _, c := range n.Columns() {
			fmt.Fprintf(&out, "  %s %s", c.Name, types.FormatType(c.Type, c.Typmod))
			if c.Table != 0 {
				fmt.Fprintf(&out, " (%d.%d)", c.Table, c.Attr)
			}
			out.WriteByte('\n')
		}
		for i, p := range params {
			fmt.Fprintf(&out, "  $%d %s\n", i+1, types.FormatType(p, -1))
		}
		for _, line := range plan.Explain(n, plan.ExplainOptions{}) {
			fmt.Fprintf(&out, "    %s\n", line)
		}
	}
	switch r := b.result.(type) {
	case *Query:
		tree(r.Plan, r.Params)
	case *Modify:
		plan.WalkNodes(r.Plan, func(n plan.Node) bool {
			if i, ok := n.(*plan.Insert); ok {
				fmt.Fprintf(&out, "  insert into %s %+v\n", i.StreamName, i.Targets)
			}
			return true
		})
		tree(r.Plan, r.Params)
	case *Vacuum:
		fmt.Fprintf(&out, "  vacuum %d streams verbose=%v\n", len(r.Streams), r.Verbose)
	case *CreateIndex:
		fmt.Fprintf(&out, "  create index %s on %s where %s (%s)\n", r.Name, r.Stream.Name, nql.Print(r.Where), r.Definition)
	case *DropIndex:
		fmt.Fprintf(&out, "  drop index %d, missing %v\n", len(r.Indexes), r.Missing)
	case *Truncate:
		for _, st := range r.Streams {
			fmt.Fprintf(&out, "  truncate %s\n", st.Name)
		}
	case *Copy:
		fmt.Fprintf(&out, "  copy from=%v format=%s delimiter=%q null=%q header=%v %+v\n", r.From, r.Format, r.Delimiter, r.Null, r.Header, r.Targets)
		if r.Plan != nil {
			tree(r.Plan, nil)
		}
	case *Explain:
		out.WriteString("  explain\n" + show(bound{result: r.Statement}))
	case *Transaction:
		read := "-"
		if r.ReadOnly != nil {
			read = fmt.Sprint(*r.ReadOnly)
		}
		fmt.Fprintf(&out, "  transaction %s name=%q isolation=%q readonly=%s chain=%v\n", r.Kind, r.Name, r.Isolation, read, r.Chain)
	case *Prepare:
		fmt.Fprintf(&out, "  prepare %s %v\n", r.Name, r.Params)
	case *Execute:
		fmt.Fprintf(&out, "  execute %s with %d arguments\n", r.Name, len(r.Args))
	default:
		fmt.Fprintf(&out, "  %T %+v\n", r, r)
	}
	return out.String()
}

func showError(err error) string {
	e, ok := asTypesError(err)
	if !ok {
		return "not a *types.Error: " + err.Error()
	}
	s := fmt.Sprintf("%s at %d: %s", e.Code, e.Position, e.Message)
	if e.Detail != "" {
		s += " | detail: " + e.Detail
	}
	if e.Hint != "" {
		s += " | hint: " + e.Hint
	}
	return s
}
