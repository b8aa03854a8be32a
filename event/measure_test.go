package event

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/flare-pg/flare-pg/nql/sparse"
)

// TestSpeeds measures what a Decoder does, and its parts, for docs/decisions.md: on 256 KiB of events at a time, in turns, so that other work on the machine falls on
// all alike, the best of many. Run it with -v and FLARE_PG_MEASURE=1.
func TestSpeeds(t *testing.T) {
	if os.Getenv("FLARE_PG_MEASURE") == "" {
		t.Skip("a measurement; set FLARE_PG_MEASURE=1")
	}
	measure := func(t *testing.T, lines [][]byte) {
		var some [][]byte
		size := 0
		for n := 0; size < 256<<10; n++ {
			some = append(some, lines[n%len(lines)])
			size += len(some[n])
		}
		lines, n := some, len(some)
		d := NewDecoder(Options{})
		var seen Summary
		var dst, marks []byte
		must := func(err error) {
			if err != nil {
				t.Fatal(err)
			}
		}
		ways := []struct {
			name string
			do   func(line []byte)
		}{
			{"Decode", func(line []byte) {
				var err error
				dst, _, err = d.Decode(dst[:0], line, &seen)
				must(err)
			}},
			{"Decode without a Summary", func(line []byte) {
				var err error
				dst, _, err = d.Decode(dst[:0], line, nil)
				must(err)
			}},
			{"its first pass", func(line []byte) {
				if d.begin(line); !d.parse() {
					t.Fatal(d.err)
				}
			}},
			{"sparse.Specials", func(line []byte) { marks = sparse.Specials(marks, line) }},
			{"encoding/json.Valid", func(line []byte) {
				if !json.Valid(line) {
					t.Fatal("invalid")
				}
			}},
		}
		best := make([]time.Duration, len(ways))
		for range 200 {
			for i, w := range ways {
				start := time.Now()
				for _, line := range lines {
					w.do(line)
				}
				if took := time.Since(start); best[i] == 0 || took < best[i] {
					best[i] = took
				}
			}
		}
		var b strings.Builder
		for i, w := range ways {
			fmt.Fprintf(&b, "\n%-26s %6.0f MB/s %6.0f ns an event", w.name, float64(size)/best[i].Seconds()/1e6, float64(best[i].Nanoseconds())/float64(n))
		}
		t.Logf("%d events of %d bytes%s", n, size/n, b.String())
	}
	t.Run("shop", func(t *testing.T) { measure(t, shopLines()) })
	t.Run("shop,normalised", func(t *testing.T) { measure(t, normalised(t, shopLines())) })
	t.Run("shop,spaced", func(t *testing.T) {
		lines := shopLines()
		for i, l := range lines {
			lines[i] = bytes.ReplaceAll(bytes.ReplaceAll(l, []byte(`":`), []byte(`": `)), []byte(`,"`), []byte(`, "`))
		}
		measure(t, lines)
	})
	t.Run("cyrillic", func(t *testing.T) {
		measure(t, [][]byte{[]byte(`{"@t":"2024-05-01T12:34:56.7890123Z","@l":"Warning","@m":"Превышено время ожидания ответа от сервера приложений","Приложение":"магазин",` +
			`"Пользователь":"Иван Петров","Адрес":"Москва, улица Ленина, дом 15","Заказ":12345,"RequestId":"5b2c8a54-3f0e-4c7a-9d0b-0f6c3f9e2a11"}`)})
	})
	t.Run("clef", func(t *testing.T) { measure(t, clefLines()) })
	for _, name := range realFiles {
		t.Run(name, func(t *testing.T) { measure(t, realLines(t, name)) })
	}
}
