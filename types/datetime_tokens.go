package types

import (
	"math"
	"strconv"
)

// Date, time and interval input is split into fields, as PostgreSQL splits it: its manual describes
// the rules in the appendix "Date/Time Support". A field's sort follows from how it begins.
type fieldSort uint8

const (
	numberField fieldSort = iota // digits, maybe with one point
	wordField                    // letters
	dateField                    // parts joined by - / or .; also zone names such as America/New_York
	timeField                    // digits with colons
	offsetField                  // a sign and digits
	signedField                  // a sign and letters
)

type field struct {
	sort fieldSort
	text string // letters in lower case
	raw  string // as written
}

// maxFields is how many fields an input may have.
const maxFields = 25

func isDigit(c byte) bool { return c >= '0' && c <= '9' }
func isAlpha(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
func isSpace(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' }

// spaces are what C's isspace takes.
const spaces = " \t\n\v\f\r"

func lower(b []byte) string {
	l := make([]byte, len(b))
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		l[i] = c
	}
	return string(l)
}

// splitFields cuts the input into fields; false: it has what no date or time can have, or too much.
func splitFields(buf []field, s []byte) ([]field, bool) {
	fields := buf[:0]
	at := func(i int) byte {
		if i < len(s) {
			return s[i]
		}
		return 0
	}
	while := func(i int, ok func(byte) bool) int {
		for i < len(s) && ok(s[i]) {
			i++
		}
		return i
	}
	for i := 0; i < len(s); {
		c, start := s[i], i
		var sort fieldSort
		switch {
		case isSpace(c):
			i++
			continue
		case isDigit(c):
			i = while(i, isDigit)
			switch d := at(i); d {
			case ':':
				sort = timeField
				i = while(i, func(c byte) bool { return isDigit(c) || c == ':' || c == '.' })
			case '-', '/', '.':
				i++
				if !isDigit(at(i)) { // a month's name, or nothing
					sort = dateField
					i = while(i, func(c byte) bool { return isDigit(c) || isAlpha(c) || c == d })
					break
				}
				sort = dateField
				if d == '.' {
					sort = numberField
				}
				i = while(i, isDigit)
				if at(i) == d { // three parts of a date are divided alike
					sort = dateField
					i = while(i, func(c byte) bool { return isDigit(c) || c == d })
				}
			default:
				sort = numberField
			}
		case c == '.':
			sort = numberField
			i = while(i+1, isDigit)
		case isAlpha(c):
			sort = wordField
			i = while(i, isAlpha)
			d := at(i)
			joined := d == '-' || d == '/' || d == '.'
			if !joined && (d == '+' || isDigit(d)) {
				_, known := dateWords[lower(s[start:i])]
				joined = !known
			}
			if joined {
				sort = dateField
				i = while(i, func(c byte) bool {
					return isDigit(c) || isAlpha(c) || c == '+' || c == '-' || c == '/' || c == '_' || c == '.' || c == ':'
				})
			}
		case c == '+' || c == '-':
			i = while(i+1, isSpace)
			gap := i
			switch {
			case isDigit(at(i)):
				sort = offsetField
				i = while(i, func(c byte) bool { return isDigit(c) || c == ':' || c == '.' || c == '-' })
			case isAlpha(at(i)):
				sort = signedField
				i = while(i, isAlpha)
			default:
				return nil, false
			}
			if gap != start+1 { // the sign stands apart
				if len(fields) == maxFields {
					return nil, false
				}
				raw := string(c) + string(s[gap:i])
				fields = append(fields, field{sort, string(c) + lower(s[gap:i]), raw})
				continue
			}
		case c > ' ' && c < 0x7f: // other punctuation only divides
			i++
			continue
		default:
			return nil, false
		}
		if len(fields) == maxFields {
			return nil, false
		}
		fields = append(fields, field{sort, lower(s[start:i]), string(s[start:i])})
	}
	return fields, true
}

// number reads leading digits as an integer, at most 2^31-1; rest is what follows them.
func number(s string) (n int, rest string, ok bool) { return numberUpTo(s, math.MaxInt32) }

// numberUpTo is number for numbers of up to most in size.
func numberUpTo(s string, most int) (n int, rest string, ok bool) {
	i := 0
	if i < len(s) && (s[i] == '-' || s[i] == '+') {
		i++
	}
	start := i
	for i < len(s) && isDigit(s[i]) {
		digit := int(s[i] - '0')
		if n > (most-digit)/10 {
			return 0, "", false
		}
		n = n*10 + digit
		i++
	}
	if i == start {
		return 0, s, true // nothing read; callers look at rest
	}
	if s[0] == '-' {
		n = -n
	}
	return n, s[i:], true
}

// fractionOf reads ".ddd" as a part of one.
func fractionOf(s string) (float64, bool) {
	if s == "." {
		return 0, true
	}
	for _, c := range []byte(s[1:]) {
		if !isDigit(c) {
			return 0, false
		}
	}
	f, err := strconv.ParseFloat(s, 64)
	return f, err == nil
}
