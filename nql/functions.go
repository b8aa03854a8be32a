package nql

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// function is an entry of the registry. Exactly one of truth, value, one and many says how a call is evaluated.
type function struct {
	name        string
	least, most int  // arguments; most: 0 is any number
	lambda      bool // the last argument is a lambda
	gives       ValueKind

	truth func(c *compiler, e *Call) (truthFunc, bool, error) // a predicate
	value func(c *compiler, e *Call) (operand, error)         // compiled in a way of its own
	one   func(st *state, v val) val                          // of one value
	many  func(st *state, args []val) val                     // of some, which stand on the stack
}

// registry holds every function by its name, in lower case. The parser, the compiler, TypeOf and the test of the documentation know
// functions from here only.
var registry map[string]*function

func init() {
	registry = make(map[string]*function)
	for _, list := range [][]function{
		typeFunctions, conversionFunctions, textFunctions, numberFunctions, timeFunctions, arrayFunctions, lambdaFunctions,
	} {
		for i := range list {
			registry[list[i].name] = &list[i]
		}
	}
}

// Functions lists the names of all functions, in order.
func Functions() []string { return slices.Sorted(maps.Keys(registry)) }

// check says what is wrong with the number and kind of a call's arguments, and with which of them (-1: with the call). f is nil where there
// is no such function.
func (f *function) check(e *Call) (argument int, problem string) {
	if f == nil {
		return -1, unknownFunction(e.Name)
	}
	n := len(e.Args)
	if n < f.least || f.most > 0 && n > f.most {
		want := fmt.Sprint(f.least)
		switch {
		case f.most == 0:
			want += " or more"
		case f.most == f.least+1:
			want += fmt.Sprintf(" or %d", f.most)
		case f.most > f.least:
			want += fmt.Sprintf(" to %d", f.most)
		}
		s := "s"
		if want == "1" {
			s = ""
		}
		return -1, fmt.Sprintf("found %s with %d, expected %s argument%s", e.Name, n, want, s)
	}
	for i, x := range e.Args {
		_, is := x.(*Lambda)
		if want := f.lambda && i == n-1; is && !want {
			return i, fmt.Sprintf("found a lambda, expected a value as argument %d of %s", i+1, e.Name)
		} else if want && !is {
			return i, fmt.Sprintf("found no lambda, expected one as argument %d of %s: x => x > 5", i+1, e.Name)
		}
	}
	return 0, ""
}

// foreign are names that functions have in other languages.
var foreign = map[string]string{
	"any": "some", "all": "every", "isdefined": "has", "exists": "has", "len": "length", "count": "length", "size": "length",
	"tostring": "text", "str": "text", "toint": "integer", "int": "integer", "double": "float", "parse": "fromjson", "stringify": "tojson",
	"tolower": "lower", "toupper": "upper", "ltrim": "trimstart", "rtrim": "trimend", "lpad": "padleft", "rpad": "padright",
	"substr": "substring", "position": "indexof", "strpos": "indexof", "ceiling": "ceil", "pow": "power", "log": "ln", "unique": "distinct",
	"ifnull": "coalesce", "isnull": "coalesce", "date": "datetime", "todatetime": "datetime", "date_trunc": "bucket", "datetrunc": "bucket",
	"timespan": "duration", "regexmatch": "x = /regex/", "ismatch": "x = /regex/", "matches": "x = /regex/", "where": "filter", "select": "map",
}

// unknownFunction says that there is no function of a name, and which one may be meant.
func unknownFunction(name string) string {
	problem := fmt.Sprintf("found %s, which is no function", name)
	if name == "now" {
		return problem + ": there is no clock here; give the time as a constant or a parameter"
	}
	best, least := foreign[name], 1+max(len(name)/3, 1)
	if best == "" {
		for other := range registry {
			if d := editDistance(name, other); d < least || d == least && best != "" && other < best {
				best, least = other, d
			}
		}
	}
	if best == "" {
		return problem
	}
	if _, known := registry[best]; known {
		best += "()"
	}
	return problem + "; did you mean " + best + "?"
}

// editDistance counts the bytes to insert, remove or replace to make one word of another.
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0]++
		for j := range len(b) {
			d := diagonal
			if a[i] != b[j] {
				d = 1 + min(diagonal, row[j], row[j+1])
			}
			diagonal, row[j+1] = row[j+1], d
		}
	}
	return row[len(b)]
}

// arguments compiles the arguments of a call that check has nothing against.
func (c *compiler) arguments(e *Call) ([]operand, error) {
	args := make([]operand, len(e.Args))
	for i, x := range e.Args {
		var err error
		if args[i], err = c.value(x); err != nil {
			return nil, err
		}
	}
	return args, nil
}

// call compiles a function that gives a value.
func (c *compiler) call(e *Call) (operand, error) {
	f := registry[e.Name]
	if _, problem := f.check(e); problem != "" {
		return operand{}, errors.New("nql: " + problem)
	}
	if f.value != nil {
		return f.value(c, e)
	}
	args, err := c.arguments(e)
	if err != nil {
		return operand{}, err
	}
	if f.one != nil {
		x, one := args[0], f.one
		return fold(func(st *state) val { return one(st, x.eval(st)) }, x), nil
	}
	many := f.many
	return fold(func(st *state) val {
		base := len(st.stack)
		for i := range args {
			v := args[i].eval(st)
			st.stack = append(st.stack, v)
		}
		v := many(st, st.stack[base:])
		st.stack = st.stack[:base]
		return v
	}, args...), nil
}

// functionName gives the canonical spelling of a function's name.
func functionName(s string) string { return strings.ToLower(s) }
