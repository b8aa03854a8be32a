package event

import (
	"encoding/binary"
	"slices"
)

// block is how many bytes are copied at once.
const block = 32

// emit appends the event in normalised form.
func (d *Decoder) emit(dst []byte) []byte {
	// The normalised form is longer than the text by no more than a time and the names @t, @l and @m; what is copied in blocks may run two of them over.
	const more = 128
	need := len(d.src) + len(d.instant.fraction) + more + 2*block
	dst = slices.Grow(dst, need)
	n := d.emitObject(dst[len(dst):len(dst)+need], 0, 0)
	return dst[:len(dst)+n]
}

// emitObject writes the object in node n, its members in their order, to out from at on. It and the others return the position behind what they wrote.
func (d *Decoder) emitObject(out []byte, at int, n uint32) int {
	const dirty = valueDirty | nameDirty | isTime
	src, nodes := d.src, d.nodes
	order := d.order[nodes[n].from:nodes[n].to]
	out[at] = '{'
	at++
	for i := 0; i < len(order); i++ {
		p := &nodes[order[i]]
		if p.flags&dirty == 0 {
			// Members that stand one behind the other in the text are copied together.
			from, to := int(p.start), int(p.valEnd)
			for i+1 < len(order) {
				q := &nodes[order[i+1]]
				if int(q.start) != to+1 || q.flags&dirty != 0 {
					break
				}
				to = int(q.valEnd)
				i++
			}
			// Most members are short, and of varying length: copying blocks of fixed size takes less time than finding out how to copy just so many bytes.
			if n := to - from; n <= 2*block && from+2*block <= len(src) {
				copyBlock((*[block]byte)(out[at:]), (*[block]byte)(src[from:]))
				if n > block {
					copyBlock((*[block]byte)(out[at+block:]), (*[block]byte)(src[from+block:]))
				}
				at += n
			} else {
				at += copy(out[at:], src[from:to])
			}
		} else {
			at = d.emitMember(out, at, order[i])
		}
		out[at] = ','
		at++
	}
	if len(order) > 0 {
		at--
	}
	out[at] = '}'
	return at + 1
}

// copyBlock is an assignment, which would be compiled to a call as the two might overlap.
func copyBlock(to, from *[block]byte) {
	a, b := binary.LittleEndian.Uint64(from[:]), binary.LittleEndian.Uint64(from[8:])
	c, d := binary.LittleEndian.Uint64(from[16:]), binary.LittleEndian.Uint64(from[24:])
	binary.LittleEndian.PutUint64(to[:], a)
	binary.LittleEndian.PutUint64(to[8:], b)
	binary.LittleEndian.PutUint64(to[16:], c)
	binary.LittleEndian.PutUint64(to[24:], d)
}

// emitMember writes the member in node m where it does not stand in normalised form.
func (d *Decoder) emitMember(out []byte, at int, m uint32) int {
	p := &d.nodes[m]
	switch {
	case p.flags&isTime != 0:
		to := append(out[:at], `"@t":"`...)
		to = append(d.instant.append(to), '"')
		return len(to)
	case p.name&strayName != 0:
		at = len(append(AppendString(out[:at], d.nameOf(p)), ':'))
	default:
		at += copy(out[at:], d.names.all[p.name].quoted)
	}
	return d.emitValue(out, at, m)
}

// emitValue writes the value of node n.
func (d *Decoder) emitValue(out []byte, at int, n uint32) int {
	p := &d.nodes[n]
	switch {
	case p.flags&valueDirty == 0:
		return at + copy(out[at:], d.src[p.val:p.valEnd])
	case p.kind == nodeObject:
		return d.emitObject(out, at, n)
	case p.kind == nodeArray:
		out[at] = '['
		at++
		for m := n + 1; m < p.next; m = d.nodes[m].next {
			if m > n+1 {
				out[at] = ','
				at++
			}
			at = d.emitValue(out, at, m)
		}
		out[at] = ']'
		return at + 1
	}
	return len(appendNormalised(out[:at], d.src[p.val+1:p.valEnd-1])) // strings alone are rewritten otherwise
}
