package function

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"github.com/flare-pg/flare-pg/types"
)

// The patterns that to_char and to_number know for numbers.

// numberNode is a pattern, in capitals, or a character that stands for itself.
type numberNode struct {
	pattern string
	lower   bool // as it was written
	text    string
}

// numberFormat is a format with what it says as a whole.
type numberFormat struct {
	nodes []numberNode

	pre, post int // places before the point and behind it
	shift     int // digits behind a V: powers of ten
	zeroStart int // the place of the first 0 before the point, from 0, where there is one
	zeroEnd   int // how many places there are up to the last 0
	before    int // places before the S

	fill, zero, decimal, blank, plus, minus, brackets, roman, multi, scientific bool
	sign                                                                        byte // S: '<' before the number, '>' behind it, 0 none
}

// numberPatterns, longer ones before those that they begin with.
var numberPatterns = strings.Fields("EEEE FM MI PL PR RN SG SP TH , . 0 9 B C D G L S V")

func numberSyntax(format string, args ...any) *types.Error {
	return types.Errorf(types.CodeSyntaxError, format, args...)
}

func parseNumberFormat(format []byte) (*numberFormat, error) {
	if err := checkFormat(format); err != nil {
		return nil, err
	}
	f := &numberFormat{}
	for s := format; len(s) > 0; {
		upper := string(bytes.ToUpper(s[:min(4, len(s))]))
		found := ""
		for _, p := range numberPatterns {
			if strings.HasPrefix(upper, p) && (string(s[:len(p)]) == p || string(s[:len(p)]) == strings.ToLower(p)) {
				found = p
				break
			}
		}
		if found != "" {
			if err := f.add(found); err != nil {
				return nil, err
			}
			f.nodes = append(f.nodes, numberNode{pattern: found, lower: s[0] >= 'a'})
			s = s[len(found):]
			continue
		}
		if s[0] == '"' {
			var quoted []byte
			quoted, s = quotedText(s)
			for len(quoted) > 0 {
				_, w := utf8.DecodeRune(quoted)
				f.nodes, quoted = append(f.nodes, numberNode{text: string(quoted[:w])}), quoted[w:]
			}
			continue
		}
		if s[0] == '\\' && len(s) > 1 && s[1] == '"' {
			s = s[1:]
		}
		_, w := utf8.DecodeRune(s)
		f.nodes, s = append(f.nodes, numberNode{text: string(s[:w])}), s[w:]
	}
	return f, nil
}

// add counts a pattern; some can't stand together.
func (f *numberFormat) add(p string) error {
	if f.scientific && p != "EEEE" {
		return numberSyntax("\"EEEE\" must be the last pattern used")
	}
	switch p {
	case "9", "0":
		if f.brackets {
			return numberSyntax("\"%s\" must be ahead of \"PR\"", p)
		}
		switch {
		case p == "9" && f.multi:
			f.shift++
			return nil
		case p == "0" && !f.zero && !f.decimal:
			f.zero, f.zeroStart = true, f.pre
		}
		if f.decimal {
			f.post++
		} else {
			f.pre++
		}
		if p == "0" {
			f.zeroEnd = f.pre + f.post
		}
	case "B":
		if f.pre == 0 && f.post == 0 && !f.zero {
			f.blank = true
		}
	case "D", ".":
		switch {
		case f.decimal:
			return numberSyntax("multiple decimal points")
		case f.multi:
			return numberSyntax("cannot use \"V\" and decimal point together")
		}
		f.decimal = true
	case "FM":
		f.fill = true
	case "S":
		switch {
		case f.sign != 0:
			return numberSyntax("cannot use \"S\" twice")
		case f.plus || f.minus || f.brackets:
			return numberSyntax("cannot use \"S\" and \"PL\"/\"MI\"/\"SG\"/\"PR\" together")
		case f.decimal:
			f.sign = '>'
		default:
			f.sign, f.before = '<', f.pre
		}
	case "MI", "PL", "SG":
		if f.sign != 0 {
			return numberSyntax("cannot use \"S\" and \"%s\" together", p)
		}
		f.minus = f.minus || p != "PL"
		f.plus = f.plus || p != "MI"
	case "PR":
		if f.sign != 0 || f.plus || f.minus {
			return numberSyntax("cannot use \"PR\" and \"S\"/\"PL\"/\"MI\"/\"SG\" together")
		}
		f.brackets = true
	case "RN":
		f.roman = true
	case "V":
		if f.decimal {
			return numberSyntax("cannot use \"V\" and decimal point together")
		}
		f.multi = true
	case "EEEE":
		switch {
		case f.scientific:
			return numberSyntax("cannot use \"EEEE\" twice")
		case f.blank || f.fill || f.sign != 0 || f.brackets || f.minus || f.plus || f.roman || f.multi:
			return numberSyntax("\"EEEE\" is incompatible with other formats").
				WithDetail("\"EEEE\" may only be used together with digit and decimal point patterns.")
		}
		f.scientific = true
	}
	return nil
}
