package function

import (
	"sync"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// NewRow makes a record: its first argument is the record's head (types.RowHead), the others are its fields.
var NewRow = sync.OnceValue(func() *Function {
	return written("row", false, byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		out.AppendFunc(func(dst []byte) []byte { return types.AppendRecord(dst, a[0].Str(i), a[1:], i) })
		return nil
	}))
})

// RecordNull is record IS NULL, or IS NOT NULL: all its fields are null, or none is. A null record is null.
func RecordNull(not bool) *Function {
	if not {
		return recordNotNull()
	}
	return recordNull()
}

var (
	recordNull    = sync.OnceValue(func() *Function { return recordTest("record_is_null", true) })
	recordNotNull = sync.OnceValue(func() *Function { return recordTest("record_is_not_null", false) })
)

func recordTest(name string, null bool) *Function {
	return written(name, false, byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		all := true
		if a[0].Null(i) {
			all = null
		} else {
			for _, v := range types.ReadRecord(a[0].Str(i)).Values {
				all = all && v.Null(0) == null
			}
		}
		out.AppendBool(all)
		return nil
	}))
}

// RecordField is (record).field: a record and the field's number, counted from 0. A record of another shape, where one can't tell before
// it is there, has a null in the place.
var RecordField = sync.OnceValue(func() *Function {
	return written("field", true, byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
		r := types.ReadRecord(a[0].Str(i))
		k := int(a[1].Int(i))
		if k >= len(r.Fields) || r.Fields[k].Type != c.Result {
			out.AppendNull()
			return nil
		}
		out.AppendFrom(r.Values[k], 0)
		return nil
	}))
})
