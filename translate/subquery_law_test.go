package translate

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/exec"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
)

// queries makes statements with sub-queries over small tables that are written out.
type queries struct {
	t      *rapid.T
	tables []string
	names  int
}

func (q *queries) pick(list ...string) string { return rapid.SampledFrom(list).Draw(q.t, "pick") }

// table writes a table of two columns of small integers and nulls.
func (q *queries) table() string {
	var rows []string
	for range rapid.IntRange(1, 5).Draw(q.t, "rows") {
		rows = append(rows, fmt.Sprintf("(%s::int, %s::int)", q.pick("0", "1", "2", "3", "null"), q.pick("0", "1", "2", "3", "null")))
	}
	return "(values " + strings.Join(rows, ", ") + ")"
}

// from writes FROM with a new name, and gives the name.
func (q *queries) from() (text, name string) {
	q.names++
	name = fmt.Sprintf("t%d", q.names)
	return rapid.SampledFrom(q.tables).Draw(q.t, "table") + " " + name + "(x, y)", name
}

// column is one of a table in scope.
func (q *queries) column(scope []string) string {
	return rapid.SampledFrom(scope).Draw(q.t, "of") + q.pick(".x", ".y")
}

// condition writes a condition over the tables in scope, the innermost last.
func (q *queries) condition(scope []string, depth int) string {
	if depth > 0 {
		switch rapid.IntRange(0, 6).Draw(q.t, "node") {
		case 0:
			return "(" + q.condition(scope, depth-1) + q.pick(" and ", " or ") + q.condition(scope, depth-1) + ")"
		case 1:
			return "not (" + q.condition(scope, depth-1) + ")"
		case 2, 3:
			from, name := q.from()
			in := append(slices.Clone(scope), name)
			cond := fmt.Sprintf("%s.x = %s", name, q.column(scope))
			if rapid.Bool().Draw(q.t, "more") {
				cond += " and " + q.condition(in, depth-1)
			}
			if rapid.IntRange(0, 3).Draw(q.t, "loose") == 0 {
				cond = q.condition(in, depth-1)
			}
			return q.pick("", "not ") + "exists (select 1 from " + from + " where " + cond + ")"
		case 4:
			from, name := q.from()
			return fmt.Sprintf("%s%s (select %s from %s where %s)", q.column(scope), q.pick(" in", " not in", " = any", " <> all", " < all", " >= any"), name+q.pick(".x", ".y"), from, q.condition(append(slices.Clone(scope), name), depth-1))
		case 5:
			from, name := q.from()
			in := append(slices.Clone(scope), name)
			return fmt.Sprintf("%s %s (select %s(%s) from %s where %s)", q.column(scope), q.pick("=", "<", ">="), q.pick("max", "min", "count"), q.column([]string{name}), from, q.condition(in, depth-1))
		}
	}
	switch rapid.IntRange(0, 3).Draw(q.t, "leaf") {
	case 0:
		return q.column(scope) + " is " + q.pick("", "not ") + "null"
	case 1:
		return q.column(scope) + " = " + q.pick("0", "1", "2")
	}
	return q.column(scope) + q.pick(" = ", " <> ", " < ") + q.column(scope)
}

// answerOf runs a query over no stream and gives its rows, sorted.
func answerOf(t interface{ Fatalf(string, ...any) }, sql string, noPushdown bool) string {
	env := types.NewEnv(time.Unix(1700000000, 0).UTC())
	bound, err := Bind(&Context{Catalog: lawStream, Env: env, NoPushdown: noPushdown}, parsed(t, sql)[0])
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	node := bound.(*Query).Plan
	if err := wellPlaced(node); err != nil {
		t.Fatalf("%s: %v\n%s", sql, err, strings.Join(plan.Explain(node, plan.ExplainOptions{}), "\n"))
	}
	ctx := context.Background()
	in, err := exec.Open(ctx, node, &exec.Runtime{Env: env, Workers: 1})
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	defer in.Close()
	var out []string
	var b column.Batch
	for {
		ok, err := in.Next(ctx, &b)
		if err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
		if !ok {
			slices.Sort(out)
			return strings.Join(out, "\n")
		}
		for i := range b.Len {
			if b.Sel != nil && !slices.Contains(b.Sel, int32(i)) {
				continue
			}
			var row []string
			for k, v := range b.Cols {
				if v.Null(i) {
					row = append(row, "null")
				} else {
					row = append(row, types.TextOf(env, node.Columns()[k].Type, v, i))
				}
			}
			out = append(out, strings.Join(row, "|"))
		}
	}
}

// wellPlaced checks that each Outer of a plan has an argument.
func wellPlaced(n plan.Node) (err error) {
	check := func(args []plan.Expr, inside plan.Node) {
		for i := range plan.Outers(inside) {
			if i >= len(args) {
				err = fmt.Errorf("outer %d of %d arguments", i, len(args))
			}
		}
	}
	if len(plan.Outers(n)) > 0 {
		return fmt.Errorf("an outer column at the top")
	}
	plan.WalkNodes(n, func(n plan.Node) bool {
		for _, s := range plan.SubQueries(plan.Exprs(n)...) {
			check(s.Args, s.Plan)
		}
		if a, ok := n.(*plan.Apply); ok {
			check(a.Args, a.Right)
		}
		return err == nil
	})
	return err
}

// TestSubQueriesMeanTheSameHoweverTheyAreRun: hashing the keys of EXISTS, moving conditions into sub-selects and putting joins in another order
// change no answer.
func TestSubQueriesMeanTheSameHoweverTheyAreRun(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := &queries{t: t}
		for range 3 {
			q.tables = append(q.tables, q.table())
		}
		var from, scope []string
		for range rapid.IntRange(1, 3).Draw(t, "tables") {
			f, name := q.from()
			from, scope = append(from, f), append(scope, name)
		}
		list := from[0]
		for i, f := range from[1:] {
			switch q.pick(",", "join", "left join", "lateral") {
			case ",":
				list += ", " + f
			case "join":
				list += " join " + f + " on " + q.condition(scope[:i+2], 1)
				list = "(" + list + ")"
			case "left join":
				list += " left join " + f + " on " + q.condition(scope[max(0, i):i+2], 1)
				if i > 0 {
					list = strings.Join(from[:i+1], " cross join ") + " left join " + f + " on " + q.condition(scope[:i+2], 1)
				}
			default:
				list = strings.Join(from[:i+1], ", ") + fmt.Sprintf(" left join lateral (select x, y from %s where %s) %s on true", f, q.condition([]string{scope[i], scope[i+1]}, 1), scope[i+1])
			}
		}
		sql := fmt.Sprintf("select %s, %s from %s where %s", q.column(scope), q.condition(scope, 2), strings.TrimSuffix(strings.TrimPrefix(list, "("), ")"), q.condition(scope, 2))
		if _, err := Bind(&Context{Catalog: lawStream, Env: types.NewEnv(time.Unix(0, 0).UTC())}, parsedOrSkip(t, sql)); err != nil {
			if e, ok := asTypesError(err); ok && (e.Code == "42P01" || e.Code == types.CodeFeatureNotSupported) {
				t.Skip() // a name that the join's nesting doesn't show
			}
			t.Fatalf("%s: %v", sql, err)
		}
		one, other := answerOf(t, sql, false), answerOf(t, sql, true)
		if one != other {
			t.Fatalf("%s\n%s\n--- as written:\n%s", sql, one, other)
		}
	})
}

func parsedOrSkip(t *rapid.T, sql string) *Statement {
	list, err := Parse(sql)
	if err != nil {
		t.Skip()
	}
	return list[0]
}
