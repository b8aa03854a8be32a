package types

import (
	"strconv"
	"unicode/utf8"

	"github.com/cockroachdb/apd/v3"
	"github.com/flare-pg/flare-pg/column"
)

// A typmod is the number in which PostgreSQL keeps what stands in a type's parentheses, -1 for
// nothing. varchar and char: length + 4; numeric: precision << 16 | scale (11 bits, signed), + 4;
// time types: precision; bit and varbit: length; interval: fields << 16 | precision (0xffff: none).

const typmodHeader = 4

// TypmodOf gives the typmod for the numbers in a type's parentheses: numeric(5,2), varchar(10),
// timestamp(3); for interval, as PostgreSQL's grammar gives them, the mask of fields and then the
// precision. Errors are 22023 and 42601.
func TypmodOf(t OID, mods []int32) (int32, error) {
	if e := ElemOf(t); e != 0 {
		t = e
	}
	if len(mods) == 0 {
		return -1, nil
	}
	bad := func(format string, args ...any) (int32, error) {
		return -1, Errorf(CodeInvalidParameterValue, format, args...)
	}
	switch t {
	case Numeric:
		if len(mods) > 2 {
			return bad("invalid NUMERIC type modifier")
		}
		precision, scale := mods[0], int32(0)
		if len(mods) == 2 {
			scale = mods[1]
		}
		if precision < 1 || precision > 1000 {
			return bad("NUMERIC precision %d must be between 1 and 1000", precision)
		}
		if scale < -1000 || scale > 1000 {
			return bad("NUMERIC scale %d must be between -1000 and 1000", scale)
		}
		return MakeNumericTypmod(int(precision), int(scale)), nil
	case Varchar, BPChar:
		name := "varchar"
		if t == BPChar {
			name = "char"
		}
		if len(mods) != 1 {
			return bad("invalid type modifier")
		}
		if mods[0] < 1 {
			return bad("length for type %s must be at least 1", name)
		}
		if mods[0] > 10485760 {
			return bad("length for type %s cannot exceed 10485760", name)
		}
		return mods[0] + typmodHeader, nil
	case Bit, VarBit:
		if len(mods) != 1 {
			return bad("invalid type modifier")
		}
		if mods[0] < 1 {
			return bad("length for type %s must be at least 1", nameOf(t))
		}
		if mods[0] > maxBits {
			return bad("length for type %s cannot exceed %d", nameOf(t), maxBits)
		}
		return mods[0], nil
	case Timestamp, Timestamptz, Time, TimeTZ:
		if len(mods) != 1 {
			return bad("invalid type modifier")
		}
		if mods[0] < 0 {
			tz := ""
			if t == Timestamptz || t == TimeTZ {
				tz = " WITH TIME ZONE"
			}
			name := "TIMESTAMP"
			if t == Time || t == TimeTZ {
				name = "TIME"
			}
			return bad("%s(%d)%s precision must not be negative", name, mods[0], tz)
		}
		return min(mods[0], 6), nil
	case Interval:
		fields, precision := mods[0], int32(0xffff)
		if len(mods) > 2 || fields < 0 || fields > rangeFull {
			return bad("invalid INTERVAL type modifier")
		}
		if len(mods) == 2 {
			if precision = mods[1]; precision < 0 {
				return bad("INTERVAL(%d) precision must not be negative", precision)
			}
			precision = min(precision, 6)
		} else if fields == rangeFull {
			return -1, nil
		}
		return fields<<16 | precision, nil
	}
	return -1, Errorf(CodeSyntaxError, "type modifier is not allowed for type \"%s\"", nameOf(t))
}

func nameOf(t OID) string {
	if row, ok := Lookup(t); ok {
		return row.Name
	}
	return strconv.Itoa(int(t))
}

// MakeNumericTypmod is the typmod of numeric(precision, scale); a precision of 0 leaves room for 0 alone.
func MakeNumericTypmod(precision, scale int) int32 {
	return int32(precision<<16|scale&0x7ff) + typmodHeader
}

