package exec

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"

	"github.com/flare-pg/flare-pg/engine"
)

// errClosed is why a crew's context ends when nobody wants its work any more.
var errClosed = errors.New("exec: closed")

// crew is goroutines that draw fragments. Its context is nobody's child: a suspended portal outlives the
// message that began it. Whoever waits for the crew stops it when their own context ends.
type crew struct {
	operator  string
	fragments []engine.Fragment
	next      atomic.Int64 // the first fragment that nobody has taken

	ctx    context.Context
	cancel context.CancelCauseFunc
	wg     sync.WaitGroup

	mu  sync.Mutex
	err error // the first
}

func newCrew(operator string, fragments []engine.Fragment) *crew {
	c := &crew{operator: operator, fragments: fragments}
	c.ctx, c.cancel = context.WithCancelCause(context.Background())
	return c
}

// start runs work on a goroutine; its error or panic fails the crew. done is called when it has ended.
func (c *crew) start(work func() error, done func()) {
	c.wg.Add(1)
	go func() {
		defer c.wg.Done()
		if done != nil {
			defer done()
		}
		if err := c.guarded(work); err != nil {
			c.fail(err)
		}
	}()
}

func (c *crew) guarded(work func() error) (err error) {
	defer guard(c.operator, &err)
	return work()
}

// take gives the next fragment to one worker, nil when there is none left. The worker closes it.
func (c *crew) take() engine.Fragment {
	i := int(c.next.Add(1)) - 1
	if i >= len(c.fragments) {
		return nil
	}
	return c.fragments[i]
}

// fail stops the crew.
func (c *crew) fail(err error) {
	c.mu.Lock()
	if c.err == nil {
		c.err = err
	}
	c.mu.Unlock()
	c.cancel(err)
}

// outcome tells, once workers have ended, why: the first error of a worker, the reason for which the crew
// was stopped, or nil where they had no more to do.
func (c *crew) outcome() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err == nil && c.ctx.Err() != nil {
		return context.Cause(c.ctx)
	}
	return c.err
}

// close stops the workers, waits for them, and closes the fragments that none has taken.
func (c *crew) close() {
	c.cancel(errClosed)
	c.wg.Wait()
	for {
		f := c.take()
		if f == nil {
			return
		}
		f.Close()
	}
}
