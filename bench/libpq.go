package main

import (
	"bufio"
	"bytes"
	"context"
	_ "embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

//go:embed libpq/ask.c
var libpqSource []byte

// libpqClient is a small C program over libpq, the library that most drivers are made of.
type libpqClient struct{ path, conninfo string }

// libpqRun is one run of a statement through libpq.
type libpqRun struct {
	First, Whole time.Duration // until the first row was there, and the last
	Rows         int64
}

// buildLibpq builds the client with the C compiler (CC, else cc). It takes a compiler and libpq's headers.
func buildLibpq(ctx context.Context, dir string) (string, error) {
	source, path := filepath.Join(dir, "ask.c"), filepath.Join(dir, "ask")
	if err := os.WriteFile(source, libpqSource, 0o600); err != nil {
		return "", err
	}
	cc := os.Getenv("CC")
	if cc == "" {
		cc = "cc"
	}
	args := []string{"-O2", "-o", path, source}
	if headers, err := exec.CommandContext(ctx, "pg_config", "--includedir").Output(); err == nil {
		args = append(args, "-I"+strings.TrimSpace(string(headers)))
	}
	if out, err := exec.CommandContext(ctx, cc, append(args, "-lpq")...).CombinedOutput(); err != nil {
		return "", fmt.Errorf("a C compiler and libpq's headers are needed (Debian: gcc, libpq-dev): %w\n%s", err, out)
	}
	return path, nil
}

// ask runs a prepared statement and gives its runs without the first, which warms up. way is "whole", "rows" or "first", as ask.c says.
func (l libpqClient) ask(ctx context.Context, way string, binary bool, runs int, sql string) ([]libpqRun, error) {
	format := "0"
	if binary {
		format = "1"
	}
	var said bytes.Buffer
	cmd := exec.CommandContext(ctx, l.path, l.conninfo, way, format, strconv.Itoa(runs+1), sql)
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%s: %w\n%s", sql, err, said.String())
	}
	var all []libpqRun
	for lines := bufio.NewScanner(bytes.NewReader(out)); lines.Scan(); {
		var first, whole, rows int64
		if _, err := fmt.Sscan(lines.Text(), &first, &whole, &rows); err != nil {
			return nil, fmt.Errorf("%s says %q: %w", l.path, lines.Text(), err)
		}
		all = append(all, libpqRun{time.Duration(first) * time.Microsecond, time.Duration(whole) * time.Microsecond, rows})
	}
	if len(all) != runs+1 {
		return nil, fmt.Errorf("%s says %d lines of %d", l.path, len(all), runs+1)
	}
	return all[1:], nil
}

// medianOf is the median of what pick takes of each run.
func medianOf(runs []libpqRun, pick func(libpqRun) time.Duration) time.Duration {
	var all []time.Duration
	for _, r := range runs {
		all = append(all, pick(r))
	}
	return median(all)
}
