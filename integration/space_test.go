package integration

import (
	"bufio"
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"

	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/event"
	"github.com/flare-pg/flare-pg/ingest/demo"
)

// TestSpaceOfMergedSpans: merged, all of the real events take at most 1.9 times what zstd -3 makes of the same NDJSON, file by file, and
// the generated ones 0.16 of their raw bytes.
func TestSpaceOfMergedSpans(t *testing.T) {
	files, _ := filepath.Glob("../../shared/data/*.ndjson.zst")
	var raw, spans, reference int64
	for _, name := range files {
		lines := realLines(t, name)
		r, s := mergedSize(t, lines)
		z := zstdSize(t, lines)
		t.Logf("%-60s %4d MB raw, spans %.4f, zstd -3 %.4f: %.2f times", filepath.Base(name), r>>20, float64(s)/float64(r), float64(z)/float64(r), float64(s)/float64(z))
		raw, spans, reference = raw+r, spans+s, reference+z
	}
	if raw == 0 {
		t.Log("the real events are not there (../../shared/data): only generated ones are measured")
	} else {
		t.Logf("all real events: spans %.4f of raw, %.2f times zstd -3", float64(spans)/float64(raw), float64(spans)/float64(reference))
		if float64(spans) > 1.9*float64(reference) {
			t.Errorf("spans take %d bytes, zstd -3 %d", spans, reference)
		}
	}
	from := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	g := demo.New(1, from, from.Add(24*time.Hour))
	var lines bytes.Buffer
	for range demo.DefaultEvents {
		lines.Write(g.Next(nil))
		lines.WriteByte('\n')
	}
	r, s := mergedSize(t, lines.Bytes())
	t.Logf("generated events: spans %.4f of raw", float64(s)/float64(r))
	if float64(s) > 0.16*float64(r) {
		t.Errorf("spans take %d bytes of %d", s, r)
	}
}

func realLines(t *testing.T, name string) []byte {
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	z, err := zstd.NewReader(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	out, err := z.DecodeAll(b, nil)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// zstdSize is what zstd's third level makes of the lines.
func zstdSize(t *testing.T, lines []byte) int64 {
	z, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.EncoderLevelFromZstd(3)))
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	return int64(len(z.EncodeAll(lines, nil)))
}

// mergedSize stores the lines and merges everything: the bytes that went in, and those of the data directory's spans.
func mergedSize(t *testing.T, lines []byte) (raw, stored int64) {
	store, err := engine.Open(filepath.Join(t.TempDir(), "data"), engine.Options{Create: true})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	st := store.NewStage()
	d := event.NewDecoder(event.Options{Now: new(int64)})
	var sum event.Summary
	in := bufio.NewScanner(bytes.NewReader(lines))
	in.Buffer(nil, 16<<20)
	for in.Scan() {
		doc, ts, err := d.Decode(nil, in.Bytes(), &sum)
		if err != nil {
			t.Fatal(err)
		}
		if err := st.Append(1, ts, doc); err != nil {
			t.Fatal(err)
		}
		raw += int64(len(in.Bytes())) + 1
	}
	st.Observe(1, &sum)
	if err := store.Commit(context.Background(), st, engine.Sync); err != nil {
		t.Fatal(err)
	}
	for {
		_, done, err := store.Maintain(context.Background(), engine.MaintainOptions{Force: true})
		if err != nil {
			t.Fatal(err)
		}
		if done {
			break
		}
	}
	s := store.Stats()
	if s.Ticks.Files > 0 {
		t.Fatalf("%d ticks are left", s.Ticks.Files)
	}
	return raw, s.Spans.Bytes
}
