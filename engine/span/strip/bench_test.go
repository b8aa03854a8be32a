package strip

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/flare-pg/flare-pg/column"
)

// cpu is the processor time that the process has used, which other work on the machine changes less than the clock's; to 10 ms. Where the
// system does not tell, it is the clock's.
func cpu() time.Duration {
	b, err := os.ReadFile("/proc/self/stat")
	if err != nil {
		return time.Duration(time.Now().UnixNano())
	}
	f := bytes.Fields(b[bytes.LastIndexByte(b, ')')+1:])
	user, _ := strconv.ParseInt(string(f[11]), 10, 64)
	system, _ := strconv.ParseInt(string(f[12]), 10, 64)
	return time.Duration(user+system) * 10 * time.Millisecond
}

// perCPU reports n of a unit in each round, by processor time since began.
func perCPU(b *testing.B, began time.Duration, n float64, unit string) {
	if took := cpu() - began; took > 0 {
		b.ReportMetric(n*float64(b.N)/took.Seconds(), unit+"/cpu-s")
	}
}

// rowsOfPage is how many events the benchmarks put into a page.
const rowsOfPage = 4096

// sets are the events that are measured: generated ones, and the largest of the real ones where they are present.
func sets(b *testing.B, f func(b *testing.B, parts [][]sample)) {
	b.Run("generated", func(b *testing.B) { f(b, chunks(generated(b, 4*rowsOfPage), rowsOfPage)) })
	for _, name := range realFiles() {
		short, _, _ := strings.Cut(filepath.Base(name), ".")
		if strings.HasPrefix(short, "covenant") {
			b.Run(short, func(b *testing.B) { f(b, chunks(decoded(b, unpacked(b, name))[:4*rowsOfPage], rowsOfPage)) })
		}
	}
}

// BenchmarkBuild makes pages.
func BenchmarkBuild(b *testing.B) {
	sets(b, func(b *testing.B, parts [][]sample) {
		raw, stored := 0, 0
		m := NewBuilder()
		var body []byte
		for _, part := range parts {
			raw += size(part)
		}
		b.SetBytes(int64(raw))
		began := cpu()
		for b.Loop() {
			stored = 0
			for _, part := range parts {
				for _, e := range part {
					m.Add(e.ts, e.arrival, e.doc)
				}
				var err error
				body, _, err = m.Finish(body[:0])
				must(b, err)
				stored += len(body)
			}
		}
		perCPU(b, began, float64(raw)/1e6, "MB")
		b.ReportMetric(float64(stored)/float64(raw), "of-raw")
	})
}

// BenchmarkDocuments puts all documents of pages together.
func BenchmarkDocuments(b *testing.B) {
	sets(b, func(b *testing.B, parts [][]sample) {
		raw := 0
		var bodies [][]byte
		m := NewBuilder()
		for _, part := range parts {
			raw += size(part)
			bodies = append(bodies, page(b, m, part))
		}
		b.SetBytes(int64(raw))
		var r Reader
		began := cpu()
		for b.Loop() {
			n := 0
			for i, part := range parts {
				must(b, openBody(&r, bodies[i], len(part), size(part)))
				must(b, r.Each(func(_ int, doc []byte) bool { n += len(doc); return true }))
			}
			if n != raw {
				b.Fatal(n)
			}
		}
		perCPU(b, began, float64(raw)/1e6, "MB")
	})
}

// BenchmarkColumn decodes one member of pages that are opened anew each time.
func BenchmarkColumn(b *testing.B) {
	parts := chunks(generated(b, 4*rowsOfPage), rowsOfPage)
	var bodies [][]byte
	var sizes []int
	m := NewBuilder()
	for _, part := range parts {
		bodies, sizes = append(bodies, page(b, m, part)), append(sizes, size(part))
	}
	some := column.Selection{}
	for row := int32(0); row < rowsOfPage; row += 100 {
		some = append(some, row)
	}
	for _, c := range []struct {
		name string
		path []string
		kind column.Kind
		sel  column.Selection
	}{
		{"integer", []string{"StatusCode"}, column.Int64, nil},
		{"decimal", []string{"Elapsed"}, column.Float64, nil},
		{"nested", []string{"Data", "checks", "database", "latencyMs"}, column.Float64, nil},
		{"nulls", []string{"UserId"}, column.Int64, nil},
		{"dictionary", []string{"Application"}, column.Text, nil},
		{"hex", []string{"RequestId"}, column.Text, nil},
		{"template", []string{"ClientIp"}, column.Text, nil},
		{"arrays", []string{"Items"}, column.JSON, nil},
		{"one-in-100-decimals", []string{"Elapsed"}, column.Float64, some},
		{"one-in-100-hex", []string{"RequestId"}, column.Text, some},
	} {
		b.Run(c.name, func(b *testing.B) {
			out := column.New(c.kind)
			var r Reader
			rows := 0
			began := cpu()
			for b.Loop() {
				rows = 0
				for i, part := range parts {
					must(b, openBody(&r, bodies[i], len(part), sizes[i]))
					misfits, err := r.Column(out, r.Find(c.path...), c.kind, c.sel, false)
					must(b, err)
					if misfits > 0 {
						b.Fatal(misfits)
					}
					rows += len(part)
				}
			}
			perCPU(b, began, float64(rows)/1e6, "Mrows")
		})
	}
	b.Run("open", func(b *testing.B) {
		var r Reader
		began := cpu()
		for b.Loop() {
			for i, part := range parts {
				must(b, openBody(&r, bodies[i], len(part), sizes[i]))
			}
		}
		perCPU(b, began, float64(len(parts)), "pages")
	})
	b.Run("document", func(b *testing.B) {
		var r Reader
		var doc []byte
		for b.Loop() {
			must(b, openBody(&r, bodies[0], len(parts[0]), sizes[0]))
			var err error
			doc, err = r.Document(doc[:0], 3000)
			must(b, err)
		}
	})
}
