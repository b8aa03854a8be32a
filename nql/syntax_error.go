package nql

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// SyntaxError says where a text is no NQL.
type SyntaxError struct {
	Line, Column int    // from 1; columns in characters
	Offset       int    // in bytes, from 0
	Message      string // "found …, expected …", or what is wrong with what was found
	source       string // the line
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("line %d, column %d: %s", e.Line, e.Column, e.Message)
}

// errorAt makes a SyntaxError at a byte offset.
func errorAt(text string, offset int, format string, args ...any) *SyntaxError {
	offset = min(offset, len(text))
	start := strings.LastIndexByte(text[:offset], '\n') + 1
	source, _, _ := strings.Cut(text[start:], "\n")
	return &SyntaxError{
		Line: strings.Count(text[:offset], "\n") + 1, Column: utf8.RuneCountInString(text[start:offset]) + 1, Offset: offset,
		Message: fmt.Sprintf(format, args...), source: source,
	}
}

// maxShown is how many characters of a line Show shows.
const maxShown = 100

// Show gives three lines for people: the error, the line of the text in which it is (of a long one the part around it), and a caret under the
// place.
func (e *SyntaxError) Show() string {
	line := []rune(e.source)
	at := min(e.Column-1, len(line))
	before, after := "", ""
	if len(line) > maxShown {
		from := min(max(0, at-maxShown/2), len(line)-maxShown)
		if from+maxShown < len(line) {
			line, after = line[:from+maxShown], "…"
		}
		if from > 0 {
			line, at, before = line[from:], at-from, "…"
		}
	}
	var text, gap strings.Builder
	text.WriteString(before)
	gap.WriteString(strings.Repeat(" ", utf8.RuneCountInString(before)))
	for i, r := range line {
		if r != '\t' && unicode.IsControl(r) {
			r = ' '
		}
		text.WriteRune(r)
		if i < at {
			gap.WriteRune(blankLike(r))
		}
	}
	return fmt.Sprintf("%v\n%s%s\n%s^", e, strings.TrimRight(text.String(), " "), after, gap.String())
}

// blankLike gives the blank that is as wide as a character: terminals show those of East Asian scripts in two places.
func blankLike(r rune) rune {
	switch {
	case r == '\t':
		return '\t'
	case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul), 0xFF01 <= r && r <= 0xFF60:
		return '\u3000'
	}
	return ' '
}
