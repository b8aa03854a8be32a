package engine

import (
	"math"
	"strconv"

	"github.com/flare-pg/flare-pg/engine/filter"
	"github.com/flare-pg/flare-pg/nql/sparse"
)

// keySet collects the different ones of many keys.
type keySet struct {
	table []uint64 // a power of two long, at most half full; 0: free
	list  []uint64
	zero  bool // 0 is in the list
}

func (s *keySet) reset() {
	clear(s.table)
	s.list, s.zero = s.list[:0], false
}

// add adds a key, and reports whether it is new.
func (s *keySet) add(k uint64) bool {
	if k == 0 {
		if s.zero {
			return false
		}
		s.zero, s.list = true, append(s.list, k)
		return true
	}
	if 2*len(s.list) >= len(s.table) {
		s.table = make([]uint64, max(2*len(s.table), 64))
		for _, k := range s.list {
			if k != 0 {
				*s.place(k) = k
			}
		}
	}
	at := s.place(k)
	if *at == k {
		return false
	}
	*at = k
	s.list = append(s.list, k)
	return true
}

// place gives where a key is or would be.
func (s *keySet) place(k uint64) *uint64 {
	mask := uint64(len(s.table) - 1)
	for i := k & mask; ; i = (i + 1) & mask {
		if at := &s.table[i]; *at == 0 || *at == k {
			return at
		}
	}
}

// trigramSet collects the different ones of many trigrams.
type trigramSet struct {
	seen [1 << 12]*[1 << 6]uint64 // a bit for each there can be, as far as there were any like it: text has few of all
	list []uint64
	room []uint64
}

func (s *trigramSet) reset() {
	for _, k := range s.list {
		s.seen[k>>12][k>>6&63] = 0
	}
	s.list = s.list[:0]
}

func (s *trigramSet) add(text []byte) {
	s.room = filter.AppendTrigrams(s.room[:0], text)
	for _, k := range s.room {
		part := s.seen[k>>12]
		if part == nil {
			part = new([1 << 6]uint64)
			s.seen[k>>12] = part
		}
		if word := &part[k>>6&63]; *word>>(k&63)&1 == 0 {
			*word |= 1 << (k & 63)
			s.list = append(s.list, k)
		}
	}
}

// pathValues is what the values of one path in one page come to.
type pathValues struct {
	keys    keySet // of strings, and of numbers while all of these are plain integers
	count   int    // events that have a string or a number
	strings int    // that were seen; one that many events have maybe once
	bytes   int    // of these
	odd     bool   // there is a number that is not spelled as a plain integer
	lo, hi  int64
	grams   *trigramSet // nil: not asked for
	room    []byte
}

// reset begins a page.
func (p *pathValues) reset() {
	p.keys.reset()
	*p = pathValues{keys: p.keys, grams: p.grams, room: p.room, lo: math.MaxInt64, hi: math.MinInt64}
	if p.grams != nil {
		p.grams.reset()
	}
}

// add adds the value of an event.
func (p *pathValues) add(v sparse.Value) {
	switch v.Kind {
	case sparse.String:
		text, ok := sparse.Plain(v.Raw)
		if !ok {
			p.room = sparse.Unquote(p.room[:0], v.Raw)
			text = p.room
		}
		p.count++
		p.addText(text)
	case sparse.Number:
		p.count++
		p.addNumber(v.Raw)
	}
}

// addText adds a string by its characters.
func (p *pathValues) addText(text []byte) {
	p.strings++
	p.bytes += len(text)
	if p.keys.add(filter.Key(text)) {
		if p.grams != nil {
			p.grams.add(text)
		}
	}
}

// addNumber adds a number as it is spelled.
func (p *pathValues) addNumber(spelling []byte) {
	if p.odd || !filter.Integer(spelling) {
		p.odd = true
		return
	}
	if p.keys.add(filter.Key(spelling)) {
		if n, err := strconv.ParseInt(string(spelling), 10, 64); err == nil {
			p.lo, p.hi = min(p.lo, n), max(p.hi, n)
		}
	}
}

// many reports whether a page of so many events is worth a filter of the values as a whole.
func (p *pathValues) many(events int) bool {
	n := len(p.keys.list)
	switch {
	case p.strings > 0 && p.bytes > shortValue*p.strings:
		return false // nobody asks for one of these
	case p.strings == 0 && (p.odd || p.counter()):
		return false // measurements; and what is in order, so that bounds tell as much
	}
	return n*manyValues > events || n >= fewValues && 2*n > p.count
}

// counter reports whether integers seem to be drawn from a counter: all are different and about as many as lie between the least and the largest.
func (p *pathValues) counter() bool {
	n := len(p.keys.list)
	return n == p.count && n > 1 && uint64(p.hi)-uint64(p.lo) < 16*uint64(n)
}

// text reports whether the values are texts that may be worth a filter of what stands in them. Few different ones have few keys.
func (p *pathValues) text() bool { return p.strings > 0 && p.bytes >= longText*p.strings }
