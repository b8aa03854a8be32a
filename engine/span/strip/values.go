package strip

import "bytes"

// Values calls f with each different string and number at a path, maybe several times: of strings with their characters, of numbers with their
// spelling. text is valid until f returns. n is how many events have one. ok is false, and f was not called, where events may have others that only their documents tell.
func (r *Reader) Values(p Place, f func(t Type, text []byte)) (n int, ok bool, err error) {
	if r.covering(&p) < 0 { // else all events have one of that strip
		if err := r.structure(); err != nil {
			return 0, false, err
		}
		for i, s := range r.sources(&p) {
			if (s == maybeRest || s == isDocument) && r.dir.shapes[i].rows > 0 {
				return 0, false, nil
			}
		}
	}
	var room []byte
	node := p.node()
	if node <= 0 {
		return 0, true, nil
	}
	for _, t := range [...]Type{Number, String} {
		i := r.dir.nodes[node].strips[t]
		if i < 0 {
			continue
		}
		s, err := r.open(int(i))
		if err != nil {
			return 0, false, err
		}
		n += s.n
		show := func(spelled []byte) {
			if t == String && bytes.IndexByte(spelled, '\\') >= 0 {
				r.made = characters(r.made[:0], spelled)
				spelled = r.made
			}
			f(t, spelled)
		}
		if s.text != nil && s.n > 0 {
			switch {
			case s.text.form == textConstant:
				show(s.text.constant)
				continue
			case s.text.entries != nil:
				for k := range s.text.entries.n {
					show(s.text.entries.value(k))
				}
				continue
			}
		}
		for k := range s.n {
			room = s.append(room[:0], k)
			show(room)
		}
	}
	return n, true, nil
}
