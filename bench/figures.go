package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"time"
)

// figures is the outcome of the latency test.
type figures struct {
	Machine     string           `json:"machine"`
	Traffic     traffic          `json:"traffic"`
	Achieved    float64          `json:"achieved_events_per_second"`
	Reads       spread           `json:"reads"`
	ReadsSent   spread           `json:"reads_from_sent"`
	Commits     spread           `json:"commits"`
	CommitsSent spread           `json:"commits_from_sent"`
	Late        spread           `json:"client_late"`
	LongRead    stall            `json:"longest_read"`
	LongCommit  stall            `json:"longest_commit"`
	Rows        int              `json:"rows"`
	ServerCPU   float64          `json:"server_cores"`
	ClientCPU   float64          `json:"client_cores"`
	Memory      memory           `json:"memory"`
	FilesBefore files            `json:"files_before"`
	FilesAfter  files            `json:"files_after"`
	LastMerge   time.Duration    `json:"last_merge_ns"`
	Steps       map[string]int64 `json:"maintenance_steps,omitempty"`
}

func (f *figures) sum(t *traffic, written seen, reads []seen) {
	f.Achieved = float64(written.events) / t.Duration.Seconds()
	f.Commits, f.CommitsSent = spreadOf(written.fromDue), spreadOf(written.fromSent)
	f.LongCommit = written.longest
	var all seen
	all.late = written.late
	for _, r := range reads {
		all.fromDue = append(all.fromDue, r.fromDue...)
		all.fromSent = append(all.fromSent, r.fromSent...)
		all.late = append(all.late, r.late...)
		f.Rows = r.rows
		if r.longest.Took > f.LongRead.Took {
			f.LongRead = r.longest
		}
	}
	f.Reads, f.ReadsSent, f.Late = spreadOf(all.fromDue), spreadOf(all.fromSent), spreadOf(all.late)
}

func (f *figures) print(w io.Writer) {
	fmt.Fprintf(w, "\nachieved %s of %s events/s; a read gives %d rows\n\n", count(int64(f.Achieved)), count(f.Traffic.Rate), f.Rows)
	row := func(name string, s spread) []string {
		if s.Count == 0 { // nothing that was due in that time was done
			return []string{name, "0", "–", "–", "–", "–", "–"}
		}
		ms := func(v float64) string { return fmt.Sprintf("%.2f", v) }
		return []string{name, fmt.Sprint(s.Count), ms(s.P50), ms(s.P90), ms(s.P99), ms(s.P999), ms(s.Max)}
	}
	table(w, [][]string{
		{"latency in ms", "number", "p50", "p90", "p99", "p99.9", "max"},
		row("reads", f.Reads), row("reads, from sent", f.ReadsSent), row("commits", f.Commits), row("commits, from sent", f.CommitsSent),
		row("client woke late by", f.Late),
	})
	fmt.Fprintf(w, "\nlongest with the warm-up: a read %s; a commit %s\n", f.LongRead.text(), f.LongCommit.text())
	fmt.Fprintf(w, "server: %.2f cores, RssAnon %s in the end, %s at most; client: %.2f cores\n",
		f.ServerCPU, megabytes(f.Memory.Anonymous), megabytes(f.Memory.MaxAnonymous), f.ClientCPU)
	before, after := f.FilesBefore, f.FilesAfter
	fmt.Fprintf(w, "files: %d ticks (%s) and %d spans (%s) at the beginning, %d (%s) and %d (%s) in the end; spans were last written or removed at %s of %s\n",
		before.Kinds[".tick"], megabytes(before.Sizes[".tick"]), before.Kinds[".span"], megabytes(before.Sizes[".span"]),
		after.Kinds[".tick"], megabytes(after.Sizes[".tick"]), after.Kinds[".span"], megabytes(after.Sizes[".span"]), f.LastMerge, f.Traffic.Duration)
	if f.Steps == nil {
		fmt.Fprintln(w, "maintenance: the server does not list its steps yet (flare.maintenance)")
	}
	for _, kind := range slices.Sorted(maps.Keys(f.Steps)) {
		fmt.Fprintf(w, "maintenance: %d × %s\n", f.Steps[kind], kind)
	}
}
