package pgwire

import "time"

// A client that has begun a message is expected to end it: for Options.MessageTimeout, and a second longer for each messageRate bytes that
// have come. Who sends a byte now and then, or half a message and no more, is cut off.
const messageRate = 16 << 10

// begun is how many bytes of an unfinished message have arrived; 0: none is under way.
func (f *frames) begun() int {
	if f.have < 5 {
		return f.have
	}
	return f.have + len(f.body)
}

// trickle watches over messages that have begun.
type trickle struct {
	since time.Time // zero: no message is under way
	timer *time.Timer
}

// tooSlow is asked whenever the conversation waits within a message or between two; it sees to it that it is asked again in time.
func (c *conn) tooSlow() error {
	limit := c.srv.o.MessageTimeout
	have := c.frames.begun()
	if limit <= 0 || have == 0 {
		return nil
	}
	now := time.Now()
	if c.slow.since.IsZero() {
		c.slow.since = now
	}
	left := limit + time.Duration(have)*time.Second/messageRate - now.Sub(c.slow.since)
	if left <= 0 {
		return fatal(codeProtocolViolation, "terminating connection because the rest of a message did not arrive in time")
	}
	if c.slow.timer == nil {
		c.slow.timer = time.AfterFunc(left, c.in.wake)
	} else {
		c.slow.timer.Reset(left)
	}
	return nil
}

// arrived notes that a message is whole.
func (c *conn) arrived() {
	c.slow.since = time.Time{}
	if c.slow.timer != nil {
		c.slow.timer.Stop()
		c.slow.timer = nil
	}
}
