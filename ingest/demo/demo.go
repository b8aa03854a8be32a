// Package demo makes events such as a few web services would log in a day: CLEF, about 1 KB each, the same for the
// same seed. They feed `flare-pg demo`, tests and benchmarks.
package demo

import (
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/flare-pg/flare-pg/event"
)

// What the events are about.
const (
	Applications = 8
	Environments = 3
	Machines     = 50
	URLs         = 200
	Users        = 100_000
)

// DefaultEvents is how many events span the time range unless Of says otherwise.
const DefaultEvents = 100_000

// Generator makes events one after the other. It is used by one goroutine.
type Generator struct {
	rng      *rand.Rand
	from     int64 // 100 ns since 1970
	span     int64 // of the time range
	of       int64 // events that span it
	n        int64 // made so far
	sequence int64
}

// New returns a generator of events with from <= @t < to. DefaultEvents of them span that range, nearly but
// not quite in ascending order, as from machines of which some are late; further ones begin at from again.
func New(seed uint64, from, to time.Time) *Generator {
	g := &Generator{rng: rand.New(rand.NewPCG(seed, 0x9e3779b97f4a7c15)), from: ticks(from), of: DefaultEvents}
	g.span = max(ticks(to)-g.from, 1)
	g.sequence = 1<<53 + g.rng.Int64N(1<<40) // beyond what a double holds
	return g
}

// Of makes n events span the time range, and returns g.
func (g *Generator) Of(n int) *Generator {
	g.of = max(int64(n), 1)
	return g
}

func ticks(t time.Time) int64 { return t.Unix()*1e7 + int64(t.Nanosecond())/100 }

var (
	applications = [Applications]string{"Shop", "Checkout", "Payments", "Inventory", "Search", "Accounts", "Mailer", "Gateway"}
	environments = [Environments]string{"Production", "Staging", "Test"}
	methods      = [...]string{"GET", "GET", "GET", "GET", "GET", "GET", "POST", "POST", "PUT", "DELETE"}
	resources    = [...]string{"orders", "products", "customers", "baskets", "invoices", "sessions", "reviews", "images", "prices", "reports"}
	regions      = [...]string{"eu-west-1", "eu-central-1", "us-east-1", "ap-south-1"}
	agents       = [...]string{
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0 Safari/537.36",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 14_4) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Safari/605.1.15",
		"Mozilla/5.0 (X11; Linux x86_64; rv:125.0) Gecko/20100101 Firefox/125.0",
		"okhttp/4.12.0", "curl/8.5.0",
	}
	labels     = [...]string{"web", "mobile", "beta", "cached", "retry", "vip", "batch", "canary"}
	exceptions = [...]string{
		"System.TimeoutException: The operation has timed out.\n   at Shop.Data.Database.Query(String sql)\n   at Shop.Orders.OrderService.Load(Int64 id)\n   at Shop.Web.OrdersController.Get(Int64 id)",
		"System.InvalidOperationException: Sequence contains no elements\n   at System.Linq.ThrowHelper.ThrowNoElementsException()\n   at Shop.Pricing.PriceList.Current()\n   at Shop.Web.PricesController.Get(String sku)",
		"Npgsql.PostgresException (0x80004005): 53300: sorry, too many clients already\n   at Npgsql.NpgsqlConnector.Connect()\n   at Shop.Data.Database.Open()",
	}
)

const template = "HTTP {Method} {Path} responded {StatusCode} in {Elapsed:0.000} ms"

// Next appends the next event, without a line end, to dst.
func (g *Generator) Next(dst []byte) []byte {
	r := g.rng
	at := g.time()
	status := g.status()
	elapsed := r.ExpFloat64() * 60
	level := "Information"
	switch {
	case status >= 500:
		level = "Error"
		elapsed += 500
	case status >= 400 || elapsed > 250:
		level = "Warning"
	}
	url := r.IntN(URLs)

	dst = append(dst, `{"@t":"`...)
	dst = append(event.AppendTime(dst, at), '"')
	dst = str(dst, "@mt", template)
	if level != "Information" || r.IntN(2) == 0 { // CLEF may leave Information out
		dst = str(dst, "@l", level)
	}
	if status >= 500 {
		dst = append(dst, `,"@x":`...)
		dst = event.AppendString(dst, []byte(exceptions[r.IntN(len(exceptions))]))
	}
	dst = hex(append(dst, `,"@tr":"`...), r.Uint64(), 16)
	dst = hex(dst, r.Uint64(), 16)
	dst = append(hex(append(dst, `","@sp":"`...), r.Uint64(), 16), '"')
	application := applications[r.IntN(Applications)]
	dst = str(dst, "Application", application)
	dst = str(dst, "Environment", environments[[10]int{0, 0, 0, 0, 0, 0, 0, 1, 1, 2}[r.IntN(10)]])
	dst = append(digits(append(dst, `,"MachineName":"web-`...), r.IntN(Machines), 3), '"')
	dst = str(dst, "Method", methods[r.IntN(len(methods))])
	dst = append(append(dst, `,"Path":"/api/`...), resources[url%len(resources)]...)
	dst = append(strconv.AppendInt(append(dst, '/'), int64(url), 10), '"')
	dst = strconv.AppendInt(append(dst, `,"StatusCode":`...), int64(status), 10)
	dst = strconv.AppendFloat(append(dst, `,"Elapsed":`...), elapsed, 'f', 4, 64)
	dst = append(append(dst, `,"SourceContext":"`...), application...)
	dst = append(append(append(dst, `.Web.Controllers.`...), resources[url%len(resources)]...), `Controller"`...)
	dst = append(dst, `,"Protocol":"HTTP/1.1","ContentType":"application/json; charset=utf-8"`...)
	dst = g.request(dst)
	dst = g.data(dst, status)
	dst = g.tags(dst)
	dst = g.items(dst)
	return append(dst, '}')
}

