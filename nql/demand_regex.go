package nql

import "regexp/syntax"

// regexClauses gives the clause of a regular expression: the longest text that stands in all that it matches, or one text for each
// of its alternatives.
func regexClauses(e *Regex) prefilter {
	if _, ok := standingOf(e.X); !ok {
		return nil
	}
	var all clause
	for _, r := range regexTexts(e) {
		of := long(inner(r.text), r.fold)
		if of == nil {
			return nil
		}
		all = all.with(of[0])
	}
	if len(all) == 0 || len(all) > maxNeedles {
		return nil
	}
	return prefilter{all}
}

// regexTexts gives texts of which one stands in all that a regular expression matches; none where that can't be told.
func regexTexts(e *Regex) []required {
	re, err := syntax.Parse(e.Pattern, syntax.Perl)
	if err != nil {
		return nil
	}
	return requiredTexts(re.Simplify(), e.CI)
}

// required is a text that stands in what a regular expression matches.
type required struct {
	text string
	fold bool // in any case
}

// requiredTexts gives texts of which one stands in all that re matches, in any case where ci is set; none where that can't be told.
func requiredTexts(re *syntax.Regexp, ci bool) []required {
	switch re.Op {
	case syntax.OpLiteral:
		r := required{string(re.Rune), ci || re.Flags&syntax.FoldCase != 0}
		if r.fold {
			r.text = foldable(r.text)
		}
		if r.text == "" {
			return nil
		}
		return []required{r}
	case syntax.OpCapture, syntax.OpPlus:
		return requiredTexts(re.Sub[0], ci)
	case syntax.OpRepeat:
		if re.Min > 0 {
			return requiredTexts(re.Sub[0], ci)
		}
	case syntax.OpConcat:
		var best []required
		for _, sub := range re.Sub {
			if of := requiredTexts(sub, ci); shortest(of) > shortest(best) {
				best = of
			}
		}
		return best
	case syntax.OpAlternate:
		var all []required
		for _, sub := range re.Sub {
			of := requiredTexts(sub, ci)
			if len(of) == 0 {
				return nil
			}
			all = append(all, of...)
		}
		return all
	}
	return nil
}

func shortest(list []required) int {
	n := 0
	for i, r := range list {
		if i == 0 || len(r.text) < n {
			n = len(r.text)
		}
	}
	return n
}
