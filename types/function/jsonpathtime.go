package function

import (
	"bytes"
	"cmp"
	"fmt"
	"strings"
	"sync"

	"github.com/flare-pg/flare-pg/types"
)

// pathTime is a time that datetime() made: t is its type, x days or microseconds as vectors hold them, of a timetz the time on the clock.
type pathTime struct {
	t    types.OID
	x    int64
	east int // seconds of its zone
}

// text is the time as JSON has it, in its own zone.
func (p pathTime) text() []byte {
	withT := func(ts int64) []byte {
		return bytes.Replace(types.AppendTimestamp(nil, ts), []byte(" "), []byte("T"), 1)
	}
	switch p.t {
	case types.Date:
		return types.AppendDate(nil, p.x)
	case types.Time:
		return types.AppendTime(nil, p.x)
	case types.TimeTZ:
		return appendEast(types.AppendTime(nil, p.x), p.east)
	case types.Timestamp:
		return withT(p.x)
	}
	return appendEast(withT(p.x+int64(p.east)*1_000_000), p.east)
}

func appendEast(dst []byte, east int) []byte {
	sign := '+'
	if east < 0 {
		sign, east = '-', -east
	}
	return fmt.Appendf(dst, "%c%02d:%02d", sign, east/3600, east/60%60)
}

// isoFormats are those that datetime() tries without a template, in this order.
var isoFormats = sync.OnceValue(func() [][]timeNode {
	var all [][]timeNode
	add := func(formats ...string) {
		for _, f := range formats {
			nodes, err := parseTimeFormat([]byte(f))
			if err != nil {
				panic(err)
			}
			all = append(all, nodes)
		}
	}
	zoned := func(prefix string) {
		add(prefix+"HH24:MI:SS.USTZH:TZM", prefix+"HH24:MI:SS.USTZH", prefix+"HH24:MI:SSTZH:TZM", prefix+"HH24:MI:SSTZH")
	}
	plain := func(prefix string) { add(prefix+"HH24:MI:SS.US", prefix+"HH24:MI:SS") }
	add("yyyy-mm-dd")
	zoned("")
	plain("")
	zoned("yyyy-mm-dd ")
	zoned("yyyy-mm-dd\"T\"")
	plain("yyyy-mm-dd ")
	plain("yyyy-mm-dd\"T\"")
	return all
})

// datetime makes a time of a string.
func (r *pathRun) datetime(i *types.PathItem, v pathValue, emit emitter) error {
	if v.kind() != '"' {
		return pathFail(codeDatetimeArgument, "jsonpath item method .%s() can only be applied to a string", i.Text)
	}
	s := string(types.AppendJSONUnquoted(nil, v.text))
	if i.Left != nil {
		if err := checkTemplate(i.Left.Text); err != nil {
			return err
		}
		nodes, err := parseTimeFormat([]byte(i.Left.Text))
		if err != nil {
			return asFailure(err)
		}
		t, err := r.readTime(s, nodes)
		if err != nil {
			return asFailure(err)
		}
		return r.next(i, pathValue{time: t, timed: true}, emit)
	}
	for _, nodes := range isoFormats() {
		if t, err := r.readTime(s, nodes); err == nil {
			return r.next(i, pathValue{time: t, timed: true}, emit)
		}
	}
	return &pathFailure{types.Errorf(codeDatetimeArgument, "datetime format is not recognized: \"%s\"", s).
		WithHint("Use a datetime template argument to specify the input data format.")}
}

// checkTemplate allows the separators of SQL's standard only.
func checkTemplate(template string) error {
	f := []byte(template)
	for len(f) > 0 {
		switch two := string(f[:min(2, len(f))]); {
		case strings.EqualFold(two, "FM") || strings.EqualFold(two, "TM"):
			f = f[2:]
			continue
		case f[0] == '"':
			_, f = quotedText(f)
			continue
		}
		if k := timeKeyAt(f); k != nil {
			f = f[len(k.name):]
			if s := string(f[:min(2, len(f))]); strings.EqualFold(s, "TH") {
				f = f[2:]
			}
			continue
		}
		if strings.IndexByte("-./,':; ", f[0]) < 0 {
			return badDate("invalid datetime format separator: \"%s\"", string([]rune(string(f))[:1]))
		}
		f = f[1:]
	}
	return nil
}

