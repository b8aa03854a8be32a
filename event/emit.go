package event

import "slices"

// emit appends the event in normalised form.
func (d *Decoder) emit(dst []byte) []byte {
	// The normalised form is longer than the text by no more than a time and the names @t, @l and @m.
	const more = 64
	return d.emitObject(slices.Grow(dst, len(d.src)+more), 0)
}

// emitObject writes the object in node n, its members in their order.
func (d *Decoder) emitObject(dst []byte, n uint32) []byte {
	dst = append(dst, '{')
	nodes := d.nodes
	order := d.order[nodes[n].from:nodes[n].to]
	for i := 0; i < len(order); i++ {
		m := order[i]
		p := &nodes[m]
		switch {
		case p.flags&isTime != 0:
			dst = append(dst, `"@t":"`...)
			dst = append(d.instant.append(dst), '"')
		case p.flags&(valueDirty|nameDirty) == 0:
			// Members that stand one behind the other in the text are copied together.
			from, to := p.start, p.valEnd
			for i+1 < len(order) {
				q := &nodes[order[i+1]]
				if q.start != to+1 || q.flags&(valueDirty|nameDirty|isTime) != 0 {
					break
				}
				to = q.valEnd
				i++
			}
			dst = append(dst, d.src[from:to]...)
		default:
			if p.name&strayName != 0 {
				dst = append(AppendString(dst, d.nameOf(p)), ':')
			} else {
				dst = append(dst, d.names.all[p.name].quoted...)
			}
			dst = d.emitValue(dst, m)
		}
		dst = append(dst, ',')
	}
	if len(order) > 0 {
		dst[len(dst)-1] = '}'
		return dst
	}
	return append(dst, '}')
}

// emitValue writes the value of node n.
func (d *Decoder) emitValue(dst []byte, n uint32) []byte {
	p := &d.nodes[n]
	if p.flags&valueDirty == 0 {
		return append(dst, d.src[p.val:p.valEnd]...)
	}
	switch p.kind {
	case nodeObject:
		return d.emitObject(dst, n)
	case nodeArray:
		dst = append(dst, '[')
		for m := n + 1; m < p.next; m = d.nodes[m].next {
			if m > n+1 {
				dst = append(dst, ',')
			}
			dst = d.emitValue(dst, m)
		}
		return append(dst, ']')
	}
	return appendNormalised(dst, d.src[p.val+1:p.valEnd-1]) // strings alone are rewritten otherwise
}
