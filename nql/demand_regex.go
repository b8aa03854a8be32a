package nql

import "regexp/syntax"

// regexClauses gives the clause of a regular expression: the longest text that stands in all that it matches, or one text for each
// of its alternatives.
func regexClauses(e *Regex) prefilter {
	if _, ok := standingOf(e.X); !ok {
		return nil
	}
	re, err := syntax.Parse(e.Pattern, syntax.Perl)
	if err != nil {
		return nil
	}
	var all clause
	for _, text := range requiredTexts(re.Simplify(), e.CI) {
		needle := inner(text)
		if len(needle) < minNeedle {
			return nil
		}
		all = all.with(needle)
	}
	if len(all) == 0 || len(all) > maxNeedles {
		return nil
	}
	return prefilter{all}
}

// requiredTexts gives texts of which one stands in all that re matches, as it does in either case where ci is set; none where that
// can't be told.
func requiredTexts(re *syntax.Regexp, ci bool) []string {
	switch re.Op {
	case syntax.OpLiteral:
		text := string(re.Rune)
		if ci || re.Flags&syntax.FoldCase != 0 {
			text = caseless(text)
		}
		if text == "" {
			return nil
		}
		return []string{text}
	case syntax.OpCapture, syntax.OpPlus:
		return requiredTexts(re.Sub[0], ci)
	case syntax.OpRepeat:
		if re.Min > 0 {
			return requiredTexts(re.Sub[0], ci)
		}
	case syntax.OpConcat:
		var best []string
		for _, sub := range re.Sub {
			if of := requiredTexts(sub, ci); shortest(of) > shortest(best) {
				best = of
			}
		}
		return best
	case syntax.OpAlternate:
		var all []string
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

func shortest(list []string) int {
	n := 0
	for i, s := range list {
		if i == 0 || len(s) < n {
			n = len(s)
		}
	}
	return n
}
