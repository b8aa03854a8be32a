package engine

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/engine/vfs"
	"github.com/flare-pg/flare-pg/event"
	"github.com/flare-pg/flare-pg/nql"
)

var (
	seeds   = flag.Int("seeds", 100, "how many seeds the crash test runs")
	oneSeed = flag.Uint64("seed", 0, "run this seed of the crash test only")
)

// written is one transaction of the workload.
type written struct {
	id       int
	streams  []StreamID // of each row
	docs     []string   // each names the transaction and the row
	at       []int64    // of each row
	acked    bool
	sync     bool // acked, and so survives a power cut
	flushed  bool // an acked commit with Sync or a Flush came later
	failed   bool // it was told that nothing of it is there
	rollback bool

	deletes *written // it also deletes all rows of this one, which was there
	// Whether its own rows were deleted: certainly, or by a transaction whose outcome is not known.
	deleted, maybeDeleted bool
}

// workload is a random sequence of transactions and what the store said of each.
type workload struct {
	r    *rand.Rand
	s    *Store
	txs  []*written
	made map[string]StreamID // streams whose making was acknowledged
	next int
	// cutoff: what is older may have been dropped by retention.
	cutoff int64
	// keeps: nothing is deleted.
	keeps bool
	// gone are streams that were dropped, or may have been.
	gone map[StreamID]bool
}

// optional reports whether it is not said that a row is there still.
func (w *workload) optional(x *written, i int) bool {
	return x.at[i] < w.cutoff || w.gone[x.streams[i]]
}

// group commits several stages as one group, as the leader of the queue does.
func (w *workload) group(n int) {
	var reqs []*request
	var txs []*written
	var bulkParts []*part
	for range n {
		st := w.s.NewStage()
		tx := w.fill(st)
		if tx.rollback {
			st.Discard()
			w.txs = append(w.txs, tx)
			continue
		}
		r := &request{stage: st, durability: Sync, turn: make(chan turn, 2)}
		if w.r.IntN(3) == 0 {
			r.durability = Async
		}
		parts, err := st.finish()
		bulkParts = parts
		if err == nil {
			r.parts, err = st.seal(parts)
		}
		w.txs = append(w.txs, tx)
		if err != nil || len(parts) == 0 {
			st.Discard()
			tx.failed = err != nil
			tx.rollback = err == nil
			continue
		}
		tx.sync = r.durability == Sync
		reqs, txs = append(reqs, r), append(txs, tx)
	}
	if n == 1 && len(reqs) == 1 && len(reqs[0].parts) > w.s.opts.BulkTicks {
		// The real way, on which it goes straight into spans.
		err := w.s.commitBulk(context.Background(), &request{stage: reqs[0].stage}, bulkParts)
		reqs[0].turn <- turn{err: err}
	} else if len(reqs) > 0 {
		w.s.writer.commit(reqs)
	} else {
		return
	}
	strong := false
	for i, r := range reqs {
		t := <-r.turn
		r.stage.Discard()
		txs[i].acked = t.err == nil
		txs[i].failed = t.err != nil && !errors.Is(t.err, ErrUnknownOutcome)
		strong = strong || t.err == nil && txs[i].sync
	}
	if strong {
		w.allFlushed()
	}
}

func (w *workload) allFlushed() {
	for _, tx := range w.txs {
		tx.flushed = tx.flushed || tx.acked
	}
}

