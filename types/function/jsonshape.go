package function

import (
	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// registerJSONShape: JSON spread over lines, without its nulls, or made of texts.
func registerJSONShape(r *registry) {
	r.total("jsonb_pretty(jsonb)", byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
		out.AppendFunc(func(dst []byte) []byte {
			return (&reshaping{env: c.Env}).appendPretty(dst, types.AppendJSONBOf(c.Env, nil, a[0].Str(i)), 0)
		})
		return c.ended()
	}))
	for _, n := range []string{"json", "jsonb"} {
		r.total(n+"_strip_nulls("+n+")", byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
			out.AppendFunc(func(dst []byte) []byte {
				return (&reshaping{env: c.Env}).appendWithoutNulls(dst, trimJSON(a[0].Str(i)))
			})
			return c.ended()
		}))
		r.fn(n+"_object(_text)", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
			dims, es := types.ArrayDims(a[0].Str(i)), readTextArray(a[0].Str(i))
			switch {
			case len(dims) > 2:
				return wrongSubscripts()
			case len(dims) == 2 && dims[1].Length != 2:
				return types.Errorf(codeArraySubscript, "array must have two columns")
			case len(es)%2 != 0:
				return types.Errorf(codeArraySubscript, "array must have even number of elements")
			}
			return appendTextObject(out, len(es)/2, func(k int) (textElement, textElement) { return es[2*k], es[2*k+1] })
		}))
		r.fn(n+"_object(_text,_text)", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
			names, values := readTextArray(a[0].Str(i)), readTextArray(a[1].Str(i))
			if d := len(types.ArrayDims(a[0].Str(i))); d > 1 || d != len(types.ArrayDims(a[1].Str(i))) {
				return wrongSubscripts()
			}
			if len(names) != len(values) {
				return types.Errorf(codeArraySubscript, "mismatched array dimensions")
			}
			return appendTextObject(out, len(names), func(k int) (textElement, textElement) { return names[k], values[k] })
		}))
	}
}

// reshaping is the writing of a document in another shape, which stops where it is when the statement of env has ended.
type reshaping struct {
	env    *types.Env
	values int // that were begun
}

func (r *reshaping) over() bool {
	r.values++
	return r.values%1024 == 0 && r.env.Over()
}

// appendPretty appends canonical JSON with a line for each member and element.
func (r *reshaping) appendPretty(dst, s []byte, depth int) []byte {
	line := func(depth int) {
		dst = append(dst, '\n')
		for range depth {
			dst = append(dst, "    "...)
		}
	}
	first := true
	next := func() {
		if !first {
			dst = append(dst, ',')
		}
		first = false
		line(depth + 1)
	}
	switch jsonKind(s) {
	case '{':
		dst = append(dst, '{')
		members(s, func(k, v []byte) bool {
			next()
			dst = append(append(dst, k...), ": "...)
			dst = r.appendPretty(dst, v, depth+1)
			return !r.over()
		})
		line(depth)
		return append(dst, '}')
	case '[':
		dst = append(dst, '[')
		elements(s, func(v []byte) bool {
			next()
			dst = r.appendPretty(dst, v, depth+1)
			return !r.over()
		})
		line(depth)
		return append(dst, ']')
	}
	return append(dst, s...)
}

// appendWithoutNulls leaves out members that are null, at all depths, and blanks. Strings are spelled anew, as PostgreSQL does.
func (r *reshaping) appendWithoutNulls(dst, s []byte) []byte {
	start := 0
	open := func(c byte) { dst = append(dst, c); start = len(dst) }
	next := func() {
		if len(dst) > start {
			dst = append(dst, ',')
		}
	}
	switch jsonKind(s) {
	case '{':
		open('{')
		members(s, func(k, v []byte) bool {
			if jsonKind(v) != 'n' {
				next()
				dst = types.AppendJSONString(dst, types.AppendJSONUnquoted(nil, k))
				dst = r.appendWithoutNulls(append(dst, ':'), v)
			}
			return !r.over()
		})
		return append(dst, '}')
	case '[':
		open('[')
		elements(s, func(v []byte) bool {
			next()
			dst = r.appendWithoutNulls(dst, v)
			return !r.over()
		})
		return append(dst, ']')
	case '"':
		return types.AppendJSONString(dst, types.AppendJSONUnquoted(nil, s))
	}
	return append(dst, s...)
}

// appendTextObject makes an object of n pairs of texts, spaced as json_object does it.
func appendTextObject(out *column.Vector, n int, pair func(k int) (name, value textElement)) error {
	dst := []byte{'{'}
	for k := range n {
		name, value := pair(k)
		if name.null {
			return types.Errorf(codeNullNotAllowed, "null value not allowed for object key")
		}
		if k > 0 {
			dst = append(dst, ", "...)
		}
		dst = append(types.AppendJSONString(dst, name.text), " : "...)
		if value.null {
			dst = append(dst, "null"...)
		} else {
			dst = types.AppendJSONString(dst, value.text)
		}
	}
	out.AppendBytes(append(dst, '}'))
	return nil
}
