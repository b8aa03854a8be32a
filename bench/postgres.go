package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/flare-pg/flare-pg/ingest/demo"
)

// postgres is a scratch PostgreSQL 15 of its own.
type postgres struct {
	dsn   string
	dir   string
	cmd   *exec.Cmd
	stdin io.WriteCloser
	said  *bufio.Scanner
}

// The cluster ends with the standard input of the shell that keeps it, so also when this process is killed; until then the shell stops and starts it as it is
// told. $1 is its directory, $2 that of the programs. fsync is on, as in flare-pg; memory is what a small server would be given.
const keeper = `
dir=$1 bin=$2
trap '' INT
start() {
  "$bin/pg_ctl" -D "$dir/data" -w -s -l "$dir/log" -o "-k '$dir' -p 5432 -c listen_addresses= -c timezone=UTC -c shared_buffers=512MB -c work_mem=64MB -c maintenance_work_mem=256MB -c max_wal_size=4GB" start >"$dir/start" 2>&1 || { cat "$dir/start" "$dir/log"; exit 1; }
  echo ready
}
"$bin/initdb" -D "$dir/data" -U postgres -A trust -N --encoding=UTF8 --locale=C.UTF-8 >"$dir/log" 2>&1 || { cat "$dir/log"; exit 1; }
start
while read -r what; do
  case $what in
  stop) "$bin/pg_ctl" -D "$dir/data" -w -s -m fast stop 2>&1 && echo stopped ;;
  start) start ;;
  esac
done
"$bin/pg_ctl" -D "$dir/data" -w -s -m immediate stop >/dev/null 2>&1
rm -rf "$dir/data" "$dir/log" "$dir/start"
`

// postgresPrograms gives the directory of PostgreSQL 15's programs.
func postgresPrograms(ctx context.Context) (bin string, err error) {
	bin = "/usr/lib/postgresql/15/bin"
	if out, err := exec.CommandContext(ctx, "pg_config", "--bindir").Output(); err == nil {
		bin = strings.TrimSpace(string(out))
	}
	if out, err := exec.CommandContext(ctx, filepath.Join(bin, "postgres"), "--version").Output(); err != nil || !strings.Contains(string(out), ") 15.") {
		return "", fmt.Errorf("PostgreSQL 15 is not in %s: %s %w", bin, out, err)
	}
	return bin, nil
}

func startPostgres(ctx context.Context, bin string) (p *postgres, err error) {
	dir, err := os.MkdirTemp("", "flare-pg-peer-") // not the scratch directory: a socket's path must be short, and postgres must get there
	if err != nil {
		return nil, err
	}
	p = &postgres{dir: dir, dsn: "host=" + dir + " port=5432 user=postgres dbname=postgres sslmode=disable"}
	args := []string{"sh", "-c", keeper, "keeper", dir, bin}
	if os.Geteuid() == 0 { // PostgreSQL refuses to run as root
		u, err := user.Lookup("postgres")
		if err != nil {
			return nil, errors.Join(err, os.RemoveAll(dir))
		}
		uid, _ := strconv.Atoi(u.Uid)
		gid, _ := strconv.Atoi(u.Gid)
		if err := os.Chown(dir, uid, gid); err != nil {
			return nil, errors.Join(err, os.RemoveAll(dir))
		}
		args = append([]string{"runuser", "-u", "postgres", "--"}, args...)
	}
	p.cmd = exec.Command(args[0], args[1:]...)
	p.cmd.Dir = dir
	stdin, err := p.cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	p.stdin = stdin
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.said = bufio.NewScanner(out)
	if err := p.cmd.Start(); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	if err := p.await("ready"); err != nil {
		p.stop()
		return nil, err
	}
	return p, ctx.Err()
}

// await reads what the keeper says until it says that.
func (p *postgres) await(word string) error {
	var said strings.Builder
	for p.said.Scan() {
		if p.said.Text() == word {
			return nil
		}
		said.WriteString(p.said.Text() + "\n")
	}
	return fmt.Errorf("PostgreSQL is not %s:\n%s", word, said.String())
}

// restart stops the cluster in order, does what is to be done between, and starts it again.
func (p *postgres) restart(between func() error) error {
	for _, step := range []struct{ do, done string }{{"stop", "stopped"}, {"start", "ready"}} {
		if _, err := io.WriteString(p.stdin, step.do+"\n"); err != nil {
			return err
		}
		if err := p.await(step.done); err != nil {
			return err
		}
		if step.do == "stop" {
			if err := between(); err != nil {
				return err
			}
		}
	}
	return nil
}

func (p *postgres) stop() {
	p.stdin.Close()
	p.cmd.Wait()
	os.RemoveAll(p.dir)
}

// load fills the table events, runs more statements, such as for further indexes, and returns how long that took and the bytes of a table with its indexes.
func (p *postgres) load(ctx context.Context, d dataset, table string, more ...string) (took time.Duration, size int64, err error) {
	c, err := pgx.Connect(ctx, p.dsn)
	if err != nil {
		return 0, 0, err
	}
	defer c.Close(ctx)
	start := time.Now()
	if _, err := c.Exec(ctx, "create table events (t timestamptz not null, d jsonb not null)"); err != nil {
		return 0, 0, err
	}
	r := &rowReader{ctx: ctx, g: d.generator(), left: d.Events}
	// csv with a quote and a delimiter that JSON can't contain takes each document as it stands.
	if _, err := c.PgConn().CopyFrom(ctx, r, `copy events from stdin (format csv, quote E'\x01', delimiter E'\x02')`); err != nil {
		return 0, 0, err
	}
	for _, sql := range slices.Concat([]string{"create index on events (t)"}, more, []string{"vacuum analyze " + table}) {
		if _, err := c.Exec(ctx, sql); err != nil {
			return 0, 0, err
		}
	}
	took = time.Since(start)
	return took, size, c.QueryRow(ctx, "select pg_total_relation_size($1)", table).Scan(&size)
}

// rowReader gives the events as rows of the table.
type rowReader struct {
	ctx       context.Context
	g         *demo.Generator
	left      int64
	line, buf []byte
	rest      []byte // of buf
}

func (r *rowReader) Read(p []byte) (int, error) {
	if len(r.rest) == 0 {
		if r.left == 0 {
			return 0, io.EOF
		}
		if err := r.ctx.Err(); err != nil {
			return 0, err
		}
		r.buf = r.buf[:0]
		for r.left > 0 && len(r.buf) < chunk {
			r.line = r.g.Next(r.line[:0])
			// PostgreSQL would round the seventh digit of the time; flare-pg's SQL shows the microseconds that have begun.
			t := r.line[len(timePrefix):][:len("2024-05-01T14:12:55.319322")]
			r.buf = append(append(append(r.buf, t...), "Z\x02"...), r.line...)
			r.buf = append(r.buf, '\n')
			r.left--
		}
		r.rest = r.buf
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

// timePrefix is how each generated event begins; its time follows, in 28 bytes.
const timePrefix = `{"@t":"`
