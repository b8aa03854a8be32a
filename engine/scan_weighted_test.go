package engine

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/engine/vfs"
	"github.com/flare-pg/flare-pg/event"
	"github.com/flare-pg/flare-pg/nql"
)

// valued is a store whose events have members with few values, of several types, and some with many, wherever events can be. The stage has rows of its own and has
// deleted others.
func valued(t *testing.T, ram int64, layout Layout) (*Store, *Stage) {
	t.Helper()
	s := open(t, vfs.NewMem(), Options{PageBytes: 4 << 10, RAMBytes: ram, Layout: inLayout(layout), condense: 5000})
	r := rand.New(rand.NewPCG(5, 6))
	d := event.NewDecoder(event.Options{Now: new(int64)})
	n := 0
	fill := func(st *Stage, events int, start, step int64) {
		for i := range events {
			pick := func(list ...string) string { return list[r.IntN(len(list))] }
			shape := r.IntN(4) // which members there are: too much variety, and pages are in rows
			doc := fmt.Appendf(nil, `{"n":%d,"Method":%s,"o":{"p":%d}`, n, pick(`"GET"`, `"PUT"`, `"G\"ET"`), r.IntN(5))
			doc = fmt.Appendf(doc, `%s%s`, pick([][]string{{""}, {`,"@mt":"m"`}, {`,"@mt":"m","@l":"Error"`, `,"@mt":"m","@l":"Warning"`}, {`,"@l":"Error"`}}[shape]...), pick("", `,"Flag":true`, `,"Flag":false`))
			doc = fmt.Appendf(doc, `,"mixed":%s`, pick(`"1"`, `1`, `1.0`, `"a\nb"`, `"Error"`))
			if r.IntN(300) == 0 {
				doc = append(doc, pick(`,"Flag":null`, `,"o":{"p":1,"q":[1,2]}`, `,"mixed":true`)...)
			}
			if r.IntN(200) == 0 && start < base+2*minute {
				doc = fmt.Appendf(doc, `,"level":"Debug"`)
			}
			if r.IntN(600) == 0 {
				doc = fmt.Appendf(doc, `,"rare":%d`, r.IntN(3))
			}
			doc, _, err := d.Decode(nil, append(doc, '}'), nil)
			must(t, err)
			must(t, st.Append(1, start+int64(i)*step+r.Int64N(3*step), doc))
			n++
		}
	}
	for k := range int64(3) {
		st := s.NewStage()
		fill(st, 4000, base+k*2*minute, 20_000)
		must(t, s.Commit(context.Background(), st, Sync))
	}
	maintainAll(t, s, MaintainOptions{Force: true})
	for k := range int64(5) {
		st := s.NewStage()
		fill(st, 200, base+k*minute, 100_000)
		must(t, s.Commit(context.Background(), st, Sync))
	}
	if layout == Columns {
		condenseAll(t, s)
		later := s.NewStage()
		fill(later, 20, base+minute, 100_000)
		must(t, s.Commit(context.Background(), later, Sync))
	}
	st := s.NewStage()
	fill(st, 100, base+minute, 100_000)
	return s, st
}

