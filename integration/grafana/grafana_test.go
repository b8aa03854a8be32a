package grafana

import (
	"testing"
	"time"
)

var day = Range{From: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), To: time.Date(2026, 3, 1, 6, 0, 0, 500e6, time.UTC), Interval: time.Minute}

// TestMacros: each macro of Grafana's PostgreSQL data source becomes what it documents.
func TestMacros(t *testing.T) {
	scaled := day
	scaled.TimescaleDB = true
	for _, k := range []struct {
		r         Range
		sql, want string
	}{
		{day, "$__time(c)", `c AS "time"`},
		{day, "$__timeEpoch(c)", `extract(epoch from c) as "time"`},
		{day, "$__timeFilter(t.c)", "t.c BETWEEN '2026-03-01T00:00:00Z' AND '2026-03-01T06:00:00.5Z'"},
		{day, "$__timeFrom() $__timeTo()", "'2026-03-01T00:00:00Z' '2026-03-01T06:00:00.5Z'"},
		{day, "$__timeGroup(c,'5m')", "floor(extract(epoch from c)/300)*300"},
		{day, "$__timeGroup(c, '5m', 0)", "floor(extract(epoch from c)/300)*300"},
		{day, "$__timeGroup(c, $__interval)", "floor(extract(epoch from c)/60)*60"},
		{day, "$__timeGroup(c,250ms)", "floor(extract(epoch from c)/0.25)*0.25"},
		{day, "$__timeGroupAlias(c,'1d',NULL)", `floor(extract(epoch from c)/86400)*86400 AS "time"`},
		{scaled, "$__timeGroup(c,'5m')", "time_bucket('300.000s',c)"},
		{scaled, "$__timeGroupAlias(c,'5m')", `time_bucket('300.000s',c) AS "time"`},
		{day, "$__unixEpochFilter(c)", "c >= 1772323200 AND c <= 1772344800"},
		{day, "$__unixEpochNanoFilter(c)", "c >= 1772323200000000000 AND c <= 1772344800500000000"},
		{day, "$__unixEpochNanoFrom() $__unixEpochNanoTo()", "1772323200000000000 1772344800500000000"},
		{day, "$__unixEpochFrom() $__unixEpochTo()", "1772323200 1772344800"},
		{day, "$__unixEpochGroup(c,'5m')", "floor((c)/300)*300"},
		{day, "$__unixEpochGroupAlias(c,'5m')", `floor((c)/300)*300 AS "time"`},
		{day, "interval '$__interval' $__interval_ms", "interval '1m' 60000"},
	} {
		got, err := Expand(k.sql, k.r)
		if err != nil || got != k.want {
			t.Errorf("%s\ngot:  %s (%v)\nwant: %s", k.sql, got, err, k.want)
		}
	}
	for _, sql := range []string{"$__nosuch(c)", "$__timeGroup(c)", "$__timeFilter()", "$__timeGroup(c,'x')"} {
		if got, err := Expand(sql, day); err == nil {
			t.Errorf("%s: %s", sql, got)
		}
	}
}

// TestVariables: values are quoted where the variable can have several, and as the format says.
func TestVariables(t *testing.T) {
	values := map[string]Value{
		"app": {Texts: []string{"Shop", "O'Hara"}, Multi: true}, "one": {Texts: []string{"it's"}}, "level": {Texts: []string{"Error"}, Multi: true},
	}
	for _, k := range []struct{ sql, want string }{
		{"in ($app)", "in ('Shop','O''Hara')"},
		{"in (${app:sqlstring}) [[level]]", "in ('Shop','O''Hara') 'Error'"},
		{"'$one' ${one:sqlstring}", "'it''s' 'it''s'"},
		{"${app:csv} ${app:raw} ${app:pipe} ${level:regex}", "Shop,O'Hara Shop,O'Hara Shop|O'Hara Error"},
		{"${app:doublequote} ${level:singlequote} ${level:json}", `"Shop","O'Hara" 'Error' ["Error"]`},
		{"$__timeFilter(x) $nosuch ${other}", "$__timeFilter(x) $nosuch ${other}"},
	} {
		got, err := Interpolate(k.sql, values)
		if err != nil || got != k.want {
			t.Errorf("%s\ngot:  %s (%v)\nwant: %s", k.sql, got, err, k.want)
		}
	}
	if _, err := Interpolate("${app:nosuch}", values); err == nil {
		t.Error("an unknown format")
	}
}