// fill puts random rows into a stage.
func (w *workload) fill(st *Stage) *written {
	tx := &written{id: w.next}
	w.next++
	streams := []StreamID{1}
	for _, name := range slices.Sorted(maps.Keys(w.made)) {
		if id := w.made[name]; id > 0 {
			streams = append(streams, id)
			break
		}
	}
	ticks, rows := 1, 1+w.r.IntN(4)
	if w.r.IntN(3) == 0 {
		ticks = 1 + w.r.IntN(5)
	}
	first := w.r.IntN(3)
	prop := ""
	if w.r.IntN(4) == 0 {
		prop = fmt.Sprintf(`,"p%d":%d`, w.r.IntN(30), tx.id)
	}
	size := 20
	if w.r.IntN(5) == 0 {
		size = 6000
	}
	add := func(i int) {
		stream := streams[w.r.IntN(len(streams))]
		pad := make([]byte, w.r.IntN(size))
		for j := range pad {
			pad[j] = byte('a' + w.r.IntN(26))
		}
		d := fmt.Sprintf(`{"tx":%d,"row":%d,"pad":%q%s}`, tx.id, i, pad, prop)
		at := base + int64(first+w.r.IntN(ticks))*5*minute + int64(w.r.IntN(1000))
		if err := st.Append(stream, at, []byte(d)); err != nil {
			return // the temporary file can't be written; the commit will say so
		}
		observe(st, stream, []byte(d))
		tx.streams, tx.docs, tx.at = append(tx.streams, stream), append(tx.docs, d), append(tx.at, at)
	}
	for i := range rows {
		add(i)
	}
	if w.r.IntN(6) == 0 { // rows after a savepoint that is rolled back
		m, n := st.Mark(), len(tx.docs)
		prop = fmt.Sprintf(`,"never%d":1`, tx.id)
		for i := range 3 {
			add(100 + i)
		}
		st.RollbackTo(m)
		tx.streams, tx.docs, tx.at = tx.streams[:n], tx.docs[:n], tx.at[:n]
		prop = ""
		if w.r.IntN(2) == 0 {
			add(rows)
		}
	}
	tx.rollback = w.r.IntN(10) == 0
	return tx
}

// run works until the power goes or enough was done.
func (w *workload) run(steps int) {
	for range steps {
		switch n := w.r.IntN(30); {
		case w.keeps && n >= 24 && n != 27:
			w.group(1)
		case n == 20 || n == 21:
			w.maintain(MaintainOptions{Now: base, Force: true})
		case n == 22 || n == 23:
			w.maintain(MaintainOptions{Now: base + int64(w.r.IntN(120))*minute, TickFiles: 1 + w.r.IntN(4)})
		case n == 24 || n == 25:
			w.delete()
		case n == 26:
			w.retain()
		case n == 27 || n == 28:
			w.signal()
		case n == 29:
			w.drop()
		case n == 0:
			name := fmt.Sprintf("s%d", w.next)
			w.next++
			id, err := w.s.CreateStream("public", name)
			if err == nil {
				w.made[name] = id
				w.allFlushed()
			}
		case n == 1:
			if w.s.Flush() == nil {
				w.allFlushed()
			}
		case n < 8:
			w.group(2 + w.r.IntN(4))
		default:
			w.group(1)
		}
	}
}

// maintain does a few steps.
func (w *workload) maintain(o MaintainOptions) {
	for range 1 + w.r.IntN(6) {
		if _, done, err := w.s.Maintain(context.Background(), o); done || err != nil {
			return
		}
	}
}

// delete deletes all rows of an earlier transaction, and inserts some in the same one.
func (w *workload) delete() {
	var there []*written
	for _, x := range w.txs {
		if x.acked && x.flushed && !x.deleted && !x.maybeDeleted && len(x.docs) > 0 && !x.rollback {
			there = append(there, x)
		}
	}
	if len(there) == 0 {
		return
	}
	x := there[w.r.IntN(len(there))]
	st := w.s.NewStage()
	tx := w.s.Read()
	defer tx.Close()
	for _, id := range []StreamID{1, 2, 3, 4, 5} {
		rows, err := w.find(tx, id, x)
		if err != nil || st.Delete(id, rows) != nil {
			st.Discard()
			return
		}
	}
	y := w.fill(st)
	y.deletes, y.rollback = x, false
	w.txs = append(w.txs, y)
	x.maybeDeleted = true
	err := w.s.Commit(context.Background(), st, Sync)
	y.acked, y.sync = err == nil, err == nil
	y.failed = err != nil && !errors.Is(err, ErrUnknownOutcome)
	x.deleted = y.acked
	if y.failed {
		x.maybeDeleted = false
	}
	if y.acked {
		w.allFlushed()
	}
}

