package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// build builds the program from the tree that the command was started in.
func build(ctx context.Context, path string) error {
	cmd := exec.CommandContext(ctx, "go", "build", "-o", path, "github.com/flare-pg/flare-pg/cmd/flare-pg")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("building flare-pg: %w\n%s", err, out)
	}
	return nil
}

// usage is what a run of a program took.
type usage struct {
	Wall   time.Duration `json:"wall_ns"`
	CPU    time.Duration `json:"cpu_ns"`
	Memory memory        `json:"memory"`
}

// plus is one after the other.
func (u usage) plus(v usage) usage {
	u.Wall += v.Wall
	u.CPU += v.CPU
	u.Memory = u.Memory.atMost(v.Memory)
	return u
}

// run runs the program to its end.
func run(ctx context.Context, stdin io.Reader, binary string, args ...string) (usage, error) {
	cmd := exec.CommandContext(ctx, binary, args...)
	var said bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = stdin, &said, &said
	start := time.Now()
	if err := cmd.Start(); err != nil {
		return usage{}, err
	}
	w := startWatch(cmd.Process.Pid)
	err := cmd.Wait()
	u := usage{time.Since(start), cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), w.stop()}
	if err != nil {
		return u, fmt.Errorf("flare-pg %s: %w\n%s", strings.Join(args, " "), err, said.String())
	}
	return u, nil
}

// hasCommand reports whether the program has a subcommand.
func hasCommand(ctx context.Context, binary, name string) bool {
	out, _ := exec.CommandContext(ctx, binary, "--help").Output()
	return bytes.Contains(out, []byte("\n  "+name+" "))
}

// server is a running `flare-pg serve`.
type server struct {
	cmd     *exec.Cmd
	started time.Time // when it was executed
	port    string
	log     *bytes.Buffer // read it after stop only
	watch   *watch
}

var asked = regexp.MustCompile(`psql -h 127\.0\.0\.1 -p (\d+)`)

// startServer returns once the server says where it listens.
func startServer(ctx context.Context, binary, data string, flags ...string) (*server, error) {
	return startProgram(ctx, binary, append([]string{"serve", "--data", data, "--listen", "127.0.0.1:0", "--log-level", "warn"}, flags...)...)
}

// startProgram starts a command of the program that serves, and returns once it says where it listens.
func startProgram(ctx context.Context, binary string, args ...string) (*server, error) {
	s := &server{cmd: exec.Command(binary, args...), log: &bytes.Buffer{}} // stop ends it, not ctx: it shall close its store
	s.cmd.Stderr = s.log
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	s.started = time.Now()
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	s.watch = startWatch(s.cmd.Process.Pid)
	unhook := context.AfterFunc(ctx, func() { s.cmd.Process.Kill() })
	defer unhook()
	for lines := bufio.NewScanner(out); s.port == "" && lines.Scan(); {
		if m := asked.FindStringSubmatch(lines.Text()); m != nil {
			s.port = m[1]
		}
	}
	if s.port == "" {
		s.stop()
		return nil, fmt.Errorf("the server did not start: %s", s.log.String())
	}
	go io.Copy(io.Discard, out)
	return s, nil
}

func (s *server) pid() int { return s.cmd.Process.Pid }

func (s *server) dsn() string {
	return "postgres://flare@127.0.0.1:" + s.port + "/flare?sslmode=disable"
}

func (s *server) connect(ctx context.Context) (*pgx.Conn, error) { return pgx.Connect(ctx, s.dsn()) }

// stop ends the server and gives what it used. It waits for a minute at most.
func (s *server) stop() (usage, error) {
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		s.cmd.Process.Kill()
	}
	timer := time.AfterFunc(time.Minute, func() { s.cmd.Process.Kill() })
	defer timer.Stop()
	err := s.cmd.Wait()
	u := usage{time.Since(s.started), s.cmd.ProcessState.UserTime() + s.cmd.ProcessState.SystemTime(), s.watch.stop()}
	if err != nil {
		return u, fmt.Errorf("the server: %w\n%s", err, s.log.String())
	}
	return u, nil
}

// files is what lies in a data directory: bytes and number by extension, and both in all.
type files struct {
	Bytes  int64            `json:"bytes"`
	Number int              `json:"number"`
	Kinds  map[string]int   `json:"kinds"`
	Sizes  map[string]int64 `json:"sizes"`
}

func filesIn(dir string) (files, error) {
	f := files{Kinds: map[string]int{}, Sizes: map[string]int64{}}
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil // a server removed it meanwhile
		}
		if err != nil {
			return err
		}
		kind := filepath.Ext(path)
		if kind == "" {
			kind = filepath.Base(path)
		}
		f.Bytes += info.Size()
		f.Number++
		f.Kinds[kind]++
		f.Sizes[kind] += info.Size()
		return nil
	})
	return f, err
}
