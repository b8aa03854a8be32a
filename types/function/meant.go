package function

import (
	"slices"
	"strings"
	"sync"

	"github.com/flare-pg/flare-pg/types"
)

// callable are the names that a call without a schema can have, sorted.
var callable = sync.OnceValue(func() []string {
	var names []string
	for _, f := range All() {
		if f.Schema == "pg_catalog" {
			names = append(names, f.Name)
		}
	}
	for _, f := range SetFunctions() {
		if f.Schema == "pg_catalog" {
			names = append(names, f.Name)
		}
	}
	for _, a := range AllAggregates() {
		if a.Schema == "pg_catalog" {
			names = append(names, a.Name)
		}
	}
	for _, w := range AllWindows() {
		names = append(names, w.Name)
	}
	slices.Sort(names)
	return slices.Compact(names)
})

// meant finds what was probably meant by the name of a function, maybe with its schema, that doesn't exist; "" where nothing is near, and where there are
// functions of the name, for other arguments.
func meant(shown string) string {
	if name, own := strings.CutPrefix(shown, "flare."); own {
		var names []string
		for _, o := range ownObjects() {
			if o.Schema == "flare" {
				names = append(names, o.Name)
			}
		}
		if slices.Sort(names); slices.Contains(names, name) {
			return ""
		}
		if near := types.Nearest(name, names); near != "" {
			return "flare." + near
		}
		return ""
	}
	name := strings.TrimPrefix(shown, "pg_catalog.")
	if _, there := slices.BinarySearch(callable(), name); there {
		return ""
	}
	if len(FindOwnObjects("flare", name)) > 0 {
		return "flare." + name
	}
	return types.NearestWithin(min(2, len(name)/3), name, callable())
}
