package strip

import (
	"bytes"
	"slices"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/event"
	"github.com/flare-pg/flare-pg/nql"
)

// The core columns with their fall-backs (event.AppendLevel and the like): which member stands for one is decided by the names and types that an event has, and
// so by its shape.

// isInformation is where rows have a level that have none: see event.Information.
const isInformation = isDocument - 1

var information = []byte(`"` + event.Information + `"`)

// role is what a member of the document may be to a core column.
type role uint8

const (
	noRole     role = iota
	builtin         // the built-in member
	clef            // @mt or @m
	firstName       // a property that stands in for it
	secondName      // one that stands in for both
)

// coreNames are the names that a core column comes from.
func coreNames(core nql.Builtin) (member, first, second string) {
	switch core {
	case nql.Level:
		return "@l", "level", "severity"
	case nql.Exception:
		return "@x", "exception", ""
	case nql.TraceID:
		return "@tr", "trace_id", "traceId"
	default:
		return "@sp", "span_id", "spanId"
	}
}

// appendCore appends a core column of a document.
func appendCore(dst, doc []byte, core nql.Builtin) ([]byte, bool) {
	switch core {
	case nql.Level:
		return event.AppendLevel(dst, doc)
	case nql.Exception:
		return event.AppendException(dst, doc)
	case nql.TraceID:
		return event.AppendTraceID(dst, doc)
	default:
		return event.AppendSpanID(dst, doc)
	}
}

// coreSources tells for each shape where its rows have a core column.
func (c *Columns) coreSources(out []int32, core nql.Builtin) []int32 {
	d := c.r.dir
	member, first, second := coreNames(core)
	roles := slices.Grow(c.roles[:0], len(d.nodes))[:len(d.nodes)]
	c.roles = roles
	rest := d.flags&flagManyRest != 0
	for i := range d.nodes {
		x := &d.nodes[i]
		roles[i] = noRole
		if i == 0 || x.parent != 0 {
			continue
		}
		switch name := x.name; {
		case string(name) == member:
			roles[i] = builtin
		case string(name) == "@mt" || string(name) == "@m":
			roles[i] = clef
		case folds(name, first):
			roles[i] = firstName
		case second != "" && folds(name, second):
			roles[i] = secondName
		default:
			continue
		}
		rest = rest || x.inRest
	}
	out = slices.Grow(out[:0], len(d.shapes))[:len(d.shapes)]
	for i := range d.shapes {
		s := &d.shapes[i]
		switch {
		case len(s.ops) == 1 && s.ops[0] != opClose && !isOpen(s.ops[0]) && d.strips[stripOf(s.ops[0])].node == 0:
			out[i] = isDocument
		case s.rest && rest:
			out[i] = maybeRest
		default:
			out[i] = d.coreSource(s.ops, roles, core == nql.Level)
		}
	}
	return out
}

// noneOf reports whether a test is certainly true of no row's core column: of no text that stands at one of its names, where these are few or searched as a whole. Then
// it does not matter which row has which.
func (c *Columns) noneOf(core nql.Builtin, t *nql.ValueTest) (bool, error) {
	d := c.r.dir
	if core == nql.Level || d.flags&flagManyRest != 0 || d.nodes[0].strips[JSON] >= 0 || c.missing(t) {
		return false, nil
	}
	member, first, second := coreNames(core)
	for i := range d.nodes {
		x := &d.nodes[i]
		if i == 0 || x.parent != 0 || string(x.name) != member && !folds(x.name, first) && (second == "" || !folds(x.name, second)) {
			continue
		}
		if x.inRest || x.strips[Bool] >= 0 || x.strips[Number] >= 0 {
			return false, nil
		}
		n := int(x.strips[String])
		if n < 0 {
			continue
		}
		s, err := c.r.open(n)
		if err != nil {
			return false, err
		}
		if s.text.form != textConstant && s.text.entries == nil && (s.text.form != textPlain || len(t.Contains) == 0) {
			return false, nil
		}
		if how, err := c.askTexts(n, t, func() []int32 { return nil }); how != noneTrue || err != nil {
			return false, err
		}
	}
	return true, nil
}

func folds(name []byte, want string) bool {
	return len(name) >= len(want) && bytes.EqualFold(name, []byte(want))
}

// coreSource tells where rows with these ops have a core column.
func (d *directory) coreSource(ops []op, roles []role, level bool) int32 {
	const none = -100
	first, second := int32(none), int32(none) // what stands there first: a strip, or isMissing for what is no scalar
	isClef := false
	depth := 0
	for _, o := range ops {
		node, strip, typ := uint32(0), int32(isMissing), JSON // an object is as little a scalar as an array
		switch {
		case o == opClose:
			depth--
			continue
		case isOpen(o):
			node = nodeOf(o)
			if depth++; depth > 1 {
				continue
			}
		default:
			if depth > 0 {
				continue
			}
			s := &d.strips[stripOf(o)]
			node, typ = s.node, s.typ
			if typ == Bool || typ == Number || typ == String {
				strip = int32(stripOf(o))
			}
		}
		switch roles[node] {
		case builtin:
			if strip >= 0 {
				return strip
			}
		case clef:
			isClef = isClef || typ != Null
		case firstName:
			if first == none {
				first = strip
			}
		case secondName:
			if second == none {
				second = strip
			}
		}
	}
	switch {
	case first >= 0:
		return first
	case second >= 0:
		return second
	case level && isClef:
		return isInformation
	}
	return isMissing
}

