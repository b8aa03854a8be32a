package exec

import (
	"context"

	"github.com/flare-pg/flare-pg/column"
)

// sortedBytes is how large the batches of a sort become, about.
const sortedBytes = 1 << 20

// merger gives the rows of several runs in order. It chooses rows one by one and copies them a column at a time.
type merger struct {
	order  ordering
	heap   []*source                                   // the one with the least next row first
	width  int                                         // of what is given
	prefix func(keys []*column.Vector, row int) uint64 // of rows that come from a file
	exact  bool                                        // rows with the same prefix are equal
	picks  []pick
}

// source is a run as it is merged: one in memory, or the block of one in a file that has the next row.
type source struct {
	cols   []*column.Vector
	keys   []*column.Vector
	order  []item // in memory
	rows   int
	pos    int
	prefix uint64 // of the next row
	seq    int
	each   int64 // bytes a row, about

	more  func(ctx context.Context, src *source) (bool, error) // reads the next block; nil: in memory
	batch column.Batch
	chain chain
	held  int64
}

// pick is a row that comes next.
type pick struct {
	from *source
	row  int32
}

// mergeRuns merges the runs in memory.
func (s *sorter) mergeRuns(width int) *merger {
	exact := s.packs && s.pack(s.runs)
	m := &merger{order: s.order, heap: s.sources(s.runs), width: width, exact: exact}
	m.start()
	return m
}

// sources makes a source of each run in memory.
func (s *sorter) sources(runs []*run) []*source {
	var out []*source
	for _, r := range runs {
		if r.len() == 0 {
			continue
		}
		src := &source{cols: r.cols, keys: r.keys, order: r.order, rows: r.len(), seq: r.seq, each: r.bytes()/int64(r.len()) + 1}
		out = append(out, src)
	}
	return out
}

// mergeFile merges runs in the file.
func (s *sorter) mergeFile(from []*source, width int) *merger {
	m := &merger{order: s.order, heap: from, width: width, prefix: s.order.prefix}
	if s.packs {
		var parts []packedKey
		parts, m.exact = s.packing()
		m.prefix = packRow(parts)
	}
	m.start()
	return m
}

// newMerger merges sources whose next rows are not summed up yet.
func newMerger(order ordering, from []*source, width int) *merger {
	m := &merger{order: order, heap: from, width: width, prefix: order.prefix}
	m.start()
	return m
}

func (m *merger) start() {
	for _, src := range m.heap {
		src.prefix = m.prefixOf(src)
	}
	for i := len(m.heap)/2 - 1; i >= 0; i-- {
		m.down(i)
	}
}

// prefixOf gives that of a source's next row.
func (m *merger) prefixOf(src *source) uint64 {
	if src.order != nil {
		return src.order[src.pos].prefix
	}
	return m.prefix(src.keys, src.pos)
}

func (m *merger) done() bool { return len(m.heap) == 0 }

// fill makes b the next rows: so many at most, of so many bytes about.
func (m *merger) fill(ctx context.Context, b *column.Batch, rows int, bytes int64) error {
	kinds := make([]column.Kind, m.width)
	for i := range kinds {
		kinds[i] = m.heap[0].cols[i].Kind
	}
	b.Reset(kinds)
	m.picks = m.picks[:0]
	for size := int64(0); len(m.heap) > 0 && b.Len+len(m.picks) < rows && size < bytes; {
		src := m.heap[0]
		m.picks = append(m.picks, pick{src, src.row()})
		size += src.each
		src.pos++
		if src.pos == src.rows && src.more != nil {
			m.copy(b) // before what the rows lie in is read over
			if ok, err := src.more(ctx, src); err != nil {
				return err
			} else if !ok {
				src.rows = src.pos
			}
		}
		if src.pos >= src.rows {
			last := len(m.heap) - 1
			m.heap[0] = m.heap[last]
			m.heap = m.heap[:last]
		} else {
			src.prefix = m.prefixOf(src)
		}
		m.down(0)
	}
	m.copy(b)
	return nil
}

// row is the next row's place in cols.
func (s *source) row() int32 {
	if s.order != nil {
		return s.order[s.pos].row
	}
	return int32(s.pos)
}

// copy appends the picked rows to b.
func (m *merger) copy(b *column.Batch) {
	for c, dst := range b.Cols {
		copyPicks(dst, m.picks, c)
	}
	b.Len += len(m.picks)
	m.picks = m.picks[:0]
}

func copyPicks(dst *column.Vector, picks []pick, c int) {
	if dst.Valid == nil {
		// As long as there is no null.
		n := 0
		switch dst.Kind {
		case column.Int64, column.Timestamp:
			for _, p := range picks {
				v := p.from.cols[c]
				if v.Valid != nil {
					break
				}
				dst.Ints = append(dst.Ints, v.Ints[p.row])
				n++
			}
		case column.Float64:
			for _, p := range picks {
				v := p.from.cols[c]
				if v.Valid != nil {
					break
				}
				dst.Floats = append(dst.Floats, v.Floats[p.row])
				n++
			}
		}
		dst.Len += n
		picks = picks[n:]
	}
	for _, p := range picks {
		dst.AppendFrom(p.from.cols[c], int(p.row))
	}
}

// before reports whether a's next row comes before b's.
func (m *merger) before(a, b *source) bool {
	if a.prefix != b.prefix {
		return a.prefix < b.prefix
	}
	if m.exact {
		return a.seq < b.seq
	}
	if c := m.order.compare(a.keys, int(a.row()), b.keys, int(b.row())); c != 0 {
		return c < 0
	}
	return a.seq < b.seq
}

// down puts the source at i where it belongs, below it at most.
func (m *merger) down(i int) {
	for {
		c := 2*i + 1
		if c >= len(m.heap) {
			return
		}
		if c+1 < len(m.heap) && m.before(m.heap[c+1], m.heap[c]) {
			c++
		}
		if !m.before(m.heap[c], m.heap[i]) {
			return
		}
		m.heap[i], m.heap[c] = m.heap[c], m.heap[i]
		i = c
	}
}
