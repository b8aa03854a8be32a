package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/creack/pty"
)

// screen is what a program on a terminal has printed.
type screen struct {
	mu   sync.Mutex
	text strings.Builder
}

func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(p)
}

func (s *screen) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// TestShell sits down in front of flare-pg nql: queries over several lines, wrong ones, Ctrl-C, Tab, commands, and history from one run to the next.
func TestShell(t *testing.T) {
	dir := t.TempDir()
	events := filepath.Join(dir, "events.ndjson")
	if err := os.WriteFile(events, []byte(`{"@t":"2024-05-01T00:00:00Z","Application":"shop","Elapsed":12.5}`+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	data := filepath.Join(dir, "d")
	if out, err := program("import", "--data", data, events).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	var out *screen
	var tty *os.File
	start := func() (end func()) {
		cmd := program("nql", "--data", data)
		cmd.Env = append(cmd.Env, "TERM=xterm", "FLARE_PG_HISTORY="+filepath.Join(dir, "history"))
		var err error
		if tty, err = pty.StartWithSize(cmd, &pty.Winsize{Rows: 50, Cols: 200}); err != nil {
			t.Skip("no terminal here:", err)
		}
		out = &screen{}
		copied := make(chan struct{})
		go func() { defer close(copied); io.Copy(out, tty) }()
		return func() {
			if err := cmd.Wait(); err != nil {
				t.Error(err)
			}
			tty.Close()
			<-copied
		}
	}
	at := 0
	sees := func(want string) {
		t.Helper()
		for began := time.Now(); time.Since(began) < 20*time.Second; time.Sleep(5 * time.Millisecond) {
			if i := strings.Index(out.String()[at:], want); i >= 0 {
				at += i + len(want)
				return
			}
		}
		t.Fatalf("%q does not come:\n%s", want, out.String()[at:])
	}
	types := func(keys string) { io.WriteString(tty, keys) }

	end := start()
	sees("nql> ")
	types("select Elapsed\rfrom stream;\r")
	sees("Elapsed")
	sees("12.5")
	sees("(1 row)")
	types("select from stream;\r")
	sees("column 8: found from")
	sees("^")
	types("select nonsense \r")
	sees("  -> ")
	types("half a line\x03")
	sees("nql> ")
	types("\\format ndjson\rselect App\t from stream;\r")
	sees(`{"Application":"shop"}`)
	types("\\d\r")
	sees("stream (2 properties)")
	types("\\d stream\r")
	sees("Application")
	types("\\nothing\r")
	sees("is no command")
	types("\\explain\rselect Elapsed from stream where Application = 'shop';\r")
	sees("Application = 'shop'")
	types("\\q\r")
	end()

	at = 0
	end = start()
	sees("nql> ")
	types("\x1b[A\x1b[A\r") // the line before \q
	sees("12.5")
	types("\x04")
	end()
}
