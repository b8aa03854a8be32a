package strip

import "math"

// Texts that are times: 2020-07-29T07:10:00.123Z, with a space in place of T, or without Z.
//
//	1 flags; 1: a space stands between date and time, 2: no Z stands behind
//	1 digits that the unit is of, 7 (100 ns) to 9
//	  integers: the times, in that unit, since 1970; not there where they are those of the events
//	  integers: the digits of each text's fraction
const (
	timeSpace = 1
	timeLocal = 2

	leastDigits = 7
	mostDigits  = 9
)

var powers = [...]int64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18}

// appendTimes appends t where it is of that kind. rows are the events' timestamps where there is one text for each.
func (b *Builder) appendTimes(dst []byte, t texts, rows []int64) ([]byte, bool) {
	flags, _, _, _, ok := parseTime(t.at(0))
	if !ok || !b.looksTimed(t) {
		return dst, false
	}
	times, digits := b.takeInts(len(t.refs)), b.takeInts(len(t.refs))
	defer func() { b.giveInts(times); b.giveInts(digits) }()
	unit := int64(leastDigits)
	for i := range t.refs {
		_, _, _, n, ok := parseTime(t.at(i))
		if !ok {
			return dst, false
		}
		unit = max(unit, int64(n))
	}
	same := rows != nil
	for i := range t.refs {
		f, seconds, fraction, n, _ := parseTime(t.at(i))
		// Finer than 100 ns, a few centuries are all that 64 bits hold.
		if f != flags || unit > leastDigits && (seconds > math.MaxInt64/powers[unit]-1 || seconds < math.MinInt64/powers[unit]+1) {
			return dst, false
		}
		times[i] = seconds*powers[unit] + fraction*powers[unit-int64(n)]
		digits[i] = int64(n)
		same = same && times[i] == rows[i]
	}
	if same = same && unit == leastDigits; same {
		dst = append(dst, textEventTime, flags, byte(unit))
	} else {
		dst = append(dst, textTime, flags, byte(unit))
		dst = b.appendInts(dst, times, anyInts)
	}
	if unit == leastDigits {
		b.bounds(times)
		b.digits = leastDigits
	}
	return b.appendInts(dst, digits, codeInts), true
}

// looksTimed looks at a few texts, lest all be parsed in vain.
func (b *Builder) looksTimed(t texts) bool {
	for i := 0; i < len(t.refs); i += 1 + len(t.refs)/8 {
		if _, _, _, _, ok := parseTime(t.at(i)); !ok {
			return false
		}
	}
	return true
}

// parseTime reads a time that appendTime writes the same way.
func parseTime(v []byte) (flags uint8, seconds, fraction int64, digits int, ok bool) {
	const shape = "0000-00-00T00:00:00"
	if len(v) < len(shape) || len(v) > len(shape)+1+mostDigits+1 {
		return
	}
	for i := range len(shape) {
		c := v[i]
		switch shape[i] {
		case '0':
			if c-'0' > 9 {
				return
			}
		case 'T':
			if c == ' ' {
				flags = timeSpace
			} else if c != 'T' {
				return
			}
		default:
			if c != shape[i] {
				return
			}
		}
	}
	two := func(i int) int64 { return int64(v[i]-'0')*10 + int64(v[i+1]-'0') }
	year, month, day := two(0)*100+two(2), two(5), two(8)
	hour, minute, second := two(11), two(14), two(17)
	if year == 0 || month < 1 || month > 12 || day < 1 || day > daysIn(year, month) || hour > 23 || minute > 59 || second > 59 {
		return
	}
	rest := v[len(shape):]
	if n := len(rest); n > 0 && rest[n-1] == 'Z' {
		rest = rest[:n-1]
	} else {
		flags |= timeLocal
	}
	if len(rest) > 0 {
		if rest[0] != '.' || len(rest) == 1 || len(rest) > 1+mostDigits {
			return
		}
		for _, c := range rest[1:] {
			if c-'0' > 9 {
				return
			}
			fraction = fraction*10 + int64(c-'0')
		}
		digits = len(rest) - 1
	}
	return flags, daysOf(year, month, day)*86400 + hour*3600 + minute*60 + second, fraction, digits, true
}

