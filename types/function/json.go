package function

import (
	"bytes"
	"strconv"

	"github.com/cockroachdb/apd/v3"
	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

func registerJSON(r *registry) {
	for _, t := range []types.OID{types.JSON, types.JSONB} {
		ty, _ := types.Lookup(t)
		n := ty.Name
		byKey := func(a []*column.Vector, i int) ([]byte, error) {
			return member(trimJSON(a[0].Str(i)), a[1].Str(i)), nil
		}
		byIndex := func(a []*column.Vector, i int) ([]byte, error) {
			if s, n := trimJSON(a[0].Str(i)), a[1].Int(i); t == types.JSONB && (n == 0 || n == -1) && jsonKind(s) != '{' && jsonKind(s) != '[' {
				return s, nil // jsonb keeps a scalar as an array of one
			}
			return element(trimJSON(a[0].Str(i)), a[1].Int(i)), nil
		}
		byPathArgs := func(a []*column.Vector, i int) ([]byte, error) {
			v := trimJSON(a[0].Str(i))
			for _, step := range a[1:] {
				v = pathStep(v, step.Str(i))
			}
			return v, nil
		}
		r.totalOp(n+" -> text", jsonValue(byKey))
		r.totalOp(n+" -> int4", jsonValue(byIndex))
		r.op(n+" #> _text", pathOf(alongPath(jsonValue), jsonValue(byPathArgs)))
		r.totalOp(n+" ->> text", jsonText(t, byKey))
		r.totalOp(n+" ->> int4", jsonText(t, byIndex))
		r.op(n+" #>> _text", pathOf(alongPath(func(f find) Kernel { return jsonText(t, f) }), jsonText(t, byPathArgs)))
		r.total(n+"_typeof("+n+")", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
			out.AppendString(jsonTypeName(trimJSON(a[0].Str(i))))
			return nil
		}))
		r.fn(n+"_array_length("+n+")", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
			s := trimJSON(a[0].Str(i))
			switch jsonKind(s) {
			case '[':
			case '{':
				return types.Errorf(types.CodeInvalidParameterValue, "cannot get array length of a non-array")
			default:
				return types.Errorf(types.CodeInvalidParameterValue, "cannot get array length of a scalar")
			}
			length := int64(0)
			elements(s, func([]byte) bool { length++; return true })
			out.AppendInt(length)
			return nil
		}))
	}
	r.totalOp("jsonb @> jsonb", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		out.AppendBool(jsonContains(trimJSON(a[0].Str(i)), trimJSON(a[1].Str(i)), true))
		return nil
	}))
	r.totalOp("jsonb <@ jsonb", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		out.AppendBool(jsonContains(trimJSON(a[1].Str(i)), trimJSON(a[0].Str(i)), true))
		return nil
	}))
	r.totalOp("jsonb ? text", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		out.AppendBool(jsonExists(trimJSON(a[0].Str(i)), a[1].Str(i)))
		return nil
	}))
	r.op("jsonb ?| _text", existsOf(false))
	r.op("jsonb ?& _text", existsOf(true))
	r.totalOp("jsonb || jsonb", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		out.AppendFunc(func(dst []byte) []byte { return appendConcat(dst, trimJSON(a[0].Str(i)), trimJSON(a[1].Str(i))) })
		return nil
	}))
	r.op("jsonb - text", byRow(deleteKey))
	registerJSONCasts(r)
}

// pathOf is the kernel of a function that is both an operator over an array of steps (#>) and called with the steps as
// arguments (jsonb_extract_path).
func pathOf(array, args Kernel) Kernel {
	return func(c *Call, n int, sel column.Selection, a []*column.Vector, out *column.Vector) error {
		if len(c.Args) > 1 && types.ElemOf(c.Args[1]) != 0 {
			return array(c, n, sel, a, out)
		}
		return args(c, n, sel, a, out)
	}
}

// find gives what an operator finds in row i of its arguments; nil: nothing.
type find func(a []*column.Vector, i int) ([]byte, error)

// alongPath makes the kernel of an operator over an array of steps, which is read once where it is the same for all rows.
func alongPath(kernel func(find) Kernel) Kernel {
	each := kernel(func(a []*column.Vector, i int) ([]byte, error) {
		return walkPath(trimJSON(a[0].Str(i)), readTextArray(a[1].Str(i))), nil
	})
	return func(c *Call, n int, sel column.Selection, a []*column.Vector, out *column.Vector) error {
		if a[1].Form != column.Constant {
			return each(c, n, sel, a, out)
		}
		steps := readTextArray(a[1].Str(0))
		return kernel(func(a []*column.Vector, i int) ([]byte, error) {
			return walkPath(trimJSON(a[0].Str(i)), steps), nil
		})(c, n, sel, a, out)
	}
}

// walkPath follows keys and indexes.
func walkPath(s []byte, path []textElement) []byte {
	for _, step := range path {
		if step.null {
			return nil
		}
		if s = pathStep(s, step.text); s == nil {
			return nil
		}
	}
	return s
}

