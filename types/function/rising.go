package function

import (
	"bytes"
	"math"
	"strings"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// Rising reports whether a function of argument at, the others staying as they are, never falls while that rises from 0 on, times counting from 1970,
// and is itself never less than 0; a numeric result has no more digits behind the point for a larger argument. consts has the other arguments, one
// row each, not null. So where such a function shows the same for two arguments, it shows the same for all between them.
func Rising(f *Function, at int, consts []*column.Vector) bool {
	if !f.Strict || f.Volatility == Volatile || f.Schema != "pg_catalog" && f.Schema != "flare" {
		return false
	}
	number := func(t types.OID) bool {
		switch t {
		case types.Int2, types.Int4, types.Int8, types.Float4, types.Float8, types.Numeric:
			return true
		}
		return false
	}
	positive := func(i int) bool { return number(f.Args[i]) && sign(f.Args[i], consts[i]) > 0 }
	switch f.Name {
	case "extract", "date_part":
		return at == 1 && strings.EqualFold(string(consts[0].Str(0)), "epoch") && (f.Args[1] == types.Timestamp || f.Args[1] == types.Timestamptz)
	case "date_bin", "time_bucket":
		// The first bin may begin before 1970.
		return false
	case "to_timestamp":
		return len(f.Args) == 1
	case "floor", "ceil", "ceiling", "round", "trunc", "dround", "dtrunc":
		return len(f.Args) == 1 && number(f.Args[0])
	case "int2", "int4", "int8", "float8", "numeric":
		return len(f.Args) == 1 && number(f.Args[0]) && f.Args[0] != types.Float4
	case "numeric_div", "float8div", "int4div", "int8div", "int84div", "int48div":
		return at == 0 && positive(1)
	case "numeric_mul", "float8mul", "int4mul", "int8mul", "int84mul", "int48mul",
		"numeric_add", "float8pl", "int4pl", "int8pl", "int84pl", "int48pl":
		return positive(1 - at)
	}
	return false
}

// sign is that of a number: 0 also where it is NaN or infinite.
func sign(t types.OID, v *column.Vector) int {
	switch v.Kind {
	case column.Int64:
		return int(min(max(v.Int(0), -1), 1))
	case column.Float64:
		switch f := v.Float(0); {
		case math.IsInf(f, 0) || f != f || f == 0:
			return 0
		case f < 0:
			return -1
		}
		return 1
	}
	s := v.Str(0)
	switch {
	case t != types.Numeric || len(s) == 0 || s[len(s)-1] > '9' || !bytes.ContainsAny(s, "123456789"):
		return 0
	case s[0] == '-':
		return -1
	}
	return 1
}
