package engine

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/flare-pg/flare-pg/engine/vfs"
	"github.com/flare-pg/flare-pg/nql"
)

// act is one transaction, tried with each of its operations failing.
type act struct {
	name    string
	o       Options
	prepare func(t testing.TB, s *Store) // durably, in an earlier life of the store
	warm    func(t testing.TB, s *Store) // in the same one
	loose   func(s *Store) error         // after that: a commit that a power cut may take, or nil
	do      func(s *Store) error
	async   bool
	closes  bool
	reads   bool // its reads fail too
}

// state is what a store shows, exactly: schema, documents, and how they lie in files.
func state(t testing.TB, s *Store) string {
	t.Helper()
	var b strings.Builder
	tx := s.Read()
	defer tx.Close()
	for _, str := range tx.Schema().Streams {
		fmt.Fprintf(&b, "%s:\n", str.Name)
		for _, d := range scan(t, tx, Spec{Stream: str.ID, Order: nql.Ascending}) {
			fmt.Fprintf(&b, "  %s\n", d)
		}
	}
	for _, g := range tx.Schema().Signals {
		fmt.Fprintf(&b, "%s on %d\n", g.Name, g.Stream)
	}
	var objects []string
	for k, v := range tx.Schema().Objects {
		objects = append(objects, fmt.Sprintf("%v: %d bytes\n", k, len(v)))
	}
	slices.Sort(objects)
	b.WriteString(strings.Join(objects, ""))
	for _, f := range tx.Files() {
		fmt.Fprintf(&b, "%s of %d at %d: %d events, indexes %v, filter %v\n", f.Kind, f.Stream, (f.From-base)/minute, f.Events, f.Indexes, f.FilterBytes > 0)
	}
	return b.String()
}

// unlike tells what a state has too much and too little, beside each of those that it might be.
func unlike(is string, might ...string) string {
	var b strings.Builder
	have := strings.Split(is, "\n")
	for i, m := range might {
		want := strings.Split(m, "\n")
		fmt.Fprintf(&b, "\nbeside %d:", i)
		for _, l := range have {
			if !slices.Contains(want, l) {
				fmt.Fprintf(&b, "\n+ %.80s", l)
			}
		}
		for _, l := range want {
			if !slices.Contains(have, l) {
				fmt.Fprintf(&b, "\n- %.80s", l)
			}
		}
	}
	return b.String()
}

// TestEachFailingOperationLeavesBeforeOrAfter makes operation 1, 2, 3 … of each kind of transaction fail, until it gets through.
func TestEachFailingOperationLeavesBeforeOrAfter(t *testing.T) {
	sample := newSample(t)
	for _, a := range acts() {
		t.Run(a.name, func(t *testing.T) {
			x := sample.clone(t)
			a.o.FS = x.fs
			if a.prepare != nil {
				o := sampleOptions
				o.FS = x.fs
				s, err := Open("data", o)
				must(t, err)
				a.prepare(t, s)
				must(t, s.Close())
			}
			for _, f := range []fault{{vfs.ErrNoSpace, false}, {vfs.ErrIO, false}, {vfs.ErrIO, true}} {
				seen := map[error]int{}
				ops := map[vfs.Op]int{}
				n := 1
				for ; a.fail(t, x.clone(t).fs, f, n, seen, ops); n++ {
					if t.Failed() {
						t.Fatalf("%v at operation %d", f, n)
					}
				}
				a.expect(t, f, n, seen, ops)
			}
		})
	}
}

// fault is how operations fail: one of them, or it and all that follow.
type fault struct {
	cause   error
	forEver bool
}

// expect asserts which failures were seen.
func (a *act) expect(t *testing.T, f fault, n int, seen map[error]int, ops map[vfs.Op]int) {
	t.Helper()
	t.Logf("%v: %d operations %v", f, n-1, ops)
	if !a.async && !a.closes && seen[ErrPoisoned] == 0 {
		t.Error("never saw ErrPoisoned")
	}
	if !a.async && a.name != "checkpoint" && a.name != "commit in one tick" && seen[ErrUnknownOutcome] == 0 {
		t.Error("never saw ErrUnknownOutcome")
	}
	if f.cause == vfs.ErrNoSpace && !a.closes && seen[ErrNoSpace] == 0 {
		t.Error("never saw ErrNoSpace")
	}
	if ops[vfs.OpWrite] == 0 || !a.async && ops[vfs.OpSync] == 0 || a.reads && f.cause == vfs.ErrIO && ops[vfs.OpOpen] == 0 && a.name != "delete all" && a.name != "retention, whole files" {
		t.Errorf("operations that failed: %v", ops)
	}
}