// find gives the ids of a transaction's rows in a stream.
func (w *workload) find(tx *ReadTx, stream StreamID, x *written) (*DeadRows, error) {
	rows := new(DeadRows)
	if tx.Schema().Stream(stream) == nil {
		return rows, nil
	}
	fragments, err := tx.Scan(Spec{Stream: stream, From: MinTime, To: MaxTime, Columns: []nql.Column{{Path: &nql.Path{Root: nql.ID}, Kind: column.Text}},
		Where: &nql.Binary{Op: nql.Eq, L: nql.PropertyPath("tx"), R: &nql.Literal{Value: nql.IntegerValue(int64(x.id))}}})
	if err != nil {
		return nil, err
	}
	for _, f := range fragments {
		var b column.Batch
		for {
			ok, nerr := f.Next(context.Background(), &b)
			if nerr != nil {
				err = nerr
			}
			if !ok || nerr != nil {
				break
			}
			for i := range b.Len {
				ts, arrival, _ := event.ParseID(b.Cols[0].Str(i))
				rows.Add(ts, arrival)
			}
		}
		f.Close()
	}
	return rows, err
}

// retain drops what is older than some minutes of the workload's time.
func (w *workload) retain() {
	now, age := base+20*minute, time.Duration(8+w.r.IntN(20))*time.Minute
	w.cutoff = max(w.cutoff, now-int64(age/100))
	w.maintain(MaintainOptions{Now: now, Retention: func(StreamID) Retention { return Retention{Age: age} }})
}

// signal makes a signal or drops one.
func (w *workload) signal() {
	tx := w.s.Read()
	signals := tx.Schema().Signals
	tx.Close()
	if len(signals) > 0 && w.r.IntN(2) == 0 {
		_ = w.s.Alter(func(e *SchemaEdit) error { return e.DropSignal(signals[0].ID) })
		return
	}
	g := Signal{ID: w.s.NewSignalID(), Stream: 1, Name: fmt.Sprintf("g%d", w.next), Where: &nql.Binary{Op: nql.Lt, L: nql.PropertyPath("tx"), R: &nql.Literal{Value: nql.IntegerValue(int64(w.r.IntN(20)))}}}
	w.next++
	_ = w.s.Alter(func(e *SchemaEdit) error { return e.CreateSignal(g) })
}

// drop drops a stream.
func (w *workload) drop() {
	if len(w.made) == 0 || w.r.IntN(2) == 0 {
		return
	}
	names := slices.Sorted(maps.Keys(w.made))
	name := names[w.r.IntN(len(names))]
	id := w.made[name]
	w.gone[id] = true
	delete(w.made, name)
	if w.s.Alter(func(e *SchemaEdit) error { return e.DropStream(id) }) == nil {
		w.allFlushed()
	}
}

