package types

import (
	"time"

	"github.com/cockroachdb/apd/v3"
	"github.com/flare-pg/flare-pg/column"
)

// What is declared here is moved to files of its own, with its body, one after the other.

func FormatType(oid OID, typmod int32) string     { panic("pending") }
func TypmodOf(t OID, mods []int32) (int32, error) { panic("pending") } // numeric(5,2) -> typmod
func ApplyTypmod(out *column.Vector, t OID, typmod int32, v *column.Vector, i int, explicit bool) error {
	panic("pending")
}

func AppendText(dst []byte, env *Env, t OID, v *column.Vector, i int) []byte { panic("pending") }
func AppendBinary(dst []byte, env *Env, t OID, v *column.Vector, i int) ([]byte, error) {
	panic("pending")
}
func ParseText(out *column.Vector, env *Env, t OID, typmod int32, s []byte) error   { panic("pending") }
func ParseBinary(out *column.Vector, env *Env, t OID, typmod int32, b []byte) error { panic("pending") }
func Compare(t OID, a *column.Vector, i int, b *column.Vector, j int) int           { panic("pending") }
func AppendKey(dst []byte, t OID, v *column.Vector, i int) []byte                   { panic("pending") }
func AppendJSON(dst []byte, env *Env, t OID, v *column.Vector, i int) []byte        { panic("pending") }

// numeric: an *apd.Decimal whose Exponent is minus the display scale (never positive), or Form NaN / Infinite. z may be x or y.
func LoadNumeric(d *apd.Decimal, s []byte)                  { panic("pending") } // of a Decimal vector's row
func ParseNumeric(d *apd.Decimal, s []byte) error           { panic("pending") } // of input text
func AppendNumeric(dst []byte, d *apd.Decimal) []byte       { panic("pending") }
func NumericAdd(z, x, y *apd.Decimal) error                 { panic("pending") }
func NumericSub(z, x, y *apd.Decimal) error                 { panic("pending") }
func NumericMul(z, x, y *apd.Decimal) error                 { panic("pending") }
func NumericDiv(z, x, y *apd.Decimal) error                 { panic("pending") }
func NumericDivTrunc(z, x, y *apd.Decimal) error            { panic("pending") } // div(x, y)
func NumericMod(z, x, y *apd.Decimal) error                 { panic("pending") }
func NumericNeg(z, x *apd.Decimal)                          { panic("pending") }
func NumericAbs(z, x *apd.Decimal)                          { panic("pending") }
func NumericSign(x *apd.Decimal) int                        { panic("pending") } // not for NaN
func NumericRound(z, x *apd.Decimal, scale int) error       { panic("pending") }
func NumericTrunc(z, x *apd.Decimal, scale int) error       { panic("pending") }
func NumericCeil(z, x *apd.Decimal) error                   { panic("pending") }
func NumericFloor(z, x *apd.Decimal) error                  { panic("pending") }
func NumericSqrt(z, x *apd.Decimal) error                   { panic("pending") }
func NumericExp(z, x *apd.Decimal) error                    { panic("pending") }
func NumericLn(z, x *apd.Decimal) error                     { panic("pending") }
func NumericLog(z, base, x *apd.Decimal) error              { panic("pending") }
func NumericPower(z, x, y *apd.Decimal) error               { panic("pending") }
func NumericCompare(x, y *apd.Decimal) int                  { panic("pending") } // NaN equals itself and is greatest
func NumericFromInt(z *apd.Decimal, x int64)                { panic("pending") }
func NumericFromFloat(z *apd.Decimal, f float64) error      { panic("pending") } // 15 digits
func NumericFromFloat4(z *apd.Decimal, f float64) error     { panic("pending") } // 6 digits
func NumericToInt(x *apd.Decimal, t OID) (int64, error)     { panic("pending") } // t Int2, Int4 or Int8; rounds half away from zero
func NumericToFloat(x *apd.Decimal, t OID) (float64, error) { panic("pending") } // t Float4 or Float8

// scalar casts
func CheckInt(x int64, t OID) error              { panic("pending") } // 22003 "integer out of range"
func FloatToInt(f float64, t OID) (int64, error) { panic("pending") } // rounds half to even
func CheckFloat4(f float64) (float64, error)     { panic("pending") } // float8 -> float4