// NumericTypmod takes a numeric's typmod apart; ok is false where there is none.
func NumericTypmod(typmod int32) (precision, scale int, ok bool) {
	if typmod < typmodHeader {
		return 0, 0, false
	}
	m := typmod - typmodHeader
	return int(m >> 16 & 0xffff), int((m&0x7ff ^ 1024) - 1024), true
}

// FormatType is PostgreSQL's format_type for types of pg_catalog: the type's SQL name with its typmod, "???" for an unknown
// one and "-" for 0.
func FormatType(oid OID, typmod int32) string {
	if oid == 0 {
		return "-"
	}
	t, ok := Lookup(oid)
	if !ok {
		return (*Env)(nil).FormatType(oid, typmod)
	}
	if e := ElemOf(oid); e != 0 && t.Array == 0 {
		return FormatType(e, typmod) + "[]"
	}
	if typmod < 0 {
		return t.SQL
	}
	n := strconv.Itoa
	switch oid {
	case Varchar, BPChar:
		if typmod > typmodHeader {
			return t.SQL + "(" + n(int(typmod-typmodHeader)) + ")"
		}
	case Numeric:
		if precision, scale, ok := NumericTypmod(typmod); ok {
			return "numeric(" + n(precision) + "," + n(scale) + ")"
		}
	case Timestamp:
		return "timestamp(" + n(int(typmod)) + ") without time zone"
	case Timestamptz:
		return "timestamp(" + n(int(typmod)) + ") with time zone"
	case Time:
		return "time(" + n(int(typmod)) + ") without time zone"
	case TimeTZ:
		return "time(" + n(int(typmod)) + ") with time zone"
	case Bit, VarBit:
		return t.SQL + "(" + n(int(typmod)) + ")"
	case Interval:
		name := "interval" + intervalFields(int(typmod>>16)&rangeFull)
		if p := typmod & 0xffff; p != 0xffff {
			name += "(" + n(int(p)) + ")"
		}
		return name
	}
	return t.SQL
}

func intervalFields(fields int) string {
	switch fields {
	case rangeYear:
		return " year"
	case rangeMonth:
		return " month"
	case rangeYear | rangeMonth:
		return " year to month"
	case rangeDay:
		return " day"
	case rangeHour:
		return " hour"
	case rangeMinute:
		return " minute"
	case rangeSecond:
		return " second"
	case rangeDay | rangeHour:
		return " day to hour"
	case rangeDay | rangeHour | rangeMinute:
		return " day to minute"
	case rangeDay | rangeHour | rangeMinute | rangeSecond:
		return " day to second"
	case rangeHour | rangeMinute:
		return " hour to minute"
	case rangeHour | rangeMinute | rangeSecond:
		return " hour to second"
	case rangeMinute | rangeSecond:
		return " minute to second"
	}
	return ""
}

// ApplyNumericTypmod rounds d to the scale of a typmod; what then has too many digits is 22003.
func ApplyNumericTypmod(d *apd.Decimal, typmod int32) error {
	precision, scale, ok := NumericTypmod(typmod)
	if !ok || d.Form == apd.NaN {
		return nil
	}
	limit := precision - scale
	overflow := func() error {
		e := Errorf(CodeNumericOutOfRange, "numeric field overflow")
		if d.Form == apd.Infinite {
			return e.WithDetail("A field with precision %d, scale %d cannot hold an infinite value.", precision, scale)
		}
		bound := "1"
		if limit != 0 {
			bound = "10^" + strconv.Itoa(limit)
		}
		return e.WithDetail("A field with precision %d, scale %d must round to an absolute value less than %s.", precision, scale, bound)
	}
	if d.Form == apd.Infinite {
		return overflow()
	}
	if err := NumericRound(d, d, scale); err != nil {
		return err
	}
	if d.Coeff.Sign() != 0 && int(apd.NumDigits(&d.Coeff))+int(d.Exponent) > limit {
		return overflow()
	}
	return nil
}

