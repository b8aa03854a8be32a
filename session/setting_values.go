package session

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/function"
)

// Validation of settings' values and their canonical forms, which are what SHOW prints.

const codeInvalidParameter = "22023"

func (d *definition) invalid(value string) *types.Error {
	return types.Errorf(codeInvalidParameter, "invalid value for parameter %q: %q", d.name, value)
}

// canonicalAs is canonical for a setting that the client calls name: most errors call it so, too.
func (d *definition) canonicalAs(name, value string) (string, error) {
	if d.check != nil {
		return d.check(value)
	}
	called := *d
	called.name = name
	return called.canonical(value)
}

// canonical validates a value.
func (d *definition) canonical(value string) (string, error) {
	if d.check != nil {
		return d.check(value)
	}
	switch d.kind {
	case kindBool:
		b, ok := parseBool(value)
		if !ok {
			return "", types.Errorf(codeInvalidParameter, "parameter %q requires a Boolean value", d.name)
		}
		return onOff(b), nil
	case kindEnum:
		v := strings.ToLower(strings.TrimSpace(value))
		if slices.Contains(d.enum, v) {
			return v, nil
		}
		// Enumerations that read on and off take every spelling of a boolean, as in PostgreSQL.
		if b, ok := parseBool(v); ok && slices.Contains(d.enum, onOff(b)) {
			return onOff(b), nil
		}
		return "", d.invalid(value).WithHint("Available values: %s.", strings.Join(d.enum, ", "))
	case kindInteger:
		return d.number(value, nil)
	case kindDuration, kindBytes:
		return d.number(value, d.units())
	case kindReal:
		if _, err := strconv.ParseFloat(strings.TrimSpace(value), 64); err != nil {
			return "", d.invalid(value)
		}
	}
	return value, nil
}

// unit is a unit of a setting's number, in the setting's base unit; the greatest first.
type unit struct {
	name string
	size float64
}

var (
	durationUnits = []unit{{"d", 86_400_000}, {"h", 3_600_000}, {"min", 60_000}, {"s", 1000}, {"ms", 1}, {"us", 0.001}}
	byteUnits     = []unit{{"TB", 1 << 30}, {"GB", 1 << 20}, {"MB", 1 << 10}, {"kB", 1}, {"B", 1.0 / 1024}}
)

// number reads a number with an optional unit and prints it with the greatest unit that divides it.
func (d *definition) number(value string, units []unit) (string, error) {
	n, ok := parseNumber(value, units)
	if !ok {
		e := d.invalid(value)
		if units != nil {
			names := make([]string, len(units))
			for i, u := range units {
				names[i] = strconv.Quote(u.name)
			}
			slices.Reverse(names)
			last := len(names) - 1
			e = e.WithHint("Valid units for this parameter are %s, and %s.", strings.Join(names[:last], ", "), names[last])
		}
		return "", e
	}
	if n < d.min || n > d.max {
		return "", types.Errorf(codeInvalidParameter, "%d%s is outside the valid range for parameter %q (%d .. %d)", n, space(d.unit), d.name, d.min, d.max)
	}
	if n > 0 {
		for _, u := range units {
			if size := int64(u.size); size >= 1 && n%size == 0 {
				return fmt.Sprintf("%d%s", n/size, u.name), nil
			}
		}
	}
	if n > 0 && d.unit == "8kB" {
		return strconv.FormatInt(8*n, 10) + "kB", nil
	}
	return strconv.FormatInt(n, 10), nil
}

func space(unit string) string {
	if unit == "" {
		return ""
	}
	return " " + unit
}

