package nql

import (
	"bytes"

	"github.com/flare-pg/flare-pg/event"
	"github.com/flare-pg/flare-pg/nql/sparse"
)

// Arrays and objects are made as JSON. What is undefined is left out.

// raw is a value for making JSON of: it stands there as it is spelled.
func raw(v sparse.Value) val { return val{kind: ObjectValue, s: v.Raw} }

// array makes an array of the values on the stack from base, and takes them off.
func (st *state) array(base int) val {
	start := len(st.arena)
	dst := append(st.arena, '[')
	for i := base; i < len(st.stack) && len(dst)-start <= maxMade; i++ {
		if st.stack[i].kind == Undefined {
			continue
		}
		if len(dst) > start+1 {
			dst = append(dst, ',')
		}
		dst = appendJSON(dst, &st.stack[i])
	}
	st.arena = append(dst, ']')
	st.stack = st.stack[:base]
	return st.finish(ArrayValue, start)
}

// array compiles [x, y, ..z]. What is spread and no array adds nothing.
func (c *compiler) array(e *Array) (operand, error) {
	items := make([]operand, len(e.Items))
	spread := make([]bool, len(e.Items))
	for i, x := range e.Items {
		if s, ok := x.(*Spread); ok {
			x, spread[i] = s.X, true
		}
		var err error
		if items[i], err = c.value(x); err != nil {
			return operand{}, err
		}
	}
	return fold(func(st *state) val {
		base := len(st.stack)
		for i := range items {
			v := items[i].eval(st)
			if !spread[i] {
				st.stack = append(st.stack, v)
			} else if v.kind == ArrayValue {
				for it := sparse.Elements(v.s); ; {
					v, ok := it.Next()
					if !ok {
						break
					}
					st.stack = append(st.stack, raw(v))
				}
			}
		}
		return st.array(base)
	}, items...), nil
}

// object compiles { a: x, ..y }. On the stack each member is two values: its name, spelled as JSON, and its value.
func (c *compiler) object(e *Object) (operand, error) {
	items := make([]operand, len(e.Members))
	names := make([][]byte, len(e.Members)) // nil where a value is spread
	distinct := true
	for i, m := range e.Members {
		x := m.Value
		if s, ok := x.(*Spread); ok {
			x, distinct = s.X, false
		} else {
			names[i] = event.AppendString([]byte{}, []byte(m.Name))
			for j := range i {
				distinct = distinct && !bytes.Equal(names[i], names[j])
			}
		}
		var err error
		if items[i], err = c.value(x); err != nil {
			return operand{}, err
		}
	}
	return fold(func(st *state) val {
		base := len(st.stack)
		for i := range items {
			v := items[i].eval(st)
			switch {
			case names[i] != nil:
				if v.kind != Undefined {
					st.stack = append(st.stack, val{s: names[i]}, v)
				}
			case v.kind == ObjectValue:
				for it := sparse.Members(v.s); ; {
					key, v, ok := it.Next()
					if !ok {
						break
					}
					st.stack = append(st.stack, val{s: key}, raw(v))
				}
			}
		}
		if !distinct {
			st.dropEarlier(base)
		}
		start := len(st.arena)
		dst := append(st.arena, '{')
		for i := base; i < len(st.stack) && len(dst)-start <= maxMade; i += 2 {
			if len(dst) > start+1 {
				dst = append(dst, ',')
			}
			dst = append(append(dst, st.stack[i].s...), ':')
			dst = appendJSON(dst, &st.stack[i+1])
		}
		st.arena = append(dst, '}')
		st.stack = st.stack[:base]
		return st.finish(ObjectValue, start)
	}, items...), nil
}

// dropEarlier keeps of members on the stack that have the same name the last, in the place of the first.
func (st *state) dropEarlier(base int) {
	const few = 32
	var places map[string]int // of names, where looking at each would take long
	if len(st.stack)-base > 2*few {
		places = make(map[string]int)
	}
	end := base
	for i := base; i < len(st.stack); i += 2 {
		name := st.stack[i].s
		at := end
		if places != nil {
			if j, ok := places[string(name)]; ok {
				at = j
			} else {
				places[string(name)] = end
			}
		} else {
			for j := base; j < end; j += 2 {
				if bytes.Equal(st.stack[j].s, name) {
					at = j
				}
			}
		}
		st.stack[at], st.stack[at+1] = st.stack[i], st.stack[i+1]
		if at == end {
			end += 2
		}
	}
	st.stack = st.stack[:end]
}
