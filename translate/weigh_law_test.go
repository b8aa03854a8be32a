package translate

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/engine/vfs"
	"github.com/flare-pg/flare-pg/event"
	"github.com/flare-pg/flare-pg/exec"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
)

// countedStore has some thousand events in spans and some behind them, with members of few values.
func countedStore(t *testing.T, layout engine.Layout) *engine.Store {
	t.Helper()
	s, err := engine.Open("data", engine.Options{FS: vfs.NewMem(), Create: true, PageBytes: 4 << 10, Layout: func(*engine.Schema, engine.StreamID) engine.Layout { return layout }})
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 2))
	d := event.NewDecoder(event.Options{Now: new(int64)})
	const base = 17040672000000000
	for part := range 2 {
		st := s.NewStage()
		for i := range 3000 {
			pick := func(list ...string) string { return list[r.IntN(len(list))] }
			text := fmt.Sprintf(`{"@mt":"m","i":%s,"s":%s,"o":{"i":%d}%s%s}`, pick("1", "2", "100", `"1"`), pick(`"a"`, `"ab"`, `"A"`, `""`), r.IntN(3), pick("", `,"@l":"Error"`), pick("", `,"b":true`, `,"b":false`))
			doc, _, err := d.Decode(nil, []byte(text), nil)
			if err != nil {
				t.Fatal(err)
			}
			if err := st.Append(1, base+int64(part*3000+i)*1_000_000, doc); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.Commit(context.Background(), st, engine.Sync); err != nil {
			t.Fatal(err)
		}
		for done := part == 1; !done; {
			if _, done, err = s.Maintain(context.Background(), engine.MaintainOptions{Force: true}); err != nil {
				t.Fatal(err)
			}
		}
	}
	return s
}

// TestCountsByValueAreWhatCountingRowsGives: queries about one member have the answers that they have when each event is gone through.
func TestCountsByValueAreWhatCountingRowsGives(t *testing.T) {
	for _, layout := range []engine.Layout{engine.Rows, engine.Columns} {
		s := countedStore(t, layout)
		tx := s.Read()
		spared, statements := int64(0), 0
		rapid.Check(t, func(t *rapid.T) {
			sql := drawCounting(t)
			want, _, _ := answerOver(t, tx, sql, true)
			got, counted, _ := answerOver(t, tx, sql, false)
			if got != want {
				t.Fatalf("%s:\n%s\nwant\n%s", sql, got, want)
			}
			statements++
			spared += counted
		})
		if layout == engine.Columns && spared < int64(statements) {
			t.Errorf("%d statements spared %d pages", statements, spared)
		}
		tx.Close()
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}

// drawCounting makes a query about one column.
func drawCounting(t *rapid.T) string {
	pick := func(list ...string) string { return rapid.SampledFrom(list).Draw(t, "pick") }
	c := pick("level", "i", "s", "b", "o.i", "n", "level")
	text := c + "::text"
	var aggs []string
	for range rapid.IntRange(0, 3).Draw(t, "aggregates") {
		agg := pick("count(*)", "count("+c+")", "count(distinct "+text+")", "min("+text+")", "max("+text+")", "bool_or("+text+" = 'a')", "string_agg(distinct "+text+", ',')", "count(nullif("+text+", 'Error'))")
		if rapid.IntRange(0, 3).Draw(t, "filter") == 0 {
			agg += " filter (where " + text + pick(" > '1'", " is null", " in ('Error', 'a')") + ")"
		}
		aggs = append(aggs, agg)
	}
	where := pick("", " where timestamp >= '2024-01-01 00:01:40Z'", " where "+text+" <> 'Error'", " where "+text+" = 'a' or "+c+" is null", " where length("+text+") > 1 and timestamp < '2024-01-01 00:07:00Z'")
	from := " from stream" + where
	if rapid.IntRange(0, 3).Draw(t, "nested") == 0 {
		from = " from (select " + c + " as x from stream" + where + ") q"
		for i := range aggs {
			aggs[i] = strings.ReplaceAll(aggs[i], text, "x::text")
			aggs[i] = strings.ReplaceAll(aggs[i], "count("+c+")", "count(x)")
		}
		c, text = "x", "x::text"
	}
	switch key := pick("", c, "upper("+text+")", "distinct", "having"); {
	case key == "distinct":
		return "select distinct " + pick(c, text+", length("+text+")") + from
	case key == "having":
		return "select " + strings.Join(append([]string{c, "count(*)"}, aggs...), ", ") + from + " group by 1 having count(*) > 1000"
	case key != "":
		return "select " + strings.Join(append([]string{key}, aggs...), ", ") + from + " group by 1"
	case len(aggs) == 0:
		return "select count(*)" + from
	}
	return "select " + strings.Join(aggs, ", ") + from
}

// answerOver gives the rows of a query, sorted, of how many pages it took the counts, and how many values its scans were told of.
func answerOver(t *rapid.T, tx *engine.ReadTx, sql string, noPushdown bool) (rows string, counted, keys int64) {
	env := types.NewEnv(time.Unix(1700000000, 0).UTC())
	bound, err := Bind(&Context{Catalog: lawStream, Env: env, NoPushdown: noPushdown}, parsed(t, sql)[0])
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	node := bound.(*Query).Plan
	rt := &exec.Runtime{Env: env, Workers: 2, Tx: tx, Stats: exec.NewStats(node)}
	ctx := context.Background()
	in, err := exec.Open(ctx, node, rt)
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
			break
		}
		for i := range b.Rows() {
			if b.Sel != nil {
				i = int(b.Sel[i])
			}
			var row []string
			for k, v := range b.Cols {
				text := "null"
				if !v.Null(i) {
					text = types.TextOf(env, node.Columns()[k].Type, v, i)
				}
				row = append(row, text)
			}
			out = append(out, strings.Join(row, "|"))
		}
	}
	plan.WalkNodes(node, func(n plan.Node) bool {
		if scan, ok := n.(*plan.Scan); ok {
			counted += rt.Stats.Of(scan).Scan.PagesCounted.Load()
			keys += rt.Stats.Of(scan).Keys.Load()
		}
		return true
	})
	slices.Sort(out)
	return strings.Join(out, "\n"), counted, keys
}
