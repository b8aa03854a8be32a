package main

import (
	"context"
	"path/filepath"
	"time"
)

// embedded is an engine that runs in a process of ours. Its two sorts and their ways of keeping events are in files of their own.
type embedded struct {
	way     way
	install *nodeProgram
	program string
	path    string
	named   string
	node    *node
	taken   memory
}

// way is how an engine keeps the events.
type way struct {
	kind  string // of the Node program
	files string // what the database is called below the scratch directory
	load  func(path string) []string
	// bytes asks for what the events take on the disk; where it is "" the files are counted.
	bytes      string
	statements func(s subject) map[string]statement
}

func (e *embedded) prepare(ctx context.Context, dir string) (err error) {
	if e.program, err = e.install.get(ctx); err != nil {
		return err
	}
	e.path = filepath.Join(dir, e.way.files)
	return e.start()
}

func (e *embedded) start() (err error) {
	if e.node, err = startNode(e.program, e.way.kind, e.path); err != nil {
		return err
	}
	e.named = e.node.Version
	return nil
}

func (e *embedded) stop() error {
	if e.node == nil {
		return nil
	}
	m, err := e.node.stop()
	e.taken, e.node = e.taken.atMost(m), nil
	return err
}

func (e *embedded) version() string { return e.named }

func (e *embedded) load(ctx context.Context, events eventFile) (time.Duration, error) {
	path, err := filepath.Abs(events.Path)
	if err != nil {
		return 0, err
	}
	start := time.Now()
	for _, sql := range e.way.load(path) {
		if err := e.node.run(ctx, sql); err != nil {
			return 0, err
		}
	}
	return time.Since(start), nil
}

func (e *embedded) disk(ctx context.Context) (int64, error) {
	if e.way.bytes == "" {
		all, err := filesIn(filepath.Dir(e.path))
		return all.Bytes, err
	}
	r, err := e.node.do(ctx, "ask", e.way.bytes, 0)
	if err != nil {
		return 0, err
	}
	return wholeNumber(r.Rows)
}

func (e *embedded) memory() memory {
	if e.node == nil {
		return e.taken
	}
	return e.taken.atMost(e.node.watch.look())
}

func (e *embedded) statements(s subject) map[string]statement { return e.way.statements(s) }

func (e *embedded) ask(ctx context.Context, st statement, runs int) (t timing, err error) {
	r, err := e.node.do(ctx, "ask", st.Text, 0)
	if err != nil {
		return t, err
	}
	took, err := e.node.time(ctx, st.Text, runs)
	if err != nil {
		return t, err
	}
	return timingOf(r.Rows, took), nil
}

func (e *embedded) cold(ctx context.Context, st statement, forget func(string) error) (time.Duration, error) {
	if err := e.stop(); err != nil {
		return 0, err
	}
	if err := forget(filepath.Dir(e.path)); err != nil {
		return 0, err
	}
	if err := e.start(); err != nil {
		return 0, err
	}
	took, err := e.node.time(ctx, st.Text, 1)
	if err != nil {
		return 0, err
	}
	return took[0], nil
}

func (e *embedded) close() error { return e.stop() }
