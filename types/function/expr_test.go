package function

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// value is a typed expression's value: a vector with one row. literal marks what is of unknown type.
type value struct {
	t types.OID
	v *column.Vector
}

// evaluator is a parser that evaluates as it goes: literals, casts, operators and calls, resolved by this
// package and computed by its kernels. It is as much of SQL as the corpus needs.
type evaluator struct {
	env  *types.Env
	toks []string
	at   int
}

func newTestEnv() *types.Env {
	loc, err := time.LoadLocation("America/New_York")
	if err != nil {
		panic(err)
	}
	env := types.NewEnv(time.Date(2024, 5, 6, 7, 8, 9, 123456000, time.UTC))
	env.Location, env.TimeZone, env.Context = loc, "America/New_York", context.Background()
	return env
}

// evaluate answers the value as PostgreSQL would print it, NULL, or "SQLSTATE message".
func evaluate(env *types.Env, expr string) (result string) {
	e := &evaluator{env: env, toks: tokens(expr)}
	v, err := e.binary(0)
	if err == nil && e.at < len(e.toks) {
		err = fmt.Errorf("harness: can't parse at %q", e.toks[e.at:])
	}
	if err == nil && v.t == types.Unknown {
		v, err = e.cast(v, types.Text, -1)
	}
	if err != nil {
		var pe *types.Error
		if errors.As(err, &pe) {
			return "!" + pe.Code + " " + pe.Message
		}
		return "!" + err.Error()
	}
	ty, _ := types.Lookup(v.t)
	if v.v.Null(0) {
		return ty.SQL + " NULL"
	}
	return ty.SQL + " " + types.TextOf(env, v.t, v.v, 0)
}

func tokens(s string) []string {
	var ts []string
	isWord := func(c byte) bool {
		return c == '_' || c == '.' || c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z'
	}
	for i := 0; i < len(s); {
		c := s[i]
		j := i + 1
		switch {
		case c == ' ':
			i++
			continue
		case c == '\'':
			for ; j < len(s); j++ {
				if s[j] == '\'' {
					if j+1 < len(s) && s[j+1] == '\'' {
						j++
						continue
					}
					break
				}
			}
			j++
		case c == '"':
			j = i + 1 + strings.IndexByte(s[i+1:], '"') + 1
		case isWord(c):
			for j < len(s) && (isWord(s[j]) || (s[j] == '-' || s[j] == '+') && (s[j-1] == 'e') && c >= '0' && c <= '9') {
				j++
			}
		case strings.IndexByte("()[],", c) >= 0:
		case c == ':' && strings.HasPrefix(s[i:], "::"):
			j = i + 2
		default:
			for j < len(s) && strings.IndexByte("+-*/<>=~!@#%^&|`?", s[j]) >= 0 {
				j++
			}
			for j > i+1 && (s[j-1] == '-' || s[j-1] == '+') && !strings.ContainsAny(s[i:j], "~!@#%^&|`?") {
				j--
			}
		}
		ts = append(ts, s[i:j])
		i = j
	}
	return ts
}

func (e *evaluator) peek() string {
	if e.at < len(e.toks) {
		return e.toks[e.at]
	}
	return ""
}

func (e *evaluator) accept(words ...string) bool {
	for i, w := range words {
		if e.at+i >= len(e.toks) || !strings.EqualFold(e.toks[e.at+i], w) {
			return false
		}
	}
	e.at += len(words)
	return true
}

func (e *evaluator) expect(w string) error {
	if !e.accept(w) {
		return fmt.Errorf("harness: expected %q, found %q", w, e.peek())
	}
	return nil
}

// precedence of a binary operator, 0 none.
func precedence(op string) int {
	switch strings.ToLower(op) {
	case "<", ">", "=", "<=", ">=", "<>", "!=":
		return 1
	case "like", "ilike", "not":
		return 2
	case "+", "-":
		return 4
	case "*", "/", "%":
		return 5
	case "^":
		return 6
	case "at":
		return 7
	case ")", ",", "", "from", "for", "in", "as", "::", "(", "[", "]", "escape":
		return 0
	}
	if strings.ContainsAny(op[:1], "+-*/<>=~!@#%^&|`?") {
		return 3
	}
	return 0
}

func (e *evaluator) binary(min int) (value, error) {
	left, err := e.unary()
	for err == nil {
		op := e.peek()
		p := precedence(op)
		if p == 0 || p <= min {
			return left, nil
		}
		e.at++
		switch strings.ToLower(op) {
		case "at":
			if !e.accept("time", "zone") {
				return left, fmt.Errorf("harness: AT what?")
			}
			var zone value
			if zone, err = e.binary(p); err == nil {
				left, err = e.call("timezone", []value{zone, left})
			}
			continue
		case "like":
			op = "~~"
		case "ilike":
			op = "~~*"
		case "not":
			op = "!~~"
			if e.accept("ilike") {
				op = "!~~*"
			} else if err := e.expect("like"); err != nil {
				return left, err
			}
		case "!=":
			op = "<>"
		}
		var right value
		if right, err = e.binary(p); err != nil {
			return left, err
		}
		if e.accept("escape") {
			var esc value
			if esc, err = e.binary(p); err == nil {
				right, err = e.call("like_escape", []value{right, esc})
			}
			if err != nil {
				return left, err
			}
		}
		left, err = e.operate(op, &left, right)
	}
	return left, err
}

