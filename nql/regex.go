package nql

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"strings"
	"unicode/utf8"
)

// regex takes the regular expression off the text whose opening slash is at start. A backslash takes the next character along; a slash
// behind one belongs to the pattern, which then has it alone.
func (l *lexer) regex(start int) (string, error) {
	var b strings.Builder
	var places []int // in the text, of the pattern's bytes
	put := func(i int) {
		b.WriteByte(l.text[i])
		places = append(places, i)
	}
	for i := start + 1; i < len(l.text); i++ {
		switch c := l.text[i]; {
		case c == '/':
			l.pos = i + 1
			pattern := b.String()
			if !utf8.ValidString(pattern) {
				return "", l.errorf(start, "found a regular expression that is not UTF-8")
			}
			if at, problem := checkRegex(pattern); problem != "" {
				if at = min(at, len(places)); at == len(places) {
					return "", l.errorf(start, "found a regular expression with an error: %s", problem)
				}
				return "", l.errorf(places[at], "found a regular expression with an error here: %s", problem)
			}
			return pattern, nil
		case c == '\\' && i+1 < len(l.text):
			if l.text[i+1] != '/' {
				put(i)
			}
			i++
			put(i)
		default:
			put(i)
		}
	}
	return "", l.errorf(start, "found a regular expression without its closing slash")
}

// checkRegex says what is wrong with a pattern and where in it, or nothing. Where the place is not known it is the pattern's end.
func checkRegex(pattern string) (at int, problem string) {
	_, err := regexp.Compile(pattern)
	if err == nil {
		return 0, ""
	}
	var bad *syntax.Error
	if !errors.As(err, &bad) {
		return len(pattern), err.Error()
	}
	if at = strings.Index(pattern, bad.Expr); at < 0 || bad.Expr == "" || bad.Expr == pattern {
		return len(pattern), string(bad.Code)
	}
	return at, fmt.Sprintf("%s: %s", bad.Code, bad.Expr)
}

// regex compiles x = /pattern/. Of anything but text it is unknown.
func (c *compiler) regex(e *Regex) (truthFunc, bool, error) {
	x, err := c.value(e.X)
	if err != nil {
		return nil, false, err
	}
	pattern := e.Pattern
	if e.CI {
		pattern = "(?i)" + pattern
	}
	re, err := regexp.Compile(pattern)
	if err != nil {
		return nil, false, fmt.Errorf("nql: %w", err)
	}
	f := func(st *state) tri {
		v := x.eval(st)
		if v.kind != String {
			return unknown
		}
		return triOf(re.Match(v.s))
	}
	return negated(f, e.Not), x.constant, nil
}
