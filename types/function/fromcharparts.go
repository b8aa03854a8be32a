package function

import "github.com/flare-pg/flare-pg/types"

// How the fields that were read by a format make a date and a time of day.

// assemble makes a date and a time of the fields.
func (r *fromChar) assemble() (*dateParts, error) {
	d := &dateParts{text: r.text, month: 1, day: 1, digits: r.fraction}
	hour, minute, second, err := r.time()
	if err != nil {
		return nil, err
	}
	if err := r.date(d); err != nil {
		return nil, err
	}
	micros := r.fields["ms"]*1000 + r.fields["us"]
	if hour < 0 || hour >= 24 || minute < 0 || minute >= 60 || second < 0 || second >= 60 || micros < 0 || micros >= 1_000_000 {
		return nil, r.outOfRange()
	}
	d.clock = (int64(hour)*3600+int64(minute)*60+int64(second))*1_000_000 + int64(micros)
	if r.zoneSign != 0 {
		if r.zoneH < 0 || r.zoneH > 15 || r.zoneM < 0 || r.zoneM >= 60 {
			return nil, r.outOfRange()
		}
		d.zoned, d.offset = true, r.zoneSign*(r.zoneH*3600+r.zoneM*60)
	}
	return d, nil
}

func (r *fromChar) outOfRange() error {
	return types.Errorf(types.CodeDatetimeOverflow, "date/time field value out of range: \"%s\"", r.text)
}

func (r *fromChar) time() (hour, minute, second int, err error) {
	if s := r.fields["ssss"]; s != 0 {
		hour, minute, second = s/3600, s%3600/60, s%60
	}
	for _, f := range []struct {
		name string
		to   *int
	}{{"ss", &second}, {"mi", &minute}, {"hh", &hour}} {
		if x := r.fields[f.name]; x != 0 {
			*f.to = x
		}
	}
	if !r.hour12 {
		return hour, minute, second, nil
	}
	if hour < 1 || hour > 12 {
		return 0, 0, 0, badDate("hour \"%d\" is invalid for the 12-hour clock", hour).
			WithHint("Use the 24-hour clock, or give an hour between 1 and 12.")
	}
	switch pm := r.fields["pm"] != 0; {
	case pm && hour < 12:
		hour += 12
	case !pm && hour == 12:
		hour = 0
	}
	return hour, minute, second, nil
}

// date puts the fields of the date together, the more exact ones first where they contradict each other.
func (r *fromChar) date(d *dateParts) error {
	f := r.fields
	bc := f["bc"] != 0
	haveYear, haveMonth, haveDay := r.year(d, bc), false, false
	whole := func(days int64) {
		d.year, d.month, d.day = types.CivilDate(days)
		haveYear, haveMonth, haveDay = true, true, true
	}
	if j := f["j"]; j != 0 {
		whole(int64(j) - 2440588)
	}
	dayOfYear, day := f["ddd"], f["dd"]
	if w := f["ww"]; w != 0 {
		if r.era == 'w' {
			days := isoWeekStart(d.year, w)
			if wd := f["d"]; wd > 1 { // Sunday is 1, and the week's last day
				days += int64(wd - 2)
			} else if wd != 0 {
				days += 6
			}
			whole(days)
		} else {
			dayOfYear = (w-1)*7 + 1
		}
	}
	if w := f["w"]; w != 0 {
		day = (w-1)*7 + 1
	}
	if day != 0 {
		d.day, haveDay = day, true
	}
	if m := f["mm"]; m != 0 {
		d.month, haveMonth = m, true
	}
	if dayOfYear != 0 && (d.month <= 1 || d.day <= 1) {
		if d.year == 0 && !bc {
			return badDate("cannot calculate day of year without year information")
		}
		if r.era == 'w' {
			whole(isoWeekStart(d.year, 1) - 1 + int64(dayOfYear))
		} else {
			month := 1
			for month <= 12 && int64(dayOfYear) > types.CivilDays(d.year, month+1, 1)-types.CivilDays(d.year, 1, 1) {
				month++
			}
			if d.month <= 1 {
				d.month = month
			}
			if d.day <= 1 {
				d.day = dayOfYear - int(types.CivilDays(d.year, month, 1)-types.CivilDays(d.year, 1, 1))
			}
			haveMonth, haveDay = true, true
		}
	}
	switch {
	case haveMonth && (d.month < 1 || d.month > 12), haveDay && (d.day < 1 || d.day > 31):
		return r.outOfRange()
	case haveYear && haveMonth && haveDay && int64(d.day) > types.CivilDays(d.year, d.month+1, 1)-types.CivilDays(d.year, d.month, 1):
		return r.outOfRange()
	}
	return nil
}

// isoWeekStart is the Monday of an ISO week, as a day number.
func isoWeekStart(year, week int) int64 {
	fourth := types.CivilDays(year, 1, 4) // always in the first week
	monday := fourth - ((fourth+3)%7+7)%7
	return monday + int64(week-1)*7
}

// year puts year and century together.
func (r *fromChar) year(d *dateParts, bc bool) (given bool) {
	year, century := r.fields["year"], r.fields["cc"]
	if bc {
		century = -century
	}
	switch {
	case year != 0 && century != 0 && r.yearDigits <= 2: // the low digits of a year of the century
		switch low := year % 100; {
		case low != 0 && century >= 0:
			d.year = low + (century-1)*100
		case low != 0:
			d.year = (century+1)*100 - low + 1
		case century >= 0:
			d.year = century * 100
		default:
			d.year = century*100 + 1
		}
	case year != 0:
		if d.year = year; bc {
			d.year = -year
		}
		if d.year < 0 {
			d.year++
		}
	case century > 0:
		d.year = (century-1)*100 + 1
	case century < 0:
		d.year = century*100 + 1
	default:
		return false
	}
	return true
}
