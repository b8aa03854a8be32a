package engine

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/klauspost/compress/s2"
	"github.com/klauspost/compress/zstd"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/engine/vfs"
	"github.com/flare-pg/flare-pg/event"
	"github.com/flare-pg/flare-pg/nql"
)

// events makes structured events of about 1 KB that compress about as logs do.
func events(n int) [][]byte {
	r := rand.New(rand.NewPCG(1, 2))
	words := []string{"checkout", "basket", "payment", "started", "finished", "failed", "timeout", "retry", "upstream", "customer"}
	out := make([][]byte, n)
	for i := range out {
		var b bytes.Buffer
		fmt.Fprintf(&b, `{"@t":"2020-09-13T12:30:%02d.%07dZ","@l":"Information","@mt":"{Method} {Path} answered {StatusCode} in {Elapsed} ms"`, i%60, r.IntN(1e7))
		fmt.Fprintf(&b, `,"Application":"shop","Elapsed":%.3f,"Host":"web-%02d","Method":"GET","Path":"/api/%s/%d"`, r.Float64()*500, r.IntN(20), words[r.IntN(10)], r.IntN(1e6))
		fmt.Fprintf(&b, `,"RequestId":"%016x%016x","StatusCode":%d,"Text":"`, r.Uint64(), r.Uint64(), 200+r.IntN(5)*100)
		for b.Len() < 1000 {
			fmt.Fprintf(&b, "%s %d ", words[r.IntN(10)], r.IntN(1000))
		}
		b.WriteString(`"}`)
		out[i] = b.Bytes()
	}
	return out
}

// BenchmarkIngest decodes and validates events of 1 KB and commits them in batches to the real file system, each commit flushed. The named
// reference, disk, writes as many bytes as the tick got and flushes, no more.
func BenchmarkIngest(b *testing.B) {
	docs := events(10_000)
	for _, size := range []int{1, 100, 10_000} {
		var stored int64
		b.Run(fmt.Sprintf("batch=%d", size), func(b *testing.B) {
			s, err := Open(b.TempDir(), Options{Create: true})
			must(b, err)
			d := event.NewDecoder(event.Options{Now: new(int64)})
			var buf []byte
			var sum event.Summary
			n, total := 0, 0
			used := cpu(b)
			for b.Loop() {
				st := s.NewStage()
				sum.Reset()
				for i := range size {
					raw := docs[(n+i)%len(docs)]
					doc, _, err := d.Decode(buf[:0], raw, &sum)
					must(b, err)
					must(b, st.Append(1, base+int64(n)*1000%(5*minute), doc))
					buf, total = doc, total+len(raw)
				}
				st.Observe(1, &sum)
				must(b, s.Commit(context.Background(), st, Sync))
				n += size
			}
			report(b, n, total)
			used(total)
			tx := s.Read()
			for _, f := range tx.Files() {
				stored += f.Bytes
			}
			stored /= int64(n / size)
			tx.Close()
			must(b, s.Close())
		})
		b.Run(fmt.Sprintf("batch=%d,disk", size), func(b *testing.B) {
			f, err := vfs.OS.Create(filepath.Join(b.TempDir(), "disk"))
			must(b, err)
			batch := make([]byte, max(stored, 1))
			rand.NewChaCha8([32]byte{}).Read(batch)
			var at int64
			for b.Loop() {
				_, err := f.WriteAt(batch, at)
				must(b, err)
				must(b, f.Sync())
				at += int64(len(batch))
			}
			report(b, b.N*size, int(at))
			must(b, f.Close())
		})
	}
	// One client waits for the disk with each event; fifty share its flushes.
	for _, clients := range []int{1, 50} {
		b.Run(fmt.Sprintf("clients=%d", clients), func(b *testing.B) {
			s, err := Open(b.TempDir(), Options{Create: true})
			must(b, err)
			var left atomic.Int64
			left.Store(int64(b.N))
			var working sync.WaitGroup
			for range clients {
				working.Go(func() {
					for left.Add(-1) >= 0 {
						st := s.NewStage()
						must(b, st.Append(1, base, docs[0]))
						must(b, s.Commit(context.Background(), st, Sync))
					}
				})
			}
			working.Wait()
			report(b, b.N, b.N*len(docs[0]))
			must(b, s.Close())
		})
	}
}

// realEvents are the lines of one of the real files, none where it is absent.
func realEvents(tb testing.TB) [][]byte {
	f, err := os.Open("../../shared/data/covenant_dcom_iertutil_dll_hijack_2020-10-09183000.ndjson.zst")
	if err != nil {
		return nil
	}
	z, err := zstd.NewReader(f)
	must(tb, err)
	var raw bytes.Buffer
	_, err = raw.ReadFrom(z)
	must(tb, err)
	z.Close()
	must(tb, f.Close())
	return bytes.Split(bytes.TrimSpace(raw.Bytes()), []byte("\n"))
}

func report(b *testing.B, events, bytes int) {
	sec := b.Elapsed().Seconds()
	b.ReportMetric(float64(events)/sec, "events/s")
	b.ReportMetric(float64(bytes)/sec/1e6, "MB/s")
}

// cpu begins to measure processor time, which other work on the machine changes less; the function reports the rate by it.
func cpu(b *testing.B) func(bytes int) {
	began := cpuSeconds()
	return func(bytes int) {
		if used := cpuSeconds() - began; used > 0 {
			b.ReportMetric(float64(bytes)/used/1e6, "MB/cpu-s")
		}
	}
}

