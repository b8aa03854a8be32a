package types

import (
	"bytes"
	"encoding/binary"
	"strings"

	"github.com/flare-pg/flare-pg/column"
)

// Until arrays have a physical form of their own, a value of an array type is PostgreSQL's text form
// in a Text vector: "{1,NULL,\"a b\"}". Its elements are in the text form of the time zone and styles
// under which the array was made. Lower bounds other than 1 are not supported (0A000).

// maxDimensions is PostgreSQL's MAXDIM.
const maxDimensions = 6

type arrayElement struct {
	text []byte
	null bool
}

type arrayReader struct {
	s        []byte
	p        int
	dims     []int
	elements []arrayElement
	deepest  int // the depth at which elements stand, 0 until one was seen
	reason   string
}

func malformedArray(s []byte, reason string) error {
	e := Errorf(CodeInvalidTextRepresentation, "malformed array literal: \"%s\"", s)
	if reason != "" {
		e = e.WithDetail("%s", reason)
	}
	return e
}

// readArray takes an array's text apart: its dimensions, none for an empty array, and its elements.
func readArray(s []byte) (dims []int, elements []arrayElement, err error) {
	r := arrayReader{s: s}
	r.space()
	if r.p < len(s) && s[r.p] == '[' {
		return nil, nil, Errorf(CodeFeatureNotSupported, "array dimensions in a literal are not supported")
	}
	if r.p >= len(s) || s[r.p] != '{' {
		return nil, nil, malformedArray(s, "Array value must start with \"{\" or dimension information.")
	}
	if !r.list(0) {
		return nil, nil, malformedArray(s, r.reason)
	}
	r.space()
	if r.p != len(s) {
		return nil, nil, malformedArray(s, "Junk after closing right brace.")
	}
	if len(r.elements) == 0 {
		return nil, nil, nil
	}
	return r.dims, r.elements, nil
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
	if depth == maxDimensions {
		return r.fail("Array has too many dimensions.")
	}
	if depth == len(r.dims) {
		r.dims = append(r.dims, -1)
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
			if !r.element() {
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
	if r.dims[depth] >= 0 && r.dims[depth] != n {
		return r.fail("Multidimensional arrays must have sub-arrays with matching dimensions.")
	}
	r.dims[depth] = n
	return true
}

func (r *arrayReader) element() bool {
	var text []byte
	if r.s[r.p] == '"' {
		for r.p++; ; r.p++ {
			if r.p >= len(r.s) {
				return r.fail("Unexpected end of input.")
			}
			c := r.s[r.p]
			if c == '"' {
				r.p++
				break
			}
			if c == '\\' {
				if r.p++; r.p >= len(r.s) {
					return r.fail("Unexpected end of input.")
				}
				c = r.s[r.p]
			}
			text = append(text, c)
		}
		r.elements = append(r.elements, arrayElement{text: text})
		return true
	}
	escaped, keep := false, 0 // keep: up to the last character that is no plain space
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
	if len(text) == 0 {
		return r.fail("Unexpected \"" + string(r.s[min(r.p, len(r.s)-1)]) + "\" character.")
	}
	null := !escaped && strings.EqualFold(string(text), "null")
	r.elements = append(r.elements, arrayElement{text: text, null: null})
	return true
}

// appendArray writes an array; write appends element i.
func appendArray(dst []byte, opening, closing, comma string, dims []int, write func(dst []byte, i int) []byte) []byte {
	if len(dims) == 0 {
		return append(append(dst, opening...), closing...)
	}
	i := 0
	var list func(depth int)
	list = func(depth int) {
		dst = append(dst, opening...)
		for k := range dims[depth] {
			if k > 0 {
				dst = append(dst, comma...)
			}
			if depth+1 < len(dims) {
				list(depth + 1)
			} else {
				dst = write(dst, i)
				i++
			}
		}
		dst = append(dst, closing...)
	}
	list(0)
	return dst
}

// appendArrayText writes elements, quoting those that need it.
func appendArrayText(dst []byte, dims []int, elements []arrayElement) []byte {
	return appendArray(dst, "{", "}", ",", dims, func(dst []byte, i int) []byte {
		e := elements[i]
		if e.null {
			return append(dst, "NULL"...)
		}
		plain := len(e.text) > 0 && !bytes.ContainsAny(e.text, "{},\"\\"+spaces) && !strings.EqualFold(string(e.text), "null")
		if plain {
			return append(dst, e.text...)
		}
		dst = append(dst, '"')
		for _, c := range e.text {
			if c == '"' || c == '\\' {
				dst = append(dst, '\\')
			}
			dst = append(dst, c)
		}
		return append(dst, '"')
	})
}

// elementsOf makes a vector of an array's elements.
func elementsOf(env *Env, elem OID, typmod int32, elements []arrayElement) (*column.Vector, error) {
	v := column.New(KindOf(elem))
	for _, e := range elements {
		if e.null {
			v.AppendNull()
		} else if err := ParseText(v, env, elem, typmod, e.text); err != nil {
			return nil, err
		}
	}
	return v, nil
}

func parseArrayText(out *column.Vector, env *Env, t, elem OID, typmod int32, s []byte) error {
	if err := checkText(s); err != nil {
		return err
	}
	dims, elements, err := readArray(s)
	if err != nil {
		return err
	}
	v, err := elementsOf(env, elem, typmod, elements)
	if err != nil {
		return err
	}
	appendArrayOf(out, env, elem, dims, v)
	return nil
}

func appendArrayOf(out *column.Vector, env *Env, elem OID, dims []int, v *column.Vector) {
	elements := make([]arrayElement, v.Len)
	for i := range elements {
		if v.Null(i) {
			elements[i].null = true
		} else {
			elements[i].text = AppendText(nil, env, elem, v, i)
		}
	}
	out.AppendFunc(func(dst []byte) []byte { return appendArrayText(dst, dims, elements) })
}

// The binary form of an array: dimensions, whether there are nulls, the elements' type; length and
// lower bound of each dimension; length (-1: null) and binary form of each element. All numbers have
// 4 bytes.
func appendArrayBinary(dst []byte, env *Env, t, elem OID, s []byte) ([]byte, error) {
	dims, elements, err := readArray(s)
	if err != nil {
		return dst, err
	}
	v, err := elementsOf(env, elem, -1, elements)
	if err != nil {
		return dst, err
	}
	be := binary.BigEndian
	nulls := uint32(0)
	if v.HasNulls() {
		nulls = 1
	}
	dst = be.AppendUint32(dst, uint32(len(dims)))
	dst = be.AppendUint32(dst, nulls)
	dst = be.AppendUint32(dst, elem)
	for _, n := range dims {
		dst = be.AppendUint32(dst, uint32(n))
		dst = be.AppendUint32(dst, 1)
	}
	for i := range v.Len {
		if v.Null(i) {
			dst = be.AppendUint32(dst, 1<<32-1)
			continue
		}
		at := len(dst)
		if dst, err = AppendBinary(be.AppendUint32(dst, 0), env, elem, v, i); err != nil {
			return dst, err
		}
		be.PutUint32(dst[at:], uint32(len(dst)-at-4))
	}
	return dst, nil
}

func parseArrayBinary(out *column.Vector, env *Env, t, elem OID, b []byte) error {
	take := func() (int64, bool) {
		if len(b) < 4 {
			return 0, false
		}
		x := int64(int32(binary.BigEndian.Uint32(b)))
		b = b[4:]
		return x, true
	}
	n, ok := take()
	if _, ok2 := take(); !ok || !ok2 || n < 0 || n > maxDimensions {
		return badBinary(t)
	}
	of, ok := take()
	if !ok {
		return badBinary(t)
	}
	if OID(of) != elem {
		return Errorf(CodeDatatypeMismatch, "binary data has array element type %d (%s) instead of expected %d (%s)",
			OID(of), FormatType(OID(of), -1), elem, FormatType(elem, -1))
	}
	count := int64(1)
	dims := make([]int, n)
	for i := range dims {
		length, ok := take()
		lower, ok2 := take()
		if !ok || !ok2 || length < 0 {
			return badBinary(t)
		}
		if lower != 1 {
			return Errorf(CodeFeatureNotSupported, "arrays with a lower bound other than 1 are not supported")
		}
		dims[i] = int(length)
		if count *= length; count > int64(len(b)) { // each element takes four bytes at least
			return badBinary(t)
		}
	}
	if n == 0 || count == 0 {
		dims, count = nil, 0
	}
	v := column.New(KindOf(elem))
	for range count {
		length, ok := take()
		if !ok || length < -1 || length > int64(len(b)) {
			return badBinary(t)
		}
		if length < 0 {
			v.AppendNull()
			continue
		}
		if err := ParseBinary(v, env, elem, -1, b[:length]); err != nil {
			return err
		}
		b = b[length:]
	}
	if len(b) != 0 {
		return badBinary(t)
	}
	appendArrayOf(out, env, elem, dims, v)
	return nil
}

func appendArrayJSON(dst []byte, env *Env, elem OID, s []byte) []byte {
	dims, elements, err := readArray(s)
	if err != nil {
		return AppendJSONString(dst, s)
	}
	v, err := elementsOf(env, elem, -1, elements)
	if err != nil {
		return AppendJSONString(dst, s)
	}
	return appendArray(dst, "[", "]", ",", dims, func(dst []byte, i int) []byte {
		if v.Null(i) {
			return append(dst, "null"...)
		}
		return AppendJSON(dst, env, elem, v, i)
	})
}

// compareArrays orders arrays element by element, nulls last, shorter ones first, then by dimensions.
func compareArrays(elem OID, a, b []byte) int {
	ad, ae, err1 := readArray(a)
	bd, be, err2 := readArray(b)
	if err1 != nil || err2 != nil {
		return bytes.Compare(a, b)
	}
	av, err1 := elementsOf(nil, elem, -1, ae)
	bv, err2 := elementsOf(nil, elem, -1, be)
	if err1 != nil || err2 != nil {
		return bytes.Compare(a, b)
	}
	for i := range min(av.Len, bv.Len) {
		an, bn := av.Null(i), bv.Null(i)
		switch {
		case an && bn:
		case an:
			return 1
		case bn:
			return -1
		default:
			if c := Compare(elem, av, i, bv, i); c != 0 {
				return c
			}
		}
	}
	if c := av.Len - bv.Len; c != 0 {
		return c
	}
	if c := len(ad) - len(bd); c != 0 {
		return c
	}
	for i := range ad {
		if c := ad[i] - bd[i]; c != 0 {
			return c
		}
	}
	return 0
}

func appendArrayKey(dst []byte, elem OID, s []byte) []byte {
	dims, elements, err := readArray(s)
	if err != nil {
		return append(dst, s...)
	}
	v, err := elementsOf(nil, elem, -1, elements)
	if err != nil {
		return append(dst, s...)
	}
	dst = binary.AppendUvarint(dst, uint64(len(dims)))
	for _, n := range dims {
		dst = binary.AppendUvarint(dst, uint64(n))
	}
	for i := range v.Len {
		dst = AppendKey(dst, elem, v, i)
	}
	return dst
}
