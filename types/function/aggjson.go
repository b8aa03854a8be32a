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
	object bool
	groups [][]byte
	apart  string // what stands between two values; "" before there is one
	size   int64
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
		if a.object {
			if args[0].Null(i) {
				return types.Errorf(types.CodeInvalidParameterValue, "field name must not be null")
			}
			if t := c.Args[0]; types.ElemOf(t) != 0 || t == types.Record || t == types.JSON || t == types.JSONB {
				return types.Errorf(types.CodeInvalidParameterValue, "key value must be scalar, not array, composite, or json")
			}
			text = types.AppendJSONString(text, appendKeyText(nil, c, args, 0, i))
			text = appendJSONValue(append(text, " : "...), c, args, 1, i)
		} else {
			text = appendJSONValue(text, c, args, 0, i)
		}
		a.groups[g] = text
		a.size += int64(cap(text) - before)
		if len(text) > maxText {
			return tooLong()
		}
		return nil
	})
}

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
