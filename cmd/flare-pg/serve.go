package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/flare-pg/flare-pg/catalog"
	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/exec"
	"github.com/flare-pg/flare-pg/pgwire"
	"github.com/flare-pg/flare-pg/session"
	"github.com/flare-pg/flare-pg/translate"
)

// serveFlags are the flags that serve and demo share.
type serveFlags struct {
	listen         string
	http           string
	httpRemote     bool
	socket         string
	connections    int
	startupTimeout time.Duration
	shutdown       time.Duration
	memoryMB       int64
	ramMB          int64
	workers        int
	window         time.Duration
	reserveMB      int64
	tickMB         int64
	logLevel       string
	door           doorFlags
}

func (f *serveFlags) register(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.listen, "listen", "127.0.0.1:5433", "address and port to listen on; port 0 picks a free one. Beyond loopback TLS and a role with a password are needed")
	f.door.register(cmd)
	cmd.Flags().StringVar(&f.http, "http", "", "also serve /metrics (Prometheus), /healthz and /readyz at this address and port; empty: not")
	cmd.Flags().BoolVar(&f.httpRemote, "http-remote", false, "let --http be an address beyond loopback, where anybody can read the figures")
	cmd.Flags().StringVar(&f.socket, "socket", "", "also listen on a Unix socket in this directory")
	cmd.Flags().IntVar(&f.connections, "max-connections", 200, "clients at a time")
	cmd.Flags().DurationVar(&f.startupTimeout, "startup-timeout", 10*time.Second, "how long a client may take to say who it is")
	cmd.Flags().DurationVar(&f.shutdown, "shutdown-timeout", 30*time.Second, "how long running statements may go on after SIGTERM")
	cmd.Flags().Int64Var(&f.memoryMB, "query-memory", 1024, "MiB that all queries together may take; queries wait for it")
	cmd.Flags().Int64Var(&f.ramMB, "recent-memory", 160, "MiB of recent events kept in memory; 0 keeps none")
	cmd.Flags().IntVar(&f.workers, "workers", 0, "goroutines that a statement scans with; 0: one a core")
	cmd.Flags().DurationVar(&f.window, "late-window", time.Hour, "how late events usually come; five minutes of events are merged that long after")
	cmd.Flags().Int64Var(&f.reserveMB, "reserve", 256, "MiB of the disk that writes leave free, for reading, deleting and merging; 0: none")
	cmd.Flags().Int64Var(&f.tickMB, "tick-budget", 1024, "MiB of files not merged yet, past which the oldest are merged early")
	cmd.Flags().StringVar(&f.logLevel, "log-level", "info", "what is logged: debug, info, warn or error")
}

// check refuses numbers that make no sense, before anything is done.
func (f *serveFlags) check() error {
	for _, n := range []struct {
		flag      string
		is, least int64
	}{
		{"max-connections", int64(f.connections), 1}, {"query-memory", f.memoryMB, 1}, {"recent-memory", f.ramMB, 0}, {"workers", int64(f.workers), 0},
		{"reserve", f.reserveMB, 0}, {"tick-budget", f.tickMB, 1}, {"late-window", int64(f.window), 1},
		{"startup-timeout", int64(f.startupTimeout), 1}, {"shutdown-timeout", int64(f.shutdown), 0},
	} {
		const most = 1 << 30 // of a number of MiB, a petabyte
		megabytes := strings.HasSuffix(n.flag, "memory") || n.flag == "reserve" || n.flag == "tick-budget"
		if n.is < n.least || megabytes && n.is > most {
			return usageError{fmt.Errorf("--%s: %d is out of range", n.flag, n.is)}
		}
	}
	return f.door.check()
}

// restMemory is what the process may take besides queries and recent events before the garbage collector works harder:
// connections, commits, file lists, the parser.
const restMemory = 256 << 20

// memoryPatience is how long a statement waits for memory that others hold, once it runs, before it fails.
const memoryPatience = 30 * time.Second

// limitMemory tells the garbage collector how much memory the process should stay below, unless GOMEMLIMIT does.
func (f *serveFlags) limitMemory() {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(f.memoryMB<<20 + f.ramMB<<20 + restMemory)
	}
}

