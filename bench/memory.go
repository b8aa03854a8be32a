package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"
)

// hungry is a statement that wants more memory than it is given.
type hungry struct {
	Name, SQL string
	// Ordered: the order of the rows is part of the answer.
	Ordered bool
}

// hungryStatements are the four that every change is held to, and behind them what else keeps rows.
var hungryStatements = []hungry{
	{Name: "distinct", SQL: "select distinct RequestId, StatusCode from stream"},
	{Name: "order by", SQL: "select timestamp, RequestId, Path, Elapsed, message from stream order by Elapsed desc, RequestId, timestamp", Ordered: true},
	{Name: "join", SQL: "select a.RequestId, a.Path, b.UserId from stream a join stream b on a.RequestId = b.RequestId"},
	{Name: "group by", SQL: "select RequestId, count(*), min(timestamp), max(Elapsed) from stream group by RequestId"},

	{Name: "row_number", SQL: "select RequestId, row_number() over (order by Elapsed, RequestId, timestamp) from stream"},
	{Name: "rank in partitions", SQL: "select RequestId, rank() over w, sum(StatusCode) over w, lag(RequestId) over w from stream window w as (partition by Application order by timestamp, RequestId)"},
	{Name: "share of all", SQL: "select RequestId, count(*) over (partition by Environment), last_value(RequestId) over (partition by Environment order by timestamp, RequestId rows between 3 preceding and unbounded following) from stream"},
	{Name: "count distinct", SQL: "select count(distinct RequestId), count(distinct Sequence), count(distinct message) from stream"},
	{Name: "count distinct by", SQL: "select Application, count(distinct RequestId), count(distinct Sequence) from stream group by Application"},
	{Name: "array_agg by", SQL: "select UserId, array_agg(RequestId order by timestamp, RequestId), string_agg(Path, ',' order by timestamp, RequestId) from stream group by UserId"},
	{Name: "percentiles by", SQL: "select UserId, percentile_cont(0.5) within group (order by Elapsed), mode() within group (order by StatusCode) from stream group by UserId"},
	{Name: "in", SQL: "select RequestId from stream where RequestId in (select RequestId from stream where Elapsed > 20)"},
	{Name: "not in", SQL: "select RequestId from stream where RequestId not in (select RequestId from stream where Elapsed > 20 and RequestId is not null)"},
	{Name: "with", SQL: "with c as materialized (select RequestId, timestamp, Elapsed from stream) select RequestId, timestamp from c where Elapsed > (select avg(Elapsed) from c)"},
	{Name: "series", SQL: "select i, count(*) from generate_series(1, 5000000) i group by i"},
	{Name: "recursion", SQL: "with recursive r(i) as (select i from generate_series(1, 1000000) i union select i + 1000000 from r where i <= 4000000) select i from r"},
}

// essential is how many of them there are that count when they are run at once.
const essential = 4

// hunger is what one statement took.
type hunger struct {
	Name      string        `json:"name"`
	Ample     time.Duration `json:"ample_ns"`
	Took      time.Duration `json:"took_ns"`
	Rows      int64         `json:"rows"`
	Anonymous int64         `json:"rss_anon_max"`
	Files     int64         `json:"temporary_bytes_max"`
	Failed    string        `json:"failed,omitempty"`
}

// hungerFigures is what came of all.
type hungerFigures struct {
	Machine string   `json:"machine"`
	Events  string   `json:"events"`
	WorkMem string   `json:"work_mem"`
	Alone   []hunger `json:"alone"`
	// At once.
	Pool      int64    `json:"query_memory"`
	Bound     int64    `json:"bound"` // what the process is told to stay below
	Together  []hunger `json:"together"`
	Anonymous int64    `json:"rss_anon_max"`
	Waiting   int      `json:"waiting_max"`
	Reserved  int64    `json:"reserved_max"`
}

