package function

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

func registerToChar(r *registry) {
	r.fn("to_char(timestamp,text)", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		return toCharTime(a[0].Int(i), nil, a[1].Str(i), out)
	}))
	r.fn("to_char(timestamptz,text)", byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
		return toCharTime(a[0].Int(i), c.Env.Location, a[1].Str(i), out)
	}))
	registerToCharNumber(r)
}

// moment is a timestamp taken apart for to_char.
type moment struct {
	year, month, day     int // year: astronomical
	hour, minute, second int
	micros               int
	days                 int64 // since 1970-01-01
	zone                 string
	offset               int // seconds east of UTC
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
	return m
}

// weekday counts from Sunday, 0.
func (m *moment) weekday() int { return int(((m.days+4)%7 + 7) % 7) }

func (m *moment) yearDay() int { return int(m.days-types.CivilDays(m.year, 1, 1)) + 1 }

// isoWeek is the ISO 8601 year and week: those of the week's Thursday.
func (m *moment) isoWeek() (year, week int) {
	thursday := m.days - int64((m.weekday()+6)%7) + 3
	year, _, _ = types.CivilDate(thursday)
	days := int(thursday - types.CivilDays(year, 1, 1))
	return year, days/7 + 1
}

// shownYear is the year without its era.
func shownYear(y int) int {
	if y <= 0 {
		return 1 - y
	}
	return y
}

// timePattern computes the text of a pattern: a number with a width to pad it to with zeros, or words.
type timePattern struct {
	name   string
	number func(m *moment) (n, width int)
	word   func(m *moment, padded bool) string
}

func number(name string, width int, f func(m *moment) int) timePattern {
	return timePattern{name: name, number: func(m *moment) (int, int) { return f(m), width }}
}

// word gives a name in the pattern's own case, padded to width.
func word(name string, width int, f func(m *moment) string) timePattern {
	return timePattern{name: name, word: func(m *moment, padded bool) string {
		s := f(m)
		switch {
		case name == strings.ToUpper(name):
			s = strings.ToUpper(s)
		case name == strings.ToLower(name):
			s = strings.ToLower(s)
		}
		if padded {
			s = fmt.Sprintf("%-*s", width, s)
		}
		return s
	}}
}

// timePatterns, longer ones before those that they begin with. A nil pair of functions is one that is not built.
var timePatterns = makeTimePatterns()

