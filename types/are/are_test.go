package are

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"
)

// TestMatchesAreAsLongAsTheExpressionPrefers has the manual's examples and what tells this engine from others.
func TestMatchesAreAsLongAsTheExpressionPrefers(t *testing.T) {
	for _, c := range []struct{ pattern, text, want string }{
		{`Y*([0-9]{1,3})`, "XY1234Z", "[1 5 2 5]"},
		{`Y*?([0-9]{1,3})`, "XY1234Z", "[1 3 2 3]"},
		{`(.*)(\d+)(.*)`, "abc01234xyz", "[0 11 0 7 7 8 8 11]"},
		{`(?:(.*?)(\d+)(.*)){1,1}`, "abc01234xyz", "[0 11 0 3 3 8 8 11]"},
		{`(a|ab)(c|bcd)(d*)`, "abcd", "[0 4 0 2 2 3 3 4]"},
		{`(\w)\1`, "abccd", "[2 4 2 3]"},
		{`(?<=a)(b)(?!c)`, "abcab", "[4 5 4 5]"},
		{`x`, "abc", "[]"},
	} {
		re, err := Compile(c.pattern, Flags{})
		if err != nil {
			t.Fatal(err)
		}
		steps := Limit{Steps: 1 << 20}
		m, err := re.Find([]byte(c.text), 0, &steps)
		if got := fmt.Sprint(m); err != nil || got != c.want {
			t.Errorf("%q in %q: %s %v, want %s", c.pattern, c.text, got, err, c.want)
		}
	}
}

// TestStepsAreBounded: what takes more steps than allowed ends with an error, and no expression becomes an automaton of any size.
func TestStepsAreBounded(t *testing.T) {
	re, err := Compile(`(a*)*b\1`, Flags{})
	if err != nil {
		t.Fatal(err)
	}
	steps := Limit{Steps: 10_000}
	if _, err := re.Find([]byte(strings.Repeat("a", 5000)), 0, &steps); err != ErrSteps {
		t.Errorf("%v, want ErrSteps", err)
	}
	var bad *Error
	if _, err := Compile(`((((a{255}){255}){255}){255})`, Flags{}); !errors.As(err, &bad) {
		t.Errorf("%v, want an error", err)
	}
}

// FuzzFind: whatever is searched for, it ends, and a match and its groups lie in the text, at characters' borders.
func FuzzFind(f *testing.F) {
	for _, p := range []string{`(a|ab)*?(c|bcd)(d*)`, `(?x)a b # c`, `***=a.b`, `[[:alpha:]-]+\m(?<!x)\1`, `(a)(b)?\2{2,3}`, `\u00e4[^\D]`, `(?w)^$|.`, `{2}(`, `[[.hyphen.]-z]`} {
		f.Add(p, "abcd ä\nab")
	}
	f.Fuzz(func(t *testing.T, p, s string) {
		if len(s) > 200 || !utf8.ValidString(s) {
			return
		}
		re, err := Compile(p, Flags{})
		if err != nil {
			return
		}
		steps := Limit{Steps: 1_000_000}
		m, err := re.Find([]byte(s), 0, &steps)
		if err != nil {
			return
		}
		for i := 0; i < len(m); i += 2 {
			from, to := m[i], m[i+1]
			switch {
			case from == -1 && to == -1 && i > 0:
			case from < m[0] || to < from || to > m[1]:
				t.Fatalf("%q in %q: %v", p, s, m)
			case !utf8.ValidString(s[from:to]):
				t.Fatalf("%q in %q: %v cuts a character", p, s, m)
			}
		}
	})
}
