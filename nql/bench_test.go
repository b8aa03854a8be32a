package nql

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/event"
)

// generated makes CLEF events of about 1 KB, as an HTTP service writes them.
func generated(n int) ([]Event, int64) {
	r := rand.New(rand.NewPCG(1, 2))
	pick := func(of ...string) string { return of[r.IntN(len(of))] }
	d := event.NewDecoder(event.Options{})
	var list []Event
	var size int64
	for i := range n {
		src := fmt.Sprintf(`{"@t":"2020-07-29T07:%02d:%02d.%07dZ","@mt":"HTTP {Method} {Path} responded {StatusCode} in {Elapsed:0.0000} ms","@l":%q,`+
			`"Application":"shop","Environment":%q,"Method":%q,"Path":"/api/orders/%d","StatusCode":%d,"Elapsed":%.4f,"RequestId":"0HLSV%08X:%08X",`+
			`"ConnectionId":"0HLSV%08X","Items":[{"Sku":"A-%d","Price":%.2f,"Count":%d},{"Sku":"B-%d","Price":%.2f,"Count":%d}],"Tags":["checkout","eu"],`+
			`"Data":{"checks":{"database":{"isOk":true,"latency":%d},"cache":{"isOk":%v,"latency":%d}}},"User":{"Id":%d,"Name":"user-%d","Roles":["buyer"]},`+
			`"MachineName":"web-%02d","ProcessId":%d,"ThreadId":%d,"SourceContext":"Shop.Web.Middleware.RequestLogging","UserAgent":"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)",`+
			`"Query":"?page=%d&sort=price&filter=%s","Referrer":"https://shop.example/category/%d","Bytes":%d}`,
			i/60%60, i%60, r.IntN(1e7), pick("Information", "Information", "Warning", "Error"), pick("prod", "test"), pick("GET", "GET", "POST", "PUT"),
			r.IntN(1e6), []int{200, 200, 201, 404, 500}[r.IntN(5)], r.ExpFloat64()*60, r.Uint32(), r.Uint32(), r.Uint32(),
			r.IntN(100), r.Float64()*100, r.IntN(9), r.IntN(100), r.Float64()*100, r.IntN(9), r.IntN(30), r.IntN(2) == 0, r.IntN(30), r.IntN(1e4), r.IntN(1e4),
			r.IntN(20), r.IntN(65536), r.IntN(100), r.IntN(50), pick("a", "b", "c"), r.IntN(500), r.IntN(1e6))
		doc, ts, err := d.Decode(nil, []byte(src), nil)
		if err != nil {
			panic(err)
		}
		list = append(list, Event{Timestamp: ts, Arrival: uint64(i), Document: doc})
		size += int64(len(doc))
	}
	return list, size
}

