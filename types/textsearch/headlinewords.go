package textsearch

import "math"

// markWords chooses one stretch of the text.
func (h *Headliner) markWords() error {
	if h.options.HighlightAll {
		h.mark(0, len(h.words)-1)
		return nil
	}
	best := stretch{wanted: -1}
	for from := 0; ; {
		p, q, ok, err := h.cover(from)
		if err != nil {
			return err
		}
		if !ok {
			break
		}
		s := h.around(p, q)
		better := s.whole && !best.whole
		if s.whole == best.whole {
			better = s.wanted > best.wanted || s.wanted == best.wanted && !h.badEnd(s.last) && h.badEnd(best.last)
		}
		if better {
			best = s
		}
		from = p + 1
	}
	if best.wanted < 0 {
		best.first, best.last = 0, h.firstWords()
	}
	h.mark(best.first, best.last)
	return nil
}

// firstWords is the last of the words at the beginning that make up a headline without anything to show.
func (h *Headliner) firstWords() (last int) {
	count := 0
	for i := 0; i < len(h.words) && count < h.options.MinWords; i++ {
		if h.words[i].counts() {
			count++
		}
		last = i
	}
	return last
}

// stretch is a part of the text that may be the headline.
type stretch struct {
	first, last int
	wanted      int  // how many words of it the query asks for
	whole       bool // the cover lies in it as a whole
}

// around makes a headline of a cover: longer where it has too few words, shorter where it has too many or ends badly.
func (h *Headliner) around(p, q int) stretch {
	o := h.options
	s := stretch{first: p, last: p}
	count := 0
	add := func(i int) {
		if h.words[i].counts() {
			count++
		}
		if h.words[i].wanted() {
			s.wanted++
		}
	}
	i := p
	for ; i <= q && count < o.MaxWords; i++ {
		add(i)
		s.last = i
	}
	if count < o.MaxWords {
		for i--; i < len(h.words) && count < o.MaxWords; i++ {
			if i > q {
				add(i)
			}
			s.last = i
			if !h.badEnd(i) && count >= o.MinWords {
				break
			}
		}
		if count < o.MinWords { // the text has ended
			for i = p - 1; i >= 0; i-- {
				add(i)
				if count >= o.MaxWords || !h.badEnd(i) && count >= o.MinWords {
					break
				}
			}
			s.first = max(i, 0)
		}
	} else {
		for i = min(i, q); count > o.MinWords && h.badEnd(i); i-- {
			if h.words[i].counts() {
				count--
			}
			if h.words[i].wanted() {
				s.wanted--
			}
			s.last = i - 1
		}
	}
	s.whole = s.first <= p && s.last >= q
	return s
}

// fragment is a part of a cover, with a word that the query asks for at both ends.
type fragment struct {
	first, last   int
	wanted, count int
	gone          bool // it is in the headline, or overlaps with what is
}

// markFragments chooses several stretches of the text.
func (h *Headliner) markFragments() error {
	var all []fragment
	for from := 0; ; {
		p, q, ok, err := h.cover(from)
		if err != nil {
			return err
		}
		if !ok {
			break
		}
		for first := p; first <= q; {
			f := h.cut(first, q)
			all = append(all, f)
			first = f.last + 1
		}
		from = p + 1
	}
	marked := false
	for range h.options.MaxFragments {
		best, wanted, count := -1, 0, math.MaxInt32
		for i, f := range all {
			if !f.gone && (wanted < f.wanted || wanted == f.wanted && count > f.count) {
				best, wanted, count = i, f.wanted, f.count
			}
		}
		if best < 0 {
			break
		}
		f := &all[best]
		h.stretch(f)
		h.mark(f.first, f.last)
		marked, f.gone = true, true
		for i := range all {
			o := &all[i]
			if o.first >= f.first && o.first <= f.last || o.last >= f.first && o.last <= f.last || o.first < f.first && o.last > f.last {
				o.gone = true
			}
		}
		if err := h.tick(); err != nil {
			return err
		}
	}
	if !marked {
		h.mark(0, h.firstWords())
	}
	return nil
}

// cut makes the next fragment of a stretch of no more words than a fragment may have.
func (h *Headliner) cut(first, last int) fragment {
	f := fragment{first: first, last: last}
	for i := first; i <= last; i++ {
		f.first = i
		if h.words[i].wanted() {
			break
		}
	}
	i := f.first
	for ; i <= f.last && f.count < h.options.MaxWords; i++ {
		if h.words[i].counts() {
			f.count++
		}
		if h.words[i].wanted() {
			f.wanted++
		}
	}
	if f.last > i {
		for ; i >= f.first; i-- {
			f.last = i
			if h.words[i].wanted() {
				break
			}
			if h.words[i].counts() {
				f.count--
			}
		}
	}
	return f
}

// stretch adds words on both sides of a fragment that has room for them.
func (h *Headliner) stretch(f *fragment) {
	most := h.options.MaxWords
	if f.count >= most {
		return
	}
	far, added, half := f.first, 0, (most-f.count)/2
	for i := f.first - 1; i >= 0 && added < half && !h.words[i].in; i-- {
		if h.words[i].counts() {
			f.count++
			added++
		}
		far = i
	}
	for ; far < f.first && h.badEnd(far); far++ {
		if h.words[far].counts() {
			f.count--
		}
	}
	f.first = far
	far = f.last
	for i := f.last + 1; i < len(h.words) && f.count < most && !h.words[i].in; i++ {
		if h.words[i].counts() {
			f.count++
		}
		far = i
	}
	for ; far > f.last && h.badEnd(far); far-- {
		if h.words[far].counts() {
			f.count--
		}
	}
	f.last = far
}
