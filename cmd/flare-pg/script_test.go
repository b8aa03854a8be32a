package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain lets this binary be the program, too, when it is called flare-pg.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"flare-pg": main})
}

// program is flare-pg as a process of its own.
func program(args ...string) *exec.Cmd {
	self, err := os.Executable()
	if err != nil {
		panic(err)
	}
	cmd := &exec.Cmd{Path: self, Args: append([]string{"flare-pg"}, args...)}
	for _, v := range os.Environ() { // without the tester's own flags
		if !strings.HasPrefix(v, "FLARE_PG_") {
			cmd.Env = append(cmd.Env, v)
		}
	}
	return cmd
}

// TestScripts runs the command line as its users do. Beside testscript's own commands there are:
//
//	code N program args…   run it; it must end with exit code N
//	server NAME args…      start flare-pg serve (demo NAME args…: flare-pg demo) on a free port; sets URL and NAME_PORT, keeps what it prints in NAME.out and NAME.err
//	stop NAME              SIGTERM; it must end with exit code 0
//	ask SQL                the rows of a query to the server at URL go to the file answer, cells divided by |
//	make FILE KIND         FILE gets an event that no script could hold: big, deep, utf8 (that is none) or nul (a byte)
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		UpdateScripts:       os.Getenv("UPDATE_SCRIPTS") != "",
		Setup: func(e *testscript.Env) error {
			for _, v := range os.Environ() { // none of the tester's own
				if name, _, _ := strings.Cut(v, "="); strings.HasPrefix(name, "FLARE_PG_") || strings.HasPrefix(name, "PG") {
					e.Setenv(name, "")
				}
			}
			e.Values["servers"] = map[string]*scriptServer{}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"code": wantCode, "server": startServer("serve"), "demo": startServer("demo"), "stop": stopServer, "ask": ask, "make": makeEvent,
		},
	})
}

func wantCode(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: code N program args…")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// scriptServer is a server that a script started.
type scriptServer struct {
	cmd   *exec.Cmd
	ended chan struct{} // closed when the process has ended and its output is in the files
}

var psqlLine = regexp.MustCompile(`psql -h (\S+) -p (\d+)`)

func startServer(command string) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, neg bool, args []string) {
		if neg || len(args) < 1 {
			ts.Fatalf("usage: server NAME args…")
		}
		serverOf(ts, args[0], append([]string{command, "--listen", "127.0.0.1:0"}, args[1:]...)...)
	}
}

func serverOf(ts *testscript.TestScript, name string, args ...string) {
	cmd := program(args...)
	cmd.Dir = ts.MkAbs(".")
	out, err := os.Create(ts.MkAbs(name + ".out"))
	ts.Check(err)
	errs, err := os.Create(ts.MkAbs(name + ".err"))
	ts.Check(err)
	cmd.Stderr = errs
	pipe, err := cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	s := &scriptServer{cmd: cmd, ended: make(chan struct{})}
	ts.Value("servers").(map[string]*scriptServer)[name] = s
	port := make(chan string, 1)
	go func() {
		lines := bufio.NewReader(pipe)
		for {
			line, err := lines.ReadString('\n')
			io.WriteString(out, line)
			if m := psqlLine.FindStringSubmatch(line); m != nil {
				port <- m[2]
			}
			if err != nil {
				break
			}
		}
		cmd.Wait()
		out.Close()
		errs.Close()
		close(s.ended)
	}()
	ts.Defer(func() {
		cmd.Process.Kill()
		<-s.ended
	})
	select {
	case p := <-port:
		ts.Setenv("URL", "postgres://flare@127.0.0.1:"+p+"/flare")
		ts.Setenv(name+"_PORT", p)
	case <-s.ended:
		ts.Fatalf("the server ended:\n%s", ts.ReadFile(name+".err"))
	case <-time.After(time.Minute):
		ts.Fatalf("the server does not listen")
	}
}

func stopServer(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: stop NAME")
	}
	s := ts.Value("servers").(map[string]*scriptServer)[args[0]]
	if s == nil {
		ts.Fatalf("there is no server %s", args[0])
	}
	ts.Check(s.cmd.Process.Signal(syscall.SIGTERM))
	select {
	case <-s.ended:
	case <-time.After(time.Minute):
		ts.Fatalf("the server does not stop")
	}
	if code := s.cmd.ProcessState.ExitCode(); code != 0 {
		ts.Fatalf("exit code %d\n%s", code, ts.ReadFile(args[0]+".err"))
	}
}

func ask(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: ask SQL")
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	conn, err := pgconn.Connect(ctx, ts.Getenv("URL"))
	ts.Check(err)
	defer conn.Close(ctx)
	results, err := conn.Exec(ctx, args[0]).ReadAll()
	ts.Check(err)
	var b strings.Builder
	for _, r := range results {
		for _, row := range r.Rows {
			for i, cell := range row {
				if i > 0 {
					b.WriteByte('|')
				}
				b.Write(cell)
			}
			b.WriteByte('\n')
		}
	}
	ts.Logf("%s", b.String())
	ts.Check(os.WriteFile(ts.MkAbs("answer"), []byte(b.String()), 0o600))
}

func makeEvent(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: make FILE KIND")
	}
	var value string
	switch args[1] {
	case "big": // more than the limit of 16 MiB
		value = `"` + strings.Repeat("x", 20_000_000) + `"`
	case "deep":
		value = strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000)
	case "utf8":
		value = "\"\xff\""
	case "nul":
		value = "\"x\x00y\""
	default:
		ts.Fatalf("make can't make %s", args[1])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), fmt.Appendf(nil, `{"@t":"2024-05-01T00:00:00Z","a":%s}`+"\n", value), 0o600))
}
