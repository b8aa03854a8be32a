package sparse_test

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/klauspost/compress/zstd"

	"github.com/flare-pg/flare-pg/event"
	"github.com/flare-pg/flare-pg/nql/sparse"
)

// corpus is stored documents, one behind the other, and three properties to be read of each.
type corpus struct {
	all     []byte
	docs    [][]byte // parts of all
	three   [3]string
	needles []string // texts that are rare in it, with beginnings that are not
}

func (c *corpus) add(doc []byte) {
	c.all = append(append(c.all, doc...), '\n')
}

// part is every so many documents, size bytes at most.
func (c *corpus) part(size int) *corpus {
	p := &corpus{three: c.three, needles: c.needles}
	for i, every := 0, len(c.all)/size+1; i < len(c.docs); i += every {
		p.add(c.docs[i])
	}
	return p.cut()
}

// cut sets docs, when all are there.
func (c *corpus) cut() *corpus {
	c.docs = bytes.SplitAfter(c.all[:len(c.all)-1], []byte("\n"))
	for i, d := range c.docs {
		c.docs[i] = bytes.TrimRight(d, "\n")
	}
	return c
}

// clef makes events of 1 KB with 30 properties, as a web service writes them.
func clef() *corpus {
	r := rand.New(rand.NewPCG(1, 2))
	pick := func(of ...string) string { return of[r.IntN(len(of))] }
	c := &corpus{three: [3]string{"Method", "Elapsed", "StatusCode"},
		needles: []string{`"Environment":"Prod`, `{"@t":"2020-07-29T09`, `"Elapsed":7777.5`, `zq`, `"StatusCode":418`, `Mozilla/4.0 (compatible`}}
	d := event.NewDecoder(event.Options{})
	for i := range 1000 {
		src := fmt.Sprintf(`{"@t":"2020-07-29T07:%02d:%02d.%07dZ","@mt":"HTTP {Method} {Path} responded {StatusCode} in {Elapsed:0.0000} ms","@l":%q,`+
			`"Application":"shop","Environment":%q,"Method":%q,"Path":"/api/customers/current/orders/%d","StatusCode":%d,"Elapsed":%.4f,"RequestId":"0HLSV%08X:%08X",`+
			`"ConnectionId":"0HLSV%08X","Item":{"Sku":"A-%d","Price":%.2f},"Tags":["checkout","eu"],"Region":"eu-west-1","Zone":"b","Protocol":"HTTP/1.1","Scheme":"https",`+
			`"Host":"shop.example","UserId":%d,"UserName":"user-%d","MachineName":"web-%02d","ProcessId":%d,"ThreadId":%d,"SourceContext":"Shop.Web.Middleware.RequestLogging",`+
			`"UserAgent":"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/84.0.4147.89 Safari/537.36","Query":"?page=%d&sort=price&filter=available&currency=EUR","Referrer":"https://shop.example/category/%d","Bytes":%d,"Cached":%v,"Version":"4.17.2+%07x"}`,
			i/60%60, i%60, r.IntN(1e7), pick("Information", "Information", "Warning", "Error"), pick("Development", "Staging"), pick("GET", "GET", "POST", "PUT"),
			r.IntN(1e6), []int{200, 200, 201, 404, 500}[r.IntN(5)], r.ExpFloat64()*60, r.Uint32(), r.Uint32(), r.Uint32(), r.IntN(100), r.Float64()*100, r.IntN(1e4), r.IntN(1e4),
			r.IntN(20), r.IntN(65536), r.IntN(100), r.IntN(50), r.IntN(500), r.IntN(1e6), r.IntN(2) == 0, r.IntN(1<<28))
		doc, _, err := d.Decode(nil, []byte(src), nil)
		if err != nil {
			panic(err)
		}
		c.add(doc)
	}
	return c.cut()
}

// stored reads a file of real events, which the store would keep in normal form; it skips where there is none.
func stored(tb testing.TB, file string, three [3]string, needles ...string) *corpus {
	f, err := os.Open(filepath.Join("..", "..", "..", "shared", "data", file+".ndjson.zst"))
	if err != nil {
		tb.Skip("the real events are not here: ", err)
	}
	defer f.Close()
	z, err := zstd.NewReader(io.Reader(f), zstd.WithDecoderConcurrency(1))
	if err != nil {
		tb.Fatal(err)
	}
	defer z.Close()
	text, err := io.ReadAll(z)
	if err != nil {
		tb.Fatal(err)
	}
	c := &corpus{three: three, needles: needles}
	d := event.NewDecoder(event.Options{})
	for line := range bytes.Lines(text) {
		if doc, _, err := d.Decode(nil, bytes.TrimSpace(line), nil); err == nil {
			c.add(doc)
		}
		if len(c.all) > 8<<20 {
			break
		}
	}
	return c.cut()
}

// eachCorpus makes the corpora, by name.
func eachCorpus(f func(name string, load func(tb testing.TB) *corpus)) {
	f("clef", func(testing.TB) *corpus { return clef() })
	f("covenant", func(tb testing.TB) *corpus {
		return stored(tb, "covenant_dcom_iertutil_dll_hijack_2020-10-09183000", [3]string{"EventID", "Hostname", "ProcessId"},
			`"EventID":4999`, `"Hostname":"WORKSTATION9`, `C:\\Windows\\System32\\zz`, `{"@t":"2020-10-09T23`)
	})
	f("mimikatz", func(tb testing.TB) *corpus {
		return stored(tb, "empire_mimikatz_opth_2019-03-19131123", [3]string{"event_id", "host", "log_name"},
			`"event_id":4999`, `"Hostname":"WORKSTATION9`, `C:\\Windows\\System32\\zz`)
	})
	f("ec2", func(tb testing.TB) *corpus {
		return stored(tb, "ec2_proxy_s3_exfiltration_2020-09-14011940", [3]string{"eventName", "eventSource", "sourceIPAddress"},
			`"eventName":"DeleteZ`, `{"@t":"2020-09-14T23`)
	})
}

func paths(names ...string) [][]sparse.Step {
	var list [][]sparse.Step
	for _, n := range names {
		list = append(list, []sparse.Step{{Name: n}})
	}
	return list
}