func (e *evaluator) unary() (value, error) {
	if op := e.peek(); op == "-" || op == "+" || op == "@" || op == "~" || op == "|/" || op == "||/" {
		e.at++
		prec := 6 // unary minus binds tighter than ^
		if op != "-" && op != "+" {
			prec = 3
		}
		if n := e.peek(); op == "-" && n != "" && n[0] >= '0' && n[0] <= '9' && !(e.at+1 < len(e.toks) && e.toks[e.at+1] == "::") {
			e.at++
			v, err := e.number("-" + n)
			if err != nil {
				return v, err
			}
			return e.postfix(v)
		}
		v, err := e.binary(prec)
		if err != nil {
			return v, err
		}
		return e.operate(op, nil, v)
	}
	v, err := e.primary()
	if err != nil {
		return v, err
	}
	return e.postfix(v)
}

func (e *evaluator) postfix(v value) (value, error) {
	for e.accept("::") {
		t, mod, err := e.typeName()
		if err != nil {
			return v, err
		}
		if v, err = e.explicit(v, t, mod); err != nil {
			return v, err
		}
	}
	return v, nil
}

func (e *evaluator) typeName() (types.OID, int32, error) {
	for n := 4; n > 0; n-- {
		if e.at+n > len(e.toks) {
			continue
		}
		name := strings.Trim(strings.ToLower(strings.Join(e.toks[e.at:e.at+n], " ")), `"`)
		if e.toks[e.at] == "char" { // the grammar's; the type "char" is quoted
			name = strings.Replace(name, "char", "bpchar", 1)
		}
		t, ok := types.ByName(name)
		if !ok {
			continue
		}
		e.at += n
		if e.accept("[", "]") {
			if t, ok = types.ByName(name + "[]"); !ok {
				return 0, 0, fmt.Errorf("harness: no array of %s", name)
			}
		}
		var mods []int32
		if e.accept("(") {
			for {
				m, err := strconv.Atoi(e.peek())
				if err != nil {
					return 0, 0, err
				}
				mods = append(mods, int32(m))
				e.at++
				if !e.accept(",") {
					break
				}
			}
			if err := e.expect(")"); err != nil {
				return 0, 0, err
			}
		}
		if mods == nil {
			return t.OID, -1, nil
		}
		mod, err := types.TypmodOf(t.OID, mods)
		return t.OID, mod, err
	}
	return 0, 0, fmt.Errorf("harness: no type at %q", e.toks[e.at:])
}

func constant(t types.OID, k column.Kind, put func(v *column.Vector)) value {
	v := column.New(k)
	put(v)
	return value{t, v.Repeat(1)}
}

func (e *evaluator) number(s string) (value, error) {
	if i, err := strconv.ParseInt(s, 10, 64); err == nil {
		t := types.OID(types.Int8)
		if i == int64(int32(i)) {
			t = types.Int4
		}
		return constant(t, column.Int64, func(v *column.Vector) { v.AppendInt(i) }), nil
	}
	v := column.New(column.Decimal)
	err := types.ParseText(v, e.env, types.Numeric, -1, []byte(s))
	if err != nil {
		return value{}, err
	}
	return value{types.Numeric, v.Repeat(1)}, nil
}