// cpuSeconds is the processor time of this process, to 10 ms; 0 where the system does not tell.
func cpuSeconds() float64 {
	b, err := os.ReadFile("/proc/self/stat")
	if err != nil {
		return 0
	}
	f := bytes.Fields(b[bytes.LastIndexByte(b, ')')+1:])
	user, _ := strconv.ParseFloat(string(f[11]), 64)
	system, _ := strconv.ParseFloat(string(f[12]), 64)
	return (user + system) / 100
}

// BenchmarkAppend fills a stage; the named reference is Snappy alone over the same bytes.
func BenchmarkAppend(b *testing.B) {
	docs := events(1000)
	s, err := Open(b.TempDir(), Options{Create: true})
	must(b, err)
	fill := func(docs [][]byte) func(*testing.B) {
		return func(b *testing.B) {
			if len(docs) == 0 {
				b.Skip("../shared/data is absent")
			}
			n, total, used := 0, 0, cpu(b)
			st := s.NewStage()
			for b.Loop() {
				d := docs[n%len(docs)]
				if err := st.Append(1, base+int64(n%1000), d); err != nil { // not must: it costs more than some of what is measured
					b.Fatal(err)
				}
				if n, total = n+1, total+len(d); n%300_000 == 0 {
					st.Discard()
					st = s.NewStage()
				}
			}
			st.Discard()
			report(b, n, total)
			used(total)
		}
	}
	b.Run("stage", fill(docs))
	real := realEvents(b)
	b.Run("stage,real", fill(real))
	b.Run("snappy", func(b *testing.B) {
		raw := bytes.Join(docs, nil)
		dst := make([]byte, s2.MaxEncodedLen(64<<10))
		n, used := 0, cpu(b)
		for b.Loop() {
			s2.EncodeSnappy(dst, raw[n%14<<16:][:64<<10])
			n++
		}
		report(b, n*(64<<10)/len(docs[0]), n*(64<<10))
		used(n * (64 << 10))
	})
	must(b, s.Close())
}

// BenchmarkScan reads a cold tick and a RAM run: everything counted, the time read, and one event in twenty picked by a predicate.
func BenchmarkScan(b *testing.B) {
	docs := events(20_000)
	host, err := nql.ParseExpr(`Host = 'web-07'`)
	must(b, err)
	specs := []struct {
		name string
		spec Spec
	}{
		{"count", Spec{}},
		{"time", Spec{Columns: []nql.Column{{Path: &nql.Path{Root: nql.Timestamp}, Kind: column.Timestamp}}}},
		{"where", Spec{Where: host}},
	}
	for _, ram := range []int64{-1, 1 << 30} {
		s, err := Open(b.TempDir(), Options{Create: true, RAMBytes: ram})
		must(b, err)
		total := 0
		for i := 0; i < len(docs); i += 1000 {
			st := s.NewStage()
			for j, d := range docs[i : i+1000] {
				must(b, st.Append(1, base+int64(i+j), d))
				total += len(d)
			}
			must(b, s.Commit(context.Background(), st, Async))
		}
		tx := s.Read()
		for _, c := range specs {
			b.Run(map[bool]string{true: "tick,", false: "run,"}[ram < 0]+c.name, func(b *testing.B) {
				c.spec.Stream, c.spec.From, c.spec.To = 1, MinTime, MaxTime
				n, rows, used := 0, 0, cpu(b)
				for b.Loop() {
					rows = drain(b, tx, c.spec)
					n++
				}
				if rows == 0 || c.spec.Where == nil && rows != len(docs) {
					b.Errorf("%d rows", rows)
				}
				report(b, n*len(docs), n*total)
				used(n * total)
			})
		}
		tx.Close()
		must(b, s.Close())
	}
}

// drain counts the rows of a scan.
func drain(b *testing.B, tx *ReadTx, spec Spec) (rows int) {
	fr, err := tx.Scan(spec)
	must(b, err)
	var batch column.Batch
	for _, f := range fr {
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
	return rows
}

// TestFrameSizes measures what frame sizes cost and save, for docs/decisions.md: run it with -v and FLARE_PG_MEASURE=1.
func TestFrameSizes(t *testing.T) {
	if os.Getenv("FLARE_PG_MEASURE") == "" {
		t.Skip("a measurement; set FLARE_PG_MEASURE=1")
	}
	measure := func(name string, raw []byte) {
		for _, size := range []int{4 << 10, 16 << 10, 64 << 10} {
			var stored int
			var packed [][]byte
			began := time.Now()
			for rest := raw; len(rest) > 0; {
				n := min(size, len(rest))
				p := s2.EncodeSnappy(nil, rest[:n])
				stored += len(p) + 48
				packed, rest = append(packed, p), rest[n:]
			}
			enc := time.Since(began)
			began = time.Now()
			buf := make([]byte, size)
			for _, p := range packed {
				if _, err := s2.Decode(buf, p); err != nil {
					t.Fatal(err)
				}
			}
			dec := time.Since(began)
			t.Logf("%-52s %2d KiB: ratio %.2f, encode %4.0f MB/s, decode %4.0f MB/s", name, size>>10,
				float64(len(raw))/float64(stored), float64(len(raw))/enc.Seconds()/1e6, float64(len(raw))/dec.Seconds()/1e6)
		}
	}
	measure("generated", bytes.Join(events(30_000), nil))
	files, _ := filepath.Glob("../../shared/data/*.zst")
	if len(files) == 0 {
		t.Log("no real events: ../shared/data is absent")
	}
	for _, name := range files {
		f, err := os.Open(name)
		must(t, err)
		z, err := zstd.NewReader(bufio.NewReader(f))
		must(t, err)
		var raw bytes.Buffer
		_, err = raw.ReadFrom(z)
		must(t, err)
		measure(filepath.Base(name), raw.Bytes()[:min(raw.Len(), 30<<20)])
		z.Close()
		must(t, f.Close())
	}
}
