package strip

import "slices"

// plan is a shape made ready to put documents together.
type plan struct {
	made  bool
	steps []step
	end   []byte // behind the last step
	nulls []int  // strips of nulls
}

// step is a value with what stands before it.
type step struct {
	before []byte
	strip  int
}

// plan gives the plan of a shape, and opens the strips that it needs.
func (r *Reader) plan(shape int64) (*plan, error) {
	p := &r.plans[shape]
	if p.made {
		return p, nil
	}
	ops := r.dir.shapes[shape].ops
	p.steps, p.nulls = nil, nil
	r.wanted = r.wanted[:0]
	for _, o := range ops {
		if o != opClose && !isOpen(o) {
			r.wanted = append(r.wanted, partStrips+stripOf(o))
		}
	}
	slices.Sort(r.wanted)
	if err := r.fetch(r.wanted); err != nil {
		return nil, err
	}
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
			p.nulls = append(p.nulls, n)
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
	if err := r.structure(); err != nil {
		return dst, err
	}
	r.seek(row)
	from := len(dst)
	dst, err := r.append(dst, row)
	if err == nil && len(dst)-from > r.bytes {
		err = r.impossible()
	}
	return dst, err
}

// Each puts the documents of all events together, one after the other, and shows each to f until that says no. f may keep nothing of it.
func (r *Reader) Each(f func(row int, document []byte) bool) error {
	if err := r.fetchAll(); err != nil {
		return err
	}
	if err := r.structure(); err != nil {
		return err
	}
	r.seek(0)
	left := r.bytes
	for row := range r.rows {
		var err error
		if r.made, err = r.append(r.made[:0], row); err != nil {
			return err
		}
		if left -= len(r.made); left < 0 {
			return r.impossible()
		}
		if !f(row, r.made) {
			return nil
		}
	}
	if left != 0 {
		return r.impossible()
	}
	return nil
}

// seek makes next say which of each strip's values belong to the row.
func (r *Reader) seek(row int) {
	d := r.dir
	if len(r.next) == 0 || row < r.at {
		r.next = slices.Grow(r.next[:0], len(d.strips)+1)[:len(d.strips)+1] // the last: of the rest
		clear(r.next)
		r.at = 0
	}
	if row-r.at < 32 {
		for ; r.at < row; r.at++ {
			r.pass(r.shapes[r.at], 1)
		}
		return
	}
	r.counts = slices.Grow(r.counts[:0], len(d.shapes))[:len(d.shapes)]
	clear(r.counts)
	for _, s := range r.shapes[r.at:row] {
		r.counts[s]++
	}
	for s, n := range r.counts {
		if n > 0 {
			r.pass(int64(s), n)
		}
	}
	r.at = row
}

// pass moves next over the values of n rows of a shape.
func (r *Reader) pass(shape int64, n int32) {
	s := &r.dir.shapes[shape]
	for _, o := range s.ops {
		if o != opClose && !isOpen(o) {
			r.next[stripOf(o)] += n
		}
	}
	if s.rest {
		r.next[len(r.dir.strips)] += n
	}
}

// append appends the document of the row that next stands at, and moves next to the one behind it.
func (r *Reader) append(dst []byte, row int) ([]byte, error) {
	shape := r.shapes[row]
	p, err := r.plan(shape)
	if err != nil {
		r.next = r.next[:0] // to be made anew
		return dst, err
	}
	r.at++
	if r.dir.shapes[shape].rest {
		dst, err = r.appendWithRest(append(dst, '{'), shape, 0, len(r.dir.shapes[shape].ops))
		r.pass(shape, 1)
		return append(dst, '}'), err
	}
	for i := range p.steps {
		st := &p.steps[i]
		dst = append(dst, st.before...)
		n := &r.next[st.strip]
		dst = r.strips[st.strip].append(dst, int(*n))
		*n++
	}
	for _, n := range p.nulls {
		r.next[n]++
	}
	return append(dst, p.end...), nil
}

// appendWithRest appends what the ops of a shape from one to before another stand for in the row that next stands at, with what its rest has between
// them and before the last.
func (r *Reader) appendWithRest(dst []byte, shape int64, from, to int) ([]byte, error) {
	rest, err := r.piecesOf(shape)
	if err != nil {
		return dst, err
	}
	ops := r.dir.shapes[shape].ops
	before, piece, ok := rest.next()
	for i := from; i <= to; i++ {
		for ; ok && before <= i; before, piece, ok = rest.next() {
			if before >= from {
				dst = append(dst, piece...)
			}
		}
		if i == to {
			break
		}
		o := ops[i]
		dst = r.appendOp(dst, ops, i)
		if o == opClose || isOpen(o) {
			continue
		}
		k := stripOf(o)
		s, err := r.open(k)
		if err != nil {
			return dst, err
		}
		if dst = s.append(dst, int(r.next[k])); s.typ == String {
			dst = append(dst, '"')
		}
	}
	if rest.in.bad {
		return dst, r.damaged(partRests, ErrDamaged)
	}
	return dst, nil
}

// pieces goes through the rest of a row.
type pieces struct {
	in input
	op int
	of int // ops
}

// piecesOf gives the rest of the row that next stands at.
func (r *Reader) piecesOf(shape int64) (p pieces, err error) {
	s := &r.dir.shapes[shape]
	if !s.rest {
		return p, nil
	}
	rest, err := r.rests()
	if err != nil {
		return p, err
	}
	return pieces{in: input{b: rest.value(int(r.next[len(r.dir.strips)]))}, of: len(s.ops)}, nil
}

// next gives the next piece and the op before which it stands.
func (p *pieces) next() (op int, piece []byte, ok bool) {
	if len(p.in.b) == 0 {
		return 0, nil, false
	}
	p.op += p.in.count(p.of - p.op)
	piece = p.in.take(p.in.count(len(p.in.b)))
	return p.op, piece, !p.in.bad
}
