package engine

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/engine/tick"
	"github.com/flare-pg/flare-pg/engine/vfs"
	"github.com/flare-pg/flare-pg/nql"
)

// modelRow is a row of the model: what was appended, in order of arrival.
type modelRow struct {
	ts  int64
	n   int
	doc string
}

// TestScanEqualsModel: whatever is in ticks, RAM runs and the stage, a scan delivers what a plain slice does.
func TestScanEqualsModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		fs := vfs.NewMem()
		o := Options{FS: fs, Create: true, RAMBytes: rapid.SampledFrom([]int64{-1, 3000, 1 << 20}).Draw(t, "ram"),
			StageBytes: rapid.SampledFrom([]int64{1, 2000, 1 << 20}).Draw(t, "stage")}
		s := reopen(t, nil, o)
		var model, staged []modelRow
		var marked int
		var mark *StageMark
		st := s.NewStage()
		n := 0
		appendRow := func(t *rapid.T) {
			pad := rapid.SampledFrom([]int{0, 10, 10, 10, 3000, 70_000}).Draw(t, "pad")
			r := modelRow{ts: base + rapid.Int64Range(-7, 7).Draw(t, "ts")*minute, n: n}
			r.doc = fmt.Sprintf(`{"k":%d,"n":%d,"pad":%q}`, n%3, n, strings.Repeat("p", pad))
			n++
			if err := st.Append(1, r.ts, []byte(r.doc)); err != nil {
				t.Fatal(err)
			}
			staged = append(staged, r)
		}
		check := func(t *rapid.T) { compareScan(t, s, st, append(slices.Clone(model), staged...)) }
		t.Repeat(map[string]func(*rapid.T){
			"append": func(t *rapid.T) {
				for range rapid.IntRange(1, 20).Draw(t, "rows") {
					appendRow(t)
				}
			},
			"commit": func(t *rapid.T) {
				if err := s.Commit(context.Background(), st, Durability(rapid.IntRange(0, 1).Draw(t, "durability"))); err != nil {
					t.Fatal(err)
				}
				model, staged, mark, st = append(model, staged...), nil, nil, s.NewStage()
			},
			"rollback": func(*rapid.T) {
				st.Discard()
				staged, mark, st = nil, nil, s.NewStage()
			},
			"mark": func(*rapid.T) {
				m := st.Mark()
				mark, marked = &m, len(staged)
			},
			"back": func(t *rapid.T) {
				if mark == nil {
					t.Skip("no mark")
				}
				st.RollbackTo(*mark)
				staged = staged[:marked]
			},
			"reopen": func(t *rapid.T) {
				st.Discard()
				staged, mark = nil, nil
				s = reopen(t, s, o)
				st = s.NewStage()
			},
			"scan": check,
			"": func(t *rapid.T) {
				if st.Events() != int64(len(staged)) {
					t.Fatalf("%d staged, model %d", st.Events(), len(staged))
				}
			},
		})
		check(t)
		st.Discard()
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if names, _ := fs.List("data/tmp"); len(names) > 0 {
			t.Fatalf("left behind: %v", names)
		}
	})
}