func memoryCommand() *cobra.Command {
	var s scratch
	d := dataset{}
	m := memoryTest{}
	cmd := &cobra.Command{
		Use:   "memory",
		Short: "Statements over many events with little work_mem: memory, answers, and ten at once",
		Long: `Run statements that keep every row (DISTINCT, ORDER BY, a join, GROUP BY, windows, aggregates' states) twice: with as much memory as they want, on a server that has it,
and with --work-mem on a server with the default settings, whose anonymous memory and temporary files are looked at meanwhile. The rows of both are digested as they come from the wire, and
compared. Then --at-once statements run together on a server whose statements share --query-memory MiB. It fails where answers differ, where a statement fails, or where memory is above the limits.`,
		Example: `  go run ./bench bulk --events 5M --data /tmp/five && go run ./bench memory --data /tmp/five
  go run ./bench memory --data /tmp/five --only 'join,group by' --at-once 0`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := d.check(); err != nil {
				return err
			}
			ctx, out := cmd.Context(), cmd.OutOrStdout()
			dir, end, err := s.begin(ctx)
			if err != nil {
				return err
			}
			defer end()
			if m.data == "" {
				m.data = filepath.Join(dir, "data")
			}
			if _, err := os.Stat(m.data); err != nil {
				if _, err := load(ctx, s.binary, dir, m.data, d, true); err != nil {
					return err
				}
			}
			m.binary, m.out = s.binary, out
			f, err := m.run(ctx)
			return errors.Join(err, s.save(f))
		},
	}
	s.flags(cmd)
	d.flags(cmd, 5_000_000)
	cmd.Flags().StringVar(&m.data, "data", "", "data directory with events, or that is to be made and kept; a scratch one unless given")
	cmd.Flags().StringVar(&m.workMem, "work-mem", "16MB", "work_mem of the statements that shall do with little")
	cmd.Flags().StringSliceVar(&m.only, "only", nil, "names of the statements to run; all unless given")
	cmd.Flags().Int64Var(&m.limitMB, "limit", 300, "fail where one of the four takes the server above so many MiB of anonymous memory; 0: never")
	cmd.Flags().IntVar(&m.atOnce, "at-once", 10, "statements that run together at the end; 0: none")
	cmd.Flags().Int64Var(&m.poolMB, "query-memory", 128, "MiB that these share")
	return cmd
}

// memoryTest is the parameters of a run.
type memoryTest struct {
	binary, data string
	workMem      string
	only         []string
	limitMB      int64
	atOnce       int
	poolMB       int64
	out          io.Writer
}

func (m *memoryTest) run(ctx context.Context) (*hungerFigures, error) {
	f := &hungerFigures{Machine: machine(), WorkMem: m.workMem}
	var list []hungry
	for _, h := range hungryStatements {
		if len(m.only) == 0 || slices.Contains(m.only, h.Name) {
			list = append(list, h)
		}
	}
	if len(list) == 0 {
		return f, fmt.Errorf("--only names none of the statements")
	}
	want := map[string]digest{}
	if err := m.ample(ctx, f, list, want); err != nil {
		return f, err
	}
	fmt.Fprintf(m.out, "%s\n%s events, work_mem = %s\n\n", f.Machine, f.Events, m.workMem)
	bad := m.alone(ctx, f, list, want)
	f.printAlone(m.out)
	if m.atOnce > 0 {
		mixed := slices.DeleteFunc(slices.Clone(list), func(h hungry) bool { return !slices.Contains(hungryStatements[:essential], h) })
		if len(mixed) == 0 {
			mixed = list
		}
		if err := m.together(ctx, f, mixed, want); err != nil {
			bad = errors.Join(bad, err)
		}
		f.printTogether(m.out)
	}
	return f, bad
}

// ample runs the statements on a server with as much memory as they want.
func (m *memoryTest) ample(ctx context.Context, f *hungerFigures, list []hungry, want map[string]digest) error {
	srv, err := startServer(ctx, m.binary, m.data, "--query-memory", "65536")
	if err != nil {
		return err
	}
	defer srv.stop()
	c, err := pgconn.Connect(ctx, srv.dsn())
	if err != nil {
		return err
	}
	defer c.Close(ctx)
	n, err := c.Exec(ctx, "set timezone = 'UTC'; set work_mem = '1GB'; set hash_mem_multiplier = 16; select count(*) from stream").ReadAll()
	if err != nil {
		return err
	}
	f.Events = string(n[len(n)-1].Rows[0][0])
	for _, h := range list {
		start := time.Now()
		g, err := digestOf(ctx, c, h.SQL)
		if err != nil {
			return fmt.Errorf("%s, with ample memory: %w", h.Name, err)
		}
		want[h.Name] = g
		f.Alone = append(f.Alone, hunger{Name: h.Name, Ample: time.Since(start), Rows: g.rows})
	}
	return nil
}

// alone runs the statements one after the other with little memory, each on a server that has just been started.
func (m *memoryTest) alone(ctx context.Context, f *hungerFigures, list []hungry, want map[string]digest) error {
	var bad error
	for i, h := range list {
		one := &f.Alone[i]
		if err := m.one(ctx, h, one, want[h.Name]); err != nil {
			one.Failed = err.Error()
			bad = errors.Join(bad, fmt.Errorf("%s: %w", h.Name, err))
		}
		if over := one.Anonymous - m.limitMB<<20; m.limitMB > 0 && over > 0 && slices.Contains(hungryStatements[:essential], h) {
			bad = errors.Join(bad, fmt.Errorf("%s: %d MiB of anonymous memory are more than %d", h.Name, one.Anonymous>>20, m.limitMB))
		}
	}
	return bad
}

