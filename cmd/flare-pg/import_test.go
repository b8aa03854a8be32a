package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/flare-pg/flare-pg/ingest/demo"
)

// flarePG runs the program inside this process and wants exit code 0.
func flarePG(t *testing.T, args ...string) string {
	t.Helper()
	var out, errs bytes.Buffer
	if code := run(args, strings.NewReader(""), &out, &errs); code != 0 {
		t.Fatalf("flare-pg %s: exit code %d\n%s", strings.Join(args, " "), code, errs.String())
	}
	return out.String()
}

// startProgram starts flare-pg as a process; it is killed at the end of the test.
func startProgram(t *testing.T, stdin io.Reader, args ...string) (wait func() (code int, stdout, stderr string), signal func(os.Signal), stdout *bufio.Reader) {
	t.Helper()
	cmd := program(args...)
	cmd.Stdin = stdin
	var errs bytes.Buffer
	cmd.Stderr = &errs
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	out := bufio.NewReader(pipe)
	t.Cleanup(func() {
		if cmd.ProcessState == nil {
			cmd.Process.Kill()
			cmd.Wait()
		}
	})
	wait = func() (int, string, string) {
		rest, err := io.ReadAll(out)
		if err != nil {
			t.Error(err)
		}
		cmd.Wait() // its error is the exit code
		return cmd.ProcessState.ExitCode(), string(rest), errs.String()
	}
	return wait, func(s os.Signal) { cmd.Process.Signal(s) }, out
}

// TestInterruptedImportLeavesNothing: SIGINT while events are coming in, with more than the memory of a stage behind it.
func TestInterruptedImportLeavesNothing(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no SIGINT for a child here")
	}
	dir := filepath.Join(t.TempDir(), "data")
	flarePG(t, "import", "--data", dir, smallFile(t, `{"@t":"2024-05-01T00:00:00Z","a":1}`))

	stdin, feed, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer feed.Close()
	wait, signal, _ := startProgram(t, stdin, "import", "--data", dir, "-")
	stdin.Close()
	begin := time.Date(2024, 5, 1, 0, 0, 0, 0, time.UTC)
	g := demo.New(1, begin, begin.Add(24*time.Hour))
	var text []byte
	for range 40_000 { // past StageBytes, so that there are temporary files
		text = append(g.Next(text[:0]), '\n')
		if _, err := feed.Write(text); err != nil {
			t.Fatal(err)
		}
	}
	signal(os.Interrupt)
	code, out, errs := wait()
	if code != exitFailure || out != "" || errs != "flare-pg: interrupted; nothing was imported\n" {
		t.Errorf("exit code %d, %q, %q", code, out, errs)
	}
	if got := flarePG(t, "nql", "--data", dir, "--format", "ndjson", "select a from stream"); got != "{\"a\":1}\n" {
		t.Errorf("the store holds %q", got)
	}
	flarePG(t, "check", "--data", dir)
	left := 0
	filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if strings.HasSuffix(path, ".tick") {
			left++
		}
		return err
	})
	if left != 1 {
		t.Errorf("%d ticks", left)
	}
}

func smallFile(t *testing.T, lines ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "small.ndjson")
	if err := os.WriteFile(path, []byte(strings.Join(lines, "\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// serveFor starts a server over dir and gives its URL and what stops it.
func serveFor(t *testing.T, dir string) (url string, stop func()) {
	t.Helper()
	wait, signal, out := startProgram(t, nil, "serve", "--data", dir, "--listen", "127.0.0.1:0", "--log-level", "warn")
	for {
		line, err := out.ReadString('\n')
		if m := regexp.MustCompile(`-h (\S+) -p (\d+)`).FindStringSubmatch(line); m != nil {
			url = fmt.Sprintf("postgres://flare@%s:%s/flare", m[1], m[2])
			break
		}
		if err != nil {
			_, _, errs := wait()
			t.Fatal(err, errs)
		}
	}
	return url, func() {
		signal(syscall.SIGTERM)
		if code, _, errs := wait(); code != 0 || errs != "" {
			t.Errorf("the server: exit code %d, %s", code, errs)
		}
	}
}

// TestThroughAServerTheSameIsStored: import --url and import --data give the same documents, in the same order.
func TestThroughAServerTheSameIsStored(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no SIGTERM here")
	}
	mixed := smallFile(t,
		`{"@t":"2024-05-01T00:00:00.123456789+02:00","z":1,"a":{"y":1.50,"x":[1,{"b":2,"a":null}]},"z":2}`,
		`{"@timestamp":"2024-05-01 00:00:01","@version":"1","@metadata":{"beat":"x"},"@@at":1,"level":"warn","message":"\u00e9\/\u001F"}`,
		"", `not json`, `{"@t":"2024-05-01T00:00:00Z","n":12345678901234567890,"f":1e400,"neg":-0.0,"esc\u0061pe":"\ud83d\ude00"}`,
		`{"ts":1714521604123,"@l":"Error","@mt":"{a} and {b}","a":true,"b":"x\r\ny"}`, `{"EventTime":1714521604,"deep":`+
			strings.Repeat(`{"d":`, 100)+`1`+strings.Repeat(`}`, 100)+`}`)
	t.Run("mixed", func(t *testing.T) { sameBothWays(t, []string{"--on-error", "skip", "--level", "level", mixed}, 5) })

	small := filepath.Join("..", "..", "..", "shared", "data", "ec2_proxy_s3_exfiltration_2020-09-14011940.ndjson.zst")
	t.Run("real", func(t *testing.T) {
		if _, err := os.Stat(small); err != nil {
			t.Skip("the real events (../shared/data) are absent")
		}
		sameBothWays(t, []string{small}, 103)
	})
	large := filepath.Join(filepath.Dir(small), "empire_psexec_dcerpc_tcp_svcctl_2020-09-20121608.ndjson.zst")
	t.Run("larger", func(t *testing.T) {
		if _, err := os.Stat(large); err != nil || testing.Short() {
			t.Skip("the real events (../shared/data) are absent, or the run is short")
		}
		sameBothWays(t, []string{large}, 4348)
	})
}

func sameBothWays(t *testing.T, args []string, events int) {
	t.Helper()
	all := func(dir string) string {
		return flarePG(t, "nql", "--data", dir, "--format", "ndjson", "select * from stream order by @t")
	}
	here, there := filepath.Join(t.TempDir(), "here"), filepath.Join(t.TempDir(), "there")
	flarePG(t, append([]string{"import", "--data", here}, args...)...)
	url, stop := serveFor(t, there)
	flarePG(t, append([]string{"import", "--url", url}, args...)...)
	stop()
	want, got := all(here), all(there)
	if n := strings.Count(want, "\n"); n != events {
		t.Fatalf("%d events, want %d", n, events)
	}
	if got != want {
		w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
		for i := range min(len(w), len(g)) {
			if w[i] != g[i] {
				t.Fatalf("event %d through the server is\n%s\nwithout it\n%s", i, g[i], w[i])
			}
		}
		t.Fatalf("%d events through the server, %d without it", len(g)-1, len(w)-1)
	}
}
