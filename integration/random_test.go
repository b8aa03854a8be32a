package integration

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
)

var (
	randomSQL = flag.Int("randomsql", 2400, "how many random statements of all generators together to compare with PostgreSQL")
	// The gate always asks the same, so that it tells of changes alone; `make oracle` asks something else each day.
	randomSeed = flag.Uint64("randomseed", 20261127, "seed of the random statements; 0: the day's own")
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
	hidden    func(*rand.Rand) string // the same statement with its constants hidden, or nil
	anyError  bool                    // where both servers fail by the same SQLSTATE, and where ours does not support something, nothing is compared
	exact     bool                    // one thing at most can be wrong with a statement, so that errors are compared, too
	settings  func(*rand.Rand) string // statements before every sixteenth, or nil
	long      bool                    // for runs of more than a few thousand statements: what it looks for is rare
}

// generators of a run; the shares are 100 together, without those of long runs.
func generators() []generator {
	calls := everyCall()
	return []generator{
		{name: "selects", share: 14, sequence: 0, statement: func(r *rand.Rand) string { return (&selects{r}).statement() }},
		{name: "windows", share: 9, sequence: 2_000_000, statement: func(r *rand.Rand) string { return (&windowSelects{selects{r}}).statement() }},
		{name: "values", share: 22, sequence: 4_000_000, statement: func(r *rand.Rand) string { return (&values{Rand: r}).statement() },
			hidden: func(r *rand.Rand) string { return (&values{Rand: r, hidden: true}).statement() }},
		{name: "queries", share: 16, sequence: 5_000_000, statement: func(r *rand.Rand) string { return (&queries{selects{r}}).statement() }},
		{name: "calls", share: 14, sequence: 3_000_000, anyError: true, statement: func(r *rand.Rand) string { return calls[r.IntN(len(calls))](&callMaker{r}) }},
		{name: "literals", share: 5, sequence: 6_000_000, exact: true, statement: literalStatement, settings: literalSettings},
		{name: "regexes", share: 3, sequence: 8_000_000, exact: true, statement: regexStatement},
		{name: "patterns", share: 3, sequence: 9_000_000, exact: true, statement: patternStatement, settings: patternSettings},
		{name: "json", share: 4, sequence: 10_000_000, exact: true, statement: jsonStatement},
		{name: "constants", share: 5, sequence: 11_000_000, exact: true, statement: constantStatement, settings: literalSettings},
		{name: "mutated", share: 5, sequence: 7_000_000, long: true, exact: true, statement: mutatedStatement, settings: literalSettings},
		{name: "subqueries", share: 5, sequence: 1_000_000, statement: func(r *rand.Rand) string { return (&subQueries{selects: selects{r}}).statement() }},
	}
}

