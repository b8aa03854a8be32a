package nql

// First gives the members that the program reads of each page, so that they can be fetched in time: those of the predicate's first conjunct, or without a predicate those of the columns. times says
// that it reads the events' timestamps, too.
func (p *PageProgram) First() (members []PageMember, times bool) {
	if p.where != nil {
		return p.where.first(nil), false
	}
	for i := range p.columns {
		switch c := &p.columns[i]; c.how {
		case readMember:
			members = append(members, c.of)
		case readTime:
			times = true
		}
	}
	return members, times
}

// first appends the members that are asked first.
func (t *pageTerm) first(dst []PageMember) []PageMember {
	switch {
	case t.test != nil:
		return append(dst, t.of)
	case t.op == And:
		return t.parts[0].first(dst)
	}
	for _, part := range t.parts {
		dst = part.first(dst)
	}
	return dst
}
