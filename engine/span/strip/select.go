package strip

import (
	"bytes"
	"math/bits"
	"slices"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/event"
	"github.com/flare-pg/flare-pg/nql"
	"github.com/flare-pg/flare-pg/nql/sparse"
)

// A test is asked of the values of each strip that a member has, once for each different one where that is known, as integers or bytes where the test says
// that it can be; then the rows' shapes tell which row has which value.

// answer tells what values a test is true of.
type answer uint8

const (
	noneTrue answer = iota
	allTrue
	someTrue // Columns.pass tells which
)

func answerOf(is bool) answer {
	if is {
		return allTrue
	}
	return noneTrue
}

// Select gives those rows of sel (nil: all) that a test is true of, as nql.Page has it. out is empty.
func (c *Columns) Select(out column.Selection, m nql.PageMember, t *nql.ValueTest, sel column.Selection) (column.Selection, error) {
	r := c.r
	var p Place
	if m.Core == nql.NoBuiltin {
		p = r.Find(m.Names...)
		if s := r.covering(&p); s >= 0 {
			c.only = sel
			how, err := c.ask(s, t, func() []int32 { return sel })
			c.only = nil
			return c.chosen(out, how, c.pass, sel), err
		}
		if r.absent(&p) {
			return c.chosen(out, answerOf(c.missing(t)), nil, sel), nil
		}
	}
	if m.Core != nql.NoBuiltin {
		if none, err := c.noneOf(m.Core, t); none || err != nil {
			return out, err
		}
	}
	if err := r.structure(); err != nil {
		return out, err
	}
	var sources []int32
	if m.Core == nql.NoBuiltin {
		sources = r.sources(&p)
	} else {
		c.sources = c.coreSources(c.sources, m.Core)
		sources = c.sources
	}
	return c.selectFrom(out, m, &p, sources, t, sel)
}

// chosen appends the rows of sel that an answer leaves, where pass is for all rows.
func (c *Columns) chosen(out column.Selection, how answer, pass []uint8, sel column.Selection) column.Selection {
	switch {
	case how == noneTrue:
	case how == allTrue && sel == nil:
		out = everyRow(out, c.r.rows)
	case how == allTrue:
		out = append(out, sel...)
	case sel == nil:
		rows, n := slices.Grow(out[:0], c.r.rows)[:c.r.rows], 0
		for i, is := range pass[:c.r.rows] {
			rows[n] = int32(i)
			n += int(is)
		}
		return rows[:n]
	default:
		rows, n := slices.Grow(out[:0], len(sel))[:len(sel)], 0
		for _, row := range sel {
			rows[n] = row
			n += int(pass[row])
		}
		return rows[:n]
	}
	return out
}

// shapeWay is what a shape says of its rows while a strip is gone through: whether they have a value there, and whether, all bits set, that is theirs.
type shapeWay struct {
	holds uint8
	mask  uint8
	base  uint8 // the answer of rows that have no value of a strip
}

