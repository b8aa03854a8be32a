package nql

import (
	"encoding/json"
	"math"
	"math/big"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/flare-pg/flare-pg/column"
)

// Functions as the reference computes them.

func whole(v any) (int, bool) {
	n, ok := v.(number)
	if !ok || !n.rat.IsInt() || !n.rat.Num().IsInt64() {
		return 0, false
	}
	return int(n.rat.Num().Int64()), true
}

func integral(n int) number { return spelled(strconv.Itoa(n)) }

// decimalOf spells a number without exponent and without zeros at its end.
func decimalOf(r *big.Rat) number {
	for digits := 0; ; digits++ {
		s := r.FloatString(digits)
		if n := spelled(s); n.rat.Cmp(r) == 0 {
			if n.rat.Sign() == 0 {
				return spelled("0")
			}
			return n
		}
	}
}

func floorOf(r *big.Rat) *big.Int {
	return new(big.Int).Div(r.Num(), r.Denom()) // Euclidean, and the denominator is positive
}

// rounded rounds to a multiple of 10^-digits: down, up or to the nearest, halves away from zero.
func rounded(r *big.Rat, digits int, to rounding) number {
	scale := new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(digits)), nil))
	x := new(big.Rat).Mul(r, scale)
	var z *big.Int
	switch {
	case to == down:
		z = floorOf(x)
	case to == up:
		z = new(big.Int).Neg(floorOf(new(big.Rat).Neg(x)))
	case x.Sign() < 0:
		z = new(big.Int).Neg(floorOf(new(big.Rat).Add(new(big.Rat).Neg(x), big.NewRat(1, 2))))
	default:
		z = floorOf(new(big.Rat).Add(x, big.NewRat(1, 2)))
	}
	return decimalOf(new(big.Rat).Quo(new(big.Rat).SetInt(z), scale))
}

func (r *reference) call(e *Call) any {
	if l, ok := e.Args[len(e.Args)-1].(*Lambda); ok {
		list, ok := r.value(e.Args[0]).([]any)
		if !ok {
			return nil
		}
		out := []any{}
		for _, v := range list {
			r.with(l, v, func() {
				if e.Name == "map" {
					if v := r.value(l.Body); !isUndefined(v) {
						out = append(out, inside(v))
					}
				} else if r.truth(l.Body) == yes {
					out = append(out, v)
				}
			})
		}
		return out
	}
	a := make([]any, len(e.Args))
	for i, x := range e.Args {
		a[i] = r.value(x)
	}
	switch e.Name {
	case "coalesce":
		for _, v := range a {
			if v != nil && !isUndefined(v) {
				return v
			}
		}
		return nil
	case "nullif":
		if n, ok := order(a[0], a[1]); ok && n == 0 {
			return nil
		}
		return a[0]
	case "least", "greatest":
		return extremeOf(a, e.Name == "greatest")
	case "concat":
		s := ""
		for _, v := range a {
			s += shownText(v)
		}
		return s
	case "typeof":
		return typeName(a[0])
	case "tojson":
		if isUndefined(a[0]) {
			return nil
		}
		return asJSON(a[0])
	}
	kinds := map[string]column.Kind{"text": column.Text, "integer": column.Int64, "float": column.Float64, "number": column.Decimal, "boolean": column.Bool}
	if kind, ok := kinds[e.Name]; ok {
		v, _ := r.convert(kind, a[0])
		return v
	}
	switch x := a[0].(type) {
	case string:
		return textCall(e.Name, x, a[1:])
	case number:
		return numberCall(e.Name, x, a[1:])
	case instant:
		return timeCall(e.Name, x, a[1:])
	case duration:
		return durationCall(e.Name, x)
	case []any:
		return arrayCall(e.Name, x, a[1:])
	case object:
		list := []any{}
		for _, m := range x {
			switch e.Name {
			case "keys":
				list = append(list, m.name)
			case "values":
				list = append(list, m.value)
			default:
				return nil
			}
		}
		if e.Name == "keys" || e.Name == "values" {
			return list
		}
	}
	return nil
}

func typeName(v any) string {
	switch v.(type) {
	case undefined:
		return "undefined"
	case nil:
		return "null"
	case bool:
		return "boolean"
	case number:
		return "number"
	case string:
		return "string"
	case instant:
		return "time"
	case duration:
		return "duration"
	case []any:
		return "array"
	}
	return "object"
}

// shownText is a value as concat and join show it.
func shownText(v any) string {
	switch v := inside(v).(type) {
	case nil, undefined:
		return ""
	case string:
		return v
	default:
		return asJSON(v)
	}
}

func extremeOf(list []any, greatest bool) any {
	var best any
	for _, v := range list {
		if v == nil || isUndefined(v) {
			continue
		}
		if best == nil {
			best = v
		}
		n, ok := order(v, best)
		if !ok {
			return nil
		}
		if n < 0 && !greatest || n > 0 && greatest {
			best = v
		}
	}
	return best
}