// fail runs the transaction with operation n failing; false: it has no n.
func (a *act) fail(t *testing.T, mem *vfs.Mem, f fault, n int, seen map[error]int, ops map[vfs.Op]int) bool {
	t.Helper()
	armed, count := false, 0
	var failed vfs.Op
	var failedName string
	o := a.o
	o.FS = vfs.Inject{FS: mem, Hook: func(op vfs.Op, name string) error {
		if !armed || (op == vfs.OpRead || op == vfs.OpOpen) && (!a.reads || f.cause != vfs.ErrIO) {
			return nil
		}
		if count++; count < n || count > n && !f.forEver {
			return nil
		}
		if count == n {
			failed, failedName = op, name
			ops[op]++
		}
		return f.cause
	}}
	s, err := Open("data", o)
	must(t, err)
	if a.warm != nil {
		a.warm(t, s)
	}
	durable := state(t, s)
	if a.loose != nil {
		must(t, a.loose(s))
	}
	before := state(t, s)
	s.letGo() // so that files have to be opened
	armed = true
	err = a.do(s)
	armed = false
	if failed == "" {
		if err != nil {
			t.Fatalf("without a fault: %v", err)
		}
		_ = s.Close()
		return false
	}
	at := fmt.Sprintf("%s of %s failed, %v", failed, failedName, err)
	after := a.after(t, mem, before)
	unknown := errors.Is(err, ErrUnknownOutcome)
	now := state(t, s)
	switch {
	case err == nil && now != after:
		t.Errorf("%s: acknowledged, and the store shows%s", at, unlike(now, after))
	case err != nil && now != before:
		t.Errorf("%s: the store shows%s", at, unlike(now, before))
	}
	for _, e := range []error{ErrPoisoned, ErrUnknownOutcome, ErrNoSpace} {
		if errors.Is(err, e) || e == ErrPoisoned && s.Poisoned() != nil {
			seen[e]++
		}
	}
	synced := failed == vfs.OpSync || failed == vfs.OpSyncDir
	poisoned := s.Poisoned()
	switch {
	case a.closes:
	case synced && poisoned == nil:
		t.Errorf("%s: an fsync failed and the store goes on", at)
	case synced:
		if e := s.Put(Object{ObjectKey{"view", "x"}, []byte("y")}); !errors.Is(e, ErrPoisoned) || !strings.Contains(e.Error(), "reopened") {
			t.Errorf("%s: then a commit got %v", at, e)
		}
	case f.forEver: // what was written could not be taken back
	case poisoned != nil:
		t.Errorf("%s: no fsync failed and the store is poisoned", at)
	case err != nil && f.cause == vfs.ErrNoSpace && !errors.Is(err, ErrNoSpace):
		t.Errorf("%s: not ErrNoSpace", at)
	}
	// The power goes now, or the process ends: before or after, and after where it was acknowledged.
	crash := mem.Crash(rand.New(rand.NewPCG(uint64(n), 3)))
	either := []string{before, after}
	switch {
	case err == nil && !a.async:
		either = either[1:]
	case err != nil && !unknown:
		either = either[:1]
	}
	cut := either
	if err != nil {
		cut = append(slices.Clone(either), durable)
	}
	a.reopened(t, crash, at+", then a power cut", cut)
	if poisoned == nil && !a.closes && err != nil && !f.forEver && !(failed == vfs.OpRead || failed == vfs.OpOpen) {
		// It goes on, and the same succeeds now.
		if e := a.do(s); e != nil || state(t, s) != after {
			t.Errorf("%s: tried again: %v, and the store shows%s", at, e, unlike(state(t, s), after))
		}
		either = []string{after}
	}
	if n%2 == 0 && poisoned == nil {
		must(t, s.Close())
	}
	a.reopened(t, mem.Kill(), at+", then the end of the process", either)
	return true
}

// after is the state when nothing fails.
func (a *act) after(t *testing.T, mem *vfs.Mem, before string) string {
	if a.closes {
		return before
	}
	if v, ok := afters[a.name]; ok {
		return v
	}
	o := a.o
	o.FS = cloneFS(t, a.o.FS)
	s, err := Open("data", o)
	must(t, err)
	if a.warm != nil {
		a.warm(t, s)
	}
	if a.loose != nil {
		must(t, a.loose(s))
	}
	must(t, a.do(s))
	after := state(t, s)
	must(t, s.Close())
	if after == before {
		t.Errorf("it changes nothing:\n%s", after)
	}
	afters[a.name] = after
	return after
}

var afters = map[string]string{}

// reopened opens what a failure has left, twice: one of the states is there, nothing is left behind, and check is clean.
func (a *act) reopened(t *testing.T, mem *vfs.Mem, at string, either []string) {
	t.Helper()
	o := a.o
	o.FS = mem
	for range 2 {
		s, err := Open("data", o)
		if err != nil {
			t.Errorf("%s: %v", at, err)
			return
		}
		now := state(t, s)
		if !slices.Contains(either, now) {
			t.Errorf("%s: reopened, the store shows%s", at, unlike(now, either...))
		}
		either = []string{now}
		must(t, s.Close())
		removeAside(t, mem)
		checkClean(t, mem)
		if names, _ := mem.List("data/tmp"); len(names) > 0 {
			t.Errorf("%s: left in tmp: %v", at, names)
		}
	}
}
