package strip

import (
	"bytes"
	"slices"

	"github.com/flare-pg/flare-pg/event"
	"github.com/flare-pg/flare-pg/nql"
)

// What a page says of itself often tells how many of its events have which value of a member: the directory how many values each strip has, shapes how many rows have none,
// and a small dictionary how many rows have each of its entries. So what asks for counts alone reads no row.

// Tally is how many events have which value of a member.
type Tally struct {
	// Values are the different ones as they stand in JSON, strings with their quotes; of a core column strings all. Numbers that are spelled differently are different.
	Values [][]byte
	Counts []int64 // by value, none 0
	// Missing is how many events have no value.
	Missing int64
}

// MaxTally is how many different values are told apart at most.
const MaxTally = 64

// Reset empties t.
func (t *Tally) Reset() { t.Values, t.Counts, t.Missing = t.Values[:0], t.Counts[:0], 0 }

// Add adds n events that have a value, which is copied; false where that is one value too many.
func (t *Tally) Add(value []byte, n int64) bool {
	if n == 0 {
		return true
	}
	for i, v := range t.Values {
		if bytes.Equal(v, value) {
			t.Counts[i] += n
			return true
		}
	}
	if len(t.Values) == MaxTally {
		return false
	}
	t.Values, t.Counts = append(t.Values, slices.Clone(value)), append(t.Counts, n)
	return true
}

// Of is how many events have a value.
func (t *Tally) Of(value []byte) int64 {
	for i, v := range t.Values {
		if bytes.Equal(v, value) {
			return t.Counts[i]
		}
	}
	return 0
}

// Tally counts all events of the page by their value of a member into t; ok is false where that can't be told without looking at rows one by one, or there are more than
// MaxTally values.
func (c *Columns) Tally(m nql.PageMember, t *Tally) (ok bool, err error) {
	t.Reset()
	if m.Core != nql.NoBuiltin {
		return c.tallyCore(m.Core, t)
	}
	p := c.r.Find(m.Names...)
	return c.tallyMember(&p, t)
}

// Tallies calls f with each member that the page knows of, and what Tally tells of it, nil where it can't; and with the level. complete says that no event has a member
// that f was not called with. What f is given is valid until it returns.
func (c *Columns) Tallies(f func(m nql.PageMember, t *Tally)) (complete bool, err error) {
	d := c.r.dir
	complete = d.flags&flagManyRest == 0 && !d.keepsDocuments()
	objects := make([]bool, len(d.nodes))
	d.objects(func(n uint32) { objects[n] = true })
	var t Tally
	told := func(m nql.PageMember, ok bool) {
		if ok {
			f(m, &t)
		} else {
			f(m, nil)
		}
	}
	paths := make([][]string, len(d.nodes))
	for i := 1; i < len(d.nodes); i++ {
		x := &d.nodes[i]
		above := paths[x.parent]
		paths[i] = append(above[:len(above):len(above)], string(characters(nil, x.name)))
		t.Reset()
		ok := !objects[i] && !d.keepsDocuments()
		if ok {
			if ok, err = c.tallyNode(int32(i), &t); err != nil {
				return false, err
			}
		}
		told(nql.PageMember{Names: paths[i]}, ok)
	}
	level := nql.PageMember{Core: nql.Level}
	ok, err := c.Tally(level, &t)
	if err != nil {
		return false, err
	}
	told(level, ok)
	return complete, nil
}

// keepsDocuments reports whether documents are kept whole, in which anything may be.
func (d *directory) keepsDocuments() bool { return d.nodes[0].strips[JSON] >= 0 }

// objects calls f with each member that is an object in some event, maybe several times.
func (d *directory) objects(f func(node uint32)) {
	for i := range d.shapes {
		if d.shapes[i].rows == 0 {
			continue
		}
		for _, o := range d.shapes[i].ops {
			if o != opClose && isOpen(o) {
				f(nodeOf(o))
			}
		}
	}
}

