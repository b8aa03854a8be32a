package nql

import (
	"bytes"
	"slices"

	"github.com/flare-pg/flare-pg/nql/sparse"
)

var arrayFunctions = []function{
	{name: "keys", least: 1, most: 1, gives: ArrayValue, one: ofMembers(func(key []byte, _ sparse.Value) []byte { return key })},
	{name: "values", least: 1, most: 1, gives: ArrayValue, one: ofMembers(func(_ []byte, v sparse.Value) []byte { return v.Raw })},
	{name: "first", least: 1, most: 1, one: elementAt(0)},
	{name: "last", least: 1, most: 1, one: elementAt(-1)},
	{name: "reverse", least: 1, most: 1, gives: ArrayValue, one: ofElements(func(_ *state, list []val) []val {
		slices.Reverse(list)
		return list
	})},
	{name: "sort", least: 1, most: 1, gives: ArrayValue, one: ofElements(func(st *state, list []val) []val {
		values := st.readAll(list)
		places := placesInOrder(values)
		sorted := make([]val, len(list))
		for i, at := range places {
			sorted[i] = list[at]
		}
		copy(list, sorted)
		return list
	})},
	{name: "distinct", least: 1, most: 1, gives: ArrayValue, one: ofElements(distinct)},
	{name: "flatten", least: 1, most: 1, gives: ArrayValue, one: flatten},
	{name: "sum", least: 1, most: 1, gives: Number, one: ofNumbers(func(list []val) val { return sum(list) })},
	{name: "avg", least: 1, most: 1, gives: Number, one: ofNumbers(func(list []val) val {
		s, n := sum(list), val{kind: Integer, i: int64(len(list))}
		return divide(&s, &n)
	})},
	{name: "min", least: 1, most: 1, one: extremeElement(-1)},
	{name: "max", least: 1, most: 1, one: extremeElement(1)},
}

// ofMembers makes an array of a part of each member of an object.
func ofMembers(part func(key []byte, v sparse.Value) []byte) func(st *state, v val) val {
	return func(st *state, v val) val {
		if v.kind != ObjectValue {
			return null
		}
		base := len(st.stack)
		for it := sparse.Members(v.s); ; {
			key, v, ok := it.Next()
			if !ok {
				return st.array(base)
			}
			st.stack = append(st.stack, val{kind: ObjectValue, s: part(key, v)})
		}
	}
}

// pushElements puts the elements of an array on the stack, as they are spelled, and gives where they begin.
func (st *state) pushElements(array []byte) (base int) {
	base = len(st.stack)
	for it := sparse.Elements(array); ; {
		v, ok := it.Next()
		if !ok {
			return base
		}
		st.stack = append(st.stack, raw(v))
	}
}

// ofElements makes an array of another one's elements; f may put them in another order and leave some out.
func ofElements(f func(st *state, list []val) []val) func(st *state, v val) val {
	return func(st *state, v val) val {
		if v.kind != ArrayValue {
			return null
		}
		base := st.pushElements(v.s)
		end := len(st.stack)
		kept := f(st, st.stack[base:end:end])
		st.stack = st.stack[:base+len(kept)]
		return st.array(base)
	}
}

// readAll gives the values of elements as they are spelled.
func (st *state) readAll(list []val) []val {
	values := make([]val, len(list))
	for i := range list {
		values[i] = st.read(sparse.Of(list[i].s))
	}
	return values
}

// rank orders values of different kinds as sort does.
func (v *val) rank() int {
	switch v.kind {
	case Boolean:
		return 1
	case Integer, Float, Number:
		return 2
	case String:
		return 3
	case ArrayValue:
		return 4
	case ObjectValue:
		return 5
	}
	return 0 // null
}

// total orders any two elements: null, booleans, numbers, strings, arrays, objects; the last two by their JSON.
func total(a, b *val) int {
	if r, s := a.rank(), b.rank(); r != s {
		return r - s
	}
	if order, ok := compare(a, b); ok {
		return order
	}
	return bytes.Compare(a.s, b.s)
}

// placesInOrder gives the indices of values in their order, of equal ones the earlier first.
func placesInOrder(values []val) []int {
	places := make([]int, len(values))
	for i := range places {
		places[i] = i
	}
	slices.SortStableFunc(places, func(i, j int) int { return total(&values[i], &values[j]) })
	return places
}

// distinct keeps the first of equal elements.
func distinct(st *state, list []val) []val {
	values := st.readAll(list)
	places := placesInOrder(values)
	again := make([]bool, len(list))
	for i := 1; i < len(places); i++ {
		again[places[i]] = total(&values[places[i-1]], &values[places[i]]) == 0
	}
	n := 0
	for i := range list {
		if !again[i] {
			list[n] = list[i]
			n++
		}
	}
	return list[:n]
}

func elementAt(index int) func(st *state, v val) val {
	steps := []sparse.Step{{Element: true, Index: index}}
	return func(st *state, v val) val {
		if v.kind != ArrayValue {
			return null
		}
		return st.read(sparse.Get(v.s, steps))
	}
}

// flatten puts the elements of elements that are arrays in their place.
func flatten(st *state, v val) val {
	if v.kind != ArrayValue {
		return null
	}
	base := len(st.stack)
	for it := sparse.Elements(v.s); ; {
		e, ok := it.Next()
		if !ok {
			return st.array(base)
		}
		if e.Kind == sparse.Array {
			st.pushElements(e.Raw)
		} else {
			st.stack = append(st.stack, raw(e))
		}
	}
}

// present gives the elements of an array on the stack, but for those that are null. The caller takes them off.
func (st *state) present(array []byte) []val {
	base := len(st.stack)
	for it := sparse.Elements(array); ; {
		e, ok := it.Next()
		if !ok {
			return st.stack[base:]
		}
		if e.Kind != sparse.Null {
			st.stack = append(st.stack, st.read(e))
		}
	}
}

// ofNumbers computes one value of an array of numbers, nulls left out; null where another element is no number, and of no numbers.
func ofNumbers(f func(list []val) val) func(st *state, v val) val {
	return func(st *state, v val) val {
		if v.kind != ArrayValue {
			return null
		}
		base := len(st.stack)
		list := st.present(v.s)
		st.stack = st.stack[:base]
		for i := range list {
			if !list[i].numeric() {
				return null
			}
		}
		if len(list) == 0 {
			return null
		}
		return f(list)
	}
}

func sum(list []val) val {
	s := val{kind: Integer}
	for i := range list {
		s = add(&s, &list[i])
	}
	return s
}

func extremeElement(side int) func(st *state, v val) val {
	return func(st *state, v val) val {
		if v.kind != ArrayValue {
			return null
		}
		base := len(st.stack)
		list := st.present(v.s)
		st.stack = st.stack[:base]
		return extreme(list, side)
	}
}
