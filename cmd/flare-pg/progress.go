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

// meter shows how far an import, or another long command, has come: a bar with rate and time left on a terminal, a plain line every few seconds elsewhere.
type meter struct {
	out  io.Writer
	bar  *progressbar.ProgressBar // nil: not a terminal
	last time.Time
}

// plainEvery is the time between two plain lines.
const plainEvery = 5 * time.Second

func newMeter(out io.Writer) *meter {
	m := &meter{out: out, last: time.Now()}
	if isTerminal(out) {
		m.bar = progressbar.NewOptions64(-1,
			progressbar.OptionSetWriter(out), progressbar.OptionSetPredictTime(false), progressbar.OptionSetElapsedTime(false),
			progressbar.OptionSetWidth(30), progressbar.OptionThrottle(100*time.Millisecond),
			progressbar.OptionClearOnFinish(), progressbar.OptionUseANSICodes(true))
	}
	return m
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

func (m *meter) show(p ingest.Progress) {
	if m.bar != nil {
		if p.Size > 0 && m.bar.GetMax64() != p.Size {
			m.bar.ChangeMax64(p.Size)
		}
		m.bar.Describe(progressText(p))
		m.bar.Set64(p.Read)
		return
	}
	if now := time.Now(); now.Sub(m.last) >= plainEvery {
		m.last = now
		share := ""
		if p.Size > 0 {
			share = fmt.Sprintf(", %d%%", 100*p.Read/p.Size)
		}
		fmt.Fprintf(m.out, "%s%s\n", progressText(p), share)
	}
}

// bytes shows how many of so many bytes are done.
func (m *meter) bytes(doing string, done, total int64, elapsed time.Duration) {
	text := fmt.Sprintf("%s: %s of %s, %s/s", doing, bytesText(done), bytesText(total), bytesText(perSecond(done, elapsed)))
	if m.bar != nil {
		if total > 0 && m.bar.GetMax64() != total {
			m.bar.ChangeMax64(total)
		}
		m.bar.Describe(text)
		m.bar.Set64(done)
		return
	}
	if now := time.Now(); now.Sub(m.last) >= plainEvery {
		m.last = now
		fmt.Fprintln(m.out, text)
	}
}

// progressText is what a line of progress says besides the share that is done.
func progressText(p ingest.Progress) string {
	s := fmt.Sprintf("%s: %s, %s/s", filepath.Base(p.File), count(p.Events, "event"), bytesText(perSecond(p.Bytes, p.Elapsed)))
	if p.Size > 0 && p.Read > 0 && p.Elapsed >= 500*time.Millisecond {
		left := time.Duration(float64(p.Elapsed) * float64(max(p.Size-p.Read, 0)) / float64(p.Read))
		s += ", " + leftText(left)
	}
	return s
}

// leftText is a guess, hence whole seconds.
func leftText(d time.Duration) string {
	if d = max(d.Round(time.Second), time.Second); d < time.Minute {
		return fmt.Sprintf("%d s left", int(d.Seconds()))
	}
	return durationText(d) + " left"
}

// committing says what happens behind the last line read.
func (m *meter) committing() {
	if m.bar != nil {
		m.bar.Describe("writing to disk")
		m.bar.RenderBlank()
	}
}

// println writes a line of its own, above the bar if there is one.
func (m *meter) println(line string) {
	if m.bar != nil {
		m.bar.Clear()
	}
	fmt.Fprintln(m.out, line)
}

// done takes the bar away, so that what follows begins on a clean line.
func (m *meter) done() {
	if m.bar != nil {
		m.bar.Finish()
	}
}