func reopen(t *rapid.T, s *Store, o Options) *Store {
	if s != nil {
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	s, err := Open("data", o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func compareScan(t *rapid.T, s *Store, st *Stage, rows []modelRow) {
	from := base + rapid.Int64Range(-8, 8).Draw(t, "from")*minute
	to := from + rapid.Int64Range(0, 16).Draw(t, "span")*minute
	if rapid.Bool().Draw(t, "unbounded") {
		from, to = MinTime, MaxTime
	}
	order := nql.Order(rapid.IntRange(0, 2).Draw(t, "order"))
	k := rapid.IntRange(-1, 2).Draw(t, "k")
	spec := Spec{Stream: 1, From: from, To: to, Order: order, Stage: st, Columns: docColumns}
	if k >= 0 {
		path := &nql.Path{Steps: []nql.Step{{Kind: nql.Member, Name: "k"}}}
		spec.Where = &nql.Binary{Op: nql.Eq, L: path, R: &nql.Param{Index: 0}}
		spec.Params = []nql.Value{{Kind: nql.Integer, Int: int64(k)}}
	}
	account := &account{limit: 1 << 40}
	spec.Memory = account
	var want []string
	var picked []modelRow
	for _, r := range rows {
		if r.ts >= from && r.ts < to && (k < 0 || r.n%3 == k) {
			picked = append(picked, r)
		}
	}
	if order != nql.Unordered {
		slices.SortStableFunc(picked, func(a, b modelRow) int { return int(a.ts/minute - b.ts/minute) })
	}
	for _, r := range picked {
		want = append(want, r.doc)
	}
	if order == nql.Descending {
		slices.Reverse(want)
	}
	tx := s.Read()
	defer tx.Close()
	got, err := scanErr(tx, spec)
	if err != nil {
		t.Fatal(err)
	}
	if order == nql.Unordered {
		slices.Sort(got)
		slices.Sort(want)
	}
	if !slices.Equal(got, want) {
		t.Fatalf("order %d: %d rows instead of %d", order, len(got), len(want))
	}
	if account.held.Load() != 0 {
		t.Fatalf("%d bytes are still reserved", account.held.Load())
	}
}

// account is a column.Account with a limit.
type account struct {
	limit int64
	held  atomic.Int64
}

var errMemory = errors.New("no memory")

func (a *account) Reserve(n int64) error {
	if a.held.Add(n) > a.limit {
		a.held.Add(-n)
		return errMemory
	}
	return nil
}

func (a *account) Release(n int64) { a.held.Add(-n) }

func TestOrderedScanReservesMemoryAndFailsWithoutIt(t *testing.T) {
	s := open(t, vfs.NewMem(), Options{RAMBytes: -1}) // what RAM runs hold is in order already, so it is not collected
	commitDocs(t, s, base, strings.Split(strings.Repeat(`{"pad":"xxxxxxxxxxxxxxxxxxxx"},`, 50_000)[:31*50_000-1], ",")...)
	tx := s.Read()
	a := &account{limit: 1 << 20}
	if _, err := scanErr(tx, Spec{Order: nql.Ascending, Memory: a}); !errors.Is(err, errMemory) {
		t.Errorf("error %v", err)
	}
	if a.held.Load() != 0 {
		t.Errorf("%d bytes still held", a.held.Load())
	}
	if n := len(scan(t, tx, Spec{Memory: a})); n != 50_000 {
		t.Errorf("unordered: %d rows", n)
	}
	tx.Close()
	must(t, s.Close())
}

func TestManySmallCommitsMakeFewRuns(t *testing.T) {
	s := open(t, vfs.NewMem(), Options{})
	for i := range 3000 {
		st := s.NewStage()
		must(t, st.Append(1, base+int64(i), doc(i, "x")))
		must(t, s.Commit(context.Background(), st, Async))
	}
	tx := s.Read()
	f := tx.g.files[1][0]
	if n := len(f.runs); n > 20 || n == 0 {
		t.Errorf("%d runs", n)
	}
	if g := f.gaps(); len(g) != 0 {
		t.Errorf("gaps %v", g)
	}
	if n := len(scan(t, tx, Spec{})); n != 3000 {
		t.Errorf("%d events", n)
	}
	tx.Close()
	must(t, s.Close())
}

func TestRunsKeepTheirBudget(t *testing.T) {
	s := open(t, vfs.NewMem(), Options{RAMBytes: 100_000})
	for i := range 200 {
		commitDocs(t, s, base+int64(i%7)*5*minute+int64(i), string(doc(i, strings.Repeat("y", 2000))))
		tx := s.Read()
		var sum int64
		for _, f := range tx.Files() {
			sum += f.RAM
		}
		if sum != tx.g.runBytes || sum > 100_000 {
			t.Fatalf("after %d: runs of %d bytes, accounted %d", i, sum, tx.g.runBytes)
		}
		tx.Close()
	}
	must(t, s.Close())
}

// flip changes one byte of a file.
func flip(t *testing.T, fs vfs.FS, name string, at int64) {
	t.Helper()
	f, err := fs.OpenWrite(name)
	must(t, err)
	var b [1]byte
	_, err = f.ReadAt(b[:], at)
	must(t, err)
	b[0] ^= 0x40
	_, err = f.WriteAt(b[:], at)
	must(t, err)
	must(t, f.Close())
}

// TestDamageIsNamedAndTheRestReadable flips each byte of a tick in turn.
func TestDamageIsNamedAndTheRestReadable(t *testing.T) {
	fs := vfs.NewMem()
	s := open(t, fs, Options{})
	commitDocs(t, s, base, `{"a":1}`, `{"a":2}`)
	commitDocs(t, s, base, `{"b":1}`, `{"b":2}`)
	commitDocs(t, s, base+5*minute, `{"c":1}`)
	tx := s.Read()
	info := tx.Files()[0]
	tx.Close()
	must(t, s.Close())
	for at := int64(0); at < info.Bytes; at++ {
		flip(t, fs, info.Path, at)
		named := false
		r, err := Check("data", Options{FS: fs}, func(f Finding) {
			named = named || f.File == info.Path && f.Offset <= at
			var d *DamageError
			if errors.As(f.Err, &d) && d.File != info.Path {
				t.Errorf("byte %d: %v", at, f.Err)
			}
		})
		must(t, err)
		if r.Findings == 0 || !named {
			t.Fatalf("byte %d: check found nothing", at)
		}
		s, err := Open("data", Options{FS: fs, ReadOnly: true})
		must(t, err)
		tx := s.Read()
		got, err := scanErr(tx, Spec{})
		var d *DamageError
		if err == nil && len(got) != 5 || err != nil && !errors.As(err, &d) {
			t.Fatalf("byte %d: %d events, %v", at, len(got), err)
		}
		if err == nil {
			t.Fatalf("byte %d is damaged and no read noticed", at)
		}
		var told []error
		rest := scan(t, tx, Spec{SkipDamaged: func(e *DamageError) { told = append(told, e) }})
		if err != nil && (len(told) == 0 || len(rest) < 1 || at >= tick.HeaderBytes && len(rest) < 3) {
			t.Fatalf("byte %d: told %v, rest %v", at, told, rest)
		}
		tx.Close()
		flip(t, fs, info.Path, at)
	}
}

// TestDamagedHeaderDoesNotCutLaterCommits: recovery counts the commits of a tick whose header is damaged.
func TestDamagedHeaderDoesNotCutLaterCommits(t *testing.T) {
	fs := vfs.NewMem()
	s := open(t, fs, Options{})
	for i := range 3 {
		commitDocs(t, s, base, fmt.Sprintf(`{"a":%d}`, i))
		commitDocs(t, s, base+5*minute, fmt.Sprintf(`{"b":%d}`, i))
	}
	fs = fs.Kill()
	flip(t, fs, "data/streams/1/2020-09-13T12-30-1.tick", 30)
	s = open(t, fs, Options{})
	commitDocs(t, s, base, `{"a":3}`)
	tx := s.Read()
	var told int
	if got := scan(t, tx, Spec{SkipDamaged: func(*DamageError) { told++ }}); len(got) != 4 || told != 1 {
		t.Errorf("read %v, told %d times", got, told)
	}
	if _, err := scanErr(tx, Spec{}); err == nil {
		t.Error("damage was not named")
	}
	tx.Close()
	must(t, s.Close())
	flip(t, fs, "data/streams/1/2020-09-13T12-30-1.tick", 30)
	s = open(t, fs, Options{})
	tx = s.Read()
	if got := scan(t, tx, Spec{}); len(got) != 7 {
		t.Errorf("after repair: %v", got)
	}
	tx.Close()
	must(t, s.Close())
	checkClean(t, fs)
}

func TestReadersAndCommittersTogether(t *testing.T) {
	fs := &countSyncs{FS: vfs.OS}
	dir := t.TempDir()
	s, err := Open(dir, Options{FS: fs, Create: true, Parallel: parallel})
	must(t, err)
	commitDocs(t, s, base, `{}`)
	before := fs.n.Load()
	const committers, each = 8, 40
	var committing, reading sync.WaitGroup
	var acked atomic.Int64
	acked.Store(1)
	done := make(chan struct{})
	for c := range committers {
		committing.Go(func() {
			for i := range each {
				st := s.NewStage()
				if err := st.Append(1, base+int64(i), doc(c*each+i, "z")); err != nil {
					t.Error(err)
				}
				if err := s.Commit(context.Background(), st, Sync); err != nil {
					t.Error(err)
				}
				acked.Add(1)
			}
		})
	}
	for range 3 {
		reading.Go(func() {
			last := 0
			for {
				select {
				case <-done:
					return
				default:
				}
				least := int(acked.Load())
				tx := s.Read()
				a, err := scanErr(tx, Spec{})
				b, err2 := scanErr(tx, Spec{Order: nql.Descending})
				tx.Close()
				if err != nil || err2 != nil {
					t.Error(err, err2)
				}
				if len(a) != len(b) || len(a) < least || len(a) < last {
					t.Errorf("%d and %d events, %d acknowledged, %d before", len(a), len(b), least, last)
				}
				last = len(a)
			}
		})
	}
	committing.Wait()
	close(done)
	reading.Wait()
	if n := fs.n.Load() - before; n >= committers*each {
		t.Errorf("%d flushes for %d commits: nothing was shared", n, committers*each)
	}
	must(t, s.Close())
}

func parallel(n int, f func(int)) {
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { f(i) })
	}
	wg.Wait()
}

// countSyncs counts flushes of files.
type countSyncs struct {
	vfs.FS
	n atomic.Int64
}

func (c *countSyncs) wrap(f vfs.File, err error) (vfs.File, error) {
	if err != nil {
		return nil, err
	}
	return &countedFile{f, c}, nil
}
func (c *countSyncs) Create(name string) (vfs.File, error)    { return c.wrap(c.FS.Create(name)) }
func (c *countSyncs) OpenWrite(name string) (vfs.File, error) { return c.wrap(c.FS.OpenWrite(name)) }

type countedFile struct {
	vfs.File
	c *countSyncs
}

func (f *countedFile) Sync() error {
	f.c.n.Add(1)
	return f.File.Sync()
}

// TestReadOnlySeesAPrefix opens read-only and checks beside a writer that commits in every way and rewrites its MANIFEST: each reader sees the
// first so many transactions, no others, and at least those that were acknowledged.
func TestReadOnlySeesAPrefix(t *testing.T) {
	dir := t.TempDir()
	s, err := Open(dir, Options{Create: true})
	must(t, err)
	var wg sync.WaitGroup
	done := make(chan struct{})
	var acked atomic.Int64
	wg.Go(func() {
		defer close(done)
		for i := range 600 {
			st := s.NewStage()
			ticks := 1 + i%7/5
			for j := range ticks {
				if err := st.Append(1, base+int64(i%3*(1+i/50)+j)*5*minute, fmt.Appendf(nil, `{"n":%d,"of":%d}`, i, ticks)); err != nil {
					t.Error(err)
				}
			}
			if err := s.Commit(context.Background(), st, Durability(i%2)); err != nil {
				t.Error(err)
			}
			acked.Store(int64(i + 1))
			if i%25 == 0 {
				if err := s.Put(Object{ObjectKey{"k", "k"}, bytes.Repeat([]byte{byte(i)}, 100_000)}); err != nil { // makes checkpoints
					t.Error(err)
				}
			}
		}
	})
	for range 2 {
		wg.Go(func() {
			for running := true; running; {
				select {
				case <-done:
					running = false
				default:
				}
				least := acked.Load()
				ro, err := Open(dir, Options{ReadOnly: true})
				if err != nil {
					t.Error(err)
					return
				}
				tx := ro.Read()
				docs, err := scanErr(tx, Spec{})
				tx.Close()
				rows := map[int]int{}
				for _, d := range docs {
					var n, of int
					if _, err := fmt.Sscanf(d, `{"n":%d,"of":%d}`, &n, &of); err != nil {
						t.Error(err)
					}
					if rows[n] == 0 {
						rows[n] = of
					}
					rows[n]--
				}
				for n := range len(rows) {
					if left, there := rows[n]; !there || left != 0 {
						t.Errorf("%d transactions are seen, but of number %d %d rows are missing (%v)", len(rows), n, left, there)
					}
				}
				if err != nil || int64(len(rows)) < least {
					t.Errorf("%d transactions of %d, %v", len(rows), least, err)
				}
				if len(ro.chain.current.Load().schema.Objects) > 1 {
					t.Error("objects")
				}
				if _, err = Check(dir, Options{}, func(f Finding) { t.Errorf("check: %v: %v", f.File, f.Err) }); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	must(t, s.Close())
}

// TestReadOnlyBesideAWriter opens read-only again and again while transactions over several ticks are committed.
func TestReadOnlyBesideAWriter(t *testing.T) {
	dir := t.TempDir()
	s, err := Open(dir, Options{Create: true})
	must(t, err)
	var wg sync.WaitGroup
	done := make(chan struct{})
	var acked atomic.Int64
	wg.Go(func() {
		defer close(done)
		for i := range 150 {
			st := s.NewStage()
			for j := range 3 {
				if err := st.Append(1, base+int64((i+j)%40)*5*minute, doc(i, "q")); err != nil {
					t.Error(err)
				}
			}
			if err := s.Commit(context.Background(), st, Sync); err != nil {
				t.Error(err)
			}
			acked.Add(3)
			if i%10 == 0 {
				must(t, s.Put(Object{ObjectKey{"k", "k"}, bytes.Repeat([]byte{byte(i)}, 40_000)})) // makes checkpoints
			}
		}
	})
	for running := true; running; {
		select {
		case <-done:
			running = false
		default:
		}
		least := acked.Load()
		ro, err := Open(dir, Options{ReadOnly: true})
		must(t, err)
		tx := ro.Read()
		if n := len(scan(t, tx, Spec{})); n%3 != 0 || int64(n) < least {
			t.Errorf("%d events, %d acknowledged before", n, least)
		}
		tx.Close()
		must(t, ro.Close())
		_, err = Check(dir, Options{}, func(f Finding) { t.Errorf("check: %v: %v", f.File, f.Err) })
		must(t, err)
	}
	wg.Wait()
	must(t, s.Close())
}

// endingContext is a context that ends once it was asked so many times, as one that ends in the middle of a scan.
type endingContext struct {
	context.Context
	left atomic.Int64
}

func (c *endingContext) Err() error {
	if c.left.Add(-1) < 0 {
		return context.Canceled
	}
	return nil
}

// TestScanEndsSoonAfterItsContext ends the context at each of several places in a scan: that it is asked often, whether or not an event
// matches, bounds what is read after its end.
func TestScanEndsSoonAfterItsContext(t *testing.T) {
	const events = 20_000
	for _, ram := range []int64{-1, 1 << 30} {
		fs := vfs.NewMem()
		s := open(t, fs, Options{RAMBytes: ram})
		for i := 0; i < events; i += 2000 { // several runs or batches
			st := s.NewStage()
			for j := range 2000 {
				must(t, st.Append(1, base+int64((i+j)*7919%events), doc(i+j, "x")))
			}
			must(t, s.Commit(context.Background(), st, Async))
		}
		staged := s.NewStage()
		for j := range 2000 {
			must(t, staged.Append(1, base+int64(j), doc(j, "staged")))
		}
		never, err := nql.ParseExpr(`n = -1`)
		must(t, err)
		for _, where := range []nql.Expr{nil, never} {
			for _, order := range []nql.Order{nql.Unordered, nql.Ascending, nql.Descending} {
				var stats ScanStats
				full := asked(t, s, Spec{Where: where, Order: order, Stage: staged, Stats: &stats}, nil)
				// Asked at least once in every so many events, or for each frame that is searched as a whole: what goes on after the end is bounded.
				least := int64(events / (4 * askEvery))
				if where != nil && ram < 0 {
					least = stats.Frames.Load()
				}
				if full < max(least, 10) {
					t.Errorf("ram %d, where %v, order %d: only %d looks at the context in %d events", ram, where != nil, order, full, events)
				}
				for _, left := range []int64{0, 1, full / 3, full / 2, full - 1} {
					ctx := &endingContext{Context: context.Background()}
					ctx.left.Store(left)
					if more := asked(t, s, Spec{Where: where, Order: order, Stage: staged}, ctx); more > 1 {
						t.Errorf("ram %d, where %v, order %d: ended after %d of %d looks, and was asked %d times more", ram, where != nil, order, left, full, more)
					}
				}
			}
		}
		staged.Discard()
		must(t, s.Close())
	}
}

// asked runs a scan and tells how often its context was asked; with ctx, how often after it had ended.
func asked(t *testing.T, s *Store, spec Spec, ctx *endingContext) int64 {
	t.Helper()
	tx := s.Read()
	defer tx.Close()
	spec.Stream, spec.From, spec.To, spec.Columns = 1, MinTime, MaxTime, docColumns
	fr, err := tx.Scan(spec)
	must(t, err)
	ends := ctx != nil
	if !ends {
		ctx = &endingContext{Context: context.Background()}
		ctx.left.Store(1 << 40)
	}
	before := ctx.left.Load()
	var b column.Batch
	ended := false
	for _, f := range fr {
		for !ended {
			ok, err := f.Next(ctx, &b)
			if err != nil && !errors.Is(err, context.Canceled) {
				t.Fatal(err)
			}
			if ended = err != nil; ended || !ok {
				break
			}
		}
		f.Close()
	}
	if !ends {
		return before - ctx.left.Load()
	}
	if !ended {
		t.Error("the scan went on to its end")
	}
	return -ctx.left.Load()
}

// TestScanThatIsCancelledEndsAtOnce cancels a scan in another goroutine while it is under way, over what takes far longer.
func TestScanThatIsCancelledEndsAtOnce(t *testing.T) {
	s := open(t, vfs.NewMem(), Options{RAMBytes: -1})
	pad := strings.Repeat("0123456789", 100)
	for range 10 {
		st := s.NewStage()
		for j := range 5000 {
			must(t, st.Append(1, base+int64(j), doc(j, pad)))
		}
		must(t, s.Commit(context.Background(), st, Async))
	}
	where, err := nql.ParseExpr(`pad like '%9x%'`) // nothing, and slow
	must(t, err)
	for _, order := range []nql.Order{nql.Unordered, nql.Ascending} {
		tx := s.Read()
		fr, err := tx.Scan(Spec{Stream: 1, From: MinTime, To: MaxTime, Order: order, Where: where, Columns: docColumns})
		must(t, err)
		ctx, cancel := context.WithCancel(context.Background())
		var ended time.Time
		timer := time.AfterFunc(5*time.Millisecond, func() { ended = time.Now(); cancel() })
		var b column.Batch
		_, err = fr[0].Next(ctx, &b)
		if timer.Stop() {
			t.Log("the scan was done before")
		} else if <-ctx.Done(); err == nil {
			t.Log("the scan was done before")
		} else if late := time.Since(ended); !errors.Is(err, context.Canceled) || late > 200*time.Millisecond {
			t.Errorf("order %d: %v, %v after the end", order, err, late)
		}
		cancel()
		fr[0].Close()
		tx.Close()
	}
	must(t, s.Close())
}
