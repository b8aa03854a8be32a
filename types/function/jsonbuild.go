package function

import (
	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

func registerJSONBuild(r *registry) {
	for _, n := range []string{"to_json", "to_jsonb"} {
		r.fn(n+"(anyelement)", byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
			out.AppendFunc(func(dst []byte) []byte { return types.AppendJSON(dst, c.Env, c.Args[0], a[0], i) })
			return nil
		}))
	}
	for _, n := range []string{"json", "jsonb"} {
		r.fn(n+"_build_object(any)", byRow(buildObject(n)))
		r.fn(n+"_build_object()", byRow(buildObject(n)))
		r.fn(n+"_build_array(any)", byRow(buildArray))
		r.fn(n+"_build_array()", byRow(buildArray))
	}
}

func appendJSONValue(dst []byte, c *Call, a []*column.Vector, j, i int) []byte {
	if a[j].Null(i) {
		return append(dst, "null"...)
	}
	return types.AppendJSON(dst, c.Env, c.Args[j], a[j], i)
}

// buildObject makes an object of alternating keys and values, spaced as json_build_object does it.
func buildObject(name string) rowFunc {
	return func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
		if len(a)%2 != 0 {
			return types.Errorf(types.CodeInvalidParameterValue, "argument list must have even number of elements").
				WithHint("The arguments of %s_build_object() must consist of alternating keys and values.", name)
		}
		dst := []byte{'{'}
		for j := 0; j < len(a); j += 2 {
			if a[j].Null(i) {
				if name == "json" {
					return types.Errorf(types.CodeInvalidParameterValue, "argument %d cannot be null", j+1).WithHint("Object keys should be text.")
				}
				return types.Errorf(types.CodeInvalidParameterValue, "argument %d: key must not be null", j+1)
			}
			switch category(c.Args[j]) {
			case 'A':
				return types.Errorf(types.CodeInvalidParameterValue, "key value must be scalar, not array, composite, or json")
			}
			if c.Args[j] == types.JSON || c.Args[j] == types.JSONB {
				return types.Errorf(types.CodeInvalidParameterValue, "key value must be scalar, not array, composite, or json")
			}
			if j > 0 {
				dst = append(dst, ", "...)
			}
			dst = types.AppendJSONString(dst, appendKeyText(nil, c, a, j, i))
			dst = appendJSONValue(append(dst, " : "...), c, a, j+1, i)
		}
		out.AppendBytes(append(dst, '}'))
		return nil
	}
}

// appendKeyText spells a key: booleans as words, the rest as its type does.
func appendKeyText(dst []byte, c *Call, a []*column.Vector, j, i int) []byte {
	if c.Args[j] == types.Bool {
		return appendAsText(dst, c, a, j, i)
	}
	return types.AppendText(dst, c.Env, c.Args[j], a[j], i)
}

func buildArray(c *Call, a []*column.Vector, i int, out *column.Vector) error {
	dst := []byte{'['}
	for j := range a {
		if j > 0 {
			dst = append(dst, ", "...)
		}
		if j&0xfff == 0xfff && c.ended() != nil {
			return c.ended()
		}
		dst = appendJSONValue(dst, c, a, j, i)
	}
	out.AppendBytes(append(dst, ']'))
	return nil
}
