package exec

import (
	"context"
	"slices"
	"sync"

	"github.com/flare-pg/flare-pg/types"
)

// PoolOptions says how much memory queries may take, in bytes.
type PoolOptions struct {
	Total     int64 // of all queries; 0: 256 MiB
	PerQuery  int64 // of one query; 0: all of Total
	Admission int64 // set aside for a query when it is let in; 0: 1 MiB
	Queries   int   // that may run at once; 0: as many as Admission allows
}

// Pool is the memory of all queries of a server. A query waits until it is admitted, first come first
// served; once in, it isn't made to wait again: a reservation that the pool can't grant fails.
type Pool struct {
	total, perQuery, admission int64
	queries                    int

	mu      sync.Mutex
	used    int64
	running int
	queue   []chan struct{} // closed to let the query in
}

// NewPool makes a pool.
func NewPool(o PoolOptions) *Pool {
	p := &Pool{total: o.Total, perQuery: o.PerQuery, admission: o.Admission, queries: o.Queries}
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

// Admit waits until the pool has room for one more query. It returns context.Cause(ctx) when ctx ends first.
// The Account must be closed.
func (p *Pool) Admit(ctx context.Context) (*Account, error) {
	p.mu.Lock()
	if len(p.queue) == 0 && p.fits() {
		p.enter()
		p.mu.Unlock()
		return &Account{pool: p}, nil
	}
	turn := make(chan struct{})
	p.queue = append(p.queue, turn)
	p.mu.Unlock()
	select {
	case <-turn:
		return &Account{pool: p}, nil
	case <-ctx.Done():
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if i := slices.Index(p.queue, turn); i >= 0 {
		p.queue = slices.Delete(p.queue, i, i+1)
	} else { // let in meanwhile
		p.leave(p.admission)
	}
	p.admitNext() // the one that left may have been what the others waited for
	return nil, context.Cause(ctx)
}

// Used says how many bytes are reserved, what is set aside for admitted queries included, and how many
// queries run and wait.
func (p *Pool) Used() (bytes int64, running, waiting int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.used, p.running, len(p.queue)
}

func (p *Pool) fits() bool {
	return (p.queries == 0 || p.running < p.queries) && p.used+p.admission <= p.total
}

func (p *Pool) enter() {
	p.running++
	p.used += p.admission
}

func (p *Pool) leave(bytes int64) {
	p.running--
	p.used -= bytes
}

func (p *Pool) admitNext() {
	for len(p.queue) > 0 && p.fits() {
		p.enter()
		close(p.queue[0])
		p.queue = p.queue[1:]
	}
}

// Account is the memory of one query. It is used by all goroutines of the query.
type Account struct {
	pool *Pool

	// Under pool.mu.
	reserved int64
	peak     int64
	closed   bool
}

// Reserve takes bytes of the pool. It fails with 53200 where the query has reached its limit or the pool is used up.
func (a *Account) Reserve(bytes int64) error {
	p := a.pool
	p.mu.Lock()
	defer p.mu.Unlock()
	if bytes < 0 || a.closed {
		return types.Errorf(types.CodeInternalError, "reservation of %d bytes (account closed: %t)", bytes, a.closed)
	}
	if bytes > p.perQuery-a.reserved {
		return types.Errorf(types.CodeOutOfMemory, "out of memory").
			WithDetail("The query holds %d bytes and asked for %d more; a query may hold %d.", a.reserved, bytes, p.perQuery).
			WithHint("Narrow the query: a shorter time range, fewer groups, or a LIMIT. Or give queries more memory in the server's settings.")
	}
	more := a.drawn(a.reserved+bytes) - a.drawn(a.reserved)
	if more > p.total-p.used {
		return types.Errorf(types.CodeOutOfMemory, "out of memory").
			WithDetail("The query asked for %d bytes more; all queries together hold %d of %d.", bytes, p.used, p.total).
			WithHint("Try again when other queries have ended, or give queries more memory in the server's settings.")
	}
	p.used += more
	a.reserved += bytes
	a.peak = max(a.peak, a.reserved)
	return nil
}

// drawn is what a query that has reserved so much holds of the pool: at least what admission set aside.
func (a *Account) drawn(reserved int64) int64 { return max(reserved, a.pool.admission) }

// Release gives bytes back.
func (a *Account) Release(bytes int64) {
	p := a.pool
	p.mu.Lock()
	defer p.mu.Unlock()
	if a.closed {
		return
	}
	bytes = min(bytes, a.reserved)
	p.used -= a.drawn(a.reserved) - a.drawn(a.reserved-bytes)
	a.reserved -= bytes
	p.admitNext()
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
	return a.reserved
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
	p.leave(a.drawn(a.reserved))
	p.admitNext()
}
