package integration

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"time"
)

// twinEvents makes n events with properties of every kind, missing and null ones, and values that a column of the kind that the first
// one decided can't show. The same seed makes the same events.
func twinEvents(seed uint64, n int) []string {
	r := rand.New(rand.NewPCG(seed, 7))
	at := time.Date(2026, 3, 28, 20, 0, 0, 0, time.UTC) // the night that begins summer time in Europe comes next
	pick := func(list ...string) string { return list[r.IntN(len(list))] }
	var out []string
	for i := range n {
		at = at.Add(time.Duration(r.IntN(400)) * time.Second)
		if r.IntN(4) == 0 {
			at = at.Add(time.Duration(r.IntN(1000000)) * time.Microsecond)
		}
		doc := fmt.Sprintf(`{"@t":"%s","@m":%s`, at.Format("2006-01-02T15:04:05.999999Z07:00"), quoted(fmt.Sprintf("event %d of %s", i, pick("a", "b", "c"))))
		add := func(name, value string) { doc += `,"` + name + `":` + value }
		doc += `,"@l":` + quoted(pick("Information", "Information", "Warning", "Error", "Debug"))
		if r.IntN(10) == 0 {
			doc += `,"@x":` + quoted(pick("System.TimeoutException: timed out\n   at Shop.Query()", "Panic: nil map"))
		}
		if r.IntN(5) == 0 {
			doc += fmt.Sprintf(`,"@i":%d`, r.Uint32()%1000)
		}
		add("k", fmt.Sprint(i))
		// Values by chance, after first ones that decide the columns' types.
		chance := func(name, first string, values ...string) {
			switch {
			case i == 0:
				add(name, first)
			case r.IntN(8) == 0: // missing
			default:
				add(name, values[r.IntN(len(values))])
			}
		}
		chance("n", "1", "0", "1", "2", "3", "-1", "-7", "42", "100", "1000", "99999", "9223372036854775807", "-9223372036854775808", "null", `"text"`, "true", "2147483648", fmt.Sprint(r.IntN(50)))
		chance("small", "1", "1", "2", "3", "4", "5", "null")
		chance("f", "0.5", "0", "1", "-1.5", "3.25", "100.125", "1e10", "1e-5", "-2.75", "null", "0.1", "0.2", `"x"`, fmt.Sprintf("%.3f", r.Float64()*100))
		chance("d", "9007199254740993", "1.5", "0", "-1.50", "12345678901234567890.123", "0.001", "1e3", "99.995", "-0.5", "2", "null", fmt.Sprintf("%.2f", r.Float64()*1000))
		chance("s", `"alpha"`, `"alpha"`, `"Beta"`, `"gamma ray"`, `""`, `" padded "`, `"100%"`, `"a_b"`, `"back\\slash"`, `"Grüße, Welt"`, `"日本語"`, `"ÄÖÜ äöü ß"`, `"line\nbreak"`, `"tab\there"`, `"'quoted'"`, "12", "1.50", "true", "null", `"😀 smile"`, `"O'Neil"`, `"zulu"`, `"12"`, `"-3"`, `"4.25"`)
		chance("method", `"GET"`, `"GET"`, `"GET"`, `"POST"`, `"PUT"`, `"DELETE"`)
		chance("status", "200", "200", "200", "201", "304", "404", "500", "503")
		chance("elapsed", "12.5", fmt.Sprintf("%.4f", r.ExpFloat64()*60), fmt.Sprintf("%.4f", r.ExpFloat64()*60), "100", "250.5")
		chance("b", "true", "true", "false", "true", "null", `"no"`)
		chance("j", `{"a":1,"b":[1,2,3]}`, `{"a":1,"b":[1,2,3]}`, `{"a":"x","b":[]}`, `[1,"two",null,{"three":3}]`, `{}`, `[]`, `"text"`, "5", "null", "false", `{"a":{"b":{"c":[10,20,30]}}}`, `{"b":1,"a":2,"aa":3}`, `{"a":null}`, `{"0":"zero","1":[1]}`, `[[1,2],[3,4]]`, `{"a":1.50,"x":1e2}`)
		chance("day", `"2026-03-28"`, `"2026-03-28"`, `"2024-02-29"`, `"1999-12-31"`, `"2000-01-01"`, `"1970-01-01"`, `"2026-10-25"`)
		chance("moment", `"2026-03-28T12:34:56.789Z"`, `"2026-03-28T12:34:56.789Z"`, `"2026-03-29T01:30:00+01:00"`, `"2026-10-25T02:30:00+02:00"`, `"1969-12-31T23:59:59.999999Z"`, `"2000-02-29T00:00:00Z"`)
		chance("span", `"1 day"`, `"1 day"`, `"02:30:00"`, `"1 year 2 mons"`, `"-3 days 04:05:06.5"`, `"1 mon -1 day"`, `"00:00:00.000001"`, `"36:00:00"`)
		out = append(out, doc+"}")
	}
	return out
}

func quoted(s string) string {
	b, _ := json.Marshal(s)
	return string(b)
}
