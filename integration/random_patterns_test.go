package integration

import (
	"math/rand/v2"
	"strings"
)

// patternGrammar makes patterns of to_char and its reverse, and values for them.
var patternGrammar = newGrammar(map[string][]string{
	"field":    {"HH", "HH12", "HH24", "MI", "SS", "MS", "US", "FF1", "FF2", "FF3", "FF4", "FF5", "FF6", "SSSS", "SSSSS", "AM", "am", "PM", "A.M.", "p.m.", "Y,YYY", "YYYY", "YYY", "YY", "Y", "IYYY", "IYY", "IY", "I", "BC", "bc", "AD", "B.C.", "a.d.", "MONTH", "Month", "month", "MON", "Mon", "mon", "MM", "DAY", "Day", "day", "DY", "Dy", "dy", "DDD", "IDDD", "DD", "D", "ID", "W", "WW", "IW", "CC", "J", "Q", "RM", "rm", "TZ", "tz", "TZH", "TZM", "OF"},
	"prefix":   {"", "", "", "", "FM", "TM", "FX", "fm"},
	"suffix":   {"", "", "", "", "TH", "th", "SP"},
	"sep":      {"-", " ", ":", "/", ".", ",", "", "", "\"x\"", "\"a b\"", "T", "\\", "\\\"", "é", "  ", "_", "\"", "%", "xy"},
	"piece":    {"<prefix><field><suffix><sep>"},
	"pattern":  {"<piece><piece><piece>", "<piece><piece><piece><piece><piece><piece>", "<piece>", "YYYY-MM-DD<sep>HH24:MI:SS<sep><piece>", "", "<sep><piece><sep><piece>"},
	"parsed":   {"YYYY-MM-DD", "YYYY-MM-DD HH24:MI:SS", "DD Mon YYYY", "DD/MM/YY", "YYYYMMDD", "YYYYMMDDHH24MISS", "FMMonth DD, YYYY", "Dy, DD Mon YYYY HH:MI:SS AM", "IYYY-IW-ID", "YYYY-DDD", "J", "YYYY-MM-DD HH24:MI:SS.MS", "YYYY-MM-DD HH24:MI:SS.US", "YYYY-MM-DD HH24:MI:SSTZH:TZM", "Y,YYY MM DD", "HH24:MI", "YYY-MM-DD", "CC YY", "DD RM YYYY", "YYYY-MM-DD BC", "YYYY WW", "YYYY MM W", "FXYYYY-MM-DD", "HH12:MI pm", "SSSS", "YYYY-MM-DD\"T\"HH24:MI:SS", "MM/DD/YYYY HH24:MI:SS.FF3", "YYYY-Q", "ID Day IW IYYY", "Y", "YY MM", "DDth Mon YYYY", "YYYY-MM-DD TZ", "YYYYFMMMDD", "FXDD  MM", "IYYYIDDD", "<pattern>"},
	"input":    {"2026-03-29", "2026-03-29 12:34:56", "29 Mar 2026", "29/03/26", "20260329", "20260329123456", "March 29, 2026", "Sun, 29 Mar 2026 11:12:13 PM", "2026-13-07", "2026-088", "2461129", "2026-03-29 12:34:56.789", "2026-03-29 12:34:56.789123", "2026-03-29 12:34:56+05:30", "2,026 03 29", "23:59", "026-03-29", "21 26", "29 III 2026", "44-03-15 BC", "2026 13", "2026 03 2", " 2026-3-9", "12:30 am", "86399", "2026-03-29T12:34:56", "03/29/2026 12:34:56.789", "2026-1", "7 Sunday 13 2026", "6", "26 3", "29th Mar 2026", "2026-02-30", "2026-04-31", "25:00", "13:00 pm", "2026/03/29", "2026 03 29", "20260329 ", "-44-03-15", "abc", "", "2026-00-10", "0000-01-01", "20000-1-1", "2026--03-29", "29Mar2026", "29 MARZ 2026", "2026-366", "2024-366", "99999999", "12:60", "2026-03-29 12:34:56.7891234", "20 26", "4 5", "-5", "2026-03-29 12:34:56 -08"},
	"digit":    {"9", "9", "9", "0", ",", ".", "D", "G", "S", "MI", "PL", "SG", "PR", "L", "V", "TH", "th", "EEEE", "RN", "rn", "FM", "\"x\"", " ", "-", "99", "00", "B", "C", "$"},
	"number":   {"<digit><digit><digit>", "<digit><digit><digit><digit><digit><digit>", "999<digit>99<digit>", "FM<digit>990<digit>", "<digit>", "S9<digit>9", "999D99<digit>", "9.99EEEE", "FM9.9EEEE", "RN", "FMRN", "99V99", "9G999D99S", "0000", "999,999,999", "FM99.00", "L9,999.99PR", "", "9999999999999999999999.999"},
	"numval":   {"0", "1", "-1", "12.34", "-12.345", "1234567.891", "0.5", "-0.001", "99.999", "1e10", "-5e-7", "NaN", "Infinity", "-Infinity", "123456789012345678901234.5", "485", "3999", "4000", "0.1", "1000", "-999.5", "9.995", "100"},
	"numtext":  {"12", "-12.34", "1,234.5", " 12", "12-", "+12", "<12>", "$12.34", "1.2e3", "abc", "", "0012", "1 2 3", "XIV", "12.", ".5", "12th", "- 12", "12,3", "9999999"},
	"nummod":   {"999", "S999", "99,999.9", "999MI", "9G999D99", "PR999", "999PR", "L99.99", "FM999", "0000", "SG99", "99V9", "9.9EEEE", "999th", "RN", "", "99 99", "D99", "<number>"},
	"stamp":    {"2026-03-29 12:34:56.789123", "2024-02-29 00:00:00", "1999-12-31 23:59:59.999999", "0044-03-15 12:00 BC", "2026-01-01 13:00", "infinity", "-infinity", "12345-06-07 08:09:10", "2021-01-03 04:05:06.07", "0099-07-08 09:10:11", "1970-01-01 00:00:00.000001", "2008-12-29 12:00", "4714-11-24 00:00 BC"},
	"span":     {"1 year 2 mons 3 days 04:05:06.789", "-1 day", "100 hours", "-04:05:06.5", "0", "15 mons -40 days", "1000 years", "23:59:59.999999", "-1 year -2 mons +3 days -04:05"},
	"temporal": {"timestamp '<stamp>'", "timestamptz '<stamp>'", "interval '<span>'", "date '<1900..2099>-<01..12>-<01..28>'", "time '<00..23>:<00..59>:<00..59>.<1..999>'"},
	"numeric":  {"'<numval>'::numeric", "'<numval>'::float8", "'<numval>'::numeric", "<0..100000>", "(-<0..9999>)", "<0..9999>::bigint", "'<0..9999>.<0..99>'::real", "'<0..9999>.<0..999>'::numeric"},
})