func mustExpr(t testing.TB, text string) Expr {
	t.Helper()
	e, err := ParseExpr(text)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// select StatusCode where Method = 'GET' and Elapsed > 100 and others, against encoding/json doing the first.
func BenchmarkRows(b *testing.B) {
	list, size := generated(4000)
	run := func(name, where string, cols ...Column) {
		b.Run(name, func(b *testing.B) {
			var e Expr
			if where != "" {
				e = mustExpr(b, where)
			}
			p, err := CompileRows(e, nil, cols)
			if err != nil {
				b.Fatal(err)
			}
			var batch column.Batch
			b.SetBytes(size)
			b.ReportAllocs()
			for b.Loop() {
				batch.Reset(p.Kinds())
				for i := range list {
					if _, err := p.Append(&list[i], &batch); err != nil {
						b.Fatal(err)
					}
				}
			}
			b.ReportMetric(float64(len(list))*float64(b.N)/b.Elapsed().Seconds(), "events/s")
		})
	}
	status := Column{Path: PropertyPath("StatusCode"), Kind: column.Int64}
	run("StatusCode where Method = GET and Elapsed > 100", "Method = 'GET' and Elapsed > 100", status)
	run("the same as SQL translates it", "text(Method) = 'GET' and float(Elapsed) > 100.0", status)
	run("count where level = Error", "@l = 'Error'")
	run("count where Items[?].Sku like A-1%", "Items[?].Sku like 'A-1%'")
	run("the same with a lambda", "some(Items, i => i.Sku like 'A-1%')")
	run("count where Items[?].Sku = /^A-1/", "Items[?].Sku = /^A-1/")
	run("count where sum of prices > 100", "sum(map(Items, i => i.Price * i.Count)) > 100")
	run("count where if Error then 500 else slow", "if @l = 'Error' then StatusCode = 500 else Elapsed > 100")
	run("timestamp, level, message", "", Column{Path: &Path{Root: Timestamp}, Kind: column.Timestamp},
		Column{Path: &Path{Root: Level}, Kind: column.Text}, Column{Path: &Path{Root: Message}, Kind: column.Text})
	run("properties", "", Column{Path: &Path{Root: Properties}, Kind: column.JSON})
	b.Run("reference: encoding/json", func(b *testing.B) {
		b.SetBytes(size)
		for b.Loop() {
			for i := range list {
				var v struct {
					Method     string
					Elapsed    float64
					StatusCode int
				}
				if err := json.Unmarshal(list[i].Document, &v); err != nil {
					b.Fatal(err)
				}
			}
		}
	})
}

func TestNoAllocationsInSteadyState(t *testing.T) {
	if raceDetector {
		t.Skip("under the race detector pools lose what they hold, regexp's too")
	}
	list, _ := generated(200)
	test := func(where string, params []Value, cols ...Column) {
		t.Helper()
		p, err := CompileRows(mustExpr(t, where), params, cols)
		if err != nil {
			t.Fatal(err)
		}
		var batch column.Batch
		matched := 0
		pass := func() {
			batch.Reset(p.Kinds())
			for i := range list {
				if _, err := p.Append(&list[i], &batch); err != nil {
					t.Fatal(err)
				}
			}
			matched = batch.Len
		}
		pass()
		pass()
		if matched == len(list) {
			t.Errorf("%s: every event matches", where)
		}
		if n := testing.AllocsPerRun(3, pass); n > 0 {
			t.Errorf("%s: %v allocations for %d events, %d of them matching", where, n, len(list), matched)
		}
	}
	test("Method = 'GET' and Elapsed > 100", nil, Column{Path: PropertyPath("StatusCode"), Kind: column.Int64})
	test("Method like '%e%' ci or Path like '/api/_%0' or not Elapsed between 1.5 and 20", nil,
		Column{Path: PropertyPath("Elapsed"), Kind: column.Decimal}, Column{Path: PropertyPath("Elapsed"), Kind: column.Float64},
		Column{Path: PropertyPath("Data"), Kind: column.JSON}, Column{Path: PropertyPath("User", "Name"), Kind: column.Text},
		Column{Path: &Path{Root: Properties}, Kind: column.JSON}, Column{Path: &Path{Root: ID}, Kind: column.Text})
	test("Items[?].Sku in ['A-1', 'A-2', 'B-1', 'B-2'] or Items[*].Price * 2 + 1 > $1 or @l = 'Error'", []Value{FloatValue(50)},
		Column{Path: &Path{Root: Level}, Kind: column.Text}, Column{Path: &Path{Root: Timestamp}, Kind: column.Timestamp})
	test("text(StatusCode) = '404' or float(Elapsed) < 10.5 or lower(Method) = 'post' or coalesce(Nothing, Bytes) % 7 = 3", nil)
	for _, where := range []string{
		"Path = /orders\\/[0-9]*7$/ or UserAgent = /nothing of this/ ci or Query <> /page/",
		"some(Items, i => i.Price > 50 and i.Sku like 'A-%' or every(i, x => x = 1)) or every(Tags, t => t = 'eu')",
		"if @l = 'Error' then StatusCode = 500 else if Elapsed > 100 then Method = 'GET' else Items[?].Price > 99",
		"Method in ['put', lower(@l)] ci or 'checkout' in Tags and Method in Tags or Method like concat(substring(@l, 0, 1), '%')",
		"length(filter(Items, i => i.Count > 4)) = 2 or sum(map(Items, i => i.Price * i.Count)) > 700",
		"split(Path, '/')[-1] = '7' or split(Path, '/')[?] = 'api' and max(Items[*].Price) > 90 or 90 in map(Items, i => round(i.Price))",
		"replace(trim(Query), '&', ';') = 'x' or padleft(Method, 10) = 'x' or indexof(Path, 'orders') > 9 or endswith(Path, '77')",
		"bucket(@t, 5m) = DateTime('2020-07-29T07:30:00Z') or hour(@t) = 8 or epoch(@t) > 1e10 or abs(Elapsed - 50) < 5 or sqrt(Elapsed) < 1 or floor(Elapsed) = 7",
		"greatest(Elapsed, Bytes, 5) < 100 or { a: Method, ..User }.Id = 7 or [..Tags, 'x'][2] = 'y' or keys(User)[0] = 'x' or typeof(nullif(Method, 'GET')) = 'null'",
	} {
		test(where, nil)
	}
}
