package main

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/exec"
	"github.com/flare-pg/flare-pg/pgwire"
)

// metrics are what /metrics shows. Rooms below count for themselves and give a struct; here alone it is known that Prometheus asks.
type metrics struct {
	registry   *prometheus.Registry
	statements *prometheus.CounterVec
	latency    *prometheus.HistogramVec
	commits    prometheus.Counter
	events     prometheus.Counter
}

func newMetrics() *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		statements: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "flare_statements_total", Help: "Statements that have ended, by command and outcome: ok, error, canceled."},
			[]string{"command", "outcome"}),
		latency: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "flare_statement_seconds", Help: "How long statements ran.",
			Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 60}}, []string{"command"}),
		commits: prometheus.NewCounter(prometheus.CounterOpts{Name: "flare_commits_total", Help: "Transactions that have written something."}),
		events:  prometheus.NewCounter(prometheus.CounterOpts{Name: "flare_events_ingested_total", Help: "Events of transactions that were committed."}),
	}
	m.registry.MustRegister(m.statements, m.latency, m.commits, m.events,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Statement implements session.Observer.
func (m *metrics) Statement(command, code string, took time.Duration) {
	outcome := "error"
	switch code {
	case "":
		outcome = "ok"
	case "57014":
		outcome = "canceled"
	}
	m.statements.WithLabelValues(command, outcome).Inc()
	m.latency.WithLabelValues(command).Observe(took.Seconds())
}

// Committed implements session.Observer.
func (m *metrics) Committed(events int64) {
	m.commits.Inc()
	m.events.Add(float64(events))
}

// watch adds what is asked of the rooms at each scrape.
func (m *metrics) watch(store *engine.Store, server *pgwire.Server, pool *exec.Pool) {
	m.registry.MustRegister(&state{store, server, pool})
}

// state collects what the store, the connections and the memory pool are like at the moment of a scrape.
type state struct {
	store  *engine.Store
	server *pgwire.Server
	pool   *exec.Pool
}

func describe(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("flare_"+name, help, labels, nil)
}

var (
	descConnections = describe("connections", "Clients that are connected, by phase: let in, or still before that.", "phase")
	descAccepted    = describe("connections_total", "Connections that were accepted.")
	descRows        = describe("rows_sent_total", "Result rows sent.")
	descSent        = describe("sent_bytes_total", "Bytes sent to clients.")
	descReceived    = describe("received_bytes_total", "Bytes received from clients.")
	descFiles       = describe("files", "Files of the current generation, by kind.", "kind")
	descFileBytes   = describe("file_bytes", "Bytes on disk of the current generation, by kind.", "kind")
	descEvents      = describe("stored_events", "Events of the current generation, by kind of file.", "kind")
	descGenerations = describe("generations", "Generations that somebody may still read.")
	descHeld        = describe("held_bytes", "Bytes of obsolete files that older generations hold.")
	descRecent      = describe("recent_bytes", "Memory of recent events.")
	descSteps       = describe("maintenance_running", "1 while a step of maintenance runs.")
	descFree        = describe("disk_free_bytes", "Bytes that can still be written to the disk; -1: not known.")
	descWritable    = describe("store_writable", "1 unless a failed flush has ended all writing.")
	descMemory      = describe("query_memory_bytes", "Memory that statements have reserved.")
	descQueries     = describe("queries", "Statements in the memory pool, by state.", "state")
)

// Describe implements prometheus.Collector.
func (s *state) Describe(c chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{descConnections, descAccepted, descRows, descSent, descReceived, descFiles, descFileBytes, descEvents,
		descGenerations, descHeld, descRecent, descSteps, descFree, descWritable, descMemory, descQueries} {
		c <- d
	}
}

// Collect implements prometheus.Collector.
func (s *state) Collect(c chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		c <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	count := func(d *prometheus.Desc, v int64) {
		c <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, float64(v))
	}
	w := s.server.Stats()
	gauge(descConnections, float64(w.LetIn), "let_in")
	gauge(descConnections, float64(w.Waiting), "starting")
	count(descAccepted, w.Accepted)
	count(descRows, w.Rows)
	count(descSent, w.Sent)
	count(descReceived, w.Received)
	st := s.store.Stats()
	for kind, f := range map[string]engine.FileStats{"tick": st.Ticks, "span": st.Spans, "index": st.Indexes} {
		gauge(descFiles, float64(f.Files), kind)
		gauge(descFileBytes, float64(f.Bytes), kind)
		if kind != "index" {
			gauge(descEvents, float64(f.Events), kind)
		}
	}
	var held int64
	for _, g := range st.Generations {
		held += g.Held
	}
	gauge(descGenerations, float64(len(st.Generations)))
	gauge(descHeld, float64(held))
	gauge(descRecent, float64(st.RunBytes))
	yes := func(b bool) float64 {
		if b {
			return 1
		}
		return 0
	}
	gauge(descSteps, yes(st.Running != nil))
	gauge(descFree, float64(st.Free))
	gauge(descWritable, yes(st.Poisoned == nil))
	bytes, running, waiting := s.pool.Used()
	gauge(descMemory, float64(bytes))
	gauge(descQueries, float64(running), "running")
	gauge(descQueries, float64(waiting), "waiting")
}