func makeTimePatterns() []timePattern {
	hour12 := func(m *moment) int { return (m.hour+11)%12 + 1 }
	month := func(m *moment) string { return time.Month(m.month).String() }
	day := func(m *moment) string { return time.Weekday(m.weekday()).String() }
	half := func(am, pm string) func(m *moment) string {
		return func(m *moment) string {
			if m.hour < 12 {
				return am
			}
			return pm
		}
	}
	era := func(bc, ad string) func(m *moment) string {
		return func(m *moment) string {
			if m.year <= 0 {
				return bc
			}
			return ad
		}
	}
	abbreviated := func(f func(m *moment) string) func(m *moment) string {
		return func(m *moment) string { return f(m)[:3] }
	}
	year := func(mod int) func(m *moment) int { return func(m *moment) int { return shownYear(m.year) % mod } }
	isoYear := func(mod int) func(m *moment) int {
		return func(m *moment) int { y, _ := m.isoWeek(); return shownYear(y) % mod }
	}
	ps := []timePattern{
		word("Month", 9, month), word("month", 9, month), word("MONTH", 9, month),
		word("Mon", 3, abbreviated(month)), word("mon", 3, abbreviated(month)), word("MON", 3, abbreviated(month)),
		word("Day", 9, day), word("day", 9, day), word("DAY", 9, day),
		word("Dy", 3, abbreviated(day)), word("dy", 3, abbreviated(day)), word("DY", 3, abbreviated(day)),
		word("A.M.", 4, half("a.m.", "p.m.")), word("P.M.", 4, half("a.m.", "p.m.")), word("a.m.", 4, half("a.m.", "p.m.")), word("p.m.", 4, half("a.m.", "p.m.")),
		word("A.D.", 4, era("b.c.", "a.d.")), word("B.C.", 4, era("b.c.", "a.d.")), word("a.d.", 4, era("b.c.", "a.d.")), word("b.c.", 4, era("b.c.", "a.d.")),
		word("AM", 2, half("am", "pm")), word("PM", 2, half("am", "pm")), word("am", 2, half("am", "pm")), word("pm", 2, half("am", "pm")),
		word("AD", 2, era("bc", "ad")), word("BC", 2, era("bc", "ad")), word("ad", 2, era("bc", "ad")), word("bc", 2, era("bc", "ad")),
	}
	numbers := []timePattern{
		number("SSSSS", 1, func(m *moment) int { return m.hour*3600 + m.minute*60 + m.second }),
		number("SSSS", 1, func(m *moment) int { return m.hour*3600 + m.minute*60 + m.second }),
		number("HH24", 2, func(m *moment) int { return m.hour }), number("HH12", 2, hour12), number("HH", 2, hour12),
		number("MI", 2, func(m *moment) int { return m.minute }), number("MM", 2, func(m *moment) int { return m.month }),
		number("MS", 3, func(m *moment) int { return m.micros / 1000 }), number("US", 6, func(m *moment) int { return m.micros }),
		number("SS", 2, func(m *moment) int { return m.second }),
		number("FF1", 1, func(m *moment) int { return m.micros / 100000 }), number("FF2", 2, func(m *moment) int { return m.micros / 10000 }),
		number("FF3", 3, func(m *moment) int { return m.micros / 1000 }), number("FF4", 4, func(m *moment) int { return m.micros / 100 }),
		number("FF5", 5, func(m *moment) int { return m.micros / 10 }), number("FF6", 6, func(m *moment) int { return m.micros }),
		{name: "Y,YYY", word: func(m *moment, _ bool) string {
			y := shownYear(m.year)
			return fmt.Sprintf("%d,%03d", y/1000, y%1000)
		}},
		number("IYYY", 4, isoYear(1e9)), number("IYY", 3, isoYear(1000)), number("IY", 2, isoYear(100)),
		number("YYYY", 4, year(1e9)), number("YYY", 3, year(1000)), number("YY", 2, year(100)), number("Y", 1, year(10)),
		number("IDDD", 3, func(m *moment) int { _, w := m.isoWeek(); return (w-1)*7 + (m.weekday()+6)%7 + 1 }),
		number("ID", 1, func(m *moment) int { return (m.weekday()+6)%7 + 1 }), number("IW", 2, func(m *moment) int { _, w := m.isoWeek(); return w }),
		number("I", 1, isoYear(10)),
		number("DDD", 3, (*moment).yearDay), number("DD", 2, func(m *moment) int { return m.day }), number("D", 1, func(m *moment) int { return m.weekday() + 1 }),
		number("WW", 2, func(m *moment) int { return (m.yearDay()-1)/7 + 1 }), number("W", 1, func(m *moment) int { return (m.day-1)/7 + 1 }),
		number("CC", 2, func(m *moment) int { return (shownYear(m.year) + 99) / 100 }), number("Q", 1, func(m *moment) int { return (m.month-1)/3 + 1 }),
		number("J", 1, func(m *moment) int { return int(m.days) + 2440588 }),
	}
	for _, p := range numbers {
		ps = append(ps, p)
		p.name = strings.ToLower(p.name)
		ps = append(ps, p)
	}
	zone := func(m *moment, f func(sign byte, h, minute int) string) string {
		sign, o := byte('+'), m.offset
		if o < 0 {
			sign, o = '-', -o
		}
		return f(sign, o/3600, o/60%60)
	}
	for _, p := range []timePattern{
		{name: "TZH", word: func(m *moment, _ bool) string {
			return zone(m, func(sign byte, h, _ int) string { return fmt.Sprintf("%c%02d", sign, h) })
		}},
		{name: "TZM", word: func(m *moment, _ bool) string {
			return zone(m, func(_ byte, _, minute int) string { return fmt.Sprintf("%02d", minute) })
		}},
		{name: "OF", word: func(m *moment, padded bool) string {
			return zone(m, func(sign byte, h, minute int) string {
				width := 2
				if !padded {
					width = 0
				}
				s := fmt.Sprintf("%c%0*d", sign, width, h)
				if minute != 0 {
					s += fmt.Sprintf(":%02d", minute)
				}
				return s
			})
		}},
	} {
		ps = append(ps, p, timePattern{name: strings.ToLower(p.name), word: p.word})
	}
	return append(ps,
		timePattern{name: "TZ", word: func(m *moment, _ bool) string { return m.zone }},
		timePattern{name: "tz", word: func(m *moment, _ bool) string { return strings.ToLower(m.zone) }},
		timePattern{name: "TM"}, timePattern{name: "tm"}, timePattern{name: "RM"}, timePattern{name: "rm"}, timePattern{name: "SP"},
	)
}

