package function

import (
	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// registerJSONAggregates: json_agg and json_object_agg and their like for jsonb.
func registerJSONAggregates(r *registry) {
	r.agg("json_agg(anyelement)", func(*Call) Accumulator { return &jsonAgg{} })
	r.agg("jsonb_agg(anyelement)", func(*Call) Accumulator { return &jsonAgg{} })
	r.agg("json_object_agg(any,any)", func(*Call) Accumulator { return &jsonAgg{object: true} })
	r.agg("jsonb_object_agg(any,any)", func(*Call) Accumulator { return &jsonAgg{object: true} })
}

// jsonAgg gathers an array or an object of JSON for each group: what stands between the brackets.
type jsonAgg struct {
	object   bool
	rendered bool // it is fed values as they stand between the brackets, one or more at a time
	groups   [][]byte
	apart    string // what stands between two values; "" before there is one
	size     int64
}

// separator is what stands between two values: PostgreSQL begins a line for what has members of its own, of json_agg alone.
func (a *jsonAgg) separator(c *Call) string {
	if t := c.Args[0]; !a.object && c.Result == types.JSON && (types.ElemOf(t) != 0 || t == types.Record) {
		return ", \n "
	}
	return ", "
}

func (a *jsonAgg) Resize(n int) { a.groups = grow(a.groups, n) }

func (a *jsonAgg) Add(c *Call, n int, sel column.Selection, groups []int32, args []*column.Vector) error {
	a.apart = a.separator(c)
	return eachSelected(n, sel, func(i int) error {
		g := groupOf(groups, i)
		text := a.groups[g]
		before := cap(text)
		if len(text) > 0 {
			text = append(text, a.apart...)
		}
		text, err := a.append(text, c, args, i)
		if err != nil {
			return err
		}
		a.groups[g] = text
		a.size += int64(cap(text) - before)
		if len(text) > maxText {
			return tooLong()
		}
		return nil
	})
}

// append appends what row i comes to between the brackets.
func (a *jsonAgg) append(text []byte, c *Call, args []*column.Vector, i int) ([]byte, error) {
	switch t := c.Args[0]; {
	case a.rendered:
		return append(text, args[0].Str(i)...), nil
	case !a.object:
		return appendJSONValue(text, c, args, 0, i), nil
	case args[0].Null(i):
		return nil, types.Errorf(types.CodeInvalidParameterValue, "field name must not be null")
	case types.ElemOf(t) != 0 || t == types.Record || t == types.JSON || t == types.JSONB:
		return nil, types.Errorf(types.CodeInvalidParameterValue, "key value must be scalar, not array, composite, or json")
	}
	text = types.AppendJSONString(text, appendKeyText(nil, c, args, 0, i))
	return appendJSONValue(append(text, " : "...), c, args, 1, i), nil
}

// Take implements Keeper: a group's values are one text.
func (a *jsonAgg) Take(f func(groups []int32, args []*column.Vector) error) error {
	var of []int32
	v := column.New(column.Text)
	for g, text := range a.groups {
		if len(text) > 0 {
			v.AppendBytes(text)
			of = append(of, int32(g))
			a.groups[g] = nil
		}
		if len(of) < column.BatchRows && len(v.Bytes) < column.BatchBytes && (g < len(a.groups)-1 || len(of) == 0) {
			continue
		}
		if err := f(of, []*column.Vector{v}); err != nil {
			return err
		}
		v.Reset(column.Text)
		of = of[:0]
	}
	a.groups, a.size = nil, 0
	return nil
}

// Render implements Renderer.
func (a *jsonAgg) Render(c *Call, n int, sel column.Selection, args []*column.Vector) ([]*column.Vector, error) {
	out := column.New(column.Text)
	err := eachRow(c, n, sel, args, out, func(c *Call, args []*column.Vector, i int, out *column.Vector) (err error) {
		out.AppendFunc(func(dst []byte) []byte {
			var text []byte
			if text, err = a.append(dst, c, args, i); err != nil {
				return dst
			}
			return text
		})
		return err
	})
	return []*column.Vector{out}, err
}

// Rendered implements Renderer.
func (a *jsonAgg) Rendered() Accumulator { return &jsonAgg{object: a.object, rendered: true} }

func (a *jsonAgg) Merge(other Accumulator, to []int32) error {
	o := other.(*jsonAgg)
	for g, text := range o.groups {
		if len(text) == 0 {
			continue
		}
		mine := a.groups[to[g]]
		before := cap(mine)
		if len(mine) > 0 {
			mine = append(mine, o.apart...)
		}
		mine = append(mine, text...)
		a.groups[to[g]] = mine
		a.size += int64(cap(mine) - before)
		if len(mine) > maxText {
			return tooLong()
		}
	}
	return nil
}

func (a *jsonAgg) Result(_ *Call, n int, out *column.Vector) error {
	for _, text := range a.groups[:n] {
		if len(text) == 0 {
			out.AppendNull()
			continue
		}
		out.AppendFunc(func(dst []byte) []byte {
			if a.object {
				return append(append(append(dst, "{ "...), text...), " }"...)
			}
			return append(append(append(dst, '['), text...), ']')
		})
	}
	return nil
}

func (a *jsonAgg) Bytes() int64 { return 24*int64(cap(a.groups)) + a.size }