func applyIntervalTypmod(s column.Span, typmod int32) (column.Span, error) {
	if typmod < 0 {
		return s, nil
	}
	switch fields := int(typmod>>16) & rangeFull; fields {
	case rangeYear:
		s = column.Span{Months: s.Months / monthsPerYear * monthsPerYear}
	case rangeMonth, rangeYear | rangeMonth:
		s = column.Span{Months: s.Months}
	case rangeDay:
		s.Micros = 0
	case rangeHour, rangeDay | rangeHour:
		s.Micros -= s.Micros % microsPerHour
	case rangeMinute, rangeHour | rangeMinute, rangeDay | rangeHour | rangeMinute:
		s.Micros -= s.Micros % microsPerMinute
	}
	if p := typmod & 0xffff; p != 0xffff {
		s.Micros = roundMicros(s.Micros, p)
	}
	return s, nil
}

// fitLength cuts or pads text to a length in characters. An explicit cast cuts; elsewhere only
// spaces may be cut, and more is 22001. bpchar is padded with spaces.
func fitLength(dst []byte, t OID, typmod int32, s []byte, explicit bool) ([]byte, error) {
	if typmod < typmodHeader {
		return append(dst, s...), nil
	}
	limit := int(typmod - typmodHeader)
	n := len(s)
	if n > limit || t == BPChar {
		n = utf8.RuneCount(s)
	}
	if n > limit {
		cut := 0
		for range limit {
			_, w := utf8.DecodeRune(s[cut:])
			cut += w
		}
		if !explicit {
			for _, c := range s[cut:] {
				if c != ' ' {
					return dst, Errorf(CodeStringRightTruncation, "value too long for type %s", FormatType(t, typmod))
				}
			}
		}
		return append(dst, s[:cut]...), nil
	}
	dst = append(dst, s...)
	if t == BPChar {
		for ; n < limit; n++ {
			dst = append(dst, ' ')
		}
	}
	return dst, nil
}

// ApplyTypmod appends row i of v, a value of type t that is not null, to out, brought to a typmod.
// Explicit casts cut text silently. Errors are 22001 and 22003.
func ApplyTypmod(out *column.Vector, t OID, typmod int32, v *column.Vector, i int, explicit bool) error {
	if typmod < 0 {
		out.AppendFrom(v, i)
		return nil
	}
	if e := ElemOf(t); e != 0 {
		a, fitted := ReadArray(e, v.Str(i)), column.New(KindOf(e))
		for k := range a.Values.Len {
			if a.Values.Null(k) {
				fitted.AppendNull()
			} else if err := ApplyTypmod(fitted, e, typmod, a.Values, k, explicit); err != nil {
				return err
			}
		}
		out.AppendFunc(func(dst []byte) []byte { return AppendArray(dst, a.Dims, fitted) })
		return nil
	}
	switch t {
	case Numeric:
		var d apd.Decimal
		LoadNumeric(&d, v.Str(i))
		if err := ApplyNumericTypmod(&d, typmod); err != nil {
			return err
		}
		appendDecimal(out, &d)
	case Varchar, BPChar:
		var buf [64]byte
		s, err := fitLength(buf[:0], t, typmod, v.Str(i), explicit)
		if err != nil {
			return err
		}
		out.AppendBytes(s)
	case Bit, VarBit:
		return appendBits(out, t, typmod, LoadBits(v.Str(i)), explicit)
	case TimeTZ:
		z := LoadTimeTZ(v.Str(i))
		z.Micros = roundMicros(z.Micros, typmod)
		out.AppendFunc(func(dst []byte) []byte { return AppendTimeTZ(dst, z) })
	case Timestamp, Timestamptz, Time:
		us := v.Int(i)
		if Infinite(us) && t != Time {
			out.AppendInt(us)
			return nil
		}
		us = roundMicros(us, typmod)
		if t != Time && (us < minTimestamp || us > maxTimestamp) {
			return timestampRange()
		}
		out.AppendInt(us)
	case Interval:
		s, err := applyIntervalTypmod(v.Span(i), typmod)
		if err != nil {
			return err
		}
		out.AppendSpan(s)
	default:
		out.AppendFrom(v, i)
	}
	return nil
}

// appendDecimal appends a numeric to a Decimal vector.
func appendDecimal(out *column.Vector, d *apd.Decimal) {
	out.AppendFunc(func(dst []byte) []byte { return AppendNumeric(dst, d) })
}
