package engine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"github.com/RoaringBitmap/roaring/v2"

	"github.com/flare-pg/flare-pg/engine/index"
	"github.com/flare-pg/flare-pg/engine/manifest"
	"github.com/flare-pg/flare-pg/engine/span"
	"github.com/flare-pg/flare-pg/engine/span/strip"
	"github.com/flare-pg/flare-pg/nql"
)

// Maintain does the step that is due first and publishes it; done says that none was. Whoever maintains calls it until then. It
// waits for a maintenance transaction that runs; others that wait get their turn between two steps. A step that meets damage is
// given up with the damage as its error, and what is damaged is left alone from then on, so that the next call goes on with the rest.
func (s *Store) Maintain(ctx context.Context, o MaintainOptions) (step Step, done bool, err error) {
	o = o.withDefaults()
	tx := s.Read()
	w := s.due(tx.g, o)
	tx.Close()
	if w == nil {
		return Step{}, true, nil
	}
	m, err := s.beginMaintenance(ctx, w.kind, w.stream, w.reason)
	if err != nil {
		return Step{}, false, err
	}
	defer func() {
		err = noSpace(err)
		m.end(err)
		step = m.step
	}()
	// Another may have had its turn meanwhile.
	tx = s.Read()
	defer tx.Close()
	if w = s.due(tx.g, o); w == nil {
		return Step{}, false, nil
	}
	m.step.Kind, m.step.Stream, m.step.Reason = w.kind, w.stream, w.reason
	err = m.do(ctx, w, o)
	var d *DamageError
	if errors.As(err, &d) {
		for _, f := range w.files {
			if f.path == d.File {
				s.maint.spoil(f.ID)
			}
		}
	}
	return Step{}, false, err
}

func (m *maintaining) do(ctx context.Context, w *work, o MaintainOptions) error {
	switch w.kind {
	case StepRetention:
		return m.retain(ctx, w, o)
	case StepIndex:
		return m.index(ctx, w)
	case StepFilter:
		return m.buildFilter(ctx, w)
	}
	if err := m.roomFor(w.files); err != nil {
		return err
	}
	wanted := func(g *generation) []*file {
		var out []*file
		for _, f := range w.files {
			if now := g.file(f); now != nil {
				out = append(out, now)
			}
		}
		return out
	}
	if err := m.seal(ctx, wanted); err != nil {
		return err
	}
	tx := m.s.Read()
	defer tx.Close()
	files := wanted(tx.g)
	if len(files) == 0 {
		return nil
	}
	built, _, err := m.build(ctx, files, nil)
	if err != nil {
		return err
	}
	return m.publish(ctx, &request{swap: &swap{remove: files, add: built}})
}

// roomFor refuses a merge for which there is not room: its result can be as large as what goes in, and what goes in leaves only when
// its last reader does. At most half of what is free is taken.
func (m *maintaining) roomFor(files []*file) error {
	free, err := m.s.fs.Free(m.s.dir)
	if errors.Is(err, errors.ErrUnsupported) {
		return nil
	}
	if err != nil {
		return err
	}
	var need int64
	for _, f := range files {
		need += f.Length
	}
	if need > (free-m.s.opts.Reserve)/2 {
		return fmt.Errorf("%w: merging %d files needs %d bytes, and %d are free", ErrLowDisk, len(files), need, free)
	}
	return nil
}

// retain drops files that are past what is kept, and replaces those that are partly by copies.
func (m *maintaining) retain(ctx context.Context, w *work, o MaintainOptions) error {
	sw := new(swap)
	var partly []*file
	cutoff := int64(MinTime)
	if w.keep.Age > 0 {
		cutoff = o.Now - int64(w.keep.Age/100)
	}
	for _, f := range w.files {
		if w.keep.Age > 0 && f.Max >= cutoff {
			partly = append(partly, f)
			continue
		}
		sw.remove = append(sw.remove, f)
	}
	if len(sw.remove) > 0 {
		// The whole ones first: that takes no room. Ticks among them may get events until then; those go with the next step.
		return m.drop(ctx, sw)
	}
	f := partly[0]
	if err := m.seal(ctx, func(g *generation) []*file {
		if now := g.file(f); now != nil {
			return []*file{now}
		}
		return nil
	}); err != nil {
		return err
	}
	tx := m.s.Read()
	defer tx.Close()
	now := tx.g.file(f)
	if now == nil {
		return nil
	}
	d := &deadStream{ranges: []deadRange{{MinTime, cutoff, &Arrivals{before: now.arrivals}}}}
	built, dead, err := m.build(ctx, []*file{now}, d)
	if err != nil {
		return err
	}
	if dead == 0 {
		return m.discard(&swap{add: built})
	}
	return m.publish(ctx, &request{swap: &swap{remove: []*file{now}, add: built}})
}