// showCore fills out with the texts of a core column.
func (c *Columns) showCore(out *column.Vector, core nql.Builtin, sel column.Selection) error {
	r := c.r
	out.Reset(column.Text)
	n := sel.Count(r.rows)
	if n == 0 {
		return nil
	}
	if err := r.structure(); err != nil {
		return err
	}
	c.sources = c.coreSources(c.sources, core)
	sources := c.sources
	strip, plain, filled := int32(-1), true, false
	for i, s := range sources {
		switch {
		case r.dir.shapes[i].rows == 0 || s == isMissing:
		case s == isInformation:
			filled = true
		case s < 0 || strip >= 0 && strip != s || r.dir.strips[s].typ != String:
			plain = false
		default:
			strip = s
		}
	}
	switch {
	case !plain:
		return c.showEach(out, core, sources, sel)
	case !filled:
		index := c.indexOf(sources, strip, true, sel)
		_, err := r.gather(out, int(strip), index, n, slices.Contains(index, -1), column.Text, false)
		return err
	case strip < 0:
		return c.showEach(out, core, sources, sel)
	}
	s, err := r.open(int(strip))
	if err != nil {
		return err
	}
	if s.text.entries == nil && s.text.form != textConstant {
		return c.showEach(out, core, sources, sel)
	}
	c.showFilled(out, s, strip, sources, sel)
	return nil
}

// showFilled is showCore where rows have their values in one strip, or else Information.
func (c *Columns) showFilled(out *column.Vector, s *strip, strip int32, sources []int32, sel column.Selection) {
	r := c.r
	dict := column.New(column.Text)
	var which []int32
	if s.text.entries != nil {
		dict.AppendVector(s.dictionary(column.Text), nil)
		which = s.text.which
	} else {
		dict.AppendBytes(characters(nil, s.text.constant))
	}
	filled := int32(-1)
	for i := range dict.Len {
		if string(dict.Str(i)) == event.Information {
			filled = int32(i)
		}
	}
	if filled < 0 {
		filled = int32(dict.Len)
		dict.AppendString(event.Information)
	}
	index := c.indexOf(sources, strip, true, nil)
	others := c.masks // what rows get that have no value
	nulls := false
	for i, s := range sources {
		switch {
		case s == isInformation:
			others[i] = filled
		case s == strip:
			others[i] = 0
		default:
			others[i] = -1
			nulls = nulls || r.dir.shapes[i].rows > 0
		}
	}
	codes := slices.Grow(out.Codes[:0], r.rows)[:r.rows]
	for row, shape := range r.shapes {
		k := index[row]
		has := ^(k >> 31) // all bits where there is a value
		code := int32(0)
		if which != nil {
			code = which[k&has]
		}
		codes[row] = code&has | others[shape]
	}
	n := r.rows
	if sel != nil {
		n = len(sel)
		for i, row := range sel {
			codes[i] = codes[row]
		}
		codes = codes[:n]
	}
	out.Form, out.Len, out.Dict, out.Codes = column.Dictionary, n, dict, codes
	if nulls {
		out.Valid = validOf(codes)
		for i, code := range codes {
			codes[i] = code &^ (code >> 31)
		}
	}
}

// showEach is showCore row by row.
func (c *Columns) showEach(out *column.Vector, core nql.Builtin, sources []int32, sel column.Selection) error {
	r := c.r
	n := sel.Count(r.rows)
	indexes := map[int32][]int32{} // of the strips in use
	for i, s := range sources {
		if s >= 0 && indexes[s] == nil && r.dir.shapes[i].rows > 0 {
			indexes[s] = slices.Clone(c.indexOf(sources, s, true, sel))
		}
	}
	var doc []byte
	for i := range n {
		row := i
		if sel != nil {
			row = int(sel[i])
		}
		switch source := sources[r.shapes[row]]; {
		case source >= 0:
			s, err := r.open(int(source))
			if err != nil {
				return err
			}
			if k := int(indexes[source][i]); s.typ == Number {
				out.AppendFunc(func(dst []byte) []byte { return s.append(dst, k) })
			} else {
				r.appendValue(out, s, k, false)
			}
		case source == isMissing:
			out.AppendNull()
		case source == isInformation:
			out.AppendString(event.Information)
		default:
			var err error
			if doc, err = r.Document(doc[:0], row); err != nil {
				return err
			}
			if text, ok := appendCore(nil, doc, core); ok {
				out.AppendBytes(text)
			} else {
				out.AppendNull()
			}
		}
		if len(out.Bytes) > r.bytes+n*len(event.Information) {
			return ErrDamaged
		}
	}
	return nil
}