// verify compares a reopened store with what the workload was told. killed: no power was cut, so unflushed commits count too.
func (w *workload) verify(t *testing.T, s *Store, killed bool) {
	t.Helper()
	tx := s.Read()
	defer tx.Close()
	got := map[string]StreamID{}
	for _, str := range tx.Schema().Streams {
		for _, d := range scan(t, tx, Spec{Stream: str.ID, Order: nql.Ascending}) {
			if _, twice := got[d]; twice {
				t.Errorf("twice: %.60s", d)
			}
			got[d] = str.ID
		}
		for _, p := range str.Properties {
			if strings.HasPrefix(p.Path[0], "never") {
				t.Errorf("property %v was never committed", p.Path)
			}
		}
	}
	for name := range w.made {
		if tx.Schema().Lookup("public", name) == nil {
			t.Errorf("stream %s was acknowledged and is gone", name)
		}
	}
	gone := -1 // the first acknowledged transaction that is not there
	counts := map[*written]int{}
	for _, x := range w.txs {
		n, all := 0, 0
		for i, d := range x.docs {
			if w.optional(x, i) {
				delete(got, d)
				continue
			}
			all++
			if id, ok := got[d]; ok && id == x.streams[i] {
				n++
				delete(got, d)
				if j := strings.Index(d, `,"p`); j >= 0 {
					for _, p := range strings.Split(d, `"`) {
						if len(p) > 1 && p[0] == 'p' && p != "pad" && p[1] >= '0' && p[1] <= '9' && tx.Schema().Stream(id).Property(p) == nil {
							t.Errorf("property %s of transaction %d is not in the schema", p, x.id)
						}
					}
				}
			}
		}
		if all > 0 {
			counts[x] = n
		}
		switch {
		case n != 0 && n != all:
			t.Errorf("transaction %d: %d of %d rows", x.id, n, all)
		case n > 0 && (x.rollback || x.failed):
			t.Errorf("transaction %d is there, though rolled back or failed", x.id)
		case n > 0 && x.deleted:
			t.Errorf("transaction %d is there, though it was deleted", x.id)
		case x.maybeDeleted:
		case n == 0 && x.acked && (x.flushed || killed) && all > 0:
			t.Errorf("transaction %d was acknowledged and is gone (sync %v flushed %v killed %v)", x.id, x.sync, x.flushed, killed)
		}
		if all == 0 || x.rollback || x.failed || x.maybeDeleted {
			continue
		}
		if n == 0 && gone < 0 && x.acked {
			gone = x.id
		}
		if n > 0 && gone >= 0 {
			t.Errorf("transaction %d is there, though %d before it is gone", x.id, gone)
		}
	}
	for y, n := range counts {
		if x := y.deletes; x != nil {
			if m, known := counts[x]; known && (n > 0) == (m > 0) && !y.deleted && !y.maybeDeleted {
				t.Errorf("transaction %d has %d rows, and the one that it deletes, %d, has %d", y.id, n, x.id, m)
			}
		}
	}
	for d := range got {
		t.Errorf("never written: %.60s", d)
	}
}

// crashOnce runs one seed: work, crash, recovery that crashes too, check, work again.
var testLog *slog.Logger

func crashOnce(t *testing.T, seed uint64) {
	r := rand.New(rand.NewPCG(seed, 1))
	mem := vfs.NewMem()
	must(t, mem.MakeDir("data"))
	must(t, mem.SyncDir("."))
	left := -1
	hook := func(vfs.Op, string) error {
		if left == 0 {
			return vfs.ErrPowerOff
		}
		left--
		return nil
	}
	o := Options{Log: testLog, Create: true, RAMBytes: 4096, StageBytes: 2048, SpanRaw: 3000 + int64(r.IntN(3))*8000, SortBytes: 1000 + int64(r.IntN(2))*9000, PageBytes: 400 + r.IntN(2)*4000, BulkTicks: 2 + r.IntN(10)}
	w := &workload{r: r, made: map[string]StreamID{}, gone: map[StreamID]bool{}}
	for round := range 3 {
		left = 1 + r.IntN(400)
		o.FS = vfs.Inject{FS: mem, Hook: hook}
		s, err := Open("data", o)
		if err == nil {
			w.s = s
			w.run(5 + r.IntN(40))
			if r.IntN(4) == 0 {
				if s.Close() == nil {
					w.allFlushed()
				}
			}
		} else if !errors.Is(err, vfs.ErrPowerOff) {
			t.Fatalf("round %d: open: %v", round, err)
		}
		killed := r.IntN(4) == 0
		if killed {
			mem = mem.Kill()
		} else {
			mem = mem.Crash(r)
		}
		for r.IntN(2) == 0 { // the power goes again while it recovers
			left = r.IntN(40)
			o.FS = vfs.Inject{FS: mem, Hook: hook}
			if s, err := Open("data", o); err == nil {
				_ = s
			} else if !errors.Is(err, vfs.ErrPowerOff) {
				t.Fatalf("round %d: open again: %v", round, err)
			}
			killed = false
			mem = mem.Crash(r)
		}
		left = -1
		o.FS = mem
		s, err = Open("data", o)
		if err != nil {
			t.Fatalf("round %d: last open: %v", round, err)
		}
		w.verify(t, s, killed)
		// What is there now stays there; what is not never comes back.
		w.settle(t, s)
		removeAside(t, mem)
		checkClean(t, mem)
		must(t, s.Close())
		if !checkClean(t, mem).Sealed {
			t.Error("not sealed after a clean stop")
		}
		if t.Failed() {
			return
		}
	}
}

