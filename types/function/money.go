package function

import (
	"math"
	"strings"

	"github.com/cockroachdb/apd/v3"
	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// registerMoney: amounts in cents.
func registerMoney(r *registry) {
	for i, name := range comparisons {
		r.totalOp("money "+name+" money", compareInts(comparison(i)))
	}
	sum := func(f func(x, y int64) (int64, bool)) Kernel {
		return intsByRow(func(x, y int64) (int64, error) {
			if z, ok := f(x, y); ok {
				return z, nil
			}
			return 0, moneyOutOfRange()
		})
	}
	r.op("money + money", sum(checkedAdd))
	r.op("money - money", sum(checkedSub))
	for _, t := range []string{"int2", "int4", "int8"} {
		r.op("money * "+t, sum(checkedMul))
		r.op(t+" * money", sum(checkedMul))
		r.op("money / "+t, intsByRow(func(x, y int64) (int64, error) {
			switch {
			case y == 0:
				return 0, divisionByZero()
			case y == -1 && x == math.MinInt64:
				return 0, moneyOutOfRange()
			}
			return x / y, nil
		}))
	}
	cents := func(money, factor int, f func(x, y float64) (float64, error)) Kernel {
		return byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
			x, err := f(float64(a[money].Int(i)), a[factor].Float(i))
			if err != nil {
				return err
			}
			if x = math.RoundToEven(x); !(x >= math.MinInt64 && x < -math.MinInt64) {
				return moneyOutOfRange()
			}
			out.AppendInt(int64(x))
			return nil
		})
	}
	times := func(x, y float64) (float64, error) { return x * y, nil }
	for _, t := range []string{"float4", "float8"} {
		r.op("money * "+t, cents(0, 1, times))
		r.op(t+" * money", cents(1, 0, times))
		r.op("money / "+t, cents(0, 1, func(x, y float64) (float64, error) {
			if y == 0 {
				return 0, divisionByZero()
			}
			return x / y, nil
		}))
	}
	r.op("money / money", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		if a[1].Int(i) == 0 {
			return divisionByZero()
		}
		out.AppendFloat(float64(a[0].Int(i)) / float64(a[1].Int(i)))
		return nil
	}))

	for _, t := range []string{"int4", "int8"} {
		r.fn("money("+t+")", intByRow(func(x int64) (int64, error) {
			if cents, ok := checkedMul(x, 100); ok {
				return cents, nil
			}
			return 0, outOfRange(types.Int8)
		}))
	}
	r.fn("money(numeric)", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		var x, hundred, z apd.Decimal
		types.LoadNumeric(&x, a[0].Str(i))
		types.NumericFromInt(&hundred, 100)
		if err := types.NumericMul(&z, &x, &hundred); err != nil {
			return err
		}
		cents, err := types.NumericToInt(&z, types.Int8)
		out.AppendInt(cents)
		return err
	}))
	r.total("numeric(money)", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		var z apd.Decimal
		types.NumericFromScaled(&z, a[0].Int(i), 2)
		appendNumeric(out, &z)
		return nil
	}))
	r.total("cash_words(money)", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		out.AppendString(moneyInWords(a[0].Int(i)))
		return nil
	}))
	r.agg("sum(money)", func(*Call) Accumulator {
		return newSumInt(func(w *wide, out *column.Vector) error {
			if err := wideToInt8(w, out); err != nil {
				return moneyOutOfRange()
			}
			return nil
		})
	})
}

func moneyOutOfRange() error { return types.Errorf(types.CodeNumericOutOfRange, "money out of range") }

var (
	smallNumbers = strings.Fields("zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen")
	tens         = strings.Fields("- ten twenty thirty forty fifty sixty seventy eighty ninety")
	thousands    = []string{"", " thousand", " million", " billion", " trillion", " quadrillion"}
)

// moneyInWords writes an amount as on a cheque.
func moneyInWords(cents int64) string {
	amount := uint64(cents)
	var words []string
	if cents < 0 {
		amount, words = -amount, []string{"minus"}
	}
	dollars, signed := amount/100, len(words)
	var groups []string
	for rest, k := dollars, 0; rest > 0; rest, k = rest/1000, k+1 {
		if n := rest % 1000; n > 0 {
			groups = append(groups, belowThousand(n)+thousands[k])
		}
	}
	for i := range groups {
		words = append(words, groups[len(groups)-1-i])
	}
	if len(words) == signed {
		words = append(words, "zero")
	}
	out := strings.Join(words, " ")
	if dollars > 0 && dollars%1000 == 0 {
		out += " " // PostgreSQL sets each group apart from what would follow it
	}
	unit := func(n uint64, name string) string {
		if n == 1 {
			return " " + name
		}
		return " " + name + "s"
	}
	out += unit(dollars, "dollar") + " and " + belowThousand(amount%100) + unit(amount%100, "cent")
	return strings.ToUpper(out[:1]) + out[1:]
}

// belowThousand writes a number of up to three digits.
func belowThousand(n uint64) string {
	below := func(n uint64) string {
		switch {
		case n < 20:
			return smallNumbers[n]
		case n%10 == 0:
			return tens[n/10]
		}
		return tens[n/10] + " " + smallNumbers[n%10]
	}
	switch rest := n % 100; {
	case n < 100:
		return below(n)
	case rest == 0:
		return smallNumbers[n/100] + " hundred"
	case rest < 20:
		return smallNumbers[n/100] + " hundred and " + smallNumbers[rest]
	default:
		return smallNumbers[n/100] + " hundred " + below(rest)
	}
}
