package exec

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/flare-pg/flare-pg/types"
)

// PoolOptions says how much memory queries may take, in bytes.
type PoolOptions struct {
	Total     int64         // of all queries; 0: 256 MiB
	PerQuery  int64         // of one query; 0: all of Total
	Admission int64         // set aside for a query when it is let in, at least; 0: 1 MiB
	Queries   int           // that may run at once; 0: as many as Admission allows
	Patience  time.Duration // that a query which runs waits for memory that others hold; 0: none
}

// Pool is the memory of all queries of a server.
//
// A query waits until it is admitted, first come first served, and is given then what it can't do without (Minimum). What it needs beyond that it waits
// for, as others give back what they hold, but not for ever, and not where all wait. What would only spare it work (Elastic.Try) it gets while there is
// plenty and nobody waits:
//
//	│ minimum of each query │ reserved beyond │ tried … │ free, an eighth of it not for trying │
type Pool struct {
	total, perQuery, admission int64
	queries                    int
	patience                   time.Duration

	mu      sync.Mutex
	used    int64
	running int
	stuck   int      // queries of which a part waits for a reservation
	waiting []*asked // reservations of queries that run
	queue   []*turn  // queries that want to run
}

// turn is a query that waits to be let in, with so much set aside for it.
type turn struct {
	in      chan struct{} // closed to let the query in
	minimum int64
}

// asked is a reservation that waits.
type asked struct {
	granted chan struct{} // closed when it is
	by      *Account
	bytes   int64
}

// NewPool makes a pool.
func NewPool(o PoolOptions) *Pool {
	p := &Pool{total: o.Total, perQuery: o.PerQuery, admission: o.Admission, queries: o.Queries, patience: o.Patience}
	if p.total <= 0 {
		p.total = 256 << 20
	}
	if p.perQuery <= 0 || p.perQuery > p.total {
		p.perQuery = p.total
	}
	if p.admission <= 0 {
		p.admission = 1 << 20
	}
	p.admission = min(p.admission, p.perQuery)
	return p
}

