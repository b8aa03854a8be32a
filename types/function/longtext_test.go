package function

import (
	"context"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/are"
)

// asked is a context that has ended when it has been asked a number of times.
type asked struct {
	context.Context
	left atomic.Int64
}

func (a *asked) Err() error {
	if a.left.Add(-1) < 0 {
		return context.Canceled
	}
	return nil
}

// TestLongTextsEndWithTheirStatement: what takes long over one text looks whether its statement has ended.
func TestLongTextsEndWithTheirStatement(t *testing.T) {
	plain, list := strings.Repeat("aB c", 2<<20), "["+strings.Repeat("1, ", 100_000)+"1]"
	for _, call := range []struct {
		name string
		args []string
		text string
	}{
		{"upper", nil, plain}, {"lower", nil, plain}, {"initcap", nil, plain}, {"reverse", nil, plain}, {"md5", nil, plain},
		{"btrim", []string{"aB c"}, plain}, {"rtrim", []string{"aB c"}, plain}, {"replace", []string{"a", "xy"}, plain}, {"translate", []string{"aB", "cd"}, plain},
		{"regexp_replace", []string{"a", "b", "g"}, plain}, {"regexp_like", []string{"(a.*B)z"}, plain}, {"string_to_array", []string{" "}, plain},
		{"jsonb_pretty", nil, list}, {"jsonb_strip_nulls", nil, list},
	} {
		argTypes := []types.OID{types.Text}
		if strings.HasPrefix(call.name, "json") {
			argTypes[0] = types.JSONB
		}
		args := []*column.Vector{column.New(column.Text)}
		args[0].AppendString(call.text)
		for _, a := range call.args {
			v := column.New(column.Text)
			v.AppendString(a)
			args, argTypes = append(args, v), append(argTypes, types.Text)
		}
		f, err := ResolveFunction("", call.name, argTypes)
		if err != nil {
			t.Fatalf("%s: %v", call.name, err)
		}
		env := types.NewEnv(time.Unix(0, 0))
		ctx := &asked{Context: context.Background()}
		ctx.left.Store(3)
		env.Context = ctx
		out := column.New(types.KindOf(f.Result))
		if err := f.Kernel(&Call{Env: env, Args: argTypes, Result: f.Result, Typmod: -1}, 1, nil, args, out); err == nil {
			t.Errorf("%s did not look whether its statement has ended", call.name)
		}
	}
	env := types.NewEnv(time.Unix(0, 0))
	ctx := &asked{Context: context.Background()}
	ctx.left.Store(3)
	env.Context = ctx
	if err := types.ParseText(column.New(column.Text), env, types.JSONB, -1, []byte(list)); err == nil {
		t.Error("reading JSON did not look whether its statement has ended")
	}
}

// TestPiecesMakeTheWhole: texts that are longer than a piece come to what they come to as a whole.
func TestPiecesMakeTheWhole(t *testing.T) {
	text := []byte(strings.Repeat("straße Łódź naïve 東京 ", pieceBytes/24) + strings.Repeat("é", 100))
	c := &Call{Env: types.NewEnv(time.Unix(0, 0))}
	for name, f := range map[string]func() func(dst, s []byte) []byte{"lower": always(appendLower), "upper": always(appendUpper), "initcap": appendInitcap} {
		got, err := appendPieces(c, nil, text, f())
		if want := f()(nil, text); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s of pieces differs, %v", name, err)
		}
	}
}

// TestFieldsAreThoseOfASplit: split_part goes through a text as if it were split.
func TestFieldsAreThoseOfASplit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringMatching(`[ab,]{0,12}`).Draw(t, "text")
		sep := rapid.SampledFrom([]string{",", "a", ",,", "ab"}).Draw(t, "separator")
		n := rapid.OneOf(rapid.IntRange(1, 6), rapid.IntRange(-6, -1)).Draw(t, "number")
		parts := strings.Split(s, sep)
		want, at := "", n
		if at < 0 {
			at += len(parts) + 1
		}
		if at >= 1 && at <= len(parts) {
			want = parts[at-1]
		}
		if got, err := field(&Call{}, []byte(s), []byte(sep), int64(n)); err != nil || string(got) != want {
			t.Fatalf("%q, %v, want %q", got, err, want)
		}
	})
}

// TestAMatchAsItIsReadIsTheMatch: however a text is read, the first match is the same.
func TestAMatchAsItIsReadIsTheMatch(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		expression := rapid.SampledFrom([]string{"a", "ab", "(a.*b)x", "^b", "b$", `\mb`, "[^a]+", "b|ax", "é.", "x*", "(a|b)(a|b)", "a{2,}b", `\d`}).Draw(t, "expression")
		s := []byte(rapid.StringMatching(`[abx é1]{0,20}`).Draw(t, "text"))
		p, err := newPattern([]byte(expression), are.Flags{})
		if err != nil {
			t.Fatal(err)
		}
		if p.fast == nil {
			t.Skip("RE2 has no such expression")
		}
		m := &matches{pattern: p, env: types.NewEnv(time.Unix(0, 0))}
		got, err := m.indexAsRead(s)
		if want := p.fast.FindIndex(s); err != nil || !slices.Equal(got, want) {
			t.Fatalf("%v, %v, want %v", got, err, want)
		}
	})
}