// readTime reads a time strictly by a format, which also tells its type.
func (r *pathRun) readTime(s string, nodes []timeNode) (pathTime, error) {
	var dated, timed, zoned bool
	for _, n := range nodes {
		if n.kind != 'f' {
			continue
		}
		switch n.key.field {
		case "FX":
		case "A.M.", "P.M.", "AM", "PM", "HH", "HH12", "HH24", "MI", "SS", "MS", "US", "SSSS", "SSSSS", "FF1", "FF2", "FF3", "FF4", "FF5", "FF6":
			timed = true
		case "TZ", "OF", "TZH", "TZM":
			zoned = true
		default:
			dated = true
		}
	}
	d, err := readExactly(s, nodes)
	if err != nil {
		return pathTime{}, err
	}
	clock := roundedTo(d.clock, d.digits)
	missing := func(t types.OID) error {
		return badDate("missing time zone in input string for type %s", map[types.OID]string{types.TimeTZ: "timetz", types.Timestamptz: "timestamptz"}[t])
	}
	switch {
	case dated && timed:
		midnight, err := types.DateToTimestamp(types.CivilDays(d.year, d.month, d.day))
		if err != nil {
			return pathTime{}, types.Errorf(types.CodeDatetimeOverflow, "%s out of range", map[bool]string{false: "timestamp", true: "timestamptz"}[zoned])
		}
		if !zoned {
			return pathTime{t: types.Timestamp, x: midnight + clock}, nil
		}
		if !d.zoned {
			return pathTime{}, missing(types.Timestamptz)
		}
		return pathTime{t: types.Timestamptz, x: midnight + clock - int64(d.offset)*1_000_000, east: d.offset}, nil
	case dated && zoned:
		return pathTime{}, badDate("datetime format is zoned but not timed")
	case dated:
		return pathTime{t: types.Date, x: types.CivilDays(d.year, d.month, d.day)}, nil
	case timed && zoned && !d.zoned:
		return pathTime{}, missing(types.TimeTZ)
	case timed && zoned:
		return pathTime{t: types.TimeTZ, x: clock, east: d.offset}, nil
	case timed:
		return pathTime{t: types.Time, x: clock}, nil
	}
	return pathTime{}, badDate("datetime format is not dated and not timed")
}

// roundedTo rounds microseconds to so many digits of a second, 0 for all.
func roundedTo(micros int64, digits int) int64 {
	if digits == 0 {
		return micros
	}
	unit := int64(1)
	for range 6 - digits {
		unit *= 10
	}
	half := micros + unit/2
	return half - ((half%unit)+unit)%unit
}

// compareTimes compares times of two types where the one can be taken for the other. What that needs of the session's zone is an error
// outside of the functions that may use it.
func (r *pathRun) compareTimes(a, b pathTime) (c int, known bool, err error) {
	clock := func(t types.OID) bool { return t == types.Time || t == types.TimeTZ }
	if clock(a.t) != clock(b.t) {
		return 0, false, nil
	}
	zoned := a.t == types.Timestamptz || b.t == types.Timestamptz || a.t == types.TimeTZ || b.t == types.TimeTZ
	instantOf := func(p pathTime, other types.OID) (int64, error) {
		switch p.t {
		case types.Timestamptz:
			return p.x, nil
		case types.TimeTZ:
			return p.x - int64(p.east)*1_000_000, nil
		}
		if zoned && !r.zones {
			return 0, types.Errorf(types.CodeFeatureNotSupported, "cannot convert value from %s to %s without time zone usage", pathTypeName(p.t), pathTypeName(other)).
				WithHint("Use *_tz() function for time zone support.")
		}
		call := &Call{Env: r.env}
		switch {
		case p.t == types.Time && zoned:
			return p.x + int64(r.env.ZoneWest(r.env.TransactionStart.UnixMicro()))*1_000_000, nil
		case p.t == types.Time:
			return p.x, nil
		}
		return instant(call, p.t, zoned, p.x), nil
	}
	x, err := instantOf(a, b.t)
	if err != nil {
		return 0, false, err
	}
	y, err := instantOf(b, a.t)
	if err != nil {
		return 0, false, err
	}
	if c = cmp.Compare(x, y); c == 0 && a.t == types.TimeTZ && b.t == types.TimeTZ {
		c = cmp.Compare(b.east, a.east)
	}
	return c, true, nil
}

// pathTypeName is a type's short name.
func pathTypeName(t types.OID) string {
	ty, _ := types.Lookup(t)
	return ty.Name
}
