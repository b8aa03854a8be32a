package function

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
	"pgregory.net/rapid"
)

// samples are texts of values of each type: ordinary ones, edges, and what functions trip over.
var samples = map[types.OID][]string{
	types.Bool:           {"t", "f"},
	types.Int2:           {"0", "1", "-1", "7", "32767", "-32768"},
	types.Int4:           {"0", "1", "-1", "3", "40", "2147483647", "-2147483648"},
	types.Int8:           {"0", "1", "-1", "12", "9223372036854775807", "-9223372036854775808"},
	types.Oid:            {"0", "23", "4294967295"},
	types.Float4:         {"0", "1.5", "-2.25", "3e38", "1e-40", "NaN", "Infinity"},
	types.Float8:         {"0", "-0", "1.5", "-2.5", "1e308", "1e-308", "NaN", "Infinity", "-Infinity"},
	types.Numeric:        {"0", "1.50", "-2.5", "12345678901234567890.123", "0.0001", "NaN"},
	types.Text:           {"", "a", "ab", "héllo", "%l_", "a\\", "(", "UTC", "day", "1", "{a,1}", "g", "hex"},
	types.Varchar:        {"", "a", "it's"},
	types.BPChar:         {"", "a  ", "b"},
	types.Name:           {"", "pg_class", "UTF8"},
	types.Char:           {"a", ""},
	types.Bytea:          {`\x`, `\x00ff`, `\x6162`},
	types.UUID:           {"00000000-0000-0000-0000-000000000000", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"},
	types.Date:           {"2024-02-29", "1999-12-31", "infinity", "-infinity", "5874897-12-31", "4713-01-01 BC"},
	types.Time:           {"00:00", "23:59:59.999999", "24:00"},
	types.Timestamp:      {"2024-02-29 12:34:56.789", "infinity", "-infinity", "294200-12-31 23:59:59", "4713-01-01 BC"},
	types.Timestamptz:    {"2024-03-10 06:59:59+00", "infinity", "1999-12-31 23:59:59-08", "294200-12-30 00:00+00"},
	types.Interval:       {"0", "1 day", "-1 mon 2 days 03:04:05.6", "178956970 years", "1 hour"},
	types.JSON:           {`{"a": 1}`, `[1, "a", null]`, `"a"`, `null`, ` 12 `, `{"a":{"b":[1,2]}}`},
	types.JSONB:          {`{"a": 1}`, `[1, "a", null]`, `"a"`, `null`, `12.50`, `true`, `{"a":{"b":[1,2]}}`},
	types.Int4Range:      {"empty", "[1,5)", "(,3]", "[2,)", "(,)", "[5,9)"},
	types.Int4Multirange: {"{}", "{[1,3),[5,8)}", "{(,2),[4,)}", "{[3,5)}"},
	types.Int4Array:      {"{}", "{1,2}", "{3,NULL,40}", "[0:1]={1,3}", "{{1,2},{3,4}}"},
	types.TextArray:      {"{}", "{a}", "{a,b,-1}", `{"x y",NULL}`},
	types.RegType:        {"integer"},
	types.RegClass:       {"23"},
	types.RegProc:        {"23"},
}

// sampleVectors holds every sample, one Plain vector a type.
func sampleVectors(t testing.TB, env *types.Env) map[types.OID]*column.Vector {
	all := map[types.OID]*column.Vector{}
	for ty, texts := range samples {
		v := column.New(types.KindOf(ty))
		for _, s := range texts {
			if err := types.ParseText(v, env, ty, -1, []byte(s)); err != nil {
				t.Fatalf("%s %q: %v", sqlName(ty), s, err)
			}
		}
		all[ty] = v
	}
	return all
}

// argument draws n rows of pool, some null, in a form of its choice, and the same rows as a Plain vector.
func argument(t *rapid.T, pool *column.Vector, n int) (v, plain *column.Vector) {
	plain = column.New(pool.Kind)
	switch form := column.Form(rapid.IntRange(0, 2).Draw(t, "form")); form {
	case column.Constant:
		one := column.New(pool.Kind)
		if rapid.IntRange(0, 9).Draw(t, "null") == 0 {
			one.AppendNull()
		} else {
			one.AppendFrom(pool, rapid.IntRange(0, pool.Len-1).Draw(t, "value"))
		}
		for range n {
			plain.AppendFrom(one, 0)
		}
		return one.Repeat(n), plain
	case column.Dictionary:
		v = &column.Vector{Kind: pool.Kind, Form: form, Len: n, Dict: pool, Codes: make([]int32, n)}
		for i := range n {
			if rapid.IntRange(0, 9).Draw(t, "null") == 0 {
				v.SetNull(i)
			} else {
				v.Codes[i] = int32(rapid.IntRange(0, pool.Len-1).Draw(t, "code"))
			}
			plain.AppendFrom(v, i)
		}
		return v, plain
	}
	for range n {
		if rapid.IntRange(0, 9).Draw(t, "null") == 0 {
			plain.AppendNull()
		} else {
			plain.AppendFrom(pool, rapid.IntRange(0, pool.Len-1).Draw(t, "value"))
		}
	}
	return plain, plain
}

// selection draws which of n rows count; nil is all.
func selection(t *rapid.T, n int) column.Selection {
	if rapid.Bool().Draw(t, "all") {
		return nil
	}
	sel := column.Selection{}
	for i := range n {
		if rapid.Bool().Draw(t, "selected") {
			sel = append(sel, int32(i))
		}
	}
	return sel
}

func rowText(env *types.Env, ty types.OID, v *column.Vector, i int) string {
	if v.Null(i) {
		return "NULL"
	}
	if v.Kind == column.JSON || v.Kind == column.Decimal || v.Kind == column.Text {
		return string(v.Str(i))
	}
	return types.TextOf(env, ty, v, i)
}

// TestKernelsAnswerAlikeInEveryForm: whatever the form of the arguments and the selection, every function
// answers for a batch what it answers for each row alone, fails only where a selected row fails, and a
// Total one never does.
func TestKernelsAnswerAlikeInEveryForm(t *testing.T) {
	env := newTestEnv()
	pools := sampleVectors(t, env)
	functions := All()
	for _, c := range Casts() {
		if c.Function != nil {
			functions = append(functions, c.Function)
		}
	}
	for ty := range samples {
		functions = append(functions, throughText(ty, types.Text), Extreme(true, ty), Extreme(false, ty))
	}
	for _, f := range functions {
		if f.Volatility == Volatile {
			continue
		}
		args := f.Args
		for i, a := range args {
			if polymorphic(a) {
				args = append([]types.OID(nil), args...)
				args[i] = ofIntegers(a)
			}
			if pools[args[i]] == nil {
				args = nil
				break
			}
		}
		if len(args) != len(f.Args) {
			continue
		}
		if polymorphic(f.Result) { // as the call says it
			p := *f
			p.Result = ofIntegers(p.Result)
			f = &p
		}
		t.Run(fmt.Sprintf("%s(%s)", f.Name, strings.ReplaceAll(sqlNames(args), " ", "_")), func(t *testing.T) {
			checkForms(t, env, pools, f, args)
		})
	}
}

// ofIntegers is what a polymorphic type stands for where the elements are integers.
func ofIntegers(t types.OID) types.OID {
	switch t {
	case types.AnyArray, types.AnyCompatibleArray:
		return types.Int4Array
	case types.AnyRange, types.AnyCompatibleRange:
		return types.Int4Range
	case types.AnyMultirange, types.AnyCompatibleMultirange:
		return types.Int4Multirange
	}
	return types.Int4
}

func checkForms(t *testing.T, env *types.Env, pools map[types.OID]*column.Vector, f *Function, argTypes []types.OID) {
	c := &Call{Env: env, Args: argTypes, Result: f.Result, Typmod: -1}
	var codes map[string]bool
	single := func(plain []*column.Vector, i int) (string, error) {
		one := make([]*column.Vector, len(plain))
		for j, p := range plain {
			one[j] = column.New(p.Kind)
			one[j].AppendFrom(p, i)
		}
		out := new(column.Vector)
		if err := f.Kernel(c, 1, nil, one, out); err != nil {
			return "", err
		}
		return rowText(env, f.Result, out, 0), nil
	}
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(0, 70).Draw(rt, "rows")
		args, plain := make([]*column.Vector, len(argTypes)), make([]*column.Vector, len(argTypes))
		for i, a := range argTypes {
			args[i], plain[i] = argument(rt, pools[a], n)
		}
		sel := selection(rt, n)
		out := column.New(column.Text)
		out.AppendString("left over")
		err := f.Kernel(c, n, sel, args, out)
		codes = map[string]bool{}
		check := func(i int) error {
			want, rowErr := single(plain, i)
			if rowErr != nil {
				var pe *types.Error
				if !errors.As(rowErr, &pe) {
					rt.Fatalf("row %d: not a types.Error: %v", i, rowErr)
				}
				codes[pe.Code] = true
			} else if err == nil {
				if got := rowText(env, f.Result, out, i); got != want {
					rt.Fatalf("row %d: %q in the batch, %q alone", i, got, want)
				}
			}
			return nil
		}
		_ = eachSelected(n, sel, check)
		var pe *types.Error
		switch {
		case err == nil && len(codes) > 0:
			rt.Fatalf("rows fail with %v, the batch does not", codes)
		case err == nil && out.Len != n:
			rt.Fatalf("%d rows of %d", out.Len, n)
		case err == nil && out.Kind != types.KindOf(f.Result):
			rt.Fatalf("a vector of kind %v, want %v", out.Kind, types.KindOf(f.Result))
		case err != nil && !errors.As(err, &pe):
			rt.Fatalf("not a types.Error: %v", err)
		case err != nil && !codes[pe.Code]:
			rt.Fatalf("the batch fails with %v, its rows with %v", err, codes)
		case err != nil && f.Total:
			rt.Fatalf("a total function fails: %v", err)
		}
	})
}
