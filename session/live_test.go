package session

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"go.uber.org/goleak"

	"github.com/flare-pg/flare-pg/catalog"
	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/exec"
	"github.com/flare-pg/flare-pg/pgwire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// live is a server over a store in a temporary directory.
type live struct {
	t     testing.TB
	store *engine.Store
	dir   string // of the store, where serve made it
	addr  string
	wire  *pgwire.Server

	server *Server
	pool   *exec.Pool
}

func serve(t testing.TB) *live {
	t.Helper()
	dir := t.TempDir() + "/data"
	store, err := engine.Open(dir, engine.Options{Create: true})
	if err != nil {
		t.Fatal(err)
	}
	l := serveStore(t, store)
	l.dir = dir
	return l
}

// serveStore serves a store that it closes.
func serveStore(t testing.TB, store *engine.Store) *live {
	t.Helper()
	registry := catalog.NewRegistry()
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	pool := exec.NewPool(exec.PoolOptions{})
	s := NewServer(Config{Store: store, Catalog: catalog.New(registry), Registry: registry, Version: "test", Log: log,
		Memory: func(ctx context.Context, minimum int64) (column.Account, func(), error) {
			a, err := pool.Admit(ctx, minimum)
			if err != nil {
				return nil, nil, err
			}
			return a, a.Close, nil
		},
	})
	wire := pgwire.NewServer(pgwire.Options{Handler: s, Log: log})
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- wire.Serve(context.Background(), ln) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
		defer cancel()
		wire.Shutdown(ctx)
		if err := <-served; err != nil {
			t.Error(err)
		}
		if n := len(s.all()); n != 0 {
			t.Errorf("%d sessions are left", n)
		}
		if bytes, running, _ := pool.Used(); bytes != 0 || running != 0 {
			t.Errorf("%d bytes are accounted still, %d statements run", bytes, running)
		}
		if err := store.Close(); err != nil && !errors.Is(err, engine.ErrPoisoned) {
			t.Error(err)
		}
	})
	return &live{t: t, store: store, addr: ln.Addr().String(), wire: wire, server: s, pool: pool}
}

// conn is a client.
type conn struct {
	*pgx.Conn
	t       testing.TB
	notices *[]string
}

func (l *live) connect(more ...string) *conn {
	l.t.Helper()
	host, port, _ := strings.Cut(l.addr, ":")
	config, err := pgx.ParseConfig("host=" + host + " port=" + port + " user=flare dbname=flare sslmode=disable " + strings.Join(more, " "))
	if err != nil {
		l.t.Fatal(err)
	}
	c := &conn{t: l.t, notices: new([]string)}
	config.OnNotice = func(_ *pgconn.PgConn, n *pgconn.Notice) {
		*c.notices = append(*c.notices, n.Severity+" "+n.Code+" "+n.Message)
	}
	if c.Conn, err = pgx.ConnectConfig(context.Background(), config); err != nil {
		l.t.Fatal(err)
	}
	l.t.Cleanup(func() { c.Close(context.Background()) })
	return c
}

// simple runs SQL by the simple protocol and gives tags and rows, one a line: values joined by "|".
func (c *conn) simple(sql string) (string, error) {
	results, err := c.PgConn().Exec(context.Background(), sql).ReadAll()
	var out []string
	for _, r := range results {
		out = append(out, resultLines(r)...)
	}
	return strings.Join(out, "\n"), err
}

// resultLines gives a result's rows and its tag, a line each.
func resultLines(r *pgconn.Result) (out []string) {
	for _, row := range r.Rows {
		var values []string
		for _, v := range row {
			if v == nil {
				values = append(values, "<null>")
			} else {
				values = append(values, string(v))
			}
		}
		out = append(out, strings.Join(values, "|"))
	}
	if t := r.CommandTag.String(); t != "" {
		out = append(out, t)
	}
	return out
}

// want runs SQL and compares; want "!CODE" is an error.
func (c *conn) want(sql, want string) {
	c.t.Helper()
	got, err := c.simple(sql)
	if e := (*pgconn.PgError)(nil); errors.As(err, &e) {
		if got != "" {
			got += "\n"
		}
		got += "!" + e.Code
		if !strings.HasSuffix(want, e.Code) {
			c.t.Logf("%s: %s %s %s", sql, e.Message, e.Detail, e.Where)
		}
	} else if err != nil {
		got += "!" + err.Error()
	}
	if got != want {
		c.t.Errorf("%s\ngot:  %s\nwant: %s", sql, strings.ReplaceAll(got, "\n", "\n      "), strings.ReplaceAll(want, "\n", "\n      "))
	}
}

func (c *conn) status() byte { return c.PgConn().TxStatus() }
