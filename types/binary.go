package types

import (
	"encoding/binary"
	"math"

	"github.com/flare-pg/flare-pg/column"
)

// micros2000 is 2000-01-01, from which PostgreSQL's binary formats count.
const micros2000 = daysTo2000 * microsPerDay

// AppendBinary appends PostgreSQL's binary output of row i of v, a value of type t that is not null.
// Types without a binary form are 0A000.
func AppendBinary(dst []byte, env *Env, t OID, v *column.Vector, i int) ([]byte, error) {
	be := binary.BigEndian
	switch t {
	case Bool:
		if v.Bool(i) {
			return append(dst, 1), nil
		}
		return append(dst, 0), nil
	case Int2:
		return be.AppendUint16(dst, uint16(v.Int(i))), nil
	case Int4, Oid, Xid, Cid, RegClass, RegType, RegProc, RegProcedure, RegOper, RegOperator, RegNamespace,
		RegRole, RegConfig, RegDictionary, RegCollation:
		return be.AppendUint32(dst, uint32(v.Int(i))), nil
	case Int8, Time, XID8, Money:
		return be.AppendUint64(dst, uint64(v.Int(i))), nil
	case Float4:
		return be.AppendUint32(dst, math.Float32bits(float32(v.Float(i)))), nil
	case Float8:
		f := v.Float(i)
		if math.IsNaN(f) {
			return be.AppendUint64(dst, 0x7ff8000000000000), nil // C's NaN, not Go's
		}
		return be.AppendUint64(dst, math.Float64bits(f)), nil
	case Date:
		d := v.Int(i)
		switch d {
		case Infinity:
			d = math.MaxInt32
		case NegInfinity:
			d = math.MinInt32
		default:
			d -= daysTo2000
		}
		return be.AppendUint32(dst, uint32(int32(d))), nil
	case Timestamp, Timestamptz:
		ts := v.Int(i)
		if !Infinite(ts) {
			ts -= micros2000
		}
		return be.AppendUint64(dst, uint64(ts)), nil
	case Interval:
		s := v.Span(i)
		dst = be.AppendUint64(dst, uint64(s.Micros))
		dst = be.AppendUint32(dst, uint32(s.Days))
		return be.AppendUint32(dst, uint32(s.Months)), nil
	case Numeric:
		return appendNumericBinary(dst, v.Str(i)), nil
	case JSONB:
		return AppendJSONB(append(dst, 1), v.Str(i)), nil
	case JSONPathOID:
		return appendJSONPathText(append(dst, 1), v.Str(i)), nil
	case Char:
		if s := v.Str(i); len(s) > 0 {
			return append(dst, s[0]), nil
		}
		return append(dst, 0), nil
	case Inet, Cidr:
		return appendInetBinary(dst, t, v.Str(i)), nil
	case Bit, VarBit:
		return appendBitsBinary(dst, v.Str(i)), nil
	case PgSnapshot, TxidSnapshot:
		return appendSnapshotBinary(dst, v.Str(i)), nil
	case Text, Varchar, BPChar, Name, Bytea, UUID, MacAddr, MacAddr8, TimeTZ, Tid, PgLSN, JSON, XML, Unknown, CString, Void, PgNodeTree, TSVector, TSQuery:
		return append(dst, v.Str(i)...), nil
	}
	if t == Record {
		return appendRecordBinary(dst, env, v.Str(i))
	}
	if e := ElemOf(t); e != 0 {
		return appendArrayBinary(dst, env, t, e, v.Str(i))
	}
	if sub := SubtypeOf(t); sub != 0 {
		if IsRange(t) {
			return appendRangeBinary(dst, env, sub, ReadRange(sub, v.Str(i)))
		}
		return appendMultirangeBinary(dst, env, sub, ReadRanges(sub, v.Str(i)))
	}
	return dst, Errorf(CodeUndefinedFunction, "no binary output function available for type %s", FormatType(t, -1))
}

// shortBinary is the error for a message that ends before the value does.
func shortBinary() error { return Errorf(CodeProtocolViolation, "insufficient data left in message") }

func badBinary(t OID) error {
	return Errorf(CodeInvalidBinary, "incorrect binary data format for type %s", FormatType(t, -1))
}

