package strip

import (
	"encoding/binary"
	"slices"
)

// The rest of a document is what it has besides what its shape says: members that few documents have. It is pieces, each of which stands in the document before
// what an op of the shape stands for, or before the end:
//
//	u op, counted from the op of the piece before; u length; the piece, with the commas around it
//
// A document with a rest has the shape of one without it, but for its being marked.

// reduce takes what is rare out of the shapes, in steps until few enough are left, and puts it into b.rest.
func (b *Builder) reduce() error {
	n := len(b.rows)
	most := max(n/8, 16)
	for limit := max(2, n/rareRows, b.forced); limit <= n/4+2 || b.forced > 0; limit *= 4 {
		b.markRare(limit)
		shapes, to := b.reducedShapes()
		if len(shapes) > most && b.forced == 0 {
			continue
		}
		b.gatherRest(to, shapes)
		if len(b.rest.of) > len(b.docs)/2 && b.forced == 0 {
			break
		}
		b.apply(shapes, to)
		return nil
	}
	return ErrDifferent
}

// markRare marks the strips and objects that fewer than limit documents have, and the strips that are too many.
func (b *Builder) markRare(limit int) {
	for i := range b.nodes {
		b.nodes[i].rare = int(b.nodes[i].opened) < limit
	}
	kept := 0
	for _, s := range b.strips {
		if s.rare = len(s.refs) < limit && s.node != 0; !s.rare {
			kept++
		}
	}
	if kept <= maxStrips {
		return
	}
	order := slices.Clone(b.strips)
	slices.SortStableFunc(order, func(x, y *building) int { return len(y.refs) - len(x.refs) })
	for _, s := range order[maxStrips:] {
		s.rare = s.node != 0
	}
}

// removed gives where the next op from i on is, and whether it and what belongs to it is taken out. All strips below a rare object are rare: no
// document has a member without its object.
func (b *Builder) removed(ops []op, i int) (next int, removed bool) {
	o := ops[i]
	switch {
	case o == opClose:
		return i + 1, false
	case !isOpen(o):
		return i + 1, b.strips[stripOf(o)].rare
	case !b.nodes[nodeOf(o)].rare:
		return i + 1, false
	}
	depth := 0
	for ; ; i++ {
		if o := ops[i]; isOpen(o) {
			depth++
		} else if o == opClose {
			if depth--; depth == 0 {
				return i + 1, true
			}
		}
	}
}

// reducedShapes gives the shapes that are left and, for each old one, which it becomes.
func (b *Builder) reducedShapes() (shapes []shapeBuilding, to []uint32) {
	known := map[string]uint32{}
	var key []byte
	for i := range b.shapes {
		old := &b.shapes[i]
		var s shapeBuilding
		for k := 0; k < len(old.ops); {
			next, removed := b.removed(old.ops, k)
			if removed {
				s.rest = true
			} else {
				s.ops = append(s.ops, old.ops[k])
			}
			k = next
		}
		key = key[:0]
		if s.rest {
			key = append(key, 1)
		}
		for _, o := range s.ops {
			key = binary.LittleEndian.AppendUint32(key, o)
		}
		n, ok := known[string(key)]
		if !ok {
			n = uint32(len(shapes))
			known[string(key)] = n
			shapes = append(shapes, s)
		}
		shapes[n].rows += old.rows
		to = append(to, n)
	}
	return shapes, to
}

// gatherRest puts what the new shapes lack of each row into b.rest, and notes the members in it.
func (b *Builder) gatherRest(to []uint32, shapes []shapeBuilding) {
	b.rest.of, b.rest.refs = b.rest.of[:0], b.rest.refs[:0]
	b.restNodes = slices.Grow(b.restNodes[:0], len(b.nodes))[:len(b.nodes)]
	clear(b.restNodes)
	for row, r := range b.rows {
		if !shapes[to[b.shape[row]]].rest {
			continue
		}
		doc := b.docs[r.from:r.to]
		b.walk(doc, int32(len(b.rows)+row)) // went well before
		from := len(b.rest.of)
		before, op := 0, 0
		for i := 0; i < len(b.ops); {
			end, removed := b.removed(b.ops, i)
			if !removed {
				i, op = end, op+1
				continue
			}
			first := i
			for i = end; i < len(b.ops); i = end {
				if end, removed = b.removed(b.ops, i); !removed {
					break
				}
			}
			piece := doc[b.pieceFrom(first):b.pieceTo(first, i, len(doc))]
			b.rest.of = binary.AppendUvarint(b.rest.of, uint64(op-before))
			b.rest.of = binary.AppendUvarint(b.rest.of, uint64(len(piece)))
			b.rest.of = append(b.rest.of, piece...)
			before = op
			for _, o := range b.ops[first:i] {
				if isOpen(o) {
					b.restNodes[nodeOf(o)] = true
				} else if o != opClose {
					b.restNodes[b.strips[stripOf(o)].node] = true
				}
			}
		}
		b.rest.refs = append(b.rest.refs, ref{uint32(from), uint32(len(b.rest.of))})
	}
}

// pieceFrom is where the members that begin with op i are cut: with the comma before them, unless they come first.
func (b *Builder) pieceFrom(i int) uint32 {
	if i == 0 || isOpen(b.ops[i-1]) {
		return b.places[i]
	}
	return b.places[i] - 1
}

// pieceTo is where those from op i to before op end end: with the comma behind them, if they come first and are not all.
func (b *Builder) pieceTo(i, end, size int) uint32 {
	switch {
	case end == len(b.ops):
		return uint32(size - 1)
	case b.ops[end] == opClose || i == 0 || isOpen(b.ops[i-1]):
		return b.places[end]
	}
	return b.places[end] - 1
}

// apply puts the new shapes in the place of the old ones.
func (b *Builder) apply(shapes []shapeBuilding, to []uint32) {
	number := make([]int, len(b.strips))
	kept := make([]*building, 0, len(b.strips))
	for i, s := range b.strips {
		if s.rare || len(s.refs) == 0 {
			b.pool = append(b.pool, s)
			continue
		}
		number[i] = len(kept)
		kept = append(kept, s)
	}
	for i := range shapes {
		for k, o := range shapes[i].ops {
			if o != opClose && !isOpen(o) {
				shapes[i].ops[k] = opValue(number[stripOf(o)])
			}
		}
	}
	for row, s := range b.shape {
		b.shape[row] = int64(to[s])
	}
	b.strips, b.shapes = kept, shapes
}
