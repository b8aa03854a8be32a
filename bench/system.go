package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// system is one of the peers, flare-pg among them. One has the machine at a time.
type system interface {
	// prepare starts it with its files below dir; an error that is errAbsent says that it is not on this machine.
	prepare(ctx context.Context, dir string) error
	// load stores the events, settles what that left, and tells how long both took.
	load(ctx context.Context, e eventFile) (time.Duration, error)
	// version is known once it is prepared.
	version() string
	disk(ctx context.Context) (int64, error)
	memory() memory
	// statements are the questions in its language, by ID.
	statements(s subject) map[string]statement
	// ask runs a statement once for its answer, which warms up, and then runs times.
	ask(ctx context.Context, st statement, runs int) (timing, error)
	// cold stops the system, calls forget with the directory that holds its data, starts it again and runs the statement once.
	cold(ctx context.Context, st statement, forget func(dir string) error) (time.Duration, error)
	close() error
}

// statement is a query as one system is asked it.
type statement struct {
	Text string
	// Columns names the cells of a row, for a system that answers with named fields; "" is all fields.
	Columns []string
	// Within is how far, relatively, numbers may lie from the exact ones where the system estimates; 0: it must be exact.
	Within float64
}

// exactly makes statements that must give the exact answer.
func exactly(texts map[string]string) map[string]statement {
	all := make(map[string]statement, len(texts))
	for id, text := range texts {
		all[id] = statement{Text: text}
	}
	return all
}

// errAbsent is a system that can't be measured here.
var errAbsent = errors.New("not on this machine")

func absent(format string, args ...any) error {
	return fmt.Errorf("%w: %w", errAbsent, fmt.Errorf(format, args...))
}

// eventFile is the events as NDJSON.
type eventFile struct {
	Path    string
	Bytes   int64
	Dataset dataset
}

// entrant is a system with its names.
type entrant struct {
	Name  string // for --systems
	Title string // for tables, before its version
	How   string // how the events are kept, after its version
	make  func(s *scratch) system
}

func (e entrant) title(version string) string {
	t := e.Title
	if version != "" {
		t += " " + version
	}
	if e.How != "" {
		t += ", " + e.How
	}
	return t
}

// entrants are all systems; the first is the one that others are compared with.
var entrants = []entrant{
	{"flare-pg", "flare-pg", "", func(s *scratch) system { return &flareSystem{binary: s.binary} }},
	{"duckdb", "DuckDB", "typed columns", func(s *scratch) system { return &embedded{way: duckdbTyped, install: &s.node} }},
	{"duckdb-json", "DuckDB", "JSON", func(s *scratch) system { return &embedded{way: duckdbJSON, install: &s.node} }},
	{"clickhouse", "ClickHouse", "typed columns", func(s *scratch) system { return &embedded{way: clickhouseTyped, install: &s.node} }},
	{"clickhouse-json", "ClickHouse", "JSON", func(s *scratch) system { return &embedded{way: clickhouseJSON, install: &s.node} }},
	{"victorialogs", "VictoriaLogs", "", func(*scratch) system { return &victoriaLogs{} }},
	{"postgresql", "PostgreSQL", "jsonb", func(*scratch) system { return &postgresSystem{} }},
	{"postgresql-tuned", "PostgreSQL", "jsonb, tuned", func(*scratch) system { return &postgresSystem{tuned: true} }},
}

// sqlEntrants are those whose SQL is close enough to be asked the second set.
var sqlEntrants = append(slices.Clone(entrants[:2]),
	entrant{"postgresql-typed", "PostgreSQL", "typed columns", func(*scratch) system { return &postgresSystem{typed: true} }})
