package engine

import (
	"context"
	"slices"
	"sync/atomic"
)

// ReadTx is a read transaction: one generation, held until Close.
type ReadTx struct {
	s     *Store
	g     *generation
	ended atomic.Bool
}

// Read begins a read transaction on the current generation. It waits for nobody.
func (s *Store) Read() *ReadTx { return &ReadTx{s: s, g: s.chain.acquire()} }

// Retain gives another read transaction on the same generation; each wants its own Close.
func (tx *ReadTx) Retain() *ReadTx {
	tx.g.refs.Add(1) // tx holds it, so it can't have ended
	return &ReadTx{s: tx.s, g: tx.g}
}

// Later waits until something was committed since, and begins a read transaction on what is current then. It returns ctx's error when that ends.
func (tx *ReadTx) Later(ctx context.Context) (*ReadTx, error) {
	if err := tx.s.chain.after(ctx, tx.g.id); err != nil {
		return nil, err
	}
	return tx.s.Read(), nil
}

// Close ends the transaction. Fragments of its scans must be closed before. A second Close does nothing.
func (tx *ReadTx) Close() {
	if !tx.ended.Swap(true) {
		tx.s.chain.release(tx.g)
	}
}

// Schema gives the generation's schema.
func (tx *ReadTx) Schema() *Schema { return tx.g.schema }

// Generation numbers the generation; later ones have higher numbers, until the store is opened anew.
func (tx *ReadTx) Generation() uint64 { return tx.g.id }

// FileInfo describes a file of a generation.
type FileInfo struct {
	Path   string
	Kind   string // "tick" or "span"
	Stream StreamID
	// RangeFrom and RangeTo bound what the file may hold; From and To are the first and last timestamps in it, meaningful when
	// Events > 0. All in 100 ns since 1970; RangeTo is the first one outside.
	RangeFrom, RangeTo int64
	From, To           int64
	Events             int64
	Bytes              int64 // committed length on disk
	Raw                int64 // before compression
	RAM                int64 // held by RAM runs
	Indexes            []SignalID
	IndexBytes         int64 // of their bitmaps, and of the filter
	FilterBytes        int64 // of the filter
}

// Files lists the generation's files, by stream, then time.
func (tx *ReadTx) Files() []FileInfo {
	var out []FileInfo
	for _, t := range tx.g.schema.Streams {
		for _, f := range tx.g.files[t.ID] {
			x := FileInfo{Path: f.path, Kind: "tick", Stream: t.ID, From: f.Min, To: f.Max, Events: f.Events, Bytes: f.Length, Raw: f.Raw,
				RAM: runBytes(f.runs)}
			x.RangeFrom, x.RangeTo = f.bounds()
			if !f.isTick() {
				x.Kind = "span"
			}
			for id, index := range f.Indexes {
				x.Indexes = append(x.Indexes, SignalID(id))
				x.IndexBytes += index.Length
			}
			slices.Sort(x.Indexes)
			x.FilterBytes = f.Filter
			x.IndexBytes += f.Filter
			out = append(out, x)
		}
	}
	return out
}

// Pages says how many pages of each layout a span of the generation has; none for other files. The error is a *DamageError where its footer can't be read.
func (tx *ReadTx) Pages(path string) (pages map[Layout]int, err error) {
	pages = map[Layout]int{}
	for _, files := range tx.g.files {
		for _, f := range files {
			if f.path != path || f.isTick() {
				continue
			}
			h, footer, err := tx.s.openSpan(f)
			if err != nil {
				return nil, err
			}
			for i := range footer.Pages {
				pages[footer.Pages[i].Layout]++
			}
			return pages, h.Close()
		}
	}
	return pages, nil
}
