package types

import (
	"bytes"
	"strconv"
	"strings"

	"github.com/flare-pg/flare-pg/column"
)

// arrayReader reads the text form of an array: {1,NULL,"a b"}, {{1,2},{3,4}}, [0:2]={1,2,3}.
type arrayReader struct {
	s       []byte
	p       int
	lengths []int
	deepest int // the depth at which elements stand, 0 until one was seen
	reason  string
	failure error
	texts   []byte // of the elements, one after the other
	ends    []int  // where in texts elements end, -1 for null ones
}

func malformedArray(s []byte, reason string) error {
	e := Errorf(CodeInvalidTextRepresentation, "malformed array literal: \"%s\"", s)
	if reason != "" {
		e = e.WithDetail("%s", reason)
	}
	return e
}

func parseArrayText(out *column.Vector, env *Env, t, elem OID, typmod int32, s []byte) error {
	if err := checkText(s); err != nil {
		return err
	}
	if t == Int2Vector || t == OidVector {
		return parseVectorText(out, env, t, elem, s)
	}
	r := arrayReader{s: s}
	dims, err := r.read()
	if err != nil {
		return err
	}
	v := column.New(KindOf(elem))
	from := 0
	for _, end := range r.ends { // not before the array is known to be well-formed
		if end < 0 {
			v.AppendNull()
			continue
		}
		if err := ParseText(v, env, elem, typmod, r.texts[from:end]); err != nil {
			return err
		}
		from = end
	}
	out.AppendFunc(func(dst []byte) []byte { return AppendArray(dst, dims, v) })
	return nil
}

// parseVectorText reads what int2vector and oidvector look like: numbers with spaces between.
func parseVectorText(out *column.Vector, env *Env, t, elem OID, s []byte) error {
	v := column.New(column.Int64)
	for _, w := range bytes.FieldsFunc(s, func(r rune) bool { return r < 128 && isSpace(byte(r)) }) {
		if err := ParseText(v, env, elem, -1, w); err != nil {
			return err
		}
	}
	out.AppendFunc(func(dst []byte) []byte { return AppendArray(dst, []Dim{{v.Len, 0}}, v) })
	return nil
}

func (r *arrayReader) read() ([]Dim, error) {
	declared, err := r.bounds()
	if err != nil {
		return nil, err
	}
	if r.p >= len(r.s) || r.s[r.p] != '{' {
		if declared != nil {
			return nil, malformedArray(r.s, "Array contents must start with \"{\".")
		}
		return nil, malformedArray(r.s, "Array value must start with \"{\" or dimension information.")
	}
	contents := r.s[r.p:] // what messages show
	if !r.list(0) {
		if r.failure != nil {
			return nil, r.failure
		}
		return nil, malformedArray(contents, r.reason)
	}
	r.space()
	if r.p != len(r.s) {
		return nil, malformedArray(contents, "Junk after closing right brace.")
	}
	if r.deepest == 0 && declared == nil {
		return nil, nil
	}
	if declared == nil {
		dims := make([]Dim, len(r.lengths))
		for i, n := range r.lengths {
			dims[i] = Dim{n, 1}
		}
		return dims, checkDims(dims)
	}
	mismatch := len(declared) != len(r.lengths)
	for i := range declared {
		mismatch = mismatch || declared[i].Length != r.lengths[i]
	}
	if mismatch {
		return nil, malformedArray(r.s, "Specified array dimensions do not match array contents.")
	}
	return declared, checkDims(declared)
}

