package engine

import (
	"context"
	"errors"
	"maps"
	"slices"
)

// commitDeletion commits a transaction that deletes. The ticks that it touches are sealed, copies without the deleted events are
// built beside the files that have some, and one MANIFEST record puts the copies in their place together with the transaction's own rows.
// It is a maintenance transaction, so it waits for one that runs.
func (s *Store) commitDeletion(ctx context.Context, r *request, dead *tombstones) (err error) {
	streams := slices.Sorted(maps.Keys(dead.streams))
	m, err := s.beginMaintenance(ctx, StepDelete, streams[0], "DELETE")
	if err != nil {
		return err
	}
	defer func() { m.end(err) }()
	r.swap = new(swap)
	for _, stream := range streams {
		if err := m.filter(ctx, stream, dead.streams[stream], r.swap); err != nil {
			return errors.Join(noSpace(err), m.discard(r.swap))
		}
	}
	return m.publish(ctx, r)
}

// filter adds to sw what takes the place of the files of a stream that hold deleted events.
func (m *maintaining) filter(ctx context.Context, stream StreamID, d *deadStream, sw *swap) error {
	touched := func(g *generation) (out []*file) {
		for _, f := range g.files[stream] {
			if f.Events > 0 && d.touches(f.Min, f.Max) {
				out = append(out, f)
			}
		}
		return out
	}
	if err := m.seal(ctx, touched); err != nil {
		return err
	}
	tx := m.s.Read()
	defer tx.Close()
	for _, f := range touched(tx.g) {
		if d.covers(f.Min, f.Max, f.arrivals-1) {
			sw.remove = append(sw.remove, f)
			continue
		}
		if none, err := m.spared(f, d); err != nil || none {
			if err != nil {
				return err
			}
			continue
		}
		built, dead, err := m.build(ctx, []*file{f}, d)
		if err != nil {
			return err
		}
		if dead == 0 { // it has none of them after all
			if err := m.discard(&swap{add: built}); err != nil {
				return err
			}
			continue
		}
		sw.add = append(sw.add, built...)
		sw.remove = append(sw.remove, f)
	}
	return nil
}

// spared reports whether a span's directory says already that it holds no deleted event.
func (m *maintaining) spared(f *file, d *deadStream) (bool, error) {
	if f.isTick() {
		return false, nil
	}
	h, footer, err := m.s.openSpan(f)
	if err != nil {
		return false, err
	}
	defer func() { _ = h.Close() }() // only read from
	for i := range footer.Pages {
		if p := &footer.Pages[i]; d.mayHold(p.First, p.Last, p.MinArrival, p.MaxArrival) {
			return false, nil
		}
	}
	return true, nil
}
