package function

import (
	"bytes"
	"unicode/utf8"

	"github.com/cockroachdb/apd/v3"
	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// registerCasts gives the functions behind pg_cast their kernels. They can be called by name too.
func registerCasts(r *registry) {
	registerNumberCasts(r)
	registerTextCasts(r)
	registerTimeCasts(r)
	registerTypmodCasts(r)
}

func registerNumberCasts(r *registry) {
	ints := []types.OID{types.Int2, types.Int4, types.Int8}
	floats := []types.OID{types.Float4, types.Float8}
	name := func(t types.OID) string { ty, _ := types.Lookup(t); return ty.Name }
	for _, to := range ints {
		for _, from := range ints {
			if from == to {
				continue
			}
			k := intByRow(func(x int64) (int64, error) { return x, types.CheckInt(x, to) })
			if from == types.Int2 || to == types.Int8 {
				r.total(name(to)+"("+name(from)+")", k)
			} else {
				r.fn(name(to)+"("+name(from)+")", k)
			}
		}
		for _, from := range floats {
			r.fn(name(to)+"("+name(from)+")", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
				return appendInt(out)(types.FloatToInt(a[0].Float(i), to))
			}))
			r.total(name(from)+"("+name(to)+")", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
				f := float64(a[0].Int(i))
				if from == types.Float4 {
					f = float64(float32(a[0].Int(i)))
				}
				out.AppendFloat(f)
				return nil
			}))
		}
		r.fn(name(to)+"(numeric)", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
			var x apd.Decimal
			types.LoadNumeric(&x, a[0].Str(i))
			return appendInt(out)(types.NumericToInt(&x, to))
		}))
		r.total("numeric("+name(to)+")", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
			var z apd.Decimal
			types.NumericFromInt(&z, a[0].Int(i))
			appendNumeric(out, &z)
			return nil
		}))
	}
	for _, t := range floats {
		r.fn(name(t)+"(numeric)", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
			var x apd.Decimal
			types.LoadNumeric(&x, a[0].Str(i))
			return appendFloat(out)(types.NumericToFloat(&x, t))
		}))
		r.fn("numeric("+name(t)+")", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) (err error) {
			var z apd.Decimal
			if t == types.Float4 {
				err = types.NumericFromFloat4(&z, a[0].Float(i))
			} else {
				err = types.NumericFromFloat(&z, a[0].Float(i))
			}
			if err == nil {
				appendNumeric(out, &z)
			}
			return err
		}))
	}
	r.total("float8(float4)", floatByRow(func(x float64) (float64, error) { return x, nil }))
	r.fn("float4(float8)", floatByRow(types.CheckFloat4))
	r.total("int4(bool)", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		if a[0].Bool(i) {
			out.AppendInt(1)
		} else {
			out.AppendInt(0)
		}
		return nil
	}))
	r.total("bool(int4)", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		out.AppendBool(a[0].Int(i) != 0)
		return nil
	}))
	r.fn("oid(int8)", intByRow(func(x int64) (int64, error) {
		if x < 0 || x > 1<<32-1 {
			return 0, types.Errorf(types.CodeNumericOutOfRange, "OID out of range")
		}
		return x, nil
	}))
	r.total("int8(oid)", intByRow(func(x int64) (int64, error) { return x, nil }))
}

