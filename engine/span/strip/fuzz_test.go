package strip

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/event"
	"github.com/flare-pg/flare-pg/nql"
)

// varied are pages with each form of strip in them, and the events of each.
func varied(tb testing.TB) (bodies [][]byte, events [][]sample) {
	b := NewBuilder()
	add := func(all []sample) {
		bodies, events = append(bodies, page(tb, b, all)), append(events, all)
	}
	add(generated(tb, 40))
	add(manyForms(tb, 600))
	b.forced = 5
	add(generated(tb, 30)) // with a rest
	b.forced = 0
	add([]sample{{1, 2, []byte(`{ "kept": "whole" }`)}, {3, 4, []byte(`{"a":1}`)}, {5, 6, []byte(`{"a":2}`)}})
	return bodies, events
}

// manyForms are events that need each form that integers, texts and numbers have.
func manyForms(tb testing.TB, n int) []sample {
	rng := rand.New(rand.NewPCG(1, 2))
	d := event.NewDecoder(event.Options{})
	var all []sample
	for i := range n {
		ts := int64(15960000000000000) + int64(i)*1234567
		s := fmt.Appendf(nil, `{"@t":"%s","always":"the same","steady":%d,"runs":%d,"codes":%d,"skewed":%d,"wide":%d,"scaled":%.2f`, event.AppendTime(nil, ts), 1000+i*3,
			i/100*1000000007, []int{200, 404, 70000, 1 << 40}[rng.IntN(4)], rng.IntN(10)*rng.IntN(2)*rng.IntN(2), rng.Int64(), rng.Float64()*100)
		s = fmt.Appendf(s, `,"id":"%08x-%04X","word":"%s","words":"w%d x%d","port":"h-%03d:%d","plain":"%s","local":"2020-01-02 03:04:%02d.%03d"`, rng.Uint32(), 77,
			[]string{"one", "two", `three\n`}[rng.IntN(3)], rng.IntN(1000), rng.IntN(9000), rng.IntN(1000), rng.IntN(60000), randomText(rng), i%60, rng.IntN(1000))
		s = fmt.Appendf(s, `,"ok":%t,"maybe":%s,"list":[%d,"%c"],"nested":{"deep":{"n":%d},"e":{}},"mixed":%s`, rng.IntN(2) > 0, []string{"null", "true", "1", `"x"`}[rng.IntN(4)],
			rng.IntN(2000), 'a'+rng.IntN(3), i%7, []string{"1.5", "1e3", "-0", "12345678901234567890", "7"}[max(0, rng.IntN(60)-56)])
		if i%211 == 0 {
			s = fmt.Appendf(s, `,"rare%d":{"x":[1]}`, i)
		}
		doc, ts, err := d.Decode(nil, append(s, '}'), nil)
		must(tb, err)
		all = append(all, sample{ts, uint64(i), doc})
	}
	return all
}

func randomText(rng *rand.Rand) string {
	b := make([]byte, 5+rng.IntN(30))
	for i := range b {
		b[i] = byte('a' + rng.IntN(26))
	}
	return string(b)
}

// readAll asks a page for all there is, and gives the first error.
func readAll(r *Reader, body []byte, rows, bytes int) error {
	r.unverified = true
	if err := openBody(r, body, rows, bytes); err != nil {
		return err
	}
	var failed error
	note := func(err error) {
		if err != nil && failed == nil {
			failed = err
		}
	}
	pick := int(sum(body) >> 1) // of what takes its time one or the other
	if pick%2 == 0 {
		tallyAll(r, note)
	}
	note(r.Each(func(int, []byte) bool { return true }))
	if pick%2 == 1 {
		tallyAll(r, note)
	}
	_, err := r.Document(nil, rows-1)
	note(err)
	_, err = r.Document(nil, rows/2)
	note(err)
	_, err = r.Times(nil)
	note(err)
	_, err = r.Arrivals(nil)
	note(err)
	out := column.New(column.Text)
	for n := range r.dir.nodes {
		if n > 40 {
			break
		}
		var path []string
		for at := uint32(n); at != 0; at = r.dir.nodes[at].parent {
			path = append([]string{string(r.dir.nodes[at].name)}, path...)
		}
		if len(path) == 0 {
			path = []string{"no such"}
		}
		for _, kind := range kinds {
			_, err := r.Column(out, r.Find(path...), kind, nil, true)
			note(err)
			_, err = r.Column(out, r.Find(path...), kind, column.Selection{int32(rows - 1)}, false)
			note(err)
		}
		if pick%8 == 0 && n%16 == pick/8%16 {
			askAll(r, nql.PropertyPath(path...), note)
		}
	}
	if pick%8 == 0 {
		askAll(r, &nql.Path{Root: []nql.Builtin{nql.Level, nql.Exception, nql.TraceID, nql.SpanID}[pick/8%4]}, note)
	}
	return failed
}