func serveCommand() *cobra.Command {
	var f serveFlags
	var data string
	cmd := &cobra.Command{
		Use:   "serve --data DIR",
		Short: "Run the server",
		Long: `Run the server over a data directory, which is made if it is absent or empty.
It runs until SIGINT or SIGTERM, then finishes what is running and commits; a second
signal ends it at once. Logs go to standard error.

Memory: the garbage collector is told to keep the process below --query-memory plus
--recent-memory plus 256 MiB, unless the variable GOMEMLIMIT says otherwise.`,
		Example: `  flare-pg serve --data ./data
  flare-pg serve --data ./data --listen 127.0.0.1:5433 --socket /tmp`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := requireData(data); err != nil {
				return err
			}
			return f.run(cmd.Context(), data, cmd.OutOrStdout(), cmd.ErrOrStderr(), nil)
		},
	}
	cmd.Flags().StringVar(&data, "data", "", "data directory, made if it is absent or empty")
	f.register(cmd)
	return cmd
}

// run opens the store and serves it until ctx ends. fill, when not nil, is given the store before the first
// client is let in.
func (f *serveFlags) run(ctx context.Context, data string, stdout, stderr io.Writer, fill func(context.Context, *engine.Store) error) (err error) {
	var level slog.Level
	if err := level.UnmarshalText([]byte(f.logLevel)); err != nil {
		return usageError{fmt.Errorf("--log-level %q: want debug, info, warn or error", f.logLevel)}
	}
	if err := f.check(); err != nil {
		return err
	}
	f.limitMemory()
	log := slog.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: level}))

	// Without cgo the SQL grammar is compiled at its first use, for some seconds: now rather than before a client's
	// first answer. Nobody waits for it; a client that comes early does.
	go translate.Warm()

	listeners, err := f.listeners()
	if err != nil {
		return err
	}
	closeAll := func() {
		for _, l := range listeners {
			l.Close()
		}
	}
	var observer net.Listener
	if f.http != "" {
		if observer, err = listenHTTP(f.http, f.httpRemote); err != nil {
			closeAll()
			return err
		}
		listened := closeAll
		closeAll = func() { listened(); observer.Close() }
	}
	recent := f.ramMB << 20
	if recent == 0 {
		recent = -1 // the engine's "none"
	}
	pace := new(pacer)
	store, err := openStore(data, engine.Options{Create: true, RAMBytes: recent, Log: log, Pace: pace.pace, Now: time.Now, Reserve: f.reserveMB << 20})
	if err != nil {
		closeAll()
		return err
	}
	defer func() {
		if cerr := store.Close(); err == nil && cerr != nil {
			err = fmt.Errorf("closing the store: %w", cerr)
		}
	}()
	first, err := firstUser(ctx, store)
	if err != nil {
		closeAll()
		return err
	}
	if first != "" {
		log.Info("made the first superuser", "role", first)
	}
	door, err := f.openDoor(data, log, store)
	if err != nil {
		closeAll()
		return err
	}
	if fill != nil {
		if err := fill(ctx, store); err != nil {
			closeAll()
			return err
		}
	}

	registry := catalog.NewRegistry()
	provideFiles(registry, store)
	provideColumns(registry, store)
	provideGenerations(registry, store)
	provideMaintenance(registry, store)
	provideRules(registry, door)
	pool := exec.NewPool(exec.PoolOptions{Total: f.memoryMB << 20, Patience: memoryPatience})
	upkeep := &maintainer{store: store, log: log, window: f.window, tickBytes: f.tickMB << 20, retention: catalog.Retention}
	figures := newMetrics()
	handler := session.NewServer(session.Config{
		Maintain: upkeep.options,
		Observer: figures,
		Rules:    door.rules.Load, PlainRemote: f.door.noTLS, TrustRemote: f.door.noAuth, Reserved: f.reservedConnections(),
		Store: store, Catalog: catalog.New(registry), Registry: registry, Version: version, MaxConnections: f.connections, Log: log, Workers: f.workers,
		Memory: func(ctx context.Context, minimum int64) (column.Account, func(), error) {
			a, err := pool.Admit(ctx, minimum)
			if err != nil {
				return nil, nil, err
			}
			return a, a.Close, nil
		},
	})
	if err := handler.DropTemporary(ctx); err != nil {
		return fmt.Errorf("temporary tables of an earlier run: %w", err)
	}
	pace.setBusy(handler.Running)
	server := pgwire.NewServer(pgwire.Options{
		Handler: handler, MaxConnections: f.connections, StartupTimeout: f.startupTimeout, Log: log,
		Gate: handler, TLS: door.config(), Reserved: f.reservedConnections(),
	})

	host, port, _ := net.SplitHostPort(listeners[0].Addr().String())
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	if first == "" {
		first = "flare"
	}
	fmt.Fprintf(stdout, "flare-pg %s\n  data  %s\n  ask   psql -h %s -p %s -U %s\n", version, data, host, port, first)
	log.Info("listening", "address", listeners[0].Addr().String(), "data", data)

	figures.watch(store, server, pool)
	if observer != nil {
		o := observe(observer, figures, func() error { return f.ready(ctx, store) }, log)
		defer o.close()
		fmt.Fprintf(stdout, "  watch http://%s/metrics\n", observer.Addr())
	}
	maintaining, stopMaintaining := context.WithCancel(ctx)
	var serving, keeping sync.WaitGroup
	keeping.Go(func() { upkeep.run(maintaining) })
	keeping.Go(func() { upkeep.condense(maintaining) })
	defer keeping.Wait() // before the store is closed
	defer stopMaintaining()
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP)
	defer signal.Stop(hangup)
	keeping.Go(func() { door.reload(maintaining, hangup) })
	failed := make(chan error, len(listeners))
	for _, l := range listeners {
		serving.Go(func() { failed <- server.Serve(ctx, l) })
	}
	select {
	case <-ctx.Done():
		log.Info("stopping; a second signal ends it at once", "wait_at_most", f.shutdown.String())
	case err = <-failed:
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), f.shutdown)
	defer cancel()
	if serr := server.Shutdown(last); serr != nil && !errors.Is(serr, context.DeadlineExceeded) && err == nil {
		err = serr
	}
	serving.Wait()
	log.Info("stopped")
	return err
}