// toCharTime is to_char of a timestamp, loc nil, or timestamptz. Infinite ones and an empty format give null.
func toCharTime(ts int64, loc *time.Location, format []byte, out *column.Vector) error {
	if len(format) == 0 || !finiteTime(ts) {
		out.AppendNull()
		return nil
	}
	m := newMoment(ts, loc)
	var dst []byte
	for len(format) > 0 {
		if n, text, ok := literalOf(format); ok {
			dst, format = append(dst, text...), format[n:]
			continue
		}
		fill := false
		for len(format) >= 2 && (string(format[:2]) == "FM" || string(format[:2]) == "fm") {
			fill, format = true, format[2:]
		}
		p := timePatternAt(format)
		if p == nil {
			if fill || len(format) == 0 {
				continue
			}
			dst, format = append(dst, format[0]), format[1:]
			continue
		}
		format = format[len(p.name):]
		switch {
		case p.word != nil:
			dst = append(dst, p.word(&m, !fill)...)
		case p.number != nil:
			n, width := p.number(&m)
			if fill {
				width = 0
			}
			dst = fmt.Appendf(dst, "%0*d", width, n)
			if len(format) >= 2 && (string(format[:2]) == "TH" || string(format[:2]) == "th") {
				s := ordinal(n)
				if format[0] == 'T' {
					s = strings.ToUpper(s)
				}
				dst, format = append(dst, s...), format[2:]
			}
		default:
			return types.Errorf(types.CodeFeatureNotSupported, "to_char pattern \"%s\" is not supported yet", p.name)
		}
	}
	out.AppendBytes(dst)
	return nil
}

func timePatternAt(format []byte) *timePattern {
	for i := range timePatterns {
		if p := &timePatterns[i]; bytes.HasPrefix(format, []byte(p.name)) {
			return p
		}
	}
	return nil
}

// literalOf reads quoted text or an escaped quote at the start of a format: n bytes of it, and what they stand for.
func literalOf(format []byte) (n int, text []byte, ok bool) {
	switch {
	case format[0] == '"':
		for n = 1; n < len(format) && format[n] != '"'; n++ {
			if format[n] == '\\' && n+1 < len(format) {
				n++
			}
			text = append(text, format[n])
		}
		return min(n+1, len(format)), text, true
	case format[0] == '\\' && len(format) > 1 && format[1] == '"':
		return 2, format[1:2], true
	}
	return 0, nil, false
}

func ordinal(n int) string {
	if n%100 >= 11 && n%100 <= 13 {
		return "th"
	}
	switch n % 10 {
	case 1:
		return "st"
	case 2:
		return "nd"
	case 3:
		return "rd"
	}
	return "th"
}
