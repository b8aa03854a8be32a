package main

import (
	"os"
	"path/filepath"
	"strings"
)

// history is the lines typed into the shell, oldest first, kept in a file between its runs. It is a term.History.
type history struct {
	lines []string
	file  *os.File // nil: not kept
}

// maxHistory is how many lines are kept.
const maxHistory = 1000

// historyPath is FLARE_PG_HISTORY, else a file in the user's home directory; empty: none is kept.
func historyPath() string {
	if path, ok := os.LookupEnv("FLARE_PG_HISTORY"); ok {
		return path
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return ""
	}
	return filepath.Join(home, ".flare_pg_history")
}

// openHistory reads what is kept. A file that can't be read or written makes a history of this run alone.
func openHistory(path string) *history {
	h := &history{}
	if path == "" {
		return h
	}
	text, _ := os.ReadFile(path)
	for line := range strings.Lines(string(text)) {
		h.remember(strings.TrimSuffix(line, "\n"))
	}
	flags := os.O_APPEND | os.O_CREATE | os.O_WRONLY
	if strings.Count(string(text), "\n") > 2*maxHistory {
		flags = os.O_TRUNC | os.O_CREATE | os.O_WRONLY
	}
	f, err := os.OpenFile(path, flags, 0o600)
	if err != nil {
		return h
	}
	h.file = f
	if flags&os.O_TRUNC != 0 {
		f.WriteString(strings.Join(h.lines, "\n") + "\n")
	}
	return h
}

func (h *history) remember(line string) {
	if n := len(h.lines); strings.TrimSpace(line) == "" || n > 0 && h.lines[n-1] == line {
		return
	}
	h.lines = append(h.lines, line)
	h.lines = h.lines[max(0, len(h.lines)-maxHistory):]
}

// Add remembers a line and writes it to the file.
func (h *history) Add(line string) {
	n := len(h.lines)
	last := ""
	if n > 0 {
		last = h.lines[n-1]
	}
	h.remember(line)
	if h.file != nil && len(h.lines) > 0 && h.lines[len(h.lines)-1] == line && last != line {
		h.file.WriteString(line + "\n")
	}
}

// Len is the number of lines.
func (h *history) Len() int { return len(h.lines) }

// At gives a line, 0 being the newest.
func (h *history) At(i int) string { return h.lines[len(h.lines)-1-i] }

func (h *history) close() {
	if h.file != nil {
		h.file.Close()
	}
}
