package engine

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/flare-pg/flare-pg/engine/manifest"
	"github.com/flare-pg/flare-pg/engine/tick"
)

// request is one write transaction in the queue.
type request struct {
	stage      *Stage
	parts      []*sealed
	durability Durability
	edit       func(*SchemaEdit) error // changes the schema beside the stage, or nil
	swap       *swap                   // files that take the place of others, or nil
	alone      func(*writer) error     // instead of all that: runs alone with the writer

	turn chan turn // gets one value
}

// solo reports whether a request is committed by itself: what it changes would be looked at by others of its group.
func (r *request) solo() bool { return r.alone != nil || r.edit != nil || r.swap != nil }

// swap is what a maintenance transaction has made: files that take the place of others. What is removed must be in
// the current generation still, and nothing may have been appended to it.
type swap struct {
	remove, add []*file
	index       []*indexed // indexes that were built
	filter      []*filterBuilt
	arrivals    []arrivalSpan // that were set aside for the events of add
}

// turn tells a waiting request what became of it, or that it leads now.
type turn struct {
	lead bool
	err  error
}

// queue is where commits wait for the one writer. Whoever finds nobody leading leads: it takes all that wait, commits them
// together, tells them, and passes the lead on.
type queue struct {
	mu      sync.Mutex
	waiting []*request
	leading bool
	closed  bool
}

const (
	// groupBytes bounds the stored bytes that are committed together.
	groupBytes    = 32 << 20
	groupRequests = 1024
)

// Commit makes the stage's rows visible and durable, all or nothing. After an error nothing of it is there, unless the
// error is ErrUnknownOutcome (an fsync failed); the stage is used up either way. ErrPoisoned, ErrNoSpace, ErrNoStream.
//
// ctx ends the waiting for other transactions; once the writing has begun it is seen through.
func (s *Store) Commit(ctx context.Context, st *Stage, d Durability) error {
	if s.opts.ReadOnly {
		st.Discard()
		return ErrReadOnly
	}
	st.mu.Lock()
	defer st.mu.Unlock()
	parts, err := st.finish()
	defer st.drop()
	if err != nil || len(parts) == 0 && st.dead == nil && len(st.changes) == 0 {
		return err
	}
	r := &request{stage: st, durability: d}
	if len(parts) > s.opts.BulkTicks && st.dead == nil && len(st.changes) == 0 {
		return s.commitBulk(ctx, r, parts)
	}
	if r.parts, err = st.seal(parts); err != nil {
		return err
	}
	if len(st.changes) > 0 {
		r.edit = st.altered
	}
	if st.dead != nil {
		return s.commitDeletion(ctx, r, st.dead)
	}
	return s.submit(ctx, r)
}

// Alter changes the schema, durably, all or nothing.
func (s *Store) Alter(change func(*SchemaEdit) error) error {
	return s.submit(noContext, &request{edit: change})
}

// CreateStream makes a stream. ErrStreamExists where the name is taken.
func (s *Store) CreateStream(schema, name string) (StreamID, error) {
	id := s.NewStreamID()
	return id, s.Alter(func(e *SchemaEdit) error { return e.CreateStream(id, schema, name) })
}

// Put puts and deletes catalog objects, durably, all or none.
func (s *Store) Put(objects ...Object) error {
	return s.Alter(func(e *SchemaEdit) error {
		e.Put(objects...)
		return nil
	})
}

// Flush makes every commit so far survive a power cut. The caller calls it every so often when it commits with Async.
func (s *Store) Flush() error {
	if s.opts.ReadOnly {
		return nil
	}
	return s.submit(context.Background(), &request{alone: (*writer).flush})
}

func (s *Store) submit(ctx context.Context, r *request) error {
	if s.opts.ReadOnly {
		return ErrReadOnly
	}
	r.turn = make(chan turn, 1)
	q := &s.queue
	q.mu.Lock()
	if q.closed {
		q.mu.Unlock()
		return ErrClosed
	}
	q.waiting = append(q.waiting, r)
	lead := !q.leading
	q.leading = true
	q.mu.Unlock()
	if lead {
		s.lead()
	}
	for {
		select {
		case t := <-r.turn:
			if !t.lead {
				return t.err
			}
			s.lead()
		case <-ctx.Done():
			if q.withdraw(r) {
				return ctx.Err()
			}
			ctx = context.Background() // it is being written, or its turn to lead has come
		}
	}
}

