package translate

import (
	"slices"

	"github.com/flare-pg/flare-pg/nql"
	"github.com/flare-pg/flare-pg/plan"
)

// pushOrder lets a scan give the rows in order of time, where that is all that ORDER BY asks for: the timestamp; the timestamp, then the
// event_id; or the event_id. An event_id's order is that by time (to 100 ns, finer than the timestamp that SQL shows), then arrival,
// which is the scan's own; nothing comes to be decided by keys behind it.
func (q *level) pushOrder(node plan.Node) bool {
	scan := scanBelow(node)
	if scan == nil || q.b.c.NoPushdown {
		return false
	}
	used := []int{}
	for i, k := range q.sort {
		ref, ok := q.targets[k.target].expr.(*plan.Ref)
		if !ok || ref.Index >= len(scan.Reads) || k.desc != q.sort[0].desc {
			return false
		}
		path := scan.Reads[ref.Index].Path
		if path == nil || len(path.Steps) > 0 || ref.OID != scan.Cols[ref.Index].Type {
			return false
		}
		used = append(used, ref.Index)
		if path.Root == nql.ID {
			break
		}
		if path.Root != nql.Timestamp {
			return false
		}
		if i == len(q.sort)-1 {
			break
		}
	}
	scan.Order = nql.Ascending
	if q.sort[0].desc {
		scan.Order = nql.Descending
	}
	q.dropUnread(node, used)
	return true
}

// dropUnread takes columns that only ORDER BY wanted out of a scan, where they are the last ones.
func (q *level) dropUnread(node plan.Node, ordered []int) {
	scan, ok := node.(*plan.Scan)
	if !ok {
		return
	}
	var read []int
	for _, t := range q.targets[:q.visible] {
		read = append(read, plan.Refs(t.expr)...)
	}
	for {
		last := len(scan.Reads) - 1
		if last < 0 || !slices.Contains(ordered, last) || slices.Contains(read, last) {
			return
		}
		scan.Reads, scan.Cols = scan.Reads[:last], scan.Cols[:last]
	}
}
