package session

import (
	_ "embed"
	"math"
	"strconv"
	"strings"
)

// pg15Settings are the settings that PostgreSQL 15 has, with its defaults: facts of its pg_settings. Those that this server does not know by
// itself are there all the same, because clients ask for them and set them; they change nothing. Fields are separated by tabs: name, type,
// context, unit, category, default, least and greatest value, values of an enumeration.
//
//go:embed pg15settings.txt
var pg15Settings string

// inert makes the definitions of PostgreSQL's settings that are not known otherwise.
func inert(known func(name string) bool) (out []*definition) {
	for line := range strings.Lines(pg15Settings) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(f) != 9 || known(f[0]) {
			continue
		}
		d := &definition{name: f[0], setBy: f[2], unit: f[3], category: f[4], def: f[5], desc: "As PostgreSQL's default; it changes nothing here."}
		d.readOnly = f[2] != "user" && f[2] != "superuser"
		d.superuser = f[2] == "superuser"
		switch f[1] {
		case "bool":
			d.kind = kindBool
		case "enum":
			d.kind, d.enum = kindEnum, strings.Split(f[8], ",")
		case "real":
			d.kind = kindReal
		case "integer":
			d.kind = kindInteger
			d.min, d.max = number(f[6], 0), number(f[7], math.MaxInt32)
			switch d.unit {
			case "ms", "s", "min":
				d.kind = kindDuration
			case "B", "kB", "8kB", "MB":
				d.kind = kindBytes
			}
		}
		out = append(out, d)
	}
	return out
}

func number(s string, otherwise int64) int64 {
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return n
	}
	return otherwise
}

// units are the units that a setting's number may have, counted in the setting's own.
func (d *definition) units() []unit {
	var list []unit
	switch d.kind {
	case kindDuration:
		list = durationUnits
	case kindBytes:
		list = byteUnits
	default:
		return nil
	}
	base := map[string]float64{"s": 1000, "min": 60_000, "B": 1.0 / 1024, "8kB": 8, "MB": 1024}[d.unit]
	if base == 0 {
		return list
	}
	out := make([]unit, len(list))
	for i, u := range list {
		out[i] = unit{u.name, u.size / base}
	}
	return out
}

// unchangeable says why a setting can't be set.
func (d *definition) unchangeable() string {
	name := strconv.Quote(d.name)
	switch d.setBy {
	case "postmaster":
		return "parameter " + name + " cannot be changed without restarting the server"
	case "sighup":
		return "parameter " + name + " cannot be changed now"
	case "backend", "superuser-backend":
		return "parameter " + name + " cannot be set after connection start"
	}
	return "parameter " + name + " cannot be changed"
}
