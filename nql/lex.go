package nql

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

type tokenKind uint8

const (
	tokEnd tokenKind = iota
	tokName
	tokKeyword  // text in lower case
	tokBuiltin  // text without the @
	tokNumber   // as spelled
	tokDuration // as spelled
	tokString   // text unquoted
	tokParam    // digits
	tokSign     // punctuation
)

type token struct {
	kind       tokenKind
	text       string
	start, end int
}

// keywords can't be names unless they stand behind a dot or in brackets.
var keywords = map[string]bool{
	"select": true, "from": true, "where": true, "order": true, "limit": true, "as": true,
	"and": true, "or": true, "not": true, "like": true, "in": true, "is": true, "between": true, "ci": true,
	"null": true, "true": true, "false": true, "undefined": true,
	"if": true, "then": true, "else": true,
}

type lexer struct {
	text string
	pos  int
}

func (l *lexer) errorf(offset int, format string, args ...any) error {
	return errorAt(l.text, offset, format, args...)
}

// signs of two characters; all others have one.
var longSigns = []string{"<=", ">=", "<>", "!=", "=>", ".."}

// blanks goes over white space and comments: from two minus signs to the end of the line.
func (l *lexer) blanks() {
	for l.pos < len(l.text) {
		switch {
		case strings.IndexByte(" \t\r\n", l.text[l.pos]) >= 0:
			l.pos++
		case strings.HasPrefix(l.text[l.pos:], "--"):
			n := strings.IndexByte(l.text[l.pos:], '\n')
			if n < 0 {
				n = len(l.text) - l.pos
			}
			l.pos += n
		default:
			return
		}
	}
}

func (l *lexer) next() (token, error) {
	l.blanks()
	start := l.pos
	if start == len(l.text) {
		return token{tokEnd, "", start, start}, nil
	}
	c := l.text[start]
	switch {
	case isDigit(c):
		return l.number()
	case c == '\'':
		return l.quoted()
	case c == '@':
		l.pos++
		name := l.name()
		if name == "" {
			return token{}, l.errorf(start, "found @, expected the name of a built-in property behind it")
		}
		return token{tokBuiltin, name, start, l.pos}, nil
	case c == '$':
		l.pos++
		for l.pos < len(l.text) && isDigit(l.text[l.pos]) {
			l.pos++
		}
		if l.pos == start+1 {
			return token{}, l.errorf(start, "found $, expected a parameter's number behind it")
		}
		return token{tokParam, l.text[start+1 : l.pos], start, l.pos}, nil
	}
	if name := l.name(); name != "" {
		if lower := strings.ToLower(name); keywords[lower] {
			return token{tokKeyword, lower, start, l.pos}, nil
		}
		return token{tokName, name, start, l.pos}, nil
	}
	for _, s := range longSigns {
		if strings.HasPrefix(l.text[start:], s) {
			l.pos += 2
			return token{tokSign, s, start, l.pos}, nil
		}
	}
	if strings.IndexByte("+-*/%=<>()[]{},.:?", c) >= 0 {
		l.pos++
		return token{tokSign, string(c), start, l.pos}, nil
	}
	r, n := utf8.DecodeRuneInString(l.text[start:])
	if r == utf8.RuneError && n <= 1 {
		return token{}, l.errorf(start, "found a byte that is no UTF-8 (0x%02x)", c)
	}
	if instead := foreignSigns[r]; instead != "" {
		return token{}, l.errorf(start, "found %c, expected %s", r, instead)
	}
	return token{}, l.errorf(start, "found %q, which begins nothing in NQL", string(r))
}

// foreignSigns are signs of other languages, with what says the same here.
var foreignSigns = map[rune]string{
	'"': "a string in single quotes, or for a property with odd letters in its name @p['its name']", '`': "@p['a name'] for a property with odd letters in its name",
	'&': "and", '|': "or; texts are joined by concat(x, y)", '!': "not", '~': "x = /regex/ or like", ';': "the end: a text is one query", '#': "-- where a comment begins",
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// name takes a name off the text, or nothing.
func (l *lexer) name() string {
	start := l.pos
	for i, r := range l.text[start:] {
		if r == '_' || unicode.IsLetter(r) || i > 0 && unicode.IsDigit(r) {
			l.pos = start + i + utf8.RuneLen(r)
			continue
		}
		break
	}
	return l.text[start:l.pos]
}

// plainName reports whether a name needs no quotes behind a dot.
func plainName(s string) bool {
	l := lexer{text: s}
	return s != "" && l.name() == s
}

func (l *lexer) digits() {
	for l.pos < len(l.text) && isDigit(l.text[l.pos]) {
		l.pos++
	}
}

// peek gives the byte n behind the current one, or 0.
func (l *lexer) peek(n int) byte {
	if l.pos+n < len(l.text) {
		return l.text[l.pos+n]
	}
	return 0
}

func (l *lexer) number() (token, error) {
	start := l.pos
	l.digits()
	if l.peek(0) == '.' && isDigit(l.peek(1)) {
		l.pos++
		l.digits()
	}
	if e := l.peek(0); e == 'e' || e == 'E' {
		if s := l.peek(1); isDigit(s) || (s == '+' || s == '-') && isDigit(l.peek(2)) {
			l.pos += 2
			l.digits()
		}
	}
	kind := tokNumber
	for {
		at := l.pos
		r, _ := utf8.DecodeRuneInString(l.text[at:])
		if r != '_' && !unicode.IsLetter(r) && (kind == tokNumber || !isDigit(l.peek(0))) {
			break
		}
		// A unit, and perhaps a further number with its unit.
		kind = tokDuration
		if isDigit(l.peek(0)) {
			l.digits()
		} else if l.name() == "" {
			break
		}
	}
	return token{kind, l.text[start:l.pos], start, l.pos}, nil
}

func (l *lexer) quoted() (token, error) {
	start := l.pos
	var b strings.Builder
	for i := start + 1; ; {
		n := strings.IndexByte(l.text[i:], '\'')
		if n < 0 {
			return token{}, l.errorf(start, "found a string without its closing quote")
		}
		b.WriteString(l.text[i : i+n])
		i += n + 1
		if i < len(l.text) && l.text[i] == '\'' {
			b.WriteByte('\'')
			i++
			continue
		}
		l.pos = i
		s := b.String()
		if !utf8.ValidString(s) {
			return token{}, l.errorf(start, "found a string that is not UTF-8")
		}
		return token{tokString, s, start, i}, nil
	}
}