// patternStatement formats or reads a value by a pattern.
func patternStatement(r *rand.Rand) string {
	g := patternGrammar
	quote := func(symbol string) string { return constant(g.text(r, symbol, 3)) }
	switch r.IntN(8) {
	case 0, 1:
		return "select to_char(" + g.text(r, "temporal", 3) + ", " + quote("pattern") + ")"
	case 2, 3:
		return "select to_char(" + g.text(r, "numeric", 3) + ", " + quote("number") + ")"
	case 4:
		return "select to_number(" + quote("numtext") + ", " + quote("nummod") + ")"
	case 5:
		return "select to_date(" + quote("input") + ", " + quote("parsed") + ")"
	}
	list, inputs := g.symbols["parsed"], g.symbols["input"]
	i := r.IntN(len(list) - 1)
	pattern, input := list[i], inputs[min(i, len(inputs)-1)]
	if r.IntN(2) == 0 {
		pattern = g.text(r, "parsed", 3)
	}
	if r.IntN(3) == 0 {
		input = strings.ToLower(input)
	}
	return "select to_timestamp(" + constant(input) + ", " + constant(pattern) + ")"
}

// patternSettings are those that patterns of times depend on.
func patternSettings(r *rand.Rand) string {
	zones := []string{"UTC", "Europe/Berlin", "America/St_Johns", "Asia/Kolkata", "-03:30"}
	return "set timezone = '" + zones[r.IntN(len(zones))] + "'"
}