// removeAside deletes what recovery put aside: that happens where the MANIFEST's last record is not valid, and nowhere else.
func removeAside(t *testing.T, fs vfs.FS) {
	t.Helper()
	manifests, others := 0, 0
	dirs := []string{"data"}
	streams, _ := fs.List("data/streams")
	for _, d := range streams {
		dirs = append(dirs, "data/streams/"+d)
	}
	for _, dir := range dirs {
		names, _ := fs.List(dir)
		for _, n := range names {
			if !strings.HasSuffix(n, aside) {
				continue
			}
			if strings.HasPrefix(n, "MANIFEST") {
				manifests++
			} else {
				others++
			}
			must(t, fs.Remove(dir+"/"+n))
			must(t, fs.SyncDir(dir))
		}
	}
	if others > 0 && manifests == 0 {
		t.Errorf("%d files were put aside, and the MANIFEST was whole", others)
	}
}

// settle notes which transactions survived.
func (w *workload) settle(t *testing.T, s *Store) {
	tx := s.Read()
	defer tx.Close()
	there := map[string]bool{}
	for _, str := range tx.Schema().Streams {
		for _, d := range scan(t, tx, Spec{Stream: str.ID}) {
			there[d] = true
		}
		w.made[str.Name] = str.ID
	}
	delete(w.made, "stream")
	for id := range w.gone {
		if tx.Schema().Stream(id) != nil {
			delete(w.gone, id) // it was not dropped after all
		}
	}
	for _, x := range w.txs {
		in := slices.ContainsFunc(x.docs, func(d string) bool { return there[d] })
		if !in && (x.maybeDeleted || x.acked && !slices.ContainsFunc(x.at, func(at int64) bool { return at >= w.cutoff })) {
			x.deleted, x.maybeDeleted = true, true
			continue
		}
		x.acked, x.flushed, x.failed = in, in, !in
		x.deleted, x.maybeDeleted = false, false
	}
	for _, x := range w.txs {
		if x.deletes != nil && !x.deletes.deleted {
			x.deletes = nil // settled
		}
	}
}

func TestCrashesLoseNothingAcknowledgedAndKeepTransactionsWhole(t *testing.T) {
	if *oneSeed != 0 {
		crashOnce(t, *oneSeed)
		return
	}
	var seed uint64
	defer func() {
		if t.Failed() {
			t.Logf("replay with: go test ./engine -run Crashes -seed %d", seed)
		}
	}()
	for i := range *seeds {
		seed = uint64(i + 1)
		if crashOnce(t, seed); t.Failed() {
			return
		}
	}
}

// TestErrorsLeaveTheStoreAsItWas makes operation 1, 2, 3 … fail until the workload gets through, with each kind of error.
func TestErrorsLeaveTheStoreAsItWas(t *testing.T) {
	for _, kind := range []string{"ENOSPC", "EIO"} {
		failures := map[error]int{}
		// Each operation in a long run; in a short one the first hundred and then one in eleven, which is not a period of the workload's. What
		// each kind of transaction does is in inject_test.go, operation by operation.
		stride := 1
		if *seeds < 1000 {
			stride = 11
		}
		for n := 1; ; n += map[bool]int{true: 1, false: stride}[n < 100] {
			if !errorOnce(t, kind, n, failures) {
				break
			}
			if t.Failed() {
				t.Fatalf("%s at operation %d", kind, n)
			}
		}
		for _, want := range []error{ErrPoisoned, ErrUnknownOutcome} {
			if failures[want] == 0 {
				t.Errorf("%s: never saw %q", kind, want)
			}
		}
		if kind == "ENOSPC" && failures[ErrNoSpace] == 0 {
			t.Error("never saw ErrNoSpace")
		}
	}
}

