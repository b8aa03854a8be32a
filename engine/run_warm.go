package engine

import (
	"context"
	"errors"
	"io"
	"slices"
	"sync"

	"github.com/flare-pg/flare-pg/engine/span/strip"
	"github.com/flare-pg/flare-pg/engine/tick"
)

// After a start nothing of the ticks is in RAM, and what came in batches too large for a run never was. Condense brings the newest of it there, as pages by column, for as long as
// there is room, so that the last hour is read as fast after a start as before.

// cold is a part of a tick that no run holds.
type cold struct {
	file *file
	gap
}

// coldKey names one.
type coldKey struct {
	file uint64
	from int64
}

// left are parts of ticks that are not brought into RAM: they are damaged, a single batch in them is too large, or there was no room.
type left struct {
	mu    sync.Mutex
	parts map[coldKey]bool
}

func (l *left) add(c *cold) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.parts == nil {
		l.parts = map[coldKey]bool{}
	}
	l.parts[coldKey{c.file.ID, c.from}] = true
}

func (l *left) has(id uint64, from int64) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.parts[coldKey{id, from}]
}

// warmBytes is about how many raw bytes are brought into RAM at once.
const warmBytes = batchLimit / 2

// warm brings a part of a tick into RAM; done says that there is none, or no room.
func (s *Store) warm(ctx context.Context) (done bool, err error) {
	c := s.coldest()
	if c == nil {
		return true, nil
	}
	r, err := s.load(ctx, c)
	if ctx.Err() != nil {
		return true, ctx.Err()
	}
	if err != nil || r == nil || s.chain.current.Load().runBytes+r.bytes() > s.opts.RAMBytes {
		s.left.add(c) // whoever reads it is told what is wrong
		return false, nil
	}
	return false, s.submit(ctx, &request{alone: func(w *writer) error { return w.insert(c.file, r) }})
}

// coldest gives the newest part of a tick that may come into RAM.
func (s *Store) coldest() (found *cold) {
	tx := s.Read()
	defer tx.Close()
	// A part of the budget is left to what comes in.
	if tx.g.runBytes > s.opts.RAMBytes/4*3 {
		return nil
	}
	for _, files := range tx.g.files {
		for i := len(files) - 1; i >= 0; i-- {
			f := files[i]
			if !f.isTick() || f.frozen || f.lost != nil || f.Events == 0 || found != nil && f.Start <= found.file.Start {
				continue
			}
			gaps := f.gaps()
			for k := len(gaps) - 1; k >= 0; k-- {
				if !s.left.has(f.ID, gaps[k].from) {
					found = &cold{f, gaps[k]}
					break
				}
			}
		}
	}
	return found
}

// load makes a run of the first batches of a part of a tick. It is nil where the first is too large, or has too little in common for pages.
func (s *Store) load(ctx context.Context, c *cold) (r *run, err error) {
	h, err := openTick(s.fs, c.file)
	if err != nil {
		return nil, err
	}
	defer func() { _ = h.Close() }() // only read from
	window := s.buffers.get(tick.WindowBytes)
	defer s.buffers.put(window)
	w := tick.NewWalker(h, c.file.path, c.from, c.to, window)
	r = &run{from: c.from}
	var events []runEvent // of the batch at hand
	for len(r.raw) < warmBytes {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		kind, err := w.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if kind == tick.Commit {
			r.events, events = append(r.events, events...), events[:0]
			r.to, r.seq = w.End(), max(r.seq, w.Record.Seq)
			continue
		}
		if len(r.raw)+int(w.Head.Raw) > batchLimit {
			break
		}
		from := len(r.raw)
		if r.raw, err = w.Events(r.raw); err != nil {
			return nil, err
		}
		arrival := w.Head.Arrival
		for rest := r.raw[from:]; len(rest) > 0; arrival++ {
			ts, payload, next, err := tick.NextEvent(rest)
			if err != nil {
				return nil, w.Damaged(err)
			}
			off := len(r.raw) - len(rest) + 12
			events = append(events, runEvent{ts: ts, arrival: arrival, off: uint32(off), n: uint32(len(payload))})
			rest = next
		}
	}
	if len(r.events) == 0 {
		return nil, nil
	}
	slices.SortFunc(r.events, compareRunEvents)
	pages, err := condensed(r)
	if errors.Is(err, strip.ErrDifferent) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &run{from: r.from, to: r.to, seq: r.seq, pages: pages}, nil
}

// insert adds a run to a file that has none there yet.
func (w *writer) insert(f *file, r *run) error {
	g := w.s.chain.current.Load()
	now := g.file(f)
	if now == nil || r.to > now.Length {
		return nil
	}
	at := 0
	for ; at < len(now.runs) && now.runs[at].from < r.from; at++ {
	}
	if at > 0 && now.runs[at-1].to > r.from || at < len(now.runs) && now.runs[at].from < r.to {
		return nil
	}
	changed := *now
	changed.runs = slices.Insert(slices.Clone(now.runs), at, r)
	w.s.publish(g.with(g.schema, []*file{&changed}))
	return nil
}
