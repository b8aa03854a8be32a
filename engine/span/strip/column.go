package strip

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/nql/sparse"
)

// Place is where a page has the values of a path.
type Place struct {
	path  []string
	chain []int32 // the object, or member, that each of the path's beginnings leads to, from the document itself on; -1: there is none
	steps []sparse.Step
}

// Find looks for a path of members. It decodes nothing. The Place is good until the next Open.
func (r *Reader) Find(path ...string) Place {
	p := Place{path: path, chain: make([]int32, len(path)+1)}
	for i, name := range path {
		p.steps = append(p.steps, sparse.Step{Name: name})
		p.chain[i+1] = -1
		if p.chain[i] < 0 {
			continue
		}
		for n := 1; n < len(r.dir.nodes); n++ {
			if x := &r.dir.nodes[n]; int32(x.parent) == p.chain[i] && nameIs(x.name, name) {
				p.chain[i+1] = int32(n)
				break
			}
		}
	}
	return p
}

// nameIs says whether a name as it is spelled is this one.
func nameIs(spelled []byte, name string) bool {
	if bytes.IndexByte(spelled, '\\') < 0 {
		return string(spelled) == name
	}
	return string(sparse.Unquote(nil, append(append([]byte{'"'}, spelled...), '"'))) == name
}

// node is the member that the path leads to; -1: none.
func (p *Place) node() int32 { return p.chain[len(p.path)] }

// Where a row has the value of a path, besides the numbers of strips.
const (
	isMissing  = -1 - iota // nowhere
	isObject               // in the strips of its members
	maybeRest              // maybe in the rest
	isDocument             // in the document, which is kept whole
)

// sources tells for each shape where its rows have the path's value.
func (r *Reader) sources(p *Place) []int32 {
	d := r.dir
	node := p.node()
	rest := node < 0 && d.flags&flagManyRest != 0 || node >= 0 && d.nodes[node].inRest
	out := make([]int32, len(d.shapes))
	for i := range d.shapes {
		s := &d.shapes[i]
		out[i] = isMissing
		if len(s.ops) == 1 && s.ops[0] != opClose && !isOpen(s.ops[0]) && d.strips[stripOf(s.ops[0])].node == 0 {
			out[i] = isDocument
			continue
		}
		if s.rest && rest {
			out[i] = maybeRest
		}
		if node < 0 {
			continue
		}
		for _, o := range s.ops {
			switch {
			case o == opClose:
			case isOpen(o):
				if nodeOf(o) == uint32(node) {
					out[i] = isObject
				}
			case d.strips[stripOf(o)].node == uint32(node):
				out[i] = int32(stripOf(o))
			}
		}
	}
	return out
}

// Column fills out with the values of a path, one for each row of sel (nil: all rows), as nql.Column says of the kind. It may have any form. misfits are those
// that are null as they don't fit. keepNull makes a JSON null the value null where the kind is JSON.
//
// Strips of other paths are not touched. The dictionary of a Dictionary vector is never changed, and may be kept.
func (r *Reader) Column(out *column.Vector, p Place, kind column.Kind, sel column.Selection, keepNull bool) (misfits int, err error) {
	switch kind {
	case column.Bool, column.Int64, column.Float64, column.Decimal, column.Text, column.JSON:
	default:
		return 0, fmt.Errorf("a member can't be read as %s", kind)
	}
	if len(p.path) == 0 {
		return 0, fmt.Errorf("the path of a column has no member")
	}
	out.Reset(kind)
	keepNull = keepNull && kind == column.JSON
	n := sel.Count(r.rows)
	if n == 0 {
		return 0, nil
	}
	if s := r.covering(&p); s >= 0 {
		index := []int32(nil)
		if sel != nil {
			index = sel
		}
		return r.gather(out, s, index, n, false, kind, keepNull)
	}
	if r.absent(&p) {
		return 0, allNull(out, n)
	}
	if err := r.structure(); err != nil {
		return 0, err
	}
	sources := r.sources(&p)
	if s, ok := r.only(&p, sources, keepNull); ok {
		index, nulls := r.indexOf(sources, s, sel)
		return r.gather(out, s, index, n, nulls, kind, keepNull)
	}
	return r.mixed(out, &p, sources, sel, kind, keepNull)
}

// covering gives the strip of the path that has a value for each row; -1: there is none.
func (r *Reader) covering(p *Place) int {
	if node := p.node(); node > 0 {
		for _, s := range r.dir.nodes[node].strips {
			if s >= 0 && r.dir.strips[s].n == r.rows {
				return int(s)
			}
		}
	}
	return -1
}

