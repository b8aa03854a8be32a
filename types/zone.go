package types

import (
	"strings"
	"sync"
	"time"
)

// zoneCache holds locations by their names in lower case; names that are no zone are not kept, so
// that it grows as large as the tz database at most.
var zoneCache sync.Map // string to *time.Location

// loadZone finds a zone of the tz database by its name, in any case as far as the usual
// capitalisation of names tells.
func loadZone(name string) (*time.Location, bool) {
	key := strings.ToLower(name)
	if loc, ok := zoneCache.Load(key); ok {
		return loc.(*time.Location), true
	}
	if name == "" || len(name) > 64 || strings.EqualFold(name, "local") {
		return nil, false
	}
	for _, c := range []byte(name) {
		if !isAlpha(c) && !isDigit(c) && c != '/' && c != '_' && c != '-' && c != '+' {
			return nil, false
		}
	}
	for _, n := range []string{name, strings.ToUpper(name), capitalised(name)} {
		if strings.EqualFold(n, "utc") || strings.EqualFold(n, "etc/utc") {
			return time.UTC, true
		}
		if loc, err := time.LoadLocation(n); err == nil {
			zoneCache.Store(key, loc)
			return loc, true
		}
	}
	return nil, false
}

// capitalised spells a zone's name as the tz database does: "america/port_of_spain" becomes
// "America/Port_of_Spain", "etc/gmt+3" "Etc/GMT+3".
func capitalised(name string) string {
	var b strings.Builder
	word := func(w string) {
		l := strings.ToLower(w)
		switch {
		case l == "of" || l == "es":
			b.WriteString(l)
		case l == "us" || l == "gb" || l == "nz" || l == "prc" || l == "rok" || l == "gmt" || l == "utc" || l == "uct" || l == "gmt0":
			b.WriteString(strings.ToUpper(l))
		case l != "":
			b.WriteString(strings.ToUpper(l[:1]) + l[1:])
		}
	}
	start := 0
	for i := 0; i <= len(name); i++ {
		if i == len(name) || strings.IndexByte("/_-+", name[i]) >= 0 {
			word(name[start:i])
			if i < len(name) {
				b.WriteByte(name[i])
			}
			start = i + 1
		}
	}
	return b.String()
}

// zoneAbbreviations are offsets east of UTC in minutes, for the abbreviations of PostgreSQL's default
// set. A few of them meant another offset in former times; those of dynamicAbbreviations are known
// to, and look it up.
var zoneAbbreviations = parseAbbreviations(`acdt=630 acsst=630 acst=570 act=-300 acwst=525 adt=-180 aedt=660 aesst=660 aest=600 aft=270
	akdt=-480 akst=-540 almst=420 almt=360 amst=240 amt=-240 anast=720 anat=720 arst=-180 art=-180
	ast=-240 awsst=540 awst=480 azost=0 azot=-60 azst=240 azt=240 bdst=120 bdt=360 bnt=480 bort=480
	bot=-240 bra=-180 brst=-120 brt=-180 bst=60 btt=360 cadt=630 cast=570 cct=480 cdt=-300 cest=120
	cet=60 cetdst=120 chadt=825 chast=765 chut=600 ckt=-600 clst=-180 clt=-180 cot=-300 cst=-360 cxt=420
	davt=420 ddut=600 easst=-300 east=-300 eat=180 edt=-240 eest=180 eet=120 eetdst=180 egst=0 egt=-60
	est=-300 fet=180 fjst=780 fjt=720 fkst=-180 fkt=-180 fnst=-60 fnt=-120 galt=-360 gamt=-540 gest=240
	get=240 gft=-180 gilt=720 gmt=0 gyt=-240 hkt=480 hst=-600 ict=420 idt=180 iot=360 irkst=480 irt=210
	ist=120 jayt=540 jst=540 kdt=600 kgst=360 kgt=360 kost=660 krast=420 krat=420 kst=540 lhdt=660
	lhst=630 ligt=600 lint=840 lkt=330 magst=660 magt=660 mart=-570 mawt=300 mdt=-360 mest=120 mesz=120
	met=60 metdst=120 mez=60 mht=720 mmt=390 mpt=600 mst=-420 must=300 mut=240 mvt=300 myt=480 ndt=-150
	nft=-210 novst=420 novt=420 npt=345 nst=-210 nut=-660 nzdt=780 nzst=720 nzt=720 omsst=360 pdt=-420
	pet=-300 petst=720 pett=720 pgt=600 pht=480 pkst=360 pkt=300 pmdt=-120 pmst=-180 pont=660 pst=-480
	pwt=540 pyst=-180 pyt=-180 ret=240 sadt=630 sast=120 sct=240 sgt=480 taht=-600 tft=300 tjt=300
	tkt=780 tmt=300 tot=780 trut=600 tvt=720 uct=0 ulast=540 ulat=480 ut=0 utc=0 uyst=-120 uyt=-180
	uzst=360 uzt=300 vet=-240 vlast=600 volt=180 vut=660 wadt=480 wakt=720 wast=420 wat=60 wdt=540 wet=0
	wetdst=60 wft=720 wgst=-120 wgt=-180 xjt=360 yakst=540 yakt=540 yapt=600 yekst=360 z=0 zulu=0`)

