package exec

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/flare-pg/flare-pg/nql"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
)

func TestJoinSaysWhatAllPairsSay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		left, right := drawStore(t), drawStore(t)
		right.oids = testTypes
		kind := plan.JoinKind(rapid.IntRange(0, 3).Draw(t, "kind"))
		leftRows, rightRows := left.rows(), right.rows()
		if rapid.Bool().Draw(t, "keys once") { // and nothing is null
			rightRows = onceByEach(rightRows)
		}
		values := func(rows []row) plan.Node { // a plan of its own: the runtime knows one store
			v := &plan.Values{Output: columnsOf(testTypes...)}
			for _, r := range rows {
				var exprs []plan.Expr
				for c, x := range r {
					exprs = append(exprs, constOf(testTypes[c], x))
				}
				v.Rows = append(v.Rows, exprs)
			}
			return v
		}
		n := &plan.Join{Output: columnsOf(append(testTypes[:4:4], testTypes...)...), Kind: kind, Left: left.node(nql.Ascending), Right: values(rightRows)}
		keys := rapid.SliceOfNDistinct(rapid.IntRange(0, 2), 0, 2, rapid.ID[int]).Draw(t, "keys")
		for _, k := range keys {
			n.LeftKeys = append(n.LeftKeys, refOf(testTypes[k], k))
			if n.RightKeys = append(n.RightKeys, refOf(testTypes[k], k)); k == 1 && rapid.Bool().Draw(t, "computed") {
				zero := constOf(types.Int8, int64(0))
				last := len(n.LeftKeys) - 1
				n.LeftKeys[last], n.RightKeys[last] = callOf(plus, n.LeftKeys[last], zero), callOf(plus, zero, n.RightKeys[last])
			}
		}
		if rapid.Bool().Draw(t, "cond") {
			n.Cond = callOf(above, refOf(types.Int8, 1), refOf(types.Int8, 5))
		}
		var want []row
		rightUsed := make([]bool, len(rightRows))
		nulls := row{nil, nil, nil, nil}
		for _, l := range leftRows {
			used := false
			for i, r := range rightRows {
				pair := append(l[:4:4], r...)
				ok := true
				for _, k := range keys {
					ok = ok && l[k] != nil && l[k] == r[k]
				}
				if ok && n.Cond != nil {
					ok, _ = holds(n.Cond, pair)
				}
				if ok {
					used, rightUsed[i] = true, true
					want = append(want, pair)
				}
			}
			if !used && (kind == plan.LeftJoin || kind == plan.FullJoin) {
				want = append(want, append(l[:4:4], nulls...))
			}
		}
		for i, r := range rightRows {
			if !rightUsed[i] && (kind == plan.RightJoin || kind == plan.FullJoin) {
				want = append(want, append(nulls[:4:4], r...))
			}
		}
		rt := left.runtime(2)
		if rapid.Bool().Draw(t, "little memory") {
			files := tight(t, rt)
			defer func() {
				if files.open != 0 {
					t.Fatalf("%d files are left", files.open)
				}
			}()
		}
		got, err := execute(t, n, rt)
		if err != nil {
			t.Fatal(err)
		}
		if !sameRows(bag(got), bag(want)) {
			t.Fatalf("%v\nwant %v", bag(got), bag(want))
		}
	})
}

// onceByEach leaves rows out that have a null, or in one of the first three columns what a row before has.
func onceByEach(rows []row) (out []row) {
	seen := map[string]bool{}
	for _, r := range rows {
		again := slices.Contains(r, any(nil))
		for c, x := range r[:3] {
			again = again || seen[fmt.Sprint(c, x)]
		}
		if again {
			continue
		}
		for c, x := range r[:3] {
			seen[fmt.Sprint(c, x)] = true
		}
		out = append(out, r)
	}
	return out
}