// absent says whether the shapes tell that no row has anything at the path; which row has which shape need not be read then.
func (r *Reader) absent(p *Place) bool {
	d := r.dir
	if p.node() >= 0 || d.flags&flagManyRest != 0 {
		return false
	}
	// Documents that are kept whole may have it.
	return d.nodes[0].strips[JSON] < 0
}

// only gives the one strip that all rows have their values in that have any, or -1. ok is false where there are several sources.
func (r *Reader) only(p *Place, sources []int32, keepNull bool) (strip int, ok bool) {
	strip = -1
	for i, s := range sources {
		switch {
		case s == isMissing || r.dir.shapes[i].rows == 0:
		case s < 0:
			return 0, false
		case r.dir.strips[s].typ == Null && !keepNull:
		case strip >= 0 && strip != int(s):
			return 0, false
		default:
			strip = int(s)
		}
	}
	return strip, true
}

// indexOf gives for each row of sel which value of the strip is its own; -1: none.
func (r *Reader) indexOf(sources []int32, strip int, sel column.Selection) (index []int32, nulls bool) {
	n := sel.Count(r.rows)
	index = slices.Grow(r.index[:0], n)[:n]
	r.index = index
	if strip < 0 {
		for i := range index {
			index[i] = -1
		}
		return index, true
	}
	at, count := 0, int32(0)
	for row, shape := range r.shapes {
		has := sources[shape] == int32(strip)
		if sel == nil || sel[at] == int32(row) {
			index[at] = -1
			if has {
				index[at] = count
			} else {
				nulls = true
			}
			if at++; at == n {
				break
			}
		}
		if has {
			count++
		}
	}
	return index, nulls
}

// gather fills out with values of one strip. index says which, -1 where there is none; a nil index means all, in order.
func (r *Reader) gather(out *column.Vector, strip int, index []int32, n int, nulls bool, kind column.Kind, keepNull bool) (misfits int, err error) {
	if strip < 0 {
		return 0, allNull(out, n)
	}
	s, err := r.open(strip)
	if err != nil {
		return 0, err
	}
	switch {
	case s.typ == Null && !keepNull:
		return 0, allNull(out, n)
	case s.typ == Number && kind == column.Int64 && s.number.whole(), s.typ == Number && kind == column.Float64 && s.number.plain():
		err = r.gatherNumbers(out, s.number, index, n)
	case s.asText(kind) && s.text.entries != nil:
		err = s.gatherCodes(out, index, n)
	case s.asText(kind) && s.text.form == textPlain && index == nil && bytes.IndexByte(s.text.raw, '\\') < 0:
		gatherAll(out, s.text)
	case s.typ == String && kind == column.Text && s.text.form == textConstant && !nulls:
		out.AppendBytes(characters(nil, s.text.constant))
		out.Repeat(n)
		return 0, nil
	default:
		for i := range n {
			k := int32(i)
			if index != nil {
				k = index[i]
			}
			if k < 0 {
				out.AppendNull()
			} else if !r.appendValue(out, s, int(k), keepNull) {
				misfits++
			}
			if r.tooLong(out) {
				return 0, r.impossible()
			}
		}
		return misfits, nil
	}
	if nulls && err == nil {
		out.Valid = column.NewBitmap(n)
		for i, k := range index {
			if k >= 0 {
				out.Valid.Set(i)
			}
		}
	}
	return 0, err
}

// tooLong says whether out has more text than the documents, in which each of its rows stands once. Numbers in full may be longer than their spelling.
func (r *Reader) tooLong(out *column.Vector) bool {
	return len(out.Bytes) > r.bytes && out.Kind != column.Decimal
}

// allNull makes out n nulls.
func allNull(out *column.Vector, n int) error {
	out.AppendNull()
	out.Repeat(n)
	return nil
}

// asText says whether the texts of the strip are what a column of the kind shows, but for escapes where they are strings.
func (s *strip) asText(kind column.Kind) bool {
	return s.typ == String && kind == column.Text || s.typ == JSON && kind == column.JSON
}

// gatherAll makes out the texts of a plain strip.
func gatherAll(out *column.Vector, t *textStrip) {
	out.Len = t.n
	out.Bytes = append(out.Bytes[:0], t.raw...)
	out.Offsets = slices.Grow(out.Offsets[:0], t.n+1)[:t.n+1]
	for i, at := range t.offsets {
		out.Offsets[i] = int32(at)
	}
}

// whole says whether all numbers are integers within 64 bits.
func (s *numberStrip) whole() bool { return s.plain() && s.digits == 0 }

// plain says whether the scaled integers are all there is to the numbers.
func (s *numberStrip) plain() bool { return s.spelled == nil && s.odd.n == 0 }

