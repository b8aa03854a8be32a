package function

import (
	"math"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// registerFromChar: times read by a format.
func registerFromChar(r *registry) {
	reading := func(f func(c *Call, d *dateParts, out *column.Vector) error) Kernel {
		return func(c *Call, n int, sel column.Selection, args []*column.Vector, out *column.Vector) error {
			var formats remembered[[]timeNode]
			return eachRow(c, n, sel, args, out, func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
				nodes, err := formats.of(a[1].Str(i), parseTimeFormat)
				if err != nil {
					return err
				}
				d, err := readByFormat(string(a[0].Str(i)), nodes)
				if err != nil {
					return err
				}
				return f(c, d, out)
			})
		}
	}
	r.fn("to_date(text,text)", reading(func(_ *Call, d *dateParts, out *column.Vector) error {
		days := types.CivilDays(d.year, d.month, d.day)
		if days < -2440588 || d.year > 5874897 {
			return types.Errorf(types.CodeDatetimeOverflow, "date out of range: \"%s\"", d.text)
		}
		out.AppendInt(days)
		return nil
	}))
	r.fn("to_timestamp(text,text)", reading(func(c *Call, d *dateParts, out *column.Vector) error {
		days := types.CivilDays(d.year, d.month, d.day)
		midnight, err := types.DateToTimestamp(days)
		if err != nil {
			return types.Errorf(types.CodeDatetimeOverflow, "timestamp out of range")
		}
		ts := midnight + d.clock
		ts = roundedTo(ts, d.digits)
		loc := c.Env.Location
		if d.zoned {
			loc = time.FixedZone("", d.offset)
		}
		ts, err = types.TimestampToTimestamptz(ts, loc)
		if err != nil {
			return err
		}
		out.AppendInt(ts)
		return nil
	}))
}

// dateParts is what was read: a date, a time of day in microseconds, and a zone where the format names one.
type dateParts struct {
	text             string
	year, month, day int // year: astronomical, 0 where nothing says it
	clock            int64
	digits           int // of the fraction, where the format says so
	zoned            bool
	offset           int // seconds east of UTC
}

// fromChar reads a text by the nodes of a format. Fields keep the numbers as they stand there, 0 for none.
type fromChar struct {
	text   string
	at     int
	nodes  []timeNode
	fixed  bool // FX
	exact  bool // SQL's standard: what the format has stands in the text, and nothing else
	extra  int  // blanks skipped that the format does not have
	era    byte
	fields map[string]int

	hour12       bool
	yearDigits   int
	fraction     int // digits that FF asks for
	zoneSign     int
	zoneH, zoneM int
}

func readByFormat(text string, nodes []timeNode) (*dateParts, error) {
	r := &fromChar{text: text, nodes: nodes, fields: map[string]int{}}
	if err := r.read(); err != nil {
		return nil, err
	}
	return r.assemble()
}

// readExactly is readByFormat for SQL's standard.
func readExactly(text string, nodes []timeNode) (*dateParts, error) {
	r := &fromChar{text: text, nodes: nodes, fields: map[string]int{}, fixed: true, exact: true}
	if err := r.read(); err != nil {
		return nil, err
	}
	return r.assemble()
}

func (r *fromChar) more() bool { return r.at < len(r.text) }

func (r *fromChar) skipBlanks() {
	for r.more() && blank(r.text[r.at]) {
		r.at++
		r.extra++
	}
}

func (r *fromChar) skipChar() {
	_, w := utf8.DecodeRuneInString(r.text[r.at:])
	r.at += w
}

func (r *fromChar) read() error {
	for i := range r.nodes {
		n := &r.nodes[i]
		if !r.more() {
			if r.exact {
				return badDate("input string is too short for datetime format")
			}
			return nil
		}
		if r.exact && n.kind != 'f' {
			if !strings.HasPrefix(r.text[r.at:], n.text) {
				if n.kind == 'c' {
					return badDate("unmatched format character \"%s\"", n.text)
				}
				return badDate("unmatched format separator \"%s\"", n.text)
			}
			r.at += len(n.text)
			continue
		}
		if !r.fixed && (n.kind != 'f' || n.key.field != "FX") && (n.kind == 'f' || i == 0) {
			if r.skipBlanks(); !r.more() && n.kind != 'f' {
				return nil
			}
		}
		switch n.kind {
		case ' ', 's':
			// One mark of the format takes one of the text or, unless the width is fixed, none.
			if r.fixed {
				r.skipChar()
				continue
			}
			r.extra--
			if r.more() && (blank(r.text[r.at]) || separator(r.text[r.at])) {
				r.at++
				r.extra++
			}
			continue
		case 'c':
			// Whatever stands there: blanks that were skipped beyond those of the format count for it.
			if !r.fixed && r.extra > 0 {
				r.extra--
			} else {
				r.skipChar()
			}
			continue
		}
		if err := r.field(i); err != nil {
			return err
		}
		if !r.fixed {
			r.extra = 0
			r.skipBlanks()
		}
	}
	if r.exact {
		if r.skipBlanks(); r.more() {
			return badDate("trailing characters remain in input string after datetime format")
		}
	}
	return nil
}

