package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/engine/vfs"
	"github.com/flare-pg/flare-pg/event"
	"github.com/flare-pg/flare-pg/nql"
)

// history is a store beside what it ought to hold: two streams, one transaction at a time, and snapshots that were taken earlier.
type history struct {
	fs        *vfs.Mem
	o         Options
	s         *Store
	st        *Stage
	n         int
	model     [3][]modelRow // committed, by stream (1 and 2), in order of arrival
	own       [3][]modelRow // as the transaction sees it: committed without what it has deleted, then its own rows
	mark      *StageMark
	marked    [3][]modelRow
	snapshots []snapshot
}

type snapshot struct {
	tx   *ReadTx
	rows [3][]modelRow
}

// TestHistoriesEqualTheModel: whatever was staged, committed, deleted, merged, indexed, retained and reopened, each reader sees
// what plain slices say, also one that began long ago.
func TestHistoriesEqualTheModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := &history{fs: vfs.NewMem()}
		h.o = Options{FS: h.fs, Create: true, RAMBytes: rapid.SampledFrom([]int64{-1, 3000, 1 << 20}).Draw(t, "ram"),
			StageBytes: rapid.SampledFrom([]int64{1, 2000, 1 << 20}).Draw(t, "stage"), SortBytes: rapid.SampledFrom([]int64{200, 5000, 1 << 20}).Draw(t, "sort"),
			SpanRaw: rapid.SampledFrom([]int64{500, 20_000, 1 << 20}).Draw(t, "span"), PageBytes: rapid.SampledFrom([]int{100, 1000, 64 << 10}).Draw(t, "page"),
			BulkTicks: rapid.SampledFrom([]int{2, 100}).Draw(t, "bulk"), condense: rapid.SampledFrom([]int{1, 500}).Draw(t, "condense"),
			filterAll: rapid.Bool().Draw(t, "filters")}
		h.s = reopen(t, nil, h.o)
		_, err := h.s.CreateStream("public", "two")
		fine(t, err)
		h.begin()
		t.Repeat(map[string]func(*rapid.T){
			"append": h.append, "commit": h.commit, "rollback": h.rollback, "mark": h.setMark, "back": h.back,
			"delete range": h.deleteRange, "delete rows": h.deleteRows, "maintain": h.maintain, "late": h.maintainSome,
			"signal": h.signal, "drop signal": h.dropSignal, "retain": h.retain, "snapshot": h.snapshot, "old": h.readOld, "scan": h.scan,
			"reopen": h.reopen, "condense": h.condense,
		})
		h.scan(t)
		h.end(t)
	})
}