// time gives the time of the next event.
func (g *Generator) time() int64 {
	step := max(g.span/g.of, 1)
	at := int64(float64(g.span) * float64(g.n%g.of) / float64(g.of))
	g.n++
	at += g.rng.Int64N(step)
	if g.rng.IntN(50) == 0 { // late, by up to 2 s
		at -= g.rng.Int64N(2e7)
	}
	return g.from + min(max(at, 0), g.span-1)
}

func (g *Generator) status() int {
	switch n := g.rng.IntN(1000); {
	case n < 870:
		return 200
	case n < 920:
		return 201
	case n < 940:
		return 304
	case n < 970:
		return 404
	case n < 980:
		return 400
	case n < 988:
		return 401
	case n < 996:
		return 500
	default:
		return 503
	}
}

// request appends who asked, and for what.
func (g *Generator) request(dst []byte) []byte {
	r := g.rng
	dst = append(dst, `,"RequestId":"`...)
	a, b := r.Uint64(), r.Uint64()
	dst = append(hex(dst, a>>32, 8), '-')
	dst = append(hex(dst, a>>16&0xffff, 4), '-')
	dst = append(hex(dst, a&0xfff|0x4000, 4), '-') // a random UUID, version 4
	dst = append(hex(dst, b>>48&0x3fff|0x8000, 4), '-')
	dst = append(hex(dst, b&0xffffffffffff, 12), '"')
	g.sequence += 1 + r.Int64N(9)
	dst = strconv.AppendInt(append(dst, `,"Sequence":`...), g.sequence, 10)
	if r.IntN(5) == 0 {
		dst = append(dst, `,"UserId":null,"IsAuthenticated":false`...)
	} else {
		user := r.IntN(Users)
		dst = strconv.AppendInt(append(dst, `,"UserId":`...), int64(user), 10)
		dst = append(digits(append(dst, `,"UserName":"user`...), user, 5), '"')
		dst = append(dst, `,"IsAuthenticated":true`...)
	}
	dst = str(dst, "UserAgent", agents[r.IntN(len(agents))])
	dst = append(dst, `,"ClientIp":"10.`...)
	dst = strconv.AppendInt(dst, r.Int64N(256), 10)
	dst = strconv.AppendInt(append(dst, '.'), r.Int64N(256), 10)
	return append(strconv.AppendInt(append(dst, '.'), r.Int64N(256), 10), '"')
}

// data appends the nested object.
func (g *Generator) data(dst []byte, status int) []byte {
	r := g.rng
	ok := strconv.FormatBool(status < 500 || r.IntN(2) == 0)
	dst = append(append(dst, `,"Data":{"checks":{"database":{"isOk":`...), ok...)
	dst = strconv.AppendInt(append(dst, `,"latencyMs":`...), int64(r.ExpFloat64()*8), 10)
	dst = append(append(dst, `},"cache":{"isOk":true,"hitRatio":`...), "0."...)
	dst = digits(dst, r.IntN(1000), 3)
	dst = append(append(dst, `}},"region":"`...), regions[r.IntN(len(regions))]...)
	return append(strconv.AppendInt(append(dst, `","retries":`...), r.Int64N(3), 10), '}')
}

func (g *Generator) tags(dst []byte) []byte {
	dst = append(dst, `,"Tags":[`...)
	for i := range g.rng.IntN(4) {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = event.AppendString(dst, []byte(labels[g.rng.IntN(len(labels))]))
	}
	return append(dst, ']')
}

func (g *Generator) items(dst []byte) []byte {
	r := g.rng
	dst = append(dst, `,"Items":[`...)
	for i := range r.IntN(4) {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, `{"Sku":"`...)
		dst = append(dst, byte('A'+r.IntN(5)), '-')
		dst = append(digits(dst, r.IntN(10_000), 4), '"')
		dst = strconv.AppendFloat(append(dst, `,"Price":`...), float64(100+r.IntN(20_000))/100, 'f', 2, 64)
		dst = append(strconv.AppendInt(append(dst, `,"Quantity":`...), 1+r.Int64N(5), 10), '}')
	}
	return append(dst, ']')
}

// str appends a member whose value needs no escapes.
func str(dst []byte, name, value string) []byte {
	dst = append(append(append(dst, ',', '"'), name...), '"', ':', '"')
	return append(append(dst, value...), '"')
}

// hex appends n in so many hexadecimal digits.
func hex(dst []byte, n uint64, width int) []byte {
	for shift := 4 * (width - 1); shift >= 0; shift -= 4 {
		dst = append(dst, "0123456789abcdef"[n>>uint(shift)&15])
	}
	return dst
}

// digits appends n in so many decimal digits.
func digits(dst []byte, n, width int) []byte {
	from := len(dst)
	for range width {
		dst = append(dst, '0')
	}
	for i := len(dst) - 1; i >= from; i-- {
		dst[i] = byte('0' + n%10)
		n /= 10
	}
	return dst
}
