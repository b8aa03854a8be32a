package strip

// Info is what a page says of a strip without its being decoded.
type Info struct {
	Type   Type
	Values int
	// Least and Most bound the values where Bounded is set: numbers times 10 to the Digits, or, of strings that all are times, 100 ns since 1970.
	Bounded     bool
	Least, Most int64
	Digits      int
}

// Strips describes the strips of a path. elsewhere says that events may have other values of it: in objects, in what few events have, or in documents that
// are kept whole.
func (r *Reader) Strips(p Place) (all []Info, elsewhere bool, err error) {
	for i, s := range r.sources(&p) {
		elsewhere = elsewhere || s < isMissing && r.dir.shapes[i].rows > 0
	}
	if node := p.node(); node > 0 {
		for _, i := range r.dir.nodes[node].strips {
			if i >= 0 {
				s := &r.dir.strips[i]
				all = append(all, Info{s.typ, s.n, s.bounded, s.least, s.most, s.digits})
			}
		}
	}
	return all, elsewhere, nil
}