func parseAbbreviations(list string) map[string]int {
	m := map[string]int{}
	for _, item := range strings.Fields(list) {
		name, value, _ := strings.Cut(item, "=")
		minutes, _, _ := number(value)
		m[name] = minutes * 60
	}
	return m
}

// dynamicAbbreviations name a zone whose offset at a time they mean.
var dynamicAbbreviations = map[string]string{
	"msk": "Europe/Moscow", "msd": "Europe/Moscow", "yekt": "Asia/Yekaterinburg",
	"omst": "Asia/Omsk", "irkt": "Asia/Irkutsk", "vlat": "Asia/Vladivostok",
}

// abbreviatedOffset is the offset that an abbreviation of a zone means at a local time: what it last meant before, else what it meant first after that.
func abbreviatedOffset(wall int64, loc *time.Location, name string) int64 {
	offset := localOffset(wall, loc)
	at := time.Unix(wall-offset, 0).In(loc)
	for _, back := range []bool{true, false} {
		for t := at; ; {
			if abbreviation, seconds := t.Zone(); abbreviation == name {
				return int64(seconds)
			}
			start, end := t.ZoneBounds()
			if next := end; back {
				if start.IsZero() {
					break
				}
				t = start.Add(-time.Second)
			} else if next.IsZero() || next.Year() > 2040 {
				break
			} else {
				t = next
			}
		}
	}
	return offset
}

// abbreviation finds a zone's abbreviation, in lower case.
func abbreviation(name string) (*time.Location, bool) {
	if offset, ok := zoneAbbreviations[name]; ok {
		if offset == 0 {
			return time.UTC, true
		}
		return time.FixedZone(strings.ToUpper(name), offset), true
	}
	if zone, ok := dynamicAbbreviations[name]; ok {
		return loadZone(zone)
	}
	return nil, false
}

// ParseZone finds a time zone as AT TIME ZONE takes it: an abbreviation, a name of the tz database,
// or a POSIX specification ("UTC+3", "<+02>-2", "+3", "CET-1CEST,M3.5.0,M10.5.0/3"), whose offsets
// count west. The error is 22023.
func ParseZone(name string) (*time.Location, error) {
	if loc, ok := abbreviation(strings.ToLower(name)); ok {
		return loc, nil
	}
	if loc, ok := loadZone(name); ok {
		return loc, nil
	}
	if loc, ok := posixZone(name); ok {
		return loc, nil
	}
	return nil, Errorf(CodeInvalidParameterValue, "time zone \"%s\" not recognized", name)
}

// ParseZoneEast is ParseZone for functions to which a number alone, with its sign, is an offset that counts east, as in a timestamp's text.
func ParseZoneEast(name string) (*time.Location, error) {
	if name != "" && isDigit(name[0]) {
		return nil, Errorf(CodeInvalidParameterValue, "invalid input syntax for type numeric time zone: \"%s\"", name).
			WithHint(`Numeric time zones must have "-" or "+" as first character.`)
	}
	var r dateTimeReader
	switch _, f := r.readOffset(name); f {
	case fine:
		return time.FixedZone(name, r.m.offset), nil
	case zoneOverflow:
		return nil, Errorf(CodeInvalidParameterValue, "numeric time zone \"%s\" out of range", name)
	}
	return ParseZone(name)
}