// listeners opens the TCP address, and the Unix socket if one is wanted.
func (f *serveFlags) listeners() ([]net.Listener, error) {
	host, port, err := net.SplitHostPort(f.listen)
	if err != nil {
		return nil, usageError{fmt.Errorf("--listen %q: want ADDRESS:PORT, such as 127.0.0.1:5433", f.listen)}
	}
	if err := f.door.mayListen(f.listen, loopback(host)); err != nil {
		return nil, err
	}
	if n, err := strconv.Atoi(port); err != nil || n < 0 || n > 65535 {
		return nil, usageError{fmt.Errorf("--listen %q: the port must be a number from 0 to 65535", f.listen)}
	}
	tcp, err := net.Listen("tcp", f.listen)
	if err != nil {
		return nil, listenError(f.listen, err)
	}
	if f.socket == "" {
		return []net.Listener{tcp}, nil
	}
	path := filepath.Join(f.socket, ".s.PGSQL."+strconv.Itoa(tcp.Addr().(*net.TCPAddr).Port))
	if c, err := net.Dial("unix", path); err == nil {
		c.Close()
		tcp.Close()
		return nil, fmt.Errorf("can't listen on %s: another server answers there", path)
	}
	os.Remove(path) // left by a killed process: nobody answers on it
	unix, err := net.Listen("unix", path)
	if err != nil {
		tcp.Close()
		return nil, listenError(path, err)
	}
	return []net.Listener{tcp, unix}, nil
}

// listenError says why nobody can listen there, without the calls that found out.
func listenError(address string, err error) error {
	if errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Errorf("can't listen on %s: the port is in use; stop who has it, or name another with --listen (port 0 picks a free one)", address)
	}
	var call *os.SyscallError
	if errors.As(err, &call) {
		err = call.Err
	}
	return fmt.Errorf("can't listen on %s: %w", address, err)
}

// openDoor reads what says who gets in, and refuses to serve other machines where that would be nobody, or everybody.
func (f *serveFlags) openDoor(data string, log *slog.Logger, store *engine.Store) (*door, error) {
	host, _, _ := net.SplitHostPort(f.listen)
	d, err := f.door.open(data, host, log)
	if err != nil {
		return nil, err
	}
	tx := store.Read()
	defer tx.Close()
	if !loopback(host) {
		if err := f.door.inhabited(tx.Schema(), d.rules.Load()); err != nil {
			return nil, fmt.Errorf("--listen %s: %w", f.listen, err)
		}
		if f.door.noAuth {
			log.Warn("other machines are let in without a password (--insecure-no-auth)")
		}
		if f.door.noTLS {
			log.Warn("other machines are let in without TLS (--insecure-no-tls)")
		}
	}
	return d, nil
}

// reservedConnections is how many connections superusers have for themselves; never all of few.
func (f *serveFlags) reservedConnections() int {
	return min(f.door.reserved, f.connections/4)
}

// ready gives the reason why the server takes no work, or none that writes.
func (f *serveFlags) ready(ctx context.Context, store *engine.Store) error {
	if ctx.Err() != nil {
		return errors.New("shutting down")
	}
	if err := store.Poisoned(); err != nil {
		return fmt.Errorf("the store takes no writes: %w", err)
	}
	if free := store.Stats().Free; free >= 0 && free < f.reserveMB<<20 {
		return fmt.Errorf("the disk is nearly full: %d MiB are free, and the last %d are kept free", free>>20, f.reserveMB)
	}
	return nil
}
