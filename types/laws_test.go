package types_test

import (
	"bytes"
	"errors"
	"math"
	"net/netip"
	"strconv"
	"testing"
	"time"

	"github.com/flare-pg/flare-pg/column"
	. "github.com/flare-pg/flare-pg/types"
	"pgregory.net/rapid"
)

// drawn are the types whose values the laws draw.
var drawn = []OID{Bool, Int2, Int4, Int8, Oid, Float4, Float8, Numeric, Text, Varchar, BPChar, Name, Char, Bytea, UUID,
	Date, Time, Timestamp, Timestamptz, Interval, JSON, JSONB, Int4Array, TextArray, NumericArray, TimestamptzArray, BoolArray, JSONBArray, Int2Vector, OidVector,
	Inet, Cidr, MacAddr, MacAddr8, TimeTZ, Bit, VarBit, 1041 /* inet[] */}

const firstTimestamp, firstDate, lastDate = -210866803200000000, -2440588, 2145042905

// appendDrawn appends a value of the type, few alike on purpose, to v.
func appendDrawn(t *rapid.T, oid OID, v *column.Vector) {
	small := rapid.Bool().Draw(t, "small")
	ints := func(lo, hi int64) int64 {
		if small {
			return rapid.Int64Range(max(lo, -2), min(hi, 2)).Draw(t, "int")
		}
		return rapid.Int64Range(lo, hi).Draw(t, "int")
	}
	orInfinite := func(x int64) int64 {
		switch rapid.IntRange(0, 9).Draw(t, "infinite") {
		case 0:
			return Infinity
		case 1:
			return NegInfinity
		}
		return x
	}
	switch oid {
	case Bool:
		v.AppendBool(small)
	case Int2:
		v.AppendInt(ints(math.MinInt16, math.MaxInt16))
	case Int4:
		v.AppendInt(ints(math.MinInt32, math.MaxInt32))
	case Int8:
		v.AppendInt(ints(math.MinInt64, math.MaxInt64))
	case Oid:
		v.AppendInt(ints(0, math.MaxUint32))
	case Float4:
		if small {
			v.AppendFloat(rapid.SampledFrom([]float64{0, math.Copysign(0, -1), 1, math.NaN(), math.Inf(1), math.Inf(-1)}).Draw(t, "float"))
			return
		}
		v.AppendFloat(float64(rapid.Float32().Draw(t, "float")))
	case Float8:
		if small {
			v.AppendFloat(rapid.SampledFrom([]float64{0, math.Copysign(0, -1), 1, math.NaN(), math.Inf(1), math.Inf(-1)}).Draw(t, "float"))
			return
		}
		v.AppendFloat(rapid.Float64().Draw(t, "float"))
	case Numeric:
		s := rapid.StringMatching(`-?[0-9]{1,30}(\.[0-9]{1,20})?`).Draw(t, "numeric")
		if small {
			s = rapid.SampledFrom([]string{"0", "0.0", "1", "1.0", "1.00", "-1", "-1.0", "10", "NaN", "Infinity", "-Infinity", "0.1", "0.10"}).Draw(t, "numeric")
		}
		if err := ParseText(v, nil, Numeric, -1, []byte(s)); err != nil {
			t.Fatal(err)
		}
	case Text, Varchar, BPChar, Name:
		s := rapid.StringN(0, 12, 60).Filter(func(s string) bool { return !bytes.ContainsRune([]byte(s), 0) }).Draw(t, "text")
		if small {
			s = rapid.SampledFrom([]string{"", " ", "a", "a ", "a  ", "ab", "b"}).Draw(t, "text")
		}
		v.AppendString(s)
	case Char:
		v.AppendString(rapid.SampledFrom([]string{"", "a", "b", "~"}).Draw(t, "char"))
	case Bytea:
		v.AppendBytes(rapid.SliceOfN(rapid.Byte(), 0, 20).Draw(t, "bytes"))
	case UUID:
		v.AppendBytes(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "uuid"))
	case MacAddr:
		v.AppendBytes(rapid.SliceOfN(rapid.ByteRange(0, 255), 6, 6).Draw(t, "macaddr"))
	case MacAddr8:
		v.AppendBytes(rapid.SliceOfN(rapid.ByteRange(0, 255), 8, 8).Draw(t, "macaddr8"))
	case Inet, Cidr:
		v.AppendFunc(func(dst []byte) []byte { return AppendInet(dst, drawInet(t, oid, small)) })
	case TimeTZ:
		zone := rapid.Int32Range(-57599, 57599)
		if small {
			zone = rapid.SampledFrom([]int32{0, 3600, -3600, 1})
		}
		z := ZonedTime{Micros: ints(0, 86400_000_000), West: zone.Draw(t, "zone")}
		v.AppendFunc(func(dst []byte) []byte { return AppendTimeTZ(dst, z) })
	case Bit, VarBit:
		s := rapid.StringMatching(`[01]{0,40}`).Draw(t, "bits")
		if small {
			s = rapid.SampledFrom([]string{"", "0", "00", "1", "10", "00000000", "000000001", "11111111"}).Draw(t, "bits")
		}
		if err := ParseText(v, nil, oid, -1, []byte(s)); err != nil {
			t.Fatal(err)
		}
	case Date:
		v.AppendInt(orInfinite(ints(firstDate, lastDate)))
	case Time:
		v.AppendInt(ints(0, 86400_000_000))
	case Timestamp, Timestamptz:
		v.AppendInt(orInfinite(ints(firstTimestamp, math.MaxInt64-1)))
	case Interval:
		if small {
			v.AppendSpan(rapid.SampledFrom([]column.Span{{}, {Months: 1}, {Days: 30}, {Days: 1}, {Micros: 86400_000_000}, {Months: -1, Days: 30}, {Micros: -1}}).Draw(t, "span"))
			return
		}
		v.AppendSpan(column.Span{Months: rapid.Int32().Draw(t, "months"), Days: rapid.Int32().Draw(t, "days"), Micros: rapid.Int64Min(-math.MaxInt64).Draw(t, "micros")}) // the least one PostgreSQL shows, but can't read
	case JSON, JSONB:
		v.AppendString(drawJSON(t, 3))
	default:
		appendDrawnArray(t, oid, v)
	}
}

