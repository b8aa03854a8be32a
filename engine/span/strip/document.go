package strip

import "slices"

// plan is a shape made ready to put documents together.
type plan struct {
	made  bool
	steps []step
	end   []byte // behind the last step
	lits  []byte
}

// step is a value with what stands before it.
type step struct {
	before []byte
	strip  int
}

// plan gives the plan of a shape, and opens the strips that it needs.
func (r *Reader) plan(shape int64) (*plan, error) {
	if r.plans == nil {
		r.plans = make([]plan, len(r.dir.shapes))
	}
	p := &r.plans[shape]
	if p.made {
		return p, nil
	}
	ops := r.dir.shapes[shape].ops
	p.steps = p.steps[:0]
	var lit []byte
	whole := len(ops) == 1 && ops[0] != opClose && !isOpen(ops[0]) && r.strips[stripOf(ops[0])].node == 0
	if !whole {
		lit = append(lit, '{')
	}
	for i, o := range ops {
		lit = r.appendOp(lit, ops, i)
		if o == opClose || isOpen(o) {
			continue
		}
		n := stripOf(o)
		s, err := r.open(n)
		if err != nil {
			return nil, err
		}
		if s.typ == Null {
			lit = append(lit, "null"...)
			continue
		}
		p.steps = append(p.steps, step{lit, n})
		lit = nil
		if s.typ == String {
			lit = append(lit, '"')
		}
	}
	if !whole {
		lit = append(lit, '}')
	}
	p.end = lit
	p.made = true
	return p, nil
}

// appendOp appends what stands in a document at an op, up to its value.
func (r *Reader) appendOp(dst []byte, ops []op, i int) []byte {
	o := ops[i]
	if o == opClose {
		return append(dst, '}')
	}
	n := nodeOf(o)
	if !isOpen(o) {
		if n = r.strips[stripOf(o)].node; n == 0 {
			return dst
		}
	}
	if i > 0 && !isOpen(ops[i-1]) {
		dst = append(dst, ',')
	}
	dst = append(append(append(dst, '"'), r.dir.nodes[n].name...), '"', ':')
	if isOpen(o) {
		return append(dst, '{')
	}
	if r.strips[stripOf(o)].typ == String {
		dst = append(dst, '"')
	}
	return dst
}

// Document appends the document of one event. Of its strips those are decoded that are not stored so that single values can be read.
func (r *Reader) Document(dst []byte, row int) ([]byte, error) {
	if err := r.seek(row); err != nil {
		return dst, err
	}
	return r.append(dst, row)
}

// Each puts the documents of all events together, one after the other, and shows each to f until that says no. f may keep nothing of it.
func (r *Reader) Each(f func(row int, document []byte) bool) error {
	if err := r.seek(0); err != nil {
		return err
	}
	for row := range r.rows {
		var err error
		if r.made, err = r.append(r.made[:0], row); err != nil {
			return err
		}
		if !f(row, r.made) {
			break
		}
	}
	return nil
}

// seek makes next say which of each strip's values belong to the row.
func (r *Reader) seek(row int) error {
	d := r.dir
	r.next = slices.Grow(r.next[:0], len(d.strips)+1)[:len(d.strips)+1] // the last: of the rest
	clear(r.next)
	if row == 0 {
		return nil
	}
	r.counts = slices.Grow(r.counts[:0], len(d.shapes))[:len(d.shapes)]
	clear(r.counts)
	for _, s := range r.shapes[:row] {
		r.counts[s]++
	}
	for i, n := range r.counts {
		if n == 0 {
			continue
		}
		s := &d.shapes[i]
		for _, o := range s.ops {
			if o != opClose && !isOpen(o) {
				r.next[stripOf(o)] += n
			}
		}
		if s.rest {
			r.next[len(d.strips)] += n
		}
	}
	return nil
}

// append appends the document of the row that next stands at, and moves next to the one behind it.
func (r *Reader) append(dst []byte, row int) ([]byte, error) {
	shape := r.shapes[row]
	p, err := r.plan(shape)
	if err != nil {
		return dst, err
	}
	if r.dir.shapes[shape].rest {
		return r.appendWithRest(dst, shape)
	}
	for i := range p.steps {
		st := &p.steps[i]
		dst = append(dst, st.before...)
		n := &r.next[st.strip]
		dst = r.strips[st.strip].append(dst, int(*n))
		*n++
	}
	return append(dst, p.end...), nil
}

// appendWithRest is append for a row with a rest, op by op.
func (r *Reader) appendWithRest(dst []byte, shape int64) ([]byte, error) {
	if err := r.rest.load(); err != nil {
		return dst, err
	}
	n := &r.next[len(r.dir.strips)]
	pieces := input{b: r.rest.value(int(*n))}
	*n++
	ops := r.dir.shapes[shape].ops
	at := -1
	if len(pieces.b) > 0 {
		at = pieces.count(len(ops))
	}
	dst = append(dst, '{')
	for i := 0; i <= len(ops); i++ {
		for at == i {
			dst = append(dst, pieces.take(pieces.count(len(pieces.b)))...)
			if at = -1; len(pieces.b) > 0 {
				at = i + pieces.count(len(ops)-i)
			}
		}
		if pieces.bad {
			return dst, ErrDamaged
		}
		if i == len(ops) {
			break
		}
		o := ops[i]
		dst = r.appendOp(dst, ops, i)
		if o == opClose || isOpen(o) {
			continue
		}
		k := stripOf(o)
		s := &r.strips[k]
		dst = s.append(dst, int(r.next[k]))
		if s.typ == String {
			dst = append(dst, '"')
		}
		r.next[k]++
	}
	return append(dst, '}'), nil
}
