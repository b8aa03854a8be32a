package exec

import (
	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/plan"
)

// Survey is what is known of a scan before it runs.
type Survey struct {
	// Nothing: no event can match.
	Nothing bool
	// Signals are the names of those that the scan can use.
	Signals []string
	// Stats counts files.
	Stats engine.ScanStats
}

// SurveyOf lays a scan out without reading anything.
func SurveyOf(rt *Runtime, n *plan.Scan) (*Survey, error) {
	out := new(Survey)
	spec, some, err := specOf(rt, n)
	if err != nil {
		return nil, err
	}
	if !some {
		out.Nothing = true
		return out, nil
	}
	spec.Memory, spec.Stats = nil, &out.Stats
	for _, g := range rt.Tx.Schema().Applicable(n.Stream, spec.Where, spec.Params) {
		out.Signals = append(out.Signals, g.Name)
	}
	if rt.Tx.Schema().Stream(n.Stream) == nil { // made by the transaction itself
		return out, nil
	}
	fragments, err := rt.Tx.Scan(spec)
	if err != nil {
		return nil, err
	}
	for _, f := range fragments {
		f.Close()
	}
	return out, nil
}
