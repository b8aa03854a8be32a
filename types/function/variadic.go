package function

import (
	"slices"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// ResolveVariadic finds the function of a call whose last argument is VARIADIC: an array of the arguments that the function takes any number
// of. Errors as ResolveFunction's.
func ResolveVariadic(schema, name string, args []types.OID) (*Function, error) {
	r := theRegistry()
	var cs []candidate[*Function]
	for _, f := range r.functions[name] {
		if schema != "" && schema != f.Schema || schema == "" && f.Schema == "flare" {
			continue
		}
		if f.Variadic && len(f.Args) == len(args) {
			cs = append(cs, candidate[*Function]{f, f.Args})
		}
	}
	c, none, ok := choose(cs, args)
	shown := name
	if schema != "" {
		shown = schema + "." + name
	}
	switch {
	case none:
		return nil, undefinedFunction(shown, args)
	case !ok:
		return nil, ambiguousFunction(shown, args)
	case c.of.Kernel == nil:
		return nil, refused("function", shown, c.of.OID, c.of.Args)
	}
	f, err := concrete(c.of, c.args, args)
	if err != nil {
		return nil, err
	}
	last := f.Args[len(f.Args)-1]
	elem := types.ElemOf(last)
	if elem == 0 {
		return nil, types.Errorf(types.CodeDatatypeMismatch, "VARIADIC argument must be an array")
	}
	spread := *f
	spread.Strict, spread.Total, spread.Kernel = false, false, spreadLast(c.of, f.Args[:len(f.Args)-1], elem)
	return &spread, nil
}

// spreadLast calls a function with the elements of its last argument, row by row: there may be another number of them in each.
func spreadLast(f *Function, fixed []types.OID, elem types.OID) Kernel {
	return func(c *Call, n int, sel column.Selection, args []*column.Vector, out *column.Vector) error {
		out.Reset(resultKind(f, c))
		var array types.Array
		one := func(k column.Kind, v *column.Vector, i int) *column.Vector {
			x := column.New(k)
			x.AppendFrom(v, i)
			return x
		}
		return eachRow(c, n, sel, args, out, func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
			last := a[len(a)-1]
			call := *c
			call.Args = slices.Clone(fixed)
			var each []*column.Vector
			for k, t := range fixed {
				each = append(each, one(types.KindOf(t), a[k], i))
			}
			switch {
			case !last.Null(i):
				array.Read(elem, last.Str(i))
				for k := range array.Values.Len {
					each = append(each, one(types.KindOf(elem), array.Values, k))
					call.Args = append(call.Args, elem)
				}
			case f.Name != "format": // for which no array is one without elements
				out.AppendNull()
				return nil
			}
			var result column.Vector
			if err := f.Kernel(&call, 1, nil, each, &result); err != nil {
				return err
			}
			out.AppendFrom(&result, 0)
			return nil
		})
	}
}
