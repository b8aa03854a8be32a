package types

import (
	_ "embed"
	"maps"
	"slices"
	"strings"
	"time"
)

// zoneNames are the names of the tz database's zones, which can be had one by one but not listed.
//
//go:embed zones.txt
var zoneNames string

// ZoneInfo is what a zone, or an abbreviation, means at a moment.
type ZoneInfo struct {
	Name   string
	Abbrev string
	Offset int64 // microseconds east of UTC
	DST    bool
}

// ZoneNames lists the names of zones. The machine's database may lack some.
func ZoneNames() []string { return strings.Fields(zoneNames) }

// ZoneAt tells what a zone means at a moment; ok is false for one that the machine's database lacks.
func ZoneAt(name string, at time.Time) (z ZoneInfo, ok bool) {
	loc, ok := loadZone(name)
	if !ok {
		return ZoneInfo{}, false
	}
	local := at.In(loc)
	abbrev, offset := local.Zone()
	return ZoneInfo{Name: name, Abbrev: abbrev, Offset: int64(offset) * microsPerSecond, DST: local.IsDST()}, true
}

// daylightAbbreviations are those of zoneAbbreviations that name a zone's daylight saving time.
var daylightAbbreviations = strings.Fields(`acdt acsst adt aedt aesst akdt almst awsst azost bdst brst bst cadt cdt cest cetdst chadt clst clt
	easst east edt eest eetdst egst fjst fnst idt kdt kgst lhdt mdt mest mesz metdst must ndt nzdt pdt pkst pmdt pyst sadt ulast uyst uzst
	wadt wdt wetdst wgst yekst`)

// ZoneAbbreviations lists the abbreviations of zones, by name, with what they mean at a moment.
func ZoneAbbreviations(at time.Time) []ZoneInfo {
	var out []ZoneInfo
	for _, name := range slices.Sorted(maps.Keys(zoneAbbreviations)) {
		out = append(out, ZoneInfo{Abbrev: strings.ToUpper(name), Offset: int64(zoneAbbreviations[name]) * microsPerSecond,
			DST: slices.Contains(daylightAbbreviations, name)})
	}
	for _, name := range slices.Sorted(maps.Keys(dynamicAbbreviations)) {
		if z, ok := ZoneAt(dynamicAbbreviations[name], at); ok {
			z.Abbrev = strings.ToUpper(name)
			if name == "msd" { // Moscow's summer time means what it meant when there was one last
				z.Offset, z.DST = 4*microsPerHour, true
			}
			out = append(out, z)
		}
	}
	return out
}
