package nql

import (
	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/nql/sparse"
)

// Converter gives single values the form that a Column has, for whoever has taken events apart already. One goroutine uses it.
type Converter struct{ st *state }

// Append appends a value to a Plain vector as a Column of the vector's kind shows it; fits is false where the value doesn't fit.
func (c *Converter) Append(out *column.Vector, v sparse.Value) (fits bool) {
	if c.st == nil {
		c.st = newState(0, 0)
	}
	c.st.begin(nil)
	x, fits := c.st.convert(out.Kind, c.st.read(v))
	x.appendTo(out)
	return fits
}