// Admit waits until the pool has room for one more query, which needs so many bytes at least (Minimum). It returns context.Cause(ctx) when ctx ends first.
// The Account must be closed.
func (p *Pool) Admit(ctx context.Context, minimum int64) (*Account, error) {
	minimum = min(max(minimum, p.admission), p.perQuery)
	p.mu.Lock()
	if len(p.queue) == 0 && p.fits(minimum) {
		p.enter(minimum)
		p.mu.Unlock()
		return &Account{pool: p, minimum: minimum}, nil
	}
	t := &turn{make(chan struct{}), minimum}
	p.queue = append(p.queue, t)
	p.mu.Unlock()
	select {
	case <-t.in:
		return &Account{pool: p, minimum: minimum}, nil
	case <-ctx.Done():
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if i := slices.Index(p.queue, t); i >= 0 {
		p.queue = slices.Delete(p.queue, i, i+1)
	} else { // let in meanwhile
		p.leave(minimum)
	}
	p.wake() // the one that left may have been what the others waited for
	return nil, context.Cause(ctx)
}

// Used says how many bytes are reserved, what is set aside for admitted queries included, and how many
// queries run and wait to run.
func (p *Pool) Used() (bytes int64, running, waiting int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.used, p.running, len(p.queue)
}

func (p *Pool) fits(minimum int64) bool {
	return (p.queries == 0 || p.running < p.queries) && len(p.waiting) == 0 && p.used+minimum <= p.total
}

func (p *Pool) enter(minimum int64) {
	p.running++
	p.used += minimum
}

func (p *Pool) leave(bytes int64) {
	p.running--
	p.used -= bytes
}

// wake gives what is free to who waits: to queries that run first, as they give it back sooner.
func (p *Pool) wake() {
	for len(p.waiting) > 0 {
		w := p.waiting[0]
		if w.by.drawn(w.bytes)-w.by.drawn(0) > p.total-p.used {
			return
		}
		w.by.take(w.bytes)
		p.drop(w)
		close(w.granted)
	}
	for len(p.queue) > 0 && p.fits(p.queue[0].minimum) {
		p.enter(p.queue[0].minimum)
		close(p.queue[0].in)
		p.queue = p.queue[1:]
	}
}

// drop forgets a reservation that waited; false: it was granted.
func (p *Pool) drop(w *asked) bool {
	i := slices.Index(p.waiting, w)
	if i < 0 {
		return false
	}
	p.waiting = slices.Delete(p.waiting, i, i+1)
	if w.by.waits--; w.by.waits == 0 {
		p.stuck--
	}
	return true
}

// Account is the memory of one query. It is used by all goroutines of the query.
type Account struct {
	pool    *Pool
	minimum int64

	// Under pool.mu.
	reserved int64 // what it needs
	tried    int64 // what it got by Try
	peak     int64
	waits    int                    // of its reservations
	until    func() context.Context // until when they wait; nil: as long as the pool's patience lasts
	closed   bool
}

// Reserve takes bytes of the pool. Where the pool has not enough it waits for others to give some back. It fails with 53200 where the query has reached its
// limit, where nobody would give anything back, or when it has waited too long.
func (a *Account) Reserve(bytes int64) error {
	a.pool.mu.Lock()
	ctx := context.Background()
	if a.until != nil {
		ctx = a.until()
	}
	a.pool.mu.Unlock()
	return a.reserve(ctx, bytes)
}

func (a *Account) reserve(ctx context.Context, bytes int64) error {
	p := a.pool
	p.mu.Lock()
	defer p.mu.Unlock()
	if bytes < 0 || a.closed {
		return types.Errorf(types.CodeInternalError, "reservation of %d bytes (account closed: %t)", bytes, a.closed)
	}
	if bytes > p.perQuery-a.reserved-a.tried {
		return types.Errorf(types.CodeOutOfMemory, "out of memory").
			WithDetail("The query holds %d bytes and asked for %d more; a query may hold %d.", a.reserved+a.tried, bytes, p.perQuery).
			WithHint("Narrow the query: a shorter time range, fewer groups, or a LIMIT. Or start the server with more --query-memory.")
	}
	more := a.drawn(bytes) - a.drawn(0)
	if more == 0 || more <= p.total-p.used && len(p.waiting) == 0 {
		a.take(bytes)
		return nil
	}
	if a.waits++; a.waits == 1 {
		p.stuck++
	}
	w := &asked{make(chan struct{}), a, bytes}
	p.waiting = append(p.waiting, w)
	if p.patience > 0 && p.stuck < p.running {
		p.mu.Unlock()
		err := w.wait(ctx, p.patience)
		p.mu.Lock()
		if !p.drop(w) {
			return nil
		}
		p.wake()
		if err != nil {
			return err
		}
	} else {
		p.drop(w)
	}
	return types.Errorf(types.CodeOutOfMemory, "out of memory").
		WithDetail("The query asked for %d bytes more; all queries together hold %d of %d.", bytes, p.used, p.total).
		WithHint("Try again when other queries have ended, or start the server with more --query-memory.")
}

// wait waits until it is granted, and says why it need not wait any more; nil also when patience is at its end.
func (w *asked) wait(ctx context.Context, patience time.Duration) error {
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-w.granted:
	case <-timer.C:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	return nil
}

// take counts bytes as reserved.
func (a *Account) take(bytes int64) {
	a.pool.used += a.drawn(bytes) - a.drawn(0)
	a.reserved += bytes
	a.peak = max(a.peak, a.reserved+a.tried)
}

// drawn is what the query would hold of the pool with so many bytes more: at least what was set aside for it.
func (a *Account) drawn(more int64) int64 { return max(a.reserved+more, a.minimum) + a.tried }

// Try implements Elastic. It never waits.
func (a *Account) Try(bytes int64) bool {
	p := a.pool
	p.mu.Lock()
	defer p.mu.Unlock()
	if bytes < 0 || a.closed || len(p.waiting)+len(p.queue) > 0 || bytes > p.total-p.total/8-p.used || bytes > p.perQuery-p.perQuery/8-a.reserved-a.tried {
		return false
	}
	p.used += bytes
	a.tried += bytes
	a.peak = max(a.peak, a.reserved+a.tried)
	return true
}

// Return implements Elastic.
func (a *Account) Return(bytes int64) {
	p := a.pool
	p.mu.Lock()
	defer p.mu.Unlock()
	if a.closed {
		return
	}
	bytes = min(bytes, a.tried)
	a.tried -= bytes
	p.used -= bytes
	p.wake()
}

// Release gives bytes back.
func (a *Account) Release(bytes int64) {
	p := a.pool
	p.mu.Lock()
	defer p.mu.Unlock()
	if a.closed {
		return
	}
	bytes = min(bytes, a.reserved)
	p.used -= a.drawn(0) - a.drawn(-bytes)
	a.reserved -= bytes
	p.wake()
}

// Peak is the most that the query held at once, in bytes.
func (a *Account) Peak() int64 {
	a.pool.mu.Lock()
	defer a.pool.mu.Unlock()
	return a.peak
}

// Held is what the query holds now, in bytes.
func (a *Account) Held() int64 {
	a.pool.mu.Lock()
	defer a.pool.mu.Unlock()
	return a.reserved + a.tried
}

// Close ends the query's stay and gives back what it still holds. Closing twice does nothing.
func (a *Account) Close() {
	p := a.pool
	p.mu.Lock()
	defer p.mu.Unlock()
	if a.closed {
		return
	}
	a.closed = true
	p.leave(a.drawn(0))
	p.wake()
}
