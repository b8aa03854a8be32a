package nql

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/flare-pg/flare-pg/event"
	"github.com/flare-pg/flare-pg/nql/sparse"
)

// An event of which a predicate is true has, of each list of lookups, a value that one says.
func TestWhatMatchesIsFoundByEachLookup(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := searches(t, 2)
		truth, all := asWritten(t, e), Lookups(e)
		if len(all) == 0 {
			return
		}
		for range 40 { // few predicates are true of many events
			ev := shipped(t, e)
			if truth(ev) != yes {
				continue
			}
			for _, list := range all {
				if !slices.ContainsFunc(list, func(l Lookup) bool { return holds(l, ev.Document) }) {
					t.Fatalf("%s\nlooks up %v, but is true of %s", Print(e), list, ev.Document)
				}
			}
		}
	})
}

// holds is what Lookup says, done plainly.
func holds(l Lookup, doc []byte) bool {
	if l.Message != "" {
		message, _ := event.AppendMessage(nil, doc)
		if l.AnyCase {
			message = []byte(inLowerCase(string(message)))
		}
		return strings.Contains(string(message), l.Message)
	}
	if len(l.Path) > 1 || !l.Fold {
		var steps []sparse.Step
		for _, n := range l.Path {
			steps = append(steps, sparse.Step{Name: n})
		}
		return holdsOf(l, sparse.Get(doc, steps))
	}
	for it := sparse.Members(doc); ; {
		key, v, ok := it.Next()
		if !ok {
			return false
		}
		if strings.EqualFold(string(key[1:len(key)-1]), l.Path[0]) && holdsOf(l, v) {
			return true
		}
	}
}

func holdsOf(l Lookup, v sparse.Value) bool {
	var text string
	switch v.Kind {
	case sparse.String:
		text = string(sparse.Unquote(nil, v.Raw))
	case sparse.Number, sparse.True, sparse.False:
		if !l.Scalar {
			return false
		}
		text = string(v.Raw)
	default:
		return false
	}
	if l.Texts == nil {
		return !slices.ContainsFunc(l.Contains, func(s string) bool { return !strings.Contains(lowASCII(text), lowASCII(s)) })
	}
	return slices.ContainsFunc(l.Texts, func(s string) bool {
		return s == text || v.Kind == sparse.Number && compareDecimals([]byte(s), v.Raw) == 0
	})
}

func lowASCII(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			r |= 0x20
		}
		return r
	}, s)
}

func TestLookups(t *testing.T) {
	for text, want := range map[string]string{
		"RequestId = 'a' and b = 2":              `[[RequestId in "a"] [b (scalar) in "2"]]`,
		"text(a.b) = '7'":                        `[[a.b (scalar) in "7"]]`,
		"a in ['x', 'y', null]":                  `[[a in "x|y"]]`,
		"a in [1, 2.0, 1e1]":                     `[[a (scalar) in "1|2|10"]]`,
		"integer(UserId) = 4711":                 `[[UserId (scalar) in "4711"]]`,
		"a = 'x' or b = 'y'":                     `[[a in "x" b in "y"]]`,
		"a = 'x' and b like '%longer%' or c = 1": `[[a in "x" c (scalar) in "1"]]`,
		"a = 'x' or b > 1":                       `[]`,
		"a = 1.5":                                `[]`,
		"a = 9007199254740993":                   `[]`,
		"a = true":                               `[]`,
		"not a = 'x'":                            `[]`,
		"Tags[0] = 'x'":                          `[]`,
		"Tags[?] = 'x'":                          `[]`,
		"@l = 'Error'":                           `[]`,
		"@m like '%x y z%'":                      `[[message contains "x y z"]]`,
		"@m like 'K%Ölofs%' ci or a = 'x'":       `[[message ci contains "ölofs" a in "x"]]`,
		"@tr = 'x'":                              `[[@tr (scalar) in "x" trace_id ci (scalar) in "x" traceId ci (scalar) in "x"]]`,
		"@x like '%Time_out%' or @mt = 'a'":      `[[@x (scalar) contains "Time|out" exception ci (scalar) contains "Time|out" @mt in "a"]]`,
		"@i = 'q'":                               `[[@i in "q"]]`,
		"a like 'Stopped%' ci":                   `[[a contains "topped"]]`,
		"a like 'ab%'":                           `[]`,
		"startswith(a, 'abc')":                   `[[a contains "abc"]]`,
		"a = 'Word' ci":                          `[[a contains "Word"]]`,
		"not (a <> 'x' or b like '%y%') and c not in [1]": `[[a in "x"]]`,
	} {
		if got := fmt.Sprint(Lookups(mustExpr(t, text))); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
	if got := fmt.Sprint(Lookups(&Regex{X: PropertyPath("a"), Pattern: "timed? out|Refused [a-z]+"})); got != `[[a contains "time" a contains "Refused "]]` {
		t.Error(got)
	}
}
