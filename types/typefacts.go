package types

import "strings"

// What information_schema says of a type with its typmod; ok is false for null.

// CharMaxLength is how many characters a value may have at most.
func CharMaxLength(t OID, typmod int32) (n int64, ok bool) {
	switch {
	case (t == Varchar || t == BPChar) && typmod >= typmodHeader:
		return int64(typmod) - typmodHeader, true
	case (t == Bit || t == VarBit) && typmod >= 0:
		return int64(typmod), true
	}
	return 0, false
}

// CharOctetLength is how many bytes a value may have at most.
func CharOctetLength(t OID, typmod int32) (n int64, ok bool) {
	switch t {
	case Text, Varchar, BPChar:
		if n, ok := CharMaxLength(t, typmod); ok {
			return 4 * n, true
		}
		return 1 << 30, true
	}
	return 0, false
}

// NumberPrecision is how many digits a number has, and in which radix they count; either may be null.
func NumberPrecision(t OID, typmod int32) (precision int64, precisionOK bool, radix int64, radixOK bool) {
	switch t {
	case Int2:
		return 16, true, 2, true
	case Int4:
		return 32, true, 2, true
	case Int8:
		return 64, true, 2, true
	case Float4:
		return 24, true, 2, true
	case Float8:
		return 53, true, 2, true
	case Numeric:
		p, _, ok := NumericTypmod(typmod)
		return int64(p), ok, 10, true
	}
	return 0, false, 0, false
}

// NumberScale is how many digits a number has behind the point.
func NumberScale(t OID, typmod int32) (scale int64, ok bool) {
	switch t {
	case Int2, Int4, Int8:
		return 0, true
	case Numeric:
		if _, _, ok := NumericTypmod(typmod); ok {
			return int64(typmod-typmodHeader) & 0xffff, true
		}
	}
	return 0, false
}

// DatetimePrecision is how many digits a time's seconds have behind the point.
func DatetimePrecision(t OID, typmod int32) (n int64, ok bool) {
	switch t {
	case Date:
		return 0, true
	case Time, TimeTZ, Timestamp, Timestamptz:
		if typmod < 0 {
			return 6, true
		}
		return int64(typmod), true
	case Interval:
		if typmod < 0 || typmod&0xffff == 0xffff {
			return 6, true
		}
		return int64(typmod & 0xffff), true
	}
	return 0, false
}

// IntervalType names the fields that an interval type is limited to.
func IntervalType(t OID, typmod int32) (fields string, ok bool) {
	if t != Interval || typmod < 0 {
		return "", false
	}
	fields = intervalFields(int(typmod>>16) & rangeFull)
	return strings.ToUpper(strings.TrimSpace(fields)), fields != ""
}
