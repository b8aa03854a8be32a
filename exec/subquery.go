package exec

import (
	"context"
	"encoding/binary"
	"math"
	"sync"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/function"
)

// codeCardinality is the SQLSTATE of a scalar sub-query with several rows.
const codeCardinality = "21000"

// memoBytes is how much one sub-query may remember of its answers for rows it has seen; then it forgets them all.
const memoBytes = 4 << 20

// answer is what a sub-query's rows come to: a value of one row, or the rows themselves for what is compared with them.
type answer struct {
	find  sync.Once
	err   error
	value *column.Vector
	rows  *rowSet
}

// subQuery evaluates a plan.SubQuery. Without arguments its answer is found once for the frame whose rows it depends on, and shared by
// all evaluators; with arguments it is remembered by their values.
type subQuery struct {
	n    *plan.SubQuery
	rt   *Runtime
	kind column.Kind
	args []evaluator
	left []evaluator
	home *frame // where the one answer of a query without arguments is kept

	memo     map[string]*answer
	memoSize int64
	meter    *meter
	key      []byte
	vecs     []*column.Vector
	leftVecs []*column.Vector
	test     *rowTest // compiled Test
	probe    *keyProbe
	one      [1]int32
	whole    []int32
	probed   column.Bitmap // rows of the batch that are in a file of the set; nil: it has none
	out      column.Vector
	constant column.Vector
}

func newSubQuery(rt *Runtime, n *plan.SubQuery, operands []evaluator) (evaluator, error) {
	if rt.frame == nil {
		return nil, types.Errorf(types.CodeInternalError, "a sub-query outside of a statement")
	}
	s := &subQuery{n: n, rt: rt, kind: types.KindOf(n.Type()), left: operands[:len(n.Left)], args: operands[len(n.Left):]}
	s.home = rt.frame.root()
	if plan.ReadsOutside(n.Plan) {
		s.home = rt.frame
	}
	if n.Test != nil {
		t, err := newRowTest(rt, n)
		if err != nil {
			return nil, err
		}
		s.test = t
	}
	return s, nil
}

func (s *subQuery) eval(b *column.Batch, sel column.Selection) (v *column.Vector, err error) {
	n := b.Len
	s.leftVecs = s.leftVecs[:0]
	for _, e := range s.left {
		v, err := e.eval(b, sel)
		if err != nil {
			return nil, err
		}
		s.leftVecs = append(s.leftVecs, v)
	}
	if len(s.args) == 0 { // also where it is volatile, as in PostgreSQL
		return s.same(n, sel)
	}
	s.vecs = s.vecs[:0]
	for _, e := range s.args {
		v, err := e.eval(b, sel)
		if err != nil {
			return nil, err
		}
		s.vecs = append(s.vecs, v)
	}
	s.out.Reset(s.kind)
	at := 0
	for i := range each(sel, n) {
		for ; at < i; at++ {
			s.out.AppendNull()
		}
		a, remembered, err := s.answerFor(i)
		if err == nil {
			s.one[0] = int32(i)
			if err = s.lookUp(a, n, s.one[:]); err == nil {
				err = s.put(a, i)
			}
		}
		if !remembered {
			a.close()
		}
		if err != nil {
			return nil, err
		}
		at++
	}
	for ; at < n; at++ {
		s.out.AppendNull()
	}
	return &s.out, nil
}

// same is eval for a query whose rows are the same throughout.
func (s *subQuery) same(n int, sel column.Selection) (*column.Vector, error) {
	if sel.Count(n) == 0 {
		s.constant = *column.NewNull(s.kind, n)
		return &s.constant, nil
	}
	a, err := s.once()
	if err != nil {
		return nil, err
	}
	if a.value != nil {
		s.constant = *a.value
		s.constant.Form, s.constant.Len = column.Constant, n
		return &s.constant, nil
	}
	if err := s.lookUp(a, n, sel); err != nil {
		return nil, err
	}
	s.out.Reset(s.kind)
	at := 0
	for i := range each(sel, n) {
		for ; at < i; at++ {
			s.out.AppendNull()
		}
		if err := s.put(a, i); err != nil {
			return nil, err
		}
		at++
	}
	for ; at < n; at++ {
		s.out.AppendNull()
	}
	return &s.out, nil
}