func parseNumber(value string, units []unit) (int64, bool) {
	s := strings.TrimSpace(value)
	end := 0
	for end < len(s) && strings.IndexByte("+-.0123456789eE", s[end]) >= 0 {
		// An e is part of the number only where a digit or sign follows.
		if (s[end] == 'e' || s[end] == 'E') && (end+1 == len(s) || strings.IndexByte("+-0123456789", s[end+1]) < 0) {
			break
		}
		end++
	}
	f, err := strconv.ParseFloat(s[:end], 64)
	if err != nil {
		return 0, false
	}
	if name := strings.TrimSpace(s[end:]); name != "" {
		i := slices.IndexFunc(units, func(u unit) bool { return u.name == name })
		if i < 0 {
			return 0, false
		}
		f *= units[i].size
	}
	f = math.RoundToEven(f)
	if f < math.MinInt32 || f > math.MaxInt32 {
		return 0, false
	}
	return int64(f), true
}

// raw gives a canonical value as pg_settings shows it: a number in the base unit.
func (d *definition) raw(value string) string {
	units := d.units()
	if units == nil {
		return value
	}
	n, ok := parseNumber(value, units)
	if !ok {
		return value
	}
	return strconv.FormatInt(n, 10)
}

func (d *definition) duration(value string) time.Duration {
	n, _ := parseNumber(value, durationUnits)
	return time.Duration(n) * time.Millisecond
}

// bytes is the value of a setting that is kilobytes.
func (d *definition) bytes(value string) int64 {
	n, _ := parseNumber(value, byteUnits)
	return n << 10
}

// hashMultiplier is the check of hash_mem_multiplier.
func hashMultiplier(value string) (string, error) {
	f, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
	if err != nil || math.IsNaN(f) {
		return "", types.Errorf(codeInvalidParameter, "invalid value for parameter %q: %q", "hash_mem_multiplier", value)
	}
	if f < 1 || f > 1000 {
		return "", types.Errorf(codeInvalidParameter, "%g is outside the valid range for parameter %q (1 .. 1000)", f, "hash_mem_multiplier")
	}
	return strconv.FormatFloat(f, 'g', 6, 64), nil
}

// parseBool reads a boolean as PostgreSQL does: any unambiguous beginning of true, false, yes, no, on, off, or 1, 0.
func parseBool(s string) (value, ok bool) {
	s = strings.ToLower(strings.TrimSpace(s))
	switch s {
	case "":
		return false, false
	case "1", "on":
		return true, true
	case "0", "of", "off":
		return false, true
	}
	for word, v := range map[string]bool{"true": true, "yes": true, "false": false, "no": false} {
		if strings.HasPrefix(word, s) {
			return v, true
		}
	}
	return false, false
}

func onOff(b bool) string {
	if b {
		return "on"
	}
	return "off"
}

// checkApplicationName keeps printable ASCII, as PostgreSQL does.
func checkApplicationName(v string) (string, error) {
	b := []byte(v)
	if len(b) > 63 {
		b = b[:63]
	}
	for i, c := range b {
		if c < 32 || c > 126 {
			b[i] = '?'
		}
	}
	return string(b), nil
}

func checkEncoding(v string) (string, error) {
	switch function.EncodingNumber(v) { // asyncpg relies on it that letters and digits alone are looked at: it sends 'utf-8' with the quotes
	case function.EncodingUTF8:
		return "UTF8", nil
	case 0: // what libpq asks for where the locale is C: bytes as they are, and these are UTF-8
		return "SQL_ASCII", nil
	case -1:
		return "", types.Errorf(codeInvalidParameter, "invalid value for parameter %q: %q", "client_encoding", v)
	}
	return "", types.Errorf(types.CodeFeatureNotSupported, "client encoding %q is not supported", v).WithHint("Only UTF8 is.")
}

func checkConforming(v string) (string, error) {
	on, ok := parseBool(v)
	switch {
	case !ok:
		return "", types.Errorf(codeInvalidParameter, "parameter %q requires a Boolean value", "standard_conforming_strings")
	case !on:
		return "", types.Errorf(types.CodeFeatureNotSupported, "standard_conforming_strings = off is not supported").WithHint("Write E'…' for strings with backslash escapes.")
	}
	return "on", nil
}

