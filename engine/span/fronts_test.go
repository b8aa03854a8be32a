package span

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/engine/span/strip"
)

// counted counts what is read of a file.
type counted struct {
	*file
	reads, bytes int
}

func (c *counted) ReadAt(b []byte, off int64) (int, error) {
	c.reads++
	c.bytes += len(b)
	return c.file.ReadAt(b, off)
}

func TestOfAPageOfColumnsThatIsReadIsWhatIsAskedFor(t *testing.T) {
	f, footer := write(t, Options{Layout: Columns}, generated(t, 2000))
	c := &counted{file: f}
	fronts := NewFronts(1<<20, 1<<20)
	var p Page
	out := column.New(column.Float64)
	elapsed := func() {
		_, err := p.Columns().Column(out, p.Columns().Find("Elapsed"), column.Float64, nil, false)
		must(t, err)
	}
	info := footer.Pages[0]
	must(t, p.Load(c, path, info, fronts, 7))
	if c.reads != 1 || c.bytes != PageHeaderBytes+info.Front {
		t.Errorf("the page was opened with %d reads of %d bytes, its front has %d", c.reads, c.bytes, info.Front)
	}
	c.bytes = 0
	elapsed()
	if c.reads != 2 || c.bytes > info.Length/8 {
		t.Errorf("one member took %d reads of %d bytes of %d", c.reads-1, c.bytes, info.Length)
	}
	// What is known already is not read again.
	c.reads = 0
	must(t, p.Load(c, path, info, fronts, 7))
	if c.reads != 0 {
		t.Errorf("%d reads of a front that is kept", c.reads)
	}
	elapsed()
	if c.reads != 0 {
		t.Errorf("one member, whose strip is kept, took %d reads", c.reads)
	}
	// Where parts are not kept a part is read once a page.
	bare := NewFronts(1<<20, 0)
	must(t, p.Load(c, path, info, bare, 7))
	c.reads = 0
	elapsed()
	elapsed()
	if c.reads != 1 {
		t.Errorf("one member took %d reads", c.reads)
	}
	// The rest at once.
	c.reads = 0
	_, _, _, err := p.Documents()
	must(t, err)
	if c.reads > 4 {
		t.Errorf("all documents took %d reads", c.reads)
	}
}

func TestDamageHindersOnlyWhoReadsIt(t *testing.T) {
	f, footer := write(t, Options{Layout: Columns}, generated(t, 1000))
	info := footer.Pages[0]
	out := column.New(column.Text)
	paths := [][]string{{"Elapsed"}, {"RequestId"}, {"StatusCode"}, {"Data", "checks", "database", "latencyMs"}}
	hindered := 0
	for at := info.Offset + int64(PageHeaderBytes+info.Front); at < info.end(); at += int64(info.Length) / 50 {
		f.b[at] ^= 4
		var p Page
		must(t, p.Load(f, path, info, nil, 0))
		bad := 0
		for _, name := range paths {
			if _, err := p.Columns().Column(out, p.Columns().Find(name...), column.Text, nil, false); err != nil {
				named(t, err, len(f.b))
				bad++
			}
		}
		if bad > 1 {
			t.Errorf("the byte at %d spoils %d members", at, bad)
		}
		hindered += bad
		if err := loadAll(&p, f, info); err == nil {
			t.Errorf("the byte at %d is not missed", at)
		}
		f.b[at] ^= 4
	}
	if hindered == 0 {
		t.Error("no member was damaged")
	}
}

func TestFrontsStayWithinTheirBytes(t *testing.T) {
	f, footer := write(t, Options{Layout: Columns, PageBytes: 100}, generated(t, 200))
	var all []*strip.Front
	for _, info := range footer.Pages {
		var p Page
		must(t, p.Load(f, path, info, nil, 0))
		if p.Columns() == nil {
			continue
		}
		front, err := p.readFront(f)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, front)
	}
	rapid.Check(t, func(t *rapid.T) {
		most := rapid.Int64Range(0, 40_000).Draw(t, "most") * 8
		c := NewFronts(most, 0)
		type page struct {
			file   uint64
			offset int64
		}
		kept := map[page]*strip.Front{}
		for range rapid.IntRange(0, 60).Draw(t, "steps") {
			k := page{rapid.Uint64Range(1, 4).Draw(t, "file"), rapid.Int64Range(0, 5).Draw(t, "offset")}
			if front := c.get(k.file, k.offset); front != nil {
				if front != kept[k] {
					t.Fatalf("another page's front")
				}
				continue
			}
			front := rapid.SampledFrom(all).Draw(t, "front")
			c.put(k.file, k.offset, front)
			kept[k] = front
			if c.Bytes() > most {
				t.Fatalf("%d bytes of %d", c.Bytes(), most)
			}
			if front.Bytes() <= most/8 && c.get(k.file, k.offset) != front {
				t.Fatalf("what was put last is forgotten")
			}
		}
	})
	var none *Fronts
	none.put(1, 2, all[0])
	if none.get(1, 2) != nil || none.Bytes() != 0 {
		t.Error("a cache that is not there keeps something")
	}
}