// ParseBinary reads PostgreSQL's binary input of type t and appends the value to out, a Plain vector
// of KindOf(t); typmod as in ParseText. On error (a *Error, 22P03 for bytes that are no such value)
// nothing was appended.
func ParseBinary(out *column.Vector, env *Env, t OID, typmod int32, b []byte) error {
	be := binary.BigEndian
	width := -1
	switch t {
	case Bool, Char:
		width = 1
	case Int2:
		width = 2
	case Int4, Oid, Xid, Cid, Date, Float4, RegClass, RegType, RegProc, RegProcedure, RegOper, RegOperator,
		RegNamespace, RegRole, RegConfig, RegDictionary, RegCollation:
		width = 4
	case Int8, XID8, Time, Float8, Timestamp, Timestamptz, PgLSN, Money:
		width = 8
	case Interval, UUID:
		width = 16
	case MacAddr, Tid:
		width = 6
	case TimeTZ:
		width = 12
	}
	switch {
	case width >= 0 && len(b) < width:
		return shortBinary()
	case width >= 0 && len(b) > width:
		return badBinary(t)
	}
	switch t {
	case Bool:
		out.AppendBool(b[0] != 0)
	case Char:
		if b[0] == 0 {
			b = nil
		}
		out.AppendBytes(b)
	case Int2:
		out.AppendInt(int64(int16(be.Uint16(b))))
	case Int4:
		out.AppendInt(int64(int32(be.Uint32(b))))
	case Int8, XID8, Money:
		out.AppendInt(int64(be.Uint64(b)))
	case Float4:
		out.AppendFloat(float64(math.Float32frombits(be.Uint32(b))))
	case Float8:
		out.AppendFloat(math.Float64frombits(be.Uint64(b)))
	case Date:
		d := int64(int32(be.Uint32(b)))
		switch d {
		case math.MaxInt32:
			d = Infinity
		case math.MinInt32:
			d = NegInfinity
		default:
			if d += daysTo2000; d < minDays || d >= endDays {
				return dateRange()
			}
		}
		out.AppendInt(d)
	case Time:
		us := int64(be.Uint64(b))
		if us < 0 || us > microsPerDay {
			return Errorf(CodeDatetimeOverflow, "time out of range")
		}
		out.AppendInt(roundMicros(us, typmod))
	case Timestamp, Timestamptz:
		ts := int64(be.Uint64(b))
		if !Infinite(ts) {
			sum, ok := add64(ts, micros2000)
			if sum = roundMicros(sum, typmod); !ok || sum < minTimestamp || sum > maxTimestamp {
				return timestampRange()
			}
			ts = sum
		}
		out.AppendInt(ts)
	case Interval:
		s, err := applyIntervalTypmod(column.Span{
			Micros: int64(be.Uint64(b)), Days: int32(be.Uint32(b[8:])), Months: int32(be.Uint32(b[12:])),
		}, typmod)
		if err != nil {
			return err
		}
		out.AppendSpan(s)
	case UUID, Bytea, MacAddr, Tid, PgLSN:
		out.AppendBytes(b)
	case MacAddr8:
		switch len(b) {
		case 6:
			b = MacAddrTo8(b)
		case 8:
		default:
			if len(b) < 8 {
				return shortBinary()
			}
			return badBinary(t)
		}
		out.AppendBytes(b)
	case TimeTZ:
		return parseTimeTZBinary(out, typmod, b)
	case Inet, Cidr:
		return parseInetBinary(out, t, b)
	case PgSnapshot, TxidSnapshot:
		return parseSnapshotBinary(out, b)
	case Bit, VarBit:
		return parseBitsBinary(out, t, typmod, b)
	case TSVector, TSQuery:
		return parseTextSearchBinary(out, t, b)
	case Numeric:
		return parseNumericBinary(out, typmod, b)
	case JSONB:
		if len(b) == 0 || b[0] != 1 {
			return Errorf(CodeInvalidBinary, "unsupported jsonb version number")
		}
		return ParseText(out, env, t, typmod, b[1:])
	case JSONPathOID:
		if len(b) == 0 || b[0] != 1 {
			version := 0
			if len(b) > 0 {
				version = int(b[0])
			}
			return Errorf(CodeInternalError, "unsupported jsonpath version number: %d", version)
		}
		return ParseText(out, env, t, typmod, b[1:])
	case Text, Varchar, BPChar, Name, JSON, Unknown, CString, Void:
		return ParseText(out, env, t, typmod, b)
	default:
		switch {
		case t == Record:
			return parseRecordBinary(out, env, b)
		case width == 4:
			out.AppendInt(int64(be.Uint32(b)))
		case ElemOf(t) != 0:
			return parseArrayBinary(out, env, t, ElemOf(t), typmod, b)
		case IsRange(t):
			r, err := parseRangeBinary(env, t, SubtypeOf(t), b)
			if err != nil {
				return err
			}
			out.AppendFunc(func(dst []byte) []byte { return AppendRange(dst, r) })
		case SubtypeOf(t) != 0:
			list, err := parseMultirangeBinary(env, t, SubtypeOf(t), b)
			if err != nil {
				return err
			}
			out.AppendFunc(func(dst []byte) []byte { return AppendRanges(dst, list) })
		default:
			return Errorf(CodeFeatureNotSupported, "no binary input function available for type %s", FormatType(t, -1))
		}
	}
	return nil
}
