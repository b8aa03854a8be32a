package function

import (
	"fmt"
	"strings"
	"time"

	"github.com/flare-pg/flare-pg/types"
)

// What each pattern of a format reads.

var monthWords, shortMonths, dayWords, shortDays, romanWords = timeWords()

func timeWords() (months, short, days, shortDay, roman []string) {
	for m := time.January; m <= time.December; m++ {
		months, short = append(months, m.String()), append(short, m.String()[:3])
	}
	for d := time.Sunday; d <= time.Saturday; d++ {
		days, shortDay = append(days, d.String()), append(shortDay, d.String()[:3])
	}
	for i := len(romanMonths) - 1; i >= 0; i-- { // longer ones before those that they begin with
		roman = append(roman, romanMonths[i])
	}
	return
}

// field reads the text of node i.
func (r *fromChar) field(i int) error {
	n := &r.nodes[i]
	if e := n.key.era; e != 0 {
		if r.era != 0 && r.era != e {
			return badDate("invalid combination of date conventions").
				WithHint("Do not mix Gregorian and ISO week date conventions in a formatting template.")
		}
		r.era = e
	}
	words := func(field string, list []string, value func(k int) int) error {
		k, err := r.word(n, list)
		if err != nil {
			return err
		}
		return r.set(field, value(k), n.key)
	}
	plain := func(field string) error {
		_, err := r.numbered(i, field, len(n.key.name))
		return err
	}
	odd := func(k int) int { return k % 2 }
	switch n.key.field {
	case "FX":
		r.fixed = true
		return nil
	case "A.M.", "P.M.":
		r.hour12 = true
		return words("pm", []string{"a.m.", "p.m."}, odd)
	case "AM", "PM":
		r.hour12 = true
		return words("pm", []string{"am", "pm"}, odd)
	case "A.D.", "B.C.":
		return words("bc", []string{"a.d.", "b.c."}, odd)
	case "AD", "BC":
		return words("bc", []string{"ad", "bc"}, odd)
	case "HH", "HH12":
		r.hour12 = true
		_, err := r.numbered(i, "hh", 2)
		return err
	case "HH24":
		_, err := r.numbered(i, "hh", 2)
		return err
	case "MI", "SS", "MM", "DD", "D", "CC", "J", "W", "WW", "DDD":
		return plain(strings.ToLower(n.key.field))
	case "IW":
		return plain("ww")
	case "IDDD":
		_, err := r.numbered(i, "ddd", 3)
		return err
	case "SSSS", "SSSSS":
		return plain("ssss")
	case "MS":
		return r.fractional(i, "ms", 3)
	case "US":
		return r.fractional(i, "us", 6)
	case "FF1", "FF2", "FF3", "FF4", "FF5", "FF6":
		r.fraction = int(n.key.name[2] - '0')
		return r.fractional(i, "us", r.fraction)
	case "TZ", "OF":
		return types.Errorf(types.CodeFeatureNotSupported, "formatting field \"%s\" is only supported in to_char", n.key.name)
	case "TZH", "TZM":
		return r.zone(i)
	case "MONTH":
		return words("mm", monthWords, func(k int) int { return k + 1 })
	case "MON":
		return words("mm", shortMonths, func(k int) int { return k + 1 })
	case "RM":
		return words("mm", romanWords, func(k int) int { return 12 - k })
	case "DAY", "DY":
		names := dayWords
		if n.key.field == "DY" {
			names = shortDays
		}
		// A number from 1 on that was read before is another one, of whatever day.
		err := words("d", names, func(k int) int { return k })
		r.fields["d"]++
		return err
	case "ID":
		x, _, err := r.number(i, 1)
		if err == nil {
			if err = r.set("d", x, n.key); err == nil {
				if r.fields["d"]++; r.fields["d"] > 7 {
					r.fields["d"] = 1
				}
			}
		}
		return err
	case "Q": // which day of the quarter, nobody could say
		_, _, err := r.number(i, 1)
		return err
	}
	return r.yearField(i)
}

// fractional reads digits behind the decimal point; fewer than there could be are the first ones.
func (r *fromChar) fractional(i int, field string, width int) error {
	length, err := r.numbered(i, field, width)
	if err != nil {
		return err
	}
	most := map[string]int{"ms": 3, "us": 6}[field]
	for ; length < most; length++ {
		r.fields[field] *= 10
	}
	return nil
}

func (r *fromChar) yearField(i int) error {
	n := &r.nodes[i]
	if n.key.field == "Y,YYY" {
		var thousands, years, used int
		if k, err := fmt.Sscanf(r.text[r.at:], "%d,%03d", &thousands, &years); k < 2 || err != nil {
			return badDate("invalid input string for \"Y,YYY\"")
		}
		_, used, _ = leadingNumber(r.text[r.at:])
		rest := r.text[r.at+used+1:]
		_, digits, _ := leadingNumber(rest[:min(3, len(rest))])
		r.at += used + 1 + digits
		r.yearDigits = 4
		r.skipOrdinal(i)
		return r.set("year", years+thousands*1000, n.key)
	}
	width := len(n.key.name)
	x, length, err := r.number(i, width)
	if err != nil {
		return err
	}
	if err := r.set("year", x, n.key); err != nil {
		return err
	}
	if width < 4 && length < 4 {
		r.fields["year"] = nearestYear(x)
	}
	r.yearDigits = width
	r.skipOrdinal(i)
	return nil
}

// nearestYear completes a year of fewer than four digits to the one that is nearest to 2020.
func nearestYear(y int) int {
	switch {
	case y < 70:
		return y + 2000
	case y < 100:
		return y + 1900
	case y < 520:
		return y + 2000
	case y < 1000:
		return y + 1000
	}
	return y
}

// zone reads hours or minutes of a time zone's offset. A minus that was taken for a separator counts for the hours.
func (r *fromChar) zone(i int) error {
	if r.nodes[i].key.field == "TZM" {
		if r.zoneSign == 0 {
			r.zoneSign = 1
		}
		x, _, err := r.number(i, 2)
		r.zoneM = x
		return err
	}
	r.zoneSign = 1
	switch c := byte(0); {
	case r.more():
		if c = r.text[r.at]; c == '+' || c == '-' || c == ' ' {
			if c == '-' {
				r.zoneSign = -1
			}
			r.at++
		} else if r.extra > 0 && r.text[r.at-1] == '-' {
			r.zoneSign = -1
		}
	}
	x, _, err := r.number(i, 2)
	r.zoneH = x
	return err
}