// tallyMember is Tally of a member by names.
func (c *Columns) tallyMember(p *Place, t *Tally) (ok bool, err error) {
	d, node := c.r.dir, p.node()
	if d.keepsDocuments() || node < 0 && d.flags&flagManyRest != 0 {
		return false, nil
	}
	if node < 0 {
		t.Missing = int64(c.r.rows)
		return true, nil
	}
	isObject := false
	d.objects(func(n uint32) { isObject = isObject || n == uint32(node) })
	if isObject {
		return false, nil
	}
	return c.tallyNode(node, t)
}

// tallyNode is Tally of a member that is nowhere an object.
func (c *Columns) tallyNode(node int32, t *Tally) (ok bool, err error) {
	r := c.r
	x := &r.dir.nodes[node]
	if x.inRest {
		return false, nil
	}
	t.Missing = int64(r.rows)
	for _, i := range x.strips {
		if i < 0 {
			continue
		}
		t.Missing -= int64(r.dir.strips[i].n)
		if ok, err := c.tallyStrip(int(i), t.Add); !ok || err != nil {
			return false, err
		}
	}
	return true, nil
}

// tallyCore is Tally of a core column.
func (c *Columns) tallyCore(core nql.Builtin, t *Tally) (ok bool, err error) {
	d := c.r.dir
	c.sources = c.coreSources(c.sources, core)
	strips := c.strips[:0]
	for i, s := range c.sources {
		rows := int64(d.shapes[i].rows)
		switch {
		case rows == 0:
		case s == isMissing:
			t.Missing += rows
		case s == isInformation:
			if !t.Add(information, rows) {
				return false, nil
			}
		case s < 0:
			return false, nil
		case !slices.Contains(strips, s):
			strips = append(strips, s)
		}
	}
	c.strips = strips
	for _, s := range strips {
		// Each of the strip's values has to be what its row shows.
		for i := range d.shapes {
			if d.shapes[i].rows > 0 && c.sources[i] != s && slices.Contains(d.shapes[i].ops, opValue(int(s))) {
				return false, nil
			}
		}
		typ := d.strips[s].typ
		if ok, err = c.tallyStrip(int(s), func(value []byte, n int64) bool {
			if typ != String {
				value = event.AppendString(nil, value)
			}
			return t.Add(value, n)
		}); !ok || err != nil {
			return false, err
		}
	}
	return true, nil
}

// tallyStrip calls add with the different values of a strip, each maybe several times. ok is false where they are not few, or add says so.
func (c *Columns) tallyStrip(i int, add func(value []byte, n int64) bool) (ok bool, err error) {
	r := c.r
	s := &r.strips[i]
	if s.n == 0 {
		return true, nil
	}
	switch {
	case s.typ == Null:
		return add([]byte("null"), int64(s.n)), nil
	case s.typ == String && s.bounded: // times
		return false, nil
	}
	if s, err = r.parsed(i); err != nil {
		return false, err
	}
	switch s.typ {
	case Bool:
		ok, err = s.bools.tally(&r.memory, func(v, n int64) bool {
			if v == 0 {
				return add([]byte("false"), n)
			}
			return add([]byte("true"), n)
		})
	case Number:
		if s.number.spelled != nil {
			ok, err = s.number.spelled.tally(&r.memory, add)
		} else {
			ok, err = s.number.tally(&r.memory, add)
		}
	case String:
		known := r.front.known(i, s)
		ok, err = s.text.tally(&r.memory, func(text []byte, n int64) bool {
			c.raw = append(append(append(c.raw[:0], '"'), text...), '"')
			return add(c.raw, n)
		})
		if ok && !known {
			r.front.keep(i, s)
		}
	default:
		ok, err = s.text.tally(&r.memory, add)
	}
	return ok, r.damaged(partStrips+i, err)
}

