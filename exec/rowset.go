package exec

import (
	"math"

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

// rowSet is the rows of a sub-query that values are compared with. For equality they are hashed, each row that has no null once; the
// rows with nulls are few where they matter, and looked through.
type rowSet struct {
	rows  int
	types []types.OID
	cols  []*column.Vector // for a test: all rows
	hash  *groups          // for equality: the rows without nulls
	nulls []*column.Vector // for equality: the distinct rows with nulls
	seen  map[string]struct{}
	meter *meter
	of    []int32
	key   []byte
}

func newRowSet(n *plan.SubQuery, m *meter) *rowSet {
	s := &rowSet{meter: m}
	for _, c := range n.Plan.Columns() {
		s.types = append(s.types, c.Type)
		s.cols = append(s.cols, column.New(types.KindOf(c.Type)))
		s.nulls = append(s.nulls, column.New(types.KindOf(c.Type)))
	}
	if n.Test == nil {
		s.hash = newGroups(s.types)
	}
	return s
}

func (s *rowSet) bytes() int64 {
	n := bytesOf(s.cols) + bytesOf(s.nulls) + 64*int64(len(s.seen))
	if s.hash != nil {
		n += s.hash.bytes()
	}
	return n
}

// add takes a batch in.
func (s *rowSet) add(b *column.Batch) error {
	need := s.bytes() + 2*payload(b.Cols, b.Rows())
	if s.hash != nil {
		need += s.hash.growth(b.Cols, b.Rows())
	}
	if err := s.meter.ensure(need); err != nil {
		return err
	}
	s.rows += b.Rows()
	if s.hash == nil {
		for i, v := range b.Cols {
			if len(s.cols[i].Bytes) > math.MaxInt32/2 {
				return types.Errorf(types.CodeProgramLimitExceeded, "the rows of a sub-query exceed 1 GiB in one column")
			}
			s.cols[i].AppendVector(v, b.Sel)
		}
		return nil
	}
	var whole []int32
	for i := range each(b.Sel, b.Len) {
		if anyNull(b.Cols, i) {
			s.addNulls(b.Cols, i)
		} else {
			whole = append(whole, int32(i))
		}
	}
	if len(whole) == 0 {
		return nil
	}
	if cap(s.of) < b.Len {
		s.of = make([]int32, b.Len)
	}
	return s.hash.assign(b.Len, whole, b.Cols, s.of[:b.Len])
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

// equalsSome is the row i of left = ANY (rows).
func (s *rowSet) equalsSome(left []*column.Vector, i int) truth {
	if s.rows == 0 {
		return isFalse
	}
	if !anyNull(left, i) {
		if s.hash.find(left, i) >= 0 {
			return isTrue
		}
		return s.perhaps(s.nulls, left, i)
	}
	if t := s.perhaps(s.nulls, left, i); t != isFalse {
		return t
	}
	return s.perhaps(s.hash.keys, left, i)
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
	sel  []int32
}

func newRowTest(rt *Runtime, n *plan.SubQuery) (*rowTest, error) {
	ev, err := compile(rt, n.Test)
	if err != nil {
		return nil, err
	}
	return &rowTest{all: n.Kind == plan.AllQuery, cond: ev, ones: make([]column.Vector, len(n.Left))}, nil
}

// decide compares row i of left with the rows, a batch at a time, until one decides.
func (t *rowTest) decide(left []*column.Vector, i int, set *rowSet) (truth, error) {
	out := isFalse
	if t.all {
		out = isTrue
	}
	if set.rows == 0 {
		return out, nil
	}
	t.in.Cols = t.in.Cols[:0]
	for k, v := range left {
		t.ones[k].Reset(v.Kind)
		t.ones[k].AppendFrom(v, i)
		t.ones[k].Form, t.ones[k].Len = column.Constant, set.rows
		t.in.Cols = append(t.in.Cols, &t.ones[k])
	}
	t.in.Cols, t.in.Len = append(t.in.Cols, set.cols...), set.rows
	for lo := 0; lo < set.rows; lo += column.BatchRows {
		var sel column.Selection
		if set.rows > column.BatchRows {
			t.sel = room(t.sel, column.BatchRows)
			for r := lo; r < min(lo+column.BatchRows, set.rows); r++ {
				t.sel = append(t.sel, int32(r))
			}
			sel = t.sel
		}
		v, err := t.cond.eval(&t.in, sel)
		if err != nil {
			return 0, err
		}
		for r := range each(sel, set.rows) {
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
	}
	return out, nil
}
