package catalog

import (
	"math"
	"math/big"
	"strconv"
	"strings"
	"time"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/types"
)

// Parameters are the storage parameters that there are.
var Parameters = []string{"event_time", "layout", "retention", "retention_size"}

// Pointless reports a storage parameter of PostgreSQL's tables that means nothing here: it is about pages that are updated in place, and
// about autovacuum. Statements that set one are obeyed but for that.
func Pointless(name string) bool {
	switch name {
	case "fillfactor", "toast_tuple_target", "parallel_workers", "user_catalog_table", "vacuum_index_cleanup", "vacuum_truncate", "log_autovacuum_min_duration":
		return true
	}
	return strings.HasPrefix(name, "autovacuum_")
}

// CheckParameter checks the value of a storage parameter other than event_time. Errors are 22023.
func CheckParameter(name, value string) error {
	var err error
	switch name {
	case "layout":
		_, err = ParseLayout(value)
	case "retention":
		_, err = ParseAge(value)
	case "retention_size":
		_, err = ParseSize(value)
	default:
		return types.Errorf(types.CodeInvalidParameterValue, "unrecognized parameter %q", name).
			WithHint("Storage parameters are %s.", strings.Join(Parameters, ", "))
	}
	return err
}

// ParseLayout reads how pages are laid out: 'columns' or 'rows'.
func ParseLayout(s string) (engine.Layout, error) {
	for _, l := range []engine.Layout{engine.Columns, engine.Rows} {
		if strings.EqualFold(s, l.String()) {
			return l, nil
		}
	}
	return 0, types.Errorf(types.CodeInvalidParameterValue, "invalid value for parameter %q: %q", "layout", s).
		WithHint("Available values: columns, rows.")
}

// ParseAge reads an interval that says how long events are kept: '30 days', '2 weeks', '6 months' (of 30 days).
func ParseAge(s string) (time.Duration, error) {
	v := column.New(column.Interval)
	if err := types.ParseText(v, nil, types.Interval, -1, []byte(s)); err != nil || v.Len != 1 {
		return 0, types.Errorf(types.CodeInvalidParameterValue, "invalid value for parameter %q: %q", "retention", s).
			WithHint("It is an interval, as '30 days'.")
	}
	span := v.Span(0)
	micros := new(big.Int).SetInt64(int64(span.Months)*30 + int64(span.Days))
	micros.Mul(micros, big.NewInt(24*60*60*1_000_000))
	micros.Add(micros, big.NewInt(span.Micros))
	if micros.Sign() <= 0 {
		return 0, types.Errorf(types.CodeInvalidParameterValue, "invalid value for parameter %q: %q", "retention", s).
			WithDetail("Events are kept for a positive time.")
	}
	if !micros.IsInt64() || micros.Int64() > int64(maxAge/time.Microsecond) {
		return maxAge, nil
	}
	return time.Duration(micros.Int64()) * time.Microsecond, nil
}

// sizeUnits are the units of sizes, as in PostgreSQL's settings.
var sizeUnits = map[string]int64{"": 1, "b": 1, "kb": 1 << 10, "mb": 1 << 20, "gb": 1 << 30, "tb": 1 << 40}

// ParseSize reads a size: a number of bytes, or of kB, MB, GB or TB of 1024 each.
func ParseSize(s string) (int64, error) {
	text := strings.TrimSpace(s)
	end := strings.IndexFunc(text, func(r rune) bool { return (r < '0' || r > '9') && r != '.' })
	if end < 0 {
		end = len(text)
	}
	n, err := strconv.ParseFloat(text[:end], 64)
	unit, ok := sizeUnits[strings.ToLower(strings.TrimSpace(text[end:]))]
	if err != nil || !ok {
		return 0, types.Errorf(types.CodeInvalidParameterValue, "invalid value for parameter %q: %q", "retention_size", s).
			WithHint(`Valid units for this parameter are "B", "kB", "MB", "GB", and "TB".`)
	}
	bytes := n * float64(unit)
	if bytes < 1 || bytes >= math.MaxInt64 {
		return 0, types.Errorf(types.CodeInvalidParameterValue, "%s is outside the valid range for parameter %q", s, "retention_size")
	}
	return int64(bytes), nil
}
