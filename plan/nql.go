package plan

import (
	"math"
	"strings"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/nql"
	"github.com/flare-pg/flare-pg/types"
)

// NQLValue turns row 0 of v, a value of SQL type t, into NQL's. A value that NQL has no like of is an error (0A000).
func NQLValue(env *types.Env, t types.OID, v *column.Vector) (nql.Value, error) {
	if v.Null(0) {
		return nql.Value{Kind: nql.Null}, nil
	}
	switch v.Kind {
	case column.Bool:
		return nql.Value{Kind: nql.Boolean, Bool: v.Bool(0)}, nil
	case column.Float64:
		return nql.Value{Kind: nql.Float, Float: v.Float(0)}, nil
	case column.Decimal:
		return nql.NumberValue(string(v.Str(0))), nil
	case column.JSON:
		return jsonValue(v.Str(0)), nil
	case column.Interval:
		s := v.Span(0)
		if s.Months == 0 {
			return nql.Value{Kind: nql.Duration, Int: (int64(s.Days)*86_400_000_000 + s.Micros) * 10}, nil
		}
	case column.Timestamp:
		if t == types.Timestamptz {
			if x := v.Int(0); x <= math.MaxInt64/10 && x >= math.MinInt64/10 {
				return nql.Value{Kind: nql.Instant, Int: x * 10}, nil
			}
		}
	case column.Int64:
		switch t {
		case types.Int2, types.Int4, types.Int8, types.Oid:
			return nql.Value{Kind: nql.Integer, Int: v.Int(0)}, nil
		}
	case column.Text:
		switch t {
		case types.Bytea, types.UUID, types.Inet, types.Cidr, types.MacAddr, types.MacAddr8, types.TimeTZ, types.Bit, types.VarBit:
		default:
			return nql.Value{Kind: nql.String, Text: string(v.Str(0))}, nil
		}
	}
	return nql.Value{}, types.Errorf(types.CodeFeatureNotSupported, "a value of type %s (%s) can't be compared inside the store",
		types.FormatType(t, -1), types.TextOf(env, t, v, 0))
}

// jsonValue is a JSON value's NQL value.
func jsonValue(s []byte) nql.Value {
	text := strings.TrimSpace(string(s))
	switch {
	case text == "null":
		return nql.Value{Kind: nql.Null}
	case text == "true", text == "false":
		return nql.Value{Kind: nql.Boolean, Bool: text == "true"}
	case strings.HasPrefix(text, `"`):
		return nql.Value{Kind: nql.String, Text: string(types.AppendJSONUnquoted(nil, []byte(text)))}
	case strings.HasPrefix(text, "{"):
		return nql.Value{Kind: nql.ObjectValue, Text: text}
	case strings.HasPrefix(text, "["):
		return nql.Value{Kind: nql.ArrayValue, Text: text}
	}
	return nql.NumberValue(text)
}
