// Package grafana reads dashboards and makes the statements that Grafana's PostgreSQL data source makes of them: macros expanded,
// variables put in. Tests and measurements run what it makes; nothing of the product uses it.
package grafana

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Range is what a dashboard shows: a time range and how fine.
type Range struct {
	From, To time.Time
	// Interval is $__interval: the time between two points of a panel.
	Interval time.Duration
	// TimescaleDB is the data source's setting: time groups are time_bucket calls then.
	TimescaleDB bool
}

// call is a macro with its arguments; the data source looks for no nested parentheses either.
var call = regexp.MustCompile(`\$([_a-zA-Z0-9]+)\(([^)]*)\)`)

// Expand replaces the macros of a statement. A name that isn't one is an error.
func Expand(sql string, r Range) (string, error) {
	sql = strings.NewReplacer(
		"$__interval_ms", strconv.FormatInt(r.Interval.Milliseconds(), 10),
		"$__interval", intervalText(r.Interval),
		"$__unixEpochFrom()", strconv.FormatInt(r.From.Unix(), 10),
		"$__unixEpochTo()", strconv.FormatInt(r.To.Unix(), 10),
	).Replace(sql)
	var failed error
	out := call.ReplaceAllStringFunc(sql, func(s string) string {
		m := call.FindStringSubmatch(s)
		args := strings.Split(m[2], ",")
		for i := range args {
			args[i] = strings.TrimSpace(args[i])
		}
		text, err := r.macro(m[1], args)
		if err != nil && failed == nil {
			failed = err
		}
		return text
	})
	return out, failed
}

func (r Range) macro(name string, args []string) (string, error) {
	if strings.HasSuffix(name, "Alias") && (name == "__timeGroupAlias" || name == "__unixEpochGroupAlias") {
		text, err := r.macro(strings.TrimSuffix(name, "Alias"), args)
		return text + ` AS "time"`, err
	}
	quoted := func(t time.Time) string { return "'" + t.UTC().Format(time.RFC3339Nano) + "'" }
	between := func(from, to int64) string { return fmt.Sprintf("%s >= %d AND %s <= %d", args[0], from, args[0], to) }
	switch name {
	case "__timeFrom":
		return quoted(r.From), nil
	case "__timeTo":
		return quoted(r.To), nil
	case "__unixEpochNanoFrom":
		return strconv.FormatInt(r.From.UnixNano(), 10), nil
	case "__unixEpochNanoTo":
		return strconv.FormatInt(r.To.UnixNano(), 10), nil
	}
	if args[0] == "" {
		return "", fmt.Errorf("missing time column argument for macro %s", name)
	}
	switch name {
	case "__time":
		return args[0] + ` AS "time"`, nil
	case "__timeEpoch":
		return "extract(epoch from " + args[0] + `) as "time"`, nil
	case "__timeFilter":
		return args[0] + " BETWEEN " + quoted(r.From) + " AND " + quoted(r.To), nil
	case "__unixEpochFilter":
		return between(r.From.Unix(), r.To.Unix()), nil
	case "__unixEpochNanoFilter":
		return between(r.From.UnixNano(), r.To.UnixNano()), nil
	case "__timeGroup", "__unixEpochGroup":
		if len(args) < 2 {
			return "", fmt.Errorf("macro %s needs time column and interval and optional fill value", name)
		}
		every, err := parseInterval(strings.Trim(args[1], "'"))
		if err != nil {
			return "", fmt.Errorf("error parsing interval %s", args[1])
		}
		seconds := strconv.FormatFloat(every.Seconds(), 'g', -1, 64)
		switch {
		case name == "__unixEpochGroup":
			return fmt.Sprintf("floor((%s)/%s)*%s", args[0], seconds, seconds), nil
		case r.TimescaleDB:
			return fmt.Sprintf("time_bucket('%.3fs',%s)", every.Seconds(), args[0]), nil
		}
		return fmt.Sprintf("floor(extract(epoch from %s)/%s)*%s", args[0], seconds, seconds), nil
	}
	return "", fmt.Errorf("unknown macro %q", name)
}

// units are those of intervals, the largest first as intervalText wants them.
var units = []struct {
	name string
	long time.Duration
}{
	{"y", 365 * 24 * time.Hour}, {"d", 24 * time.Hour}, {"h", time.Hour}, {"m", time.Minute}, {"s", time.Second}, {"ms", time.Millisecond},
}

// intervalText writes an interval in its largest whole unit.
func intervalText(d time.Duration) string {
	for _, u := range units {
		if d >= u.long {
			return strconv.FormatInt(int64(d/u.long), 10) + u.name
		}
	}
	return "1ms"
}

func parseInterval(s string) (time.Duration, error) {
	at := strings.IndexFunc(s, func(c rune) bool { return c < '0' || c > '9' })
	if at <= 0 {
		return 0, fmt.Errorf("interval %q", s)
	}
	n, err := strconv.Atoi(s[:at])
	if err != nil {
		return 0, err
	}
	for _, u := range append(units, struct {
		name string
		long time.Duration
	}{"w", 7 * 24 * time.Hour}) {
		if u.name == s[at:] {
			return time.Duration(n) * u.long, nil
		}
	}
	return 0, fmt.Errorf("interval %q", s)
}
