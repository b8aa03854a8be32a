package sparse_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/minio/simdjson-go"
	"github.com/valyala/fastjson"

	"github.com/flare-pg/flare-pg/event"
	"github.com/flare-pg/flare-pg/nql/sparse"
)

// way is a way to look at each document, or at all at once.
type way struct {
	name string
	pass func()
}

// readings are ways to read three properties of each document. The speed of the first is the ceiling.
func readings(tb testing.TB, c *corpus) []way {
	var ways []way
	each := func(name string, f func(doc []byte)) {
		ways = append(ways, way{name, func() {
			for _, d := range c.docs {
				f(d)
			}
		}})
	}
	each("IndexByte of an absent byte", func(doc []byte) { bytes.IndexByte(doc, 0) })
	tape := make([]uint32, 0, 64<<10)
	each("Index", func(doc []byte) { tape, _ = sparse.Index(tape[:0], doc) })

	// With a Reader that is kept, as programs do.
	out := make([]sparse.Value, 3)
	var r sparse.Reader
	read := func(name string, w *sparse.Wanted) {
		each(name, func(doc []byte) { r.Read(w, doc, out) })
	}
	read("3 properties", event.Wanted(paths(c.three[:]...)))
	// To the very end, since one of them is nowhere and its name would stand behind all others.
	read("3 properties, one absent", event.Wanted(paths(c.three[0], c.three[2], "~")))
	read("3 properties, any order", sparse.Compile(paths(c.three[:]...)))
	read("3 properties, any order, one absent", sparse.Compile(paths(c.three[0], c.three[2], "~")))
	read("the whole document", sparse.Compile([][]sparse.Step{{}}))

	var p fastjson.Parser
	each("fastjson", func(doc []byte) {
		v, err := p.ParseBytes(doc)
		if err != nil {
			tb.Fatal(err)
		}
		for _, n := range c.three {
			v.Get(n)
		}
	})
	if simdjson.SupportedCPU() {
		var parsed *simdjson.ParsedJson
		var object *simdjson.Object
		var element simdjson.Element
		each("simdjson-go", func(doc []byte) {
			var err error
			if parsed, err = simdjson.Parse(doc, parsed, simdjson.WithCopyStrings(false)); err != nil {
				tb.Fatal(err)
			}
			iter := parsed.Iter()
			iter.AdvanceInto()
			_, root, err := iter.Root(nil)
			if err != nil {
				tb.Fatal(err)
			}
			if object, err = root.Object(object); err != nil {
				tb.Fatal(err)
			}
			for _, n := range c.three {
				object.FindKey(n, &element)
			}
		})
	}
	each("encoding/json into maps", func(doc []byte) {
		var m map[string]any
		if err := json.Unmarshal(doc, &m); err != nil {
			tb.Fatal(err)
		}
	})
	return ways
}

// searches are ways to find a text that isn't there, in all documents at once and in each.
func searches(tb testing.TB, c *corpus, needle []byte) []way {
	if bytes.Contains(c.all, needle) {
		tb.Fatalf("%s is not absent", needle)
	}
	kept := sparse.NewNeedle(needle, false)
	return []way{
		{"bytes.Index", func() { bytes.Index(c.all, needle) }},
		{"Find", func() { sparse.Find(c.all, needle) }},
		{"FindFold", func() { sparse.FindFold(c.all, needle) }},
		{"bytes.Index in each document", func() {
			for _, d := range c.docs {
				bytes.Index(d, needle)
			}
		}},
		{"Needle.Find in each document", func() {
			for _, d := range c.docs {
				kept.Find(d)
			}
		}},
	}
}

func bench(b *testing.B, size int, ways []way) {
	for _, w := range ways {
		b.Run(w.name, func(b *testing.B) {
			b.SetBytes(int64(size))
			for b.Loop() {
				w.pass()
			}
		})
	}
}

func BenchmarkDocuments(b *testing.B) {
	eachCorpus(func(name string, load func(testing.TB) *corpus) {
		b.Run(name, func(b *testing.B) {
			c := load(b)
			bench(b, len(c.all), readings(b, c))
		})
	})
}

func BenchmarkFind(b *testing.B) {
	eachCorpus(func(name string, load func(testing.TB) *corpus) {
		b.Run(name, func(b *testing.B) {
			c := load(b)
			for _, needle := range c.needles {
				b.Run(needle, func(b *testing.B) { bench(b, len(c.all), searches(b, c, []byte(needle))) })
			}
		})
	})
}

// TestSpeeds measures the same for docs/decisions.md, in turns, so that other work on the machine falls on all alike, and takes the best of many short
// turns: run it with -v and FLARE_PG_MEASURE=1.
func TestSpeeds(t *testing.T) {
	if os.Getenv("FLARE_PG_MEASURE") == "" {
		t.Skip("a measurement; set FLARE_PG_MEASURE=1")
	}
	measure := func(t *testing.T, name string, c *corpus, ways []way) {
		best := make([]time.Duration, len(ways))
		for range 200 {
			for i, w := range ways {
				start := time.Now()
				w.pass()
				if d := time.Since(start); best[i] == 0 || d < best[i] {
					best[i] = d
				}
			}
		}
		var b strings.Builder
		for i, w := range ways {
			fmt.Fprintf(&b, "\n%-36s %7.0f MB/s %7.0f ns a document", w.name, float64(len(c.all))/best[i].Seconds()/1e6, float64(best[i].Nanoseconds())/float64(len(c.docs)))
		}
		t.Logf("%s, documents of %d bytes%s", name, len(c.all)/len(c.docs), b.String())
	}
	eachCorpus(func(name string, load func(testing.TB) *corpus) {
		t.Run(name, func(t *testing.T) {
			c := load(t).part(256 << 10)
			measure(t, name, c, readings(t, c))
			for _, needle := range c.needles {
				measure(t, needle, c, searches(t, c, []byte(needle)))
			}
		})
	})
}
