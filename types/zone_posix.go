package types

import (
	"encoding/binary"
	"regexp"
	"strings"
	"sync"
	"time"
)

// posixZone reads a POSIX zone, as the tz database's own code does: a name, the offset west of it, and maybe those of daylight saving and the rule of
// its days. Without a rule it is that of the United States.
func posixZone(spec string) (*time.Location, bool) {
	name, rest, ok := posixName(spec)
	if !ok || len(spec) > 255 {
		return nil, false
	}
	west, rest, ok := posixOffset(rest)
	if !ok {
		return nil, false
	}
	name = strings.ToUpper(name)
	if rest == "" {
		return time.FixedZone(name, -west), true
	}
	return daylightZone(name, west, strings.ToUpper(rest))
}

// posixName reads the name of a zone: <…>, or up to the offset.
func posixName(s string) (name, rest string, ok bool) {
	if inner, found := strings.CutPrefix(s, "<"); found {
		return strings.Cut(inner, ">")
	}
	end := strings.IndexAny(s, "0123456789,+-")
	if end < 0 {
		return s, "", true
	}
	return s[:end], s[end:], true
}

// posixOffset reads [+-]hh[:mm[:ss]], in seconds.
func posixOffset(s string) (seconds int, rest string, ok bool) {
	sign := 1
	if s != "" && (s[0] == '-' || s[0] == '+') {
		if s[0] == '-' {
			sign = -1
		}
		s = s[1:]
	}
	for i, unit := range []struct{ most, seconds int }{{7*24 - 1, 3600}, {59, 60}, {60, 1}} {
		if i > 0 {
			if s == "" || s[0] != ':' {
				break
			}
			s = s[1:]
		}
		if s == "" || !isDigit(s[0]) {
			return 0, "", false
		}
		n, tail, fits := number(s)
		if !fits || n > unit.most {
			return 0, "", false
		}
		seconds, s = seconds+n*unit.seconds, tail
	}
	return sign * seconds, s, true
}

// daylightRule is when daylight saving begins and ends, each by a month's week and day or by the day of the year, and maybe a time.
var daylightRule = func() *regexp.Regexp {
	const day = `(?:M(?:[1-9]|1[0-2])\.[1-5]\.[0-6]|J?[0-9]{1,3})(?:/[+-]?[0-9]{1,3}(?::[0-5]?[0-9]){0,2})?`
	return regexp.MustCompile(`^(?:[,;]` + day + `,` + day + `)?$`)
}()

// daylightZone is a zone with daylight saving, whose name, offset and rule rest holds. It is made by package time of what a file of the tz database is:
// one without transitions, which says by a POSIX specification how time goes on.
func daylightZone(name string, west int, rest string) (*time.Location, bool) {
	_, rule, ok := posixName(rest)
	if !ok || rest[0] == ',' || strings.ContainsAny(name, "\n>") || strings.ContainsRune(rest, '\n') {
		return nil, false
	}
	saving := rest[:len(rest)-len(rule)]
	if saving == "" || saving == "<>" {
		return nil, false
	}
	if saving[0] != '<' {
		saving = "<" + saving + ">"
	}
	if rule != "" && rule[0] != ',' && rule[0] != ';' {
		_, tail, ok := posixOffset(rule)
		if !ok {
			return nil, false
		}
		saving, rule = saving+rule[:len(rule)-len(tail)], tail
	}
	if !daylightRule.MatchString(rule) {
		return nil, false
	}
	offset := time.Unix(0, 0).In(time.FixedZone("", west)).Format("-07:00:00")
	be := binary.BigEndian
	header := func(transitions, kinds, letters uint32) []byte {
		h := append([]byte("TZif3"), make([]byte, 15)...)
		for _, n := range []uint32{0, 0, 0, transitions, kinds, letters} {
			h = be.AppendUint32(h, n)
		}
		return h
	}
	file := append(header(0, 0, 0), header(1, 1, uint32(len(name)+1))...)
	file = be.AppendUint64(file, 1<<63) // the beginning of time
	file = append(file, 0)              // from when on the first kind counts
	file = append(be.AppendUint32(file, uint32(int32(-west))), 0, 0)
	file = append(append(file, name...), 0)
	file = append(file, "\n<"+name+">"+offset+saving+rule+"\n"...)
	loc, err := time.LoadLocationFromTZData(name, file)
	return loc, err == nil
}

// fixedZones remembers of locations whether they have one offset at all times.
var fixedZones sync.Map // *time.Location to bool

// fixedZone reports whether a zone has had the same offset at all times. An offset that was changed stayed for weeks at least.
func fixedZone(loc *time.Location) bool {
	if known, ok := fixedZones.Load(loc); ok {
		return known.(bool)
	}
	_, first := time.Unix(0, 0).In(loc).Zone()
	fixed := true
	for t := time.Date(1840, 1, 1, 0, 0, 0, 0, time.UTC); t.Year() < 2040 && fixed; t = t.AddDate(0, 0, 10) {
		_, offset := t.In(loc).Zone()
		fixed = offset == first
	}
	if strings.Contains(loc.String(), "/") { // of the tz database, of which there are few
		fixedZones.Store(loc, fixed)
	}
	return fixed
}
