package types

import (
	"math"
	"strconv"

	"github.com/flare-pg/flare-pg/column"
)

// AppendJSON appends row i of v, a value of type t that is not null, as to_json shows it: numbers as
// numbers (NaN and infinities as strings), booleans, JSON as it is, dates and timestamps in ISO 8601,
// arrays as arrays, all else as a string of its text.
func AppendJSON(dst []byte, env *Env, t OID, v *column.Vector, i int) []byte {
	quoted := func(f func([]byte) []byte) []byte {
		return append(f(append(dst, '"')), '"')
	}
	switch t {
	case Bool:
		return strconv.AppendBool(dst, v.Bool(i))
	case Int2, Int4, Int8:
		return strconv.AppendInt(dst, v.Int(i), 10)
	case Float4, Float8:
		f := v.Float(i)
		if math.IsNaN(f) || math.IsInf(f, 0) {
			return quoted(func(d []byte) []byte { return AppendFloat(d, env, t, f) })
		}
		return AppendFloat(dst, env, t, f)
	case Numeric:
		s := v.Str(i)
		if c := numericClass(s); c >= -1 && c <= 1 {
			return append(dst, s...)
		}
		return quoted(func(d []byte) []byte { return append(d, s...) })
	case JSON:
		return append(dst, v.Str(i)...)
	case JSONB:
		return AppendJSONBOf(env, dst, v.Str(i))
	case Date:
		return quoted(func(d []byte) []byte { return AppendDate(d, v.Int(i)) })
	case Timestamp:
		return quoted(func(d []byte) []byte { return appendTimestamp(d, v.Int(i), 'T') })
	case Timestamptz:
		return quoted(func(d []byte) []byte { return appendTimestamptz(d, v.Int(i), env.location(), 'T', true) })
	case Text, Varchar, BPChar, Name, Unknown:
		return AppendJSONString(dst, v.Str(i))
	}
	if e := ElemOf(t); e != 0 {
		return appendArrayJSON(dst, env, e, v.Str(i))
	}
	if t == Record {
		return appendRecordJSON(dst, env, v.Str(i))
	}
	var buf [64]byte
	return AppendJSONString(dst, AppendText(buf[:0], env, t, v, i))
}
