package function

import (
	"fmt"
	"strings"
	"time"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

func registerToChar(r *registry) {
	withFormat := func(f func(c *Call, nodes []timeNode, a []*column.Vector, i int, out *column.Vector) error) Kernel {
		return func(c *Call, n int, sel column.Selection, args []*column.Vector, out *column.Vector) error {
			var formats remembered[[]timeNode]
			return eachRow(c, n, sel, args, out, func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
				nodes, err := formats.of(a[1].Str(i), parseTimeFormat)
				if err != nil {
					return err
				}
				if len(a[1].Str(i)) == 0 {
					out.AppendNull()
					return nil
				}
				return f(c, nodes, a, i, out)
			})
		}
	}
	r.fn("to_char(timestamp,text)", withFormat(func(c *Call, nodes []timeNode, a []*column.Vector, i int, out *column.Vector) error {
		return toCharTime(c, a[0].Int(i), nil, nodes, out)
	}))
	r.fn("to_char(timestamptz,text)", withFormat(func(c *Call, nodes []timeNode, a []*column.Vector, i int, out *column.Vector) error {
		return toCharTime(c, a[0].Int(i), c.Env.Location, nodes, out)
	}))
	r.fn("to_char(interval,text)", withFormat(func(c *Call, nodes []timeNode, a []*column.Vector, i int, out *column.Vector) error {
		m := spanMoment(a[0].Span(i))
		return m.print(c, nodes, out)
	}))
	registerToCharNumber(r)
	registerFromChar(r)
}

// moment is a timestamp or interval taken apart for to_char.
type moment struct {
	year, month, day     int // year: astronomical
	hour, minute, second int
	micros               int
	days                 int64 // since 1970-01-01
	yearDay              int
	zone                 string
	offset               int // seconds east of UTC
	span                 bool
}

func newMoment(ts int64, loc *time.Location) moment {
	var m moment
	if loc != nil {
		t := time.UnixMicro(ts).In(loc)
		m.zone, m.offset = t.Zone()
		ts += int64(m.offset) * 1_000_000
	}
	m.days = types.TimestampToDate(ts)
	m.year, m.month, m.day = types.CivilDate(m.days)
	rest := ts - m.days*microsPerDay
	m.micros = int(rest % 1_000_000)
	s := int(rest / 1_000_000)
	m.hour, m.minute, m.second = s/3600, s/60%60, s%60
	m.yearDay = int(m.days-types.CivilDays(m.year, 1, 1)) + 1
	return m
}

// spanMoment takes an interval apart. Its calendar is one of months of 30 days.
func spanMoment(s column.Span) moment {
	t := s.Micros
	m := moment{span: true, year: int(s.Months / 12), month: int(s.Months % 12), day: int(s.Days)}
	m.hour, t = int(t/3_600_000_000), t%3_600_000_000
	m.minute, t = int(t/60_000_000), t%60_000_000
	m.second, m.micros = int(t/1_000_000), int(t%1_000_000)
	m.yearDay = int(s.Months)*30 + m.day
	m.days = types.CivilDays(m.year, m.month, m.day)
	return m
}

// weekday counts from Sunday, 0.
func (m *moment) weekday() int { return int(((m.days+4)%7 + 7) % 7) }

// isoWeek is the ISO 8601 year and week: those of the week's Thursday.
func (m *moment) isoWeek() (year, week int) {
	thursday := m.days - int64((m.weekday()+6)%7) + 3
	year, _, _ = types.CivilDate(thursday)
	days := int(thursday - types.CivilDays(year, 1, 1))
	return year, days/7 + 1
}

// shownYear is a year without its era; intervals have none.
func (m *moment) shownYear(y int) int {
	if y <= 0 && !m.span {
		return 1 - y
	}
	return y
}

// toCharTime is to_char of a timestamp, loc nil, or timestamptz. Infinite ones give null.
func toCharTime(c *Call, ts int64, loc *time.Location, nodes []timeNode, out *column.Vector) error {
	if !finiteTime(ts) {
		out.AppendNull()
		return nil
	}
	m := newMoment(ts, loc)
	return m.print(c, nodes, out)
}

