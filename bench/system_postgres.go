package main

import (
	"context"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// postgresSystem is PostgreSQL 15 with the events as jsonb, or typed in columns.
type postgresSystem struct {
	tuned bool
	typed bool
	named string
	pg    *postgres
	conn  *pgx.Conn
	size  int64
	watch *watch
	taken memory
}

// What somebody would do who knows the eleven queries: an index for each that an index on an expression can help. Aggregates over all events stay what they
// are, since PostgreSQL reads no expression from an index alone.
var tuning = []string{
	"create extension pg_trgm",
	"create index on events using hash ((d->>'RequestId'))",
	"create index on events using gin ((" + pgMessage + ") gin_trgm_ops)",
	"create index on events using gin ((d->>'@x') gin_trgm_ops)",
	"create index on events ((d->>'Environment'), (d->>'Method'), (" + pgElapsed + "))",
	"create index on events (t) where d->>'Environment' = 'Production' and d->>'@l' = 'Error'",
}

// A column for what somebody would declare who knows the second set, with the names that flare-pg has; of the rest the nested object.
var typing = []string{
	`create table stream as select t as timestamp, ` + pgLevel + ` as level, d->>'@tr' as trace_id, d->>'@x' as exception, ` + pgMessage + ` || ' in ' || (d->>'Elapsed') || ' ms' as message,
		d->>'Application' as Application, d->>'Environment' as Environment, d->>'MachineName' as MachineName, d->>'Method' as Method, d->>'Path' as Path, (d->>'StatusCode')::int as StatusCode, ` +
		pgElapsed + ` as Elapsed, d->>'RequestId' as RequestId, (d->>'UserId')::int as UserId, d->>'UserName' as UserName, jsonb_build_object('Data', d->'Data') as properties from events`,
	"drop table events",
	"create index on stream (timestamp)",
	"create index on stream (trace_id)",
	"create index on stream (RequestId)",
	"create index on stream (UserId)",
}

func (p *postgresSystem) prepare(ctx context.Context, _ string) error {
	bin, err := postgresPrograms(ctx)
	if err != nil {
		return absent("%w", err)
	}
	if p.pg, err = startPostgres(ctx, bin); err != nil {
		return err
	}
	if err := p.connect(ctx); err != nil {
		return err
	}
	if err := p.conn.QueryRow(ctx, "select split_part(current_setting('server_version'), ' ', 1)").Scan(&p.named); err != nil {
		return err
	}
	if p.tuned {
		var has bool
		if err := p.conn.QueryRow(ctx, "select exists (select from pg_available_extensions where name = 'pg_trgm')").Scan(&has); err != nil {
			return err
		}
		if !has {
			return absent("PostgreSQL lacks its extension pg_trgm")
		}
	}
	return nil
}

func (p *postgresSystem) connect(ctx context.Context) (err error) {
	p.watch = startWatchOf(func() (memory, bool) { return memoryOfTree(p.pg.postmaster()) })
	p.conn, err = connectUTC(ctx, p.pg.dsn)
	return err
}

func (p *postgresSystem) version() string { return p.named }

func (p *postgresSystem) load(ctx context.Context, e eventFile) (took time.Duration, err error) {
	var more []string
	switch {
	case p.tuned:
		more = tuning
	case p.typed:
		more = typing
	}
	took, p.size, err = p.pg.load(ctx, e.Dataset, p.table(), more...)
	return took, err
}

// table is the one that is asked.
func (p *postgresSystem) table() string {
	if p.typed {
		return "stream"
	}
	return "events"
}

func (p *postgresSystem) disk(context.Context) (int64, error) { return p.size, nil }

func (p *postgresSystem) memory() memory { return p.taken.atMost(p.watch.look()) }

func (p *postgresSystem) statements(s subject) map[string]statement {
	texts := map[string]string{}
	for _, q := range slices.Concat(questionsAbout(s), sqlQuestions(s)) {
		texts[q.ID] = q.Postgres
	}
	return exactly(texts)
}

func (p *postgresSystem) ask(ctx context.Context, st statement, runs int) (timing, error) {
	return measure(ctx, p.conn, "asked", st.Text, runs)
}

func (p *postgresSystem) cold(ctx context.Context, st statement, forget func(string) error) (time.Duration, error) {
	p.disconnect()
	err := p.pg.restart(func() error { return forget(p.pg.dir) })
	if err != nil {
		return 0, err
	}
	if err := p.connect(ctx); err != nil {
		return 0, err
	}
	return once(ctx, p.conn, st.Text)
}

func (p *postgresSystem) disconnect() {
	if p.watch == nil {
		return
	}
	if p.conn != nil {
		p.conn.Close(context.Background())
	}
	p.taken = p.taken.atMost(p.watch.stop())
	p.conn, p.watch = nil, nil
}

func (p *postgresSystem) close() error {
	if p.pg == nil {
		return nil
	}
	p.disconnect()
	p.pg.stop()
	return nil
}

// postmaster is the process that PostgreSQL's others are children of; 0 while there is none.
func (p *postgres) postmaster() int {
	b, err := os.ReadFile(p.dir + "/data/postmaster.pid")
	if err != nil {
		return 0
	}
	line, _, _ := strings.Cut(string(b), "\n")
	pid, _ := strconv.Atoi(line)
	return pid
}
