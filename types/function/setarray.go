package function

import (
	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// registerArraySets gives the functions over arrays their rows.
func registerArraySets(s *setFunctions) {
	s.define("unnest(anyarray)", func(c *SetCall) (Rows, error) {
		return &elementRows{items: ArrayElements(c.Types[0], c.Args[0], 0)}, nil
	})
	s.define("generate_subscripts(anyarray,int4)", subscripts)
	s.define("generate_subscripts(anyarray,int4,bool)", subscripts)
	s.define("_pg_expandarray(anyarray)", func(c *SetCall) (Rows, error) {
		return &elementRows{items: ArrayElements(c.Types[0], c.Args[0], 0), numbered: true}, nil
	})
	s.define("pg_options_to_table(_text)", optionsToTable)
	s.define("pg_partition_ancestors(regclass)", func(*SetCall) (Rows, error) { return &elementRows{items: column.New(column.Int64)}, nil })
}

// elementRows yields the elements of an array, with their numbers from 1 where these are wanted.
type elementRows struct {
	items    *column.Vector
	at       int
	numbered bool
}

func (r *elementRows) Next(max int, out []*column.Vector) error {
	for ; max > 0 && r.at < r.items.Len; max-- {
		out[0].AppendFrom(r.items, r.at)
		r.at++
		if r.numbered {
			out[1].AppendInt(int64(r.at))
		}
	}
	return nil
}

// subscripts yields the subscripts of one dimension, from the last one back where that is asked for.
func subscripts(c *SetCall) (Rows, error) {
	dims, n := types.ArrayDims(c.Args[0].Str(0)), c.Args[1].Int(0)
	if n < 1 || n > int64(len(dims)) {
		return &intRows{done: true}, nil
	}
	d := dims[n-1]
	first, last := int64(d.Lower), int64(d.Lower+d.Length-1)
	r := &intRows{at: first, last: last, step: 1, max: 1<<31 - 1, min: -1 << 31, done: d.Length == 0}
	if len(c.Args) > 2 && c.Args[2].Bool(0) {
		r.at, r.last, r.step = last, first, -1
	}
	return r, nil
}

// optionRows yields options of the form name=value.
type optionRows struct {
	items *column.Vector
	at    int
}

func optionsToTable(c *SetCall) (Rows, error) {
	return &optionRows{items: ArrayElements(c.Types[0], c.Args[0], 0)}, nil
}

func (r *optionRows) Next(max int, out []*column.Vector) error {
	for ; max > 0 && r.at < r.items.Len; r.at++ {
		if r.items.Null(r.at) {
			continue
		}
		s := string(r.items.Str(r.at))
		name, value, ok := s, "", false
		for i := range s {
			if s[i] == '=' {
				name, value, ok = s[:i], s[i+1:], true
				break
			}
		}
		out[0].AppendString(name)
		if ok {
			out[1].AppendString(value)
		} else {
			out[1].AppendNull()
		}
		max--
	}
	return nil
}
