package nql

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestLongListsOfNumbersAreManyEqualities: x in [a, b, …] says what x = a or x = b or … says, also of numbers that aren't integers and of what is no number.
func TestLongListsOfNumbersAreManyEqualities(outer *testing.T) {
	rapid.Check(outer, func(t *rapid.T) {
		var list, equal []string
		for range rapid.IntRange(1, 30).Draw(t, "members") {
			m := rapid.SampledFrom([]string{"1", "2", "7", "-3", "100", "9007199254740993", "9223372036854775807", "0"}).Draw(t, "member")
			if rapid.IntRange(0, 60).Draw(t, "odd") == 0 {
				m = rapid.SampledFrom([]string{"1.5", "'1'", "null"}).Draw(t, "other")
			}
			list, equal = append(list, m), append(equal, "x = "+m)
		}
		not := rapid.SampledFrom([]string{"", " not"}).Draw(t, "not")
		x := rapid.SampledFrom([]string{"1", "1.0", "1e0", "100", "1e2", "2.5", "3", "-3", "0", "-0", "9007199254740993", "9007199254740992", "9223372036854775807", "1e400", `"1"`, "true", "null", "[1]"}).Draw(t, "x")
		in, either := "x"+not+" in ["+strings.Join(list, ", ")+"]", "("+strings.Join(equal, " or ")+")"
		if not != "" {
			either = "not " + either
		}
		doc := fmt.Sprintf(`{"x":%s}`, x)
		if a, b := ask(outer, doc, in), ask(outer, doc, either); a != b {
			t.Fatalf("%s: %s is %s, %s is %s", doc, in, a, either, b)
		}
	})
}
