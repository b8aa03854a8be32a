package main

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"github.com/spf13/cobra"
)

// TestMetricsAndHealth asks a running server over HTTP, and reads the metrics with Prometheus's own parser.
func TestMetricsAndHealth(t *testing.T) {
	var f serveFlags
	f.register(&cobra.Command{})
	f.listen, f.http, f.logLevel = "127.0.0.1:0", "127.0.0.1:0", "error"
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	out, said := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		ended <- f.run(ctx, filepath.Join(t.TempDir(), "data"), said, io.Discard, nil)
		said.Close()
	}()
	var port, url string
	for lines := bufio.NewScanner(out); url == "" && lines.Scan(); {
		if _, p, ok := strings.Cut(lines.Text(), "-p "); ok {
			port, _, _ = strings.Cut(p, " ")
		}
		if _, u, ok := strings.Cut(lines.Text(), "watch "); ok {
			url = strings.TrimSuffix(u, "/metrics")
		}
	}
	go io.Copy(io.Discard, out) //nolint:errcheck // until the end
	c, err := pgx.Connect(ctx, "postgres://flare@127.0.0.1:"+port+"/flare?sslmode=disable")
	if err != nil {
		t.Fatal(err)
	}
	for _, sql := range []string{"insert into stream (n) values (1), (2)", "select n from stream", "select 1/0"} {
		c.Exec(ctx, sql, pgx.QueryExecModeSimpleProtocol) //nolint:errcheck // the last one fails
	}
	get := func(path string) (int, string) {
		t.Helper()
		r, err := http.Get(url + path)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Body.Close()
		b, _ := io.ReadAll(r.Body)
		return r.StatusCode, string(b)
	}
	for _, path := range []string{"/healthz", "/readyz"} {
		if code, body := get(path); code != 200 || body != "ok\n" {
			t.Errorf("%s: %d %s", path, code, body)
		}
	}
	if code, _ := get("/nosuch"); code != 404 {
		t.Errorf("another path: %d", code)
	}
	_, text := get("/metrics")
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	value := func(name string, labels ...string) float64 {
		t.Helper()
	next:
		for _, m := range families[name].GetMetric() {
			for i, l := range m.Label {
				if i < len(labels) && l.GetValue() != labels[i] {
					continue next
				}
			}
			return m.GetCounter().GetValue() + m.GetGauge().GetValue() + float64(m.GetHistogram().GetSampleCount())
		}
		t.Errorf("no %s %v", name, labels)
		return -1
	}
	for _, k := range []struct {
		want   float64
		name   string
		labels []string
	}{
		{1, "flare_statements_total", []string{"INSERT", "ok"}}, {1, "flare_statements_total", []string{"SELECT", "ok"}}, {1, "flare_statements_total", []string{"SELECT", "error"}},
		{2, "flare_statement_seconds", []string{"SELECT"}}, {1, "flare_commits_total", nil}, {2, "flare_events_ingested_total", nil}, {2, "flare_rows_sent_total", nil},
		{1, "flare_connections", []string{"let_in"}}, {2, "flare_stored_events", []string{"tick"}}, {1, "flare_store_writable", nil},
	} {
		if got := value(k.name, k.labels...); got != k.want {
			t.Errorf("%s %v is %v, want %v", k.name, k.labels, got, k.want)
		}
	}
	if value("go_goroutines") < 1 || value("flare_sent_bytes_total") < 100 || value("flare_received_bytes_total") < 100 {
		t.Error("the runtime or the bytes are missing")
	}
	c.Close(ctx)
	http.DefaultClient.CloseIdleConnections()
	stop()
	select {
	case err := <-ended:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(20 * time.Second):
		t.Error("the server does not stop")
	}
}

// TestHTTPStaysAtHome: an address beyond loopback wants consent.
func TestHTTPStaysAtHome(t *testing.T) {
	if ln, err := listenHTTP("0.0.0.0:0", false); err == nil {
		ln.Close()
		t.Error("it listens beyond loopback")
	}
	ln, err := listenHTTP("0.0.0.0:0", true)
	if err != nil {
		t.Fatal(err)
	}
	ln.Close()
}