// drawInet draws an address, from few where small.
func drawInet(t *rapid.T, oid OID, small bool) InetAddr {
	width := rapid.SampledFrom([]int{4, 16}).Draw(t, "width")
	octet := rapid.Byte()
	if small {
		octet = rapid.SampledFrom([]byte{0, 0, 0, 1, 255})
	}
	raw := rapid.SliceOfN(octet, width, width).Draw(t, "address")
	addr, _ := netip.AddrFromSlice(raw)
	a := InetAddr{Addr: addr, Bits: rapid.IntRange(0, 8*width).Draw(t, "bits")}
	if oid == Cidr {
		a = a.Network()
	}
	return a
}

// appendDrawnArray appends an array of up to three dimensions, with lower bounds of all kinds and nulls.
func appendDrawnArray(t *rapid.T, oid OID, v *column.Vector) {
	vector := oid == Int2Vector || oid == OidVector
	var dims []Dim
	n := 1
	for range rapid.IntRange(0, 3).Draw(t, "dimensions") {
		d := Dim{Length: rapid.IntRange(1, 3).Draw(t, "length"), Lower: rapid.SampledFrom([]int{1, 1, 1, 0, -3, 100}).Draw(t, "lower")}
		if vector {
			d.Lower = 0
		}
		dims, n = append(dims, d), n*d.Length
		if vector {
			break
		}
	}
	e := column.New(KindOf(ElemOf(oid)))
	if len(dims) > 0 {
		for range n {
			if !vector && rapid.IntRange(0, 4).Draw(t, "null") == 0 {
				e.AppendNull()
			} else {
				appendDrawn(t, ElemOf(oid), e)
			}
		}
	}
	v.AppendFunc(func(dst []byte) []byte { return AppendArray(dst, dims, e) })
}

