package types

import (
	"bytes"
	"math"
	"strconv"
	"time"

	"github.com/cockroachdb/apd/v3"
	"github.com/flare-pg/flare-pg/column"
)

// The value of a declared column is a member of an event's JSON: booleans and numbers as such, NaN and the infinities as strings, jsonb as it
// is, and all else as a string of its text output, in PostgreSQL's default styles and in UTC, whatever the session has set; json, whose
// spelling counts, too. An array is a JSON array of such members. A JSON null is SQL's null.

// storedEnv is the world in which stored values are written and read.
var storedEnv = NewEnv(time.Unix(0, 0).UTC())

// Storable reports whether a column may be declared with a type.
func Storable(t OID) bool {
	switch t {
	case Bool, Int2, Int4, Int8, Float4, Float8, Numeric, Text, Varchar, BPChar, Name, Char, Bytea, Date, Time, Timestamp, Timestamptz,
		Interval, UUID, JSON, JSONB, Oid, Inet, Cidr, MacAddr, MacAddr8, TimeTZ, Bit, VarBit, PgLSN, XID8, PgSnapshot, Money, TSVector, TSQuery:
		return true
	}
	if t == Int2Vector || t == OidVector {
		return false
	}
	e := ElemOf(t)
	return e != 0 && Storable(e) || SubtypeOf(t) != 0
}

// AppendStored appends row i of v, a value of type t that is not null, as an event keeps it.
func AppendStored(dst []byte, t OID, v *column.Vector, i int) []byte {
	switch t {
	case Bool, Int2, Int4, Int8, Float4, Float8, Numeric, JSONB:
		return AppendJSON(dst, storedEnv, t, v, i)
	case Oid:
		return strconv.AppendInt(dst, v.Int(i), 10)
	}
	if e := ElemOf(t); e != 0 {
		return appendStoredArray(dst, e, v.Str(i))
	}
	var buf [64]byte
	return AppendJSONString(dst, AppendText(buf[:0], storedEnv, t, v, i))
}

// ParseStored appends the value that an event's member, as JSON text, is in a column of a type: null for a JSON null, and for a value that
// is none of that type. A number is never read from a string, NaN and the infinities excepted.
func ParseStored(out *column.Vector, t OID, typmod int32, raw []byte) {
	if len(raw) == 0 || raw[0] == 'n' {
		out.AppendNull()
		return
	}
	switch t {
	case Bool:
		if raw[0] == 't' || raw[0] == 'f' {
			out.AppendBool(raw[0] == 't')
			return
		}
	case Int2, Int4, Int8, Oid:
		if n, ok := storedInt(t, raw); ok {
			out.AppendInt(n)
			return
		}
	case Float4, Float8, Numeric:
		text := raw
		if raw[0] == '"' {
			switch text = raw[1 : len(raw)-1]; string(text) {
			case "NaN", "Infinity", "-Infinity":
			default:
				text = nil
			}
		} else if raw[0] != '-' && !isDigit(raw[0]) {
			text = nil
		}
		if text != nil && ParseText(out, storedEnv, t, typmod, text) == nil {
			return
		}
	case JSONB:
		out.AppendBytes(raw)
		return
	case JSON:
		if raw[0] == '"' {
			var buf [256]byte
			if text := AppendJSONUnquoted(buf[:0], raw); CheckJSON(text) == nil {
				out.AppendBytes(text)
				return
			}
		}
		out.AppendBytes(raw)
		return
	default:
		if e := ElemOf(t); e != 0 {
			if !parseStoredArray(out, e, typmod, raw) {
				out.AppendNull()
			}
			return
		}
		var buf [256]byte
		text := raw
		switch raw[0] {
		case '{', '[':
			out.AppendNull()
			return
		case '"':
			if text = raw[1 : len(raw)-1]; bytes.IndexByte(text, '\\') >= 0 {
				text = AppendJSONUnquoted(buf[:0], raw)
			}
		}
		had := out.Len
		if ParseText(out, storedEnv, t, typmod, text) == nil && out.Len > had {
			return
		}
	}
	out.AppendNull()
}

// storedInt reads a number that is an integer, also one spelled 1.0 or 1e3, within the range of its type.
func storedInt(t OID, raw []byte) (int64, bool) {
	n, err := strconv.ParseInt(string(raw), 10, 64)
	if err != nil {
		if raw[0] != '-' && !isDigit(raw[0]) || !bytes.ContainsAny(raw, ".eE") {
			return 0, false
		}
		if n, err = storedWhole(raw); err != nil {
			return 0, false
		}
	}
	switch t {
	case Int2:
		return n, n >= math.MinInt16 && n <= math.MaxInt16
	case Int4:
		return n, n >= math.MinInt32 && n <= math.MaxInt32
	case Oid:
		return n, n >= 0 && n <= math.MaxUint32
	}
	return n, true
}

// errNotWhole says that a number has a fraction.
var errNotWhole = Errorf(CodeInvalidTextRepresentation, "not an integer")

func storedWhole(raw []byte) (int64, error) {
	var x, whole apd.Decimal
	if err := ParseNumeric(&x, raw); err != nil {
		return 0, err
	}
	if err := NumericTrunc(&whole, &x, 0); err != nil {
		return 0, err
	}
	if NumericCompare(&x, &whole) != 0 {
		return 0, errNotWhole
	}
	return NumericToInt(&whole, Int8)
}
