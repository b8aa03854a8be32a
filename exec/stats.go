package exec

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/plan"
)

// Stats counts what the nodes of one plan yielded, for EXPLAIN ANALYZE. It may be read while the plan runs.
type Stats struct {
	nodes map[plan.Node]*NodeStats // made by NewStats, not changed afterwards
}

// NodeStats is what one node yielded. A filter or projection that runs inside a scan's workers has no Time
// of its own; its scan has neither.
type NodeStats struct {
	Rows, Batches atomic.Int64
	Time          atomic.Int64 // nanoseconds spent in the node and what it draws from, on the calling goroutine
	Fragments     atomic.Int64 // of a scan: drawn to their end
	Scan          engine.ScanStats
	// Of what sorts or hashes: the most memory that it held and what it wrote to temporary files, in bytes, and in how many parts it did its work.
	Memory, Disk, Parts atomic.Int64
	// Keys is how many values a scan was told of, at most (plan.ScanKeys).
	Keys atomic.Int64
}

// NewStats makes the counters of a plan, to be put into Runtime.Stats.
func NewStats(n plan.Node) *Stats {
	s := &Stats{nodes: map[plan.Node]*NodeStats{}}
	plan.WalkNodes(n, func(n plan.Node) bool {
		s.nodes[n] = new(NodeStats)
		return true
	})
	return s
}

// Of returns a node's counters; nil if the node is not of the plan.
func (s *Stats) Of(n plan.Node) *NodeStats {
	if s == nil {
		return nil
	}
	return s.nodes[n]
}

// count adds a batch; s may be nil.
func (s *NodeStats) count(b *column.Batch) {
	if s != nil {
		s.Rows.Add(int64(b.Rows()))
		s.Batches.Add(1)
	}
}

// took notes what an operator took; of several openings of a node the one with the most counts.
func (s *NodeStats) took(memory, disk, parts int64) {
	if s != nil {
		s.Memory.Store(max(s.Memory.Load(), memory))
		s.Disk.Store(max(s.Disk.Load(), disk))
		s.Parts.Store(max(s.Parts.Load(), parts))
	}
}

func (s *NodeStats) fragment() {
	if s != nil {
		s.Fragments.Add(1)
	}
}

// counted counts what passes and the time it took.
type counted struct {
	plan.Batches
	stats *NodeStats
}

func (c *counted) Next(ctx context.Context, b *column.Batch) (bool, error) {
	start := time.Now()
	ok, err := c.Batches.Next(ctx, b)
	c.stats.Time.Add(int64(time.Since(start)))
	if ok && err == nil {
		c.stats.count(b)
	}
	return ok, err
}