func badDate(format string, args ...any) *types.Error {
	return types.Errorf(types.CodeInvalidDatetimeFormat, format, args...)
}

// set keeps a field's number; another one than it had before is an error.
func (r *fromChar) set(field string, value int, key *timeKey) error {
	if old := r.fields[field]; old != 0 && old != value {
		return badDate("conflicting values for \"%s\" field in formatting string", key.name).
			WithDetail("This value contradicts a previous setting for the same field type.")
	}
	r.fields[field] = value
	return nil
}

// openEnded reports whether the number of a field ends with its digits, wherever: nothing that begins with a digit follows it.
func (r *fromChar) openEnded(i int) bool {
	if r.nodes[i].th != "" || i+1 == len(r.nodes) {
		return true
	}
	switch next := &r.nodes[i+1]; {
	case next.kind == 'f':
		return !next.key.digits
	default:
		return next.text[0] < '0' || next.text[0] > '9'
	}
}

// leadingNumber reads a number with its sign; n is how many bytes it takes, 0 for none.
func leadingNumber(s string) (x int64, n int, fits bool) {
	for n < len(s) && blank(s[n]) {
		n++
	}
	negative := false
	if n < len(s) && (s[n] == '-' || s[n] == '+') {
		negative = s[n] == '-'
		n++
	}
	start := n
	fits = true
	for ; n < len(s) && s[n] >= '0' && s[n] <= '9'; n++ {
		if x = x*10 + int64(s[n]-'0'); x > math.MaxInt32+1 {
			x, fits = math.MaxInt32+1, false
		}
	}
	if n == start {
		return 0, 0, true
	}
	if negative {
		x = -x
	}
	return x, n, fits && x <= math.MaxInt32
}

// number reads the number of a field of so many digits; length is how many characters it took.
func (r *fromChar) number(i int, width int) (value, length int, err error) {
	n := &r.nodes[i]
	start := r.at
	for r.more() && blank(r.text[r.at]) {
		r.at++
	}
	rest := r.text[r.at:]
	part := rest[:min(width, len(rest))]
	var x int64
	var used int
	var fits bool
	if n.fill || r.openEnded(i) {
		x, used, fits = leadingNumber(r.text[start:])
		r.at = start + used
	} else {
		if len(rest) < width {
			return 0, 0, badDate("source string too short for \"%s\" formatting field", n.key.name).
				WithDetail("Field requires %d characters, but only %d remain.", width, len(rest)).
				WithHint("If your source string is not fixed-width, try using the \"FM\" modifier.")
		}
		x, used, fits = leadingNumber(part)
		if used > 0 && used < width {
			return 0, 0, badDate("invalid value \"%s\" for \"%s\"", part, n.key.name).
				WithDetail("Field requires %d characters, but only %d could be parsed.", width, used).
				WithHint("If your source string is not fixed-width, try using the \"FM\" modifier.")
		}
		r.at += used
	}
	if r.at == start {
		return 0, 0, badDate("invalid value \"%s\" for \"%s\"", part, n.key.name).WithDetail("Value must be an integer.")
	}
	if !fits {
		return 0, 0, types.Errorf(types.CodeDatetimeOverflow, "value for \"%s\" in source string is out of range", n.key.name).
			WithDetail("Value must be in the range %d to %d.", math.MinInt32, math.MaxInt32)
	}
	return int(x), r.at - start, nil
}

// numbered reads a number into a field.
func (r *fromChar) numbered(i int, field string, width int) (length int, err error) {
	x, length, err := r.number(i, width)
	if err != nil {
		return 0, err
	}
	if err := r.set(field, x, r.nodes[i].key); err != nil {
		return 0, err
	}
	r.skipOrdinal(i)
	return length, nil
}

// skipOrdinal steps over the two characters of a number's ending.
func (r *fromChar) skipOrdinal(i int) {
	if r.nodes[i].th == "" {
		return
	}
	for range 2 {
		if r.more() {
			r.skipChar()
		}
	}
}

// word reads one of several words, in any case; it is the place of that word.
func (r *fromChar) word(n *timeNode, words []string) (int, error) {
	rest := r.text[r.at:]
	for k, w := range words {
		if len(rest) >= len(w) && strings.EqualFold(rest[:len(w)], w) {
			r.at += len(w)
			return k, nil
		}
	}
	if end := strings.IndexFunc(rest, func(c rune) bool { return c < 0x80 && blank(byte(c)) }); end >= 0 {
		rest = rest[:end]
	}
	return 0, badDate("invalid value \"%s\" for \"%s\"", rest, n.key.name).
		WithDetail("The given value did not match any of the allowed values for this field.")
}