func (m *memoryTest) one(ctx context.Context, h hungry, one *hunger, want digest) error {
	srv, err := startServer(ctx, m.binary, m.data)
	if err != nil {
		return err
	}
	disk := startWatchOf(m.temporary)
	start := time.Now()
	g, err := m.ask(ctx, srv, h)
	one.Took = time.Since(start)
	one.Files = disk.stop().MaxAnonymous
	one.Anonymous = srv.watch.look().MaxAnonymous
	if _, serr := srv.stop(); err == nil {
		err = serr
	}
	if err == nil {
		err = want.differ(g, h.Ordered)
	}
	return err
}

// ask runs a statement with little memory on a connection of its own.
func (m *memoryTest) ask(ctx context.Context, srv *server, h hungry) (digest, error) {
	c, err := pgconn.Connect(ctx, srv.dsn())
	if err != nil {
		return digest{}, err
	}
	defer c.Close(ctx)
	if err := c.Exec(ctx, "set timezone = 'UTC'; set work_mem = '"+m.workMem+"'").Close(); err != nil {
		return digest{}, err
	}
	return digestOf(ctx, c, h.SQL)
}

// temporary is the bytes of the server's temporary files, as if they were memory: for a watch.
func (m *memoryTest) temporary() (memory, bool) {
	var sum int64
	list, _ := os.ReadDir(filepath.Join(m.data, "tmp"))
	for _, e := range list {
		if info, err := e.Info(); err == nil {
			sum += info.Size()
		}
	}
	return memory{Anonymous: sum, MaxAnonymous: sum}, true
}

// together runs statements at once on a server that has too little memory for all.
func (m *memoryTest) together(ctx context.Context, f *hungerFigures, list []hungry, want map[string]digest) error {
	f.Pool, f.Bound = m.poolMB<<20, (m.poolMB+64+256)<<20
	http, err := freeAddress()
	if err != nil {
		return err
	}
	srv, err := startServer(ctx, m.binary, m.data, "--query-memory", strconv.FormatInt(m.poolMB, 10), "--http", http)
	if err != nil {
		return err
	}
	pool := startPoolWatch(http)
	f.Together = make([]hunger, m.atOnce)
	var g errgroup.Group
	start := time.Now()
	for i := range f.Together {
		h, one := list[i%len(list)], &f.Together[i]
		one.Name = h.Name
		g.Go(func() error {
			got, err := m.ask(ctx, srv, h)
			one.Took, one.Rows = time.Since(start), got.rows
			if err == nil {
				err = want[h.Name].differ(got, h.Ordered)
			}
			if err != nil {
				one.Failed = err.Error()
				return fmt.Errorf("%s, one of %d at once: %w", h.Name, m.atOnce, err)
			}
			return nil
		})
	}
	err = g.Wait()
	f.Waiting, f.Reserved = pool.stop()
	f.Anonymous = srv.watch.look().MaxAnonymous
	if _, serr := srv.stop(); err == nil {
		err = serr
	}
	if over := f.Anonymous - f.Bound; over > 0 {
		err = errors.Join(err, fmt.Errorf("%d at once: %d MiB of anonymous memory are more than %d", m.atOnce, f.Anonymous>>20, f.Bound>>20))
	}
	return err
}

func (f *hungerFigures) printAlone(w io.Writer) {
	rows := [][]string{{"statement", "rows", "ample s", "little s", "RssAnon max MiB", "temporary MiB", "answer"}}
	for _, h := range f.Alone {
		rows = append(rows, []string{h.Name, count(h.Rows), fmt.Sprintf("%.1f", h.Ample.Seconds()), fmt.Sprintf("%.1f", h.Took.Seconds()),
			fmt.Sprint(h.Anonymous >> 20), fmt.Sprint(h.Files >> 20), h.verdict()})
	}
	table(w, rows)
}

func (h hunger) verdict() string {
	if h.Failed != "" {
		return "FAILED: " + strings.ReplaceAll(h.Failed, "\n", " ")
	}
	return "the same"
}

func (f *hungerFigures) printTogether(w io.Writer) {
	fmt.Fprintf(w, "\n%d at once, sharing %d MiB: %d MiB reserved at most, %d statements waiting at most, %d MiB of anonymous memory at most, of %d\n\n",
		len(f.Together), f.Pool>>20, f.Reserved>>20, f.Waiting, f.Anonymous>>20, f.Bound>>20)
	rows := [][]string{{"statement", "rows", "s", "answer"}}
	for _, h := range f.Together {
		rows = append(rows, []string{h.Name, count(h.Rows), fmt.Sprintf("%.1f", h.Took.Seconds()), h.verdict()})
	}
	table(w, rows)
}