// drawJSON gives valid JSON in a spelling of its own.
func drawJSON(t *rapid.T, depth int) string {
	space := rapid.SampledFrom([]string{"", " ", "\n"}).Draw(t, "space")
	kind := rapid.IntRange(0, 6).Draw(t, "json")
	if depth == 0 {
		kind %= 5
	}
	switch kind {
	case 0:
		return rapid.SampledFrom([]string{"null", "true", "false"}).Draw(t, "word")
	case 1:
		return rapid.SampledFrom([]string{"0", "-0", "1", "1.0", "10e-1", "1E2", "100", "-1.50", "123456789012345678901234567890", "0.1e-5"}).Draw(t, "number")
	case 2, 3:
		return rapid.SampledFrom([]string{`""`, `"a"`, `"\u0061"`, `"b"`, `"ä"`, `"\u00e4"`, `"\n\t\"\\\/"`, `"\ud83d\ude00"`, `"aa"`}).Draw(t, "string")
	case 4:
		return string(AppendJSONString(nil, []byte(rapid.StringN(0, 8, 30).Filter(func(s string) bool { return !bytes.ContainsRune([]byte(s), 0) }).Draw(t, "characters"))))
	case 5:
		s := "[" + space
		for i := range rapid.IntRange(0, 3).Draw(t, "elements") {
			if i > 0 {
				s += space + ","
			}
			s += drawJSON(t, depth-1) + space
		}
		return s + "]"
	}
	s := "{" + space
	for i := range rapid.IntRange(0, 4).Draw(t, "members") {
		if i > 0 {
			s += "," + space
		}
		s += rapid.SampledFrom([]string{`"a"`, `"\u0061"`, `"b"`, `"bb"`, `""`, `"z\n"`}).Draw(t, "name") + space + ":" + drawJSON(t, depth-1)
	}
	return s + space + "}"
}

func drawEnv(t *rapid.T) *Env {
	env := NewEnv(time.Unix(0, 0))
	zone := rapid.SampledFrom([]string{"UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe"}).Draw(t, "zone")
	loc, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	env.Location = loc
	env.DateOrder = rapid.SampledFrom([]string{"MDY", "DMY", "YMD"}).Draw(t, "order")
	env.IntervalForm = rapid.SampledFrom([]string{"postgres", "iso_8601", "sql_standard", "postgres_verbose"}).Draw(t, "style")
	env.ByteaEscape = rapid.Bool().Draw(t, "escape")
	return env
}

func TestTextReadsBackAsTheSameValue(t *testing.T) {
	for _, oid := range drawn {
		t.Run(FormatType(oid, -1), func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				env := drawEnv(t)
				v := column.New(KindOf(oid))
				appendDrawn(t, oid, v)
				text := AppendText(nil, env, oid, v, 0)
				back := column.New(KindOf(oid))
				if err := ParseText(back, env, oid, -1, text); err != nil {
					if e := new(Error); errors.As(err, &e) && oid == Interval && e.Code == "22015" {
						t.Skip("PostgreSQL, too, can't read every interval that it can show")
					}
					t.Fatalf("%q: %v", text, err)
				}
				again := AppendText(nil, env, oid, back, 0)
				if oid == Name { // cut at 63 bytes
					again = text[:min(len(text), len(again))]
				}
				if !bytes.Equal(again, text) && oid != Timestamptz {
					t.Fatalf("%q came back as %q", text, again)
				}
				if oid != Name && oid != Interval && Compare(oid, v, 0, back, 0) != 0 {
					if oid == Timestamptz && !Infinite(v.Int(0)) { // an hour that the clock shows twice can't be told
						if d := v.Int(0) - back.Int(0); d == 0 || d%1800_000_000 == 0 && d <= 3600_000_000 && d >= -3600_000_000 {
							return
						}
					}
					t.Fatalf("%q is another value than before", text)
				}
			})
		})
	}
}

func TestBinaryReadsBackAsTheSameValue(t *testing.T) {
	for _, oid := range drawn {
		t.Run(FormatType(oid, -1), func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				v := column.New(KindOf(oid))
				appendDrawn(t, oid, v)
				b, err := AppendBinary([]byte("x"), nil, oid, v, 0)
				if err != nil || b[0] != 'x' {
					t.Fatalf("%q: %v", b, err)
				}
				back := column.New(KindOf(oid))
				if err := ParseBinary(back, nil, oid, -1, b[1:]); err != nil {
					t.Fatalf("%x: %v", b[1:], err)
				}
				if w, g := TextOf(nil, oid, v, 0), TextOf(nil, oid, back, 0); w != g && oid != Name {
					t.Fatalf("%q came back as %q", w, g)
				}
			})
		})
	}
}

func sign(x int) int {
	switch {
	case x < 0:
		return -1
	case x > 0:
		return 1
	}
	return 0
}