// TestWeightsAddUpToTheEvents: what a scan with weights delivers is, each row taken as often as its weight says, what it delivers without; whatever it reads, whatever it asks, with bounds of
// time, and with deleted events.
func TestWeightsAddUpToTheEvents(t *testing.T) {
	for _, in := range []struct {
		ram    int64
		layout Layout
	}{{-1, Rows}, {1 << 20, Rows}, {-1, Columns}, {1 << 20, Columns}} {
		s, st := valued(t, in.ram, in.layout)
		tx := s.Read()
		spared := int64(0)
		rapid.Check(t, func(t *rapid.T) {
			spec := drawOneMember(t)
			if rapid.Bool().Draw(t, "staged") {
				spec.Stage = st
			}
			if rapid.Bool().Draw(t, "bounds") {
				spec.From = base + rapid.Int64Range(-1, 6).Draw(t, "from")*minute
				spec.To = spec.From + rapid.Int64Range(0, 4*minute).Draw(t, "length")
			}
			want := weighed(t, tx, spec)
			spec.Weighted, spec.Stats = true, new(ScanStats)
			if got := weighed(t, tx, spec); !maps.Equal(got, want) {
				t.Fatalf("%s: %v\nwant %v", nql.Print(spec.Columns[0].Path), got, want)
			}
			spared += spec.Stats.PagesCounted.Load()
		})
		if in.layout == Columns && spared < 100 {
			t.Errorf("%d pages were not read", spared)
		}
		deleting := s.NewStage()
		must(t, deleting.DeleteRange(tx, 1, base+2*minute+10, base+2*minute+9_000_000))
		rapid.Check(t, func(t *rapid.T) {
			spec := drawOneMember(t)
			spec.Stage = deleting
			want := weighed(t, tx, spec)
			spec.Weighted = true
			if got := weighed(t, tx, spec); !maps.Equal(got, want) {
				t.Fatalf("%s: %v\nwant %v", nql.Print(spec.Columns[0].Path), got, want)
			}
		})
		deleting.Discard()
		st.Discard()
		tx.Close()
		must(t, s.Close())
	}
}

// drawOneMember draws a scan of one member, or the level, shown in several ways, and at times a predicate about it.
func drawOneMember(t *rapid.T) Spec {
	text := rapid.SampledFrom([]string{"@l", "Method", "Flag", "mixed", "o.p", "o.q", "o", "rare", "n", "nowhere", "level", "@mt"}).Draw(t, "member")
	e, err := nql.ParseExpr(text)
	fine(t, err)
	path := e.(*nql.Path)
	spec := Spec{From: MinTime, To: MaxTime}
	for range rapid.IntRange(1, 2).Draw(t, "columns") {
		kinds := []column.Kind{column.Text, column.JSON, column.Int64, column.Bool, column.Float64, column.Decimal}
		if text == "@l" {
			kinds = kinds[:1]
		}
		spec.Columns = append(spec.Columns, nql.Column{Path: path, Kind: rapid.SampledFrom(kinds).Draw(t, "kind"), KeepNull: rapid.Bool().Draw(t, "nulls")})
	}
	if rapid.Bool().Draw(t, "predicate") {
		spec.Where, err = nql.ParseExpr(fmt.Sprintf(rapid.SampledFrom([]string{
			"%s = 'Error'", "%s = 1", "%s is null", "not (%[1]s = 'GET') or %[1]s > 2", "%s in ['Information', 'PUT', 1, true]", "%s like '%%E%%'", "%s is not null", "text(%s) = '1'",
		}).Draw(t, "where"), text))
		fine(t, err)
	}
	return spec
}

// weighed gives how often each row is delivered.
func weighed(t *rapid.T, tx *ReadTx, spec Spec) map[string]int64 {
	spec.Stream = 1
	fragments, err := tx.Scan(spec)
	fine(t, err)
	out := map[string]int64{}
	var b column.Batch
	for _, f := range fragments {
		for {
			ok, err := f.Next(context.Background(), &b)
			fine(t, err)
			if !ok {
				break
			}
			for i := range b.Len {
				n, row := int64(1), ""
				for k, v := range b.Cols {
					switch {
					case k == len(spec.Columns):
						n = v.Int(i)
					case v.Null(i):
						row += "null|"
					default:
						row += shown(v, i) + "|"
					}
				}
				out[row] += n
			}
		}
		f.Close()
	}
	return out
}

// shown shows a value.
func shown(v *column.Vector, i int) string {
	switch v.Kind {
	case column.Bool:
		return fmt.Sprint(v.Bool(i))
	case column.Int64:
		return fmt.Sprint(v.Int(i))
	case column.Float64:
		return fmt.Sprint(v.Float(i))
	}
	return fmt.Sprintf("%q", v.Str(i))
}
