package types

import (
	"math"
	"strconv"
	"strings"

	"github.com/flare-pg/flare-pg/column"
)

// A vector holds an amount of money in cents. It is read and shown as with PostgreSQL's lc_monetary = 'C': $1,234.50.

// centDigits is how many digits stand behind the point.
const centDigits = 2

// parseMoney reads an amount. A currency sign may stand at either end, a minus before or behind the digits, or parentheses around them for the same, and commas
// anywhere among them; the third digit behind the point rounds.
func parseMoney(out *column.Vector, s []byte) error {
	rest := string(s)
	skip := func(c byte) bool {
		if rest != "" && rest[0] == c {
			rest = rest[1:]
			return true
		}
		return false
	}
	blanks := func() { rest = strings.TrimLeft(rest, spaces) }
	digit := func() bool { return rest != "" && rest[0] >= '0' && rest[0] <= '9' }
	blanks()
	skip('$')
	negative := skip('-') || skip('(')
	if !negative {
		skip('+')
	}
	blanks()
	skip('$')

	// Amounts are added up below zero, where there is room for one more.
	cents, point, decimals, fits := int64(0), false, 0, true
	more := func(d int64) {
		if cents < (math.MinInt64+d)/10 {
			fits = false
		}
		cents = cents*10 - d
	}
	for ; rest != ""; rest = rest[1:] {
		switch {
		case digit() && (!point || decimals < centDigits):
			more(int64(rest[0] - '0'))
			if point {
				decimals++
			}
			continue
		case rest[0] == '.' && !point:
			point = true
			continue
		case rest[0] == ',':
			continue
		}
		break
	}
	up := digit() && rest[0] >= '5'
	if up && decimals == centDigits {
		if cents == math.MinInt64 {
			fits = false
		}
		cents--
	}
	for ; decimals < centDigits; decimals++ {
		more(0)
	}
	for digit() {
		rest = rest[1:]
	}
	for rest != "" {
		switch {
		case strings.IndexByte(spaces+")+$", rest[0]) >= 0:
		case rest[0] == '-':
			negative = true
		default:
			return badSyntax(Money, s)
		}
		rest = rest[1:]
	}
	if !fits || !negative && cents == math.MinInt64 {
		return Errorf(CodeNumericOutOfRange, "value \"%s\" is out of range for type money", s)
	}
	if !negative {
		cents = -cents
	}
	out.AppendInt(cents)
	return nil
}

func appendMoney(dst []byte, cents int64) []byte {
	amount := uint64(cents)
	if cents < 0 {
		dst, amount = append(dst, '-'), -amount
	}
	whole := strconv.FormatUint(amount/100, 10)
	dst = append(dst, '$')
	for i, c := range []byte(whole) {
		if i > 0 && (len(whole)-i)%3 == 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, c)
	}
	return append(dst, '.', '0'+byte(amount/10%10), '0'+byte(amount%10))
}