func TestCompareIsAnOrderAndKeysAreAlikeExactlyForEquals(t *testing.T) {
	for _, oid := range drawn {
		if oid == JSON { // has neither order nor equality in SQL
			continue
		}
		t.Run(FormatType(oid, -1), func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				v := column.New(KindOf(oid))
				for range 3 {
					appendDrawn(t, oid, v)
				}
				c := func(i, j int) int { return sign(Compare(oid, v, i, v, j)) }
				text := func(i int) string { return TextOf(nil, oid, v, i) }
				for i := range 3 {
					if c(i, i) != 0 {
						t.Fatalf("%q is not equal to itself", text(i))
					}
					for j := range 3 {
						if c(i, j) != -c(j, i) {
							t.Fatalf("%q and %q compare as %d and %d", text(i), text(j), c(i, j), c(j, i))
						}
						same := bytes.Equal(AppendKey(nil, oid, v, i), AppendKey(nil, oid, v, j))
						if same != (c(i, j) == 0) {
							t.Fatalf("%q and %q: keys alike %v, compare %d", text(i), text(j), same, c(i, j))
						}
					}
				}
				if c(0, 1) <= 0 && c(1, 2) <= 0 && c(0, 2) > 0 {
					t.Fatalf("%q <= %q <= %q, but not the first and the last", text(0), text(1), text(2))
				}
			})
		})
	}
}

func TestNoKeyBeginsAnother(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		oid := rapid.SampledFrom(drawn).Draw(t, "type")
		v := column.New(KindOf(oid))
		v.AppendNull()
		appendDrawn(t, oid, v)
		appendDrawn(t, oid, v)
		for i := range 3 {
			for j := range 3 {
				a, b := AppendKey(nil, oid, v, i), AppendKey(nil, oid, v, j)
				if !bytes.Equal(a, b) && bytes.HasPrefix(b, a) {
					t.Fatalf("%x begins %x", a, b)
				}
			}
		}
	})
}

func TestJSONBTextIsAFixedPoint(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawJSON(t, 4)
		if err := CheckJSON([]byte(s)); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
		once, err := ParseJSONB(nil, []byte(s))
		if err != nil {
			t.Fatalf("%s: %v", s, err)
		}
		if twice := AppendJSONB(nil, once); !bytes.Equal(once, twice) {
			t.Fatalf("%s became %s and then %s", s, once, twice)
		}
		if lenient := AppendJSONB(nil, []byte(s)); !bytes.Equal(once, lenient) {
			t.Fatalf("%s became %s checked and %s unchecked", s, once, lenient)
		}
	})
}

func TestEveryValueShowsAsValidJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		oid := rapid.SampledFrom(drawn).Draw(t, "type")
		v := column.New(KindOf(oid))
		appendDrawn(t, oid, v)
		j := AppendJSON(nil, NewEnv(time.Unix(0, 0)), oid, v, 0)
		if err := CheckJSON(j); err != nil {
			t.Fatalf("%s: %v", j, err)
		}
	})
}

func TestDaysAndDatesAgreeWithTheCalendarOfGo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		days := rapid.Int64Range(firstDate, lastDate).Draw(t, "days")
		y, m, d := CivilDate(days)
		g := time.Unix(days*86400, 0).UTC()
		if y != g.Year() || m != int(g.Month()) || d != g.Day() {
			t.Fatalf("day %d is %d-%d-%d, Go says %s", days, y, m, d, g)
		}
		if back := CivilDays(y, m, d); back != days {
			t.Fatalf("%d-%d-%d is day %d, not %d", y, m, d, back, days)
		}
	})
}

// TestNumbersOfFewDigitsAreWrittenAsAllOthers: the short cut for them gives what Go's shortest form is.
func TestNumbersOfFewDigitsAreWrittenAsAllOthers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := rapid.Float64().Draw(t, "any")
		if rapid.Bool().Draw(t, "few digits") {
			f = float64(rapid.Int64Range(-1e15, 1e15).Draw(t, "digits")) / math.Pow10(rapid.IntRange(0, 9).Draw(t, "behind the point"))
		}
		for _, f := range []float64{f, math.Nextafter(f, math.Inf(1)), math.Nextafter(f, math.Inf(-1))} {
			if a := math.Abs(f); a < 1e-3 || a >= 1e9 {
				continue
			}
			s := AppendFloat(nil, nil, Float8, f)
			if want := strconv.FormatFloat(f, 'f', -1, 64); string(s) != want {
				t.Fatalf("%v is written %s, want %s", f, s, want)
			}
		}
	})
}