// checkDateStyle is mergeDateStyle where there is no present value.
func checkDateStyle(v string) (string, error) { return mergeDateStyle("ISO, MDY", v) }

// mergeDateStyle reads a list of words for DateStyle; what is not named stays as it is at present. German brings its order with it, unless another is named.
func mergeDateStyle(present, v string) (string, error) {
	invalid := func(detail string) error {
		return types.Errorf(codeInvalidParameter, "invalid value for parameter %q: %q", "DateStyle", v).WithDetail("%s", detail)
	}
	form, order, _ := strings.Cut(present, ", ")
	var hasForm, hasOrder, conflict bool
	note := func(what *string, has *bool, value string) {
		conflict = conflict || *has && *what != value
		*what, *has = value, true
	}
	for _, word := range strings.FieldsFunc(v, func(r rune) bool { return r == ',' || r == ' ' }) {
		switch w := strings.ToLower(word); {
		case w == "iso":
			note(&form, &hasForm, "ISO")
		case w == "sql":
			note(&form, &hasForm, types.DateSQL)
		case strings.HasPrefix(w, "postgres"):
			note(&form, &hasForm, types.DatePostgres)
		case w == "german":
			note(&form, &hasForm, types.DateGerman)
			if !hasOrder {
				order = "DMY"
			}
		case w == "ymd":
			note(&order, &hasOrder, "YMD")
		case w == "dmy" || strings.HasPrefix(w, "euro"):
			note(&order, &hasOrder, "DMY")
		case w == "mdy" || w == "us" || strings.HasPrefix(w, "noneuro"):
			note(&order, &hasOrder, "MDY")
		case w == "default":
			if !hasForm {
				form = "ISO"
			}
			if !hasOrder {
				order = "MDY"
			}
		default:
			return "", invalid("Unrecognized key word: \"" + w + "\".")
		}
	}
	if conflict {
		return "", invalid("Conflicting \"datestyle\" specifications.")
	}
	return form + ", " + order, nil
}

// checkTextConfig gives the name of a text search configuration with its schema.
func checkTextConfig(v string) (string, error) {
	name, err := types.CanonicalTextConfig(v)
	if err != nil {
		return "", err
	}
	if name == "" {
		return "", types.Errorf(codeInvalidParameter, "invalid value for parameter %q: %q", "default_text_search_config", v)
	}
	return name, nil
}

func checkTimeZone(v string) (string, error) {
	if strings.EqualFold(v, "local") || strings.EqualFold(v, "default") {
		return "UTC", nil
	}
	if hours, err := strconv.ParseFloat(strings.TrimSpace(v), 64); err == nil && math.Abs(hours) < 168 {
		v = offsetZone(int(hours * 3600))
	}
	if _, err := types.ParseZone(v); err != nil {
		return "", types.Errorf(codeInvalidParameter, "invalid value for parameter %q: %q", "TimeZone", v)
	}
	return v, nil
}

// offsetZone is the POSIX name of a zone that lies so many seconds east: <+05:30>-05:30. In a setting, unlike in the name, a number counts east.
func offsetZone(east int) string {
	signs := "+-"
	if east < 0 {
		east, signs = -east, "-+"
	}
	text := fmt.Sprintf("%02d", east/3600)
	if east%3600 != 0 {
		text += fmt.Sprintf(":%02d", east/60%60)
	}
	if east%60 != 0 {
		text += fmt.Sprintf(":%02d", east%60)
	}
	return "<" + signs[:1] + text + ">" + signs[1:] + text
}

// noticeRank orders severities and the values of client_min_messages; what is lower than the setting is not sent.
func noticeRank(s string) int {
	switch strings.ToUpper(s) {
	case "DEBUG", "DEBUG1", "DEBUG2", "DEBUG3", "DEBUG4", "DEBUG5":
		return 1
	case "LOG":
		return 2
	case "INFO":
		return 10 // always sent
	case "NOTICE":
		return 3
	case "WARNING":
		return 4
	}
	return 5
}
