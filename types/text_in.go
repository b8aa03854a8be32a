package types

import (
	"bytes"
	"strconv"
	"unicode/utf8"

	"github.com/cockroachdb/apd/v3"
	"github.com/flare-pg/flare-pg/column"
)

// ParseText reads PostgreSQL's text input of type t and appends the value to out, a Plain vector of
// KindOf(t). typmod (-1: none) is applied as an assignment does: text that is too long is an error.
// env may be nil where t doesn't need the session. On error (a *Error with PostgreSQL's message and
// SQLSTATE) nothing was appended.
func ParseText(out *column.Vector, env *Env, t OID, typmod int32, s []byte) error {
	switch t {
	case Bool:
		b, err := ParseBool(s)
		if err != nil {
			return err
		}
		out.AppendBool(b)
	case Int2, Int4, Int8:
		n, err := ParseInt(s, t)
		if err != nil {
			return err
		}
		out.AppendInt(n)
	case PgLSN:
		return parseLSN(out, s)
	case PgSnapshot, TxidSnapshot:
		return parseSnapshot(out, s)
	case Money:
		return parseMoney(out, s)
	case Oid:
		n, err := parseOID(s, t)
		if err != nil {
			return err
		}
		out.AppendInt(n)
	case Xid, Cid:
		out.AppendInt(int64(uint32(leadingUnsigned(s))))
	case XID8:
		out.AppendInt(int64(leadingUnsigned(s)))
	case Tid:
		id, ok := parseTID(s)
		if !ok {
			return badSyntax(t, s)
		}
		out.AppendBytes(id)
	case Float4, Float8:
		f, err := parseFloat(s, t)
		if err != nil {
			return err
		}
		out.AppendFloat(f)
	case Numeric:
		var d apd.Decimal
		if err := ParseNumeric(&d, s); err != nil {
			return err
		}
		if err := ApplyNumericTypmod(&d, typmod); err != nil {
			return err
		}
		appendDecimal(out, &d)
	case Varchar, BPChar:
		if err := checkText(s); err != nil {
			return err
		}
		if typmod < 0 {
			out.AppendBytes(s)
			return nil
		}
		var buf [64]byte
		fitted, err := fitLength(buf[:0], t, typmod, s, false)
		if err != nil {
			return err
		}
		out.AppendBytes(fitted)
	case Char:
		octal := func(b byte) bool { return b >= '0' && b <= '7' }
		if len(s) == 4 && s[0] == '\\' && octal(s[1]) && octal(s[2]) && octal(s[3]) {
			s = []byte{s[1]<<6 | (s[2]-'0')<<3 | (s[3] - '0')} // of more than eight bits the lowest count
		}
		if len(s) > 1 {
			s = s[:1]
		}
		if len(s) > 0 && s[0] == 0 {
			s = nil
		}
		out.AppendBytes(s)
	case Name:
		if err := checkText(s); err != nil {
			return err
		}
		if len(s) > 63 {
			n := 63
			for n > 0 && !utf8.RuneStart(s[n]) {
				n--
			}
			s = s[:n]
		}
		out.AppendBytes(s)
	case Bytea:
		return parseBytea(out, s)
	case UUID:
		return parseUUID(out, s)
	case Inet, Cidr:
		return parseInet(out, t, s)
	case MacAddr:
		return parseMacAddr(out, s)
	case MacAddr8:
		return parseMacAddr8(out, s)
	case Bit, VarBit:
		return parseBits(out, t, typmod, s)
	case TimeTZ:
		z, err := ParseTimeTZ(env, s)
		if err != nil {
			return err
		}
		z.Micros = roundMicros(z.Micros, typmod)
		out.AppendFunc(func(dst []byte) []byte { return AppendTimeTZ(dst, z) })
	case JSON:
		if err := checkText(s); err != nil {
			return err
		}
		if err := checkJSON(env, s); err != nil {
			return err
		}
		out.AppendBytes(s)
	case JSONB:
		if err := checkText(s); err != nil {
			return err
		}
		canonical, err := parseJSONB(env, make([]byte, 0, len(s)+16), s)
		if err != nil {
			return err
		}
		out.AppendBytes(canonical)
	case Date:
		d, err := ParseDate(env, s)
		if err != nil {
			return err
		}
		out.AppendInt(d)
	case Time:
		us, err := ParseTime(env, s)
		if err != nil {
			return err
		}
		out.AppendInt(roundMicros(us, typmod))
	case Timestamp, Timestamptz:
		ts, err := ParseTimestamp(env, t, s)
		if err != nil {
			return err
		}
		if ts = roundMicros(ts, typmod); !Infinite(ts) && (ts < minTimestamp || ts > maxTimestamp) {
			return timestampRange()
		}
		out.AppendInt(ts)
	case Interval:
		x, err := ParseInterval(env, typmod, s)
		if err != nil {
			return err
		}
		out.AppendSpan(x)
	case JSONPathOID:
		if err := checkText(s); err != nil {
			return err
		}
		path, err := ParseJSONPath(s)
		if err != nil {
			return err
		}
		out.AppendFunc(func(dst []byte) []byte { return AppendJSONPath(dst, path) })
	case TSVector, TSQuery:
		return parseTextSearch(out, t, s)
	case RegClass, RegType, RegProc, RegProcedure, RegOper, RegOperator, RegNamespace, RegRole, RegConfig,
		RegDictionary, RegCollation:
		return parseReg(out, env, t, s)
	case Void:
		out.AppendBytes(nil)
	case Text, Unknown, CString, PgNodeTree, ACLItem:
		if err := checkText(s); err != nil {
			return err
		}
		out.AppendBytes(s)
	case Record:
		return Errorf(CodeFeatureNotSupported, "input of anonymous composite types is not implemented")
	default:
		if e := ElemOf(t); e != 0 {
			return parseArrayText(out, env, t, e, typmod, s)
		}
		if sub := SubtypeOf(t); sub != 0 {
			if IsRange(t) {
				return parseRangeText(out, env, sub, s)
			}
			return parseMultirangeText(out, env, sub, s)
		}
		return unreadable(t)
	}
	return nil
}

