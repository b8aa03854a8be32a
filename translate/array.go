package translate

import (
	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// textList gives the elements of a constant text[]; ok is false where one is null or there is more than one dimension.
func textList(v *column.Vector) (list []string, ok bool) {
	a := types.ReadArray(types.Text, v.Str(0))
	if len(a.Dims) > 1 || a.Values.HasNulls() {
		return nil, false
	}
	for i := range a.Values.Len {
		list = append(list, string(a.Values.Str(i)))
	}
	return list, true
}
