package integration

import (
	"bytes"
	"flag"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgtype"
)

var (
	randomSQL  = flag.Int("randomsql", 2400, "how many random statements of all generators together to compare with PostgreSQL")
	randomSeed = flag.Uint64("randomseed", 0, "seed of the random statements; 0: the day's own")
)

// seedOfRun is the seed that was asked for, else one that is another each day.
func seedOfRun() uint64 {
	if *randomSeed != 0 {
		return *randomSeed
	}
	return uint64(time.Now().Unix() / 86400)
}

// generator makes statements by chance.
type generator struct {
	name      string
	share     int    // in a hundred statements of a run
	sequence  uint64 // where its numbers begin: each statement has a seed of its own, so that one can be had alone
	statement func(*rand.Rand) string
	anyError  bool // where both servers fail by the same SQLSTATE, and where ours does not support something, nothing is compared
}

// generators of a run; the shares are 100 together.
func generators() []generator {
	calls := everyCall()
	return []generator{
		{name: "selects", share: 15, sequence: 0, statement: func(r *rand.Rand) string { return (&selects{r}).statement() }},
		{name: "subqueries", share: 10, sequence: 1_000_000, statement: func(r *rand.Rand) string { return (&subQueries{selects: selects{r}}).statement() }},
		{name: "windows", share: 10, sequence: 2_000_000, statement: func(r *rand.Rand) string { return (&windowSelects{selects{r}}).statement() }},
		{name: "values", share: 20, sequence: 4_000_000, statement: func(r *rand.Rand) string { return (&values{r}).statement() }},
		{name: "calls", share: 25, sequence: 3_000_000, anyError: true, statement: func(r *rand.Rand) string { return calls[r.IntN(len(calls))](&callMaker{r}) }},
	}
}

// TestRandomStatements compares statements made by chance with PostgreSQL: the same names, types, rows, order, tags and errors, every other statement by
// the simple protocol as text and by the extended one in binary.
func TestRandomStatements(t *testing.T) {
	seed := seedOfRun()
	w := startTwins(t, 150)
	all := 0
	for _, g := range generators() {
		t.Run(g.name, func(t *testing.T) {
			n := *randomSQL * g.share / 100
			var k tally
			for i := range n {
				s := &statement{
					where: fmt.Sprintf("-randomseed %d, %s %d", seed, g.name, i),
					sql:   g.statement(rand.New(rand.NewPCG(seed, g.sequence+uint64(i)))),
				}
				w.compareRandom(t, s, g.anyError, i%2 == 1, &k)
			}
			all += n
			t.Logf("%d statements, ours in %v, PostgreSQL's in %v, %d failed on both sides, %d without rows",
				n, k.ours.Round(time.Millisecond), k.theirs.Round(time.Millisecond), k.failed, k.empty)
			t.Logf("the slowest took %v: %s", k.slowest.Round(time.Millisecond), k.slow)
			if (k.failed+k.empty)*2 > n {
				t.Error("most statements show nothing")
			}
		})
	}
	t.Logf("seed %d: %d statements", seed, all)
}

// tally counts what came of a generator's statements, and how long each server took.
type tally struct {
	failed, empty int
	ours, theirs  time.Duration
	slowest       time.Duration
	slow          string // the statement that took ours that long
}

// compareRandom is compare for statements that may well fail: on which row an expression fails first, and whether a row that another
// condition leaves out is looked at, is not compared.
func (w *twins) compareRandom(t *testing.T, s *statement, anyError, binary bool, k *tally) {
	t.Helper()
	began := time.Now()
	ours := run(t, w.ours, s, binary)
	between := time.Now()
	theirs := run(t, w.theirs, s, binary)
	k.ours += between.Sub(began)
	k.theirs += time.Since(between)
	if took := between.Sub(began); took > k.slowest {
		k.slowest, k.slow = took, s.where+": "+s.sql
	}
	dataError := func(a answer) bool { return a.err != nil && strings.HasPrefix(a.err.Code, "22") }
	switch {
	case ours.err != nil && theirs.err != nil && anyError && (ours.err.Code == theirs.err.Code || ours.err.Code == "0A000"):
		k.failed++ // which of several things that are wrong is found first is not compared
		return
	case ours.err != nil && ours.err.Code == "0A000" && (theirs.err == nil || theirs.err.Code != "0A000"):
		t.Errorf("%s: %s\n  not supported: %s", s.where, s.sql, ours.err.Message)
		return
	case theirs.err != nil && ours.err == nil && len(ours.rows) == 0 && (dataError(theirs) || theirs.err.Code == "0A000"):
		k.failed++ // PostgreSQL computes constants before it knows that there is no row to compute them for
		return
	case dataError(ours) && dataError(theirs):
		k.failed++
		return
	}
	if len(theirs.rows) == 0 {
		k.empty++
	}
	if choosesNumerics(s.sql) {
		ours.dropScales(binary)
		theirs.dropScales(binary)
	}
	if diff := difference(ours, theirs, s, binary); diff != "" {
		t.Errorf("%s (binary: %v): %s\n%s", s.where, binary, s.sql, diff)
	}
}

// choosesNumerics reports whether a statement sorts or compares rows, so that one of several equal numerics (0 and 0.00) is shown, or
// shown first: which one is nobody's promise.
func choosesNumerics(sql string) bool {
	for _, word := range []string{" order by ", " distinct ", " group by ", "min(", "max(", "greatest("} {
		if strings.Contains(sql, word) {
			return true
		}
	}
	return false
}

// dropScales takes the number of fractional digits shown out of numerics, so that equal ones look the same.
func (a *answer) dropScales(binary bool) {
	for i, f := range a.fields {
		if f.DataTypeOID != pgtype.NumericOID {
			continue
		}
		for _, row := range a.rows {
			switch v := row[i]; {
			case binary && len(v) >= 8:
				v[6], v[7] = 0, 0 // dscale
			case !binary && bytes.IndexByte(v, '.') >= 0:
				row[i] = bytes.TrimSuffix(bytes.TrimRight(v, "0"), []byte("."))
			}
		}
	}
}
