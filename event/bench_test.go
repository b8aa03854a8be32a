package event

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
)

// realLines reads one of the real files, or skips.
func realLines(tb testing.TB, name string) [][]byte {
	tb.Helper()
	f, err := os.Open(filepath.Join("..", "..", "shared", "data", name+".ndjson.zst"))
	if err != nil {
		tb.Skip("the real events are not here: ", err)
	}
	defer f.Close()
	z, err := zstd.NewReader(f, zstd.WithDecoderConcurrency(1))
	if err != nil {
		tb.Fatal(err)
	}
	defer z.Close()
	all, err := io.ReadAll(z)
	if err != nil {
		tb.Fatal(err)
	}
	return bytes.Split(bytes.TrimRight(all, "\n"), []byte("\n"))
}

// clefLines is what a service that logs with templates sends.
func clefLines() [][]byte {
	line := `{"@t":"2024-05-01T12:34:56.7890123Z","@mt":"HTTP {Method} {Path} responded {StatusCode} in {Elapsed:0.000} ms",` +
		`"@l":"Warning","@tr":"0af7651916cd43dd8448eb211c80319c","@sp":"b7ad6b7169203331","Method":"GET","Path":"/api/orders/17",` +
		`"StatusCode":200,"Elapsed":12.345,"Application":"shop","Data":{"checks":{"database":{"isOk":true,"latencyMs":3}}},` +
		`"Items":[{"Sku":"A-17","Price":9.99,"Quantity":2}],"Tags":["a","b"],"User":"Zoë","RequestId":"5b2c8a54-3f0e-4c7a-9d0b-0f6c3f9e2a11"}`
	return [][]byte{[]byte(line)}
}

var realFiles = []string{
	"cmd_dumping_ntds_dit_file_volume_shadow_copy",
	"covenant_dcom_iertutil_dll_hijack_2020-10-09183000",
	"empire_mimikatz_opth_2019-03-19131123",
	"empire_scm_dll_hijack_ikeext_2019-04-03133337",
	"ec2_proxy_s3_exfiltration_2020-09-14011940",
}

func eachCorpus(b *testing.B, f func(b *testing.B, lines [][]byte)) {
	b.Run("clef", func(b *testing.B) { f(b, clefLines()) })
	for _, name := range realFiles {
		short, _, _ := strings.Cut(name, "_20")
		b.Run(short, func(b *testing.B) { f(b, realLines(b, name)) })
	}
}

func BenchmarkDecode(b *testing.B) {
	eachCorpus(b, func(b *testing.B, lines [][]byte) {
		d := NewDecoder(Options{})
		var s Summary
		var dst []byte
		var n int64
		b.ReportAllocs()
		i := 0
		for b.Loop() {
			var err error
			if dst, _, err = d.Decode(dst[:0], lines[i], &s); err != nil {
				b.Fatal(err)
			}
			n += int64(len(lines[i]))
			if i++; i == len(lines) {
				i = 0
			}
		}
		b.ReportMetric(float64(n)/b.Elapsed().Seconds()/1e6, "MB/s")
	})
}

// BenchmarkEncodingJSONValid is the reference: the standard library's validation alone.
func BenchmarkEncodingJSONValid(b *testing.B) {
	eachCorpus(b, func(b *testing.B, lines [][]byte) {
		var n int64
		i := 0
		for b.Loop() {
			if !json.Valid(lines[i]) {
				b.Fatal("invalid")
			}
			n += int64(len(lines[i]))
			if i++; i == len(lines) {
				i = 0
			}
		}
		b.ReportMetric(float64(n)/b.Elapsed().Seconds()/1e6, "MB/s")
	})
}
