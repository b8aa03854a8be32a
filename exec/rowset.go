package exec

import (
	"context"
	"sync"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
)

// truth is a value of three-valued logic.
type truth uint8

const (
	isFalse truth = iota
	isTrue
	isUnknown
)

// rowSet is the rows of a sub-query that values are compared with. For equality they are a set, without those that have a null; the
// rows with nulls are few where they matter, and looked through. What has no room goes to files. Once it is filled several goroutines read it.
type rowSet struct {
	rows  int
	types []types.OID
	queue *rowQueue        // for a test: all rows
	keys  *keySet          // for equality: the rows without nulls
	nulls []*column.Vector // for equality: the distinct rows with nulls
	seen  map[string]struct{}
	meter meter // of nulls and seen
	whole []int32
	key   []byte
	mu    sync.Mutex // of queue's file
}

func newRowSet(rt *Runtime, n *plan.SubQuery) *rowSet {
	s := &rowSet{meter: meter{acc: rt.Memory}}
	for _, c := range n.Plan.Columns() {
		s.types = append(s.types, c.Type)
		s.nulls = append(s.nulls, column.New(types.KindOf(c.Type)))
	}
	if n.Test == nil {
		s.keys = newKeySet(rt, s.types)
	} else {
		s.queue = newRowQueue(rt, kindsOfNode(n.Plan))
	}
	return s
}

func (s *rowSet) bytes() int64 {
	if s.queue != nil {
		return s.queue.bytes()
	}
	return bytesOf(s.nulls) + 64*int64(len(s.seen)) + s.keys.bytes()
}

// spilled reports whether some rows are in files.
func (s *rowSet) spilled() bool {
	if s.queue != nil {
		return s.queue.filed > 0
	}
	return s.keys.spilled()
}

// release gives back what was reserved: whoever keeps the rows, which are all in memory, accounts for them.
func (s *rowSet) release() {
	s.meter.release()
	if s.queue != nil {
		s.queue.meter.release()
	} else {
		s.keys.meter.release()
	}
}

func (s *rowSet) close() {
	s.meter.release()
	if s.queue != nil {
		s.queue.close()
	} else {
		s.keys.close()
	}
}

// add takes a batch in.
func (s *rowSet) add(ctx context.Context, b *column.Batch) error {
	s.rows += b.Rows()
	s.whole = room(s.whole, b.Len)
	for i := range each(b.Sel, b.Len) {
		if s.keys != nil && anyNull(b.Cols, i) {
			s.addNulls(b.Cols, i)
		} else {
			s.whole = append(s.whole, int32(i))
		}
	}
	if s.queue != nil {
		return s.queue.push(b.Cols, s.whole)
	}
	if err := s.meter.ensure(bytesOf(s.nulls) + 64*int64(len(s.seen))); err != nil || len(s.whole) == 0 {
		return err
	}
	_, err := s.keys.add(ctx, b.Len, s.whole, b.Cols)
	return err
}

// addNulls keeps a row with nulls, unless one like it is kept.
func (s *rowSet) addNulls(cols []*column.Vector, i int) {
	s.key = s.key[:0]
	for k, v := range cols {
		s.key = types.AppendKey(s.key, s.types[k], v, i)
	}
	if _, ok := s.seen[string(s.key)]; ok {
		return
	}
	if s.seen == nil {
		s.seen = map[string]struct{}{}
	}
	s.seen[string(s.key)] = struct{}{}
	for k, v := range cols {
		s.nulls[k].AppendFrom(v, i)
	}
}

// equalsSome is the row i of left = ANY (rows); found: it is among them.
func (s *rowSet) equalsSome(ctx context.Context, left []*column.Vector, i int, found bool) (truth, error) {
	switch {
	case s.rows == 0:
		return isFalse, nil
	case found:
		return isTrue, nil
	case !anyNull(left, i):
		return s.perhaps(s.nulls, left, i), nil
	case s.perhaps(s.nulls, left, i) != isFalse:
		return isUnknown, nil
	}
	unknown, err := s.keys.some(ctx, func(cols []*column.Vector) bool { return s.perhaps(cols, left, i) != isFalse })
	if err != nil || !unknown {
		return isFalse, err
	}
	return isUnknown, nil
}

// perhaps is unknown where a row differs from row i of left in no column that is null in neither.
func (s *rowSet) perhaps(rows, left []*column.Vector, i int) truth {
	for r := range rows[0].Len {
		differs := false
		for k := range rows {
			if rows[k].Null(r) || left[k].Null(i) {
				continue
			}
			if types.Compare(s.types[k], rows[k], r, left[k], i) != 0 {
				differs = true
				break
			}
		}
		if !differs {
			return isUnknown
		}
	}
	return isFalse
}

// rowTest decides ANY and ALL by an expression.
type rowTest struct {
	all  bool
	cond evaluator
	in   column.Batch
	ones []column.Vector // the left values, as constants

	cursor rowCursor
	of     *rowSet // that the cursor reads
}

func newRowTest(rt *Runtime, n *plan.SubQuery) (*rowTest, error) {
	ev, err := compile(rt, n.Test)
	if err != nil {
		return nil, err
	}
	return &rowTest{all: n.Kind == plan.AllQuery, cond: ev, ones: make([]column.Vector, len(n.Left))}, nil
}

// decide compares row i of left with the rows, a chunk at a time, until one decides.
func (t *rowTest) decide(ctx context.Context, left []*column.Vector, i int, set *rowSet) (truth, error) {
	out := isFalse
	if t.all {
		out = isTrue
	}
	if t.of != set {
		t.of, t.cursor.have = set, 0
	}
	for k, v := range left {
		t.ones[k].Reset(v.Kind)
		t.ones[k].AppendFrom(v, i)
		t.ones[k].Form = column.Constant
	}
	for row := int64(0); row < set.queue.end; {
		if err := ended(ctx); err != nil {
			return 0, err
		}
		set.mu.Lock()
		b, _, n, err := t.cursor.at(set.queue, row)
		set.mu.Unlock()
		if err != nil {
			return 0, err
		}
		v, err := t.test(b)
		if err != nil {
			return 0, err
		}
		for r := range b.Len {
			switch {
			case v.Null(r):
				out = isUnknown
			case v.Bool(r) != t.all:
				if t.all {
					return isFalse, nil
				}
				return isTrue, nil
			}
		}
		row += int64(n)
	}
	return out, nil
}

// test evaluates the expression for all rows of a chunk.
func (t *rowTest) test(b *column.Batch) (*column.Vector, error) {
	t.in.Cols, t.in.Len = t.in.Cols[:0], b.Len
	for k := range t.ones {
		t.ones[k].Len = b.Len
		t.in.Cols = append(t.in.Cols, &t.ones[k])
	}
	t.in.Cols = append(t.in.Cols, b.Cols...)
	return t.cond.eval(&t.in, nil)
}
