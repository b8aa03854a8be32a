package engine

import (
	"context"
	"testing"
	"time"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/engine/span"
	"github.com/flare-pg/flare-pg/nql"
)

// scanForm is what a query reads.
type scanForm struct {
	name, where string
	columns     []nql.Column
	limit       int64
}

// scanForms are what benchmarks draw of events as package demo makes them.
func scanForms() []scanForm {
	path := func(kind column.Kind, names ...string) nql.Column {
		return nql.Column{Path: nql.PropertyPath(names...), Kind: kind}
	}
	level := nql.Column{Path: &nql.Path{Root: nql.Level}, Kind: column.Text}
	at := nql.Column{Path: &nql.Path{Root: nql.Timestamp}, Kind: column.Timestamp}
	document := nql.Column{Path: &nql.Path{Root: nql.Document}, Kind: column.JSON}
	return []scanForm{
		{"level of all", "", []nql.Column{level}, 0},
		{"Method, Elapsed, Environment", "Method = 'GET' and Elapsed > 100 and Environment = 'Production'", []nql.Column{path(column.Int64, "StatusCode")}, 0},
		{"time, application, Elapsed", "", []nql.Column{at, path(column.Text, "Application"), path(column.Float64, "Elapsed")}, 0},
		{"newest 100 errors", "Environment = 'Production' and @l = 'Error'", []nql.Column{at, document}, 100},
		{"UserId of all", "", []nql.Column{path(column.Int64, "UserId")}, 0},
		{"nested latency by machine", "", []nql.Column{path(column.Text, "MachineName"), path(column.Float64, "Data", "checks", "database", "latencyMs")}, 0},
		{"count of errors", "@l = 'Error'", nil, 0},
		{"one request", "RequestId = 'e0a5ba0c-97a4-4a64-9f3a-000000000000'", []nql.Column{document}, 0},
		{"either of two", "StatusCode >= 500 or @l = 'Error'", []nql.Column{path(column.Int64, "StatusCode")}, 0},
		{"a part of a text", "ClientIp like '%.17.%'", []nql.Column{path(column.Text, "ClientIp")}, 0},
		{"message", "@m like '%timed out%'", []nql.Column{at}, 0},
		{"nothing", "Nowhere = 1", []nql.Column{at}, 0},
		{"all documents", "", []nql.Column{document}, 0},
	}
}

// BenchmarkColumnScan draws what queries read of a span of 100,000 events in pages by column, on one core, warm: ns/op is for all of them. times-as-fast compares
// the quickest pass with one over the same events in rows under zstd.
func BenchmarkColumnScan(b *testing.B) {
	const events = 100_000
	rows, _ := demoSpan(b, Options{Layout: inRows, codec: span.Zstd}, events)
	columns, _ := demoSpan(b, Options{}, events)
	defer func() { must(b, rows.Close()); must(b, columns.Close()) }()
	compareScans(b, rows, columns, events)
}

// BenchmarkRunScan does the same with RAM runs by column, beside the same runs as they were committed.
func BenchmarkRunScan(b *testing.B) {
	const events = 100_000
	rows, _ := demoStore(b, Options{RAMBytes: 1 << 30}, events)
	columns, _ := demoStore(b, Options{RAMBytes: 1 << 30}, events)
	defer func() { must(b, rows.Close()); must(b, columns.Close()) }()
	began := cpuSeconds()
	condenseAll(b, columns)
	if took := cpuSeconds() - began; took > 0 {
		b.Logf("%.0f ms of a core, %d bytes become %d", took*1000, rows.Stats().RunBytes, columns.Stats().RunBytes)
	}
	compareScans(b, rows, columns, events)
}

// compareScans draws each form of the second store, which has so many events, and compares it with the first.
func compareScans(b *testing.B, rows, columns *Store, events int) {
	for _, q := range scanForms() {
		b.Run(q.name, func(b *testing.B) {
			spec := Spec{Stream: 1, From: MinTime, To: MaxTime, Columns: q.columns, Limit: q.limit}
			if q.limit > 0 {
				spec.Order = nql.Descending
			}
			if q.where != "" {
				var err error
				spec.Where, err = nql.ParseExpr(q.where)
				must(b, err)
			}
			var in laps
			n := 0
			for range 3 {
				in.begin()
				n = drawn(b, rows, spec)
				in.end()
			}
			var l laps
			b.ReportAllocs()
			for b.Loop() {
				l.begin()
				if found := drawn(b, columns, spec); found != n && q.limit == 0 {
					b.Fatalf("%d rows, want %d", found, n)
				}
				l.end()
			}
			b.ReportMetric(float64(n), "rows")
			b.ReportMetric(float64(l.best.Microseconds())/float64(events)*4096, "best-µs/page")
			b.ReportMetric(float64(in.best)/float64(max(l.best, time.Nanosecond)), "times-as-fast")
		})
	}
}

// drawn draws all of a scan and counts its rows.
func drawn(b *testing.B, s *Store, spec Spec) int {
	tx := s.Read()
	defer tx.Close()
	fragments, err := tx.Scan(spec)
	must(b, err)
	rows := 0
	var batch column.Batch
	for _, f := range fragments {
		for spec.Limit == 0 || int64(rows) < spec.Limit {
			ok, err := f.Next(context.Background(), &batch)
			must(b, err)
			if !ok {
				break
			}
			rows += batch.Rows()
		}
		f.Close()
	}
	return rows
}
