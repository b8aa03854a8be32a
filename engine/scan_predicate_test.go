package engine

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/engine/vfs"
	"github.com/flare-pg/flare-pg/event"
	"github.com/flare-pg/flare-pg/nql"
)

// mixed is a store with events everywhere that events can be: in spans, of one page and of many, in ticks that are read back, in RAM runs, staged;
// some larger than a page. It gives all, in order of arrival.
func mixed(t *testing.T, ram int64, layout Layout) (*Store, *Stage, []nql.Event) {
	t.Helper()
	s := open(t, vfs.NewMem(), Options{PageBytes: 4 << 10, RAMBytes: ram, Layout: inLayout(layout), condense: 5000})
	r := rand.New(rand.NewPCG(3, 4))
	d := event.NewDecoder(event.Options{Now: new(int64)})
	var all []nql.Event
	fill := func(st *Stage, n int, start int64, step int64) {
		for i := range n {
			doc := fmt.Appendf(nil, `{"n":%d,"Method":%q,"Elapsed":%d,"Flag":%v,"pad":%q`, len(all), []string{"GET", "PUT", `G"ET`}[r.IntN(3)], r.IntN(200), r.IntN(2) == 0, strings.Repeat("x", r.IntN(90)))
			if r.IntN(40) == 0 {
				doc = fmt.Appendf(doc, `,"rare":"needle %d"`, r.IntN(4))
			}
			if r.IntN(200) == 0 {
				doc = fmt.Appendf(doc, `,"huge":%q`, strings.Repeat("needle ", r.IntN(2000)))
			}
			doc, _, err := d.Decode(nil, append(doc, '}'), nil)
			must(t, err)
			ts := start + int64(i)*step + r.Int64N(3*step)
			must(t, st.Append(1, ts, doc))
			all = append(all, nql.Event{Timestamp: ts, Document: doc})
		}
	}
	for k := range int64(3) {
		st := s.NewStage()
		fill(st, 1000, base+k*2*minute, 60_000)
		must(t, s.Commit(context.Background(), st, Sync))
	}
	maintainAll(t, s, MaintainOptions{Force: true})
	for k := range int64(5) {
		st := s.NewStage()
		fill(st, 100, base+k*minute, 100_000)
		must(t, s.Commit(context.Background(), st, Sync))
	}
	if layout == Columns {
		condenseAll(t, s)
		later := s.NewStage()
		fill(later, 20, base+minute, 100_000)
		must(t, s.Commit(context.Background(), later, Sync))
	}
	st := s.NewStage()
	fill(st, 300, base+minute, 100_000)
	return s, st, all
}

