package sparse

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"
)

// MemberIterator goes through an object's members in the order in which they stand.
type MemberIterator struct {
	doc []byte
	pos int
}

// Members iterates over the members of an Object's Raw; over nothing where it is none.
func Members(object []byte) MemberIterator {
	if len(object) == 0 || object[0] != '{' {
		return MemberIterator{}
	}
	return MemberIterator{object, 1}
}

// Next returns the next member: its name as spelled, with the quotes, and its value.
func (it *MemberIterator) Next() (key []byte, v Value, ok bool) {
	doc, i := it.doc, it.pos
	for i < len(doc) && (doc[i] == ',' || doc[i] <= ' ') {
		i++
	}
	if i >= len(doc) || doc[i] != '"' {
		it.pos = len(doc)
		return nil, Value{}, false
	}
	end := SkipString(doc, i)
	key = doc[i:end:end]
	i = skipSpace(doc, end)
	if i >= len(doc) || doc[i] != ':' {
		it.pos = len(doc)
		return nil, Value{}, false
	}
	i = skipSpace(doc, i+1)
	end = skipValue(doc, i)
	it.pos = end
	if i < end {
		v = Value{kindOf[doc[i]], doc[i:end:end]}
	}
	return key, v, true
}

// ElementIterator goes through an array's elements.
type ElementIterator struct {
	doc []byte
	pos int
}

// Elements iterates over the elements of an Array's Raw; over nothing where it is none.
func Elements(array []byte) ElementIterator {
	if len(array) == 0 || array[0] != '[' {
		return ElementIterator{}
	}
	return ElementIterator{array, 1}
}

// Next returns the next element.
func (it *ElementIterator) Next() (Value, bool) {
	doc, i := it.doc, it.pos
	for i < len(doc) && (doc[i] == ',' || doc[i] <= ' ') {
		i++
	}
	end := i
	if i < len(doc) && doc[i] != ']' {
		end = skipValue(doc, i)
	}
	if end == i {
		it.pos = len(doc)
		return Value{}, false
	}
	it.pos = end
	return Value{kindOf[doc[i]], doc[i:end:end]}, true
}

// KeyIs reports whether a member's name as spelled, with its quotes, is name; with fold, in any case.
func KeyIs(key []byte, name string, fold bool) bool {
	if len(key) < 2 || key[len(key)-1] != '"' {
		return false
	}
	plain := key[1 : len(key)-1]
	if !fold && len(plain) <= len(name) {
		// With an escape in it the name would be shorter than its spelling.
		return string(plain) == name && strings.IndexByte(name, '\\') < 0
	}
	escaped := bytes.IndexByte(plain, '\\') >= 0
	if !fold && !escaped {
		return false
	}
	if escaped {
		var room [64]byte
		plain = Unquote(room[:0], key)
	}
	if fold {
		return equalFold(plain, name)
	}
	return string(plain) == name
}

// equalFold is strings.EqualFold for bytes and a string.
func equalFold(a []byte, b string) bool {
	for len(a) > 0 && len(b) > 0 {
		if a[0] < utf8.RuneSelf && b[0] < utf8.RuneSelf {
			x, y := a[0], b[0]
			if x != y && (x|0x20 != y|0x20 || x|0x20 < 'a' || x|0x20 > 'z') {
				return false
			}
			a, b = a[1:], b[1:]
			continue
		}
		x, n := utf8.DecodeRune(a)
		y, m := utf8.DecodeRuneInString(b)
		if x != y && !sameFold(x, y) {
			return false
		}
		a, b = a[n:], b[m:]
	}
	return len(a) == 0 && len(b) == 0
}

func sameFold(x, y rune) bool {
	for r := unicode.SimpleFold(x); r != x; r = unicode.SimpleFold(r) {
		if r == y {
			return true
		}
	}
	return false
}
