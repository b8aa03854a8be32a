package exec

import (
	"context"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/nql"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
)

// knownKeys are the values that a column must have: the first n of a vector, each once, without nulls.
type knownKeys struct {
	oid types.OID
	v   *column.Vector
	n   int
}

// handedKeys are what joins have handed to scans that begin after them.
type handedKeys map[*plan.ScanKeys]knownKeys

// narrowByKeys tells the store which values are wanted, as far as that is known and not too much; some is false where none is.
func narrowByKeys(rt *Runtime, n *plan.Scan, spec *engine.Spec) (some bool) {
	for _, k := range n.Keys {
		values, known := keysOf(rt, k)
		if !known {
			continue
		}
		if values.n == 0 {
			return false
		}
		in, ok := k.In(rt.Env, n, values.oid, values.v, values.n)
		if !ok {
			continue
		}
		spec.Compiled = nil // it was compiled without
		if spec.Where == nil {
			spec.Where = in
		} else {
			spec.Where = &nql.Binary{Op: nql.And, L: spec.Where, R: in}
		}
		if st := rt.Stats.Of(n); st != nil {
			st.Keys.Store(max(st.Keys.Load(), int64(values.n)))
		}
	}
	return true
}

// keysOf finds the values; known is false where there are too many, or they can't be had: then who is above the scan comes to the same error, if it comes to it.
func keysOf(rt *Runtime, k *plan.ScanKeys) (values knownKeys, known bool) {
	switch {
	case k.Array != nil:
		v, err := evalOne(rt, k.Array)
		if err != nil {
			return knownKeys{}, false
		}
		if v.Null(0) {
			return knownKeys{}, true
		}
		elem := types.ElemOf(k.Array.Type())
		return distinctKeys(elem, types.ReadArray(elem, v.Str(0)).Values)
	case k.Query != nil:
		q, err := newSubQuery(rt, k.Query, make([]evaluator, len(k.Query.Left)))
		if err != nil {
			return knownKeys{}, false
		}
		a, err := q.(*subQuery).once()
		if err != nil {
			return knownKeys{}, false
		}
		return a.rows.known(k.Column)
	}
	values, known = rt.handed[k]
	return values, known
}

// distinctKeys takes each value of v once; known is false where they are too many.
func distinctKeys(t types.OID, v *column.Vector) (values knownKeys, known bool) {
	g := newGroups([]types.OID{t})
	if v.Len > 16*plan.MaxKeys {
		return knownKeys{}, false
	}
	some := make([]int32, 0, v.Len)
	for i := range v.Len {
		if !v.Null(i) {
			some = append(some, int32(i))
		}
	}
	if err := g.assign(v.Len, some, []*column.Vector{v}, make([]int32, v.Len)); err != nil || g.len() > plan.MaxKeys {
		return knownKeys{}, false
	}
	return knownKeys{t, g.keys[0], g.len()}, true
}

// known gives the values of a column among the rows; false where they are too many.
func (s *rowSet) known(at int) (values knownKeys, known bool) {
	if s.keys == nil || s.keys.spilled() || s.keys.hash.len() > plan.MaxKeys {
		return knownKeys{}, false
	}
	keys := s.keys.hash.keys
	if len(s.types) == 1 {
		return knownKeys{s.types[0], keys[0], s.keys.hash.len()}, true
	}
	return distinctKeys(s.types[at], keys[at]) // rows with a null are not among them: what has one equals nothing
}

// later is an input that is not opened before it is drawn from.
type later struct {
	open  func(ctx context.Context) (plan.Batches, error)
	input plan.Batches
}

func (l *later) Next(ctx context.Context, b *column.Batch) (bool, error) {
	if l.input == nil {
		in, err := l.open(ctx)
		if err != nil {
			return false, err
		}
		l.input = in
	}
	return l.input.Next(ctx, b)
}

func (l *later) Close() {
	if l.input != nil {
		l.input.Close()
	}
}

// openLeft opens the left input of a join: where keys are handed to it, when they are known.
func (j *join) openLeft(ctx context.Context, n *plan.Join, rt *Runtime) (plan.Batches, error) {
	if len(n.Hands) == 0 {
		return build(ctx, n.Left, rt)
	}
	below := *rt
	below.handed = handedKeys{}
	for k, v := range rt.handed {
		below.handed[k] = v
	}
	return &later{open: func(ctx context.Context) (plan.Batches, error) {
		for _, h := range n.Hands {
			if values, known := j.keysAt(h.Key); known {
				below.handed[h.To] = values
			}
		}
		return build(ctx, n.Left, &below)
	}}, nil
}

// keysAt gives the values of a right key, where the whole right side is at hand.
func (j *join) keysAt(key int) (values knownKeys, known bool) {
	b := j.built
	if b == nil || b.hash == nil || !j.spill.ended || j.spill.chunks || b.hash.len() > plan.MaxKeys {
		return knownKeys{}, false
	}
	if len(b.hash.keys) == 1 {
		return knownKeys{j.keyTypes[0], b.hash.keys[0], b.hash.len()}, true
	}
	return distinctKeys(j.keyTypes[key], b.hash.keys[key])
}
