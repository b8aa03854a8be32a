package types

import "bytes"

// CompareJSONB orders JSON texts as jsonb's btree order does: null < string < number < boolean <
// array < object; arrays and objects with fewer members first, then member by member; an empty
// array at the top is less than everything.
func CompareJSONB(a, b []byte) int {
	x, y := parseJSONTree(a), parseJSONTree(b)
	return compareTop(&x, &y)
}

type jsonKind uint8

const (
	jsonNull jsonKind = iota
	jsonString
	jsonNumber
	jsonBool
	jsonArray
	jsonObject
)

type jsonTree struct {
	kind jsonKind
	text []byte // of a string: its characters; of others: as spelled
	list []jsonTree
	keys []jsonTree // of an object: the names of list's members
}

// parseJSONTree reads JSON that is known to be valid, in jsonb's form.
func parseJSONTree(s []byte) jsonTree {
	r := treeReader{s: AppendJSONB(nil, s)}
	return r.read()
}

// treeReader reads canonical jsonb text. What isn't any gives some tree.
type treeReader struct {
	s []byte
	p int
}

func (r *treeReader) at(c byte) bool { return r.p < len(r.s) && r.s[r.p] == c }

func (r *treeReader) read() jsonTree {
	if r.p >= len(r.s) {
		return jsonTree{}
	}
	switch c := r.s[r.p]; c {
	case '"':
		return r.readString()
	case '[', '{':
		t := jsonTree{kind: jsonArray}
		closing := byte(']')
		if c == '{' {
			t.kind, closing = jsonObject, '}'
		}
		for r.p++; r.p < len(r.s) && !r.at(closing); {
			if r.at(',') {
				r.p += 2
			}
			if c == '{' {
				t.keys = append(t.keys, r.readString())
				r.p += 2
			}
			t.list = append(t.list, r.read())
		}
		r.p++
		return t
	}
	start := r.p
	for r.p < len(r.s) && !r.at(',') && !r.at(']') && !r.at('}') {
		r.p++
	}
	t := jsonTree{kind: jsonNumber, text: r.s[start:r.p]}
	switch {
	case r.p == start:
		r.p++
	case t.text[0] == 'n':
		t.kind = jsonNull
	case t.text[0] == 't' || t.text[0] == 'f':
		t.kind = jsonBool
	}
	return t
}

func (r *treeReader) readString() jsonTree {
	start := r.p
	for r.p++; r.p < len(r.s) && !r.at('"'); r.p++ {
		if r.at('\\') {
			r.p++
		}
	}
	r.p = min(r.p+1, len(r.s))
	return jsonTree{kind: jsonString, text: AppendJSONUnquoted(nil, r.s[min(start, r.p):r.p])}
}

// compareTop compares whole values. PostgreSQL keeps a scalar as an array of one element that is
// marked, so at the top a scalar meets an array as such, and only an empty one is less.
func compareTop(a, b *jsonTree) int {
	aScalar, bScalar := a.kind < jsonArray, b.kind < jsonArray
	switch {
	case aScalar && b.kind == jsonArray:
		if len(b.list) == 0 {
			return 1
		}
		return -1
	case bScalar && a.kind == jsonArray:
		if len(a.list) == 0 {
			return -1
		}
		return 1
	}
	return compareTrees(a, b)
}

func compareTrees(a, b *jsonTree) int {
	if a.kind != b.kind {
		return int(a.kind) - int(b.kind)
	}
	switch a.kind {
	case jsonString:
		return bytes.Compare(a.text, b.text)
	case jsonNumber:
		return CompareNumericText(a.text, b.text)
	case jsonBool:
		return bytes.Compare(a.text, b.text) // false < true
	case jsonNull:
		return 0
	}
	if len(a.list) != len(b.list) {
		return len(a.list) - len(b.list)
	}
	for i := range a.list {
		if a.kind == jsonObject {
			if c := bytes.Compare(a.keys[i].text, b.keys[i].text); c != 0 {
				return c
			}
		}
		if c := compareTrees(&a.list[i], &b.list[i]); c != 0 {
			return c
		}
	}
	return 0
}