// selectFrom is Select of a member that the rows have in different places.
func (c *Columns) selectFrom(out column.Selection, m nql.PageMember, p *Place, sources []int32, t *nql.ValueTest, sel column.Selection) (column.Selection, error) {
	r := c.r
	core := m.Core != nql.NoBuiltin
	verdict := slices.Grow(c.verdict[:0], r.rows)[:r.rows]
	c.verdict = verdict
	ways := slices.Grow(c.ways[:0], len(sources))[:len(sources)]
	c.ways = ways
	clear(ways)
	strips := c.strips[:0]
	rowwise := false
	for i, s := range sources {
		if r.dir.shapes[i].rows == 0 {
			continue
		}
		is := false
		switch {
		case s >= 0:
			if !slices.Contains(strips, s) {
				strips = append(strips, s)
			}
		case s == isMissing:
			is = c.missing(t)
		case s == isInformation:
			var err error
			if is, err = t.True(sparse.Value{Kind: sparse.String, Raw: information}); err != nil {
				return out, err
			}
		case s == isObject && (t.Numbers != nil || t.Strings):
		default:
			rowwise = true
		}
		if is {
			ways[i].base = 1
		}
	}
	c.strips = strips
	spread := false
	for _, s := range strips {
		how, err := c.ask(int(s), t, func() []int32 { return c.indexOf(sources, s, core, sel) })
		if err != nil {
			return out, err
		}
		if how != someTrue {
			for i := range sources {
				if sources[i] == s {
					ways[i].base = uint8(how)
				}
			}
			continue
		}
		for i, holds := range c.holders(sources, s, core) {
			ways[i].holds, ways[i].mask = holds, 0
			if sources[i] == s {
				ways[i].mask = 0xff
			}
		}
		at, pass := 0, c.pass
		if !spread {
			for row, shape := range r.shapes {
				w := ways[shape]
				verdict[row] = pass[at&int(int8(w.mask))]&w.mask | w.base
				at += int(w.holds)
			}
		} else {
			for row, shape := range r.shapes {
				w := ways[shape]
				verdict[row] |= pass[at&int(int8(w.mask))] & w.mask
				at += int(w.holds)
			}
		}
		spread = true
	}
	if !spread && !rowwise {
		if is, same := c.sameForAll(ways); same {
			return c.chosen(out, answerOf(is), nil, sel), nil
		}
	}
	// What was decided for a shape after the first strip was spread, or if none was.
	if !spread || len(strips) > 1 {
		for row, shape := range r.shapes {
			w := &ways[shape]
			verdict[row] = verdict[row]&-b2u(spread) | w.base
		}
	}
	if rowwise {
		if err := c.askRows(m, p, sources, t, sel); err != nil {
			return out, err
		}
	}
	return c.chosen(out, someTrue, verdict, sel), nil
}

// b2u is 1 for true.
func b2u(is bool) uint8 {
	if is {
		return 1
	}
	return 0
}

// sameForAll gives the answer that all shapes of the page agree on, if they do.
func (c *Columns) sameForAll(ways []shapeWay) (is, same bool) {
	first := uint8(2)
	for i := range ways {
		if c.r.dir.shapes[i].rows == 0 {
			continue
		}
		if first == 2 {
			first = ways[i].base
		}
		if ways[i].base != first {
			return false, false
		}
	}
	return first == 1, true
}

// holders tells for each shape, 1 or 0, whether its rows have a value of a strip. Those of a core column may have one and yet another in its place.
func (c *Columns) holders(sources []int32, strip int32, core bool) []uint8 {
	holds := slices.Grow(c.holds[:0], len(sources))[:len(sources)]
	c.holds = holds
	for i, s := range sources {
		is := s == strip
		if core && !is {
			is = slices.Contains(c.r.dir.shapes[i].ops, opValue(int(strip)))
		}
		holds[i] = b2u(is)
	}
	return holds
}

// indexOf gives for each row of sel which value of a strip is its own; -1: none.
func (c *Columns) indexOf(sources []int32, strip int32, core bool, sel column.Selection) []int32 {
	holds := c.holders(sources, strip, core)
	index := slices.Grow(c.index[:0], c.r.rows)[:c.r.rows]
	c.index = index
	masks := slices.Grow(c.masks[:0], len(sources))[:len(sources)]
	c.masks = masks
	for i, s := range sources {
		masks[i] = 0
		if s == strip {
			masks[i] = -1
		}
	}
	value := int32(0)
	for row, shape := range c.r.shapes {
		m := masks[shape]
		index[row] = value&m | ^m
		value += int32(holds[shape])
	}
	if sel == nil {
		return index
	}
	for i, row := range sel {
		index[i] = index[row] // no row comes before its place in sel
	}
	return index[:len(sel)]
}

