package types

import "github.com/flare-pg/flare-pg/column"

// GatherArray appends to out one array whose elements are the rows of items, values of type elem; no rows make the empty array.
func GatherArray(out *column.Vector, env *Env, elem OID, items *column.Vector) {
	var dims []int
	if items.Len > 0 {
		dims = []int{items.Len}
	}
	appendArrayOf(out, env, elem, dims, items)
}
