package session

import (
	"fmt"

	"github.com/flare-pg/flare-pg/exec"
	"github.com/flare-pg/flare-pg/plan"
)

// hashes reports whether a node keeps rows by the hash of keys.
func hashes(n plan.Node) bool {
	switch n := n.(type) {
	case *plan.Join:
		return len(n.LeftKeys) > 0
	case *plan.Aggregate:
		return len(n.Keys) > 0
	case *plan.Distinct, *plan.SetOp:
		return true
	}
	return false
}

// sortMethod names what a sort did as PostgreSQL does.
func sortMethod(n *plan.Sort, st *exec.NodeStats) string {
	switch {
	case st.Disk.Load() > 0:
		return "external merge"
	case n.Limit >= 0:
		return "top-N heapsort"
	}
	return "quicksort"
}

func kilobytes(bytes int64) int64 { return (bytes + 1023) / 1024 }

// memoryDetails gives EXPLAIN ANALYZE's line on the memory of a node that sorts or hashes, and on its temporary files.
func memoryDetails(rt *exec.Runtime, n plan.Node) []string {
	st := rt.Stats.Of(n)
	if st == nil || st.Parts.Load() == 0 {
		return nil
	}
	memory, disk := kilobytes(st.Memory.Load()), kilobytes(st.Disk.Load())
	if sort, ok := n.(*plan.Sort); ok {
		if disk > 0 {
			return []string{fmt.Sprintf("Sort Method: %s  Disk: %dkB", sortMethod(sort, st), disk)}
		}
		return []string{fmt.Sprintf("Sort Method: %s  Memory: %dkB", sortMethod(sort, st), memory)}
	}
	if !hashes(n) {
		return nil
	}
	line := fmt.Sprintf("Batches: %d  Memory Usage: %dkB", st.Parts.Load(), memory)
	if disk > 0 {
		line += fmt.Sprintf("  Disk Usage: %dkB", disk)
	}
	return []string{line}
}

// memoryFacts are the figures of memoryDetails' line, named as PostgreSQL names them.
func memoryFacts(rt *exec.Runtime, n plan.Node) []plan.Property {
	st := rt.Stats.Of(n)
	if st == nil || st.Parts.Load() == 0 {
		return nil
	}
	memory, disk := kilobytes(st.Memory.Load()), kilobytes(st.Disk.Load())
	if sort, ok := n.(*plan.Sort); ok {
		space, kind := memory, "Memory"
		if disk > 0 {
			space, kind = disk, "Disk"
		}
		return []plan.Property{{Name: "Sort Method", Value: sortMethod(sort, st)}, {Name: "Sort Space Used", Value: space}, {Name: "Sort Space Type", Value: kind}}
	}
	if !hashes(n) {
		return nil
	}
	batches := "Hash Batches"
	if _, ok := n.(*plan.Aggregate); ok {
		batches = "HashAgg Batches"
	}
	return []plan.Property{{Name: batches, Value: st.Parts.Load()}, {Name: "Peak Memory Usage", Value: memory}, {Name: "Disk Usage", Value: disk}}
}