// unreadable is 0A000: for pseudo-types as PostgreSQL says it, for types of which there are no values here.
func unreadable(t OID) error {
	if row, ok := Lookup(t); ok && row.Category != 'P' {
		e := Errorf(CodeFeatureNotSupported, "values of type %s are not supported", FormatType(t, -1))
		if lack, ok := LackOf(t); ok {
			return lack.Refuse(e)
		}
		return e
	}
	return Errorf(CodeFeatureNotSupported, "cannot accept a value of type %s", FormatType(t, -1))
}

// checkText fails with 22021 for what can't be text: bytes that are not UTF-8, and NUL.
func checkText(s []byte) error {
	if utf8.Valid(s) && bytes.IndexByte(s, 0) < 0 {
		return nil
	}
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRune(s[i:])
		if r != 0 && (r != utf8.RuneError || n > 1) {
			i += n
			continue
		}
		length := 1 // how many bytes the first one announces
		switch c := s[i]; {
		case c >= 0xf0 && c < 0xf8:
			length = 4
		case c >= 0xe0 && c < 0xf0:
			length = 3
		case c >= 0xc0 && c < 0xe0:
			length = 2
		}
		message := "invalid byte sequence for encoding \"UTF8\":"
		for _, c := range s[i:min(i+length, len(s))] {
			message += " 0x" + string([]byte{hexDigits[c>>4], hexDigits[c&15]})
		}
		return Errorf(CodeCharacterNotInRepertoire, "%s", message)
	}
	return nil
}

// ParseBool reads a boolean: an unambiguous beginning of true, false, yes, no, on, off, or 1, 0.
func ParseBool(s []byte) (bool, error) {
	w := bytes.ToLower(bytes.Trim(s, spaces))
	starts := func(word string) bool { return len(w) <= len(word) && word[:len(w)] == string(w) }
	if len(w) > 0 {
		switch {
		case starts("true"), starts("yes"), string(w) == "on", string(w) == "1":
			return true, nil
		case starts("false"), starts("no"), string(w) == "off", string(w) == "of", string(w) == "0":
			return false, nil
		}
	}
	return false, badSyntax(Bool, s)
}

