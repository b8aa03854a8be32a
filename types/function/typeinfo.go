package function

import (
	"strings"

	"github.com/flare-pg/flare-pg/types"
)

// polymorphic reports whether t stands for whatever type is given.
func polymorphic(t types.OID) bool {
	return t == types.Any || t == types.AnyElement || t == types.AnyNonArray || t == types.AnyArray
}

// accepts reports whether the polymorphic type p takes an argument of type t.
func accepts(p, t types.OID) bool {
	if t == types.Unknown || p == types.Any || p == types.AnyElement {
		return true
	}
	isArray := category(t) == 'A'
	return isArray == (p == types.AnyArray)
}

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
