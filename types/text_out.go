package types

import (
	"strconv"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types/textsearch"
)

// TextOf is AppendText into a string.
func TextOf(env *Env, t OID, v *column.Vector, i int) string {
	return string(AppendText(nil, env, t, v, i))
}

// AppendText appends PostgreSQL's text output of row i of v, a value of type t that is not null. env
// gives the time zone, the styles and the names; nil means PostgreSQL's defaults, in UTC.
func AppendText(dst []byte, env *Env, t OID, v *column.Vector, i int) []byte {
	switch t {
	case Bool:
		if v.Bool(i) {
			return append(dst, 't')
		}
		return append(dst, 'f')
	case XID8:
		return strconv.AppendUint(dst, uint64(v.Int(i)), 10)
	case Tid:
		return appendTIDText(dst, v.Str(i))
	case Int2, Int4, Int8, Oid, Xid, Cid:
		return strconv.AppendInt(dst, v.Int(i), 10)
	case Money:
		return appendMoney(dst, v.Int(i))
	case PgLSN:
		return appendLSNText(dst, v.Str(i))
	case Float4, Float8:
		return AppendFloat(dst, env, t, v.Float(i))
	case Date:
		if env.styled() {
			return appendStyledDate(dst, env, v.Int(i))
		}
		return AppendDate(dst, v.Int(i))
	case Time:
		return AppendTime(dst, v.Int(i))
	case Timestamp, Timestamptz:
		if env.styled() {
			return appendStyled(dst, env, t, v.Int(i))
		}
		if t == Timestamp {
			return AppendTimestamp(dst, v.Int(i))
		}
		return AppendTimestamptz(dst, v.Int(i), env.location())
	case Interval:
		return AppendInterval(dst, env.intervalStyle(), v.Span(i))
	case Bytea:
		return appendBytea(dst, v.Str(i), env != nil && env.ByteaEscape)
	case UUID:
		return appendUUID(dst, v.Str(i))
	case Inet, Cidr:
		return appendInetValue(dst, t, v.Str(i))
	case MacAddr, MacAddr8:
		return appendMac(dst, v.Str(i))
	case TimeTZ:
		return appendTimeTZ(dst, LoadTimeTZ(v.Str(i)))
	case Bit, VarBit:
		return appendBitsText(dst, v.Str(i))
	case Char:
		s := v.Str(i)
		if len(s) == 1 && s[0] >= 0x80 { // no text by itself
			return append(dst, '\\', '0'+s[0]>>6, '0'+s[0]>>3&7, '0'+s[0]&7)
		}
		return append(dst, s...)
	case JSONB:
		return AppendJSONBOf(env, dst, v.Str(i))
	case TSVector:
		return textsearch.Vector(v.Str(i)).AppendText(dst)
	case TSQuery:
		return textsearch.Query(v.Str(i)).AppendText(dst)
	case JSONPathOID:
		return appendJSONPathText(dst, v.Str(i))
	case RegClass, RegType, RegProc, RegProcedure, RegOper, RegOperator, RegNamespace, RegRole, RegConfig,
		RegDictionary, RegCollation:
		return appendReg(dst, env, t, v.Int(i))
	}
	if e := ElemOf(t); e != 0 {
		return appendArrayText(dst, env, t, e, v.Str(i))
	}
	if t == Record {
		return appendRecordText(dst, env, v.Str(i))
	}
	if sub := SubtypeOf(t); sub != 0 {
		if IsRange(t) {
			return appendRangeText(dst, env, sub, ReadRange(sub, v.Str(i)))
		}
		return appendMultirangeText(dst, env, sub, ReadRanges(sub, v.Str(i)))
	}
	switch v.Kind {
	case column.Bool:
		return AppendText(dst, env, Bool, v, i)
	case column.Int64, column.Timestamp:
		return strconv.AppendInt(dst, v.Int(i), 10)
	case column.Float64:
		return AppendFloat(dst, env, Float8, v.Float(i))
	case column.Interval:
		return AppendText(dst, env, Interval, v, i)
	}
	return append(dst, v.Str(i)...)
}

func appendBytea(dst, s []byte, escape bool) []byte {
	if !escape {
		dst = append(dst, `\x`...)
		for _, c := range s {
			dst = append(dst, hexDigits[c>>4], hexDigits[c&15])
		}
		return dst
	}
	for _, c := range s {
		switch {
		case c == '\\':
			dst = append(dst, `\\`...)
		case c < ' ' || c > '~':
			dst = append(dst, '\\', '0'+c>>6, '0'+c>>3&7, '0'+c&7)
		default:
			dst = append(dst, c)
		}
	}
	return dst
}

func appendUUID(dst, s []byte) []byte {
	for i, c := range s {
		if i == 4 || i == 6 || i == 8 || i == 10 {
			dst = append(dst, '-')
		}
		dst = append(dst, hexDigits[c>>4], hexDigits[c&15])
	}
	return dst
}
