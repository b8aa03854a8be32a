package engine

import (
	"context"
	"errors"
)

// commitBulk commits a stage as spans: a load of old files would make thousands of ticks, only for them to be merged at once. The spans are written and flushed before the store is told, and one MANIFEST record makes them all count.
func (s *Store) commitBulk(ctx context.Context, r *request, parts []*part) error {
	if err := s.Poisoned(); err != nil {
		return err
	}
	if err := s.roomLeft(); err != nil {
		return err
	}
	tx := s.Read()
	for _, p := range parts {
		if tx.g.schema.Stream(p.key.stream) == nil {
			tx.Close()
			return ErrNoStream
		}
	}
	tx.Close()
	m := &maintaining{s: s}
	r.swap = new(swap)
	for len(parts) > 0 {
		n := 1
		for n < len(parts) && parts[n].key.stream == parts[0].key.stream {
			n++
		}
		built, err := m.buildStage(ctx, r.stage, parts[:n], r.swap)
		if err != nil {
			return errors.Join(noSpace(err), m.discard(r.swap), m.giveUp(ctx, r.swap))
		}
		r.swap.add = append(r.swap.add, built...)
		parts = parts[n:]
	}
	if err := m.publish(ctx, r); err != nil {
		return errors.Join(err, m.giveUp(ctx, r.swap))
	}
	return nil
}

// giveUp takes back the arrival numbers of a load that failed: no event has them.
func (m *maintaining) giveUp(ctx context.Context, sw *swap) error {
	if len(sw.arrivals) == 0 {
		return nil
	}
	err := m.s.submit(context.WithoutCancel(ctx), &request{alone: func(w *writer) error {
		w.settle(sw.arrivals)
		return nil
	}})
	if errors.Is(err, ErrClosed) || errors.Is(err, ErrPoisoned) {
		return nil // nothing is written any more
	}
	return err
}

// buildStage sorts a stage's parts of one stream into spans, and notes in sw the arrival numbers that it set aside for them. They come in order of time.
func (m *maintaining) buildStage(ctx context.Context, st *Stage, parts []*part, sw *swap) (built []*file, err error) {
	var events uint64
	for _, p := range parts {
		events += uint64(p.events)
	}
	b := &builder{m: m, ctx: ctx, stream: uint64(parts[0].key.stream), lone: true}
	arrival, err := m.newArrivals(ctx, events)
	if err != nil {
		return nil, err
	}
	sw.arrivals = append(sw.arrivals, arrivalSpan{arrival, arrival + events})
	b.arrivals = arrival + events
	src := &sortedRanges{b: b}
	for _, p := range parts {
		first := arrival
		arrival += uint64(p.events)
		src.ranges = append(src.ranges, []feed{func(add func(int64, uint64, []byte) error) error {
			if err := b.pause(); err != nil {
				return err
			}
			return st.each(p, func(ts int64, staged uint64, doc []byte) error { return add(ts, first+staged-p.first(), doc) })
		}})
	}
	b.sources = append(b.sources, src)
	return m.run(b, int64(events), src.advance)
}

// newArrivals reserves arrival numbers for events that are written without the writer.
func (m *maintaining) newArrivals(ctx context.Context, n uint64) (first uint64, err error) {
	err = m.s.submit(ctx, &request{alone: func(w *writer) error {
		first = w.Counters.Arrival
		w.Counters.Arrival += n
		w.setAside(arrivalSpan{first, first + n})
		return nil
	}})
	return first, err
}
