package function

import (
	"strings"

	"github.com/flare-pg/flare-pg/types"
)

func category(t types.OID) byte {
	if ty, ok := types.Lookup(t); ok {
		return ty.Category
	}
	if t == types.Unknown {
		return 'X'
	}
	return 'U'
}

func preferred(t types.OID) bool {
	ty, ok := types.Lookup(t)
	return ok && ty.Preferred
}

// sqlName is what format_type shows.
func sqlName(t types.OID) string {
	if ty, ok := types.Lookup(t); ok {
		return ty.SQL
	}
	return "???"
}

func sqlNames(ts []types.OID) string {
	names := make([]string, len(ts))
	for i, t := range ts {
		names[i] = sqlName(t)
	}
	return strings.Join(names, ", ")
}
