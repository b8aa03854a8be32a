package exec

import (
	"context"

	"github.com/flare-pg/flare-pg/column"
)

// joinSpill is what a join does where the right side has no room.
//
// With keys both sides are spread over parts of temporary files by the hash of the keys, and each right part is joined with the left part beside it. A part
// that is too large is spread again. Where that wouldn't make it smaller, and where there are no keys, the right side is taken in by as much as there is room for
// at a time, and the left side gone through again for each such chunk.
type joinSpill struct {
	rest  []sides
	level int
	solid bool // spreading would not make the parts smaller
	disk  int64
	parts int64

	over  column.Batch // the right batch at hand
	ahead []int32      // its rows that are not taken in yet
	ended bool         // all right rows are in this chunk or were in one before

	chunks bool // there is more than one
	spool  *spool
	base   int // number of the left batch's first row
	next   int // of the next batch's
}

func (s *joinSpill) close() {
	for _, x := range s.rest {
		x.close()
	}
	s.rest = nil
	if s.spool != nil {
		s.spool.file.close()
		s.spool = nil
	}
}

// mark makes room for what is to be known of the left batch's rows: whether they were in a pair, of several chunks in any.
func (j *join) mark() {
	s := &j.spill
	if !s.chunks {
		s.base, s.next = 0, 0
		j.leftMatched = j.leftMatched[:0].Resize(j.in.Len)
		return
	}
	s.base, s.next = s.next, s.next+j.in.Len
	if len(j.leftMatched)*64 < s.next {
		j.leftMatched = j.leftMatched.Resize(s.next)
	}
}

// collect draws the right input, or the next chunk of it.
func (j *join) collect(ctx context.Context) error {
	s := &j.spill
	j.built, j.rest = newBuilt(j.rightSide.kinds, j.keyTypes), 0
	for {
		if err := ended(ctx); err != nil {
			return err
		}
		if len(s.ahead) == 0 {
			ok, err := j.right.Next(ctx, &s.over)
			if err != nil {
				return err
			}
			if !ok {
				s.ended = true
				j.right.Close()
				break
			}
			s.ahead = room(s.ahead, s.over.Len)
			for i := range each(s.over.Sel, s.over.Len) {
				s.ahead = append(s.ahead, int32(i))
			}
		}
		keys, err := j.rightSide.keysOf(&s.over)
		if err != nil {
			return err
		}
		n, err := j.room(keys, len(s.ahead))
		if err != nil {
			return err
		}
		sel := column.Selection(s.ahead[:n])
		if n == s.over.Len {
			sel = nil
		}
		if err := j.built.add(s.over.Len, sel, j.rightSide.cols, keys); err != nil {
			return err
		}
		if s.ahead = s.ahead[n:]; len(s.ahead) == 0 {
			continue
		}
		if len(keys) > 0 && !s.solid && !s.chunks {
			return j.spread(ctx)
		}
		break
	}
	if j.keepsRight() {
		j.built.matched = column.NewBitmap(j.built.rows)
	}
	if !s.ended && !s.chunks {
		s.chunks, j.leftMatched = true, j.leftMatched[:0]
		if _, ok := j.left.(*stored); !ok {
			s.spool = &spool{input: j.left, side: j.leftSide, block: blockSize(j.built.bytes()), file: blocks{create: j.rt.Temp}}
			s.spool.side.cols, s.spool.side.keys = nil, nil
			j.left, j.leftSide.wide = s.spool, true
		}
	}
	j.stage, j.whole = joinStreams, j.built.inPlace()
	return nil
}

// room reserves memory for as many of the next right rows as fit.
func (j *join) room(keys []*column.Vector, rows int) (int, error) {
	held := j.built.bytes() + int64(8*len(j.leftMatched))
	if !j.rt.spills() {
		return rows, j.meter.ensure(held + j.built.growth(j.rightSide.cols, keys, rows))
	}
	for n := rows; n > 0; n /= 2 {
		bytes := held + j.built.growth(j.rightSide.cols, keys, n)
		size := partsFor(bytes)
		bytes += size.memory() + size.reading()
		if j.meter.try(bytes) {
			return n, nil
		}
		if j.built.rows > 0 {
			return 0, nil
		}
		if n == 1 { // there has to be one
			return 1, j.meter.ensure(bytes)
		}
	}
	return 0, nil
}

// nextPass goes on when the left side has come to its end: with the next chunk, else with the next parts.
func (j *join) nextPass() error {
	s := &j.spill
	if s.parts++; !s.ended {
		switch left := j.left.(type) {
		case *spool:
			s.disk += left.file.bytes
			left.input.Close()
			j.left = &chain{file: &left.file, places: left.places}
		case *stored:
			left.rewind()
		case *chain:
			left.rewind()
		}
		s.next, j.stage = 0, joinCollects
		j.built = nil
		return nil
	}
	j.left.Close()
	return j.nextParts()
}

