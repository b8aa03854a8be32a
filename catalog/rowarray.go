package catalog

import (
	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// fromText sets a column from its value's text where vectors don't hold the text itself: arrays, oidvector and int2vector among them, and
// addresses. It is false for a column of any other type.
func (w *Rows) fromText(name string, v *column.Vector, s string) bool {
	for i := range w.layout.columns {
		c := &w.layout.columns[i]
		if c.Name != name {
			continue
		}
		if types.ElemOf(c.Type) == 0 && c.Type != types.Inet {
			return false
		}
		if err := types.ParseText(v, nil, c.Type, -1, []byte(s)); err != nil {
			panic("catalog: " + name + ": " + err.Error())
		}
		return true
	}
	return false
}
