package exec

import (
	"math"
	"slices"
	"sync"

	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/nql"
	"github.com/flare-pg/flare-pg/plan"
)

// CompiledScans keeps what the scans of one plan were compiled to, for when it runs again. Of each scan it keeps one: a scan whose parameters have other values
// is compiled anew. It belongs to whoever keeps the plan, and is as good as the plan: it must not outlive the schema that the plan was bound against. Several
// goroutines may use it at once.
type CompiledScans struct {
	mu     sync.Mutex
	byScan map[*plan.Scan]compiledScan
}

type compiledScan struct {
	params   []nql.Value
	compiled *engine.Compiled
}

// of gives a scan's, compiled over the values of its parameters.
func (c *CompiledScans) of(n *plan.Scan, params []nql.Value) (*engine.Compiled, error) {
	c.mu.Lock()
	kept, there := c.byScan[n]
	c.mu.Unlock()
	if there && slices.EqualFunc(kept.params, params, sameParam) {
		return kept.compiled, nil
	}
	compiled, err := engine.Compile(n.Where, params, n.Reads)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.byScan == nil {
		c.byScan = map[*plan.Scan]compiledScan{}
	}
	c.byScan[n] = compiledScan{params, compiled}
	return compiled, nil
}

// sameParam reports whether two values are one, to the bit.
func sameParam(a, b nql.Value) bool {
	x, y := math.Float64bits(a.Float), math.Float64bits(b.Float)
	a.Float, b.Float = 0, 0
	return x == y && a == b
}