// tallyAll asks a page for its counts, and where they lie.
func tallyAll(r *Reader, note func(error)) {
	var c Columns
	c.Turn(r)
	_, err := c.Tallies(func(m nql.PageMember, t *Tally) {
		left := int64(r.rows)
		if t != nil {
			for _, n := range t.Counts {
				left -= n
			}
			if left != t.Missing {
				note(ErrDamaged)
			}
		}
		c.Places([]nql.PageMember{m}, true, func(offset, length int64) {
			if offset < 0 || length < 0 || offset+length > int64(r.front.body) {
				panic("places lie outside the page")
			}
		})
	})
	note(err)
}

// askAll asks a page about a path in each way that there is.
func askAll(r *Reader, p *nql.Path, note func(error)) {
	var c Columns
	c.Turn(r)
	text, number := &nql.Literal{Value: nql.StringValue("Information")}, &nql.Literal{Value: nql.IntegerValue(7)}
	var batch column.Batch
	for _, where := range []nql.Expr{&nql.Binary{Op: nql.Eq, L: p, R: text}, &nql.Binary{Op: nql.Lt, L: p, R: number}, &nql.IsNull{X: p}, &nql.Like{X: p, Pattern: text},
		&nql.Binary{Op: nql.Ne, L: &nql.Call{Name: "text", Args: []nql.Expr{p}}, R: &nql.Path{Root: nql.Level}}} {
		rows, err := nql.CompileRows(where, nil, []nql.Column{{Path: p, Kind: column.Text}, {Expr: where, Kind: column.Bool}})
		if err != nil {
			panic(err)
		}
		program, err := rows.Pages()
		if err != nil {
			panic(err)
		}
		program.Excludes(&c)
		for _, sel := range []column.Selection{nil, {int32(r.Rows() - 1)}} {
			found, err := program.Select(&c, sel)
			if note(err); err != nil {
				continue
			}
			batch.Reset(rows.Kinds())
			note(program.Columns(&c, found, &batch))
		}
	}
}

func FuzzReader(f *testing.F) {
	bodies, events := varied(f)
	for i, body := range bodies {
		f.Add(body, uint16(len(events[i])), uint32(size(events[i])))
	}
	f.Fuzz(func(t *testing.T, body []byte, rows uint16, docs uint32) {
		var r Reader
		readAll(&r, body, int(rows), int(docs%(1<<20)))
	})
}

// A directory is compressed, which no fuzzer gets past.
func FuzzDirectory(f *testing.F) {
	bodies, events := varied(f)
	for i, body := range bodies {
		in := input{b: body}
		packed := in.body(maxBytes)
		n := in.count(MaxRows)
		how := in.body(maxBytes)
		var m memory
		raw, err := packed.open(&m)
		must(f, err)
		shapes, err := how.open(&m)
		must(f, err)
		f.Add(raw, uint16(n), shapes, in.b, uint16(len(events[i])), uint32(size(events[i])))
	}
	var c compressor
	f.Fuzz(func(t *testing.T, raw []byte, n uint16, shapes, rest []byte, rows uint16, docs uint32) {
		var r Reader
		body := c.appendBytes(binary.AppendUvarint(c.appendBytes(nil, raw), uint64(n)), shapes)
		readAll(&r, append(body, rest...), int(rows), int(docs%(1<<20)))
	})
}

func TestDamagedPagesAreErrorsOrOtherDocuments(t *testing.T) {
	bodies, events := varied(t)
	rng := rand.New(rand.NewPCG(3, 4))
	for i, body := range bodies {
		rows, docs := len(events[i]), size(events[i])
		var r Reader
		must(t, readAll(&r, body, rows, docs))
		for range 400 {
			b := bytes.Clone(body)
			for range 1 + rng.IntN(2) {
				b[rng.IntN(len(b))] = byte(rng.Uint32())
			}
			readAll(&r, b, rows, docs) // must not panic
		}
		for n := 0; n < len(body); n += 1 + len(body)/100 {
			if readAll(&r, body[:n], rows, docs) == nil {
				t.Errorf("page %d: %d of %d bytes are read without an error", i, n, len(body))
			}
		}
		if readAll(&r, append(bytes.Clone(body), 0), rows, docs) == nil {
			t.Errorf("page %d: a byte behind it is no error", i)
		}
		for _, n := range []int{0, rows - 1, rows + 1, MaxRows + 1} {
			if readAll(&r, body, n, docs) == nil {
				t.Errorf("page %d: %d rows are read as %d", i, rows, n)
			}
		}
	}
}

// What a damaged page takes of memory is bounded by what its header says.
func TestMemoryIsBoundedByRowsAndBytes(t *testing.T) {
	zeros := make([]byte, 32<<20)
	var c compressor
	bomb := c.appendBytes(nil, zeros)
	var r Reader
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range 10 {
		if openBody(&r, bomb, 100, 10_000) == nil {
			t.Fatal("32 MiB of zeros are a directory")
		}
	}
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; n > 1<<20 {
		t.Errorf("%d bytes were taken", n)
	}
}
