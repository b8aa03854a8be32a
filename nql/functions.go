package nql

import (
	"bytes"
	"fmt"
	"unicode/utf8"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/event"
	"github.com/flare-pg/flare-pg/nql/sparse"
)

// truthFunctions are the functions that are predicates; each takes two texts.
var truthFunctions = map[string]bool{"startswith": true, "endswith": true, "contains": true}

// conversions read their argument as a column of the kind would show it.
var conversions = map[string]column.Kind{
	"text": column.Text, "integer": column.Int64, "float": column.Float64, "number": column.Decimal, "boolean": column.Bool,
}

// functions of one value. coalesce, which takes more, is compiled apart.
var functions = map[string]func(st *state, v val) val{
	"length": func(_ *state, v val) val {
		switch v.kind {
		case String:
			return val{kind: Integer, i: int64(utf8.RuneCount(v.s))}
		case ArrayValue:
			n := int64(0)
			for it := sparse.Elements(v.s); ; n++ {
				if _, ok := it.Next(); !ok {
					return val{kind: Integer, i: n}
				}
			}
		}
		return null
	},
	"lower": func(st *state, v val) val {
		if v.kind != String {
			return null
		}
		return val{kind: String, s: st.lower(v.s)}
	},
	"upper": func(st *state, v val) val {
		if v.kind != String {
			return null
		}
		return val{kind: String, s: st.upper(v.s)}
	},
	"typeof": func(_ *state, v val) val { return val{kind: String, s: kindTexts[v.kind]} },
}

// kindTexts are kindNames as typeof gives them.
var kindTexts = func() (t [len(kindNames)][]byte) {
	for i, s := range kindNames {
		t[i] = []byte(s)
	}
	return t
}()

var kindNames = [...]string{
	Undefined: "undefined", Null: "null", Boolean: "boolean", Integer: "number", Float: "number", Number: "number",
	String: "string", Instant: "time", Duration: "duration", ArrayValue: "array", ObjectValue: "object",
}

// String gives the type's name as typeof does.
func (k ValueKind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return "?"
}

func arity(e *Call, least, most int) error {
	want := fmt.Sprint(least)
	if most > least {
		want = fmt.Sprintf("%d to %d", least, most)
	}
	return fmt.Errorf("nql: %s takes %s arguments, not %d", e.Name, want, len(e.Args))
}

func (c *compiler) arguments(e *Call, least, most int) ([]operand, error) {
	if len(e.Args) < least || len(e.Args) > most {
		return nil, arity(e, least, most)
	}
	args := make([]operand, len(e.Args))
	for i, x := range e.Args {
		var err error
		if args[i], err = c.value(x); err != nil {
			return nil, err
		}
	}
	return args, nil
}

// call compiles a function of values.
func (c *compiler) call(e *Call) (operand, error) {
	if kind, ok := conversions[e.Name]; ok {
		args, err := c.arguments(e, 1, 1)
		if err != nil {
			return operand{}, err
		}
		x := args[0]
		return fold(func(st *state) val {
			v, _ := st.convert(kind, x.eval(st))
			return v
		}, x), nil
	}
	if e.Name == "coalesce" {
		args, err := c.arguments(e, 1, 1000)
		if err != nil {
			return operand{}, err
		}
		return fold(func(st *state) val {
			for i := range args {
				if v := args[i].eval(st); !v.absent() {
					return v
				}
			}
			return null
		}, args...), nil
	}
	fn, ok := functions[e.Name]
	if !ok {
		return operand{}, fmt.Errorf("nql: function %s: %w", e.Name, ErrNotBuilt)
	}
	args, err := c.arguments(e, 1, 1)
	if err != nil {
		return operand{}, err
	}
	x := args[0]
	return fold(func(st *state) val { return fn(st, x.eval(st)) }, x), nil
}

// textTest compiles startswith, endswith and contains.
func (c *compiler) textTest(e *Call) (truthFunc, bool, error) {
	args, err := c.arguments(e, 2, 2)
	if err != nil {
		return nil, false, err
	}
	test := map[string]func(s, t []byte) bool{
		"startswith": bytes.HasPrefix, "endswith": bytes.HasSuffix, "contains": bytes.Contains,
	}[e.Name]
	x, y := args[0], args[1]
	return func(st *state) tri {
		a, b := x.eval(st), y.eval(st)
		if a.kind != String || b.kind != String {
			return unknown
		}
		return triOf(test(a.s, b.s))
	}, x.constant && y.constant, nil
}

// array and object make JSON. Undefined elements and members are left out.
func (c *compiler) array(e *Array) (operand, error) {
	items := make([]operand, len(e.Items))
	for i, x := range e.Items {
		var err error
		if items[i], err = c.value(x); err != nil {
			return operand{}, err
		}
	}
	return fold(func(st *state) val {
		vals := make([]val, len(items)) // all first: they use the arena too
		for i := range items {
			vals[i] = items[i].eval(st)
		}
		start := len(st.arena)
		dst := append(st.arena, '[')
		for i := range vals {
			if vals[i].kind == Undefined {
				continue
			}
			if len(dst) > start+1 {
				dst = append(dst, ',')
			}
			dst = appendJSON(dst, &vals[i])
		}
		st.arena = append(dst, ']')
		return val{kind: ArrayValue, s: st.arena[start:]}
	}, items...), nil
}

func (c *compiler) object(e *Object) (operand, error) {
	items := make([]operand, len(e.Members))
	names := make([][]byte, len(e.Members))
	for i, m := range e.Members {
		var err error
		if items[i], err = c.value(m.Value); err != nil {
			return operand{}, err
		}
		names[i] = append(event.AppendString(nil, []byte(m.Name)), ':')
	}
	return fold(func(st *state) val {
		vals := make([]val, len(items))
		for i := range items {
			vals[i] = items[i].eval(st)
		}
		start := len(st.arena)
		dst := append(st.arena, '{')
		for i := range vals {
			if vals[i].kind == Undefined {
				continue
			}
			if len(dst) > start+1 {
				dst = append(dst, ',')
			}
			dst = appendJSON(append(dst, names[i]...), &vals[i])
		}
		st.arena = append(dst, '}')
		return val{kind: ObjectValue, s: st.arena[start:]}
	}, items...), nil
}
