package integration

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/flare-pg/flare-pg/integration/pgoracle"

	// What the program is built from is part of this test's binary, so that go test takes no remembered result when it has changed.
	_ "github.com/flare-pg/flare-pg/ingest/demo"
	_ "github.com/flare-pg/flare-pg/session"

	"github.com/jackc/pgx/v5"
)

// built is the program under test, built once by TestMain (with -race when GOFLAGS says so).
var built string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "flare-pg-integration-")
	if err != nil {
		panic(err)
	}
	built = filepath.Join(dir, "flare-pg")
	build := exec.Command("go", "build", "-o", built, "github.com/flare-pg/flare-pg/cmd/flare-pg")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "building flare-pg:", err)
		os.Exit(1)
	}
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

// program returns the path of a program that a test needs, or skips the test.
func program(t testing.TB, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err == nil {
		return path
	}
	if os.Getenv(pgoracle.RequirePrograms) == "1" {
		t.Fatalf("%s is absent, and %s is 1", name, pgoracle.RequirePrograms)
	}
	t.Skipf("%s is absent", name)
	return ""
}

// realEvents returns the files of real events that lie beside a checkout, or skips the test.
func realEvents(t testing.TB) []string {
	t.Helper()
	files, _ := filepath.Glob("../../shared/data/*.ndjson.zst")
	if len(files) == 0 {
		t.Skip("the real events (../shared/data) are absent")
	}
	return files
}

// flarePG runs the program to its end.
func flarePG(t testing.TB, stdin string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	cmd := exec.Command(built, args...)
	cmd.Stdin = strings.NewReader(stdin)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatalf("flare-pg %s: %v", strings.Join(args, " "), err)
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

// mustFlarePG runs the program and wants exit code 0.
func mustFlarePG(t testing.TB, args ...string) string {
	t.Helper()
	out, errs, code := flarePG(t, "", args...)
	if code != 0 {
		t.Fatalf("flare-pg %s: exit code %d\n%s%s", strings.Join(args, " "), code, out, errs)
	}
	return out
}

// server is a running `flare-pg serve` or `flare-pg demo`.
type server struct {
	t          testing.TB
	cmd        *exec.Cmd
	Host, Port string
	Data       string
	stderr     *lockedBuffer
	ended      chan struct{}
}

var (
	psqlLine = regexp.MustCompile(`psql -h (\S+) -p (\d+)`)
	dataLine = regexp.MustCompile(`(?m)^\s*data\s+(\S.*)$`)
)

// start runs a server and waits until it says that it listens. It is killed when the test ends.
func start(t testing.TB, args ...string) *server {
	t.Helper()
	s := &server{t: t, cmd: exec.Command(built, args...), stderr: new(lockedBuffer), ended: make(chan struct{})}
	s.cmd.Stderr = s.stderr
	stdout, err := s.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Kill() })
	var head strings.Builder
	lines := bufio.NewReader(stdout)
	deadline := time.AfterFunc(2*time.Minute, func() { s.cmd.Process.Kill() })
	for {
		line, err := lines.ReadString('\n')
		head.WriteString(line)
		if m := psqlLine.FindStringSubmatch(line); m != nil {
			s.Host, s.Port = m[1], m[2]
			break
		}
		if err != nil {
			t.Fatalf("flare-pg %s ended before it listened:\n%s%s", strings.Join(args, " "), head.String(), s.stderr)
		}
	}
	deadline.Stop()
	if m := dataLine.FindStringSubmatch(head.String()); m != nil {
		s.Data = m[1]
	}
	go func() {
		io.Copy(io.Discard, lines)
		s.cmd.Wait()
		close(s.ended)
	}()
	return s
}

// serve starts a server over a data directory, on a free port.
func serve(t testing.TB, data string, args ...string) *server {
	t.Helper()
	return start(t, append([]string{"serve", "--data", data, "--listen", "127.0.0.1:0"}, args...)...)
}

// Kill is kill -9; it returns when the process is gone.
func (s *server) Kill() {
	s.cmd.Process.Kill()
	<-s.ended
}

// Stop asks the server to end (SIGTERM) and wants exit code 0.
func (s *server) Stop() {
	s.t.Helper()
	s.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-s.ended:
	case <-time.After(time.Minute):
		s.t.Fatalf("the server did not stop\n%s", s.stderr)
	}
	if code := s.cmd.ProcessState.ExitCode(); code != 0 {
		s.t.Fatalf("the server ended with exit code %d\n%s", code, s.stderr)
	}
}

// DSN is a connection string with more parameters.
func (s *server) DSN(more string) string {
	return fmt.Sprintf("postgres://flare@%s:%s/flare?sslmode=disable%s", s.Host, s.Port, more)
}

// Connect opens a pgx connection that is closed when the test ends.
func (s *server) Connect(ctx context.Context) *pgx.Conn {
	s.t.Helper()
	c, err := pgx.Connect(ctx, s.DSN(""))
	if err != nil {
		s.t.Fatalf("connect: %v\n%s", err, s.stderr)
	}
	s.t.Cleanup(func() { c.Close(context.Background()) })
	return c
}

// Psql runs psql with one command, in its unaligned form with | between columns, and wants it to succeed.
func (s *server) Psql(command string, args ...string) string {
	s.t.Helper()
	out, errs, code := s.PsqlCode(command, args...)
	if code != 0 {
		s.t.Fatalf("psql -c %q: exit code %d\n%s%s", command, code, out, errs)
	}
	return out
}

// PsqlCode runs psql with one command and returns what it printed.
func (s *server) PsqlCode(command string, args ...string) (stdout, stderr string, code int) {
	s.t.Helper()
	all := append([]string{"-X", "-h", s.Host, "-p", s.Port, "-U", "flare", "-d", "flare", "-A", "-v", "ON_ERROR_STOP=1"}, args...)
	cmd := exec.Command(program(s.t, "psql"), append(all, "-c", command)...)
	cmd.Env = append(os.Environ(), "PGOPTIONS=", "PGTZ=UTC")
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		s.t.Fatal(err)
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

// lockedBuffer collects what a process writes while the test reads.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

func pid(s *server) string { return strconv.Itoa(s.cmd.Process.Pid) }
