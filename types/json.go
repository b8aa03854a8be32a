package types

import (
	"bytes"
	"sync"
	"unicode/utf8"

	"github.com/cockroachdb/apd/v3"
)

// maxJSONDepth is how deep JSON may nest; PostgreSQL's stack gives out at some depth of this order, too.
const maxJSONDepth = 6000

// jsonReader reads one JSON value and, where canonical is set, appends its canonical jsonb text to
// dst: members sorted by their names' length and then bytes, the last of several alike, ", " and
// ": " between, strings with the fewest escapes, numbers as numerics.
type jsonReader struct {
	s         []byte
	p         int
	dst       []byte
	canonical bool // write; otherwise only check
	key       bool // equal numbers are spelled alike, no spaces
	lenient   bool // the text was checked before: what jsonb refuses is kept as well as it can be
	env       *Env // whose statement the reading ends with; nil: it goes on
	values    int  // that were begun
	depth     int
	members   []jsonMember // of the objects that are open, innermost last
	names     []byte       // unescaped names of the members
	scratch   []byte
	fault     *Error
}

type jsonMember struct {
	name, nameEnd int // in names
	start, end    int // of "name": value in dst
	ord           int // its place in the document
}

var jsonReaders = sync.Pool{New: func() any { return new(jsonReader) }}

// newJSONReader takes a reader that writes from the pool.
func newJSONReader(s, dst []byte) *jsonReader {
	r := jsonReaders.Get().(*jsonReader)
	*r = jsonReader{s: s, dst: dst, canonical: true, members: r.members[:0], names: r.names[:0], scratch: r.scratch[:0]}
	return r
}

// free gives the reader back, but for memory that an unusual document made large.
func (r *jsonReader) free() {
	r.s, r.dst, r.fault, r.env = nil, nil, nil, nil
	if cap(r.names)+cap(r.scratch)+cap(r.members) < 64<<10 {
		jsonReaders.Put(r)
	}
}

const hexDigits = "0123456789abcdef"

// CheckJSON fails as PostgreSQL's json input does for text that is not one JSON value: 22P02, with the
// reason as detail, or 54001.
func CheckJSON(s []byte) error { return checkJSON(nil, s) }

// checkJSON is CheckJSON that ends with the statement of env.
func checkJSON(env *Env, s []byte) error {
	r := jsonReader{s: s, env: env}
	r.document()
	if r.fault != nil {
		return r.fault
	}
	return nil
}

// ParseJSONB checks JSON text and appends its canonical jsonb text. Besides CheckJSON's errors there
// are 22P05 for \u0000 and 22003 for numbers that no numeric can hold.
func ParseJSONB(dst, s []byte) ([]byte, error) { return parseJSONB(nil, dst, s) }

// parseJSONB is ParseJSONB that ends with the statement of env.
func parseJSONB(env *Env, dst, s []byte) ([]byte, error) {
	r := newJSONReader(s, dst)
	r.env = env
	defer r.free()
	r.document()
	if r.fault != nil {
		return dst, r.fault
	}
	return r.dst, nil
}

// AppendJSONB appends the canonical jsonb text of JSON that is known to be valid. What jsonb would
// refuse in it stays as it can: \u0000 escaped, a lone surrogate as U+FFFD, a huge number as spelled.
func AppendJSONB(dst, s []byte) []byte { return AppendJSONBOf(nil, dst, s) }

// AppendJSONBOf is AppendJSONB that ends, with some text, where the statement of env has.
func AppendJSONBOf(env *Env, dst, s []byte) []byte {
	if PlainDecimal(s) {
		return append(dst, s...)
	}
	r := newJSONReader(s, dst)
	defer r.free()
	r.lenient, r.env = true, env
	r.document()
	if r.fault != nil {
		return append(dst, s...)
	}
	return r.dst
}

// PlainDecimal reports whether a JSON text is digits, perhaps with a point, which jsonb spells as they are.
func PlainDecimal(s []byte) bool {
	for _, c := range s {
		if !isDigit(c) && c != '.' {
			return false
		}
	}
	return len(s) > 0
}

