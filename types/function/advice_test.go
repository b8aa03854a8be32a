package function

import (
	"regexp"
	"testing"
)

var called = regexp.MustCompile(`([a-z_]\w*)\(`)

// TestAdviceNamesFunctionsThatThereAre: what a hint says is to be written can be written, and no name that there is has such a hint.
func TestAdviceNamesFunctionsThatThereAre(t *testing.T) {
	grammar := map[string]bool{"coalesce": true, "extract": true, "substring": true} // constructs that look like calls
	for name, advice := range elsewhere {
		if len(Functions(name)) > 0 || len(Aggregates(name)) > 0 {
			t.Errorf("there is %s, and a hint says how else to write it", name)
		}
		for _, m := range called.FindAllStringSubmatch(advice, -1) {
			f := m[1]
			if !grammar[f] && len(Functions(f)) == 0 && len(Aggregates(f)) == 0 {
				t.Errorf("%s: there is no %s: %s", name, f, advice)
			}
		}
	}
}
