package function

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/cockroachdb/apd/v3"
	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// spelled is what a type of numbers does for to_char.
type spelled struct {
	decimal    func(f *numberFormat) (string, error) // in digits, with f.post of them behind the point
	scientific func(post int) (string, error)
	whole      func() (int64, error) // rounded, for Roman numerals
}

func registerToCharNumber(r *registry) {
	formatted := func(signature string, spell func(a []*column.Vector, i int) spelled) {
		r.fn(signature, func(c *Call, n int, sel column.Selection, args []*column.Vector, out *column.Vector) error {
			var formats remembered[*numberFormat]
			return eachRow(c, n, sel, args, out, func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
				format := a[1].Str(i)
				if len(format) == 0 {
					out.AppendString("")
					return nil
				}
				f, err := formats.of(format, parseNumberFormat)
				if err != nil {
					return err
				}
				text, err := f.toChar(spell(a, i))
				if err != nil {
					return err
				}
				out.AppendString(text)
				return nil
			})
		})
	}
	for _, t := range []string{"int4", "int8"} {
		formatted("to_char("+t+",text)", func(a []*column.Vector, i int) spelled { return spelledInt(a[0].Int(i), t == "int4") })
	}
	formatted("to_char(numeric,text)", func(a []*column.Vector, i int) spelled {
		var x apd.Decimal
		types.LoadNumeric(&x, a[0].Str(i))
		return spelledNumeric(&x)
	})
	for _, t := range []string{"float4", "float8"} {
		digits := 15
		if t == "float4" {
			digits = 6
		}
		formatted("to_char("+t+",text)", func(a []*column.Vector, i int) spelled { return spelledFloat(a[0].Float(i), digits) })
	}
	r.fn("to_number(text,text)", byRow(toNumber))
}

func spelledInt(x int64, short bool) spelled {
	return spelled{
		decimal: func(f *numberFormat) (string, error) {
			for range f.shift {
				switch {
				case short:
					x = int64(int32(x) * 10) // it may overflow silently, as there
				case x > math.MaxInt64/10 || x < math.MinInt64/10:
					return "", types.Errorf(types.CodeNumericOutOfRange, "bigint out of range")
				default:
					x *= 10
				}
			}
			s := strconv.FormatInt(x, 10)
			if f.post > 0 {
				s += "." + strings.Repeat("0", f.post)
			}
			return s, nil
		},
		scientific: func(post int) (string, error) {
			if short {
				return cScientific(float64(x), post), nil
			}
			var d apd.Decimal
			types.NumericFromInt(&d, x)
			return numericScientific(&d, post)
		},
		whole: func() (int64, error) { return x, types.CheckInt(x, types.Int4) },
	}
}

func spelledNumeric(x *apd.Decimal) spelled {
	return spelled{
		decimal: func(f *numberFormat) (string, error) {
			var z, ten apd.Decimal
			v := x
			if f.shift > 0 {
				ten.SetFinite(1, int32(f.shift))
				if err := types.NumericMul(&z, x, &ten); err != nil {
					return "", err
				}
				v = &z
			}
			var rounded apd.Decimal
			if err := types.NumericRound(&rounded, v, f.post); err != nil {
				return "", err
			}
			return string(types.AppendNumeric(nil, &rounded)), nil
		},
		scientific: func(post int) (string, error) { return numericScientific(x, post) },
		whole: func() (int64, error) {
			var z apd.Decimal
			if err := types.NumericRound(&z, x, 0); err != nil {
				return 0, err
			}
			return types.NumericToInt(&z, types.Int4)
		},
	}
}

func spelledFloat(x float64, digits int) spelled {
	return spelled{
		decimal: func(f *numberFormat) (string, error) {
			v := x * math.Pow10(f.shift)
			// No more digits than the type is sure of; the rest of the format stays empty.
			whole := len(cFixed(math.Abs(v), 0))
			switch {
			case whole >= digits:
				f.post = 0
			case whole+f.post > digits:
				f.post = digits - whole
			}
			return cFixed(v, f.post), nil
		},
		scientific: func(post int) (string, error) {
			if math.IsNaN(x) || math.IsInf(x, 0) {
				return "NaN", nil
			}
			return cScientific(x, post), nil
		},
		whole: func() (int64, error) {
			if math.IsNaN(x) || math.Abs(x) > 1e9 {
				return 0, nil
			}
			return int64(math.RoundToEven(x)), nil
		},
	}
}

// cFixed spells a float as C's %.*f.
func cFixed(f float64, digits int) string {
	switch {
	case math.IsNaN(f):
		return "NaN"
	case math.IsInf(f, 1):
		return "Infinity"
	case math.IsInf(f, -1):
		return "-Infinity"
	}
	return strconv.FormatFloat(f, 'f', digits, 64)
}

func cScientific(f float64, digits int) string { return strconv.FormatFloat(f, 'e', digits, 64) }

// numericScientific spells a numeric as one digit, a point, the wanted number of digits, and an exponent of two digits at least.
func numericScientific(x *apd.Decimal, post int) (string, error) {
	if x.Form != apd.Finite {
		return "NaN", nil
	}
	if x.IsZero() {
		return cScientific(0, post), nil
	}
	exponent := int(x.NumDigits()) - 1 + int(x.Exponent)
	scaled := apd.Decimal{Form: apd.Finite, Negative: x.Negative, Exponent: x.Exponent - int32(exponent)}
	scaled.Coeff.Set(&x.Coeff)
	var z apd.Decimal
	if err := types.NumericRound(&z, &scaled, post); err != nil {
		return "", err
	}
	s := string(types.AppendNumeric(nil, &z)) // 10.00 where it is rounded up to that: PostgreSQL lets it stand
	return fmt.Sprintf("%se%+03d", s, exponent), nil
}

// toChar formats a number.
func (format *numberFormat) toChar(x spelled) (string, error) {
	f := *format
	p := numberPrinter{f: &f, sign: '+'}
	switch {
	case f.roman:
		n, err := x.whole()
		if err != nil {
			return "", err
		}
		p.digits = romanNumeral(n)
		f = numberFormat{nodes: f.nodes, fill: f.fill, roman: true}
		p.sign = 0
		return p.run()
	case f.scientific:
		s, err := x.scientific(f.post)
		if s == "NaN" {
			return " " + strings.Repeat("#", f.pre) + "." + strings.Repeat("#", f.post+4), nil
		}
		if err == nil && s[0] != '-' {
			s = " " + s
		}
		return s, err
	}
	s, err := x.decimal(&f)
	if err != nil {
		return "", err
	}
	f.pre += f.shift
	if s[0] == '-' {
		p.sign, s = '-', s[1:]
	}
	whole, _, _ := strings.Cut(s, ".")
	switch {
	case len(whole) < f.pre:
		p.spaces = f.pre - len(whole)
	case len(whole) > f.pre:
		s = strings.Repeat("#", f.pre) + "." + strings.Repeat("#", f.post)
	}
	p.digits = s
	return p.run()
}

func romanNumeral(n int64) string {
	if n < 1 || n > 3999 {
		return strings.Repeat("#", 15)
	}
	var s strings.Builder
	for _, r := range []struct {
		value int64
		text  string
	}{{1000, "M"}, {900, "CM"}, {500, "D"}, {400, "CD"}, {100, "C"}, {90, "XC"}, {50, "L"}, {40, "XL"}, {10, "X"}, {9, "IX"}, {5, "V"}, {4, "IV"}, {1, "I"}} {
		for ; n >= r.value; n -= r.value {
			s.WriteString(r.text)
		}
	}
	return s.String()
}
