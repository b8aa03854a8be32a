package integration

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"
)

// terminal is a psql that believes somebody sits in front of it.
type terminal struct {
	t   testing.TB
	tty *os.File
	out *lockedBuffer
	at  int // what was printed before was looked at already
}

// escapes are what a terminal obeys and doesn't show.
var escapes = regexp.MustCompile("\x1b\\[[0-9;?]*[a-zA-Z]|\x07")

func (s *server) terminal(t testing.TB, args ...string) *terminal {
	t.Helper()
	args = append([]string{"-X", "-h", s.Host, "-p", s.Port, "-d", "flare", "-P", "pager=off"}, args...)
	cmd := exec.Command(program(t, "psql"), args...)
	cmd.Env = append(os.Environ(), "TERM=dumb", "LC_ALL=C.UTF-8", "PSQL_HISTORY=/dev/null", "INPUTRC=/dev/null", "PGSSLMODE=prefer")
	tty, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 50, Cols: 200})
	if err != nil {
		t.Fatal(err)
	}
	x := &terminal{t: t, tty: tty, out: new(lockedBuffer)}
	copied := make(chan struct{})
	go func() {
		defer close(copied)
		buf := make([]byte, 4096)
		for {
			n, err := tty.Read(buf)
			x.out.Write(buf[:n])
			if err != nil {
				return
			}
		}
	}()
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
		tty.Close()
		<-copied
	})
	return x
}

// types writes what is typed.
func (x *terminal) types(s string) {
	x.t.Helper()
	if _, err := x.tty.WriteString(s); err != nil {
		x.t.Fatal(err)
	}
}

// sees waits until a pattern is printed after what was seen before.
func (x *terminal) sees(pattern string) string {
	x.t.Helper()
	re := regexp.MustCompile(pattern)
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		shown := strings.ReplaceAll(escapes.ReplaceAllString(x.out.String(), ""), "\r", "")
		if m := re.FindStringIndex(shown[min(x.at, len(shown)):]); m != nil {
			found := shown[x.at+m[0] : x.at+m[1]]
			x.at += m[1]
			return found
		}
		if time.Now().After(deadline) {
			x.t.Fatalf("%q was not printed after\n%s\nbut\n%s", pattern, shown[:min(x.at, len(shown))], shown[min(x.at, len(shown)):])
		}
	}
}

// TestPsqlAtATerminal: completion of names, Ctrl-C, \watch and \password as they go at a terminal.
func TestPsqlAtATerminal(t *testing.T) {
	s := serve(t, filepath.Join(t.TempDir(), "data"))
	s.Psql(`create table orders (placed timestamptz, customer text, amount numeric)`)
	s.Psql(`insert into stream (document) values ('{"@t":"2026-03-01T00:00:00Z","RequestPath":"/"}')`)
	x := s.terminal(t, "-U", "flare")
	x.sees(`flare=#`)

	x.types("select * from ord\t")
	x.sees(`select \* from orders`)
	x.types("where cust\t")
	x.sees(`customer`)
	x.types("= 'x';\n")
	x.sees(`\(0 rows\)`)
	x.types("select \"RequestPath\" from public.str\t")
	x.sees(`public\.stream`)
	x.types(";\n")
	x.sees(`\(1 row\)`)
	x.types("\\d ord\t")
	x.sees(`\\d orders`)
	x.types("\n")
	x.sees(`(?s)Table "public.orders".*customer \| text`)
	x.types("set timez\t")
	x.sees(`(?i)timezone`)
	x.types("\x15") // the line is given up
	x.types("drop table ord\t")
	x.sees(`orders`)
	x.types("\x15")

	// Ctrl-C
	x.types("select pg_sleep(60);\n")
	time.Sleep(300 * time.Millisecond)
	x.types("\x03")
	x.sees(`canceling statement due to user request`)
	x.sees(`flare=#`)
	x.types("select 6 * 7;\n")
	x.sees(`42`)
	x.types("select count(*) as n from orders \\watch 0.1\n")
	x.sees(`(?s)every 0.1s.*every 0.1s.*every 0.1s`)
	x.types("\x03")
	x.sees(`flare=#`)

	// A password
	x.types("create role keeper superuser login;\n")
	x.sees(`CREATE ROLE`)
	x.types("\\password keeper\n")
	x.sees(`(?i)enter new password`)
	x.types("Übung macht's\n")
	x.sees(`(?i)enter it again`)
	x.types("Übung macht's\n")
	x.sees(`keeper|flare=#`)
	x.types("select rolpassword like 'SCRAM-SHA-256$4096:%' as scrambled from pg_authid where rolname = 'keeper';\n")
	x.sees(`(?s)scrambled.*t\n`)
	x.types("\\q\n")

	y := s.terminal(t, "-U", "keeper")
	y.sees(`(?i)password for user keeper`)
	y.types("wrong\n")
	y.sees(`password authentication failed for user "keeper"`)
	z := s.terminal(t, "-U", "keeper")
	z.sees(`(?i)password for user keeper`)
	z.types("Übung macht's\n")
	z.sees(`flare=#`)
	z.types("select current_user;\n")
	z.sees(`keeper`)
}