// once finds the answer of a query without arguments.
func (s *subQuery) once() (*answer, error) {
	a := s.home.answer(s.n)
	a.find.Do(func() { a.err = s.find(a, nil, s.home) })
	return a, a.err
}

func (f *frame) answer(n *plan.SubQuery) *answer {
	f.mu.Lock()
	defer f.mu.Unlock()
	a := f.once[n]
	if a == nil {
		if f.once == nil {
			f.once = map[*plan.SubQuery]*answer{}
		}
		a = new(answer)
		f.once[n] = a
	}
	return a
}

// put appends the value of row i to out.
func (s *subQuery) put(a *answer, i int) error {
	if a.value != nil {
		s.out.AppendFrom(a.value, 0)
		return nil
	}
	if i&255 == 0 {
		if err := ended(s.rt.context()); err != nil {
			return err
		}
	}
	var t truth
	var err error
	switch {
	case s.n.Kind == plan.KeyQuery:
		if s.has(a.rows.keys, i) {
			t = isTrue
		}
	case s.n.Test == nil:
		t, err = a.rows.equalsSome(s.rt.context(), s.leftVecs, i, s.has(a.rows.keys, i))
		if s.n.Kind == plan.AllQuery {
			return types.Errorf(types.CodeInternalError, "ALL without a test")
		}
	default:
		t, err = s.test.decide(s.rt.context(), s.leftVecs, i, a.rows)
	}
	switch {
	case err != nil:
		return err
	case t == isUnknown:
		s.out.AppendNull()
	default:
		s.out.AppendBool(t == isTrue)
	}
	return nil
}

// lookUp looks for rows sel of the left side in the files of a set, all at once, if it has some.
func (s *subQuery) lookUp(a *answer, n int, sel column.Selection) (err error) {
	s.probed = nil
	if a.rows == nil || a.rows.keys == nil || !a.rows.keys.spilled() {
		return nil
	}
	if s.probe == nil || s.probe.set != a.rows.keys {
		s.probe = newKeyProbe(a.rows.keys)
	}
	s.whole = room(s.whole, n)
	for i := range each(sel, n) {
		if !anyNull(s.leftVecs, i) {
			s.whole = append(s.whole, int32(i))
		}
	}
	s.probed, err = s.probe.find(s.rt.context(), n, s.whole, s.leftVecs)
	return err
}

// has reports whether row i of the left side is in a set; a null is in none.
func (s *subQuery) has(set *keySet, i int) bool {
	return s.probed != nil && s.probed.Get(i) || set.hash.find(s.leftVecs, i) >= 0
}

// answerFor gives the answer for the arguments of row i. Where it is not remembered, it is to be closed.
func (s *subQuery) answerFor(i int) (a *answer, remembered bool, err error) {
	a = new(answer)
	if err := ended(s.rt.context()); err != nil {
		return a, false, err
	}
	if s.n.Volatility == function.Volatile {
		return a, false, s.find(a, rowValues(s.vecs, i), s.rt.frame)
	}
	s.key = s.key[:0]
	for _, v := range s.vecs {
		s.key = appendExact(s.key, v, i)
	}
	if a, ok := s.memo[string(s.key)]; ok {
		return a, true, nil
	}
	key := string(s.key)
	if err := s.find(a, rowValues(s.vecs, i), s.rt.frame); err != nil || a.rows != nil && a.rows.spilled() {
		return a, false, err
	}
	if s.meter == nil {
		s.meter = s.rt.frame.meter(s.rt.Memory)
	}
	size := int64(len(key)) + 200 + a.bytes()
	if s.memo == nil || s.memoSize+size > memoBytes {
		s.memo, s.memoSize = map[string]*answer{}, 0
	}
	if size > memoBytes || s.meter.ensure(s.memoSize+size) != nil {
		return a, false, nil // the memory is wanted elsewhere
	}
	if a.rows != nil {
		a.rows.release()
	}
	s.memo[key] = a
	s.memoSize += size
	return a, true, nil
}

