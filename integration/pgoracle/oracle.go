// Package pgoracle starts a scratch PostgreSQL server for tests that compare our answers with
// PostgreSQL's own. It is for tests only.
package pgoracle

import (
	"bufio"
	"bytes"
	"context"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// RequirePrograms is the environment variable that makes the absence of a program that tests need an
// error instead of a skip.
const RequirePrograms = "FLARE_PG_REQUIRE_PROGRAMS"

// Oracle is a running PostgreSQL server with an empty database. It was initialised as we are to be
// compared with it: UTF-8, locale C.UTF-8; sessions begin in time zone UTC.
type Oracle struct {
	DSN     string // for pgx and libpq: a Unix socket in a directory of its own, superuser postgres
	Bin     string // the directory of its programs
	Version string // "15.8"
}

// The server runs under a shell that waits for its standard input to end, so that it also stops when
// the test process is killed. $1 is the scratch directory, $2 that of the programs.
const keeper = `
dir=$1 bin=$2
trap '' INT
"$bin/initdb" -D "$dir/data" -U postgres -A trust -N --encoding=UTF8 --locale=C.UTF-8 >"$dir/initdb.log" 2>&1 || { cat "$dir/initdb.log"; exit 1; }
"$bin/pg_ctl" -D "$dir/data" -w -s -l "$dir/server.log" -o "-k '$dir' -p 5432 -c listen_addresses= -c fsync=off -c timezone=UTC -c max_connections=40 -c shared_buffers=32MB" start >"$dir/start.log" 2>&1 || { cat "$dir/start.log" "$dir/server.log"; exit 1; }
echo ready
cat >/dev/null
"$bin/pg_ctl" -D "$dir/data" -w -s -m immediate stop >/dev/null 2>&1
rm -rf "$dir/data" "$dir"/*.log
`

// Start starts a server and stops it when the test (or benchmark) ends. Where PostgreSQL 15 is not
// installed the test is skipped, or fails if RequirePrograms is set to 1.
func Start(t testing.TB) *Oracle {
	t.Helper()
	bin, version := find(t)
	dir, err := os.MkdirTemp("", "pgoracle-") // not t.TempDir: a socket's path must be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })

	args := []string{"sh", "-c", keeper, "pgoracle", dir, bin}
	if os.Geteuid() == 0 { // PostgreSQL refuses to run as root
		u, err := user.Lookup("postgres")
		if err != nil {
			absent(t, "PostgreSQL needs a user that is not root: %v", err)
		}
		uid, _ := strconv.Atoi(u.Uid)
		gid, _ := strconv.Atoi(u.Gid)
		if err := os.Chown(dir, uid, gid); err != nil {
			t.Fatal(err)
		}
		args = append([]string{"runuser", "-u", "postgres", "--"}, args...)
	}
	if _, err := exec.LookPath(args[0]); err != nil {
		absent(t, "PostgreSQL can't be started: %v", err)
	}
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Dir = dir
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stdin.Close()
		cmd.Wait()
	})
	var said bytes.Buffer
	ready := false
	for lines := bufio.NewScanner(stdout); lines.Scan(); {
		if lines.Text() == "ready" {
			ready = true
			break
		}
		said.WriteString(lines.Text() + "\n")
	}
	if !ready {
		t.Fatalf("PostgreSQL did not start:\n%s", said.String())
	}
	return &Oracle{
		DSN:     "host=" + dir + " port=5432 user=postgres dbname=postgres sslmode=disable",
		Bin:     bin,
		Version: version,
	}
}

// Connect opens a connection that ends with the test.
func (o *Oracle) Connect(t testing.TB) *pgx.Conn {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	c, err := pgx.Connect(ctx, o.DSN)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close(context.Background()) })
	return c
}

// find looks for the programs of PostgreSQL 15: where pg_config says, else where Debian puts them.
func find(t testing.TB) (bin, version string) {
	t.Helper()
	dirs := []string{"/usr/lib/postgresql/15/bin"}
	if out, err := exec.Command("pg_config", "--bindir").Output(); err == nil {
		dirs = append([]string{strings.TrimSpace(string(out))}, dirs...)
	}
	for _, dir := range dirs {
		out, err := exec.Command(filepath.Join(dir, "postgres"), "--version").Output()
		if err != nil {
			continue
		}
		// "postgres (PostgreSQL) 15.8 (Debian 15.8-0+deb12u1)"
		if f := strings.Fields(string(out)); len(f) >= 3 && strings.HasPrefix(f[2], "15.") {
			return dir, f[2]
		}
	}
	absent(t, "PostgreSQL 15 is not installed; it is the oracle of this test")
	return "", ""
}

func absent(t testing.TB, format string, args ...any) {
	t.Helper()
	if os.Getenv(RequirePrograms) == "1" {
		t.Fatalf(format, args...)
	}
	t.Skipf(format, args...)
}
