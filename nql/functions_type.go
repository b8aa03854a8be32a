package nql

import "github.com/flare-pg/flare-pg/column"

var typeFunctions = []function{
	{name: "has", least: 1, most: 1, gives: Boolean, truth: (*compiler).has},
	{name: "typeof", least: 1, most: 1, gives: String, one: func(_ *state, v val) val { return val{kind: String, s: kindTexts[v.kind]} }},
	{name: "coalesce", least: 1, value: (*compiler).coalesce},
	{name: "nullif", least: 2, most: 2, many: func(_ *state, a []val) val {
		if order, ok := compare(&a[0], &a[1]); ok && order == 0 {
			return null
		}
		return a[0]
	}},
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

// coalesce stops at the first value that is there.
func (c *compiler) coalesce(e *Call) (operand, error) {
	args, err := c.arguments(e)
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

// The first five read their argument as a column of the kind would show it.
var conversionFunctions = []function{
	conversion("text", column.Text, String),
	conversion("integer", column.Int64, Number),
	conversion("float", column.Float64, Number),
	conversion("number", column.Decimal, Number),
	conversion("boolean", column.Bool, Boolean),
	{name: "tonumber", least: 1, most: 1, gives: Number, one: (*state).toNumber},
	{name: "tojson", least: 1, most: 1, gives: String, one: func(st *state, v val) val {
		if v.kind == Undefined {
			return null
		}
		start := len(st.arena)
		st.arena = appendJSON(st.arena, &v)
		return st.finish(String, start)
	}},
	{name: "fromjson", least: 1, most: 1, one: (*state).fromJSON},
}

func conversion(name string, kind column.Kind, gives ValueKind) function {
	return function{name: name, least: 1, most: 1, gives: gives, value: func(c *compiler, e *Call) (operand, error) {
		x, err := c.value(e.Args[0])
		if err != nil {
			return operand{}, err
		}
		return fold(func(st *state) val {
			v, _ := st.convert(kind, x.eval(st))
			return v
		}, x), nil
	}}
}
