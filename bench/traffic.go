package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

// seen is what one client measured.
type seen struct {
	fromDue  []time.Duration // until it was done, from when it was due
	fromSent []time.Duration // the same from when it was sent
	late     []time.Duration // how late the client was itself when nothing kept it
	events   int64           // committed in the time that is measured
	rows     int             // of the last answer
	longest  stall
}

// stall is the longest that one thing took, the warm-up included.
type stall struct {
	Took time.Duration `json:"took_ns"` // from when it was sent
	At   time.Duration `json:"at_ns"`   // when it was sent, from the beginning of what is measured: negative in the warm-up
}

func (s stall) text() string {
	return fmt.Sprintf("%.0f ms, sent at %+.1f s", milliseconds(s.Took), s.At.Seconds())
}

// test is the traffic while it runs.
type test struct {
	*traffic
	begin, end time.Time // of what is measured
}

// measured reports whether what was due at a time counts.
func (t *test) measured(due time.Time) bool { return !due.Before(t.begin) && due.Before(t.end) }

func (t *traffic) run(ctx context.Context, s *server, data string, pool *lines) (*figures, error) {
	writer, err := s.connect(ctx)
	if err != nil {
		return nil, err
	}
	defer writer.Close(ctx)
	if _, err := writer.Exec(ctx, "set synchronous_commit = on"); err != nil {
		return nil, err
	}
	readers := make([]*pgx.Conn, t.Readers)
	for i := range readers {
		if readers[i], err = s.connect(ctx); err != nil {
			return nil, err
		}
		defer readers[i].Close(ctx)
		if _, err := readers[i].Prepare(ctx, "ask", t.SQL); err != nil {
			return nil, err
		}
	}

	// Whoever fails ends all; nobody goes on for long after the end.
	start := time.Now().Add(200 * time.Millisecond)
	run := &test{t, start.Add(t.WarmUp), start.Add(t.WarmUp + t.Duration)}
	ctx, cancel := context.WithDeadline(ctx, run.end.Add(time.Minute))
	defer cancel()
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	phases := rand.New(rand.NewPCG(t.Seed, 1))
	var clients sync.WaitGroup
	var written seen
	reads := make([]seen, t.Readers)
	errs := make([]error, t.Readers+1)
	client := func(i int, f func() error) {
		clients.Go(func() {
			if errs[i] = f(); errs[i] != nil {
				fail(errs[i])
			}
		})
	}
	client(t.Readers, func() (err error) { written, err = run.write(ctx, writer, start, pool); return err })
	for i, c := range readers {
		phase := time.Duration(phases.Int64N(int64(time.Second) / t.PerRead))
		client(i, func() (err error) { reads[i], err = run.read(ctx, c, start.Add(phase)); return err })
	}
	f := &figures{Machine: machine(), Traffic: *t}
	run.observe(ctx, s, data, f)
	clients.Wait()
	if err := errors.Join(errs...); err != nil {
		if cause := context.Cause(ctx); cause != nil {
			err = cause
		}
		return nil, err
	}
	f.sum(t, written, reads)
	if f.Steps, err = stepsDone(ctx, writer); err != nil {
		return nil, fmt.Errorf("asking for the steps of maintenance: %w", err)
	}
	return f, nil
}

// write commits batch after batch, each when it is due or, when the one before took too long, at once.
func (t *test) write(ctx context.Context, c *pgx.Conn, start time.Time, pool *lines) (w seen, err error) {
	p := pace{start: start, units: int64(t.Batch), rate: t.Rate}
	step := time.Second / time.Duration(t.Rate)
	for {
		due := p.next()
		if !due.Before(t.end) || time.Now().After(t.end) {
			return w, nil
		}
		waited := time.Now().Before(due)
		if !until(ctx, due) {
			return w, context.Cause(ctx)
		}
		sent := time.Now()
		if err := copyBatch(ctx, c, pool.batch(t.Batch, due, step)); err != nil {
			return w, fmt.Errorf("the writer: %w", err)
		}
		if done := time.Now(); t.measured(done) {
			w.events += int64(t.Batch)
		}
		w.add(t, due, sent, waited)
	}
}

func copyBatch(ctx context.Context, c *pgx.Conn, batch []byte) error {
	_, err := c.PgConn().CopyFrom(ctx, bytes.NewReader(batch), "copy stream from stdin (format json)")
	return err
}

func (t *test) read(ctx context.Context, c *pgx.Conn, start time.Time) (r seen, err error) {
	p := pace{start: start, units: 1, rate: t.PerRead}
	for {
		due := p.next()
		if !due.Before(t.end) {
			return r, nil
		}
		waited := time.Now().Before(due)
		if !until(ctx, due) {
			return r, context.Cause(ctx)
		}
		sent := time.Now()
		if r.rows, err = drain(ctx, c, "ask"); err != nil {
			return r, fmt.Errorf("a reader: %w", err)
		}
		r.add(t, due, sent, waited)
	}
}

// add notes something that is done now.
func (s *seen) add(t *test, due, sent time.Time, waited bool) {
	now := time.Now()
	if took := now.Sub(sent); took > s.longest.Took {
		s.longest = stall{took, sent.Sub(t.begin)}
	}
	if !t.measured(due) {
		return
	}
	s.fromDue = append(s.fromDue, now.Sub(due))
	s.fromSent = append(s.fromSent, now.Sub(sent))
	if waited {
		s.late = append(s.late, sent.Sub(due))
	}
}

// observe notes processor time over what is measured, and which files come and go. It returns at the end.
func (t *test) observe(ctx context.Context, s *server, data string, f *figures) {
	if !until(ctx, t.begin) {
		return
	}
	server, own := cpuOf(s.pid()), cpuOf(os.Getpid())
	f.FilesBefore, _ = filesIn(data)
	var last int64
	for i := 0; ; i++ {
		now, err := filesIn(data)
		if err == nil {
			if n := now.Sizes[".span"]; n != last && i > 0 {
				f.LastMerge = time.Since(t.begin).Round(time.Second)
			}
			last = now.Sizes[".span"]
			f.FilesAfter = now
		}
		next := t.begin.Add(time.Duration(i+1) * time.Second)
		if next.After(t.end) {
			next = t.end
		}
		if !until(ctx, next) || !next.Before(t.end) {
			break
		}
	}
	wall := time.Since(t.begin).Seconds()
	f.ServerCPU = (cpuOf(s.pid()) - server).Seconds() / wall
	f.ClientCPU = (cpuOf(os.Getpid()) - own).Seconds() / wall
	f.Memory = s.watch.look()
}

// stepsDone counts the steps of maintenance that the server remembers, by kind; nil where it has no such relation yet.
func stepsDone(ctx context.Context, c *pgx.Conn) (map[string]int64, error) {
	a, err := ask(ctx, c, "select kind, count(*) from flare.maintenance group by kind")
	if isRefused(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	steps := map[string]int64{}
	for _, row := range a {
		var n int64
		fmt.Sscan(cellText(row[1]), &n)
		steps[cellText(row[0])] = n
	}
	return steps, nil
}
