package function

import (
	"bytes"
	"cmp"
	"math"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// comparison is one of the six operators.
type comparison uint8

const (
	equal comparison = iota
	unequal
	less
	lessEqual
	greater
	greaterEqual
)

var comparisons = [...]string{"=", "<>", "<", "<=", ">", ">="}

// swapped is the comparison that answers the same with its operands exchanged.
func (op comparison) swapped() comparison {
	switch op {
	case less:
		return greater
	case lessEqual:
		return greaterEqual
	case greater:
		return less
	case greaterEqual:
		return lessEqual
	}
	return op
}

// holds says what the comparison makes of a three-way result.
func (op comparison) holds(c int) bool {
	switch op {
	case equal:
		return c == 0
	case unequal:
		return c != 0
	case less:
		return c < 0
	case lessEqual:
		return c <= 0
	case greater:
		return c > 0
	}
	return c >= 0
}

func registerCompare(r *registry) {
	for i, name := range comparisons {
		op := comparison(i)
		each := func(k Kernel, pairs ...string) {
			for _, p := range pairs {
				l, rt := p, p
				if j := bytes.IndexByte([]byte(p), ' '); j >= 0 {
					l, rt = p[:j], p[j+1:]
				}
				r.totalOp(l+" "+name+" "+rt, k)
			}
		}
		each(compareInts(op), "int2", "int4", "int8", "int2 int4", "int4 int2", "int2 int8", "int8 int2", "int4 int8", "int8 int4",
			"oid", "timestamp", "timestamptz", "date", "time")
		each(compareFloats(op), "float4", "float8", "float4 float8", "float8 float4")
		each(compareBytes(op), "text", "name", "name text", "text name", "bytea", "uuid", "char", "macaddr", "macaddr8")
		each(compareRows(op, types.BPChar), "bpchar")
		each(compareRows(op, types.Bool), "bool")
		each(compareRows(op, types.Numeric), "numeric")
		each(compareRows(op, types.Interval), "interval")
		each(compareRows(op, types.JSONB), "jsonb")
		each(compareRows(op, types.Inet), "inet")
		each(compareRows(op, types.TimeTZ), "timetz")
		each(compareRows(op, types.VarBit), "bit", "varbit")
		for _, p := range [][2]types.OID{
			{types.Date, types.Timestamp}, {types.Date, types.Timestamptz}, {types.Timestamp, types.Timestamptz},
			{types.Timestamp, types.Date}, {types.Timestamptz, types.Date}, {types.Timestamptz, types.Timestamp},
		} {
			l, _ := types.Lookup(p[0])
			rt, _ := types.Lookup(p[1])
			each(compareTimes(op, p[0], p[1]), l.Name+" "+rt.Name)
		}
	}
}

// compareInts compares vectors of integers, all rows at once: a value under a null or outside the selection costs less than
// asking for it.
func compareInts(op comparison) Kernel {
	return func(_ *Call, n int, _ column.Selection, args []*column.Vector, out *column.Vector) error {
		a, aConst := intsOf(args[0], n)
		b, bConst := intsOf(args[1], n)
		compareSlices(op, a, aConst, b, bConst, n, out)
		return nil
	}
}

// compareFloats compares by a key in which NaN equals itself and is greatest, and both zeros are one.
func compareFloats(op comparison) Kernel {
	return func(_ *Call, n int, _ column.Selection, args []*column.Vector, out *column.Vector) error {
		a, aConst := floatKeys(args[0], n)
		b, bConst := floatKeys(args[1], n)
		compareSlices(op, a, aConst, b, bConst, n, out)
		return nil
	}
}

// compareSlices fills out from a and b, of which one may be a single constant.
func compareSlices(op comparison, a []int64, aConst bool, b []int64, bConst bool, n int, out *column.Vector) {
	out.Bools = resize(out.Bools, (n+63)/64)
	out.Len = n
	if aConst {
		a, b, aConst, bConst, op = b, a, bConst, aConst, op.swapped()
	}
	if bConst {
		y := b[0]
		switch op {
		case equal:
			fillBits(out.Bools, n, func(i int) bool { return a[i] == y })
		case unequal:
			fillBits(out.Bools, n, func(i int) bool { return a[i] != y })
		case less:
			fillBits(out.Bools, n, func(i int) bool { return a[i] < y })
		case lessEqual:
			fillBits(out.Bools, n, func(i int) bool { return a[i] <= y })
		case greater:
			fillBits(out.Bools, n, func(i int) bool { return a[i] > y })
		default:
			fillBits(out.Bools, n, func(i int) bool { return a[i] >= y })
		}
		return
	}
	a, b = a[:n], b[:n]
	switch op {
	case equal:
		fillBits(out.Bools, n, func(i int) bool { return a[i] == b[i] })
	case unequal:
		fillBits(out.Bools, n, func(i int) bool { return a[i] != b[i] })
	case less:
		fillBits(out.Bools, n, func(i int) bool { return a[i] < b[i] })
	case lessEqual:
		fillBits(out.Bools, n, func(i int) bool { return a[i] <= b[i] })
	case greater:
		fillBits(out.Bools, n, func(i int) bool { return a[i] > b[i] })
	default:
		fillBits(out.Bools, n, func(i int) bool { return a[i] >= b[i] })
	}
}

// fillBits sets the first n bits of b, a word at a time. It is small enough to be inlined with its predicate.
func fillBits(b column.Bitmap, n int, f func(i int) bool) {
	for w := range b {
		var bits uint64
		from := w * 64
		for i := from; i < min(from+64, n); i++ {
			var bit uint64
			if f(i) {
				bit = 1
			}
			bits |= bit << (uint(i) & 63)
		}
		b[w] = bits
	}
}

// intsOf is the integers of a vector without regard to nulls: n of them, or one that is the constant.
func intsOf(v *column.Vector, n int) (xs []int64, constant bool) {
	switch v.Form {
	case column.Constant:
		return v.Ints[:1], true
	case column.Dictionary:
		xs = make([]int64, n)
		if len(v.Dict.Ints) > 0 {
			for i, c := range v.Codes[:n] {
				xs[i] = v.Dict.Ints[c]
			}
		}
		return xs, false
	}
	return v.Ints[:n], false
}

// floatsOf is intsOf for floats.
func floatsOf(v *column.Vector, n int) (xs []float64, constant bool) {
	switch v.Form {
	case column.Constant:
		return v.Floats[:1], true
	case column.Dictionary:
		xs = make([]float64, n)
		if len(v.Dict.Floats) > 0 {
			for i, c := range v.Codes[:n] {
				xs[i] = v.Dict.Floats[c]
			}
		}
		return xs, false
	}
	return v.Floats[:n], false
}

func floatKeys(v *column.Vector, n int) ([]int64, bool) {
	fs, constant := floatsOf(v, n)
	keys := make([]int64, len(fs))
	for i, f := range fs {
		keys[i] = floatKey(f)
	}
	return keys, constant
}

// floatKey orders as PostgreSQL orders float8; zeros of both signs are one.
func floatKey(f float64) int64 {
	if f == 0 {
		return 0
	}
	return sortableFloat(f)
}

// compareBytes compares texts byte by byte (collation C). Equality with a constant looks at lengths first.
func compareBytes(op comparison) Kernel {
	return func(c *Call, n int, sel column.Selection, args []*column.Vector, out *column.Vector) error {
		a, b, op := args[0], args[1], op
		if a.Form == column.Constant {
			a, b, op = b, a, op.swapped()
		}
		if b.Form != column.Constant {
			return predicate(n, sel, out, func(i int) bool { return op.holds(bytes.Compare(a.Str(i), b.Str(i))) })
		}
		y := b.Str(0)
		if a.Form == column.Plain && op <= unequal {
			offsets, all, want := a.Offsets, a.Bytes, op == equal
			return predicate(n, sel, out, func(i int) bool {
				from, to := offsets[i], offsets[i+1]
				return (int(to-from) == len(y) && string(all[from:to]) == string(y)) == want
			})
		}
		return predicate(n, sel, out, func(i int) bool { return op.holds(bytes.Compare(a.Str(i), y)) })
	}
}

// predicate fills a Bool vector for the selected rows.
func predicate(n int, sel column.Selection, out *column.Vector, f func(i int) bool) error {
	out.Bools = resize(out.Bools, (n+63)/64)
	out.Len = n
	if sel == nil {
		fillBits(out.Bools, n, f)
		return nil
	}
	clear(out.Bools)
	for _, i := range sel {
		if f(int(i)) {
			out.Bools.Set(int(i))
		}
	}
	return nil
}

// compareRows compares values of any ordered type, row by row.
func compareRows(op comparison, t types.OID) Kernel {
	return func(_ *Call, n int, sel column.Selection, args []*column.Vector, out *column.Vector) error {
		a, b := args[0], args[1]
		return predicate(n, sel, out, func(i int) bool { return op.holds(types.Compare(t, a, i, b, i)) })
	}
}

// compareTimes compares across date, timestamp and timestamptz: as timestamps where no zone is involved,
// else as timestamptz, the other taken in the session's zone. A date beyond the range of timestamps lies outside
// all finite ones.
func compareTimes(op comparison, left, right types.OID) Kernel {
	zoned := left == types.Timestamptz || right == types.Timestamptz
	return func(c *Call, n int, sel column.Selection, args []*column.Vector, out *column.Vector) error {
		a, b := args[0], args[1]
		return predicate(n, sel, out, func(i int) bool {
			return op.holds(cmp.Compare(instant(c, left, zoned, a.Int(i)), instant(c, right, zoned, b.Int(i))))
		})
	}
}

// instant makes a date, timestamp or timestamptz comparable; it saturates.
func instant(c *Call, t types.OID, zoned bool, x int64) int64 {
	var err error
	y := x
	switch {
	case x == math.MinInt64 || x == math.MaxInt64 || t == types.Timestamptz:
		return x
	case t == types.Date && zoned:
		y, err = types.DateToTimestamptz(x, c.Env.Location)
	case t == types.Date:
		y, err = types.DateToTimestamp(x)
	case zoned:
		y, err = types.TimestampToTimestamptz(x, c.Env.Location)
	}
	switch {
	case err == nil:
		return y
	case x > 0:
		return math.MaxInt64 - 1
	}
	return math.MinInt64 + 1
}
