package nql

import (
	"bytes"
	"math"
	"strconv"

	"github.com/flare-pg/flare-pg/nql/sparse"
)

// val is a Value while an expression is evaluated: its bytes belong to the document or to the state's arena,
// so that making one allocates nothing. A number read from a document is an Integer where it is spelled as a plain integer of
// up to 18 digits, else a Number with its spelling; computed ones may be Floats.
type val struct {
	kind ValueKind
	b    bool
	i    int64
	f    float64
	s    []byte // String: characters; Number: spelling; ArrayValue, ObjectValue: JSON
}

// tri is a truth value. The order makes and the lesser and or the greater of two.
type tri uint8

const (
	no tri = iota
	unknown
	yes
)

func (t tri) not() tri { return yes - t }

func triOf(b bool) tri {
	if b {
		return yes
	}
	return no
}

// truth of a value: null, undefined and whatever is no boolean are unknown.
func (v *val) truth() tri {
	if v.kind != Boolean {
		return unknown
	}
	return triOf(v.b)
}

func (t tri) val() val {
	if t == unknown {
		return val{kind: Null}
	}
	return val{kind: Boolean, b: t == yes}
}

func (v *val) absent() bool { return v.kind == Undefined || v.kind == Null }

// toVal makes a val of a literal or parameter. Numbers from outside take the form that NumberValue gives them.
func toVal(v Value) val {
	if v.Kind == Number {
		v = NumberValue(v.Text)
	}
	return val{kind: v.Kind, b: v.Bool, i: v.Int, f: v.Float, s: []byte(v.Text)}
}

// toValue copies a val out of the state that it was made in.
func (v *val) toValue() Value {
	return Value{Kind: v.kind, Bool: v.b, Int: v.i, Float: v.f, Text: string(v.s)}
}

// read makes a val of a value in the document.
func (st *state) read(v sparse.Value) val {
	switch v.Kind {
	case sparse.Null:
		return val{kind: Null}
	case sparse.False, sparse.True:
		return val{kind: Boolean, b: v.Kind == sparse.True}
	case sparse.Number:
		if n, ok := shortInt(v.Raw); ok {
			return val{kind: Integer, i: n}
		}
		return val{kind: Number, s: v.Raw}
	case sparse.String:
		return val{kind: String, s: st.text(v.Raw)}
	case sparse.Array:
		return val{kind: ArrayValue, s: v.Raw}
	case sparse.Object:
		return val{kind: ObjectValue, s: v.Raw}
	}
	return val{}
}

// part gives a value that is JSON as such; of what is none it is Missing.
func (v *val) part() sparse.Value {
	switch v.kind {
	case ArrayValue:
		return sparse.Value{Kind: sparse.Array, Raw: v.s}
	case ObjectValue:
		return sparse.Value{Kind: sparse.Object, Raw: v.s}
	}
	return sparse.Value{}
}

// text gives the characters of a JSON string, in place where nothing is escaped.
func (st *state) text(raw []byte) []byte {
	if s, ok := sparse.Plain(raw); ok {
		return s
	}
	start := len(st.arena)
	st.arena = sparse.Unquote(st.arena, raw)
	made := st.arena[start:]
	st.grown()
	return made
}

func (v *val) numeric() bool { return v.kind == Integer || v.kind == Float || v.kind == Number }

// spelling gives a number's spelling as JSON, in room where it has to be made. Only finite floats have one.
func (v *val) spelling(room []byte) []byte {
	switch v.kind {
	case Integer:
		return strconv.AppendInt(room, v.i, 10)
	case Float:
		return appendJSONFloat(room, v.f)
	}
	return v.s
}

// appendJSONFloat spells a float as JSON does in the shortest way.
func appendJSONFloat(dst []byte, f float64) []byte {
	format := byte('f')
	if a := math.Abs(f); a != 0 && (a < 1e-6 || a >= 1e21) {
		format = 'e'
	}
	return strconv.AppendFloat(dst, f, format, -1, 64)
}

// asFloat gives the nearest float; false where there is none in range.
func (v *val) asFloat() (float64, bool) {
	switch v.kind {
	case Integer:
		return float64(v.i), true
	case Float:
		return v.f, true
	case Number:
		f, err := strconv.ParseFloat(string(v.s), 64)
		return f, err == nil
	}
	return 0, false
}

// asInteger gives the number where it is an integer within 64 bits.
func (v *val) asInteger() (int64, bool) {
	switch v.kind {
	case Integer:
		return v.i, true
	case Float:
		if v.f != math.Trunc(v.f) || math.Abs(v.f) >= 1<<64 {
			return 0, false
		}
		if math.Abs(v.f) <= 1<<53 {
			return int64(v.f), true
		}
		// The float stands for its shortest decimal, which is another integer than the float itself where there are several near it.
		var room [32]byte
		return integerOf(appendJSONFloat(room[:0], v.f))
	case Number:
		return integerOf(v.s)
	}
	return 0, false
}

// compare orders two values of one kind: numbers by value, text by bytes, false before true, times and durations. Values of
// different kinds, arrays and objects do not compare: ok is false.
func compare(a, b *val) (order int, ok bool) {
	switch {
	case a.kind == Integer && b.kind == Integer,
		a.kind == Instant && b.kind == Instant,
		a.kind == Duration && b.kind == Duration:
		return compareInts(a.i, b.i), true
	case a.kind == String && b.kind == String:
		return bytes.Compare(a.s, b.s), true
	case a.numeric() && b.numeric():
		return compareNumbers(a, b), true
	case a.kind == Boolean && b.kind == Boolean:
		x, y := int64(0), int64(0)
		if a.b {
			x = 1
		}
		if b.b {
			y = 1
		}
		return compareInts(x, y), true
	}
	return 0, false
}

func compareInts(a, b int64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func compareNumbers(a, b *val) int {
	af, bf := a.kind == Float, b.kind == Float
	if af && bf {
		return compareFloats(a.f, b.f)
	}
	// Beyond the finite floats lie the infinities, and behind them NaN, as PostgreSQL has it.
	if af && (math.IsInf(a.f, 0) || math.IsNaN(a.f)) {
		return compareFloats(a.f, 0)
	}
	if bf && (math.IsInf(b.f, 0) || math.IsNaN(b.f)) {
		return compareFloats(0, b.f)
	}
	// Up to 2^53 a float for every integer is the integer itself.
	const exact = 1 << 53
	switch {
	case af && b.kind == Integer && -exact <= b.i && b.i <= exact:
		return compareFloats(a.f, float64(b.i))
	case bf && a.kind == Integer && -exact <= a.i && a.i <= exact:
		return compareFloats(float64(a.i), b.f)
	}
	var room [2][32]byte
	return compareDecimals(a.spelling(room[0][:0]), b.spelling(room[1][:0]))
}

func compareFloats(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	case a == b:
		return 0
	case !math.IsNaN(a):
		return -1
	case !math.IsNaN(b):
		return 1
	}
	return 0
}
