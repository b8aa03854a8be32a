package function

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	"pgregory.net/rapid"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/integration/pgoracle"
	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/are"
)

// drawPattern draws a regular expression, mostly a valid one.
func drawPattern(t *rapid.T, depth int) string {
	kinds := 12
	if depth == 0 {
		kinds = 6
	}
	switch rapid.IntRange(0, kinds).Draw(t, "kind") {
	case 0, 1:
		return rapid.SampledFrom([]string{"a", "b", "ab", "ba", "c"}).Draw(t, "text")
	case 2:
		return rapid.SampledFrom([]string{".", "[ab]", "[^a]", `\w`, `\d`, "[a-c]"}).Draw(t, "set")
	case 3:
		return rapid.SampledFrom([]string{"^", "$", `\y`, `\m`, `\A`}).Draw(t, "constraint")
	case 4:
		return rapid.SampledFrom([]string{"", "a", "b"}).Draw(t, "short")
	case 5, 6:
		return rapid.SampledFrom([]string{`(a)\1`, `([ab]+)\1`, "(?=b)", "(?!a)", "(?<=a)", "(?<!b)"}).Draw(t, "odd")
	case 7, 8:
		return "(" + drawPattern(t, depth-1) + ")" + drawQuantifier(t)
	case 9:
		return "(?:" + drawPattern(t, depth-1) + ")" + drawQuantifier(t)
	case 10:
		return drawPattern(t, depth-1) + "|" + drawPattern(t, depth-1)
	}
	return drawPattern(t, depth-1) + rapid.SampledFrom([]string{"", "a*", "b?", "a+?", "[ab]{1,2}", "(a|ab)*"}).Draw(t, "between") + drawPattern(t, depth-1)
}

func drawQuantifier(t *rapid.T) string {
	return rapid.SampledFrom([]string{"", "", "*", "+", "?", "*?", "+?", "??", "{2}", "{1,2}", "{1,2}?", "{0,}", "{2,3}"}).Draw(t, "quantifier")
}

// TestDrawnExpressionsMatchAsPostgreSQL: all matches of drawn expressions, with their groups, are PostgreSQL's.
func TestDrawnExpressionsMatchAsPostgreSQL(t *testing.T) {
	c := pgoracle.Start(t).Connect(t).PgConn()
	ctx := context.Background()
	drawn := rapid.Custom(func(t *rapid.T) [2]string {
		return [2]string{drawPattern(t, 3), rapid.StringMatching(`[abc]{0,8}`).Draw(t, "text")}
	})
	for seed := range 1500 { // always the same ones
		p, s := drawn.Example(seed)[0], drawn.Example(seed)[1]
		r := c.ExecParams(ctx, "select regexp_matches($1, $2, 'g')::text", [][]byte{[]byte(s), []byte(p)}, []uint32{25, 25}, nil, nil).Read()
		var pe *pgconn.PgError
		want := ""
		switch {
		case errors.As(r.Err, &pe):
			want = pe.Code + " " + pe.Message
		case r.Err != nil:
			t.Fatal(r.Err)
		default:
			for _, row := range r.Rows {
				want += string(row[0]) + "\n"
			}
		}
		got := ""
		re, _, err := compileRegexp([]byte(p), nil)
		var all [][]int
		if err == nil {
			found := &matches{pattern: re, s: []byte(s)}
			for m, e := found.next(); m != nil || e != nil; m, e = found.next() {
				if err = e; e != nil {
					break
				}
				all = append(all, m)
			}
		}
		var fault *types.Error
		if errors.As(err, &fault) {
			got = fault.Code + " " + fault.Message
		}
		for _, m := range all {
			v := column.New(column.Text)
			if err := types.ParseText(v, nil, types.TextArray, -1, groupsText([]byte(s), m)); err != nil {
				t.Fatal(err)
			}
			got += types.TextOf(nil, types.TextArray, v, 0) + "\n"
		}
		if got != want {
			t.Errorf("%q in %q\n got  %s\n want %s", p, s, got, want)
		}
	}
}

// TestFastAndExactExpressionsAgree: where RE2 is asked, what it answers is what the exact engine says.
func TestFastAndExactExpressionsAgree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawPattern(t, 3)
		s := []byte(rapid.StringMatching(`[abc\n ]{0,10}`).Draw(t, "text"))
		re, err := newPattern([]byte(p), are.Flags{Fold: rapid.Bool().Draw(t, "fold"), NewlineStop: rapid.Bool().Draw(t, "stop"), NewlineAnchors: rapid.Bool().Draw(t, "lines")})
		if err != nil || re.fast == nil {
			return
		}
		steps := regexpSteps
		m, err := re.exact.Find(s, 0, &steps)
		if err != nil {
			t.Fatal(err)
		}
		if re.fast.Match(s) != (m != nil) {
			t.Fatalf("%q in %q: RE2 says %v, the exact engine %v", p, s, re.fast.Match(s), m)
		}
		if at := re.fast.FindIndex(s); re.first && m != nil && !slices.Equal(at, m[:2]) {
			t.Fatalf("%q in %q: RE2 says %v, the exact engine %v", p, s, at, m[:2])
		}
	})
}

// TestExpressionsThatTakeTooLongFail: an expression that would go through too many ways ends with an error.
func TestExpressionsThatTakeTooLongFail(t *testing.T) {
	re, err := newPattern([]byte(`^((a*)*)*\1$`), are.Flags{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = (&matches{pattern: re}).find([]byte(strings.Repeat("a", 3000)+"b"), 0)
	if err != nil && !strings.Contains(err.Error(), "steps") {
		t.Fatal(fmt.Sprint(err))
	}
}
