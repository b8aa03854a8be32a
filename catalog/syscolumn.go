package catalog

import (
	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
)

// systemColumns are the columns that every table of PostgreSQL's has without listing them. A scan of a system relation reads them as the
// columns that follow on its own.
var systemColumns = []plan.Column{
	{Name: "tableoid", Type: types.Oid, Typmod: -1, Attr: -6},
	{Name: "cmax", Type: types.Cid, Typmod: -1, Attr: -5},
	{Name: "xmax", Type: types.Xid, Typmod: -1, Attr: -4},
	{Name: "cmin", Type: types.Cid, Typmod: -1, Attr: -3},
	{Name: "xmin", Type: types.Xid, Typmod: -1, Attr: -2},
	{Name: "ctid", Type: types.Tid, Typmod: -1, Attr: -1},
}

// SystemColumns lists the relation's system columns: Open takes len(Columns())+i for the i-th. Views have none, as in PostgreSQL.
func (s *systemSource) SystemColumns() []plan.Column {
	if s.relation.kind != 'r' {
		return nil
	}
	out := make([]plan.Column, len(systemColumns))
	for i, c := range systemColumns {
		c.Table = s.relation.oid
		out[i] = c
	}
	return out
}

// systemColumn appends the values of system column k for the next n rows: no transaction made or ended them, and each has its place in the order of the
// scan.
func (b *systemBatches) systemColumn(k int, out *column.Vector, n int) {
	for i := range n {
		switch c := &systemColumns[k]; c.Name {
		case "tableoid":
			out.AppendInt(int64(b.relation.oid))
		case "xmin":
			out.AppendInt(1)
		case "ctid":
			place := uint64(b.number + int64(i) + 1)
			out.AppendFunc(func(dst []byte) []byte { return types.AppendTID(dst, uint32(place>>16), uint16(place)) })
		default:
			out.AppendInt(0)
		}
	}
}
