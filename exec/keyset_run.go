package exec

import (
	"cmp"
	"context"
	"math/bits"
	"slices"
	"sort"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
)

// keyRun is rows of a keySet in a temporary file, in blocks, in the order of their hashes. A block's first column is the hashes. In memory are the first
// hash of each block and a filter of all hashes (a word of 64 bits for 8 rows, of which a hash sets three; Putze, Sanders, Singler: Cache-, Hash- and Space-Efficient
// Bloom Filters, 2007), where there is room for that.
type keyRun struct {
	kinds  []column.Kind // of a block's columns
	rows   int64
	firsts []int64
	places []place
	filter []uint64 // nil: none
	file   blocks
}

// keyBlock is about how large the blocks of a run become: small, as mostly one row of a block is asked for.
const keyBlock = 4 << 10

// newRun begins a run of so many rows.
func (s *keySet) newRun(rows int64) (*keyRun, error) {
	r := &keyRun{rows: rows, kinds: []column.Kind{column.Int64}, file: blocks{create: s.rt.Temp}}
	for _, t := range s.types {
		r.kinds = append(r.kinds, types.KindOf(t))
	}
	words := int64(1) << bits.Len64(uint64(rows/8))
	// Filters may take a quarter of what there is; with less of it more blocks are read.
	held := s.runBytes() + 8*words
	if (s.meter.limit == 0 || held <= s.meter.limit/4) && s.meter.try(s.bytes()+s.leaving(s.hash.len())+8*words) {
		r.filter = make([]uint64, words)
	}
	return r, nil
}

func (r *keyRun) bytes() int64 {
	return 8*int64(cap(r.firsts)+len(r.filter)) + placeBytes*int64(cap(r.places))
}

// bit is the filter's word of a hash and the bits that it sets there.
func (r *keyRun) bit(hash int64) (word int, set uint64) {
	x := scatter(uint64(hash))
	return int(x >> 32 & uint64(len(r.filter)-1)), 1<<(x&63) | 1<<(x>>6&63) | 1<<(x>>12&63)
}

// maybe reports whether a row with the hash may be in the run; false: none is.
func (r *keyRun) maybe(hash int64) bool {
	if r.filter == nil {
		return true
	}
	word, set := r.bit(hash)
	return r.filter[word]&set == set
}

// write writes a block.
func (r *keyRun) write(b *column.Batch) error {
	if b.Len == 0 {
		return nil
	}
	p, err := r.file.write(b)
	if err != nil {
		return err
	}
	hashes := b.Cols[0].Ints
	r.firsts, r.places = append(r.firsts, hashes[0]), append(r.places, p)
	if r.filter != nil {
		for _, h := range hashes {
			word, set := r.bit(h)
			r.filter[word] |= set
		}
	}
	return nil
}

// writeRows writes rows of cols in an order.
func (r *keyRun) writeRows(ctx context.Context, cols []*column.Vector, order []int32) error {
	var out column.Batch
	step := int(max(1, keyBlock/(payload(cols, 1)+1)))
	for lo := 0; lo < len(order); {
		if err := ended(ctx); err != nil {
			return err
		}
		out.Reset(r.kinds)
		for lo < len(order) && stride(out.Cols) < keyBlock {
			hi := min(lo+max(step/4, 1), len(order))
			for i, v := range cols {
				out.Cols[i].AppendRows(v, order[lo:hi])
			}
			out.Len, lo = out.Len+hi-lo, hi
		}
		if err := r.write(&out); err != nil {
			return err
		}
	}
	return nil
}

