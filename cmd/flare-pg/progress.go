package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"github.com/flare-pg/flare-pg/ingest"
)

// meter shows how far an import has come: a bar with rate and time left on a terminal, a plain line every few seconds elsewhere.
type meter struct {
	out  io.Writer
	bar  *progressbar.ProgressBar
	last time.Time
}

// plainEvery is the time between two plain lines.
const plainEvery = 5 * time.Second

func newMeter(out io.Writer) *meter {
	m := &meter{out: out, last: time.Now()}
	if f, ok := out.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		m.bar = progressbar.NewOptions64(-1,
			progressbar.OptionSetWriter(out), progressbar.OptionShowBytes(true), progressbar.OptionSetPredictTime(true),
			progressbar.OptionSetWidth(30), progressbar.OptionThrottle(100*time.Millisecond),
			progressbar.OptionClearOnFinish(), progressbar.OptionUseANSICodes(true))
	}
	return m
}

func (m *meter) show(p ingest.Progress) {
	if m.bar != nil {
		if p.Size > 0 && m.bar.GetMax64() != p.Size {
			m.bar.ChangeMax64(p.Size)
		}
		m.bar.Describe(fmt.Sprintf("%s: %s events, %s/s", filepath.Base(p.File), thousands(p.Events), thousands(perSecond(p.Events, p.Elapsed))))
		m.bar.Set64(p.Read)
		return
	}
	if now := time.Now(); now.Sub(m.last) >= plainEvery {
		m.last = now
		share := ""
		if p.Size > 0 {
			share = fmt.Sprintf("%d%%, ", 100*p.Read/p.Size)
		}
		fmt.Fprintf(m.out, "%s: %s%s events, %s events/s\n", filepath.Base(p.File), share, thousands(p.Events), thousands(perSecond(p.Events, p.Elapsed)))
	}
}

// done takes the bar away, so that what follows begins on a clean line.
func (m *meter) done() {
	if m.bar != nil {
		m.bar.Finish()
	}
}

func perSecond(n int64, d time.Duration) int64 {
	return int64(float64(n) / max(d.Seconds(), 1e-3))
}

// thousands writes 1234567 as 1,234,567.
func thousands(n int64) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