// TestScansFindWhatTheirPredicateIsTrueOf: wherever events are, a scan finds those that its predicate is true of, one by one, and no other; in
// any order, within bounds of time that it is told and such as the predicate has.
func TestScansFindWhatTheirPredicateIsTrueOf(t *testing.T) {
	for _, in := range []struct {
		ram    int64
		layout Layout
	}{{-1, Rows}, {1 << 20, Rows}, {-1, Columns}, {1 << 20, Columns}} {
		s, st, all := mixed(t, in.ram, in.layout)
		tx := s.Read()
		times := rapid.Custom(func(t *rapid.T) int64 { // of an event, or just beside it
			return rapid.SampledFrom(all).Draw(t, "event").Timestamp + rapid.Int64Range(-1, 1).Draw(t, "beside")
		})
		leaf := func(t *rapid.T) string {
			switch rapid.IntRange(0, 9).Draw(t, "leaf") {
			case 0:
				return "Method = 'GET'"
			case 1:
				return `Method in ['PUT', 'G"ET']`
			case 2:
				return fmt.Sprintf("rare = 'needle %d'", rapid.IntRange(0, 5).Draw(t, "rare"))
			case 3:
				return "rare like '%needle%'"
			case 4:
				return "huge like '%dle need%'"
			case 5:
				return fmt.Sprintf("Elapsed < %d", rapid.IntRange(0, 200).Draw(t, "elapsed"))
			case 6:
				return "Flag"
			case 7:
				return "nowhere = 'to be found'"
			}
			op := rapid.SampledFrom([]string{"<", ">=", ">", "<="}).Draw(t, "op")
			return fmt.Sprintf("@t %s %s", op, nql.Print(&nql.Literal{Value: nql.InstantValue(times.Draw(t, "time"))}))
		}
		rapid.Check(t, func(t *rapid.T) {
			text := leaf(t)
			for range rapid.IntRange(0, 3).Draw(t, "more") {
				text = fmt.Sprintf("%s %s (%s%s)", text, rapid.SampledFrom([]string{"and", "or"}).Draw(t, "junction"), rapid.SampledFrom([]string{"", "", "not "}).Draw(t, "not"), leaf(t))
			}
			where, err := nql.ParseExpr(text)
			fine(t, err)
			spec := Spec{Where: where, Stage: st, Order: rapid.SampledFrom([]nql.Order{nql.Unordered, nql.Ascending, nql.Descending}).Draw(t, "order"), From: MinTime, To: MaxTime}
			if rapid.Bool().Draw(t, "bounds") {
				spec.From, spec.To = times.Draw(t, "from"), times.Draw(t, "to")
			}
			program, err := nql.Compile(&nql.Query{Where: where, Limit: -1}, nil)
			fine(t, err)
			var want []string
			order := make([]int, len(all))
			for i := range order {
				order[i] = i
			}
			slices.SortStableFunc(order, func(a, b int) int { return int(all[a].Timestamp - all[b].Timestamp) })
			if spec.Order == nql.Descending {
				slices.Reverse(order)
			}
			for _, i := range order {
				e := &all[i]
				_, ok, err := program.Row(e)
				fine(t, err)
				if ok && e.Timestamp >= spec.From && e.Timestamp < spec.To {
					want = append(want, string(e.Document))
				}
			}
			got, err := scanErr(tx, spec)
			fine(t, err)
			if spec.Order == nql.Unordered {
				slices.Sort(got)
				slices.Sort(want)
			}
			if !slices.Equal(got, want) {
				t.Fatalf("%s, order %d, from %d to %d: %d events, want %d", text, spec.Order, spec.From, spec.To, len(got), len(want))
			}
		})
		tx.Close()
		must(t, s.Close())
	}
}

// TestBoundsInThePredicateLeavePagesOut: what a predicate says of the time is what a scan is told of it.
func TestBoundsInThePredicateLeavePagesOut(t *testing.T) {
	s, events := manyPages(t)
	tx := s.Read()
	defer func() { tx.Close(); must(t, s.Close()) }()
	instant := func(i int) string { return nql.Print(&nql.Literal{Value: nql.InstantValue(base + int64(i)*10_000)}) }
	for _, text := range []string{
		"@t >= %s and @t < %s and n >= 0", "@t between %s and %s - 1ms", "not (@t < %s or @t >= %s)", "@t >= %s + 1h - 60m and not @t >= %s and 1 = 1",
	} {
		where, err := nql.ParseExpr(fmt.Sprintf(text, instant(events/2), instant(events/2+100)))
		must(t, err)
		var stats ScanStats
		if docs := scan(t, tx, Spec{Where: where, Stats: &stats}); len(docs) != 100 {
			t.Errorf("%s: %d events", text, len(docs))
		}
		if n := stats.PagesRead.Load(); n > 4 {
			t.Errorf("%s: %d pages were read", text, n)
		}
	}
	var stats ScanStats
	where, err := nql.ParseExpr("@t in [" + instant(7) + ", " + instant(9) + "] or @t = " + instant(11))
	must(t, err)
	if docs := scan(t, tx, Spec{Where: where, Stats: &stats}); len(docs) != 3 || stats.PagesRead.Load() > 2 {
		t.Errorf("%d events, %d pages were read", len(docs), stats.PagesRead.Load())
	}
}

