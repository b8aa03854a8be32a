package function

import (
	"bytes"

	"github.com/flare-pg/flare-pg/types"
)

// Walking over valid JSON text without making a tree of it. A value is a slice of the document without
// surrounding blanks. On text that is not JSON the answers are nonsense, but nothing is read out of bounds.

func skipBlank(s []byte, i int) int {
	for i < len(s) && isSpace(s[i]) {
		i++
	}
	return i
}

// valueEnd gives the end of the value that begins at i.
func valueEnd(s []byte, i int) int {
	if i >= len(s) {
		return len(s)
	}
	switch s[i] {
	case '"':
		return stringEnd(s, i)
	case '{', '[':
		for depth := 0; i < len(s); i++ {
			switch s[i] {
			case '"':
				i = stringEnd(s, i) - 1
			case '{', '[':
				depth++
			case '}', ']':
				if depth--; depth == 0 {
					return i + 1
				}
			}
		}
		return len(s)
	}
	for i < len(s) && !isSpace(s[i]) && s[i] != ',' && s[i] != '}' && s[i] != ']' {
		i++
	}
	return i
}

// stringEnd gives the end of the string whose opening quote is at i.
func stringEnd(s []byte, i int) int {
	for i++; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(s)
}

func trimJSON(s []byte) []byte {
	i := skipBlank(s, 0)
	return s[i:valueEnd(s, i)]
}

// members calls f with the key, quoted as it stands, and value of each member of an object until f answers false.
func members(s []byte, f func(key, value []byte) bool) {
	i := skipBlank(s, 1)
	for i < len(s) && s[i] == '"' {
		end := stringEnd(s, i)
		key := s[i:end]
		i = skipBlank(s, min(skipBlank(s, end)+1, len(s)))
		end = valueEnd(s, i)
		if !f(key, s[i:end]) {
			return
		}
		i = skipBlank(s, min(skipBlank(s, end)+1, len(s)))
	}
}

// elements calls f with each element of an array until f answers false.
func elements(s []byte, f func(value []byte) bool) {
	i := skipBlank(s, 1)
	for i < len(s) && s[i] != ']' {
		end := valueEnd(s, i)
		if end == i || !f(s[i:end]) {
			return
		}
		i = skipBlank(s, min(skipBlank(s, end)+1, len(s)))
	}
}

// jsonKind is the value's type by its first byte: '{', '[', '"', 'n', 't' (also false) or '0' for a number.
func jsonKind(s []byte) byte {
	if len(s) == 0 {
		return 'n'
	}
	switch c := s[0]; c {
	case '{', '[', '"', 'n', 't':
		return c
	case 'f':
		return 't'
	}
	return '0'
}

func jsonTypeName(s []byte) string {
	switch jsonKind(s) {
	case '{':
		return "object"
	case '[':
		return "array"
	case '"':
		return "string"
	case 't':
		return "boolean"
	case 'n':
		return "null"
	}
	return "number"
}

// stringEquals compares a JSON string with plain text.
func stringEquals(quoted, text []byte) bool {
	if len(quoted) < 2 {
		return false
	}
	if bytes.IndexByte(quoted, '\\') < 0 {
		return bytes.Equal(quoted[1:len(quoted)-1], text)
	}
	return bytes.Equal(types.AppendJSONUnquoted(nil, quoted), text)
}

// member finds the value of a key, the last where there are several; nil where there is none or s is no object.
func member(s, key []byte) (value []byte) {
	if jsonKind(s) != '{' {
		return nil
	}
	members(s, func(k, v []byte) bool {
		if stringEquals(k, key) {
			value = v
		}
		return true
	})
	return value
}

// element finds element n of an array, from the end where n is negative; nil where there is none.
func element(s []byte, n int64) (value []byte) {
	if jsonKind(s) != '[' {
		return nil
	}
	if n < 0 {
		elements(s, func([]byte) bool { n++; return true })
		if n < 0 {
			return nil
		}
	}
	elements(s, func(v []byte) bool {
		if n == 0 {
			value = v
		}
		n--
		return value == nil
	})
	return value
}

// jsonContains is @>: objects contain members, arrays contain elements in any order, scalars equal themselves, and at the
// top an array contains a scalar that is one of its elements.
func jsonContains(a, b []byte, top bool) bool {
	ka, kb := jsonKind(a), jsonKind(b)
	switch {
	case ka == '{' && kb == '{':
		ok := true
		members(b, func(k, v []byte) bool {
			have := member(a, types.AppendJSONUnquoted(nil, k))
			ok = have != nil && jsonContains(have, v, false)
			return ok
		})
		return ok
	case ka == '[' && kb == '[':
		ok := true
		elements(b, func(want []byte) bool { ok = anyElement(a, want); return ok })
		return ok
	case ka == '[' && top && kb != '{':
		return anyElement(a, b)
	case ka == '{' || ka == '[' || kb == '{' || kb == '[':
		return false
	}
	return types.CompareJSONB(a, b) == 0
}

func anyElement(a, want []byte) (found bool) {
	elements(a, func(v []byte) bool { found = jsonContains(v, want, false); return !found })
	return found
}

// jsonExists is ?: a key of an object, a string of an array, or the string itself.
func jsonExists(s, text []byte) (found bool) {
	switch jsonKind(s) {
	case '{':
		return member(s, text) != nil
	case '[':
		elements(s, func(v []byte) bool {
			found = jsonKind(v) == '"' && stringEquals(v, text)
			return !found
		})
		return found
	case '"':
		return stringEquals(s, text)
	}
	return false
}