// bounds reads the dimensions that may stand before the braces, nil where there are none.
func (r *arrayReader) bounds() ([]Dim, error) {
	var dims []Dim
	number := func() (int, bool) {
		from := r.p
		for r.p < len(r.s) && (isDigit(r.s[r.p]) || r.s[r.p] == '-' || r.s[r.p] == '+') {
			r.p++
		}
		if from == r.p {
			return 0, false
		}
		return leadingInt(r.s[from:r.p]), true
	}
	for {
		r.space()
		if r.p >= len(r.s) || r.s[r.p] != '[' {
			break
		}
		r.p++
		if len(dims) == MaxDimensions {
			return nil, Errorf(CodeProgramLimitExceeded, "number of array dimensions (%d) exceeds the maximum allowed (%d)", len(dims)+1, MaxDimensions)
		}
		lower := 1
		upper, ok := number()
		if !ok {
			return nil, malformedArray(r.s, "\"[\" must introduce explicitly-specified array dimensions.")
		}
		if r.p < len(r.s) && r.s[r.p] == ':' {
			r.p++
			lower = upper
			if upper, ok = number(); !ok {
				return nil, malformedArray(r.s, "Missing array dimension value.")
			}
		}
		if r.p >= len(r.s) || r.s[r.p] != ']' {
			return nil, malformedArray(r.s, "Missing \"]\" after array dimensions.")
		}
		r.p++
		if upper < lower {
			return nil, Errorf("2202E", "upper bound cannot be less than lower bound")
		}
		dims = append(dims, Dim{upper - lower + 1, lower})
	}
	if dims == nil {
		return nil, nil
	}
	if r.p >= len(r.s) || r.s[r.p] != '=' {
		return nil, malformedArray(r.s, "Missing \"=\" after array dimensions.")
	}
	r.p++
	r.space()
	return dims, nil
}

// leadingInt is the number with which digits and signs begin, as C's atoi reads it: of what 32 bits don't hold the lowest ones count, and what 64 don't
// hold is their limit.
func leadingInt(s []byte) int {
	end := 0
	for end < len(s) && (isDigit(s[end]) || end == 0) {
		end++
	}
	n, _ := strconv.ParseInt(string(s[:end]), 10, 64) // which is at the limit where it is out of range
	return int(int32(n))
}

func (r *arrayReader) fail(reason string) bool {
	if r.reason == "" {
		r.reason = reason
	}
	return false
}

func (r *arrayReader) space() {
	for r.p < len(r.s) && isSpace(r.s[r.p]) {
		r.p++
	}
}

func (r *arrayReader) list(depth int) bool {
	if depth == MaxDimensions {
		r.failure = Errorf(CodeProgramLimitExceeded, "number of array dimensions (%d) exceeds the maximum allowed (%d)", depth+1, MaxDimensions)
		return false
	}
	if depth == len(r.lengths) {
		r.lengths = append(r.lengths, -1)
	}
	r.p++
	n := 0
	for r.space(); ; r.space() {
		if r.p >= len(r.s) {
			return r.fail("Unexpected end of input.")
		}
		switch c := r.s[r.p]; {
		case c == '}' && n == 0:
			r.p++
			return r.close(depth, 0)
		case c == '{':
			if r.deepest > 0 && depth+1 >= r.deepest {
				return r.fail("Multidimensional arrays must have sub-arrays with matching dimensions.")
			}
			if !r.list(depth + 1) {
				return false
			}
		default:
			if r.deepest == 0 {
				r.deepest = depth + 1
			} else if r.deepest != depth+1 {
				return r.fail("Multidimensional arrays must have sub-arrays with matching dimensions.")
			}
			if !r.item() {
				return false
			}
		}
		n++
		r.space()
		if r.p >= len(r.s) {
			return r.fail("Unexpected end of input.")
		}
		switch r.s[r.p] {
		case ',':
			r.p++
			if r.space(); r.p < len(r.s) && r.s[r.p] == '}' {
				return r.fail("Unexpected \"}\" character.")
			}
		case '}':
			r.p++
			return r.close(depth, n)
		default:
			return r.fail("Unexpected array element.")
		}
	}
}

