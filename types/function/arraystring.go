package function

import (
	"bytes"
	"unicode/utf8"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// registerArrayText: arrays from strings, and strings and JSON from arrays.
func registerArrayText(r *registry) {
	r.fn("array_to_string(anyarray,text)", byRow(arrayToString))
	r.fn("array_to_string(anyarray,text,text)", byRow(arrayToString))
	r.fn("string_to_array(text,text)", byRow(stringToArray))
	r.fn("string_to_array(text,text,text)", byRow(stringToArray))
	toJSON := byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
		out.AppendFunc(func(dst []byte) []byte {
			if len(a) < 2 || !a[1].Bool(i) {
				return types.AppendJSON(dst, c.Env, c.Args[0], a[0], i)
			}
			if c.Args[0] == types.Record {
				return types.AppendRowJSON(dst, c.Env, a[0].Str(i), ",\n ")
			}
			return types.AppendArrayJSON(dst, c.Env, types.ElemOf(c.Args[0]), a[0].Str(i), ",\n ")
		})
		return nil
	})
	r.fn("array_to_json(anyarray)", toJSON)
	r.fn("array_to_json(anyarray,bool)", toJSON)
	r.fn("row_to_json(record)", toJSON)
	r.fn("row_to_json(record,bool)", toJSON)
}

func arrayToString(c *Call, a []*column.Vector, i int, out *column.Vector) error {
	if a[0].Null(i) || a[1].Null(i) {
		out.AppendNull()
		return nil
	}
	elem, v := types.ElemOf(c.Args[0]), arrayArg(c, a, 0, i).Values
	out.AppendFunc(func(dst []byte) []byte {
		some := false
		for k := range v.Len {
			if v.Null(k) && (len(a) < 3 || a[2].Null(i)) {
				continue
			}
			if some {
				dst = append(dst, a[1].Str(i)...)
			}
			some = true
			if v.Null(k) {
				dst = append(dst, a[2].Str(i)...)
			} else {
				dst = types.AppendText(dst, c.Env, elem, v, k)
			}
		}
		return dst
	})
	return nil
}

func stringToArray(c *Call, a []*column.Vector, i int, out *column.Vector) error {
	if a[0].Null(i) {
		out.AppendNull()
		return nil
	}
	v := column.New(column.Text)
	// add adds an element. Now and then it looks whether the statement has ended, and whether there are too many.
	add := func(s []byte) error {
		if len(a) > 2 && !a[2].Null(i) && bytes.Equal(s, a[2].Str(i)) {
			v.AppendNull()
		} else {
			v.AppendBytes(s)
		}
		if v.Len&0xffff != 0 {
			return nil
		}
		if v.Len > types.MaxArrayElements {
			return types.Errorf(types.CodeProgramLimitExceeded, "array size exceeds the maximum allowed (%d)", types.MaxArrayElements)
		}
		return c.ended()
	}
	s := a[0].Str(i)
	switch {
	case len(s) == 0:
	case a[1].Null(i):
		for len(s) > 0 {
			_, n := utf8.DecodeRune(s)
			if err := add(s[:n]); err != nil {
				return err
			}
			s = s[n:]
		}
	case len(a[1].Str(i)) == 0:
		_ = add(s)
	default:
		for {
			part, rest, found := bytes.Cut(s, a[1].Str(i))
			if err := add(part); err != nil {
				return err
			}
			if !found {
				break
			}
			s = rest
		}
	}
	out.AppendFunc(func(dst []byte) []byte { return types.AppendList(dst, v) })
	return nil
}