func (m *moment) print(c *Call, nodes []timeNode, out *column.Vector) error {
	var dst []byte
	for i := range nodes {
		if i&0xfff == 0xfff && c.ended() != nil {
			return c.ended()
		}
		n := &nodes[i]
		if n.kind != 'f' {
			dst = append(dst, n.text...)
			continue
		}
		var err error
		if dst, err = m.field(dst, n); err != nil {
			return err
		}
	}
	out.AppendBytes(dst)
	return nil
}

// romanMonths from January on.
var romanMonths = strings.Fields("I II III IV V VI VII VIII IX X XI XII")

// field appends what a pattern stands for.
func (m *moment) field(dst []byte, n *timeNode) ([]byte, error) {
	number := func(x, width int) ([]byte, error) {
		if n.fill {
			width = 0
		}
		start := len(dst)
		dst = fmt.Appendf(dst, "%0*d", width, x)
		if n.th != "" {
			dst = append(dst, ordinalOf(dst[start:], n.th)...)
		}
		return dst, nil
	}
	signed := func(x, width int) ([]byte, error) { // intervals' fields have room for a minus
		if x < 0 {
			width++
		}
		return number(x, width)
	}
	word := func(s string, width int) ([]byte, error) {
		switch name := n.key.name; {
		case name == n.key.field:
			s = strings.ToUpper(s)
		case name == strings.ToLower(name):
			s = strings.ToLower(s)
		}
		if n.fill || n.local {
			width = 0
		}
		return fmt.Appendf(dst, "%-*s", width, s), nil
	}
	if m.span {
		switch n.key.field {
		case "TZ", "TZH", "TZM", "OF", "AD", "BC", "A.D.", "B.C.", "MONTH", "MON", "DAY", "DY", "D", "ID":
			return dst, types.Errorf(types.CodeInvalidDatetimeFormat, "invalid format specification for an interval value").
				WithHint("Intervals are not tied to specific calendar dates.")
		}
	}
	switch n.key.field {
	case "FX":
		return dst, nil
	case "AM", "PM", "A.M.", "P.M.":
		s := "am"
		if m.hour%24 >= 12 {
			s = "pm"
		}
		if len(n.key.name) == 4 {
			s = s[:1] + "." + s[1:] + "."
		}
		return word(s, 0)
	case "AD", "BC", "A.D.", "B.C.":
		s := "ad"
		if m.year <= 0 {
			s = "bc"
		}
		if len(n.key.name) == 4 {
			s = s[:1] + "." + s[1:] + "."
		}
		return word(s, 0)
	case "MONTH":
		return word(time.Month(m.month).String(), 9)
	case "MON":
		return word(time.Month(m.month).String()[:3], 0)
	case "DAY":
		return word(time.Weekday(m.weekday()).String(), 9)
	case "DY":
		return word(time.Weekday(m.weekday()).String()[:3], 0)
	case "RM":
		return m.roman(dst, n)
	case "HH", "HH12":
		h := m.hour % 12
		if h == 0 {
			h = 12
		}
		if m.hour < 0 { // as wide as its sign asks for
			return number(h, 3)
		}
		return number(h, 2)
	case "HH24":
		return signed(m.hour, 2)
	case "MI":
		return signed(m.minute, 2)
	case "SS":
		return signed(m.second, 2)
	case "MS":
		return m.fraction(dst, n, 1000, 3)
	case "US":
		return m.fraction(dst, n, 1, 6)
	case "FF1", "FF2", "FF3", "FF4", "FF5", "FF6":
		digits := int(n.key.name[2] - '0')
		unit := 1
		for range 6 - digits {
			unit *= 10
		}
		return m.fraction(dst, n, unit, digits)
	case "SSSS", "SSSSS":
		return number(m.hour*3600+m.minute*60+m.second, 0)
	case "TZ":
		if n.key.name == "tz" {
			return append(dst, strings.ToLower(m.zone)...), nil
		}
		return append(dst, m.zone...), nil
	case "TZH", "TZM", "OF":
		return m.zoneOffset(dst, n), nil
	}
	return m.dateField(dst, n, number, signed)
}

// fraction appends a part of the second; it is never filled up less.
func (m *moment) fraction(dst []byte, n *timeNode, unit, width int) ([]byte, error) {
	start := len(dst)
	dst = fmt.Appendf(dst, "%0*d", width, m.micros/unit)
	if n.th != "" {
		dst = append(dst, ordinalOf(dst[start:], n.th)...)
	}
	return dst, nil
}