func (r *arrayReader) close(depth, n int) bool {
	if n == 0 && depth > 0 {
		return r.fail("Unexpected \"}\" character.")
	}
	if r.lengths[depth] >= 0 && r.lengths[depth] != n {
		return r.fail("Multidimensional arrays must have sub-arrays with matching dimensions.")
	}
	r.lengths[depth] = n
	return true
}

// give notes an element: texts with its text behind.
func (r *arrayReader) give(texts []byte, null bool) bool {
	if null {
		r.ends = append(r.ends, -1)
		return true
	}
	r.texts = texts
	r.ends = append(r.ends, len(texts))
	return true
}

func (r *arrayReader) item() bool {
	from := len(r.texts)
	text := r.texts
	if r.s[r.p] == '"' {
		for r.p++; ; r.p++ {
			if r.p >= len(r.s) {
				return r.fail("Unexpected end of input.")
			}
			c := r.s[r.p]
			if c == '"' {
				r.p++
				return r.give(text, false)
			}
			if c == '\\' {
				if r.p++; r.p >= len(r.s) {
					return r.fail("Unexpected end of input.")
				}
				c = r.s[r.p]
			}
			text = append(text, c)
		}
	}
	escaped, keep := false, from // keep: up to the last character that is no plain space
	for r.p < len(r.s) {
		c := r.s[r.p]
		if c == ',' || c == '}' {
			break
		}
		if c == '{' || c == '"' {
			return r.fail("Unexpected \"" + string(c) + "\" character.")
		}
		if c == '\\' {
			if r.p++; r.p >= len(r.s) {
				return r.fail("Unexpected end of input.")
			}
			text, escaped = append(text, r.s[r.p]), true
			keep = len(text)
		} else {
			text = append(text, c)
			if !isSpace(c) {
				keep = len(text)
			}
		}
		r.p++
	}
	text = text[:keep]
	if len(text) == from {
		return r.fail("Unexpected \"" + string(r.s[min(r.p, len(r.s)-1)]) + "\" character.")
	}
	null := !escaped && strings.EqualFold(string(text[from:]), "null")
	return r.give(text, null)
}

// appendArrayText is the text output of an array: bounds where one is not 1, and quotes around elements that need them.
func appendArrayText(dst []byte, env *Env, t, elem OID, s []byte) []byte {
	a := ReadArray(elem, s)
	if t == Int2Vector || t == OidVector {
		for i := range a.Values.Len {
			if i > 0 {
				dst = append(dst, ' ')
			}
			dst = AppendText(dst, env, elem, a.Values, i)
		}
		return dst
	}
	plain := true
	for _, d := range a.Dims {
		plain = plain && d.Lower == 1
	}
	if !plain {
		dst = append(AppendDims(dst, a.Dims), '=')
	}
	var buf []byte
	return nested(dst, "{", "}", ",", a.Dims, func(dst []byte, i int) []byte {
		if a.Values.Null(i) {
			return append(dst, "NULL"...)
		}
		buf = AppendText(buf[:0], env, elem, a.Values, i)
		return appendArrayElementText(dst, buf)
	})
}

func appendArrayElementText(dst, text []byte) []byte {
	plain := len(text) > 0 && !bytes.ContainsAny(text, "{},\"\\"+spaces) && !(len(text) == 4 && strings.EqualFold(string(text), "null"))
	if plain {
		return append(dst, text...)
	}
	dst = append(dst, '"')
	for _, c := range text {
		if c == '"' || c == '\\' {
			dst = append(dst, '\\')
		}
		dst = append(dst, c)
	}
	return append(dst, '"')
}

// AppendDims writes the bounds of dimensions: [1:2][0:3].
func AppendDims(dst []byte, dims []Dim) []byte {
	for _, d := range dims {
		dst = strconv.AppendInt(append(dst, '['), int64(d.Lower), 10)
		dst = strconv.AppendInt(append(dst, ':'), int64(d.Lower+d.Length-1), 10)
		dst = append(dst, ']')
	}
	return dst
}
