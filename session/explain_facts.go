package session

import (
	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/exec"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/translate"
)

// facts gives EXPLAIN's properties on what a node did, where it has run, and on how a scan gets at its events, for its formats for programs.
func (s *session) facts(rt *exec.Runtime, n plan.Node, e *translate.Explain) []plan.Property {
	out := s.nodeFacts(rt, n, e.Timing)
	if e.Buffers && rt.Stats != nil {
		out = append(out, buffersOf(rt.Stats, n).facts()...)
	}
	return out
}

func (s *session) nodeFacts(rt *exec.Runtime, n plan.Node, timing bool) []plan.Property {
	var out []plan.Property
	add := func(name string, value any) { out = append(out, plan.Property{Name: name, Value: value}) }
	ran := rt.Stats.Of(n)
	if ran != nil {
		if ns := ran.Time.Load(); ns > 0 && timing {
			add("Actual Total Time", float64(ns)/1e6)
		}
		add("Actual Rows", ran.Rows.Load())
		add("Actual Loops", int64(1))
	}
	scan, ok := n.(*plan.Scan)
	if !ok {
		return append(out, memoryFacts(rt, n)...)
	}
	before, err := exec.SurveyOf(rt, scan)
	if err != nil {
		return out // the statement will say so when it is run
	}
	if before.Nothing {
		add("Files", int64(0))
		return out
	}
	st := &before.Stats
	if ran != nil {
		st = &ran.Scan
	}
	if len(before.Signals) > 0 {
		add("Signals", before.Signals)
	}
	return append(out, scanFacts(st, ran != nil)...)
}

// scanFacts are the figures of scanDetails' lines.
func scanFacts(st *engine.ScanStats, ran bool) []plan.Property {
	all, outside, excluded := st.Files.Load(), st.FilesTime.Load(), st.FilesSignal.Load()
	out := []plan.Property{{Name: "Files", Value: all}, {Name: "Files Read", Value: all - outside - excluded}, {Name: "Files Outside Time", Value: outside},
		{Name: "Files Excluded by Signals", Value: excluded}}
	if !ran {
		return out
	}
	byPage := int64(0)
	for _, name := range spared(st) {
		byPage += st.Signals()[name].Pages
	}
	return append(out, []plan.Property{
		{Name: "Pages", Value: st.Pages.Load() + st.PagesTime.Load()}, {Name: "Pages Read", Value: st.PagesRead.Load()},
		{Name: "Pages Outside Time", Value: st.PagesTime.Load()}, {Name: "Pages Excluded by Signals", Value: byPage},
		{Name: "Pages Without Value", Value: st.PagesFilter.Load()}, {Name: "Pages Without Property", Value: st.PagesProperty.Load()}, {Name: "Pages Without Matching Value", Value: st.PagesExcluded.Load()}, {Name: "Pages Counted in Directory", Value: st.PagesCounted.Load()},
		{Name: "Frames", Value: st.Frames.Load() + st.FramesTime.Load()}, {Name: "Frames Read", Value: st.Frames.Load()},
		{Name: "Runs in Memory", Value: st.RunsOpened.Load()}, {Name: "Events Looked At", Value: st.Events.Load()},
		{Name: "Events Without Bytes", Value: st.EventsNeedle.Load()}, {Name: "Bytes Read", Value: st.BytesRead.Load()},
	}...)
}