func (m *moment) zoneOffset(dst []byte, n *timeNode) []byte {
	sign, o := byte('+'), m.offset
	if o < 0 {
		sign, o = '-', -o
	}
	switch n.key.field {
	case "TZH":
		return fmt.Appendf(dst, "%c%02d", sign, o/3600)
	case "TZM":
		return fmt.Appendf(dst, "%02d", o/60%60)
	}
	width := 2
	if n.fill {
		width = 0
	}
	dst = fmt.Appendf(dst, "%c%0*d", sign, width, o/3600)
	if o%3600 != 0 {
		dst = fmt.Appendf(dst, ":%02d", o/60%60)
	}
	return dst
}

// roman appends the month in Roman numerals; months of intervals may be none, and negative.
func (m *moment) roman(dst []byte, n *timeNode) ([]byte, error) {
	if m.month == 0 && m.year == 0 {
		return dst, nil
	}
	month := m.month
	if month <= 0 {
		if month == 0 && m.year >= 0 {
			month = 12
		} else if month == 0 {
			month = 1
		} else {
			month += 13
		}
	}
	s, width := romanMonths[month-1], 4
	if n.key.name == "rm" {
		s = strings.ToLower(s)
	}
	if n.fill {
		width = 0
	}
	return fmt.Appendf(dst, "%-*s", width, s), nil
}

// dateField appends a number of the calendar.
func (m *moment) dateField(dst []byte, n *timeNode, number, signed func(x, width int) ([]byte, error)) ([]byte, error) {
	isoYear := func() int { y, _ := m.isoWeek(); return m.shownYear(y) }
	minus := 0 // the width of the sign of a year
	if m.shownYear(m.year) < 0 {
		minus = 1
	}
	switch n.key.field {
	case "MM":
		return signed(m.month, 2)
	case "DDD":
		return number(m.yearDay, 3)
	case "IDDD":
		_, w := m.isoWeek()
		return number((w-1)*7+(m.weekday()+6)%7+1, 3)
	case "DD":
		return number(m.day, 2)
	case "D":
		return number(m.weekday()+1, 0)
	case "ID":
		return number((m.weekday()+6)%7+1, 0)
	case "WW":
		return number((m.yearDay-1)/7+1, 2)
	case "IW":
		_, w := m.isoWeek()
		return number(w, 2)
	case "W":
		return number((m.day-1)/7+1, 0)
	case "Q":
		if m.month == 0 {
			return dst, nil
		}
		return number((m.month-1)/3+1, 0)
	case "CC":
		c := m.year / 100
		if !m.span {
			if c = (m.year-1)/100 + 1; m.year <= 0 {
				c = m.year/100 - 1
			}
		}
		return signed(c, 2)
	case "J":
		return number(int(m.days)+2440588, 0)
	case "Y,YYY":
		y := m.shownYear(m.year)
		start := len(dst)
		dst = fmt.Appendf(dst, "%d,%03d", y/1000, y%1000)
		if n.th != "" {
			dst = append(dst, ordinalOf(dst[start:], n.th)...)
		}
		return dst, nil
	case "YYYY":
		return signed(m.shownYear(m.year), 4)
	case "YYY":
		return signed(m.shownYear(m.year)%1000, 3)
	case "YY":
		return signed(m.shownYear(m.year)%100, 2)
	case "Y":
		return number(m.shownYear(m.year)%10, 1)
	case "IYYY":
		return number(isoYear(), 4+minus)
	case "IYY":
		return number(isoYear()%1000, 3+minus)
	case "IY":
		return number(isoYear()%100, 2+minus)
	case "I":
		return number(isoYear()%10, 1)
	}
	return dst, nil
}

// ordinalOf is the ending of a number spelled in digits.
func ordinalOf(digits []byte, th string) string {
	s := "th"
	if n := len(digits); n < 2 || digits[n-2] != '1' {
		switch digits[n-1] {
		case '1':
			s = "st"
		case '2':
			s = "nd"
		case '3':
			s = "rd"
		}
	}
	if th == "TH" {
		return strings.ToUpper(s)
	}
	return s
}
