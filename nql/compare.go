package nql

import (
	"bytes"
	"fmt"

	"github.com/flare-pg/flare-pg/nql/sparse"
)

// decides gives the truth of `a op b` from the order of a and b.
func (o Op) decides(order int) tri {
	switch o {
	case Eq:
		return triOf(order == 0)
	case Ne:
		return triOf(order != 0)
	case Lt:
		return triOf(order < 0)
	case Le:
		return triOf(order <= 0)
	case Gt:
		return triOf(order > 0)
	case Ge:
		return triOf(order >= 0)
	}
	return unknown
}

// comparison compiles = <> < <= > >=. Values that do not compare give unknown.
func (c *compiler) comparison(e *Binary) (truthFunc, bool, error) {
	l, err := c.value(e.L)
	if err != nil {
		return nil, false, err
	}
	r, err := c.value(e.R)
	if err != nil {
		return nil, false, err
	}
	op := e.Op
	if l.constant && !r.constant {
		l, r, op = r, l, mirrored(op)
	}
	if err := checkInstant(e, &r); err != nil {
		return nil, false, err
	}
	f := compareFunc(op, l, r, e.CI)
	return f, l.constant && r.constant, nil
}

// checkInstant refuses to compare @t with a string: it would never be true, and is never meant.
func checkInstant(e Expr, other *operand) error {
	isString := other.constant && other.value.kind == String
	for _, x := range children(e) {
		if isString && isTime(x) {
			return fmt.Errorf("nql: @t can't be compared with a string; write DateTime('…')")
		}
	}
	return nil
}

func compareFunc(op Op, l, r operand, ci bool) truthFunc {
	if ci {
		return compareFolded(op, l, r)
	}
	if r.constant {
		k := r.value
		switch {
		case k.absent() || k.kind == ArrayValue || k.kind == ObjectValue:
			return constTruth(unknown)
		case k.kind == String && l.slot >= 0:
			return compareRawText(op, l.slot, k.s)
		case k.kind == Integer && l.slot >= 0:
			return compareRawInteger(op, l, k)
		case k.kind == Integer:
			return compareInteger(op, l.eval, k)
		}
		return func(st *state) tri {
			a := l.eval(st)
			if order, ok := compare(&a, &k); ok {
				return op.decides(order)
			}
			return unknown
		}
	}
	return func(st *state) tri {
		a, b := l.eval(st), r.eval(st)
		if order, ok := compare(&a, &b); ok {
			return op.decides(order)
		}
		return unknown
	}
}

// compareRawText compares a value where it stands in the document with a constant text.
func compareRawText(op Op, slot int, text []byte) truthFunc {
	return func(st *state) tri {
		v := st.slots[slot]
		if v.Kind != sparse.String {
			return unknown
		}
		s := st.text(v.Raw)
		switch op {
		case Eq:
			return triOf(string(s) == string(text))
		case Ne:
			return triOf(string(s) != string(text))
		}
		return op.decides(bytes.Compare(s, text))
	}
}

// compareRawInteger compares a value where it stands in the document with a constant integer.
func compareRawInteger(op Op, l operand, k val) truthFunc {
	otherwise, slot := compareInteger(op, l.eval, k), l.slot
	return func(st *state) tri {
		v := &st.slots[slot]
		if v.Kind != sparse.Number {
			return unknown
		}
		if order, ok := compareShort(v.Raw, k.i); ok {
			return op.decides(order)
		}
		return otherwise(st)
	}
}

// compareInteger compares with a constant integer, most often an integer, else a short decimal.
func compareInteger(op Op, eval valueFunc, k val) truthFunc {
	var room [20]byte
	apart := takeApart(append([]byte(nil), k.spelling(room[:0])...))
	return func(st *state) tri {
		a := eval(st)
		switch a.kind {
		case Integer:
			return op.decides(compareInts(a.i, k.i))
		case Number:
			if order, ok := compareShort(a.s, k.i); ok {
				return op.decides(order)
			}
			d := takeApart(a.s)
			return op.decides(d.compare(&apart))
		case Float:
			return op.decides(compareNumbers(&a, &k))
		}
		return unknown
	}
}