// askRows asks the rows of sel one by one whose shapes say so.
func (c *Columns) askRows(m nql.PageMember, p *Place, sources []int32, t *nql.ValueTest, sel column.Selection) (err error) {
	r := c.r
	asked := func(shape int64) bool {
		s := sources[shape]
		return s < isObject && s != isInformation || s == isObject && t.Numbers == nil && !t.Strings
	}
	rows := c.some[:0]
	if sel == nil {
		for row, shape := range r.shapes {
			if asked(shape) {
				rows = append(rows, int32(row))
			}
		}
	} else {
		for _, row := range sel {
			if asked(r.shapes[row]) {
				rows = append(rows, row)
			}
		}
	}
	c.some = rows
	if m.Core != nql.NoBuiltin {
		err = c.showCore(&c.shown, m.Core, rows)
	} else {
		_, err = r.Column(&c.shown, *p, column.JSON, rows, true)
	}
	if err != nil {
		return err
	}
	for i, row := range rows {
		v := sparse.Value{}
		switch {
		case c.shown.Null(i):
		case m.Core != nql.NoBuiltin:
			c.raw = event.AppendString(c.raw[:0], c.shown.Str(i))
			v = sparse.Value{Kind: sparse.String, Raw: c.raw}
		default:
			v = sparse.At(c.shown.Str(i), 0)
		}
		is, err := t.True(v)
		if err != nil {
			return err
		}
		c.verdict[row] = 0
		if is {
			c.verdict[row] = 1
		}
	}
	return nil
}

// missing asks about rows that have no value. What can fail there is asked row by row later, so an error is the answer no.
func (c *Columns) missing(t *nql.ValueTest) bool {
	if t.Numbers != nil || t.Strings {
		return false
	}
	is, err := t.True(sparse.Value{})
	return is && err == nil
}

// bounded tells from a strip's bounds what of its values lies in a set.
func bounded(s *stripInfo, set *nql.NumberSet) answer {
	if !s.bounded || s.typ != Number || s.digits > maxScale || set.Integers && s.digits > 0 || set.Floats && !exact(s) {
		return someTrue
	}
	in, others := set.Scaled(s.digits)
	none := true
	for _, x := range in {
		if x.Low <= s.least && s.most <= x.High {
			return answerOf(!others)
		}
		none = none && (x.Low > x.High || x.High < s.least || x.Low > s.most)
	}
	if none {
		return answerOf(others)
	}
	return someTrue
}

// exact says whether all numbers of a strip are the shortest spellings of the floats next to them, so that to compare these is to compare the numbers: up
// to 15 digits are.
func exact(s *stripInfo) bool { return s.bounded && s.least > -1e15 && s.most < 1e15 }

// ask asks a test about the values of a strip. index lists those that matter where that is worth it, negative numbers being none; nil: all.
func (c *Columns) ask(strip int, t *nql.ValueTest, index func() []int32) (answer, error) {
	info := &c.r.dir.strips[strip]
	core := t.Core() != nql.NoBuiltin
	switch info.typ {
	case Null:
		if t.Numbers != nil || t.Strings {
			return noneTrue, nil
		}
		is, err := t.True(sparse.Value{Kind: sparse.Null, Raw: []byte("null")})
		return answerOf(is), err
	case Bool:
		if t.Numbers != nil || t.Strings && !t.Scalars && !core {
			return noneTrue, nil
		}
		return c.askBools(strip, t)
	case Number:
		if t.Strings && !t.Scalars && !core {
			return noneTrue, nil
		}
		if t.Numbers != nil {
			if how := bounded(info, t.Numbers); how != someTrue {
				return how, nil
			}
			return c.askNumbers(strip, t, index)
		}
		if t.EachNumber != nql.Unknown && !core {
			return answerOf(t.EachNumber == nql.AllTrue), nil
		}
		return c.askEach(strip, t, index)
	case String:
		if t.Numbers != nil {
			return noneTrue, nil
		}
		return c.askTexts(strip, t, index)
	}
	if t.Numbers != nil || t.Strings {
		return noneTrue, nil
	}
	return c.askTexts(strip, t, index)
}

// passes makes room for an answer for each of n values.
func (c *Columns) passes(n int) []uint8 {
	c.pass = slices.Grow(c.pass[:0], n)[:n]
	return c.pass
}

func (c *Columns) askBools(strip int, t *nql.ValueTest) (answer, error) {
	s, err := c.r.open(strip)
	if err != nil {
		return noneTrue, err
	}
	no, err := t.True(sparse.Value{Kind: sparse.False, Raw: []byte("false")})
	if err != nil {
		return noneTrue, err
	}
	yes, err := t.True(sparse.Value{Kind: sparse.True, Raw: []byte("true")})
	if err != nil || no == yes {
		return answerOf(yes), err
	}
	values, err := c.allOf(&s.bools)
	if err != nil {
		return noneTrue, err
	}
	pass := c.passes(s.n)
	for i, v := range values {
		b := uint8(0)
		if (v != 0) == yes {
			b = 1
		}
		pass[i] = b
	}
	return someTrue, nil
}

