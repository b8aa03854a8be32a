package strip

import (
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/klauspost/compress/zstd"
)

// TestPageSizes measures pages of several sizes, and the same events as rows under zstd, for docs/decisions.md: run it with -v and FLARE_PG_MEASURE=1.
func TestPageSizes(t *testing.T) {
	if os.Getenv("FLARE_PG_MEASURE") == "" {
		t.Skip("a measurement; set FLARE_PG_MEASURE=1")
	}
	measure(t, "generated", generated(t, 100_000))
	for _, name := range realFiles() {
		measure(t, filepath.Base(name)[:20], decoded(t, unpacked(t, name)))
	}
}

func measure(t *testing.T, name string, all []sample) {
	z, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedBetterCompression), zstd.WithEncoderCRC(false))
	must(t, err)
	raw := size(all)
	for _, n := range []int{1024, 4096, 8192} {
		stored, rows, left := 0, 0, 0
		began := cpu()
		b := NewBuilder()
		for _, part := range chunks(all, n) {
			body, err := tryPage(b, part)
			if errors.Is(err, ErrDifferent) {
				left += len(part)
				continue
			}
			must(t, err)
			stored += len(body)
		}
		build := cpu() - began
		began = cpu()
		for _, part := range chunks(all, n) {
			var heads, docs []byte
			ts, arrival := part[0].ts, part[0].arrival
			for _, e := range part {
				heads = binary.AppendVarint(binary.AppendVarint(heads, e.ts-ts), int64(e.arrival-arrival))
				heads = binary.AppendUvarint(heads, uint64(len(e.doc)))
				docs = append(docs, e.doc...)
				ts, arrival = e.ts, e.arrival
			}
			rows += len(z.EncodeAll(heads, nil)) + len(z.EncodeAll(docs, nil))
		}
		t.Logf("%-20s %6d events, %4d a page: columns %.4f of raw, %4.0f MB/s a core; rows %.4f, %4.0f MB/s; %d events are left to rows", name, len(all), n,
			float64(stored)/float64(raw), float64(raw)/1e6/max(build.Seconds(), 0.01), float64(rows)/float64(raw), float64(raw)/1e6/max((cpu()-began).Seconds(), 0.01), left)
	}
}