var numberPattern = regexp.MustCompile(`^[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,4})?$`)

func textCall(name, s string, a []any) any {
	t, isText := "", true
	if len(a) > 0 {
		t, isText = a[0].(string)
	}
	n, isWhole := 0, false
	if len(a) > 0 {
		n, isWhole = whole(a[0])
	}
	chars := strings.Split(s, "")
	switch name {
	case "length":
		return integral(utf8.RuneCountInString(s))
	case "lower":
		return lowered(s)
	case "upper":
		return strings.Map(unicode.ToUpper, s)
	case "trim":
		return strings.TrimSpace(s)
	case "trimstart":
		return strings.TrimLeftFunc(s, unicode.IsSpace)
	case "trimend":
		return strings.TrimRightFunc(s, unicode.IsSpace)
	case "tonumber":
		s = strings.TrimSpace(s)
		if !numberPattern.MatchString(s) {
			return nil
		}
		sign := ""
		if s[0] == '-' || s[0] == '+' {
			sign, s = strings.TrimPrefix(s[:1], "+"), s[1:]
		}
		for len(s) > 1 && s[0] == '0' && '0' <= s[1] && s[1] <= '9' {
			s = s[1:]
		}
		return spelled(sign + s)
	case "datetime":
		if ts, ok := ParseInstant(s); ok {
			return instant(ts)
		}
	case "duration":
		if e, err := ParseExpr(strings.TrimPrefix(s, "-")); err == nil {
			if l, ok := e.(*Literal); ok && l.Value.Kind == Duration && Print(l)[0] != '-' && strings.TrimSpace(s) == s && !strings.ContainsAny(s, "( ") {
				if s[0] == '-' {
					return -duration(l.Value.Int)
				}
				return duration(l.Value.Int)
			}
		}
	case "fromjson":
		if json.Valid([]byte(s)) && !strings.Contains(s, `\u0000`) {
			d := json.NewDecoder(strings.NewReader(s))
			d.UseNumber()
			return normal(decodeAny(nil, d))
		}
	case "indexof", "lastindexof":
		if !isText {
			return nil
		}
		i := strings.Index(s, t)
		if name == "lastindexof" {
			i = strings.LastIndex(s, t)
		}
		if i < 0 {
			return integral(-1)
		}
		return integral(utf8.RuneCountInString(s[:i]))
	case "substring":
		if !isWhole {
			return nil
		}
		if n < 0 {
			n = max(0, n+len(chars))
		}
		chars = chars[min(n, len(chars)):]
		if len(a) > 1 {
			count, ok := whole(a[1])
			if !ok || count < 0 {
				return nil
			}
			chars = chars[:min(count, len(chars))]
		}
		return strings.Join(chars, "")
	case "replace":
		with, ok := a[1].(string)
		if !isText || !ok {
			return nil
		}
		if t == "" {
			return s
		}
		return strings.ReplaceAll(s, t, with)
	case "split":
		if !isText {
			return nil
		}
		list := []any{}
		for _, part := range strings.Split(s, t) {
			list = append(list, part)
		}
		return list
	case "padleft", "padright":
		fill, ok := " ", true
		if len(a) > 1 {
			fill, ok = a[1].(string)
		}
		if !isWhole || !ok || utf8.RuneCountInString(fill) != 1 || n > maxPadding {
			return nil
		}
		padding := strings.Repeat(fill, max(0, max(n, 0)-len(chars)))
		if name == "padleft" {
			return padding + s
		}
		return s + padding
	}
	return nil
}

// normal is a decoded value as documents are stored: members sorted by name.
func normal(v any) any {
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = normal(v[i])
		}
	case object:
		for i := range v {
			v[i].value = normal(v[i].value)
		}
		sort.Slice(v, func(i, j int) bool { return v[i].name < v[j].name })
	}
	return v
}

func numberCall(name string, n number, a []any) any {
	float := func(f func(float64) float64) any {
		x, err := strconv.ParseFloat(n.spelling, 64)
		if err != nil {
			return nil
		}
		return floating(f(x))
	}
	switch name {
	case "abs":
		return spelled(strings.TrimPrefix(n.spelling, "-"))
	case "sign":
		return integral(n.rat.Sign())
	case "floor":
		return rounded(n.rat, 0, down)
	case "ceil":
		return rounded(n.rat, 0, up)
	case "round":
		digits := 0
		if len(a) > 0 {
			var ok bool
			if digits, ok = whole(a[0]); !ok || digits < 0 || digits > 100 {
				return nil
			}
		}
		return rounded(n.rat, digits, nearest)
	case "sqrt":
		return float(math.Sqrt)
	case "exp":
		return float(math.Exp)
	case "ln":
		return float(math.Log)
	case "log10":
		return float(math.Log10)
	case "power":
		y, ok := a[0].(number)
		if !ok {
			return nil
		}
		g, err := strconv.ParseFloat(y.spelling, 64)
		if err != nil {
			return nil
		}
		return float(func(f float64) float64 { return math.Pow(f, g) })
	case "tonumber":
		return n
	case "fromepoch":
		ticks := new(big.Rat).Mul(n.rat, big.NewRat(ticksPerSecond, 1))
		if t := rounded(ticks, 0, nearest).rat; t.Num().IsInt64() {
			return instant(t.Num().Int64())
		}
	}
	return nil
}