func errorOnce(t *testing.T, kind string, n int, failures map[error]int) (failed bool) {
	t.Helper()
	mem := vfs.NewMem()
	must(t, mem.MakeDir("data"))
	must(t, mem.SyncDir("."))
	r := rand.New(rand.NewPCG(uint64(n), 7))
	cause := error(vfs.ErrNoSpace)
	if kind == "EIO" {
		cause = vfs.ErrIO
	}
	count := 0
	failedSync := false
	hook := func(op vfs.Op, _ string) error {
		if op == vfs.OpRead || op == vfs.OpOpen {
			return nil
		}
		if count++; count == n {
			failed, failedSync = true, op == vfs.OpSync || op == vfs.OpSyncDir
			return cause
		}
		return nil
	}
	o := Options{FS: vfs.Inject{FS: mem, Hook: hook}, Create: true, StageBytes: 2048, SpanRaw: 3000, SortBytes: 1500, PageBytes: 400, BulkTicks: 3}
	s, err := Open("data", o)
	if err != nil {
		return failed
	}
	w := &workload{r: rand.New(rand.NewPCG(3, 3)), s: s, made: map[string]StreamID{}, gone: map[StreamID]bool{}}
	w.run(40)
	if err := s.Poisoned(); err != nil {
		failures[ErrPoisoned]++
		st := s.NewStage()
		must(t, st.Append(1, base, []byte(`{}`)))
		if err := s.Commit(context.Background(), st, Sync); !errors.Is(err, ErrPoisoned) {
			t.Errorf("commit to a poisoned store: %v", err)
		}
	} else if failedSync && count > n {
		t.Error("an fsync failed and the store goes on")
	}
	for _, x := range w.txs {
		if !x.acked && !x.failed && !x.rollback {
			failures[ErrUnknownOutcome]++
		}
		if x.failed && s.Poisoned() == nil {
			failures[ErrNoSpace]++
		}
	}
	w.verifyOpen(t, s)
	if s.Poisoned() == nil && failed {
		w.run(5) // it goes on
	}
	if r.IntN(2) == 0 {
		_ = s.Close()
	}
	after := mem.Crash(r)
	if r.IntN(2) == 0 {
		// The process ends, and the power only after it was opened anew: what was found then must be there still, though the
		// system showed bytes that a failed fsync had not written.
		killed := mem.Kill()
		s, err = Open("data", Options{FS: killed})
		must(t, err)
		w.settle(t, s)
		after = killed.Crash(r)
	}
	s, err = Open("data", Options{FS: after})
	must(t, err)
	w.verify(t, s, false)
	removeAside(t, after)
	checkClean(t, after)
	must(t, s.Close())
	return failed
}

// verifyOpen checks what the running store shows: what was acknowledged and nothing else.
func (w *workload) verifyOpen(t *testing.T, s *Store) {
	t.Helper()
	tx := s.Read()
	defer tx.Close()
	n := 0
	for _, str := range tx.Schema().Streams {
		n += len(scan(t, tx, Spec{Stream: str.ID}))
	}
	want := 0
	least := 0
	for _, x := range w.txs {
		if !x.acked || x.deleted {
			continue
		}
		want += len(x.docs)
		for i := range x.docs {
			if !w.optional(x, i) && !x.maybeDeleted {
				least++
			}
		}
	}
	if n > want || n < least {
		t.Errorf("the running store shows %d rows of %d to %d", n, least, want)
	}
}
