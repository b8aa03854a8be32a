package strip

import (
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"
)

// TestPageSizes measures pages of several sizes, and the same events as rows under zstd, in one page and in pages of 256 KiB as spans have them, for docs/decisions.md:
// run it with -v and FLARE_PG_MEASURE=1.
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
	raw := float64(size(all))
	rows := func(part []sample) int {
		var heads, docs []byte
		ts, arrival := part[0].ts, part[0].arrival
		for _, e := range part {
			heads = binary.AppendVarint(binary.AppendVarint(heads, e.ts-ts), int64(e.arrival-arrival))
			heads = binary.AppendUvarint(heads, uint64(len(e.doc)))
			docs = append(docs, e.doc...)
			ts, arrival = e.ts, e.arrival
		}
		return len(z.EncodeAll(heads, nil)) + len(z.EncodeAll(docs, nil))
	}
	for _, n := range []int{1024, 4096, 8192} {
		stored, same, left := 0, 0, 0
		b := NewBuilder()
		var build time.Duration
		for _, part := range chunks(all, n) {
			began := cpu()
			body, err := tryPage(b, part)
			build += cpu() - began
			if errors.Is(err, ErrDifferent) {
				left += len(part)
				continue
			}
			must(t, err)
			stored += len(body)
			same += rows(part)
		}
		t.Logf("%-20s %6d events, %4d a page: columns %.4f of raw, built at %4.0f MB/s a core; rows %.4f; %d events are left to rows", name, len(all), n,
			float64(stored)/raw, raw/1e6/max(build.Seconds(), 0.01), float64(same)/raw, left)
	}
	stored := 0
	for from := 0; from < len(all); {
		to := from + 1
		for to < len(all) && size(all[from:to+1]) <= 256<<10 {
			to++
		}
		stored += rows(all[from:to])
		from = to
	}
	t.Logf("%-20s rows in pages of 256 KiB %.4f", name, float64(stored)/raw)
}