// appendJSONBKey appends a text that is the same for all JSON that jsonb holds equal.
func appendJSONBKey(dst, s []byte) []byte {
	r := newJSONReader(s, dst)
	defer r.free()
	r.lenient, r.key = true, true
	r.document()
	if r.fault != nil {
		return append(dst, s...)
	}
	return r.dst
}

// fail records the first fault; detail is the reason, the text up to upTo its context.
func (r *jsonReader) fail(upTo int, format string, args ...any) bool {
	if r.fault == nil {
		r.fault = Errorf(CodeInvalidTextRepresentation, "invalid input syntax for type json").WithDetail(format, args...)
		r.fault.Where = r.where(upTo)
	}
	return false
}

// where is the line of the text up to the fault, its beginning cut off where it is long.
func (r *jsonReader) where(upTo int) string {
	line, start := 1, 0
	for i, c := range r.s[:upTo] {
		if c == '\n' {
			line, start = line+1, i+1
		}
	}
	prefix := ""
	if upTo-start >= 50 {
		start = upTo - 50
		for start < upTo && !utf8.RuneStart(r.s[start]) {
			start++
		}
		prefix = "..."
	}
	suffix := ""
	if upTo < len(r.s) && r.s[upTo] != '\n' && r.s[upTo] != '\r' {
		suffix = "..."
	}
	return Errorf("", "JSON data, line %d: %s%s%s", line, prefix, r.s[start:upTo], suffix).Message
}

// expected fails because of the token at p, or the end.
func (r *jsonReader) expected(what string) bool {
	if r.p >= len(r.s) {
		return r.fail(len(r.s), "The input string ended unexpectedly.")
	}
	end := r.tokenEnd()
	token := r.s[r.p:end]
	if !validToken(token) {
		return r.fail(end, "Token \"%s\" is invalid.", token)
	}
	if token[0] == '"' {
		if !r.skipString() {
			return false
		}
		end = r.p
		token = r.s[end-len(token) : end]
	}
	return r.fail(end, "Expected %s, but found \"%s\".", what, token)
}

// tokenEnd finds the end of the token at p: a mark, a string, or a run of what could be a word or number.
func (r *jsonReader) tokenEnd() int {
	c := r.s[r.p]
	if bytes.IndexByte([]byte("{}[]:,"), c) >= 0 {
		return r.p + 1
	}
	if c == '"' {
		for i := r.p + 1; i < len(r.s); i++ {
			switch r.s[i] {
			case '\\':
				i++
			case '"':
				return i + 1
			}
		}
		return len(r.s)
	}
	i := r.p
	if c == '-' || isDigit(c) {
		i += numberPrefix(r.s[i:])
	}
	for i < len(r.s) && wordByte(r.s[i]) {
		i++
	}
	if i == r.p {
		i++
	}
	return i
}

func wordByte(c byte) bool { return isDigit(c) || isAlpha(c) || c == '_' || c >= 0x80 }

// numberPrefix gives how far s goes on like a number, if not quite to the end of one.
func numberPrefix(s []byte) int {
	i := 0
	digits := func() {
		for i < len(s) && isDigit(s[i]) {
			i++
		}
	}
	if s[i] == '-' {
		i++
	}
	if i < len(s) && s[i] == '0' {
		i++
	} else {
		digits()
	}
	if i < len(s) && s[i] == '.' {
		i++
		digits()
	}
	if i < len(s) && s[i]|0x20 == 'e' {
		if i++; i < len(s) && (s[i] == '+' || s[i] == '-') {
			i++
		}
		digits()
	}
	return i
}

func validToken(t []byte) bool {
	switch c := t[0]; {
	case bytes.IndexByte([]byte("{}[]:,\""), c) >= 0:
		return true
	case isDigit(c) || c == '-':
		return numberEnd(t) == len(t)
	}
	s := string(t)
	return s == "true" || s == "false" || s == "null"
}

func (r *jsonReader) space() {
	for r.p < len(r.s) {
		switch r.s[r.p] {
		case ' ', '\t', '\n', '\r':
			r.p++
		default:
			return
		}
	}
}

func (r *jsonReader) document() {
	r.space()
	if !r.value("JSON value") {
		return
	}
	if r.space(); r.p < len(r.s) {
		r.expected("end of input")
	}
}