// compareFolded compares text in lower case, and everything else as without ci.
func compareFolded(op Op, l, r operand) truthFunc {
	if r.constant && r.value.kind == String {
		k := r.value
		k.s = newState(0, 0).lower(k.s)
		return func(st *state) tri {
			a := l.eval(st)
			if a.kind != String {
				return unknown
			}
			return op.decides(bytes.Compare(st.lower(a.s), k.s))
		}
	}
	return func(st *state) tri {
		a, b := l.eval(st), r.eval(st)
		if a.kind == String && b.kind == String {
			a.s, b.s = st.lower(a.s), st.lower(b.s)
		}
		if order, ok := compare(&a, &b); ok {
			return op.decides(order)
		}
		return unknown
	}
}

// inArray compiles x in y: x = any element of y. Where y is no array the answer is unknown.
func (c *compiler) inArray(e *InArray) (truthFunc, bool, error) {
	x, err := c.value(e.X)
	if err != nil {
		return nil, false, err
	}
	array, err := c.value(e.Array)
	if err != nil {
		return nil, false, err
	}
	ci := e.CI
	f := func(st *state) tri {
		a := array.eval(st)
		if a.kind != ArrayValue {
			return unknown
		}
		v := x.eval(st)
		if ci && v.kind == String {
			v.s = st.lower(v.s)
		}
		m := st.mark()
		t := no
		for it := sparse.Elements(a.s); ; {
			elem, ok := it.Next()
			if !ok {
				return t
			}
			w := st.read(elem)
			if ci && w.kind == String {
				w.s = st.lower(w.s)
			}
			order, ok := compare(&v, &w)
			switch {
			case !ok:
				t = unknown
			case order == 0:
				return yes
			}
			st.release(&m)
		}
	}
	return negated(f, e.Not), x.constant && array.constant, nil
}

func negated(f truthFunc, not bool) truthFunc {
	if !not {
		return f
	}
	return func(st *state) tri { return f(st).not() }
}

// between compiles x between a and b, which is x >= a and x <= b.
func (c *compiler) between(e *Between) (truthFunc, bool, error) {
	x, err := c.value(e.X)
	if err != nil {
		return nil, false, err
	}
	low, err := c.value(e.Low)
	if err != nil {
		return nil, false, err
	}
	high, err := c.value(e.High)
	if err != nil {
		return nil, false, err
	}
	for _, o := range []*operand{&low, &high} {
		if err := checkInstant(&Unary{X: e.X}, o); err != nil {
			return nil, false, err
		}
	}
	ge, le := compareFunc(Ge, x, low, false), compareFunc(Le, x, high, false)
	f := func(st *state) tri {
		t := ge(st)
		if t != no {
			t = min(t, le(st))
		}
		return t
	}
	return negated(f, e.Not), x.constant && low.constant && high.constant, nil
}

// isNull compiles x is [not] null, which is never unknown.
func (c *compiler) isNull(e *IsNull) (truthFunc, bool, error) {
	x, err := c.value(e.X)
	if err != nil {
		return nil, false, err
	}
	if x.slot >= 0 {
		slot, not := x.slot, e.Not
		return func(st *state) tri { return triOf((st.slots[slot].Kind <= sparse.Null) != not) }, false, nil
	}
	return func(st *state) tri {
		v := x.eval(st)
		return triOf(v.absent() != e.Not)
	}, x.constant, nil
}

// has compiles has(x): x is there, if only as null.
func (c *compiler) has(e *Call) (truthFunc, bool, error) {
	x, err := c.value(e.Args[0])
	if err != nil {
		return nil, false, err
	}
	if x.slot >= 0 {
		slot := x.slot
		return func(st *state) tri { return triOf(st.slots[slot].Kind != sparse.Missing) }, false, nil
	}
	return func(st *state) tri {
		v := x.eval(st)
		return triOf(v.kind != Undefined)
	}, x.constant, nil
}