// close gives back what the rows of an answer take, and their files.
func (a *answer) close() {
	if a.rows != nil {
		a.rows.close()
	}
}

func (a *answer) bytes() int64 {
	var n int64
	if a.value != nil {
		n += a.value.Size()
	}
	if a.rows != nil {
		n += a.rows.bytes()
	}
	return n
}

// find runs the query's plan. What it collects besides the memo is kept by the frame, where the answer is found once; else the answer is to be closed.
func (s *subQuery) find(a *answer, outer []*column.Vector, home *frame) (err error) {
	defer guard("sub-query", &err)
	rt := s.rt
	if outer == nil && home != rt.frame {
		top := *rt
		top.frame = home
		rt = &top
	}
	rt = rt.within(outer)
	defer rt.frame.close()
	ctx := rt.context()
	switch s.n.Kind {
	case plan.ScalarQuery:
		a.value = column.New(s.kind)
		err = drain(ctx, s.n.Plan, rt, func(b *column.Batch) (bool, error) {
			if b.Rows()+a.value.Len > 1 {
				return false, types.Errorf(codeCardinality, "more than one row returned by a subquery used as an expression")
			}
			a.value.AppendVector(b.Cols[0], b.Sel)
			return true, nil
		})
		if a.value.Len == 0 {
			a.value.AppendNull()
		}
	case plan.ExistsQuery:
		a.value = column.New(column.Bool)
		some := false
		err = drain(ctx, s.n.Plan, rt, func(*column.Batch) (bool, error) {
			some = true
			return false, nil
		})
		a.value.AppendBool(some)
	case plan.ArrayQuery:
		a.value, err = s.array(ctx, rt)
	default:
		a.rows = newRowSet(rt, s.n)
		if outer == nil {
			home.keep(a)
		}
		err = drain(ctx, s.n.Plan, rt, func(b *column.Batch) (bool, error) { return true, a.rows.add(ctx, b) })
	}
	return err
}

// appendExact appends row i of v so that two rows have the same bytes only where nothing tells them apart (1.0 and 1.00 are told apart).
func appendExact(dst []byte, v *column.Vector, i int) []byte {
	if v.Null(i) {
		return append(dst, 0)
	}
	dst = append(dst, 1)
	switch v.Kind {
	case column.Bool:
		if v.Bool(i) {
			return append(dst, 1)
		}
		return append(dst, 0)
	case column.Int64, column.Timestamp:
		return binary.LittleEndian.AppendUint64(dst, uint64(v.Int(i)))
	case column.Float64:
		return binary.LittleEndian.AppendUint64(dst, math.Float64bits(v.Float(i)))
	case column.Interval:
		x := v.Span(i)
		dst = binary.LittleEndian.AppendUint32(dst, uint32(x.Months))
		dst = binary.LittleEndian.AppendUint32(dst, uint32(x.Days))
		return binary.LittleEndian.AppendUint64(dst, uint64(x.Micros))
	}
	s := v.Str(i)
	return append(binary.AppendUvarint(dst, uint64(len(s))), s...)
}

// array makes the array of the query's column.
func (s *subQuery) array(ctx context.Context, rt *Runtime) (*column.Vector, error) {
	items := column.New(types.KindOf(s.n.Plan.Columns()[0].Type))
	m := meter{acc: rt.Memory}
	defer m.release()
	err := drain(ctx, s.n.Plan, rt, func(b *column.Batch) (bool, error) {
		if err := m.ensure(items.Size() + 2*payload(b.Cols[:1], b.Rows())); err != nil {
			return false, err
		}
		items.AppendVector(b.Cols[0], b.Sel)
		return true, nil
	})
	if err != nil {
		return nil, err
	}
	out := column.New(s.kind)
	if t := s.n.Plan.Columns()[0].Type; t == s.n.OID {
		if items.Len == 0 {
			out.AppendFunc(func(dst []byte) []byte { return types.AppendArray(dst, nil, column.New(types.KindOf(types.ElemOf(t)))) })
			return out, nil
		}
		return out, function.JoinArrays(types.ElemOf(t), items, out)
	}
	out.AppendFunc(func(dst []byte) []byte { return types.AppendList(dst, items) })
	return out, nil
}
