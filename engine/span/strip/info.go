package strip

import "github.com/flare-pg/flare-pg/column"

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

// Counts gives the different strings at a path, and how many events have each, where the page says so: where they are few and the path has nothing else but nulls.
func (r *Reader) Counts(p Place) (values *column.Vector, counts []int64, ok bool, err error) {
	all, elsewhere, err := r.Strips(p)
	if err != nil || elsewhere {
		return nil, nil, false, err
	}
	strings := false
	for _, s := range all {
		if s.Type != Null && s.Type != String {
			return nil, nil, false, nil
		}
		strings = strings || s.Type == String
	}
	if !strings {
		return column.New(column.Text), nil, true, nil
	}
	n := r.dir.nodes[p.node()].strips[String]
	s, err := r.open(int(n))
	if err != nil {
		return nil, nil, false, err
	}
	switch {
	case s.text.form == textConstant:
		values = column.New(column.Text)
		values.AppendBytes(characters(nil, s.text.constant))
		return values, []int64{int64(s.n)}, true, nil
	case s.text.entries == nil || s.text.counts.n == 0:
		return nil, nil, false, nil
	}
	if counts, err = s.text.counts.decode(nil, &r.memory); err != nil {
		return nil, nil, false, r.damaged(partStrips+int(n), err)
	}
	left := int64(s.n)
	for _, c := range counts {
		if c < 0 || c > left {
			return nil, nil, false, r.damaged(partStrips+int(n), ErrDamaged)
		}
		left -= c
	}
	if left != 0 {
		return nil, nil, false, r.damaged(partStrips+int(n), ErrDamaged)
	}
	return s.dictionary(column.Text), counts, true, nil
}
