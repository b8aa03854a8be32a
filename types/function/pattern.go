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
	flags, global, err := regexpFlags(options)
	if err != nil {
		return nil, false, err
	}
	re, err := newPattern(p, flags)
	return re, global, err
}

// regexpFlags reads the letters of flags.
func regexpFlags(options []byte) (flags are.Flags, global bool, err error) {
	for rest := options; len(rest) > 0; {
		c, w := utf8.DecodeRune(rest)
		if c == 'g' {
			global = true
		} else if c == 'e' {
			flags.Option('b') // so does PostgreSQL, by mistake; (?e) is another thing
		} else if w > 1 || !flags.Option(byte(c)) {
			return flags, false, types.Errorf(types.CodeInvalidParameterValue, "invalid regular expression option: \"%c\"", c)
		}
		rest = rest[w:]
	}
	return flags, global, nil
}

func newPattern(p []byte, flags are.Flags) (*pattern, error) {
	exact, err := are.Compile(string(p), flags)
	var bad *are.Error
	switch {
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
	t := translator{src: p, newline: flags.NewlineStop, fold: flags.Fold}
	switch {
	case flags.Literal:
		t.dst = []byte(regexp.QuoteMeta(string(p)))
	case flags.Expanded || flags.Extended || flags.Basic || t.run() != nil:
		return nil, false
	}
	if t.fold {
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

// matchesAnywhere reports whether there is a match.
func (m *matches) matchesAnywhere(s []byte) (bool, error) {
	if m.fast != nil && len(s) < longMatch {
		return m.fast.Match(s), nil
	}
	if m.fast != nil {
		at, err := m.fastIndex(s)
		return at != nil, err
	}
	at, err := m.find(s, 0)
	return at != nil, err
}

// find finds the first match that begins at from or later, with its groups.
func (m *matches) find(s []byte, from int) ([]int, error) {
	p, steps := m.pattern, are.Limit{Steps: regexpSteps, Ended: m.env.Over}
	if p.fast == nil || !p.first || from > 0 && p.exact.Around {
		m, err := p.exact.Find(s, from, &steps)
		return m, tooManySteps(err)
	}
	at, err := m.fastIndex(s[from:])
	if at == nil {
		return nil, err
	}
	at = []int{at[0] + from, at[1] + from}
	if p.exact.Groups() == 0 {
		return at, nil
	}
	found, err := p.exact.Divide(s, at[0], at[1], &steps)
	if found == nil && err == nil {
		found, err = p.exact.Find(s, from, &steps)
	}
	return found, tooManySteps(err)
}

// matches are those in a text, found as they are drawn.
type matches struct {
	*pattern
	env   *types.Env // of the statement: no more are looked for when it has ended; may be nil
	s     []byte
	from  int
	found int
}

// begin looks for matches in another text, from a place on.
func (m *matches) begin(s []byte, from int) { m.s, m.from = s, from }

// next is the next match with its groups, nil where no more follow. An empty one may stand right behind another.
func (m *matches) next() ([]int, error) {
	if m.from > len(m.s) {
		return nil, nil
	}
	if m.found++; m.found%256 == 0 {
		if err := envEnded(m.env); err != nil {
			return nil, err
		}
	}
	at, err := m.find(m.s, m.from)
	if at == nil || err != nil {
		m.from = len(m.s) + 1
		return nil, err
	}
	if m.from = at[1]; at[0] == at[1] {
		_, w := utf8.DecodeRune(m.s[m.from:])
		m.from += max(w, 1)
	}
	return at, nil
}

// nth is the match of a number, from 1 on; nil where there are fewer.
func (m *matches) nth(number int64) (at []int, err error) {
	for ; number > 0; number-- {
		if at, err = m.next(); at == nil {
			break
		}
	}
	return at, err
}