func timeCall(name string, x instant, a []any) any {
	ticks := big.NewInt(int64(x))
	seconds := new(big.Int).Div(ticks, big.NewInt(ticksPerSecond)) // Euclidean: rounds down
	t := time.Unix(seconds.Int64(), 0).UTC()
	switch name {
	case "year":
		return integral(t.Year())
	case "month":
		return integral(int(t.Month()))
	case "day":
		return integral(t.Day())
	case "hour":
		return integral(t.Hour())
	case "minute":
		return integral(t.Minute())
	case "second":
		fraction := new(big.Int).Mod(ticks, big.NewInt(ticksPerSecond))
		return decimalOf(new(big.Rat).Add(big.NewRat(int64(t.Second()), 1), big.NewRat(fraction.Int64(), ticksPerSecond)))
	case "dayofweek":
		if t.Weekday() == time.Sunday {
			return integral(7)
		}
		return integral(int(t.Weekday()))
	case "dayofyear":
		return integral(t.YearDay())
	case "datetime":
		return x
	case "epoch":
		return decimalOf(big.NewRat(int64(x), ticksPerSecond))
	case "bucket":
		d, ok := a[0].(duration)
		if !ok || d <= 0 {
			return nil
		}
		z := new(big.Int).Div(ticks, big.NewInt(int64(d)))
		if z.Mul(z, big.NewInt(int64(d))); z.IsInt64() {
			return instant(z.Int64())
		}
	}
	return nil
}

func durationCall(name string, d duration) any {
	switch name {
	case "duration":
		return d
	case "abs":
		if d == math.MinInt64 {
			return nil
		}
		return max(d, -d)
	case "totalseconds":
		return decimalOf(big.NewRat(int64(d), ticksPerSecond))
	case "totalmilliseconds":
		return decimalOf(big.NewRat(int64(d), ticksPerSecond/1000))
	}
	return nil
}

// before orders any two elements as sort does.
func before(a, b any) bool {
	rank := map[string]int{"null": 0, "boolean": 1, "number": 2, "string": 3, "array": 4, "object": 5}
	if x, y := rank[typeName(a)], rank[typeName(b)]; x != y {
		return x < y
	}
	if n, ok := order(a, b); ok {
		return n < 0
	}
	return asJSON(a) < asJSON(b)
}

func arrayCall(name string, list []any, a []any) any {
	present := []any{}
	numbers := true
	for _, v := range list {
		if v != nil {
			present = append(present, v)
			_, ok := v.(number)
			numbers = numbers && ok
		}
	}
	switch name {
	case "length":
		return integral(len(list))
	case "first", "last":
		if len(list) == 0 {
			return undefined{}
		}
		if name == "first" {
			return list[0]
		}
		return list[len(list)-1]
	case "reverse":
		out := []any{}
		for _, v := range list {
			out = append([]any{v}, out...)
		}
		return out
	case "sort":
		out := append([]any{}, list...)
		sort.SliceStable(out, func(i, j int) bool { return before(out[i], out[j]) })
		return out
	case "distinct":
		out := []any{}
	next:
		for _, v := range list {
			for _, w := range out {
				if !before(v, w) && !before(w, v) {
					continue next
				}
			}
			out = append(out, v)
		}
		return out
	case "flatten":
		out := []any{}
		for _, v := range list {
			if inner, ok := v.([]any); ok {
				out = append(out, inner...)
			} else {
				out = append(out, v)
			}
		}
		return out
	case "sum", "avg":
		if !numbers || len(present) == 0 {
			return nil
		}
		var total any = spelled("0")
		r := &reference{}
		for _, v := range present {
			total = r.arithmetic(Add, total, v)
		}
		if name == "avg" {
			return r.arithmetic(Div, total, integral(len(present)))
		}
		return total
	case "min", "max":
		return extremeOf(present, name == "max")
	case "join":
		separator, ok := a[0].(string)
		if !ok {
			return nil
		}
		parts := []string{}
		for _, v := range present {
			parts = append(parts, shownText(v))
		}
		return strings.Join(parts, separator)
	}
	return nil
}