func daysIn(year, month int64) int64 {
	switch month {
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

// daysOf is the days from 1970 on, in the calendar that counts years from March, so that the day that is put in comes last.
func daysOf(year, month, day int64) int64 {
	if month <= 2 {
		year--
		month += 12
	}
	return 365*year + year/4 - year/100 + year/400 + (153*(month-3)+2)/5 + day - 1 - 719468
}

// dateOf is daysOf the other way round, for the years that parseTime reads.
func dateOf(days int64) (year, month, day int64) {
	days += 719468
	era := days / 146097
	left := days - era*146097
	y := (left - left/1460 + left/36524 - left/146096) / 365
	left -= 365*y + y/4 - y/100
	m := (5*left + 2) / 153
	day = left - (153*m+2)/5 + 1
	if m < 10 {
		return y + era*400, m + 3, day
	}
	return y + era*400 + 1, m - 9, day
}

// timeTexts are such texts as they are stored.
type timeTexts struct {
	flags  uint8
	unit   uint8
	times  ints
	digits ints

	days int64 // the date that was written last
	date [10]byte
}

func (in *input) times(n int, events bool) *timeTexts {
	t := &timeTexts{flags: in.byte(), unit: in.byte(), days: math.MinInt64}
	if t.flags > timeSpace|timeLocal || t.unit < leastDigits || t.unit > mostDigits {
		in.fail()
	}
	if !events {
		t.times = in.ints(n, anyInts)
	}
	t.digits = in.ints(n, codeInts)
	return t
}

func (t *timeTexts) load(m *memory) error {
	if err := t.times.load(m); err != nil {
		return err
	}
	return t.digits.load(m)
}

func (t *timeTexts) append(dst []byte, i int) []byte {
	v, digits := t.times.at(i), t.digits.at(i)
	seconds := v / powers[t.unit]
	fraction := v - seconds*powers[t.unit]
	if fraction < 0 {
		seconds--
		fraction += powers[t.unit]
	}
	days := seconds / 86400
	of := seconds - days*86400
	if of < 0 {
		days--
		of += 86400
	}
	if days != t.days {
		t.days = days
		year, month, day := dateOf(days)
		d := &t.date
		d[0], d[1], d[2], d[3] = byte('0'+year/1000%10), byte('0'+year/100%10), byte('0'+year/10%10), byte('0'+year%10)
		d[4], d[7] = '-', '-'
		d[5], d[6], d[8], d[9] = byte('0'+month/10), byte('0'+month%10), byte('0'+day/10), byte('0'+day%10)
	}
	between := byte('T')
	if t.flags&timeSpace != 0 {
		between = ' '
	}
	hour, minute, second := of/3600, of/60%60, of%60
	dst = append(dst, t.date[:]...)
	dst = append(dst, between, byte('0'+hour/10), byte('0'+hour%10), ':', byte('0'+minute/10), byte('0'+minute%10), ':', byte('0'+second/10), byte('0'+second%10))
	if digits > 0 && digits <= int64(t.unit) {
		dst = append(dst, '.')
		dst = appendDigits(dst, fraction/powers[int64(t.unit)-digits], int(digits))
	}
	if t.flags&timeLocal == 0 {
		dst = append(dst, 'Z')
	}
	return dst
}

// eventTimes gives the form textEventTime its times.
func (t *timeTexts) eventTimes(rows []int64) {
	t.times = ints{form: intsDelta, n: len(rows), all: rows, loaded: true}
}

// bounds notes the least and the greatest of a strip's values for the directory.
func (b *Builder) bounds(v []int64) {
	b.least, b.most, b.bounded = v[0], v[0], true
	for _, x := range v {
		b.least, b.most = min(b.least, x), max(b.most, x)
	}
}
