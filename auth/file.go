package auth

import (
	"cmp"
	"slices"
)

// FileLine is a line of a rules file as it is shown to those who ask: a rule, or what is wrong.
type FileLine struct {
	Number int
	Rule   *Rule
	Error  string
}

// FileLines lists the lines of a file, in order.
func FileLines(rules *Rules, wrong []*RuleError) []FileLine {
	var out []FileLine
	for i := range rules.Rules {
		out = append(out, FileLine{Number: rules.Rules[i].Line, Rule: &rules.Rules[i]})
	}
	for _, w := range wrong {
		out = append(out, FileLine{Number: w.Line, Error: w.Message})
	}
	slices.SortFunc(out, func(a, b FileLine) int { return cmp.Compare(a.Number, b.Number) })
	return out
}
