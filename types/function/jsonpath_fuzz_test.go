package function

import (
	"errors"
	"testing"

	"github.com/flare-pg/flare-pg/types"
)

// FuzzJSONPath: whatever is given for a path, the text of one that is read is read back as itself, and running it ends with results or an
// error of SQL's.
func FuzzJSONPath(f *testing.F) {
	for _, s := range []string{"$", "strict $.a[*] ? (@.b > 1 && exists(@.c)).size()", "$.**{2 to last}", "-(1 + $x) * 2.5", `$ ? (@ like_regex "a.*" flag "i")`,
		`$."a\u0041".datetime("yyyy")`, "$[last - 1, 0 to 2]", "($.a == 1) is unknown", "$.keyvalue()", `$.s starts with $v`} {
		f.Add(s)
	}
	env := newTestEnv()
	doc := []byte(`{"a": [1, {"b": 2, "c": null}], "s": "x2020-01-01", "t": true}`)
	f.Fuzz(func(t *testing.T, s string) {
		path, err := types.ParseJSONPath([]byte(s))
		if err != nil {
			var pe *types.Error
			if !errors.As(err, &pe) {
				t.Fatalf("%q: %v", s, err)
			}
			return
		}
		text := types.AppendJSONPath(nil, path)
		again, err := types.ParseJSONPath(text)
		if err != nil {
			return // a number with a step behind an operator is spelled without parentheses, as PostgreSQL does
		}
		if twice := types.AppendJSONPath(nil, again); string(twice) != string(text) {
			t.Fatalf("%q: %s, read again %s", s, text, twice)
		}
		run, err := newPathRun(env, path, doc, []byte(`{"x": 1, "v": "x"}`), true)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := run.all(path, false); err != nil {
			var pe *types.Error
			if !errors.As(err, &pe) {
				t.Fatalf("%q: %v", s, err)
			}
		}
	})
}
