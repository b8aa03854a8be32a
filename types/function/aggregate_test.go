package function

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/integration/pgoracle"
	"github.com/flare-pg/flare-pg/types"
	"github.com/jackc/pgx/v5/pgconn"
	"pgregory.net/rapid"
)

const aggregateCorpus = "testdata/aggregates.txt"

// aggregated is a line of the corpus: aggregate, type, values separated by ; (NULL is null), PostgreSQL's answer.
type aggregated struct {
	name, typ string
	values    []string
	answer    string
}

func readAggregates(t *testing.T) (cases []aggregated) {
	t.Helper()
	b, err := os.ReadFile(aggregateCorpus)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(b)) {
		f := strings.Split(strings.TrimSuffix(line, "\n")+"\t", "\t")
		a := aggregated{name: f[0], typ: f[1], answer: f[3]}
		if f[2] != "" {
			a.values = strings.Split(f[2], ";")
		}
		cases = append(cases, a)
	}
	return cases
}

func (a *aggregated) vector(t testing.TB, env *types.Env, oid types.OID) *column.Vector {
	v := column.New(types.KindOf(oid))
	for _, s := range a.values {
		if s == "NULL" {
			v.AppendNull()
		} else if err := types.ParseText(v, env, oid, -1, []byte(s)); err != nil {
			t.Fatal(err)
		}
	}
	return v
}

// run aggregates rows [from, to) of args into one group.
func accumulate(agg *Aggregate, c *Call, n int, sel column.Selection, groups []int32, count int, args []*column.Vector) (Accumulator, error) {
	acc := agg.New(c)
	acc.Resize(count)
	return acc, acc.Add(c, n, sel, groups, args)
}

func finishText(env *types.Env, agg *Aggregate, c *Call, acc Accumulator, err error) string {
	out := column.New(types.KindOf(agg.Result))
	if err == nil {
		err = acc.Result(c, 1, out)
	}
	var pe *types.Error
	switch {
	case errors.As(err, &pe):
		return "!" + pe.Code + " " + pe.Message
	case err != nil:
		return err.Error()
	case out.Null(0):
		return sqlName(agg.Result) + " NULL"
	}
	return sqlName(agg.Result) + " " + types.TextOf(env, agg.Result, out, 0)
}

func TestAggregatesAnswerAsPostgreSQL(t *testing.T) {
	env := newTestEnv()
	for _, a := range readAggregates(t) {
		ty, ok := types.ByName(a.typ)
		if !ok {
			t.Fatalf("no type %s", a.typ)
		}
		v := a.vector(t, env, ty.OID)
		args, argTypes := []*column.Vector{v}, []types.OID{ty.OID}
		if a.name == "string_agg" {
			comma := column.New(column.Text)
			comma.AppendString(", ")
			args, argTypes = append(args, comma.Repeat(v.Len)), append(argTypes, types.Unknown)
		}
		agg, err := ResolveAggregate("", a.name, argTypes)
		if err != nil {
			var pe *types.Error
			if !errors.As(err, &pe) || "!"+pe.Code+" "+pe.Message != a.answer {
				t.Errorf("%s(%s): %v, want %s", a.name, a.typ, err, a.answer)
			}
			continue
		}
		c := &Call{Env: env, Args: agg.Args, Result: agg.Result, Typmod: -1}
		acc, err := accumulate(agg, c, v.Len, nil, make([]int32, v.Len), 1, args)
		if got := finishText(env, agg, c, acc, err); got != a.answer && !sameFloat(got, a.answer) {
			t.Errorf("%s(%s) of %v\n     got  %s\n     want %s", a.name, a.typ, a.values, got, a.answer)
		}
	}
}