// ParseInt reads an integer of type Int2, Int4 or Int8.
func ParseInt(s []byte, t OID) (int64, error) {
	w := bytes.Trim(s, spaces)
	negative, i := false, 0
	if len(w) > 0 && (w[0] == '-' || w[0] == '+') {
		negative, i = w[0] == '-', 1
	}
	if i == len(w) {
		return 0, badSyntax(t, s)
	}
	limit := uint64(1) << 63 // of the negative ones
	switch t {
	case Int2:
		limit = 1 << 15
	case Int4:
		limit = 1 << 31
	}
	outOfRange := func() (int64, error) {
		return 0, Errorf(CodeNumericOutOfRange, "value \"%s\" is out of range for type %s", s, FormatType(t, -1))
	}
	var n uint64
	for ; i < len(w); i++ {
		d := uint64(w[i] - '0')
		if d > 9 {
			return 0, badSyntax(t, s)
		}
		if n > (limit-d)/10 { // is found before what may follow
			return outOfRange()
		}
		n = n*10 + d
	}
	if negative {
		return -int64(n), nil
	}
	if n == limit {
		return outOfRange()
	}
	return int64(n), nil
}

// parseOID reads an unsigned 32-bit number; as in PostgreSQL a negative one wraps round.
func parseOID(s []byte, t OID) (int64, error) {
	w := string(bytes.Trim(s, spaces))
	n, err := strconv.ParseInt(w, 10, 64)
	if err == nil && n >= -1<<31 && n < 1<<32 {
		return int64(uint32(n)), nil
	}
	if err == nil || err.(*strconv.NumError).Err == strconv.ErrRange {
		return 0, Errorf(CodeNumericOutOfRange, "value \"%s\" is out of range for type %s", s, FormatType(t, -1))
	}
	return 0, badSyntax(t, s)
}

func parseBytea(out *column.Vector, s []byte) error {
	b := make([]byte, 0, len(s))
	if bytes.HasPrefix(s, []byte(`\x`)) {
		for i := 2; i < len(s); {
			if isSpace(s[i]) && s[i] != '\v' && s[i] != '\f' {
				i++
				continue
			}
			var pair [2]int
			for k := range pair {
				if i+k >= len(s) {
					return Errorf(CodeInvalidParameterValue, "invalid hexadecimal data: odd number of digits")
				}
				if pair[k] = hexValue(s[i+k]); pair[k] < 0 {
					_, n := utf8.DecodeRune(s[i+k:])
					return Errorf(CodeInvalidParameterValue, "invalid hexadecimal digit: \"%s\"", s[i+k:i+k+n])
				}
			}
			b = append(b, byte(pair[0]<<4|pair[1]))
			i += 2
		}
		out.AppendBytes(b)
		return nil
	}
	octal := func(c byte, top byte) bool { return c >= '0' && c <= top }
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' {
			b = append(b, s[i])
			continue
		}
		switch {
		case i+1 < len(s) && s[i+1] == '\\':
			b = append(b, '\\')
			i++
		case i+3 < len(s) && octal(s[i+1], '3') && octal(s[i+2], '7') && octal(s[i+3], '7'):
			b = append(b, (s[i+1]-'0')<<6|(s[i+2]-'0')<<3|(s[i+3]-'0'))
			i += 3
		default:
			return Errorf(CodeInvalidTextRepresentation, "invalid input syntax for type bytea")
		}
	}
	out.AppendBytes(b)
	return nil
}

// parseUUID takes 32 digits, a hyphen allowed behind every four, and braces around.
func parseUUID(out *column.Vector, s []byte) error {
	w := s
	if len(w) > 0 && w[0] == '{' {
		if w[len(w)-1] != '}' {
			return badSyntax(UUID, s)
		}
		w = w[1 : len(w)-1]
	}
	var u [16]byte
	i := 0
	for n := range u {
		if i+1 >= len(w) {
			return badSyntax(UUID, s)
		}
		h, l := hexValue(w[i]), hexValue(w[i+1])
		if h < 0 || l < 0 {
			return badSyntax(UUID, s)
		}
		u[n] = byte(h<<4 | l)
		i += 2
		if n%2 == 1 && n < 15 && i < len(w) && w[i] == '-' {
			i++
		}
	}
	if i != len(w) {
		return badSyntax(UUID, s)
	}
	out.AppendBytes(u[:])
	return nil
}
