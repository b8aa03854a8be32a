package main

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
)

// flareSystem is flare-pg: import and VACUUM, then a server that is asked through pgx.
type flareSystem struct {
	binary string
	data   string
	named  string
	taken  memory // by the processes that have ended
	server *server
	conn   *pgx.Conn
}

// flare-pg 1.2.3 (0123456789ab), go1.26 linux/amd64
var versionLine = regexp.MustCompile(`^flare-pg ([^ ,]+)(?: \(([0-9a-f]{7}))?`)

func (f *flareSystem) prepare(ctx context.Context, dir string) error {
	f.data = filepath.Join(dir, "data")
	out, err := exec.CommandContext(ctx, f.binary, "version").Output()
	if err != nil {
		return fmt.Errorf("flare-pg version: %w", err)
	}
	if m := versionLine.FindSubmatch(out); m != nil {
		f.named = string(m[1])
		if f.named == "dev" { // a build of a tree is known by its revision
			f.named = string(m[2])
		}
	}
	return nil
}

func (f *flareSystem) version() string { return f.named }

func (f *flareSystem) load(ctx context.Context, e eventFile) (time.Duration, error) {
	imported, err := run(ctx, nil, f.binary, "import", "--data", f.data, e.Path)
	if err != nil {
		return 0, err
	}
	_, settled, err := settle(ctx, f.binary, f.data)
	if err != nil {
		return 0, err
	}
	u := imported.plus(settled)
	f.taken = u.Memory
	return u.Wall, f.start(ctx)
}

func (f *flareSystem) start(ctx context.Context) (err error) {
	if f.server, err = startServer(ctx, f.binary, f.data); err != nil {
		return err
	}
	f.conn, err = connectUTC(ctx, f.server.dsn())
	return err
}

func (f *flareSystem) stop() error {
	if f.server == nil {
		return nil
	}
	if f.conn != nil {
		f.conn.Close(context.Background())
	}
	u, err := f.server.stop()
	f.server, f.conn = nil, nil
	f.taken = f.taken.atMost(u.Memory)
	return err
}

func (f *flareSystem) disk(context.Context) (int64, error) {
	all, err := filesIn(f.data)
	return all.Bytes, err
}

func (f *flareSystem) memory() memory {
	if f.server == nil {
		return f.taken
	}
	return f.taken.atMost(f.server.watch.look())
}

func (f *flareSystem) statements(s subject) map[string]statement {
	texts := map[string]string{}
	for _, q := range slices.Concat(questionsAbout(s), sqlQuestions(s)) {
		texts[q.ID] = q.Flare
	}
	return exactly(texts)
}

func (f *flareSystem) ask(ctx context.Context, st statement, runs int) (timing, error) {
	return measure(ctx, f.conn, "asked", st.Text, runs)
}

func (f *flareSystem) cold(ctx context.Context, st statement, forget func(string) error) (time.Duration, error) {
	if err := f.stop(); err != nil {
		return 0, err
	}
	if err := forget(f.data); err != nil {
		return 0, err
	}
	if err := f.start(ctx); err != nil {
		return 0, err
	}
	return once(ctx, f.conn, st.Text)
}

func (f *flareSystem) close() error { return f.stop() }

// connectUTC connects with the time zone that all systems answer in.
func connectUTC(ctx context.Context, dsn string) (*pgx.Conn, error) {
	c, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return nil, err
	}
	if _, err := c.Exec(ctx, "set timezone = 'UTC'"); err != nil {
		c.Close(ctx)
		return nil, err
	}
	return c, nil
}

// once runs a statement that is prepared first and gives the time until its last row.
func once(ctx context.Context, c *pgx.Conn, sql string) (time.Duration, error) {
	if _, err := c.Prepare(ctx, "once", sql); err != nil {
		return 0, err
	}
	start := time.Now()
	if _, err := drain(ctx, c, "once"); err != nil {
		return 0, err
	}
	return time.Since(start), nil
}
