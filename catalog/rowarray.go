package catalog

import (
	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// arrayText sets a column of an array type, oidvector and int2vector among them, from the array's text; false for a column of any
// other type.
func (w *Rows) arrayText(name string, v *column.Vector, s string) bool {
	for i := range w.layout.columns {
		c := &w.layout.columns[i]
		if c.Name != name {
			continue
		}
		if types.ElemOf(c.Type) == 0 {
			return false
		}
		if err := types.ParseText(v, nil, c.Type, -1, []byte(s)); err != nil {
			panic("catalog: " + name + ": " + err.Error())
		}
		return true
	}
	return false
}