func fine(t *rapid.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (h *history) begin() {
	h.st, h.own, h.mark = h.s.NewStage(), h.model, nil
	for i := range h.own {
		h.own[i] = slices.Clone(h.own[i])
	}
}

func (h *history) append(t *rapid.T) {
	stream := StreamID(rapid.IntRange(1, 2).Draw(t, "stream"))
	for range rapid.IntRange(1, 20).Draw(t, "rows") {
		pad := rapid.SampledFrom([]int{0, 10, 10, 10, 300, 3000}).Draw(t, "pad")
		r := modelRow{ts: base + rapid.Int64Range(-7, 7).Draw(t, "ts")*minute, n: h.n}
		r.doc = fmt.Sprintf(`{"k":%d,"n":%d,"pad":%q}`, h.n%3, h.n, strings.Repeat("p", pad))
		if h.n%40 == 0 {
			r.doc = fmt.Sprintf(`{"k":%d,"n":%d,"odd":{"yes":true},"pad":%q}`, h.n%3, h.n, strings.Repeat("p", pad))
		}
		h.n++
		fine(t, h.st.Append(stream, r.ts, []byte(r.doc)))
		h.own[stream] = append(h.own[stream], r)
	}
}

func (h *history) commit(t *rapid.T) {
	fine(t, h.s.Commit(context.Background(), h.st, Durability(rapid.IntRange(0, 1).Draw(t, "durability"))))
	h.model = h.own
	h.begin()
}

// condense makes RAM runs pages by column.
func (h *history) condense(t *rapid.T) {
	for range rapid.IntRange(1, 3).Draw(t, "runs") {
		_, err := h.s.Condense(context.Background())
		fine(t, err)
	}
}

func (h *history) rollback(*rapid.T) {
	h.st.Discard()
	h.begin()
}

func (h *history) setMark(*rapid.T) {
	m := h.st.Mark()
	h.mark = &m
	for i := range h.own {
		h.marked[i] = slices.Clone(h.own[i])
	}
}

func (h *history) back(t *rapid.T) {
	if h.mark == nil {
		t.Skip("no mark")
	}
	h.st.RollbackTo(*h.mark)
	for i := range h.own {
		h.own[i] = slices.Clone(h.marked[i])
	}
}

func (h *history) deleteRange(t *rapid.T) {
	stream := rapid.IntRange(1, 2).Draw(t, "stream")
	from := base + rapid.Int64Range(-8, 8).Draw(t, "from")*minute
	to := from + rapid.Int64Range(0, 9).Draw(t, "length")*minute
	tx := h.s.Read()
	defer tx.Close()
	fine(t, h.st.DeleteRange(tx, StreamID(stream), from, to))
	h.own[stream] = slices.DeleteFunc(h.own[stream], func(r modelRow) bool { return r.ts >= from && r.ts < to })
}

// deleteRows deletes what a scan finds, as DELETE … WHERE does.
func (h *history) deleteRows(t *rapid.T) {
	stream := rapid.IntRange(1, 2).Draw(t, "stream")
	k, modulo := rapid.IntRange(0, 2).Draw(t, "k"), rapid.SampledFrom([]int{3, 3, 30}).Draw(t, "modulo")
	tx := h.s.Read()
	defer tx.Close()
	fragments, err := tx.Scan(Spec{Stream: StreamID(stream), From: MinTime, To: MaxTime, Stage: h.st, Columns: []nql.Column{
		{Path: &nql.Path{Root: nql.ID}, Kind: column.Text}, {Path: nql.PropertyPath("n"), Kind: column.Int64}}})
	fine(t, err)
	var dead DeadRows
	for _, f := range fragments {
		var b column.Batch
		for {
			ok, err := f.Next(context.Background(), &b)
			fine(t, err)
			if !ok {
				break
			}
			for i := range b.Len {
				if int(b.Cols[1].Int(i))%modulo == k {
					ts, arrival, ok := event.ParseID(b.Cols[0].Str(i))
					if !ok {
						t.Fatalf("id %q", b.Cols[0].Str(i))
					}
					dead.Add(ts, arrival)
				}
			}
		}
		f.Close()
	}
	fine(t, h.st.Delete(StreamID(stream), &dead))
	before := len(h.own[stream])
	h.own[stream] = slices.DeleteFunc(h.own[stream], func(r modelRow) bool { return r.n%modulo == k })
	if int(dead.Len()) != before-len(h.own[stream]) {
		t.Fatalf("%d rows found to delete, the model has %d", dead.Len(), before-len(h.own[stream]))
	}
}

func (h *history) maintainWith(t *rapid.T, o MaintainOptions, most int) {
	for range most {
		_, done, err := h.s.Maintain(context.Background(), o)
		fine(t, err)
		if done {
			return
		}
	}
	if most > 100 {
		t.Fatal("maintenance does not end")
	}
}

func (h *history) maintain(t *rapid.T) {
	h.maintainWith(t, MaintainOptions{Now: base, Force: true}, 1000)
}

func (h *history) maintainSome(t *rapid.T) {
	now := base + rapid.Int64Range(-10, 100).Draw(t, "now")*minute
	h.maintainWith(t, MaintainOptions{Now: now, TickFiles: rapid.IntRange(0, 3).Draw(t, "files")}, rapid.IntRange(1, 3).Draw(t, "steps"))
}

func (h *history) signal(t *rapid.T) {
	k := rapid.IntRange(0, 3).Draw(t, "k")
	g := Signal{ID: h.s.NewSignalID(), Stream: StreamID(rapid.IntRange(1, 2).Draw(t, "stream")), Name: fmt.Sprintf("k%d", k),
		Where: &nql.Binary{Op: nql.Eq, L: nql.PropertyPath("k"), R: &nql.Literal{Value: nql.IntegerValue(int64(k))}}}
	if err := h.s.Alter(func(e *SchemaEdit) error { return e.CreateSignal(g) }); err != nil && !errors.Is(err, ErrSignalExists) {
		t.Fatal(err)
	}
}

func (h *history) dropSignal(t *rapid.T) {
	tx := h.s.Read()
	defer tx.Close()
	for _, g := range tx.Schema().Signals {
		fine(t, h.s.Alter(func(e *SchemaEdit) error { return e.DropSignal(g.ID) }))
		return
	}
	t.Skip("no signal")
}

// retain keeps some minutes of the first stream. The files' times decide how exactly, so what is gone is taken from the store: it
// must be an end of what was there, and nothing that is young enough.
func (h *history) retain(t *rapid.T) {
	age := rapid.Int64Range(1, 20).Draw(t, "age")
	now := base + 7*minute
	h.maintainWith(t, MaintainOptions{Now: now, Retention: func(id StreamID) Retention {
		if id != 1 {
			return Retention{}
		}
		return Retention{Age: time.Duration(age) * time.Minute}
	}}, 1000)
	tx := h.s.Read()
	got := docsOf(t, tx, nil, 1)
	tx.Close()
	left := map[string]bool{}
	for _, d := range got {
		left[d] = true
	}
	gone := func(r modelRow) bool {
		if left[r.doc] {
			return false
		}
		if r.ts >= now-age*minute {
			t.Fatalf("%s is gone, which is younger than what is kept", r.doc)
		}
		return true
	}
	h.model[1] = slices.DeleteFunc(slices.Clone(h.model[1]), gone)
	h.st.Discard()
	h.begin()
}

func (h *history) snapshot(*rapid.T) {
	x := snapshot{tx: h.s.Read()}
	for i := range h.model {
		x.rows[i] = slices.Clone(h.model[i])
	}
	h.snapshots = append(h.snapshots, x)
}

func (h *history) readOld(t *rapid.T) {
	if len(h.snapshots) == 0 {
		t.Skip("no snapshot")
	}
	i := rapid.IntRange(0, len(h.snapshots)-1).Draw(t, "which")
	x := h.snapshots[i]
	for stream := 1; stream <= 2; stream++ {
		compareRows(t, x.tx, nil, StreamID(stream), x.rows[stream])
	}
	if rapid.Bool().Draw(t, "close") {
		x.tx.Close()
		h.snapshots = slices.Delete(h.snapshots, i, i+1)
	}
}

func (h *history) scan(t *rapid.T) {
	tx := h.s.Read()
	defer tx.Close()
	stream := rapid.IntRange(1, 2).Draw(t, "stream")
	if rapid.Bool().Draw(t, "own") {
		compareRows(t, tx, h.st, StreamID(stream), h.own[stream])
	} else {
		compareRows(t, tx, nil, StreamID(stream), h.model[stream])
	}
}

func (h *history) reopen(t *rapid.T) {
	h.st.Discard()
	for _, x := range h.snapshots {
		x.tx.Close()
	}
	h.snapshots = nil
	h.s = reopen(t, h.s, h.o)
	h.begin()
}

// end closes the store: nothing temporary and nothing obsolete is left, and every byte is right.
func (h *history) end(t *rapid.T) {
	h.st.Discard()
	for _, x := range h.snapshots {
		x.tx.Close()
	}
	tx := h.s.Read()
	known := map[string]bool{}
	for _, f := range tx.Files() {
		known[f.Path] = true
	}
	tx.Close()
	fine(t, h.s.Close())
	if names, _ := h.fs.List("data/tmp"); len(names) > 0 {
		t.Fatalf("left behind: %v", names)
	}
	for _, dir := range []string{"data/streams/1", "data/streams/2"} {
		names, _ := h.fs.List(dir)
		for _, n := range names {
			if !known[dir+"/"+n] && !strings.HasSuffix(n, ".index") && !strings.HasSuffix(n, ".filter") {
				t.Fatalf("left behind: %s/%s", dir, n)
			}
		}
	}
	_, err := Check("data", Options{FS: h.fs}, func(f Finding) { t.Fatalf("check: %s %d %v", f.File, f.Offset, f.Err) })
	fine(t, err)
}

func docsOf(t *rapid.T, tx *ReadTx, st *Stage, stream StreamID) []string {
	docs, err := scanErr(tx, Spec{Stream: stream, Stage: st})
	fine(t, err)
	return docs
}

// compareRows scans with random bounds, predicate, order and limit, and compares with plain rows.
func compareRows(t *rapid.T, tx *ReadTx, st *Stage, stream StreamID, rows []modelRow) {
	from := base + rapid.Int64Range(-8, 8).Draw(t, "from")*minute
	to := from + rapid.Int64Range(0, 16).Draw(t, "length")*minute
	if rapid.Bool().Draw(t, "unbounded") {
		from, to = MinTime, MaxTime
	}
	account := &account{limit: 1 << 40}
	var stats ScanStats
	spec := Spec{Stream: stream, From: from, To: to, Order: nql.Order(rapid.IntRange(0, 2).Draw(t, "order")), Stage: st, Columns: docColumns, Memory: account, Stats: &stats}
	k := rapid.IntRange(-1, 3).Draw(t, "where k")
	odd := k >= 0 && rapid.Bool().Draw(t, "odd")
	if k >= 0 {
		spec.Where = &nql.Binary{Op: nql.Eq, L: nql.PropertyPath("k"), R: &nql.Param{Index: 0}}
		spec.Params = []nql.Value{nql.IntegerValue(int64(k))}
	}
	if odd { // a property that not all have, so that some spans have none
		spec.Where = &nql.Binary{Op: nql.And, L: spec.Where, R: &nql.Binary{Op: nql.Eq, L: nql.PropertyPath("odd", "yes"), R: &nql.Literal{Value: nql.BooleanValue(true)}}}
	}
	var picked []modelRow
	for _, r := range rows {
		if r.ts >= from && r.ts < to && (k < 0 || r.n%3 == k) && (!odd || r.n%40 == 0) {
			picked = append(picked, r)
		}
	}
	if k < 0 && rapid.Bool().Draw(t, "count") {
		countRows(t, tx, st, stream, from, to, len(picked))
	}
	if spec.Order != nql.Unordered {
		slices.SortStableFunc(picked, func(a, b modelRow) int { return int(a.ts/minute - b.ts/minute) })
		spec.Limit = rapid.SampledFrom([]int64{0, 1, 5, 50}).Draw(t, "limit")
	}
	if spec.Order == nql.Descending {
		slices.Reverse(picked)
	}
	var want []string
	for _, r := range picked {
		want = append(want, r.doc)
	}
	got, err := scanErr(tx, spec)
	fine(t, err)
	if spec.Order == nql.Unordered {
		slices.Sort(got)
		slices.Sort(want)
	}
	if spec.Limit > 0 { // each fragment gives as many
		got, want = got[:min(len(got), int(spec.Limit))], want[:min(len(want), int(spec.Limit))]
	}
	if !slices.Equal(got, want) {
		t.Fatalf("order %d limit %d: %d rows instead of %d\n%.200v\n%.200v", spec.Order, spec.Limit, len(got), len(want), got, want)
	}
	if account.held.Load() != 0 {
		t.Fatalf("%d bytes are still reserved", account.held.Load())
	}
}

// countRows counts without reading columns, as count(*) does.
func countRows(t *rapid.T, tx *ReadTx, st *Stage, stream StreamID, from, to int64, want int) {
	fragments, err := tx.Scan(Spec{Stream: stream, From: from, To: to, Stage: st})
	fine(t, err)
	n := 0
	for _, f := range fragments {
		var b column.Batch
		for {
			ok, err := f.Next(context.Background(), &b)
			fine(t, err)
			if !ok {
				break
			}
			n += b.Len
		}
		f.Close()
	}
	if n != want {
		t.Fatalf("counted %d of %d", n, want)
	}
}