// interval
func SpanAdd(a, b column.Span) (column.Span, error)         { panic("pending") }
func SpanSub(a, b column.Span) (column.Span, error)         { panic("pending") }
func SpanNeg(a column.Span) (column.Span, error)            { panic("pending") }
func SpanMul(a column.Span, f float64) (column.Span, error) { panic("pending") }
func SpanDiv(a column.Span, f float64) (column.Span, error) { panic("pending") }
func SpanCompare(a, b column.Span) int                      { panic("pending") }
func JustifyHours(a column.Span) (column.Span, error)       { panic("pending") }
func JustifyDays(a column.Span) (column.Span, error)        { panic("pending") }
func JustifyInterval(a column.Span) (column.Span, error)    { panic("pending") }

// dates and times. date: days since 1970; timestamp, timestamptz: µs since 1970; time: µs of the day.
// math.MinInt64 and math.MaxInt64 are -infinity and infinity throughout.
func CivilDays(year, month, day int) int64                        { panic("pending") } // astronomical year
func CivilDate(days int64) (year, month, day int)                 { panic("pending") }
func TimestampAddInterval(ts int64, s column.Span) (int64, error) { panic("pending") }
func TimestamptzAddInterval(ts int64, s column.Span, loc *time.Location) (int64, error) {
	panic("pending")
}
func TimestampSub(a, b int64) (column.Span, error)                       { panic("pending") } // also timestamptz
func TimestampAge(a, b int64) (column.Span, error)                       { panic("pending") }
func TimestamptzAge(a, b int64, loc *time.Location) (column.Span, error) { panic("pending") }
func DateAddDays(days, n int64) (int64, error)                           { panic("pending") }
func DateSub(a, b int64) (int64, error)                                  { panic("pending") }
func DateToTimestamp(days int64) (int64, error)                          { panic("pending") }
func DateToTimestamptz(days int64, loc *time.Location) (int64, error)    { panic("pending") }
func TimestampToDate(ts int64) int64                                     { panic("pending") }
func TimestamptzToDate(ts int64, loc *time.Location) int64               { panic("pending") }
func TimestampToTimestamptz(ts int64, loc *time.Location) (int64, error) { panic("pending") } // also AT TIME ZONE
func TimestamptzToTimestamp(ts int64, loc *time.Location) (int64, error) { panic("pending") } // also AT TIME ZONE
func TimestampToTime(ts int64) (int64, bool)                             { panic("pending") } // false: null (infinity)
func TimeAddInterval(t int64, s column.Span) int64                       { panic("pending") }
func ParseZone(name string) (*time.Location, error)                      { panic("pending") } // as SET TimeZone and AT TIME ZONE take it; 22023

// Unit is a field or a precision of a date or time: of date_trunc, extract, date_part.
type Unit uint8

func ParseUnit(name string) (Unit, bool)                                        { panic("pending") }
func (u Unit) String() string                                                   { panic("pending") }
func TruncTimestamp(name string, ts int64) (int64, error)                       { panic("pending") }
func TruncTimestamptz(name string, ts int64, loc *time.Location) (int64, error) { panic("pending") }
func TruncInterval(name string, s column.Span) (column.Span, error)             { panic("pending") }
func DateBin(stride column.Span, ts, origin int64) (int64, error)               { panic("pending") }

// Extract computes extract(name from row i of v), t being date, time, timestamp, timestamptz or interval; ok false: null.
func Extract(z *apd.Decimal, env *Env, t OID, name string, v *column.Vector, i int) (ok bool, err error) {
	panic("pending")
}
func DatePart(env *Env, t OID, name string, v *column.Vector, i int) (f float64, ok bool, err error) {
	panic("pending")
}

// json
func CheckJSON(s []byte) error                 { panic("pending") } // PostgreSQL's 22P02 for text that is no JSON
func ParseJSONB(dst, s []byte) ([]byte, error) { panic("pending") } // checks and appends the canonical text
func AppendJSONB(dst, s []byte) []byte         { panic("pending") } // canonical text of valid JSON
func CompareJSONB(a, b []byte) int             { panic("pending") }
func AppendJSONString(dst, s []byte) []byte    { panic("pending") } // quoted, escaped
func AppendJSONUnquoted(dst, s []byte) []byte  { panic("pending") } // of a JSON string with its quotes: its characters