func (e *evaluator) primary() (value, error) {
	t := e.peek()
	e.at++
	switch {
	case t == "":
		return value{}, fmt.Errorf("harness: unexpected end")
	case t == "(":
		v, err := e.binary(0)
		if err != nil {
			return v, err
		}
		return v, e.expect(")")
	case t[0] == '\'':
		s := strings.ReplaceAll(t[1:len(t)-1], "''", "'")
		return constant(types.Unknown, column.Text, func(v *column.Vector) { v.AppendString(s) }), nil
	case t[0] >= '0' && t[0] <= '9' || t[0] == '.':
		return e.number(t)
	case strings.EqualFold(t, "null"):
		return constant(types.Unknown, column.Text, func(v *column.Vector) { v.AppendNull() }), nil
	case strings.EqualFold(t, "true"), strings.EqualFold(t, "false"):
		return constant(types.Bool, column.Bool, func(v *column.Vector) { v.AppendBool(strings.EqualFold(t, "true")) }), nil
	case strings.EqualFold(t, "cast") && e.accept("("):
		v, err := e.binary(0)
		if err != nil {
			return v, err
		}
		if err := e.expect("as"); err != nil {
			return v, err
		}
		to, mod, err := e.typeName()
		if err != nil {
			return v, err
		}
		if v, err = e.explicit(v, to, mod); err != nil {
			return v, err
		}
		return v, e.expect(")")
	case (strings.EqualFold(t, "greatest") || strings.EqualFold(t, "least")) && e.accept("("):
		args, err := e.args()
		if err != nil {
			return value{}, err
		}
		return e.extreme(strings.EqualFold(t, "greatest"), args)
	case strings.EqualFold(t, "extract") && e.accept("("):
		field := strings.Trim(e.peek(), "'")
		e.at++
		if err := e.expect("from"); err != nil {
			return value{}, err
		}
		args, err := e.args()
		if err != nil {
			return value{}, err
		}
		return e.call("extract", append([]value{constant(types.Text, column.Text, func(v *column.Vector) { v.AppendString(field) })}, args...))
	case e.peek() == "(" && !strings.HasPrefix(t, `"`):
		e.at++
		args, err := e.args()
		if err != nil {
			return value{}, err
		}
		return e.call(strings.ToLower(strings.TrimPrefix(t, "pg_catalog.")), args)
	}
	e.at--
	to, mod, err := e.typeName() // type 'literal'
	if err != nil {
		return value{}, err
	}
	v, err := e.primary()
	if err != nil {
		return v, err
	}
	return e.explicit(v, to, mod)
}

func (e *evaluator) args() (args []value, err error) {
	if e.accept(")") {
		return nil, nil
	}
	for {
		v, err := e.binary(0)
		if err != nil {
			return nil, err
		}
		args = append(args, v)
		if e.accept(",") || e.accept("from") || e.accept("for") {
			continue
		}
		return args, e.expect(")")
	}
}

func (e *evaluator) run(f *Function, typmod int32, args ...value) (value, error) {
	c := &Call{Env: e.env, Args: f.Args, Result: f.Result, Typmod: typmod}
	vs := make([]*column.Vector, len(args))
	for i, a := range args {
		vs[i] = a.v
	}
	out := new(column.Vector)
	err := f.Kernel(c, 1, nil, vs, out)
	if err == nil && out.Len != 1 {
		err = fmt.Errorf("%s made %d rows", f.Name, out.Len)
	}
	return value{f.Result, out}, err
}

// explicit is a written cast; a literal's typmod is applied as to any value.
func (e *evaluator) explicit(v value, to types.OID, mod int32) (value, error) {
	v, err := e.cast(v, to, mod)
	if err != nil || mod < 0 {
		return v, err
	}
	c, _ := CastFor(to, to)
	return e.run(c.Function, mod, v)
}

func (e *evaluator) cast(v value, to types.OID, mod int32) (value, error) {
	if v.t == to {
		return v, nil
	}
	c, ok := CastFor(v.t, to)
	if !ok {
		return v, types.Errorf(types.CodeCannotCoerce, "cannot cast type %s to %s", sqlName(v.t), sqlName(to))
	}
	if c.Function == nil {
		return value{to, v.v}, nil
	}
	return e.run(c.Function, mod, v)
}

func (e *evaluator) castAll(args []value, to []types.OID) ([]value, error) {
	out := make([]value, len(args))
	for i, a := range args {
		var err error
		if out[i], err = e.cast(a, to[i], -1); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func typesOf(args []value) []types.OID {
	ts := make([]types.OID, len(args))
	for i, a := range args {
		ts[i] = a.t
	}
	return ts
}

func (e *evaluator) call(name string, args []value) (value, error) {
	f, err := ResolveFunction("", name, typesOf(args))
	if err != nil {
		return value{}, err
	}
	if args, err = e.castAll(args, f.Args); err != nil {
		return value{}, err
	}
	return e.run(f, -1, args...)
}

func (e *evaluator) operate(op string, left *value, right value) (value, error) {
	var l types.OID
	args := []value{right}
	if left != nil {
		l, args = left.t, []value{*left, right}
	}
	o, err := ResolveOperator(op, l, right.t)
	if err != nil {
		return value{}, err
	}
	if args, err = e.castAll(args, o.Function.Args); err != nil {
		return value{}, err
	}
	return e.run(o.Function, -1, args...)
}

func (e *evaluator) extreme(greatest bool, args []value) (value, error) {
	name := "LEAST"
	if greatest {
		name = "GREATEST"
	}
	t, err := CommonType(name, typesOf(args))
	if err != nil {
		return value{}, err
	}
	for i := range args {
		if args[i], err = e.cast(args[i], t, -1); err != nil {
			return value{}, err
		}
	}
	return e.run(Extreme(greatest, t), -1, args...)
}

func TestHarnessTokens(t *testing.T) {
	got := strings.Join(tokens(`-1.5e-3::int4+'it''s' <>f(x,y)`), "·")
	if want := `-·1.5e-3·::·int4·+·'it''s'·<>·f·(·x·,·y·)`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