// pathStep follows one step of a path: a key of an object, an index of an array. It is nil where that leads nowhere.
func pathStep(s, step []byte) []byte {
	if s == nil {
		return nil
	}
	switch jsonKind(s) {
	case '{':
		return member(s, step)
	case '[':
		if n, err := strconv.ParseInt(string(bytes.TrimLeft(step, " ")), 10, 32); err == nil {
			return element(s, n)
		}
	}
	return nil
}

func jsonValue(find find) Kernel {
	return byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		v, err := find(a, i)
		switch {
		case err != nil:
			return err
		case v == nil:
			out.AppendNull()
		default:
			out.AppendBytes(v)
		}
		return nil
	})
}

// jsonText gives the value found as text: a string without its quotes, null as NULL, the rest as its type spells it.
func jsonText(t types.OID, find find) Kernel {
	return byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		v, err := find(a, i)
		switch {
		case err != nil:
			return err
		case v == nil || jsonKind(v) == 'n':
			out.AppendNull()
		case v[0] == '"' && v[len(v)-1] == '"' && len(v) > 1 && bytes.IndexByte(v, '\\') < 0:
			out.AppendBytes(v[1 : len(v)-1])
		case v[0] == '"':
			out.AppendFunc(func(dst []byte) []byte { return types.AppendJSONUnquoted(dst, v) })
		case t == types.JSONB && jsonKind(v) != 't' && !types.PlainDecimal(v):
			out.AppendFunc(func(dst []byte) []byte { return types.AppendJSONB(dst, v) })
		default:
			out.AppendBytes(v)
		}
		return nil
	})
}

func existsOf(all bool) Kernel {
	return byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		keys := readTextArray(a[1].Str(i))
		s, found := trimJSON(a[0].Str(i)), all
		for _, k := range keys {
			if !k.null && jsonExists(s, k.text) != all {
				found = !all
				break
			}
		}
		out.AppendBool(found)
		return nil
	})
}

// appendConcat is jsonb || jsonb: two objects are merged, anything else is a list of what both sides hold.
func appendConcat(dst, a, b []byte) []byte {
	inner := func(s []byte) []byte { return bytes.TrimSpace(s[1 : len(s)-1]) }
	open, end := byte('['), byte(']')
	ka, kb := jsonKind(a), jsonKind(b)
	if ka == '{' && kb == '{' {
		open, end = '{', '}' // of equal keys the later one counts
	}
	if ka == '[' || open == '{' {
		a = inner(a)
	}
	if kb == '[' || open == '{' {
		b = inner(b)
	}
	dst = append(append(dst, open), a...)
	if len(a) > 0 && len(b) > 0 {
		dst = append(dst, ',')
	}
	return append(append(dst, b...), end)
}

// deleteKey is jsonb - text: an object without the key, an array without the strings that equal it.
func deleteKey(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
	s, key := trimJSON(a[0].Str(i)), a[1].Str(i)
	var dst []byte
	add := func(parts ...[]byte) {
		if len(dst) > 1 {
			dst = append(dst, ',')
		}
		dst = append(dst, bytes.Join(parts, []byte(":"))...)
	}
	switch jsonKind(s) {
	case '{':
		dst = append(dst, '{')
		members(s, func(k, v []byte) bool {
			if !stringEquals(k, key) {
				add(k, v)
			}
			return true
		})
		dst = append(dst, '}')
	case '[':
		dst = append(dst, '[')
		elements(s, func(v []byte) bool {
			if jsonKind(v) != '"' || !stringEquals(v, key) {
				add(v)
			}
			return true
		})
		dst = append(dst, ']')
	default:
		return types.Errorf(types.CodeInvalidParameterValue, "cannot delete from scalar")
	}
	out.AppendBytes(dst)
	return nil
}

func registerJSONCasts(r *registry) {
	r.fn("bool(jsonb)", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		s := trimJSON(a[0].Str(i))
		if jsonKind(s) != 't' {
			return cannotCastJSON(s, types.Bool)
		}
		out.AppendBool(s[0] == 't')
		return nil
	}))
	number := func(t types.OID, put func(x *apd.Decimal, out *column.Vector) error) {
		ty, _ := types.Lookup(t)
		r.fn(ty.Name+"(jsonb)", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
			s := trimJSON(a[0].Str(i))
			if jsonKind(s) != '0' {
				return cannotCastJSON(s, t)
			}
			var x apd.Decimal
			if err := types.ParseNumeric(&x, s); err != nil {
				return err
			}
			return put(&x, out)
		}))
	}
	number(types.Numeric, func(x *apd.Decimal, out *column.Vector) error { appendNumeric(out, x); return nil })
	for _, t := range []types.OID{types.Int2, types.Int4, types.Int8} {
		number(t, func(x *apd.Decimal, out *column.Vector) error { return appendInt(out)(types.NumericToInt(x, t)) })
	}
	for _, t := range []types.OID{types.Float4, types.Float8} {
		number(t, func(x *apd.Decimal, out *column.Vector) error { return appendFloat(out)(types.NumericToFloat(x, t)) })
	}
}

func cannotCastJSON(s []byte, t types.OID) error {
	name := jsonTypeName(s)
	if name == "number" {
		name = "numeric"
	}
	return types.Errorf(types.CodeInvalidParameterValue, "cannot cast jsonb %s to type %s", name, sqlName(t))
}
