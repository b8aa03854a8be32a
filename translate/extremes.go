package translate

import (
	"github.com/flare-pg/flare-pg/nql"
	"github.com/flare-pg/flare-pg/plan"
)

// atEnds lets an aggregate that wants nothing of a stream but the first and last time read one event at each end:
//
//	Aggregate min(timestamp), max(timestamp)     Aggregate min(timestamp), max(timestamp)
//	  Scan, in bounds of time                →     Append
//	                                                 Scan, in these bounds, ascending, 1 row
//	                                                 Scan, in these bounds, descending, 1 row
//
// Bounds of time may be there; with another condition the scans might read all there is to find one event each.
func (b *binder) atEnds(agg *plan.Aggregate) {
	scan, ok := agg.Input.(*plan.Scan)
	if !ok || b.c.NoPushdown || len(agg.Keys) > 0 || len(agg.Aggs) == 0 || scan.Where != nil || scan.Order != nql.Unordered || scan.Limit >= 0 {
		return
	}
	var ends []plan.Node
	from := func(order nql.Order) {
		for _, n := range ends {
			if n.(*plan.Scan).Order == order {
				return
			}
		}
		end := *scan
		end.Order, end.Limit = order, 1
		ends = append(ends, &end)
	}
	for i := range agg.Aggs {
		call := &agg.Aggs[i]
		if call.Filter != nil || call.Distinct || len(call.OrderBy) > 0 || len(call.Args) != 1 || !isTime(scan, call.Args[0]) {
			return
		}
		switch call.Func.Name {
		case "min":
			from(nql.Ascending)
		case "max":
			from(nql.Descending)
		default:
			return
		}
	}
	if agg.Input = ends[0]; len(ends) > 1 {
		agg.Input = &plan.Append{Output: scan.Output, Inputs: ends}
	}
}

// isTime reports whether an expression is the event time as a scan reads it.
func isTime(scan *plan.Scan, e plan.Expr) bool {
	ref, ok := e.(*plan.Ref)
	if !ok || ref.Index >= len(scan.Reads) || ref.OID != scan.Cols[ref.Index].Type {
		return false
	}
	path := scan.Reads[ref.Index].Path
	return path != nil && len(path.Steps) == 0 && path.Root == nql.Timestamp
}
