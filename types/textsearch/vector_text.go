package textsearch

import (
	"bytes"
	"math"
	"strconv"
	"unicode/utf8"
)

// validText reports whether bytes may be a lexeme.
func validText(s []byte) bool { return utf8.Valid(s) && bytes.IndexByte(s, 0) < 0 }

// ParseVector reads a document's text form, 'lexeme':1A,2 other, and appends it.
func ParseVector(dst, s []byte) ([]byte, error) {
	l := lexer{text: s}
	var lexemes []Lexeme
	total := 0
	for {
		text, places, ok, err := l.next()
		if err != nil {
			return dst, err
		}
		if !ok {
			break
		}
		if len(text) > MaxLexeme {
			return dst, errorf(limitExceeded, "word is too long (%d bytes, max %d bytes)", len(text), MaxLexeme)
		}
		if total += len(text); total > maxLexemes {
			return dst, errorf(limitExceeded, "string is too long for tsvector (%d bytes, max %d bytes)", total, maxLexemes)
		}
		x := Lexeme{Text: text}
		x.setPlaces(places)
		lexemes = append(lexemes, x)
	}
	lexemes = merged(lexemes)
	if err := checkSize(lexemes); err != nil {
		return dst, err
	}
	return AppendVector(dst, lexemes), nil
}

// AppendText appends a document's text form.
func (v Vector) AppendText(dst []byte) []byte {
	for i, l := range v.Lexemes(nil) {
		if i > 0 {
			dst = append(dst, ' ')
		}
		dst = appendQuoted(dst, l.Text)
		for k := range l.Places() {
			if k == 0 {
				dst = append(dst, ':')
			} else {
				dst = append(dst, ',')
			}
			p := l.Place(k)
			dst = strconv.AppendInt(dst, int64(p.Number()), 10)
			if w := p.Weight(); w > 0 {
				dst = append(dst, "DCBA"[w])
			}
		}
	}
	return dst
}

func appendQuoted(dst, s []byte) []byte {
	dst = append(dst, '\'')
	for _, c := range s {
		if c == '\'' || c == '\\' {
			dst = append(dst, c)
		}
		dst = append(dst, c)
	}
	return append(dst, '\'')
}

// lexer reads words that may be quoted, of documents with their places, of queries without. Words of a query end at its operators.
type lexer struct {
	text  []byte
	at    int
	query bool
	web   bool // quotes and backslashes mean nothing
}

func (l *lexer) syntaxError() error {
	kind := "tsvector"
	if l.query {
		kind = "tsquery"
	}
	return errorf(syntaxError, "syntax error in %s: \"%s\"", kind, l.text)
}

// char is the next character, 0 at the end, and its width.
func (l *lexer) char() (rune, int) {
	if l.at >= len(l.text) {
		return 0, 0
	}
	return utf8.DecodeRune(l.text[l.at:])
}

func (l *lexer) operator(c rune) bool {
	return l.query && (c == '!' || c == '&' || c == '|' || c == '(' || c == ')' || c == '<')
}

// next gives the next word; ok is false at the end.
func (l *lexer) next() (word []byte, places []Place, ok bool, err error) {
	var c rune
	w := 0
	for c, w = l.char(); w > 0 && isSpace(c); c, w = l.char() {
		l.at += w
	}
	switch {
	case w == 0:
		return nil, nil, false, nil
	case c == '\'' && !l.web:
		l.at++
		if word, err = l.quoted(); err != nil {
			return nil, nil, false, err
		}
		if c, _ := l.char(); c != ':' || l.query {
			return word, nil, true, nil
		}
		l.at++
	case l.operator(c):
		return nil, nil, false, l.syntaxError()
	default:
		var colon bool
		if word, colon, err = l.plain(); err != nil || !colon {
			return word, nil, err == nil, err
		}
	}
	places, err = l.places()
	return word, places, err == nil, err
}

// escaped is the character behind a backslash.
func (l *lexer) escaped(word []byte) ([]byte, error) {
	l.at++
	_, w := l.char()
	if w == 0 {
		return nil, errorf(syntaxError, "there is no escaped character: \"%s\"", l.text)
	}
	word = append(word, l.text[l.at:l.at+w]...)
	l.at += w
	return word, nil
}

// plain reads a word without quotes; colon tells that a document's places follow.
func (l *lexer) plain() (word []byte, colon bool, err error) {
	for first := true; ; first = false {
		c, w := l.char()
		switch {
		case c == '\\' && w > 0 && !l.web:
			if word, err = l.escaped(word); err != nil {
				return nil, false, err
			}
			continue
		case first: // also a colon
		case w == 0 || isSpace(c) || l.operator(c) || l.web && c == '"':
			return word, false, nil
		case c == ':':
			if l.query {
				return word, false, nil
			}
			l.at++
			return word, true, nil
		}
		word = append(word, l.text[l.at:l.at+w]...)
		l.at += w
	}
}

// quoted reads a word up to and with the quote at its end.
func (l *lexer) quoted() (word []byte, err error) {
	for {
		c, w := l.char()
		switch {
		case w == 0:
			return nil, l.syntaxError()
		case c == '\\':
			if word, err = l.escaped(word); err != nil {
				return nil, err
			}
			continue
		case c == '\'':
			l.at++
			if c, _ := l.char(); c != '\'' {
				if len(word) == 0 {
					return nil, l.syntaxError()
				}
				return word, nil
			}
		}
		word = append(word, l.text[l.at:l.at+w]...)
		l.at += w
	}
}

// places reads 1A,2,3b.
func (l *lexer) places() (places []Place, err error) {
	for {
		from := l.at
		for l.at < len(l.text) && l.text[l.at] >= '0' && l.text[l.at] <= '9' {
			l.at++
		}
		if from == l.at {
			return nil, l.syntaxError()
		}
		number, err := strconv.ParseInt(string(l.text[from:l.at]), 10, 64)
		if err != nil {
			number = math.MaxInt64
		}
		n := min(int(int32(number)), MaxPosition) // C's atoi
		p := placeAt(n, 0)
		if p.Number() == 0 {
			return nil, errorf(syntaxError, "wrong position info in tsvector: \"%s\"", l.text)
		}
		for {
			c, w := l.char()
			weight := -1
			switch c {
			case 'a', 'A', '*':
				weight = 3
			case 'b', 'B':
				weight = 2
			case 'c', 'C':
				weight = 1
			case 'd', 'D':
				weight = 0
			}
			if weight >= 0 {
				if p.Weight() != 0 {
					return nil, l.syntaxError()
				}
				p = placeAt(n, weight)
				l.at += w
				continue
			}
			if c >= '0' && c <= '9' { // digits behind a weight mean nothing
				l.at++
				continue
			}
			break
		}
		places = append(places, p)
		switch c, w := l.char(); {
		case w == 0 || isSpace(c):
			return places, nil
		case c == ',':
			l.at++
		default:
			return nil, l.syntaxError()
		}
	}
}