// gatherNumbers fills a vector of Int64 or Float64.
func (r *Reader) gatherNumbers(out *column.Vector, s *numberStrip, index []int32, n int) error {
	ints := &r.memory.temp
	if out.Kind == column.Int64 {
		ints = &out.Ints
	}
	v := *ints
	switch {
	case index == nil:
		var err error
		if v, err = s.values.decode(v, &r.memory); err != nil {
			return err // it was decoded before
		}
	default:
		v = slices.Grow(v[:0], n)[:n]
		for i, k := range index {
			if v[i] = 0; k >= 0 {
				v[i] = s.values.at(int(k))
			}
		}
	}
	*ints = v
	out.Len = n
	if out.Kind == column.Float64 {
		out.Floats = appendFloats(out.Floats[:0], v, s.digits)
	}
	return nil
}

// appendFloats appends scaled numbers as floats.
func appendFloats(dst []float64, values []int64, digits int) []float64 {
	from := len(dst)
	dst = slices.Grow(dst, len(values))[:from+len(values)]
	power, far := float64(powers[digits]), uint64(0)
	for i, x := range values {
		dst[from+i] = float64(x) / power
		far |= uint64(x + 1<<53)
	}
	if far >= 1<<54 && digits > 0 { // not all of them are floats
		for i, x := range values {
			dst[from+i] = scaledFloat(x, digits, power)
		}
	}
	return dst
}

// scaledFloat is the float next to an integer divided by ten to the digits, which is power.
func scaledFloat(x int64, digits int, power float64) float64 {
	if digits > 0 && (x > 1<<53 || x < -1<<53) {
		// Such integers may not be floats, and the quotient would be rounded twice.
		var room [32]byte
		f, _ := strconv.ParseFloat(string(appendScaled(room[:0], x, digits)), 64)
		return f
	}
	return float64(x) / power
}

// dictionary gives the entries of a strip with a dictionary as a vector.
func (s *strip) dictionary(kind column.Kind) *column.Vector {
	if s.dict == nil {
		d := column.New(kind)
		e := s.text.entries
		for i := range e.n {
			if s.typ == String {
				d.AppendFunc(func(dst []byte) []byte { return characters(dst, e.value(i)) })
			} else {
				d.AppendBytes(e.value(i))
			}
		}
		s.dict = d
	}
	return s.dict
}

// gatherCodes makes out a Dictionary vector.
func (s *strip) gatherCodes(out *column.Vector, index []int32, n int) error {
	out.Form, out.Len, out.Dict = column.Dictionary, n, s.dictionary(out.Kind)
	if index == nil {
		out.Codes = append(out.Codes[:0], s.text.which...)
		return nil
	}
	out.Codes = slices.Grow(out.Codes[:0], n)[:n]
	for i, k := range index {
		if out.Codes[i] = 0; k >= 0 {
			out.Codes[i] = s.text.which[k]
		}
	}
	return nil
}

// characters appends the characters of a string, given what stands between its quotes.
func characters(dst, spelled []byte) []byte {
	if bytes.IndexByte(spelled, '\\') < 0 {
		return append(dst, spelled...)
	}
	if spelled[0] == '"' || spelled[len(spelled)-1] == '"' {
		// Unquote drops quotes at the ends, where none are left: one that ends the string stands behind a backslash.
		return sparse.Unquote(dst, append(append([]byte{'"'}, spelled...), '"'))
	}
	return sparse.Unquote(dst, spelled)
}

// appendValue appends value i of a strip to a Plain vector; fits is false where it doesn't fit.
func (r *Reader) appendValue(out *column.Vector, s *strip, i int, keepNull bool) (fits bool) {
	if out.Kind == column.JSON {
		if s.typ == Null && !keepNull {
			out.AppendNull()
			return true
		}
		out.AppendFunc(func(dst []byte) []byte {
			if s.typ != String {
				return s.append(dst, i)
			}
			return append(s.append(append(dst, '"'), i), '"')
		})
		return true
	}
	switch s.typ {
	case Null:
		out.AppendNull()
		return true
	case Bool:
		switch v := s.bools.at(i) != 0; out.Kind {
		case column.Bool:
			out.AppendBool(v)
			return true
		case column.Text:
			out.AppendString(strconv.FormatBool(v))
			return true
		}
	case String:
		if out.Kind == column.Text {
			out.AppendFunc(func(dst []byte) []byte { return characters(dst, s.text.value(i)) })
			return true
		}
	case Number:
		if n, digits, ok := s.number.scaled(i); ok {
			switch out.Kind {
			case column.Int64:
				if n%powers[digits] == 0 {
					out.AppendInt(n / powers[digits])
					return true
				}
				out.AppendNull()
				return false
			case column.Text, column.Decimal:
				out.AppendFunc(func(dst []byte) []byte { return appendScaled(dst, n, digits) })
				return true
			}
		}
		if out.Kind != column.Bool {
			r.made = s.number.append(r.made[:0], i)
			return r.converter.Append(out, sparse.Value{Kind: sparse.Number, Raw: r.made})
		}
	}
	out.AppendNull()
	return false
}

