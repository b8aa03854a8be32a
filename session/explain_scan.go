package session

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/exec"
	"github.com/flare-pg/flare-pg/plan"
)

// scanDetails gives EXPLAIN's lines on how a scan gets at its events: which files it opens, and, where it has run, what it read.
func (s *session) scanDetails(rt *exec.Runtime, n plan.Node) []string {
	scan, ok := n.(*plan.Scan)
	if !ok {
		return memoryDetails(rt, n)
	}
	before, err := exec.SurveyOf(rt, scan)
	if err != nil {
		return nil // the statement will say so when it is run
	}
	if before.Nothing {
		return []string{"Files: none, since no event can match"}
	}
	st := &before.Stats
	ran := rt.Stats.Of(scan)
	if ran != nil {
		st = &ran.Scan
	}
	var out []string
	if len(before.Signals) > 0 {
		out = append(out, "Signals: "+strings.Join(before.Signals, ", "))
	}
	out = append(out, filesLine(st))
	if ran != nil && ran.Keys.Load() > 0 {
		out = append(out, "Values of keys: "+grouped(ran.Keys.Load()))
	}
	if ran != nil {
		out = append(out, readLines(st)...)
	}
	return out
}

// filesLine is "Files: 3 of 40 (36 outside the time, 1 excluded by signal errors)".
func filesLine(st *engine.ScanStats) string {
	all := st.Files.Load()
	var why reasons
	why.add(st.FilesTime.Load(), "outside the time")
	for _, name := range spared(st) {
		why.add(st.Signals()[name].Files, "excluded by signal "+name)
	}
	return fmt.Sprintf("Files: %s of %s%s", grouped(all-st.FilesTime.Load()-st.FilesSignal.Load()), grouped(all), why)
}

// readLines say what a scan that has run read and left out.
func readLines(st *engine.ScanStats) []string {
	var out []string
	if n := st.Pages.Load() + st.PagesTime.Load(); n > 0 {
		var why reasons
		why.add(st.PagesTime.Load(), "outside the time")
		for _, name := range spared(st) {
			why.add(st.Signals()[name].Pages, "excluded by signal "+name)
		}
		why.add(st.PagesFilter.Load(), "without a value that is asked for")
		why.add(st.PagesProperty.Load(), "without a property that is asked for")
		why.add(st.PagesExcluded.Load(), "without a value that could match")
		why.add(st.PagesCounted.Load(), "counted in the directory")
		out = append(out, fmt.Sprintf("Pages: %s of %s%s", grouped(st.PagesRead.Load()), grouped(n), why))
	}
	if n := st.Frames.Load() + st.FramesTime.Load(); n > 0 {
		var why reasons
		why.add(st.FramesTime.Load(), "outside the time")
		out = append(out, fmt.Sprintf("Frames of ticks: %s of %s%s", grouped(st.Frames.Load()), grouped(n), why))
	}
	if n := st.RunsOpened.Load(); n > 0 {
		out = append(out, "Recent events in memory: "+plural(n, "run"))
	}
	var why reasons
	why.add(st.EventsNeedle.Load(), "without the bytes that are asked for")
	return append(out, fmt.Sprintf("Events looked at: %s%s; read from disk: %s", grouped(st.Events.Load()), why, size(st.BytesRead.Load())))
}

// spared lists the signals that spared something.
func spared(st *engine.ScanStats) []string { return slices.Sorted(maps.Keys(st.Signals())) }

// reasons are why something was left out, in parentheses.
type reasons []string

func (r *reasons) add(n int64, why string) {
	if n > 0 {
		*r = append(*r, grouped(n)+" "+why)
	}
}

func (r reasons) String() string {
	if len(r) == 0 {
		return ""
	}
	return " (" + strings.Join(r, ", ") + ")"
}

// grouped writes 1234567 as 1,234,567.
func grouped(n int64) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

func plural(n int64, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return grouped(n) + " " + thing + "s"
}

// size shows bytes with three digits: 1.05 MB.
func size(n int64) string {
	if n < 1000 {
		return fmt.Sprintf("%d B", n)
	}
	f, unit := float64(n)/1000, 0
	for f >= 999.5 {
		f, unit = f/1000, unit+1
	}
	return fmt.Sprintf("%.3g %cB", f, "kMGTPE"[unit])
}