// nextParts begins with parts of both sides where some are left.
func (j *join) nextParts() error {
	s := &j.spill
	if s.spool != nil {
		s.spool.file.close()
		s.spool = nil
	}
	if len(s.rest) == 0 {
		j.stage = joinDone
		return nil
	}
	last := len(s.rest) - 1
	next := s.rest[last]
	s.rest = s.rest[:last]
	j.left, j.right, s.level, s.solid = next.left, next.right, next.left.level, next.solid
	j.leftSide.wide, j.rightSide.wide = true, true
	s.ended, s.chunks, s.ahead, s.next, s.base = false, false, s.ahead[:0], 0, 0
	j.built, j.leftMatched = nil, j.leftMatched[:0]
	j.meter.shrink(0)
	j.stage = joinCollects
	return nil
}

// spread puts the rows of both sides into parts and begins with the first.
func (j *join) spread(ctx context.Context) error {
	s := &j.spill
	size := partsFor(j.built.bytes())
	if err := j.meter.ensure(j.built.bytes() + size.memory() + size.reading()); err != nil {
		return err
	}
	lefts, rights, err := j.spreadBoth(ctx, size)
	if err != nil {
		for _, x := range append(lefts, rights...) {
			x.Close()
		}
		return err
	}
	s.parts++
	var total int64
	for _, r := range rights {
		total += r.rows
	}
	for i := range lefts {
		next := sides{left: lefts[i], right: rights[i]}
		if next.left.rows == 0 && !j.keepsRight() || next.right.rows == 0 && !j.keepsLeft() {
			next.close()
			continue
		}
		next.solid = next.right.rows > total/8*7 || next.left.level > lastLevel
		s.rest = append(s.rest, next)
	}
	return j.nextParts()
}

func (j *join) spreadBoth(ctx context.Context, size partSize) (lefts, rights []*stored, err error) {
	s := &j.spill
	right := newParts(j.rt, j.rightSide.kinds, j.keyTypes, size, s.level)
	defer right.close()
	right.apart = true
	// What was taken in, what wasn't of the batch at hand, and what is still to come.
	kept := joinSide{keyAt: j.rightSide.keyAt, wide: true}
	for lo := 0; lo < j.built.rows; lo += column.BatchRows {
		hi := min(lo+column.BatchRows, j.built.rows)
		window := room(nil, hi-lo)
		for i := lo; i < hi; i++ {
			window = append(window, int32(i))
		}
		if err := putAside(ctx, right, &kept, &column.Batch{Len: j.built.rows, Cols: j.built.cols, Sel: window}, j.keepsRight()); err != nil {
			return nil, nil, err
		}
	}
	j.built = nil
	j.meter.shrink(size.memory() + size.reading())
	s.over.Sel, s.ahead = s.ahead, nil
	for ok := true; ok; {
		if err := putAside(ctx, right, &j.rightSide, &s.over, j.keepsRight()); err != nil {
			return nil, nil, err
		}
		if ok, err = j.right.Next(ctx, &s.over); err != nil {
			return nil, nil, err
		}
	}
	j.right.Close()
	s.disk += right.file.bytes
	if rights, err = right.finish(); err != nil {
		return nil, nil, err
	}

	left := newParts(j.rt, j.leftSide.kinds, j.keyTypes, size, s.level)
	defer left.close()
	left.apart = true
	if !j.keepsLeft() {
		left.skip = make([]bool, len(rights))
		for i, r := range rights {
			left.skip[i] = r.rows == 0
		}
	}
	for {
		ok, err := j.left.Next(ctx, &j.in)
		if err != nil {
			return nil, rights, err
		}
		if !ok {
			break
		}
		if err := putAside(ctx, left, &j.leftSide, &j.in, j.keepsLeft()); err != nil {
			return nil, rights, err
		}
	}
	j.left.Close()
	s.disk += left.file.bytes
	lefts, err = left.finish()
	return lefts, rights, err
}

// putAside puts a batch's rows into parts; those with a null key only where they are kept without a pair.
func putAside(ctx context.Context, p *parts, side *joinSide, b *column.Batch, nulls bool) error {
	keys, err := side.keysOf(b)
	if err != nil {
		return err
	}
	sel := b.Sel
	if !nulls {
		sel = column.Selection{}
		for i := range each(b.Sel, b.Len) {
			if !anyNull(keys, i) {
				sel = append(sel, int32(i))
			}
		}
	}
	return p.add(ctx, b.Len, sel, side.cols, keys)
}
