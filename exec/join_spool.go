package exec

import (
	"context"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/plan"
)

// spool yields the left rows, with the keys that are computed, and keeps them in a temporary file for the next chunks.
type spool struct {
	input  plan.Batches
	side   joinSide
	file   blocks
	places []place
	block  int64

	in   column.Batch
	cols []*column.Vector
	rows []int32 // of in, that are to be yielded
	out  column.Batch
}

func (s *spool) Next(ctx context.Context, b *column.Batch) (bool, error) {
	for len(s.rows) == 0 {
		ok, err := s.input.Next(ctx, &s.in)
		if !ok || err != nil {
			return false, err
		}
		if _, err := s.side.keysOf(&s.in); err != nil {
			return false, err
		}
		s.cols = append(s.cols[:0], s.side.cols...)
		s.rows = room(s.rows, s.in.Len)
		for i := range each(s.in.Sel, s.in.Len) {
			s.rows = append(s.rows, int32(i))
		}
	}
	n := int(min(max(s.block/max(payload(s.cols, 1), 1), 1), int64(len(s.rows))))
	s.out.Reset(s.side.kinds)
	for i, v := range s.cols {
		s.out.Cols[i].AppendRows(v, s.rows[:n])
	}
	s.out.Len, s.rows = n, s.rows[n:]
	p, err := s.file.write(&s.out)
	if err != nil {
		return false, err
	}
	s.places = append(s.places, p)
	*b = s.out
	return true, nil
}

func (s *spool) Close() { s.input.Close() }