// TestRandomStatements compares statements made by chance with PostgreSQL: the same names, types, rows, order, tags and errors, every other statement by
// the simple protocol as text and by the extended one in binary.
func TestRandomStatements(t *testing.T) {
	seed := seedOfRun()
	w := startTwins(t, 150)
	all := 0
	for _, g := range generators() {
		if g.long && *randomSQL < 10_000 {
			continue
		}
		t.Run(g.name, func(t *testing.T) {
			n := *randomSQL * g.share / 100
			var k tally
			var settings string
			for i := range n {
				numbers := func() *rand.Rand { return rand.New(rand.NewPCG(seed, g.sequence+uint64(i))) }
				if g.settings != nil && i%16 == 0 {
					settings = g.settings(numbers()) + "; "
					w.both(t, settings)
				}
				s := &statement{where: fmt.Sprintf("-randomseed %d, %s %d", seed, g.name, i), sql: g.statement(numbers())}
				if g.exact {
					w.compareExactly(t, s, settings, i%2 == 1, &k)
					continue
				}
				var hidden string
				if g.hidden != nil {
					hidden = g.hidden(numbers())
				}
				w.compareRandom(t, s, hidden, g.anyError, i%2 == 1, &k)
			}
			w.reset(t)
			all += n
			t.Logf("%d statements, ours in %v, PostgreSQL's in %v, %d failed on both sides, %d without rows",
				n, k.ours.Round(time.Millisecond), k.theirs.Round(time.Millisecond), k.failed, k.empty)
			t.Logf("the slowest took %v: %s", k.slowest.Round(time.Millisecond), k.slow)
			if (k.failed+k.empty)*2 > n && !g.exact {
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
// condition leaves out is looked at, is not compared. PostgreSQL computes constants before it runs a statement, even those that no row needs: where one
// server fails by its data and the other does not, hidden, the statement with its constants hidden, decides instead, if there is one.
func (w *twins) compareRandom(t *testing.T, s *statement, hidden string, anyError, binary bool, k *tally) {
	t.Helper()
	ours, theirs := w.ask(t, s, binary, k)
	// 0A000 is that of extract of a unit that a type has not.
	dataError := func(a answer) bool {
		return a.err != nil && (strings.HasPrefix(a.err.Code, "22") || a.err.Code == "0A000" && a.err.Position == 0)
	}
	switch {
	case ours.err != nil && theirs.err != nil && anyError && (ours.err.Code == theirs.err.Code || ours.err.Code == "0A000"):
		k.failed++ // which of several things that are wrong is found first is not compared
		return
	case theirs.err != nil && ours.err == nil && len(ours.rows) == 0 && dataError(theirs):
		k.failed++
		return
	case hidden != "" && (ours.err == nil) != (theirs.err == nil) && (ours.err == nil || dataError(ours)) && (theirs.err == nil || dataError(theirs)):
		w.compareRandom(t, &statement{where: s.where + ", constants hidden", sql: hidden}, "", anyError, binary, k)
		return
	case dataError(ours) && dataError(theirs):
		k.failed++
		return
	case ours.err != nil && ours.err.Code == "0A000" && (theirs.err == nil || theirs.err.Code != "0A000"):
		t.Errorf("%s: %s\n  not supported: %s", s.where, s.sql, ours.err.Message)
		return
	}
	if len(theirs.rows) == 0 {
		k.empty++
	}
	if strings.Contains(s.sql, "coalesce") || strings.Contains(s.sql, "case ") {
		// Where an arm is a constant that decides, PostgreSQL shows the length of that arm.
		ours.dropTypmods()
		theirs.dropTypmods()
	}
	ours.dropNullFlags(binary)
	theirs.dropNullFlags(binary)
	if choosesNumerics(s.sql) {
		ours.dropScales(binary)
		theirs.dropScales(binary)
	}
	if diff := difference(ours, theirs, s, binary); diff != "" {
		t.Errorf("%s (binary: %v): %s\n%s", s.where, binary, s.sql, diff)
	}
}

// ask runs a statement on both servers.
func (w *twins) ask(t *testing.T, s *statement, binary bool, k *tally) (ours, theirs answer) {
	t.Helper()
	began := time.Now()
	ours = run(t, w.ours, s, binary)
	between := time.Now()
	theirs = run(t, w.theirs, s, binary)
	k.ours += between.Sub(began)
	k.theirs += time.Since(between)
	if took := between.Sub(began); took > k.slowest {
		k.slowest, k.slow = took, s.where+": "+s.sql
	}
	return ours, theirs
}

// both runs statements that must succeed on both servers.
func (w *twins) both(t *testing.T, sql string) {
	t.Helper()
	for _, c := range []*pgx.Conn{w.ours, w.theirs} {
		if _, err := c.Exec(context.Background(), sql, pgx.QueryExecModeSimpleProtocol); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
}

// compareExactly is compare for statements that have one answer or error; settings are those that it ran with.
func (w *twins) compareExactly(t *testing.T, s *statement, settings string, binary bool, k *tally) {
	t.Helper()
	ours, theirs := w.ask(t, s, binary, k)
	if theirs.err != nil {
		k.failed++
	}
	ours.dropNullFlags(binary) // slices keep the flag of all of the array
	theirs.dropNullFlags(binary)
	if diff := difference(ours, theirs, s, binary); diff != "" {
		t.Errorf("%s (binary: %v): %s%s\n%s", s.where, binary, settings, s.sql, diff)
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

// dropTypmods takes the lengths out of the columns' types.
func (a *answer) dropTypmods() {
	for i := range a.fields {
		a.fields[i].TypeModifier = -1
	}
}

// dropNullFlags takes out of binary arrays the flag that there may be nulls: PostgreSQL keeps it where there were some.
func (a *answer) dropNullFlags(binary bool) {
	for i, f := range a.fields {
		if !binary || f.DataTypeOID != pgtype.Int4ArrayOID && f.DataTypeOID != pgtype.TextArrayOID {
			continue
		}
		for _, row := range a.rows {
			if len(row[i]) >= 8 {
				row[i][7] = 0
			}
		}
	}
}
