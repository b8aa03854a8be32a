package types

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/cockroachdb/apd/v3"
)

// pathToken is a token of a path: a mark, a word (kind 'w', whose word may be a keyword), a quoted string ('s'), a variable ('v'), an
// integer ('i') or another number ('n'). At the end of the input kind is 0.
type pathToken struct {
	kind byte
	mark string // for marks of one or two characters
	text string // what it says
	near string // what errors show: as PostgreSQL's scanner, of a string its last quote, of a word the blank behind it
	bare bool   // a word without escapes
}

const pathMarks = "?%$.[]{}()|&!=<>@#,*:-+/"

type pathLexer struct {
	src string
	at  int
}

func pathBlank(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' && c != '\v' }

func pathMark(c byte) bool { return strings.IndexByte(pathMarks, c) >= 0 }

// pathWordByte reports whether a byte goes on with a word.
func pathWordByte(c byte) bool { return !pathMark(c) && !pathBlank(c) && c != '"' && c != '\\' }

func pathError(message, near string) error {
	if near == "" {
		return Errorf(CodeSyntaxError, "%s at end of jsonpath input", message)
	}
	return Errorf(CodeSyntaxError, "%s at or near \"%s\" of jsonpath input", message, near)
}

func (l *pathLexer) space() error {
	for l.at < len(l.src) {
		switch {
		case pathBlank(l.src[l.at]):
			l.at++
		case strings.HasPrefix(l.src[l.at:], "/*"):
			end := strings.Index(l.src[l.at:], "*/")
			if end < 0 {
				l.at = len(l.src)
				return pathError("unexpected end of comment", "")
			}
			l.at += end + 2
		default:
			return nil
		}
	}
	return nil
}

func (l *pathLexer) next() (pathToken, error) {
	if err := l.space(); err != nil || l.at == len(l.src) {
		return pathToken{}, err
	}
	start, c := l.at, l.src[l.at]
	follows := func(i int) byte {
		if l.at+i < len(l.src) {
			return l.src[l.at+i]
		}
		return 0
	}
	switch {
	case c == '"':
		l.at++
		text, err := l.quoted()
		return pathToken{kind: 's', text: text, near: `"`}, err
	case c == '$' && follows(1) == '"':
		l.at += 2
		text, err := l.quoted()
		return pathToken{kind: 'v', text: text, near: `"`}, err
	case c == '$' && l.at+1 < len(l.src) && (pathWordByte(follows(1)) || follows(1) == '\\'):
		l.at++
		text, err := l.word()
		return pathToken{kind: 'v', text: text, near: l.src[start:l.at]}, err
	case isDigit(c), c == '.' && isDigit(follows(1)):
		return l.number()
	case pathMark(c):
		l.at++
		if l.at < len(l.src) {
			switch two := l.src[start : l.at+1]; two {
			case "&&", "||", "**", "<=", ">=", "==", "<>", "!=":
				l.at++
				if two == "<>" {
					return pathToken{kind: 'm', mark: "!=", near: two}, nil
				}
				return pathToken{kind: 'm', mark: two, near: two}, nil
			}
		}
		return pathToken{kind: 'm', mark: l.src[start:l.at], near: l.src[start:l.at]}, nil
	}
	return l.wordToken()
}

func (l *pathLexer) wordToken() (pathToken, error) {
	start := l.at
	text, err := l.word()
	return pathToken{kind: 'w', text: text, near: l.blankHere(), bare: text == l.src[start:l.at]}, err
}

func (l *pathLexer) blankHere() string {
	if l.at < len(l.src) && pathBlank(l.src[l.at]) {
		return l.src[l.at : l.at+1]
	}
	return ""
}

func (l *pathLexer) word() (string, error) {
	var b []byte
	for l.at < len(l.src) {
		c := l.src[l.at]
		if c == '\\' {
			var err error
			if b, err = l.escape(b); err != nil {
				return "", err
			}
			continue
		}
		if !pathWordByte(c) {
			break
		}
		b = append(b, c)
		l.at++
	}
	return string(b), nil
}

func (l *pathLexer) quoted() (string, error) {
	var b []byte
	for l.at < len(l.src) {
		switch c := l.src[l.at]; c {
		case '"':
			l.at++
			return string(b), nil
		case '\\':
			var err error
			if b, err = l.escape(b); err != nil {
				return "", err
			}
		default:
			b = append(b, c)
			l.at++
		}
	}
	return "", pathError("unexpected end of quoted string", "")
}

// escape reads a backslash and what follows, a pair of surrogates too.
func (l *pathLexer) escape(b []byte) ([]byte, error) {
	if l.at+1 == len(l.src) {
		return nil, pathError("unexpected end after backslash", "")
	}
	c := l.src[l.at+1]
	l.at += 2
	switch c {
	case 'b':
		return append(b, '\b'), nil
	case 'f':
		return append(b, '\f'), nil
	case 'n':
		return append(b, '\n'), nil
	case 'r':
		return append(b, '\r'), nil
	case 't':
		return append(b, '\t'), nil
	case 'v':
		return append(b, '\v'), nil
	case 'x':
		if l.at+2 <= len(l.src) {
			if x, err := strconv.ParseUint(l.src[l.at:l.at+2], 16, 8); err == nil {
				l.at += 2
				return l.appendRune(b, rune(x))
			}
		}
		return nil, pathError("invalid hexadecimal character sequence", l.src[l.at-2:min(l.at+1, len(l.src))])
	case 'u':
		x, err := l.unicode()
		if err != nil {
			return nil, err
		}
		if x >= 0xd800 && x < 0xdc00 && strings.HasPrefix(l.src[l.at:], `\u`) {
			l.at += 2
			y, err := l.unicode()
			if err != nil {
				return nil, err
			}
			if y < 0xdc00 || y >= 0xe000 {
				return nil, badSurrogate("Unicode high surrogate must not follow a high surrogate.")
			}
			x = 0x10000 + (x-0xd800)<<10 + (y - 0xdc00)
		}
		if x >= 0xd800 && x < 0xe000 {
			return nil, badSurrogate("Unicode low surrogate must follow a high surrogate.")
		}
		return l.appendRune(b, x)
	}
	_, w := utf8.DecodeRuneInString(l.src[l.at-1:])
	b = append(b, l.src[l.at-1:l.at-1+w]...)
	l.at += w - 1
	return b, nil
}

func badSurrogate(detail string) error {
	return Errorf(CodeInvalidTextRepresentation, "invalid input syntax for type %s", "jsonpath").WithDetail("%s", detail)
}

func (l *pathLexer) appendRune(b []byte, c rune) ([]byte, error) {
	if c == 0 {
		return nil, Errorf(CodeUntranslatableCharacter, "unsupported Unicode escape sequence").WithDetail("\\u0000 cannot be converted to text.")
	}
	if !utf8.ValidRune(c) {
		return nil, Errorf(CodeSyntaxError, "Unicode escape values cannot be used for code point values above 007F when the server encoding is not UTF8")
	}
	return utf8.AppendRune(b, c), nil
}

// unicode reads four digits, or up to six in braces.
func (l *pathLexer) unicode() (rune, error) {
	digits, end := "", l.at
	if strings.HasPrefix(l.src[l.at:], "{") {
		if n := strings.IndexByte(l.src[l.at:], '}'); n > 1 && n <= 7 {
			digits, end = l.src[l.at+1:l.at+n], l.at+n+1
		}
	} else if l.at+4 <= len(l.src) {
		digits, end = l.src[l.at:l.at+4], l.at+4
	}
	x, err := strconv.ParseUint(digits, 16, 32)
	if err != nil {
		return 0, pathError("invalid Unicode escape sequence", l.src[l.at-2:min(l.at+1, len(l.src))])
	}
	l.at = end
	return rune(x), nil
}

// number reads digits, a fraction, an exponent. Letters behind a whole number make a word of it, a single one junk.
func (l *pathLexer) number() (pathToken, error) {
	start := l.at
	digits := func() bool {
		from := l.at
		for l.at < len(l.src) && isDigit(l.src[l.at]) {
			l.at++
		}
		return l.at > from
	}
	kind := byte('i')
	if l.src[l.at] == '0' {
		l.at++
	} else {
		digits()
	}
	if l.at < len(l.src) && l.src[l.at] == '.' {
		kind = 'n'
		l.at++
		digits()
	}
	if l.at < len(l.src) && l.src[l.at]|0x20 == 'e' {
		mark := l.at
		if l.at++; l.at < len(l.src) && (l.src[l.at] == '+' || l.src[l.at] == '-') {
			l.at++
		}
		switch {
		case digits():
			kind = 'n'
		case l.at > mark+1:
			return pathToken{}, pathError("trailing junk after numeric literal", l.src[start:l.at])
		default:
			l.at = mark
		}
	}
	if l.at < len(l.src) && pathWordByte(l.src[l.at]) {
		end := start
		for end < len(l.src) && pathWordByte(l.src[end]) {
			end++
		}
		_, w := utf8.DecodeRuneInString(l.src[l.at:])
		if end > l.at+w {
			l.at = start
			return l.wordToken()
		}
		return pathToken{}, pathError("trailing junk after numeric literal", l.src[start:l.at+w])
	}
	raw := l.src[start:l.at]
	var d apd.Decimal
	if err := ParseNumeric(&d, []byte(raw)); err != nil {
		return pathToken{}, err
	}
	return pathToken{kind: kind, text: string(AppendNumeric(nil, &d)), near: raw}, nil
}
