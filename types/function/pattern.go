package function

import (
	"errors"
	"regexp"
	"unicode/utf8"

	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/are"
)

const codeInvalidRegexp = "2201B"

// regexpSteps is how much one search may do: a second or two.
const regexpSteps = 50_000_000

// pattern is a regular expression of PostgreSQL's. What RE2 (Go's regexp) decides alike is left to it: whether there is a match, and, where
// nothing is said of short ones, from where to where; it is faster, and never slow. The rest is package are's.
type pattern struct {
	exact *are.Regexp
	fast  *regexp.Regexp // nil where RE2 has no such expression
	first bool           // fast also finds the same match
}

// compileRegexp compiles an expression with its flags; global is the flag g.
func compileRegexp(p, options []byte) (_ *pattern, global bool, err error) {
	var flags are.Flags
	for rest := options; len(rest) > 0; {
		c, w := utf8.DecodeRune(rest)
		if c == 'g' {
			global = true
		} else if w > 1 || !flags.Option(byte(c)) {
			return nil, false, types.Errorf(types.CodeInvalidParameterValue, "invalid regular expression option: \"%c\"", c)
		}
		rest = rest[w:]
	}
	re, err := newPattern(p, flags)
	return re, global, err
}

func newPattern(p []byte, flags are.Flags) (*pattern, error) {
	exact, err := are.Compile(string(p), flags)
	var bad *are.Error
	switch {
	case err == are.ErrUnsupported:
		return nil, types.Errorf(types.CodeFeatureNotSupported, "%s", err)
	case errors.As(err, &bad):
		return nil, types.Errorf(codeInvalidRegexp, "invalid regular expression: %s", bad.Reason)
	case err != nil:
		return nil, err
	}
	re := &pattern{exact: exact}
	re.fast, re.first = translated(p, flags)
	return re, nil
}

// translated is an expression for RE2, nil where there is none. first is whether matches are the same: with Longest they are where no
// quantifier prefers short ones.
func translated(p []byte, flags are.Flags) (_ *regexp.Regexp, first bool) {
	options := ""
	if !flags.NewlineStop {
		options += "s"
	}
	if flags.NewlineAnchors {
		options += "m"
	}
	t := translator{src: p, newline: flags.NewlineStop}
	switch {
	case flags.Literal:
		t.dst = []byte(regexp.QuoteMeta(string(p)))
	case flags.Expanded || t.run() != nil:
		return nil, false
	}
	if flags.Fold || t.fold {
		options += "i"
	}
	if options != "" {
		options = "(?" + options + ")"
	}
	re, err := regexp.Compile(options + string(t.dst))
	if err != nil {
		return nil, false
	}
	if !t.lazy {
		re.Longest()
	}
	return re, !t.lazy
}

// GoRegexp gives a regular expression of Go's that matches the same texts as one of PostgreSQL's does, in any case where fold is set; ok is false where there is none.
func GoRegexp(pattern string, fold bool) (_ string, ok bool) {
	re, err := newPattern([]byte(pattern), are.Flags{Fold: fold})
	if err != nil || re.fast == nil {
		return "", false
	}
	return re.fast.String(), true
}

func tooManySteps(err error) error {
	if err == are.ErrSteps {
		return types.Errorf(types.CodeStatementTooComplex, "%s", err)
	}
	return err
}

// matches reports whether there is a match anywhere.
func (p *pattern) matches(s []byte) (bool, error) {
	if p.fast != nil {
		return p.fast.Match(s), nil
	}
	m, err := p.find(s, 0)
	return m != nil, err
}

// find finds the first match that begins at from or later, with its groups.
func (p *pattern) find(s []byte, from int) ([]int, error) {
	steps := regexpSteps
	if p.fast == nil || !p.first || from > 0 && p.exact.Around {
		m, err := p.exact.Find(s, from, &steps)
		return m, tooManySteps(err)
	}
	at := p.fast.FindIndex(s[from:])
	if at == nil {
		return nil, nil
	}
	at = []int{at[0] + from, at[1] + from}
	if p.exact.Groups() == 0 {
		return at, nil
	}
	m, err := p.exact.Divide(s, at[0], at[1], &steps)
	if m == nil && err == nil {
		m, err = p.exact.Find(s, from, &steps)
	}
	return m, tooManySteps(err)
}

// all finds all matches from a place on. An empty one may stand right behind another.
func (p *pattern) all(s []byte, from int) ([][]int, error) {
	var out [][]int
	for from <= len(s) {
		m, err := p.find(s, from)
		if err != nil {
			return nil, err
		}
		if m == nil {
			break
		}
		out = append(out, m)
		if from = m[1]; m[0] == m[1] {
			_, w := utf8.DecodeRune(s[from:])
			from += max(w, 1)
		}
	}
	return out, nil
}

// firstOrAll are all matches from a place on, or the first.
func (p *pattern) firstOrAll(s []byte, from int, all bool) ([][]int, error) {
	if all {
		return p.all(s, from)
	}
	m, err := p.find(s, from)
	if m == nil {
		return nil, err
	}
	return [][]int{m}, nil
}