// mixed fills out where the rows have their values in several places.
func (r *Reader) mixed(out *column.Vector, p *Place, sources []int32, sel column.Selection, kind column.Kind, keepNull bool) (misfits int, err error) {
	n := sel.Count(r.rows)
	counts := make([]int32, len(r.dir.strips))
	at := 0
	for row, shape := range r.shapes {
		source := sources[shape]
		if sel == nil || sel[at] == int32(row) {
			fits := true
			switch {
			case source >= 0:
				s, err := r.open(int(source))
				if err != nil {
					return 0, err
				}
				fits = r.appendValue(out, s, int(counts[source]), keepNull)
			case source == isMissing:
				out.AppendNull()
			case source == isObject:
				fits, err = r.appendObject(out, row, p.node())
			case source == maybeRest:
				fits, err = r.appendFromRest(out, row, p, keepNull)
			default:
				fits, err = r.appendFromDocument(out, row, p, keepNull)
			}
			if err != nil {
				return 0, err
			}
			if !fits {
				misfits++
			}
			if r.tooLong(out) {
				return 0, r.impossible()
			}
			if at++; at == n {
				break
			}
		}
		if source >= 0 {
			counts[source]++
		}
	}
	return misfits, nil
}

// appendObject appends a row's object.
func (r *Reader) appendObject(out *column.Vector, row int, node int32) (fits bool, err error) {
	if out.Kind != column.JSON {
		out.AppendNull()
		return false, nil
	}
	r.seek(row)
	shape := r.shapes[row]
	ops := r.dir.shapes[shape].ops
	from := slices.Index(ops, opOpen(uint32(node))) + 1
	to, depth := from, 1
	for ; ; to++ {
		if o := ops[to]; isOpen(o) {
			depth++
		} else if o == opClose {
			if depth--; depth == 0 {
				break
			}
		}
	}
	if r.made, err = r.appendWithRest(append(r.made[:0], '{'), shape, from, to); err != nil {
		return false, err
	}
	out.AppendBytes(append(r.made, '}'))
	return true, nil
}

// appendFromRest appends what the rest of a row has at the path.
func (r *Reader) appendFromRest(out *column.Vector, row int, p *Place, keepNull bool) (fits bool, err error) {
	r.seek(row)
	shape := r.shapes[row]
	rest, err := r.piecesOf(shape)
	if err != nil {
		return false, err
	}
	ops := r.dir.shapes[shape].ops
	at, done := int32(0), 0 // the object that the ops so far lead into
	for {
		op, piece, ok := rest.next()
		if !ok {
			break
		}
		for ; done < op; done++ {
			if o := ops[done]; isOpen(o) {
				at = int32(nodeOf(o))
			} else if o == opClose {
				at = int32(r.dir.nodes[at].parent)
			}
		}
		if depth := slices.Index(p.chain[:len(p.path)], at); depth >= 0 {
			object := append(append([]byte{'{'}, bytes.Trim(piece, ",")...), '}')
			if v := sparse.Get(object, p.steps[depth:]); v.Kind != sparse.Missing {
				return r.appendRaw(out, v, keepNull), nil
			}
		}
	}
	if rest.in.bad {
		return false, r.damaged(partRests, ErrDamaged)
	}
	out.AppendNull()
	return true, nil
}

// appendFromDocument appends what a document that is kept whole has at the path.
func (r *Reader) appendFromDocument(out *column.Vector, row int, p *Place, keepNull bool) (fits bool, err error) {
	r.seek(row)
	k := stripOf(r.dir.shapes[r.shapes[row]].ops[0])
	s, err := r.open(k)
	if err != nil {
		return false, err
	}
	return r.appendRaw(out, sparse.Get(s.text.value(int(r.next[k])), p.steps), keepNull), nil
}

// appendRaw appends a value that stands in JSON.
func (r *Reader) appendRaw(out *column.Vector, v sparse.Value, keepNull bool) (fits bool) {
	switch {
	case out.Kind != column.JSON:
		return r.converter.Append(out, v)
	case v.Kind == sparse.Missing || v.Kind == sparse.Null && !keepNull:
		out.AppendNull()
	default:
		out.AppendBytes(v.Raw)
	}
	return true
}
