package nql

import (
	"strconv"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/event"
)

// convert reads a value as a column of the kind shows it (see Column). Null and undefined give null. What doesn't fit
// gives null too, and fits is false. Columns and the functions text, integer, number, float and boolean are this one function, so
// that a predicate over a column decides the same wherever it is evaluated.
func (st *state) convert(kind column.Kind, v val) (result val, fits bool) {
	null := val{kind: Null}
	if v.absent() {
		return null, true
	}
	switch kind {
	case column.Bool:
		if v.kind == Boolean {
			return v, true
		}
	case column.Int64:
		if n, ok := v.asInteger(); ok {
			return val{kind: Integer, i: n}, true
		}
	case column.Float64:
		if f, ok := v.asFloat(); ok {
			return val{kind: Float, f: f}, true
		}
	case column.Decimal:
		return st.numeric(v)
	case column.Text:
		return st.textOf(v)
	case column.JSON:
		start := len(st.arena)
		st.arena = appendJSON(st.arena, &v)
		return val{kind: ObjectValue, s: st.arena[start:]}, true
	case column.Timestamp:
		if v.kind == Instant {
			return v, true
		}
	case column.Interval:
		if v.kind == Duration {
			return v, true
		}
	}
	return null, false
}

// numeric gives a number in PostgreSQL's text form.
func (st *state) numeric(v val) (val, bool) {
	if !v.numeric() {
		return val{kind: Null}, false
	}
	var room [32]byte
	start := len(st.arena)
	if v.kind == Float && (v.f != v.f || v.f-v.f != 0) {
		st.arena = strconv.AppendFloat(st.arena, v.f, 'f', -1, 64)
		switch string(st.arena[start:]) {
		case "+Inf":
			st.arena = append(st.arena[:start], "Infinity"...)
		case "-Inf":
			st.arena = append(st.arena[:start], "-Infinity"...)
		}
		return val{kind: Number, s: st.arena[start:]}, true
	}
	out, ok := appendNumeric(st.arena, v.spelling(room[:0]))
	if !ok {
		return val{kind: Null}, false
	}
	st.arena = out
	return val{kind: Number, s: out[start:]}, true
}

var trueText, falseText = []byte("true"), []byte("false")

// textOf gives a scalar's text: a string's characters, a number's spelling, true or false, a time in RFC 3339.
func (st *state) textOf(v val) (val, bool) {
	start := len(st.arena)
	switch v.kind {
	case String:
		return v, true
	case Number:
		return val{kind: String, s: v.s}, true
	case Boolean:
		if v.b {
			return val{kind: String, s: trueText}, true
		}
		return val{kind: String, s: falseText}, true
	case Integer, Float:
		st.arena = v.spelling(st.arena)
	case Instant:
		st.arena = appendInstant(st.arena, v.i)
	case Duration:
		st.arena = appendDuration(st.arena, v.i)
	default:
		return val{kind: Null}, false
	}
	return val{kind: String, s: st.arena[start:]}, true
}

// appendJSON appends a value as JSON; undefined as null, instants and durations as strings, floats that JSON can't spell as null.
func appendJSON(dst []byte, v *val) []byte {
	switch v.kind {
	case Boolean:
		return strconv.AppendBool(dst, v.b)
	case Integer:
		return strconv.AppendInt(dst, v.i, 10)
	case Float:
		if v.f-v.f != 0 {
			return append(dst, "null"...)
		}
		return appendJSONFloat(dst, v.f)
	case Number, ArrayValue, ObjectValue:
		return append(dst, v.s...)
	case String:
		return event.AppendString(dst, v.s)
	case Instant:
		return append(appendInstant(append(dst, '"'), v.i), '"')
	case Duration:
		return append(appendDuration(append(dst, '"'), v.i), '"')
	}
	return append(dst, "null"...)
}

// appendTo appends a converted value to a vector of the kind that it was converted to.
func (v *val) appendTo(out *column.Vector) {
	if v.absent() {
		out.AppendNull()
		return
	}
	switch out.Kind {
	case column.Bool:
		out.AppendBool(v.b)
	case column.Int64:
		out.AppendInt(v.i)
	case column.Float64:
		out.AppendFloat(v.f)
	case column.Timestamp:
		out.AppendInt(microseconds(v.i))
	case column.Interval:
		out.AppendSpan(column.Span{Micros: microseconds(v.i)})
	default:
		out.AppendBytes(v.s)
	}
}

// microseconds rounds 100 ns down.
func microseconds(ts int64) int64 {
	q := ts / 10 // towards zero
	if q*10 > ts {
		q--
	}
	return q
}