// tally calls add with the different texts, where they are few and need not be gone through.
func (t *textStrip) tally(m *memory, add func(text []byte, n int64) bool) (ok bool, err error) {
	entries := 0
	switch t.form {
	case textConstant:
		return add(t.constant, int64(t.n)), nil
	case textDictionary:
		entries = t.entries.n
	case textShared:
		entries = t.shared.codes.n
	}
	if entries == 0 || entries > MaxTally {
		return false, nil
	}
	var counts [MaxTally]int64
	if t.counts.n > 0 {
		if _, err := t.counts.decode(counts[:0:MaxTally], m); err != nil {
			return false, err
		}
	} else if known, err := t.codes.tally(m, func(code, n int64) bool {
		if code < 0 || code >= int64(entries) {
			return false
		}
		counts[code] += n
		return true
	}); !known || err != nil {
		return false, err
	}
	left := int64(t.n)
	for _, n := range counts[:entries] {
		if n < 0 || n > left {
			return false, ErrDamaged
		}
		left -= n
	}
	if left != 0 {
		return false, ErrDamaged
	}
	if t.entries == nil || t.entries.form != textPlain || !t.entries.loaded {
		if err := t.loadEntries(m); err != nil {
			return false, err
		}
	}
	for i, n := range counts[:entries] {
		if !add(t.entries.value(i), n) {
			return false, nil
		}
	}
	return true, nil
}

// tally calls add with the different spellings, where they are few and all have as many digits behind the point.
func (s *numberStrip) tally(m *memory, add func(spelled []byte, n int64) bool) (ok bool, err error) {
	if s.odd.n > 0 || s.fewer.form != intsConstant {
		return false, nil
	}
	digits, scale := s.digits, int64(1)
	if f := s.fewer.base; f > 0 && f <= int64(digits) {
		digits, scale = digits-int(f), powers[f]
	}
	var room [32]byte
	return s.values.tally(m, func(v, n int64) bool { return add(appendScaled(room[:0], v/scale, digits), n) })
}

// tally calls add with the different integers, each maybe several times, where the form says that they are few; ok is false where it does not, or add says so.
func (v *ints) tally(m *memory, add func(value, n int64) bool) (ok bool, err error) {
	if v.n == 0 {
		return true, nil
	}
	var counts [256]int64
	var values []int64
	codes, base := v, v.base
	switch {
	case v.form == intsConstant:
		return add(v.base, int64(v.n)), nil
	case v.form == intsPacked && v.width <= 8, v.form == intsBytes:
	case v.form == intsCoded:
		if values, err = v.inner[0].decode(m.longs.take(v.inner[0].n), m); err != nil {
			return false, err
		}
		codes, base = &v.inner[1], 0
	case v.form == intsRuns:
		return v.tallyRuns(m, add)
	default:
		return false, nil
	}
	all, err := codes.decode(m.temp, m)
	if err != nil {
		return false, err
	}
	m.temp = all
	if values != nil {
		for _, x := range all {
			if uint64(x) >= uint64(len(values)) {
				return false, ErrDamaged
			}
			counts[x]++
		}
	} else {
		for _, x := range all {
			counts[uint8(x-base)]++
		}
	}
	for i, n := range counts {
		if n == 0 {
			continue
		}
		x := base + int64(i)
		if values != nil {
			x = values[i]
		}
		if !add(x, n) {
			return false, nil
		}
	}
	return true, nil
}

// tallyRuns is tally of runs.
func (v *ints) tallyRuns(m *memory, add func(value, n int64) bool) (ok bool, err error) {
	values, lengths := &v.inner[0], &v.inner[1]
	if err := values.load(m); err != nil {
		return false, err
	}
	if err := lengths.load(m); err != nil {
		return false, err
	}
	left := int64(v.n)
	for i := range values.n {
		n := lengths.at(i)
		if n < 1 || n > left {
			return false, ErrDamaged
		}
		if left -= n; !add(values.at(i), n) {
			return false, nil
		}
	}
	if left != 0 {
		return false, ErrDamaged
	}
	return true, nil
}