// drop removes whole files, but for those that have got later events since they were chosen.
func (m *maintaining) drop(ctx context.Context, sw *swap) error {
	which := func(g *generation) (out []*file) {
		for _, f := range sw.remove {
			if now := g.file(f); now != nil && now.Max == f.Max {
				out = append(out, now)
			}
		}
		return out
	}
	if err := m.seal(ctx, which); err != nil {
		return err
	}
	tx := m.s.Read()
	defer tx.Close()
	files := which(tx.g)
	if len(files) == 0 {
		return nil
	}
	return m.publish(ctx, &request{swap: &swap{remove: files}})
}

// index builds a span's bitmap for a signal: every page is asked.
func (m *maintaining) index(ctx context.Context, w *work) error {
	s, f, g := m.s, w.files[0], w.signal
	h, footer, err := s.openSpan(f)
	if err != nil {
		return err
	}
	defer func() { _ = h.Close() }() // only read from
	program, err := nql.CompileRows(g.Where, nil, nil)
	if err != nil {
		return err
	}
	byColumn, err := program.Pages()
	if err != nil {
		return err
	}
	page := s.pages.get()
	defer s.pages.put(page)
	set := roaring.New()
	var view strip.Columns
	for i := range footer.Pages {
		s.opts.Pace()
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := page.Load(h, f.path, footer.Pages[i], s.fronts, f.ID); err != nil {
			return err
		}
		matches := false
		if r := page.Columns(); r != nil {
			view.Turn(r)
			matches, err = columnsMatch(byColumn, &view)
			err = placed(err, f.path, footer.Pages[i].Offset)
		} else {
			matches, err = rowsMatch(program, page)
		}
		if err != nil {
			return err
		}
		if matches {
			set.Add(uint32(i))
		}
	}
	x := &index.Index{Span: f.ID, Signal: uint64(g.ID), Pages: uint32(len(footer.Pages)), Predicate: index.Sum(nql.Print(g.Where)), Set: set}
	b, err := x.Encode()
	if err != nil {
		return err
	}
	if err := m.writeDerived(indexPath(f, g.ID), b); err != nil {
		return err
	}
	done := &indexed{file: f, signal: g.ID, Index: manifest.Index{Length: int64(len(b)), Pages: int64(len(footer.Pages)), Set: int64(set.GetCardinality())}}
	if err := m.publish(ctx, &request{swap: &swap{index: []*indexed{done}}}); err != nil {
		if !errors.Is(err, ErrUnknownOutcome) {
			err = errors.Join(err, s.removeFile(indexPath(f, g.ID)))
		}
		return err
	}
	s.maint.mended(f.ID, g.ID)
	return nil
}

// fresh ends the names of indexes and filters that are being written.
const fresh = ".new"

// columnsMatch says whether a predicate is true of an event of a page by column.
func columnsMatch(p *nql.PageProgram, page *strip.Columns) (bool, error) {
	if p.Excludes(page) {
		return false, nil
	}
	rows, err := p.Select(page, nil)
	return rows.Count(page.Rows()) > 0, err
}

// rowsMatch is columnsMatch of a page of rows.
func rowsMatch(p *nql.RowProgram, page *span.Page) (bool, error) {
	var event nql.Event
	for i := range page.Len() {
		var err error
		if event.Timestamp, event.Arrival, event.Document, err = page.At(i); err != nil {
			return false, err
		}
		if ok, err := p.Match(&event); ok || err != nil {
			return ok, err
		}
	}
	return false, nil
}

// writeDerived writes an index or a filter to its place, by way of another name: one that is there may be read.
func (m *maintaining) writeDerived(path string, b []byte) (err error) {
	fsys, new := m.s.fs, path+fresh
	if err := m.s.removeFile(new); err != nil {
		return err
	}
	h, err := fsys.Create(new)
	if err != nil {
		return err
	}
	_, err = io.NewOffsetWriter(h, 0).Write(b)
	if err == nil {
		// Before the name: else a power cut could leave the name with nothing behind it.
		if err = h.Sync(); err != nil {
			err = m.s.writer.poison(err, ErrPoisoned)
		}
	}
	if err = errors.Join(err, h.Close()); err != nil {
		return errors.Join(err, m.s.removeFile(new))
	}
	if err := fsys.Rename(new, path); err != nil {
		return errors.Join(err, m.s.removeFile(new))
	}
	// The name, before the MANIFEST says that the file is there.
	if err := fsys.SyncDir(filepath.Dir(path)); err != nil {
		return m.s.writer.poison(err, ErrPoisoned)
	}
	return nil
}
