package event

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
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

// shopLines are events of about 1 KB with thirty properties, as a service sends them through a shipper: a few templates, members as the logger
// happened to write them, one in twelve with an exception.
func shopLines() [][]byte {
	r := rand.New(rand.NewPCG(1, 2))
	pick := func(of ...string) string { return of[r.IntN(len(of))] }
	lines := make([][]byte, 1000)
	for i := range lines {
		var b bytes.Buffer
		method, status := pick("GET", "GET", "POST", "PUT"), pick("200", "200", "201", "404", "500")
		fmt.Fprintf(&b, `{"@t":"2024-05-01T%02d:%02d:%02d.%07dZ","@mt":"HTTP {Method} {Path} responded {StatusCode} in {Elapsed:0.000} ms"`,
			r.IntN(24), r.IntN(60), r.IntN(60), r.IntN(1e7))
		if level := pick("", "", "Debug", "Warning", "Error"); level != "" {
			fmt.Fprintf(&b, `,"@l":%q`, level)
		}
		if i%12 == 0 {
			b.WriteString(`,"@x":"System.TimeoutException: The operation has timed out.\r\n   at Shop.Orders.Load(Int32 id) in C:\\src\\Orders.cs:line 42\r\n   at Shop.Api.Get(HttpContext c)"`)
		}
		fmt.Fprintf(&b, `,"@tr":"%016x%016x","@sp":"%016x"`, r.Uint64(), r.Uint64(), r.Uint64())
		fmt.Fprintf(&b, `,"Method":%q,"Path":"/api/%s/%d","StatusCode":%s,"Elapsed":%.3f`, method, pick("orders", "basket", "customers"), r.IntN(1e6), status, r.Float64()*500)
		fmt.Fprintf(&b, `,"SourceContext":"Shop.Api.Middleware.RequestLogging","RequestId":"0HN%012X:%08d","ConnectionId":"0HN%012X"`, r.Uint64()>>16, r.IntN(99), r.Uint64()>>16)
		fmt.Fprintf(&b, `,"Application":%q,"Environment":%q,"MachineName":"web-%02d","ProcessId":%d,"ThreadId":%d`,
			pick("shop", "billing", "search"), pick("Production", "Staging"), r.IntN(50), r.IntN(30000), r.IntN(64))
		fmt.Fprintf(&b, `,"UserId":"user-%06d","UserAgent":"Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/125.0","ClientIp":"10.%d.%d.%d","Scheme":"https","Host":"shop.example.com"`,
			r.IntN(1e5), r.IntN(256), r.IntN(256), r.IntN(256))
		fmt.Fprintf(&b, `,"ContentLength":%d,"Cached":%t,"Retries":null,"Region":"eu-west-1","Version":"4.%d.0"`, r.IntN(1e5), r.IntN(2) == 0, r.IntN(9))
		fmt.Fprintf(&b, `,"Data":{"checks":{"database":{"isOk":true,"latencyMs":%d}},"queue":{"length":%d,"name":"orders"}},"Tags":["web","api","%s"],"Tenant":%q}`,
			r.IntN(40), r.IntN(900), method, pick("acme", "globex", "Zo\u00eb & Co"))
		lines[i] = b.Bytes()
	}
	return lines
}

var realFiles = []string{
	"cmd_dumping_ntds_dit_file_volume_shadow_copy",
	"covenant_dcom_iertutil_dll_hijack_2020-10-09183000",
	"empire_mimikatz_opth_2019-03-19131123",
	"empire_scm_dll_hijack_ikeext_2019-04-03133337",
	"ec2_proxy_s3_exfiltration_2020-09-14011940",
}

// normalised gives the lines as a Decoder writes them.
func normalised(tb testing.TB, lines [][]byte) [][]byte {
	tb.Helper()
	d := NewDecoder(Options{})
	for i, l := range lines {
		var err error
		if lines[i], _, err = d.Decode(nil, l, nil); err != nil {
			tb.Fatal(err)
		}
	}
	return lines
}

func eachCorpus(b *testing.B, f func(b *testing.B, lines [][]byte)) {
	b.Run("clef", func(b *testing.B) { f(b, clefLines()) })
	b.Run("shop", func(b *testing.B) { f(b, shopLines()) })
	b.Run("shop,normalised", func(b *testing.B) { f(b, normalised(b, shopLines())) })
	for _, name := range realFiles {
		short, _, _ := strings.Cut(name, "_20")
		b.Run(short, func(b *testing.B) { f(b, realLines(b, name)) })
	}
}

// perLine does f with the lines in turn, and reports bytes by the clock and by the processor time used.
func perLine(b *testing.B, lines [][]byte, f func(line []byte)) {
	var n int64
	i := 0
	b.ReportAllocs()
	before := cpuSeconds()
	for b.Loop() {
		f(lines[i])
		n += int64(len(lines[i]))
		if i++; i == len(lines) {
			i = 0
		}
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds()/1e6, "MB/s")
	if used := cpuSeconds() - before; used > 0 {
		b.ReportMetric(float64(n)/used/1e6, "MB/cpu-s")
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

func BenchmarkDecode(b *testing.B) {
	eachCorpus(b, func(b *testing.B, lines [][]byte) {
		d := NewDecoder(Options{})
		var s Summary
		var dst []byte
		perLine(b, lines, func(line []byte) {
			var err error
			if dst, _, err = d.Decode(dst[:0], line, &s); err != nil {
				b.Fatal(err)
			}
		})
	})
}

// BenchmarkParse is the first of the Decoder's passes: validation, and what must be known to write the event in normalised form.
func BenchmarkParse(b *testing.B) {
	eachCorpus(b, func(b *testing.B, lines [][]byte) {
		d := NewDecoder(Options{})
		perLine(b, lines, func(line []byte) {
			if d.begin(line); !d.parse() {
				b.Fatal(d.err)
			}
		})
	})
}

// BenchmarkEncodingJSONValid is the reference: the standard library's validation alone.
func BenchmarkEncodingJSONValid(b *testing.B) {
	eachCorpus(b, func(b *testing.B, lines [][]byte) {
		perLine(b, lines, func(line []byte) {
			if !json.Valid(line) {
				b.Fatal("invalid")
			}
		})
	})
}
