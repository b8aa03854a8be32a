package exec

import (
	"context"

	"github.com/flare-pg/flare-pg/column"
)

// spilledRun is a run in the file: its blocks in order.
type spilledRun struct {
	places []place
	bytes  int64
	seq    int // of the earliest run in it
}

// memory is what it takes to know of the run.
func (r *spilledRun) memory() int64 { return 64 + placeBytes*int64(cap(r.places)) }

// leastMerge is how many runs are merged at once however little memory there is.
const leastMerge = 4

// writing is what it takes to write runs of so many bytes into the file.
func writing(bytes int64) int64 { return 4 * blockSize(bytes) }

// block is how large the blocks of the file become.
func (s *sorter) block() int64 { return blockSize(s.had) }

// outBytes is how large the batches become that are yielded, about.
func (s *sorter) outBytes() int64 {
	if len(s.spilled) == 0 {
		return sortedBytes
	}
	return min(max(s.had/16, leastBlock), sortedBytes)
}

// spill merges the runs that are in memory into one in the file.
func (s *sorter) spill(ctx context.Context) error {
	if s.top() {
		s.whole, s.cut = true, false
	}
	s.seal()
	if len(s.spilled) == 0 {
		s.had = s.bytes()
	}
	if err := s.meter.ensure(s.bytes() + 4*s.block()); err != nil {
		return err
	}
	seq := s.runs[0].seq
	r, err := s.write(ctx, s.mergeRuns(len(s.kinds)))
	if err != nil {
		return err
	}
	r.seq = seq
	s.spilled = append(s.spilled, r)
	s.placed += r.memory()
	if s.sealed <= s.meter.limit {
		s.free, s.spare = append(s.free, s.runs...), s.spare+s.sealed
	}
	s.runs, s.sealed = nil, 0
	s.meter.shrink(s.bytes())
	return nil
}

// write draws a merge into the file. Of its rows those past the limit are of no use.
func (s *sorter) write(ctx context.Context, m *merger) (spilledRun, error) {
	var r spilledRun
	var out column.Batch
	left := s.limit
	for !m.done() && left != 0 {
		if err := ended(ctx); err != nil {
			return r, err
		}
		rows := runRows
		if left >= 0 {
			rows = int(min(int64(rows), left))
		}
		if err := m.fill(ctx, &out, rows, s.block()); err != nil {
			return r, err
		}
		if left > 0 {
			left -= int64(out.Len)
		}
		p, err := s.file.write(&out)
		if err != nil {
			return r, err
		}
		r.places = append(r.places, p)
		r.bytes += int64(p.size)
	}
	return r, nil
}

// mergeSpilled ends the input where runs are in the file: all are then. Where there are more than can be read side by side, neighbours
// are merged first, those that are smallest together.
func (s *sorter) mergeSpilled(ctx context.Context) error {
	if s.seal(); len(s.runs) > 0 {
		if err := s.spill(ctx); err != nil {
			return err
		}
	}
	s.free, s.spare = nil, 0
	s.meter.shrink(s.placed)
	most := int(min(max(s.had/(2*s.block()), leastMerge), 512))
	for ; most > leastMerge; most = max(most/2, leastMerge) {
		if s.meter.try(s.mergeBytes(min(most, len(s.spilled)))) {
			break
		}
	}
	if err := s.meter.ensure(s.mergeBytes(min(most, len(s.spilled)))); err != nil {
		return err
	}
	for len(s.spilled) > most {
		n := min(most, len(s.spilled)-most+1)
		at := s.smallest(n)
		from, err := s.open(ctx, s.spilled[at:at+n])
		if err != nil {
			return err
		}
		r, err := s.write(ctx, s.mergeFile(from, len(s.kinds)))
		if err != nil {
			return err
		}
		r.seq = s.spilled[at].seq
		for _, old := range s.spilled[at : at+n] {
			s.placed -= old.memory()
		}
		s.placed += r.memory()
		s.spilled = append(append(s.spilled[:at:at], r), s.spilled[at+n:]...)
	}
	from, err := s.open(ctx, s.spilled)
	if err != nil {
		return err
	}
	s.merge = s.mergeFile(from, s.width)
	s.note()
	return nil
}

// smallest finds the n neighbouring runs that have the fewest bytes.
func (s *sorter) smallest(n int) int {
	var sum int64
	for _, r := range s.spilled[:n] {
		sum += r.bytes
	}
	best, least := 0, sum
	for i := n; i < len(s.spilled); i++ {
		if sum += s.spilled[i].bytes - s.spilled[i-n].bytes; sum < least {
			best, least = i-n+1, sum
		}
	}
	return best
}

// mergeBytes is what a merge of n runs takes: two blocks for each, as they are read and as vectors.
func (s *sorter) mergeBytes(n int) int64 {
	return s.placed + 2*s.block()*int64(n) + 2*s.outBytes() + 2*s.block()
}

// open makes sources of runs in the file.
func (s *sorter) open(ctx context.Context, runs []spilledRun) ([]*source, error) {
	var out []*source
	base := s.mergeBytes(len(runs))
	more := func(ctx context.Context, src *source) (bool, error) {
		if src.chain.next == len(src.chain.places) {
			return false, nil
		}
		// A block that has a very large row takes more than was reckoned with.
		base -= src.held
		src.held = max(0, 2*(int64(src.chain.places[src.chain.next].size)-s.block()))
		base += src.held
		if err := s.meter.ensure(base); err != nil {
			return false, err
		}
		ok, err := src.chain.Next(ctx, &src.batch)
		if !ok || err != nil {
			return false, err
		}
		src.cols = src.batch.Cols
		src.keys = s.keysOf(src.keys[:0], src.cols)
		src.pos, src.rows = 0, src.batch.Len
		src.each = int64(src.chain.places[src.chain.next-1].size)/int64(max(src.rows, 1)) + 1
		return true, nil
	}
	for _, r := range runs {
		src := &source{seq: r.seq, more: more, chain: chain{file: &s.file, places: r.places}}
		ok, err := more(ctx, src)
		if err != nil {
			return nil, err
		}
		if ok {
			out = append(out, src)
		}
	}
	return out, nil
}