// withdraw takes r out of the queue, if it is there still and has not been made leader.
func (q *queue) withdraw(r *request) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(r.turn) > 0 {
		return false
	}
	for i, w := range q.waiting {
		if w == r {
			q.waiting = append(q.waiting[:i:i], q.waiting[i+1:]...)
			return true
		}
	}
	return false
}

// take removes the next group from the queue.
func (q *queue) take() []*request {
	q.mu.Lock()
	defer q.mu.Unlock()
	var bytes int64
	n := 0
	for n < len(q.waiting) && n < groupRequests {
		r := q.waiting[n]
		if r.solo() && n > 0 {
			break
		}
		for _, p := range r.parts {
			bytes += p.stored
		}
		if n > 0 && bytes > groupBytes {
			break
		}
		n++
		if r.solo() {
			break
		}
	}
	group := q.waiting[:n:n]
	q.waiting = q.waiting[n:]
	return group
}

// lead commits one group, which holds the leader's own request, and passes the lead on.
func (s *Store) lead() {
	group := s.queue.take()
	if len(group) == 1 && group[0].alone != nil {
		group[0].turn <- turn{err: group[0].alone(s.writer)}
	} else if len(group) > 0 {
		s.writer.commit(group)
	}
	q := &s.queue
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.waiting) == 0 {
		q.leading = false
		return
	}
	q.waiting[0].turn <- turn{lead: true}
}

// sealed is a part of a stage, ready to be copied into its tick.
type sealed struct {
	key    partKey
	frames []frame
	spill  *spill
	events int64
	raw    int64
	stored int64 // bytes of the batch, without its record
	min    int64
	max    int64
	run    *run // not placed yet; nil: too large to be kept in RAM
}

// seal closes the open frames and makes the RAM runs.
func (st *Stage) seal(parts []*part) ([]*sealed, error) {
	out := make([]*sealed, len(parts))
	budget := st.store.opts.RAMBytes / 4 // an import of everything does not push out what is recent, nor need the memory
	for i := len(parts) - 1; i >= 0; i-- {
		p := parts[i]
		s := &sealed{key: p.key, events: p.events, raw: p.raw}
		if p.raw <= batchLimit && p.raw <= budget {
			budget -= p.raw
			raw, err := st.rawOf(p)
			if err != nil {
				return nil, err
			}
			s.run = newRun(raw, int(p.events))
		}
		if len(p.open) > 0 {
			if err := st.close(p); err != nil {
				return nil, err
			}
		}
		out[i] = s
	}
	for i, p := range parts {
		s := out[i]
		s.frames, s.spill = p.frames, st.spill // a later part's frame may have moved them to the temporary file
		for j, f := range s.frames {
			s.stored += int64(tick.HeadBytes + f.stored)
			if j == 0 {
				s.min, s.max = f.min, f.max
			}
			s.min, s.max = min(s.min, f.min), max(s.max, f.max)
		}
	}
	return out, nil
}

// rawOf gives a part's raw bytes, for good.
func (st *Stage) rawOf(p *part) ([]byte, error) {
	if len(p.frames) == 0 {
		p.shared = true // so that closing the frame leaves the bytes to the run
		return p.open, nil
	}
	all := make([]byte, 0, p.raw)
	for _, f := range p.frames {
		stored, err := f.load(st.spill, st.pack)
		if err != nil {
			return nil, err
		}
		var derr error
		if all, derr = decodeAll(all, stored, f.raw); derr != nil {
			return nil, derr
		}
	}
	return append(all, p.open...), nil
}

func decodeAll(dst, stored []byte, raw int) ([]byte, error) {
	dst, err := tick.DecodeChunks(dst, stored, raw)
	if err != nil {
		return nil, err
	}
	return dst, nil
}

// outcome turns an error of the MANIFEST into what the committer is told.
func outcome(err error) error {
	if errors.Is(err, manifest.ErrOutcome) {
		return fmt.Errorf("%w: %w", ErrUnknownOutcome, err)
	}
	return noSpace(err)
}