func TestRecordedAggregatesArePostgreSQLs(t *testing.T) {
	conn := pgoracle.Start(t).Connect(t).PgConn()
	ctx := context.Background()
	if _, err := conn.Exec(ctx, "set timezone = 'America/New_York'").ReadAll(); err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	for _, a := range readAggregates(t) {
		var rows []string
		for _, s := range a.values {
			if s == "NULL" {
				rows = append(rows, "(null::"+a.typ+")")
			} else {
				rows = append(rows, "("+QuoteLiteral(s)+"::"+a.typ+")")
			}
		}
		from := "(values " + strings.Join(rows, ",") + ") as v(x)"
		if len(rows) == 0 {
			from = "(select null::" + a.typ + " as x where false) as v"
		}
		arg := "x"
		if a.name == "string_agg" {
			arg = "x, ', '"
		}
		rs, err := conn.Exec(ctx, fmt.Sprintf("select %s(%s) from %s", a.name, arg, from)).ReadAll()
		var pe *pgconn.PgError
		answer := ""
		switch {
		case errors.As(err, &pe):
			answer = "!" + pe.Code + " " + pe.Message
		case err != nil:
			t.Fatal(err)
		case rs[0].Rows[0][0] == nil:
			answer = sqlName(rs[0].FieldDescriptions[0].DataTypeOID) + " NULL"
		default:
			answer = sqlName(rs[0].FieldDescriptions[0].DataTypeOID) + " " + string(rs[0].Rows[0][0])
		}
		fmt.Fprintf(&file, "%s\t%s\t%s\t%s\n", a.name, a.typ, strings.Join(a.values, ";"), answer)
		if !*update && answer != a.answer {
			t.Errorf("%s(%s) of %v\nrecorded %s\nserver   %s", a.name, a.typ, a.values, a.answer, answer)
		}
	}
	if *update {
		if err := os.WriteFile(aggregateCorpus, file.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// TestMergedAccumulatorsEqualOne: rows split over two accumulators, merged with groups renumbered, give what one gives, in
// every form of the arguments; floats to 1e-12.
func TestMergedAccumulatorsEqualOne(t *testing.T) {
	env := newTestEnv()
	pools := sampleVectors(t, env)
	for ty, finite := range map[types.OID][]string{
		types.Float4: {"0", "1.5", "-2.25", "1000"}, types.Float8: {"0", "1.5", "-2.5", "1e6", "0.1"},
		types.Interval: {"1 day", "-1 mon 2 days 03:04:05.6", "1 hour"},
	} { // sums that overflow in one order need not in another
		pools[ty] = column.New(types.KindOf(ty))
		for _, s := range finite {
			if err := types.ParseText(pools[ty], env, ty, -1, []byte(s)); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, agg := range AllAggregates() {
		if _, ok := regressionResults[agg.Name]; ok {
			continue // what cancels out to nothing in one order does so nearly in another: see TestMergedRegressionsAreNear
		}
		args := append([]types.OID(nil), agg.Args...)
		for i, a := range args {
			if polymorphic(a) {
				if args[i] = types.Text; a == types.AnyArray {
					args[i] = types.TextArray
				}
			}
			if pools[args[i]] == nil {
				args = nil
				break
			}
		}
		if len(args) != len(agg.Args) {
			continue
		}
		t.Run(agg.Name+"("+strings.ReplaceAll(sqlNames(args), " ", "_")+")", func(t *testing.T) {
			rapid.Check(t, func(rt *rapid.T) { checkMerge(rt, env, pools, agg, args) })
		})
	}
}

func checkMerge(t *rapid.T, env *types.Env, pools map[types.OID]*column.Vector, agg *Aggregate, argTypes []types.OID) {
	const groupCount = 4
	c := &Call{Env: env, Args: argTypes, Result: agg.Result, Typmod: -1}
	n := rapid.IntRange(0, 60).Draw(t, "rows")
	args, plain := make([]*column.Vector, len(argTypes)), make([]*column.Vector, len(argTypes))
	for i, a := range argTypes {
		args[i], plain[i] = argument(t, pools[a], n)
	}
	groups, to := make([]int32, n), rapid.Permutation([]int32{0, 1, 2, 3}).Draw(t, "to")
	for i := range groups {
		groups[i] = int32(rapid.IntRange(0, groupCount-1).Draw(t, "group"))
	}
	cut := rapid.IntRange(0, n).Draw(t, "cut")
	var low, high column.Selection
	low, high = column.Selection{}, column.Selection{}
	renumbered := make([]int32, n)
	for i := range n {
		if i < cut {
			low = append(low, int32(i))
		} else {
			high = append(high, int32(i))
		}
		for g, x := range to {
			if x == groups[i] {
				renumbered[i] = int32(g)
			}
		}
	}
	one, err := accumulate(agg, c, n, nil, groups, groupCount, plain)
	if err != nil {
		t.Skip("overflows")
	}
	a, err := accumulate(agg, c, n, low, groups, groupCount, args)
	if err != nil {
		t.Fatal(err)
	}
	b, err := accumulate(agg, c, n, high, renumbered, groupCount, args)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Merge(b, to); err != nil {
		t.Fatal(err)
	}
	got, want := column.New(types.KindOf(agg.Result)), column.New(types.KindOf(agg.Result))
	errGot, errWant := a.Result(c, groupCount, got), one.Result(c, groupCount, want)
	if (errGot == nil) != (errWant == nil) {
		t.Fatalf("merged: %v, one: %v", errGot, errWant)
	}
	if errGot != nil {
		return
	}
	for g := range groupCount {
		x, y := rowText(env, agg.Result, got, g), rowText(env, agg.Result, want, g)
		if x != y && !near(x, y) {
			t.Fatalf("group %d: merged %q, one %q", g, x, y)
		}
	}
	if a.Bytes() <= 0 {
		t.Fatal("holds nothing")
	}
}

func near(a, b string) bool {
	x, errX := strconv.ParseFloat(a, 64)
	y, errY := strconv.ParseFloat(b, 64)
	return errX == nil && errY == nil && math.Abs(x-y) <= 1e-12*max(1, math.Abs(y))
}

// TestWithoutGroupsThereIsOne: no groups and groups of zeros give the same, infinities and NaN included.
func TestWithoutGroupsThereIsOne(t *testing.T) {
	env := newTestEnv()
	pools := sampleVectors(t, env)
	for _, agg := range AllAggregates() {
		if len(agg.Args) != 1 || pools[agg.Args[0]] == nil {
			continue
		}
		t.Run(agg.Name+"("+sqlNames(agg.Args)+")", func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				c := &Call{Env: env, Args: agg.Args, Result: agg.Result, Typmod: -1}
				a, b := agg.New(c), agg.New(c)
				a.Resize(1)
				b.Resize(1)
				var errA, errB error
				for range rapid.IntRange(1, 3).Draw(t, "batches") {
					n := rapid.IntRange(0, 40).Draw(t, "rows")
					v, plain := argument(t, pools[agg.Args[0]], n)
					var sel column.Selection
					if rapid.Bool().Draw(t, "selected") {
						sel = column.Selection{}
						for i := range n {
							if rapid.Bool().Draw(t, "row") {
								sel = append(sel, int32(i))
							}
						}
					}
					errA = firstError(errA, a.Add(c, n, sel, nil, []*column.Vector{v}))
					errB = firstError(errB, b.Add(c, n, sel, make([]int32, n), []*column.Vector{plain}))
				}
				if got, want := finishText(env, agg, c, a, errA), finishText(env, agg, c, b, errB); got != want {
					t.Fatalf("%s without groups, %s in one", got, want)
				}
			})
		})
	}
}

// firstError is the first error.
func firstError(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

func TestJSONOfPartsIsJSONOfTheWhole(t *testing.T) {
	ints, _ := types.ByName("_int4")
	for _, typ := range []types.OID{types.Int4, ints.OID} {
		v := column.New(types.KindOf(typ))
		for _, s := range []string{"1", "2", "3", "4", "5"} {
			if typ == ints.OID {
				s = "{" + s + "}"
			}
			if err := types.ParseText(v, newTestEnv(), typ, -1, []byte(s)); err != nil {
				t.Fatal(err)
			}
		}
		for _, name := range []string{"json_agg", "jsonb_agg"} {
			agg, err := ResolveAggregate("", name, []types.OID{typ})
			if err != nil {
				t.Fatal(err)
			}
			env := newTestEnv()
			c := &Call{Env: env, Args: agg.Args, Result: agg.Result, Typmod: -1}
			args, groups := []*column.Vector{v}, make([]int32, v.Len)
			whole, err := accumulate(agg, c, v.Len, nil, groups, 1, args)
			want := finishText(env, agg, c, whole, err)
			all := column.Selection{0, 1, 2, 3, 4}
			for cut := range v.Len {
				merged := agg.New(c)
				merged.Resize(1)
				for _, part := range []column.Selection{{}, all[:cut], all[cut:]} {
					acc, err := accumulate(agg, c, v.Len, part, groups, 1, args)
					if err == nil {
						err = merged.Merge(acc, []int32{0})
					}
					if err != nil {
						t.Fatal(err)
					}
				}
				if got := finishText(env, agg, c, merged, nil); got != want {
					t.Errorf("%s of parts cut at %d is %s, want %s", name, cut, got, want)
				}
			}
		}
	}
}