// TestPagesWithoutTheNeedleAreSkipped: of pages without the bytes that a predicate demands, or without the member, no event is read.
func TestPagesWithoutTheNeedleAreSkipped(t *testing.T) {
	s, events := manyPages(t)
	tx := s.Read()
	defer func() { tx.Close(); must(t, s.Close()) }()
	for _, order := range []nql.Order{nql.Unordered, nql.Ascending, nql.Descending} {
		where, err := nql.ParseExpr("needle = true")
		must(t, err)
		var stats ScanStats
		if docs := scan(t, tx, Spec{Where: where, Order: order, Stats: &stats}); len(docs) != 1 {
			t.Fatalf("%d events", len(docs))
		}
		if read, skipped := stats.PagesRead.Load()+stats.PagesExcluded.Load(), stats.PagesNeedle.Load()+stats.PagesExcluded.Load(); read < 500 || skipped != read-1 {
			t.Errorf("of %d pages %d were skipped", read, skipped)
		}
		if asked := stats.Events.Load() - stats.EventsNeedle.Load(); asked > 100 { // those of the page that has it
			t.Errorf("%d of %d events were asked", asked, events)
		}
	}
}

// TestEventsThatDoNotMatchTakeNoMemory reads whole pages again and again: whether it is the search in their bytes or the predicate that leaves
// their events out, that takes no memory.
func TestEventsThatDoNotMatchTakeNoMemory(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector allocates")
	}
	s, st, _ := mixed(t, -1, Rows)
	st.Discard()
	tx := s.Read()
	defer func() { tx.Close(); must(t, s.Close()) }()
	for _, text := range []string{"nowhere = 'to be found'", "rare = 'needle 7'", "Method = 'GET' and Elapsed > 1000", "Elapsed > 1000", "Method like '%E_T%' and lower(pad) = 'y'"} {
		where, err := nql.ParseExpr(text)
		must(t, err)
		// Of all pages, also of those that the scan would leave out since nothing in them has such a property.
		fragments, err := tx.Scan(Spec{Stream: 1, From: MinTime, To: MaxTime, Columns: docColumns})
		must(t, err)
		read := 0
		compiled, err := nql.CompileRows(where, nil, docColumns)
		must(t, err)
		program := &program{compiled, compiled.Sieve()}
		for _, x := range fragments {
			f := x.(*fragment)
			q := &query{store: s, sealed: new(bool), from: MinTime, to: MaxTime, scanFrom: MinTime, scanTo: MaxTime, program: program, shared: f.shared,
				rows: column.BatchRows, reserve: func(int64) error { return nil }}
			var b column.Batch
			b.Reset(program.Kinds())
			for _, seg := range f.segments {
				if _, is := seg.(*spanSegment); !is {
					continue
				}
				cur, err := seg.open(q)
				must(t, err)
				c := cur.(*spanCursor)
				pass := func() {
					for i := range c.footer.Pages {
						must(t, c.load(i))
						for c.lo < c.hi {
							must(t, c.drain(context.Background(), &b, nil))
						}
					}
				}
				pass()
				if n := testing.AllocsPerRun(3, pass); n > 0 {
					t.Errorf("%s: %v allocations for %d pages", text, n, len(c.footer.Pages))
				}
				read += len(c.footer.Pages)
				c.close()
			}
			if b.Len > 0 {
				t.Errorf("%s: %d events match", text, b.Len)
			}
			f.Close()
		}
		if read < 20 {
			t.Errorf("%s: only %d pages", text, read)
		}
	}
}

// inRows has all streams' pages in rows.
func inRows(*Schema, StreamID) Layout { return Rows }

// inLayout has all streams' pages in one layout.
func inLayout(l Layout) func(*Schema, StreamID) Layout {
	return func(*Schema, StreamID) Layout { return l }
}