// allOf gives all integers of a strip, which must not be changed.
func (c *Columns) allOf(v *ints) ([]int64, error) {
	if v.loaded {
		return v.all, nil
	}
	all, err := v.decode(c.ints, &c.r.memory)
	if err == nil {
		c.ints = all
	}
	return all, err
}

// askNumbers asks which numbers of a strip are in a set.
func (c *Columns) askNumbers(strip int, t *nql.ValueTest, index func() []int32) (answer, error) {
	s, err := c.r.open(strip)
	if err != nil {
		return noneTrue, err
	}
	n, set := s.number, t.Numbers
	if n.spelled != nil || set.Integers && n.digits > 0 || set.Floats && !exact(s.stripInfo) {
		return c.askEach(strip, t, index)
	}
	values, err := c.allOf(&n.values)
	if err != nil {
		return noneTrue, err
	}
	pass := c.passes(s.n)
	in, others := set.Scaled(n.digits)
	flip := uint8(0)
	if others {
		flip = 1
	}
	if len(in) > fewRanges {
		for len(in) > 0 && in[len(in)-1].Low > in[len(in)-1].High {
			in = in[:len(in)-1]
		}
		for i, v := range values {
			pass[i] = b2u(within(in, v)) ^ flip
		}
		in = nil
	}
	for k, x := range in {
		low, width := x.Low, uint64(x.High-x.Low)
		switch {
		case x.Low > x.High && k == 0:
			for i := range pass {
				pass[i] = flip
			}
		case x.Low > x.High:
		case k == 0:
			// What passes is hard to foretell, so there is no branch.
			pass := pass[:len(values)]
			if c.only != nil {
				for _, i := range c.only {
					_, beyond := bits.Sub64(width, uint64(values[i]-low), 0)
					pass[i] = uint8(beyond) ^ (1 - flip)
				}
				continue
			}
			for i, v := range values {
				_, beyond := bits.Sub64(width, uint64(v-low), 0)
				pass[i] = uint8(beyond) ^ (1 - flip)
			}
		default:
			for i, v := range values {
				if uint64(v-low) <= width {
					pass[i] = 1 - flip
				}
			}
		}
	}
	for k, i := range n.which {
		c.raw = n.words.append(c.raw[:0], k)
		is, err := t.True(sparse.Value{Kind: sparse.Number, Raw: c.raw})
		if err != nil {
			return noneTrue, err
		}
		pass[i] = 0
		if is {
			pass[i] = 1
		}
	}
	return someTrue, nil
}

// fewRanges is up to how many ranges all numbers are compared with.
const fewRanges = 8

// within tells whether a number is in one of several ranges, which are in order.
func within(in []nql.ScaledRange, v int64) bool {
	low, high := 0, len(in) // the first that does not end before v is from low to high
	for low < high {
		if m := int(uint(low+high) >> 1); in[m].High < v {
			low = m + 1
		} else {
			high = m
		}
	}
	return low < len(in) && in[low].Low <= v
}

// askTexts asks a test about strings, or JSON.
func (c *Columns) askTexts(strip int, t *nql.ValueTest, index func() []int32) (answer, error) {
	s, err := c.r.open(strip)
	if err != nil {
		return noneTrue, err
	}
	switch x := s.text; {
	case x.form == textConstant:
		is, err := c.askText(s, x.constant, t)
		return answerOf(is), err
	case x.entries != nil:
		return c.askDictionary(s, t)
	case t.Texts == nil && x.form == textPlain && s.typ == String && len(t.Contains) > 0:
		pass := c.passes(s.n)
		in, err := c.askFound(s, x, t, pass)
		if in == 0 {
			return noneTrue, err
		}
		return someTrue, err
	case t.Texts == nil:
	case x.form == textHex:
		return c.askHex(s, t), nil
	case x.form == textPlain:
		pass := c.passes(s.n)
		for i := range pass {
			b := uint8(0)
			if t.TrueOfText(x.raw[x.offsets[i]:x.offsets[i+1]]) {
				b = 1
			}
			pass[i] = b
		}
		return someTrue, nil
	}
	return c.askEach(strip, t, index)
}

