package exec

import (
	"context"
	"math/bits"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// parts spreads rows by the hash of their keys over parts of a temporary file, so that rows with equal keys are in the same part, in the order in which
// they came. A part is read when there is memory for its rows; a part that is still too large is spread again, by other bits of the hash:
//
//	level 0        level 1        level 2
//	│ 6 bits │ 6 bits │ … of the hash │
type parts struct {
	file  *partFile
	size  partSize
	level int
	hash  *rowHasher
	list  []part
	apart bool    // rows with a null in their key are equal to none, and go anywhere
	skip  []bool  // parts whose rows are of no use; nil: none
	nulls uint64  // such rows so far
	order []int32 // scratch: rows, those of a part together
	ends  []int32
	piece []int32
}

// part is rows that are to be written and the places of those that are.
type part struct {
	out    column.Batch
	places []place
	rows   int64
}

// levelBits is how many bits of the hash a level may use, and lastLevel the last one that has some left.
const (
	levelBits = 6
	lastLevel = 64/levelBits - 1
)

// partSize says how many parts there are, and how large their blocks.
type partSize struct {
	bits  int
	block int64
}

// partsFor is the size where there is so much memory: parts take an eighth of it for their rows that are to be written.
func partsFor(memory int64) partSize {
	s := partSize{block: blockSize(memory)}
	s.bits = min(max(bits.Len64(uint64(memory/8/s.block))-1, 2), levelBits)
	return s
}

// memory is what parts take: for each a block, which may grow to twice the size, and the bytes of one as it is written.
func (s partSize) memory() int64 { return (2<<s.bits + 4) * s.block }

// reading is what it takes to read a part: a block, and its bytes.
func (s partSize) reading() int64 { return 4 * s.block }

// partFile is the file of several parts. It is closed with the last of them.
type partFile struct {
	blocks
	refs int
}

func (f *partFile) release() {
	if f.refs--; f.refs == 0 {
		f.close()
	}
}

// stored is a part that is read; as plan.Batches.
type stored struct {
	chain
	file  *partFile
	level int // of what it would be spread by
	rows  int64
}

func (s *stored) Close() {
	if s.file != nil {
		s.file.release()
		s.file = nil
	}
}

func newParts(rt *Runtime, kinds []column.Kind, keyTypes []types.OID, size partSize, level int) *parts {
	p := &parts{file: &partFile{blocks: blocks{create: rt.Temp}, refs: 1}, size: size, level: level, hash: newRowHasher(keyTypes), list: make([]part, 1<<size.bits)}
	for i := range p.list {
		p.list[i].out.Reset(kinds)
	}
	return p
}

// of gives the part of a hash.
func (p *parts) of(hash uint64) int {
	return int(hash >> (p.level * levelBits) & (1<<p.size.bits - 1))
}

// add takes rows sel of n (nil: all) of cols, by their keys.
func (p *parts) add(ctx context.Context, n int, sel column.Selection, cols, keys []*column.Vector) error {
	rows := sel.Count(n)
	if rows == 0 {
		return nil
	}
	hashes := p.hash.hash(n, sel, keys)
	if p.apart {
		for i := range each(sel, n) {
			if anyNull(keys, i) {
				p.nulls++
				hashes[i] = scatter(p.nulls)
			}
		}
	}
	if sel == nil {
		p.piece = room(p.piece, n)
		for i := range n {
			p.piece = append(p.piece, int32(i))
		}
		sel = p.piece
	}
	// No more at a time than a few blocks, so that a part isn't much larger than one.
	step := max(1, int(4*p.size.block*int64(rows)/max(payload(cols, rows), 1)))
	for lo := 0; lo < rows; lo += step {
		if err := ended(ctx); err != nil {
			return err
		}
		if err := p.spread(sel[lo:min(lo+step, rows)], hashes, cols); err != nil {
			return err
		}
	}
	return nil
}

// spread appends rows to their parts, and writes what is full.
func (p *parts) spread(sel []int32, hashes []uint64, cols []*column.Vector) error {
	// Sorted by part: count, sum up, place.
	if p.ends == nil {
		p.ends = make([]int32, len(p.list)+1)
	}
	clear(p.ends)
	for _, i := range sel {
		p.ends[p.of(hashes[i])+1]++
	}
	for k := range p.list {
		p.ends[k+1] += p.ends[k]
	}
	if cap(p.order) < len(sel) {
		p.order = make([]int32, len(sel))
	}
	p.order = p.order[:len(sel)]
	for _, i := range sel {
		k := p.of(hashes[i])
		p.order[p.ends[k]] = i
		p.ends[k]++
	}
	from := int32(0)
	for k := range p.list {
		to := p.ends[k]
		if to == from {
			continue
		}
		if p.skip != nil && p.skip[k] {
			from = to
			continue
		}
		t := &p.list[k]
		for c, v := range cols {
			t.out.Cols[c].AppendRows(v, p.order[from:to])
		}
		t.out.Len += int(to - from)
		t.rows += int64(to - from)
		from = to
		if stride(t.out.Cols) >= p.size.block {
			if err := p.write(t); err != nil {
				return err
			}
		}
	}
	return nil
}

// stride is the bytes that rows of Plain vectors take in a block, about.
func stride(cols []*column.Vector) int64 {
	var n int64
	for _, v := range cols {
		n += int64(8*v.Len + len(v.Bytes))
	}
	return n
}

func (p *parts) write(t *part) error {
	if t.out.Len == 0 {
		return nil
	}
	at, err := p.file.write(&t.out)
	if err != nil {
		return err
	}
	t.places = append(t.places, at)
	kinds := make([]column.Kind, len(t.out.Cols))
	for c, v := range t.out.Cols {
		kinds[c] = v.Kind
	}
	t.out.Reset(kinds)
	return nil
}

// finish writes the rest and gives the parts, those without rows too, to whom they belong from then on: each is to be closed.
func (p *parts) finish() ([]*stored, error) {
	var out []*stored
	for i := range p.list {
		t := &p.list[i]
		if err := p.write(t); err != nil {
			return nil, err
		}
		out = append(out, &stored{chain: chain{file: &p.file.blocks, places: t.places}, file: p.file, level: p.level + 1, rows: t.rows})
		t.out = column.Batch{}
	}
	p.file.refs += len(out)
	p.close()
	return out, nil
}

// close ends the writing; without finish, nothing is kept.
func (p *parts) close() {
	if p.file != nil {
		p.file.release()
		p.file, p.list = nil, nil
	}
}
