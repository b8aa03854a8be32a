package oldevent

// emitObject writes the object in node n, its members in their order.
func (d *Decoder) emitObject(dst []byte, n uint32) []byte {
	dst = append(dst, '{')
	for i, m := range d.order[d.nodes[n].from:d.nodes[n].to] {
		if i > 0 {
			dst = append(dst, ',')
		}
		p := &d.nodes[m]
		switch {
		case p.flags&isTime != 0:
			dst = append(dst, `"@t":"`...)
			dst = append(d.instant.append(dst), '"')
			continue
		case p.flags&(valueDirty|loose|nameInText) == 0:
			dst = append(dst, d.src[p.name-1:p.valEnd]...)
			continue
		case p.flags&nameInText != 0:
			dst = AppendString(dst, d.nameOf(p))
		default:
			dst = append(append(append(dst, '"'), d.nameOf(p)...), '"')
		}
		dst = d.emitValue(append(dst, ':'), m)
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

// observe tells s the types of the event's properties.
func (d *Decoder) observe(s *Summary) { d.observeMembers(s, top, 1, uint32(len(d.nodes)), 1) }

// observeMembers observes the members among the nodes from…to, in the order received.
func (d *Decoder) observeMembers(s *Summary, parent int32, from, to uint32, depth int) {
	for m := from; m < to; m = d.nodes[m].next {
		p := &d.nodes[m]
		if p.flags&dead != 0 {
			continue
		}
		name := d.nameOf(p)
		if depth == 1 && len(name) <= 3 && len(name) > 1 && name[0] == '@' && builtinRank(string(name)) != 0 {
			continue
		}
		at := s.step(parent, name)
		if at < 0 {
			continue
		}
		switch p.kind {
		case nodeNull:
			s.paths[at].observe(classNull, 0)
		case nodeFalse, nodeTrue:
			s.paths[at].observe(classBool, 0)
		case nodeNumber:
			s.paths[at].observe(classNumber, traitsOf(d.src[p.val:p.valEnd]))
		case nodeString:
			s.paths[at].observe(classText, 0)
		case nodeArray:
			s.paths[at].observe(classJSON, 0)
		case nodeObject:
			s.paths[at].observe(classJSON, 0)
			d.observeMembers(s, at, m+1, p.next, depth+1)
		}
	}
}