// askText asks about a text as it stands in a strip.
func (c *Columns) askText(s *strip, spelled []byte, t *nql.ValueTest) (bool, error) {
	switch {
	case s.typ != String:
		return t.True(sparse.At(spelled, 0))
	case t.Texts != nil:
		return t.TrueOfText(spelled), nil
	}
	c.raw = append(append(append(c.raw[:0], '"'), spelled...), '"')
	return t.True(sparse.Value{Kind: sparse.String, Raw: c.raw})
}

// askDictionary asks about each entry once.
func (c *Columns) askDictionary(s *strip, t *nql.ValueTest) (answer, error) {
	e := s.text.entries
	entries := slices.Grow(c.entries[:0], e.n)[:e.n]
	c.entries = entries
	in := 0
	if s.typ == String && len(t.Contains) > 0 && e.form == textPlain {
		var err error
		if in, err = c.askFound(s, e, t, entries); err != nil {
			return noneTrue, err
		}
	} else {
		for i := range entries {
			is, err := c.askText(s, e.value(i), t)
			if err != nil {
				return noneTrue, err
			}
			if entries[i] = 0; is {
				entries[i] = 1
				in++
			}
		}
	}
	if in == 0 || in == e.n {
		return answerOf(in > 0), nil
	}
	pass := c.passes(s.n)
	which := s.text.which
	if c.only != nil {
		for _, i := range c.only {
			pass[i] = entries[which[i]]
		}
		return someTrue, nil
	}
	for i, code := range which {
		pass[i] = entries[code]
	}
	return someTrue, nil
}

// askFound asks about those of plain texts that have what the test demands of each string. It gives how many it is true of.
func (c *Columns) askFound(s *strip, x *textStrip, t *nql.ValueTest, pass []uint8) (in int, err error) {
	clear(pass)
	for i, at := 0, 0; i < x.n; i++ {
		hit := bytes.Index(x.raw[at:], t.Contains)
		if hit < 0 {
			break
		}
		hit += at
		for int(x.offsets[i+1]) < hit+len(t.Contains) { // it does not lie in this one
			i++
			if i == x.n {
				return in, nil
			}
		}
		if at = int(x.offsets[i+1]); hit < int(x.offsets[i]) { // it lies across two: what follows may have one all the same
			at = hit + 1
			i--
			continue
		}
		is, err := c.askText(s, x.value(i), t)
		if err != nil {
			return in, err
		}
		if is {
			pass[i] = 1
			in++
		}
	}
	return in, nil
}

// askEach asks about values one by one. One that is like the one before is not asked again.
func (c *Columns) askEach(strip int, t *nql.ValueTest, those func() []int32) (answer, error) {
	s, err := c.r.open(strip)
	if err != nil {
		return noneTrue, err
	}
	pass := c.passes(s.n)
	n, index := s.n, those()
	if index != nil {
		n = len(index)
	}
	var before []byte
	last := uint8(0)
	v := sparse.Value{Kind: sparse.Number}
	for i := range n {
		k := i
		if index != nil {
			if k = int(index[i]); k < 0 {
				continue
			}
		}
		raw := c.raw[:0]
		if s.typ == String {
			raw = append(raw, '"')
		}
		if raw = s.append(raw, k); s.typ == String {
			raw = append(raw, '"')
		}
		c.raw = raw
		if before != nil && bytes.Equal(raw, before) {
			pass[k] = last
			continue
		}
		switch s.typ {
		case String:
			v = sparse.Value{Kind: sparse.String, Raw: raw}
		case Number:
			v.Raw = raw
		default:
			v = sparse.At(raw, 0)
		}
		is, err := t.True(v)
		if err != nil {
			return noneTrue, err
		}
		if last = 0; is {
			last = 1
		}
		pass[k] = last
		before = append(before[:0], raw...)
	}
	return someTrue, nil
}