func registerTextCasts(r *registry) {
	same := textText(func(dst, s []byte) []byte { return append(dst, s...) })
	blanks := textText(func(dst, s []byte) []byte { return append(dst, bytes.TrimRight(s, " ")...) })
	cut := textText(func(dst, s []byte) []byte { // a name has at most 63 bytes
		if len(s) > 63 {
			s = s[:63]
			for len(s) > 0 && !utf8.Valid(s[max(0, len(s)-4):]) && !utf8.Valid(s) {
				s = s[:len(s)-1]
			}
		}
		return append(dst, s...)
	})
	r.total("text(name)", same)
	r.total("varchar(name)", same)
	r.total("bpchar(name)", same)
	r.total("name(text)", cut)
	r.total("name(varchar)", cut)
	r.total("name(bpchar)", textText(func(dst, s []byte) []byte {
		s = bytes.TrimRight(s, " ")
		return append(dst, s[:min(len(s), 63)]...)
	}))
	r.total("text(bpchar)", blanks)
	r.total("text(bool)", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		if a[0].Bool(i) {
			out.AppendString("true")
		} else {
			out.AppendString("false")
		}
		return nil
	}))
	r.total("text(char)", byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
		out.AppendFunc(func(dst []byte) []byte { return types.AppendText(dst, c.Env, types.Char, a[0], i) })
		return nil
	}))
	r.total("char(text)", byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
		return types.ParseText(out, c.Env, types.Char, -1, a[0].Str(i))
	}))
	r.fn("regclass(text)", byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
		return types.ParseText(out, c.Env, types.RegClass, -1, a[0].Str(i))
	}))
}

func registerTimeCasts(r *registry) {
	r.fn("timestamp(date)", intByRow(types.DateToTimestamp))
	r.fn("timestamptz(date)", byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
		return appendInt(out)(types.DateToTimestamptz(a[0].Int(i), c.Env.Location))
	}))
	r.total("date(timestamp)", intByRow(func(ts int64) (int64, error) { return types.TimestampToDate(ts), nil }))
	r.total("date(timestamptz)", byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
		out.AppendInt(types.TimestamptzToDate(a[0].Int(i), c.Env.Location))
		return nil
	}))
	r.fn("timestamptz(timestamp)", byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
		return appendInt(out)(types.TimestampToTimestamptz(a[0].Int(i), c.Env.Location))
	}))
	r.fn("timestamp(timestamptz)", byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
		return appendInt(out)(types.TimestamptzToTimestamp(a[0].Int(i), c.Env.Location))
	}))
	timeOf := func(out *column.Vector, ts int64) {
		if t, ok := types.TimestampToTime(ts); ok {
			out.AppendInt(t)
		} else {
			out.AppendNull()
		}
	}
	r.total("time(timestamp)", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		timeOf(out, a[0].Int(i))
		return nil
	}))
	r.fn("time(timestamptz)", byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
		ts, err := types.TimestamptzToTimestamp(a[0].Int(i), c.Env.Location)
		if err != nil {
			return err
		}
		timeOf(out, ts)
		return nil
	}))
	r.total("time(interval)", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		out.AppendInt((a[0].Span(i).Micros%microsPerDay + microsPerDay) % microsPerDay)
		return nil
	}))
	r.total("interval(time)", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		out.AppendSpan(column.Span{Micros: a[0].Int(i)})
		return nil
	}))
}

// maxTypmod is the typmod of the longest varchar(n): n + 4.
const maxTypmod = 10485760 + 4

// registerTypmodCasts: the functions that apply a typmod, given as an argument.
func registerTypmodCasts(r *registry) {
	for _, s := range []struct {
		signature string
		t         types.OID
	}{
		{"numeric(numeric,int4)", types.Numeric}, {"timestamp(timestamp,int4)", types.Timestamp}, {"timestamptz(timestamptz,int4)", types.Timestamptz},
		{"time(time,int4)", types.Time}, {"interval(interval,int4)", types.Interval},
		{"varchar(varchar,int4,bool)", types.Varchar}, {"bpchar(bpchar,int4,bool)", types.BPChar},
	} {
		r.fn(s.signature, byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
			if a[1].Int(i) > maxTypmod && types.KindOf(s.t) == column.Text {
				return types.Errorf(types.CodeInvalidParameterValue, "length for type %s cannot exceed %d", sqlName(s.t), maxTypmod-4)
			}
			return types.ApplyTypmod(out, s.t, int32(a[1].Int(i)), a[0], i, len(a) == 3 && a[2].Bool(i))
		}))
	}
}
