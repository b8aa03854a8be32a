package engine

import (
	"bytes"
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/klauspost/compress/s2"
	"github.com/klauspost/compress/zstd"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/engine/span"
	"github.com/flare-pg/flare-pg/event"
	"github.com/flare-pg/flare-pg/ingest/demo"
	"github.com/flare-pg/flare-pg/nql"
)

// demoSpan makes a store of one span with events of about 1 KB as package demo makes them, and gives their documents one behind the other, which is
// how they stand in pages.
func demoSpan(b *testing.B, o Options, n int) (*Store, []byte) {
	b.Helper()
	o.RAMBytes = -1
	s, docs := demoStore(b, o, n)
	maintainAll(b, s, MaintainOptions{Force: true})
	return s, docs
}

// demoStore is demoSpan without maintenance.
func demoStore(b *testing.B, o Options, n int) (*Store, []byte) {
	b.Helper()
	o.Create = true
	s, err := Open(b.TempDir(), o)
	must(b, err)
	from := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	g := demo.New(1, from, from.Add(time.Hour)).Of(n)
	d := event.NewDecoder(event.Options{})
	var all, src []byte
	for i := 0; i < n; i += 10_000 {
		st := s.NewStage()
		for range min(10_000, n-i) {
			src = g.Next(src[:0])
			at := len(all)
			var ts int64
			all, ts, err = d.Decode(all, src, nil)
			must(b, err)
			must(b, st.Append(1, ts, all[at:]))
		}
		must(b, s.Commit(context.Background(), st, Async))
	}
	return s, all
}

// laps notes how long each pass takes and reports the speed of the quickest: what the machine does when nothing else is at work.
type laps struct {
	began time.Time
	best  time.Duration
}

func (l *laps) begin() { l.began = time.Now() }

func (l *laps) end() {
	if d := time.Since(l.began); l.best == 0 || d < l.best {
		l.best = d
	}
}

func (l *laps) report(b *testing.B, bytes int) {
	b.ReportMetric(float64(bytes)/l.best.Seconds()/1e6, "best-MB/s")
}

// BenchmarkRowScan runs predicates over spans in the page cache, on one core, counted in bytes of documents. The references, in the same run: bytes.Index
// for the same needle over the same bytes in memory, and the decompressor alone over the same bytes in pieces of a page.
func BenchmarkRowScan(b *testing.B) {
	const events = 16_000
	status := []nql.Column{{Path: nql.PropertyPath("StatusCode"), Kind: column.Int64}}
	queries := []struct{ name, where string }{
		{"Method and Elapsed", "Method = 'GET' and Elapsed > 100"},
		{"Elapsed", "Elapsed > 100"},
		{"absent: rare first bytes", "@x like '%ZQXJ{]~%'"},
		{"absent: a key's first bytes", "SourceContext = 'Shop.Web.Controllers.nosuch'"},
		{"absent: spaces first", "@x like '%    nosuch%'"},
		{"absent: common letters", "@x like '%eeeeeee%'"},
		{"one of 1000", "Path = '/api/orders/10'"},
		{"everything", ""},
	}
	for _, codec := range []span.Codec{span.NoCodec, span.Snappy, span.Zstd} {
		s, docs := demoSpan(b, Options{codec: codec, Layout: inRows}, events)
		for _, q := range queries {
			b.Run(fmt.Sprintf("%s/%s", codec, q.name), func(b *testing.B) {
				spec := Spec{Stream: 1, From: MinTime, To: MaxTime, Columns: status}
				if q.where != "" {
					var err error
					spec.Where, err = nql.ParseExpr(q.where)
					must(b, err)
				}
				b.SetBytes(int64(len(docs)))
				b.ReportAllocs()
				rows, n, used := 0, 0, cpu(b)
				var l laps
				for b.Loop() {
					n++
					l.begin()
					rows = 0
					tx := s.Read()
					fragments, err := tx.Scan(spec)
					must(b, err)
					var batch column.Batch
					for _, f := range fragments {
						for {
							ok, err := f.Next(context.Background(), &batch)
							must(b, err)
							if !ok {
								break
							}
							rows += batch.Len
						}
						f.Close()
					}
					tx.Close()
					l.end()
				}
				used(n * len(docs))
				l.report(b, len(docs))
				b.ReportMetric(float64(rows), "rows")
			})
		}
		must(b, s.Close())
		if codec == span.NoCodec {
			for _, needle := range []string{"ZQXJ{]~", `"SourceContext":"Shop.Web.Controllers.nosuch"`, "    nosuch", "eeeeeee"} {
				b.Run("reference/bytes.Index "+needle, func(b *testing.B) {
					b.SetBytes(int64(len(docs)))
					n, used := 0, cpu(b)
					var l laps
					for b.Loop() {
						n++
						l.begin()
						if bytes.Contains(docs, []byte(needle)) {
							b.Fatal("not absent")
						}
						l.end()
					}
					used(n * len(docs))
					l.report(b, len(docs))
				})
			}
			continue
		}
		b.Run("reference/decompressing "+codec.String(), func(b *testing.B) {
			enc, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedBetterCompression), zstd.WithEncoderConcurrency(1))
			must(b, err)
			dec, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1))
			must(b, err)
			var pages [][]byte
			for rest := docs; len(rest) > 0; {
				n := min(len(rest), span.DefaultPageBytes)
				if codec == span.Snappy {
					pages = append(pages, s2.EncodeSnappy(nil, rest[:n]))
				} else {
					pages = append(pages, enc.EncodeAll(rest[:n], nil))
				}
				rest = rest[n:]
			}
			out := make([]byte, span.DefaultPageBytes+64)
			b.SetBytes(int64(len(docs)))
			n, used := 0, cpu(b)
			var l laps
			for b.Loop() {
				n++
				l.begin()
				for _, p := range pages {
					if codec == span.Snappy {
						_, err = s2.Decode(out, p)
					} else {
						_, err = dec.DecodeAll(p, out[:0])
					}
					must(b, err)
				}
				l.end()
			}
			used(n * len(docs))
			l.report(b, len(docs))
		})
	}
}
