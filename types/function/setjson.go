package function

import (
	"bytes"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// registerJSONSets gives the functions that take JSON apart their rows.
func registerJSONSets(s *setFunctions) {
	for _, t := range []types.OID{types.JSON, types.JSONB} {
		ty, _ := types.Lookup(t)
		n := ty.Name
		for _, text := range []bool{false, true} {
			suffix := ""
			if text {
				suffix = "_text"
			}
			s.define(n+"_array_elements"+suffix+"("+n+")", func(c *SetCall) (Rows, error) {
				doc := document(c.Env, t, c.Args[0].Str(0))
				return &jsonElements{walk: jsonWalk{doc: doc, at: 1}, t: t, text: text}, arrayOnly(t, n+"_array_elements"+suffix, doc)
			})
			s.define(n+"_each"+suffix+"("+n+")", func(c *SetCall) (Rows, error) {
				doc := document(c.Env, t, c.Args[0].Str(0))
				return &jsonMembers{walk: jsonWalk{doc: doc, at: 1}, t: t, text: text}, objectOnly(t, n+"_each"+suffix, doc)
			})
		}
		s.define(n+"_object_keys("+n+")", func(c *SetCall) (Rows, error) {
			doc := document(c.Env, t, c.Args[0].Str(0))
			return &jsonMembers{walk: jsonWalk{doc: doc, at: 1}, t: t}, keysOnly(n+"_object_keys", doc)
		})
		s.define(n+"_to_record("+n+")", func(c *SetCall) (Rows, error) { return toRecord(c, t) })
		s.define(n+"_to_recordset("+n+")", func(c *SetCall) (Rows, error) { return toRecordSet(c, t, n+"_to_recordset") })
	}
}

// document is a JSON value as the functions of its type see it: jsonb's members are in its own order, each once.
func document(env *types.Env, t types.OID, s []byte) []byte {
	if t == types.JSONB {
		return types.AppendJSONBOf(env, nil, s)
	}
	return trimJSON(s)
}

func invalidJSONArgument(format string, args ...any) error {
	return types.Errorf(types.CodeInvalidParameterValue, format, args...)
}

func arrayOnly(t types.OID, name string, doc []byte) error {
	switch k := jsonKind(doc); {
	case k == '[':
		return nil
	case t == types.JSONB && k == '{':
		return invalidJSONArgument("cannot extract elements from an object")
	case t == types.JSONB:
		return invalidJSONArgument("cannot extract elements from a scalar")
	case k == '{':
		return invalidJSONArgument("cannot call %s on a non-array", name)
	}
	return invalidJSONArgument("cannot call %s on a scalar", name)
}

func objectOnly(t types.OID, name string, doc []byte) error {
	switch k := jsonKind(doc); {
	case k == '{':
		return nil
	case t == types.JSONB:
		return invalidJSONArgument("cannot call %s on a non-object", name)
	case k == '[':
		return invalidJSONArgument("cannot deconstruct an array as an object")
	}
	return invalidJSONArgument("cannot deconstruct a scalar")
}

func keysOnly(name string, doc []byte) error {
	switch jsonKind(doc) {
	case '{':
		return nil
	case '[':
		return invalidJSONArgument("cannot call %s on an array", name)
	}
	return invalidJSONArgument("cannot call %s on a scalar", name)
}

// jsonWalk stands in an array or object before its next element or member.
type jsonWalk struct {
	doc []byte
	at  int
}

func (w *jsonWalk) element() ([]byte, bool) {
	i := skipBlank(w.doc, w.at)
	if i >= len(w.doc) || w.doc[i] == ']' {
		return nil, false
	}
	end := valueEnd(w.doc, i)
	w.at = skipBlank(w.doc, end) + 1
	return w.doc[i:end], end > i
}

func (w *jsonWalk) member() (key, value []byte, ok bool) {
	i := skipBlank(w.doc, w.at)
	if i >= len(w.doc) || w.doc[i] != '"' {
		return nil, nil, false
	}
	end := stringEnd(w.doc, i)
	key = w.doc[i:end]
	w.at = min(skipBlank(w.doc, end)+1, len(w.doc))
	value, ok = w.element()
	return key, value, ok
}

// appendJSONOrText appends a value as JSON or, where text is asked for, as ->> would.
func appendJSONOrText(out *column.Vector, t types.OID, v []byte, text bool) {
	switch {
	case !text:
		out.AppendBytes(v)
	case jsonKind(v) == 'n':
		out.AppendNull()
	case v[0] == '"':
		out.AppendFunc(func(dst []byte) []byte { return types.AppendJSONUnquoted(dst, v) })
	default:
		out.AppendBytes(v)
	}
}

type jsonElements struct {
	walk jsonWalk
	t    types.OID
	text bool
}

func (r *jsonElements) Next(max int, out []*column.Vector) error {
	for ; max > 0; max-- {
		v, ok := r.walk.element()
		if !ok {
			return nil
		}
		appendJSONOrText(out[0], r.t, v, r.text)
	}
	return nil
}

// jsonMembers yields keys, and where there is a second column, values.
type jsonMembers struct {
	walk jsonWalk
	t    types.OID
	text bool
}

func (r *jsonMembers) Next(max int, out []*column.Vector) error {
	for ; max > 0; max-- {
		k, v, ok := r.walk.member()
		if !ok {
			return nil
		}
		out[0].AppendFunc(func(dst []byte) []byte { return types.AppendJSONUnquoted(dst, k) })
		if len(out) > 1 {
			appendJSONOrText(out[1], r.t, v, r.text)
		}
	}
	return nil
}

// toRecord makes one row of an object.
func toRecord(c *SetCall, t types.OID) (Rows, error) {
	if c.Args[0].Null(0) {
		return &jsonRecords{call: c, t: t, objects: [][]byte{nil}}, nil
	}
	doc, err := objectToPopulate(document(c.Env, t, c.Args[0].Str(0)))
	if err != nil {
		return nil, err
	}
	return &jsonRecords{call: c, t: t, objects: [][]byte{doc}}, nil
}

// toRecordSet makes a row of each object of an array.
func toRecordSet(c *SetCall, t types.OID, name string) (Rows, error) {
	r := &jsonRecords{call: c, t: t}
	if c.Args[0].Null(0) {
		return r, nil
	}
	doc := document(c.Env, t, c.Args[0].Str(0))
	switch k := jsonKind(doc); {
	case k == '[':
	case t == types.JSONB:
		return nil, invalidJSONArgument("cannot call %s on a non-array", name)
	case k == '{':
		return nil, invalidJSONArgument("cannot call %s on an object", name)
	default:
		return nil, invalidJSONArgument("cannot call %s on a scalar", name)
	}
	elements(doc, func(v []byte) bool {
		if jsonKind(v) != '{' {
			r.bad = invalidJSONArgument("argument of %s must be an array of objects", name)
			return false
		}
		r.objects = append(r.objects, v)
		return true
	})
	return r, nil
}

// jsonRecords makes rows of objects, by the names of the columns; nil is a row of nulls.
type jsonRecords struct {
	call    *SetCall
	t       types.OID
	objects [][]byte
	base    *types.Row // what a field is that an object has not; nil: null
	bad     error      // what comes after the objects
}

func (r *jsonRecords) Next(max int, out []*column.Vector) error {
	for ; max > 0 && len(r.objects) > 0; max-- {
		if whole(r.call.Columns) {
			if err := appendPopulated(out[0], r.call.Env, r.t, r.base, r.objects[0]); err != nil {
				return err
			}
			r.objects = r.objects[1:]
			continue
		}
		for i, c := range r.call.Columns {
			var v []byte
			if r.base != nil { // its fields are what members are looked for by, whatever the columns are called
				c.Name = types.FieldName(r.base.Fields[i], i)
			}
			if r.objects[0] != nil {
				v = lastMember(r.objects[0], []byte(c.Name))
			}
			if v == nil && r.base != nil {
				out[i].AppendFrom(r.base.Values[i], 0)
				continue
			}
			if err := appendField(out[i], r.call.Env, r.t, c, v); err != nil {
				return err
			}
		}
		r.objects = r.objects[1:]
	}
	if len(r.objects) == 0 {
		return r.bad
	}
	return nil
}

// lastMember finds a member by its name; of several the last counts.
func lastMember(s, key []byte) (value []byte) {
	members(s, func(k, v []byte) bool {
		if stringEquals(k, key) {
			value = v
		}
		return true
	})
	return value
}

// appendField makes a column's value of a member's.
func appendField(out *column.Vector, env *types.Env, t types.OID, c SetColumn, v []byte) error {
	switch {
	case v == nil || jsonKind(v) == 'n' && c.Type != types.JSON && c.Type != types.JSONB:
		out.AppendNull()
		return nil
	case c.Type == types.JSON || c.Type == types.JSONB:
		if jsonKind(v) == 'n' {
			out.AppendNull()
			return nil
		}
		return types.ParseText(out, env, c.Type, c.Typmod, v)
	case types.ElemOf(c.Type) != 0 && v[0] == '[':
		text, err := arrayLiteral(v, c.Name)
		if err != nil {
			return err
		}
		return types.ParseText(out, env, c.Type, c.Typmod, text)
	case v[0] == '"':
		return types.ParseText(out, env, c.Type, c.Typmod, types.AppendJSONUnquoted(nil, v))
	case types.ElemOf(c.Type) != 0:
		return types.Errorf(types.CodeInvalidTextRepresentation, "expected JSON array").WithHint("See the value of key \"%s\".", c.Name)
	}
	return types.ParseText(out, env, c.Type, c.Typmod, v)
}

// arrayLiteral spells a JSON array as an array's text.
func arrayLiteral(v []byte, key string) ([]byte, error) {
	var dst []byte
	depth := -1 // at which elements stand
	var list func(v []byte, level int) (int, error)
	list = func(v []byte, level int) (int, error) {
		dst = append(dst, '{')
		n, length := 0, -1
		var err error
		elements(v, func(e []byte) bool {
			if n > 0 {
				dst = append(dst, ',')
			}
			n++
			nested := e[0] == '['
			if depth < 0 && !nested {
				depth = level
			}
			if nested != (depth != level) || level >= 6 {
				err = malformedJSONArray()
				return false
			}
			switch {
			case nested:
				var l int
				if l, err = list(e, level+1); err == nil && length >= 0 && l != length {
					err = malformedJSONArray()
				}
				length = l
			case e[0] == 'n':
				dst = append(dst, "NULL"...)
			case e[0] == '"':
				dst = appendQuotedElement(dst, types.AppendJSONUnquoted(nil, e))
			default:
				dst = appendQuotedElement(dst, e)
			}
			return err == nil
		})
		dst = append(dst, '}')
		return n, err
	}
	_, err := list(v, 0)
	return dst, err
}

func malformedJSONArray() error {
	return types.Errorf(types.CodeInvalidTextRepresentation, "malformed JSON array").
		WithDetail("Multidimensional arrays must have sub-arrays with matching dimensions.")
}

// appendQuotedElement appends an element of an array's text in quotes.
func appendQuotedElement(dst, s []byte) []byte {
	dst = append(dst, '"')
	for len(s) > 0 {
		i := bytes.IndexAny(s, `"\`)
		if i < 0 {
			break
		}
		dst = append(append(dst, s[:i]...), '\\', s[i])
		s = s[i+1:]
	}
	return append(append(dst, s...), '"')
}