// value reads a value; what says what else could stand here, for the error.
func (r *jsonReader) value(what string) bool {
	if r.p >= len(r.s) {
		return r.expected(what)
	}
	if r.values++; r.values%4096 == 0 && r.env.Over() {
		r.fault = Errorf(CodeQueryCanceled, "canceling statement due to user request")
		return false
	}
	switch c := r.s[r.p]; {
	case c == '"':
		return r.stringValue()
	case c == '{':
		return r.nested((*jsonReader).object)
	case c == '[':
		return r.nested((*jsonReader).array)
	case c == '-' || isDigit(c):
		return r.number()
	}
	end := r.tokenEnd()
	switch string(r.s[r.p:end]) {
	case "true", "false", "null":
		if r.canonical {
			r.dst = append(r.dst, r.s[r.p:end]...)
		}
		r.p = end
		return true
	}
	return r.expected(what)
}

func (r *jsonReader) nested(read func(*jsonReader) bool) bool {
	if r.depth++; r.depth > maxJSONDepth {
		r.fault = Errorf(CodeStatementTooComplex, "stack depth limit exceeded").
			WithHint("JSON may nest %d levels deep.", maxJSONDepth)
		return false
	}
	ok := read(r)
	r.depth--
	return ok
}

func (r *jsonReader) mark(s string) {
	if !r.canonical {
		return
	}
	if r.key && len(s) > 1 {
		s = s[:1]
	}
	r.dst = append(r.dst, s...)
}

func (r *jsonReader) array() bool {
	r.p++
	r.mark("[")
	r.space()
	if r.p < len(r.s) && r.s[r.p] == ']' {
		r.p++
		r.mark("]")
		return true
	}
	for {
		if !r.value("JSON value") {
			return false
		}
		r.space()
		switch {
		case r.p < len(r.s) && r.s[r.p] == ',':
			r.p++
			r.mark(", ")
			r.space()
		case r.p < len(r.s) && r.s[r.p] == ']':
			r.p++
			r.mark("]")
			return true
		default:
			return r.expected("\",\" or \"]\"")
		}
	}
}

// number reads a number by JSON's grammar.
func (r *jsonReader) number() bool {
	n := numberEnd(r.s[r.p:])
	if n < 0 || r.p+n < len(r.s) && wordByte(r.s[r.p+n]) {
		end := r.tokenEnd()
		return r.fail(end, "Token \"%s\" is invalid.", r.s[r.p:end])
	}
	text := r.s[r.p : r.p+n]
	r.p += n
	if !r.canonical {
		return true
	}
	plain := bytes.IndexByte(text, 'e') < 0 && bytes.IndexByte(text, 'E') < 0
	if plain && text[0] == '-' && isZeroText(text[1:]) {
		text = text[1:]
	}
	start := len(r.dst)
	if plain && len(text) < 10000 {
		r.dst = append(r.dst, text...)
	} else {
		var d apd.Decimal
		if !scanNumeric(&d, text) || !numericFits(&d) {
			if !r.lenient {
				r.fault = numericOverflow().(*Error)
				return false
			}
			r.dst = append(r.dst, text...)
			return true
		}
		r.dst = AppendNumeric(r.dst, &d)
	}
	if r.key {
		r.scratch = append(r.scratch[:0], r.dst[start:]...)
		r.dst = appendNumericCanonical(r.dst[:start], r.scratch)
	}
	return true
}

// numberEnd gives where a number by JSON's grammar ends, -1 if there is none.
func numberEnd(s []byte) int {
	i := 0
	digits := func() bool {
		start := i
		for i < len(s) && isDigit(s[i]) {
			i++
		}
		return i > start
	}
	if i < len(s) && s[i] == '-' {
		i++
	}
	if i < len(s) && s[i] == '0' {
		i++
	} else if !digits() {
		return -1
	}
	if i < len(s) && s[i] == '.' {
		i++
		if !digits() {
			return -1
		}
	}
	if i < len(s) && s[i]|0x20 == 'e' {
		i++
		if i < len(s) && (s[i] == '+' || s[i] == '-') {
			i++
		}
		if !digits() {
			return -1
		}
	}
	return i
}
