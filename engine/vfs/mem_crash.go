package vfs

import (
	"maps"
	"math/rand/v2"
	"slices"
)

// SectorBytes is what a disk writes as a whole: unsynced writes are torn at multiples of it.
const SectorBytes = 512

// Crash returns the file system that is found after a power cut now: of the unsynced bytes and names some
// are there and some are not, as r decides. Locks are gone. m itself is no longer of use.
func (m *Mem) Crash(r *rand.Rand) *Mem {
	m.mu.Lock()
	defer m.mu.Unlock()
	seen := map[*node]*node{}
	after := &Mem{locks: map[string]int{}, pid: m.pid, limit: m.limit}
	after.root = m.root.crashed(r, seen, &after.used)
	return after
}

// Kill returns the file system that is found after the process was killed: everything written is there, and
// what was unsynced still is. m itself is no longer of use.
func (m *Mem) Kill() *Mem {
	m.mu.Lock()
	defer m.mu.Unlock()
	return &Mem{root: m.root, locks: map[string]int{}, pid: m.pid, used: m.used, limit: m.limit}
}

func (n *node) crashed(r *rand.Rand, seen map[*node]*node, used *int64) *node {
	if c := seen[n]; c != nil {
		return c
	}
	if !n.dir {
		c := &node{}
		seen[n] = c
		c.durable = n.crashedBytes(r)
		c.data = append([]byte(nil), c.durable...)
		*used += int64(len(c.data))
		return c
	}
	c := newDir()
	seen[n] = c
	names := make(map[string]*node, len(n.kept))
	for s, t := range n.kept {
		names[s] = t
	}
	keep := odds(r)
	for _, change := range n.unnamed {
		if r.Float64() < keep {
			change.apply(names)
		}
	}
	for _, s := range sorted(names) { // in order, so that a seed means one outcome
		c.names[s] = names[s].crashed(r, seen, used)
		c.kept[s] = c.names[s]
	}
	return c
}

// odds makes losing everything and keeping everything as likely as anything between.
func odds(r *rand.Rand) float64 {
	switch r.IntN(4) {
	case 0:
		return 0
	case 1:
		return 1
	}
	return r.Float64()
}

func (n *node) crashedBytes(r *rand.Rand) []byte {
	data := append([]byte(nil), n.durable...)
	keep := odds(r)
	for _, c := range n.pending {
		if c.truncate {
			if r.Float64() < keep {
				data = c.apply(data)
			}
			continue
		}
		for done := 0; done < len(c.data); {
			at := c.at + int64(done)
			size := min(SectorBytes-int(at%SectorBytes), len(c.data)-done)
			if r.Float64() < keep {
				data = change{at: at, data: c.data[done : done+size]}.apply(data)
			}
			done += size
		}
	}
	return data
}

func sorted(names map[string]*node) []string {
	return slices.Sorted(maps.Keys(names))
}
