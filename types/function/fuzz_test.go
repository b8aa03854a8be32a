package function

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"math"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// FuzzLike compares LIKE with the regular expression that says the same.
func FuzzLike(f *testing.F) {
	for _, s := range [][2]string{{"hello", "h%"}, {"abc", "%b_"}, {"日本語", "_本%"}, {`a\b`, `a\\b`}, {"", "%"}, {"aab", "a%ab"}, {"abcabc", "%a_c%c"}, {"x", `x\`}} {
		f.Add(s[0], s[1])
	}
	f.Fuzz(func(t *testing.T, s, p string) {
		if !utf8.ValidString(s) || !utf8.ValidString(p) || strings.ContainsRune(p, '\\') {
			_ = parseLike([]byte(p), true).match([]byte(s)) // must end, whatever it says
			return
		}
		want := regexp.MustCompile("(?s)^" + strings.NewReplacer("%", ".*", "_", ".").Replace(regexp.QuoteMeta(p)) + "$").MatchString(s)
		if got := parseLike([]byte(p), false).match([]byte(s)); got != want {
			t.Errorf("%q like %q: %v, want %v", s, p, got, want)
		}
	})
}

// FuzzJSONWalk compares keys, elements and lengths found in valid documents with encoding/json's, and walks over
// what is not JSON without harm.
func FuzzJSONWalk(f *testing.F) {
	for _, s := range []string{`{"a":1,"b":[1,"x",{"c":null}]}`, `[1, 2 ,3]`, `{"a\u0062":"\"}"}`, `{"a":1,"a":2}`, `[`, `{"`, `{"a`, `[1,`, `"\`, ``} {
		f.Add([]byte(s), "a", 1)
	}
	f.Fuzz(func(t *testing.T, s []byte, key string, n int) {
		doc := trimJSON(s)
		m, e := member(doc, []byte(key)), element(doc, int64(n))
		_ = jsonContains(doc, doc, true)
		_ = jsonExists(doc, []byte(key))
		if !json.Valid(s) || !utf8.Valid(s) || bytes.Contains(s, []byte(`\u`)) {
			return
		}
		var object map[string]json.RawMessage
		if json.Unmarshal(s, &object) == nil && object != nil {
			if want, ok := object[key]; utf8.ValidString(key) && (ok != (m != nil) || ok && !bytes.Equal(want, m)) {
				t.Errorf("%s -> %q: %s, want %s", s, key, m, want)
			}
		}
		var array []json.RawMessage
		if json.Unmarshal(s, &array) == nil && array != nil {
			i := n
			if i < 0 {
				i += len(array)
			}
			in := i >= 0 && i < len(array)
			if in != (e != nil) || in && !bytes.Equal(array[i], e) {
				t.Errorf("%s -> %d: %s", s, n, e)
			}
		}
	})
}

// FuzzPatterns feeds what reads a little language of its own: they end, and fail with SQLSTATEs only.
func FuzzPatterns(f *testing.F) {
	for _, s := range []string{"YYYY-MM-DD", "FMDay \"x\\\"", "9G999D99S", "FM0.0MI", "%1$-5s %I", "%*2$s", "^a[[:alpha:]]{2,3}?$", `\u00e9\d[^\w]`, "{a,\"b\\\"\",null}", "{", "a|b*?", "[", "(?i)x"} {
		f.Add(s)
	}
	env := newTestEnv()
	text := func(s string) *column.Vector {
		v := column.New(column.Text)
		v.AppendString(s)
		return v
	}
	f.Fuzz(func(t *testing.T, s string) {
		check := func(err error) {
			var pe *types.Error
			if err != nil && !errors.As(err, &pe) {
				t.Errorf("%q: %v", s, err)
			}
		}
		_, _, err := compileRegexp([]byte(s), nil)
		check(err)
		out := column.New(column.Text)
		nodes, err := parseTimeFormat([]byte(s))
		check(err)
		check(toCharTime(&Call{Env: env}, 1_714_979_289_123_456, env.Location, nodes, out))
		m := spanMoment(column.Span{Months: -13, Days: 2, Micros: -3_723_000_001})
		check(m.print(&Call{Env: env}, nodes, out))
		_, err = readByFormat("-2024, 05 Jan12:3", nodes)
		check(err)
		if f, err := parseNumberFormat([]byte(s)); err == nil {
			_, err = f.toChar(spelledInt(-12, true))
			check(err)
			_, err = f.toChar(spelledFloat(0.5, 15))
			check(err)
			check(toNumber(nil, []*column.Vector{text("-1,2.3>"), text(s)}, 0, column.New(column.Decimal)))
		} else {
			check(err)
		}
		if !regexp.MustCompile(`\d{4}`).MatchString(s) { // widths of megabytes are legal, and slow
			c := &Call{Env: env, Args: []types.OID{types.Text, types.Text, types.Text}, Result: types.Text, Typmod: -1}
			check(format(c, []*column.Vector{text(s), text("it's"), text("b")}, 0, out))
		}
	})
}

// TestFloatKeysOrderFloats: the key orders as PostgreSQL does, zeros alike and NaN last.
func TestFloatKeysOrderFloats(t *testing.T) {
	ordered := []float64{math.Inf(-1), -math.MaxFloat64, -1, -math.SmallestNonzeroFloat64, 0, math.SmallestNonzeroFloat64, 1, math.MaxFloat64, math.Inf(1), math.NaN()}
	for i, x := range ordered {
		for j, y := range ordered {
			if got, want := cmp.Compare(floatKey(x), floatKey(y)), cmp.Compare(int64(i), int64(j)); got != want {
				t.Errorf("%v and %v: %d, want %d", x, y, got, want)
			}
		}
	}
	if floatKey(math.Copysign(0, -1)) != floatKey(0) {
		t.Error("the zeros differ")
	}
}