// writeMerged writes the rows of other runs.
func (r *keyRun) writeMerged(ctx context.Context, runs []*keyRun) error {
	order := newOrdering([]plan.SortKey{{Expr: &plan.Ref{Typed: plan.Typed{OID: types.Int8, Mod: -1}}}})
	var from []*source
	for i, old := range runs {
		src := &source{seq: i, chain: chain{file: &old.file, places: old.places}, more: nextBlock}
		ok, err := src.more(ctx, src)
		if err != nil {
			return err
		}
		if ok {
			from = append(from, src)
		}
	}
	var out column.Batch
	for m := newMerger(order, from, len(r.kinds)); !m.done(); {
		if err := ended(ctx); err != nil {
			return err
		}
		if err := m.fill(ctx, &out, column.BatchRows, keyBlock); err != nil {
			return err
		}
		if err := r.write(&out); err != nil {
			return err
		}
	}
	return nil
}

// nextBlock reads a source's next block, whose first column is its key.
func nextBlock(ctx context.Context, src *source) (bool, error) {
	ok, err := src.chain.Next(ctx, &src.batch)
	if !ok || err != nil {
		return false, err
	}
	src.cols, src.keys = src.batch.Cols, src.batch.Cols[:1]
	src.pos, src.rows = 0, src.batch.Len
	src.each = int64(src.chain.places[src.chain.next-1].size)/int64(max(src.rows, 1)) + 1
	return true, nil
}

// read reads a block of a run. Several goroutines may call it at once.
func (s *keySet) read(r *keyRun, k int, b *column.Batch) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	r.file.buf = s.buf
	err := r.file.read(r.places[k], b)
	s.buf, r.file.buf = r.file.buf, nil
	return err
}

// keyProbe looks rows up in the runs of a keySet, a batch of them at a time. It is for one goroutine; the set may be read by others, but not be changed, meanwhile.
type keyProbe struct {
	set    *keySet
	hasher *rowHasher
	order  []int32
	found  column.Bitmap
	block  column.Batch
}

func newKeyProbe(s *keySet) *keyProbe { return &keyProbe{set: s, hasher: newRowHasher(s.types)} }

// find reports which rows of sel are in a run. The bitmap is good until the next call.
func (p *keyProbe) find(ctx context.Context, n int, sel column.Selection, cols []*column.Vector) (column.Bitmap, error) {
	p.found = p.found[:0].Resize(n)
	hashes := p.hasher.hash(n, sel, cols)
	p.order = room(p.order, n)
	for i := range each(sel, n) {
		p.order = append(p.order, int32(i))
	}
	slices.SortFunc(p.order, func(a, b int32) int { return cmp.Compare(int64(hashes[a]), int64(hashes[b])) })
	for _, level := range p.set.levels {
		for _, r := range level {
			if err := p.findIn(ctx, r, hashes, cols); err != nil {
				return nil, err
			}
		}
	}
	return p.found, nil
}

// findIn looks the rows up in one run, in the order of their hashes, so that each block is read once.
func (p *keyProbe) findIn(ctx context.Context, r *keyRun, hashes []uint64, cols []*column.Vector) error {
	at := -1 // the block at hand
	for _, i := range p.order {
		h := int64(hashes[i])
		if p.found.Get(int(i)) || !r.maybe(h) {
			continue
		}
		// Rows of one hash may be in several blocks, and begin in the one before that which begins with it.
		for k := max(sort.Search(len(r.firsts), func(k int) bool { return r.firsts[k] >= h })-1, 0); k < len(r.firsts) && r.firsts[k] <= h; k++ {
			if k != at {
				if err := ended(ctx); err != nil {
					return err
				}
				if err := p.set.read(r, k, &p.block); err != nil {
					return err
				}
				at = k
			}
			if p.inBlock(h, cols, int(i)) {
				p.found.Set(int(i))
				break
			}
		}
	}
	return nil
}

// inBlock reports whether row i of cols is in the block at hand.
func (p *keyProbe) inBlock(hash int64, cols []*column.Vector, i int) bool {
	hashes := p.block.Cols[0].Ints
	j, _ := slices.BinarySearch(hashes, hash)
	for ; j < len(hashes) && hashes[j] == hash; j++ {
		if p.set.same.compare(cols, i, p.block.Cols[1:], j) == 0 {
			return true
		}
	}
	return false
}
