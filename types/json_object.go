package types

import (
	"bytes"
	"slices"
)

// object reads an object. Its members are written as they come; only where they come in another
// order than jsonb's are they put right afterwards.
func (r *jsonReader) object() bool {
	r.p++
	r.mark("{")
	base, names, first := len(r.members), len(r.names), len(r.dst)
	r.space()
	if r.p < len(r.s) && r.s[r.p] == '}' {
		r.p++
		r.mark("}")
		return true
	}
	sorted := true
	for what := "string or \"}\""; ; what = "string" {
		if r.p >= len(r.s) || r.s[r.p] != '"' {
			return r.expected(what)
		}
		m := jsonMember{name: len(r.names), start: len(r.dst), ord: len(r.members) - base}
		if !r.nameString() {
			return false
		}
		m.nameEnd = len(r.names)
		if r.space(); r.p >= len(r.s) || r.s[r.p] != ':' {
			return r.expected("\":\"")
		}
		r.p++
		r.mark(": ")
		r.space()
		if !r.value("JSON value") {
			return false
		}
		m.end = len(r.dst)
		if r.canonical {
			if n := len(r.members); n > base && r.compareNames(&r.members[n-1], &m) >= 0 {
				sorted = false
			}
			r.members = append(r.members, m)
		}
		r.space()
		if r.p < len(r.s) && r.s[r.p] == ',' {
			r.p++
			r.mark(", ")
			r.space()
			continue
		}
		if r.p < len(r.s) && r.s[r.p] == '}' {
			r.p++
			break
		}
		return r.expected("\",\" or \"}\"")
	}
	if !sorted {
		r.reorder(r.members[base:], first)
	}
	r.members, r.names = r.members[:base], r.names[:names]
	r.mark("}")
	return true
}

func (r *jsonReader) compareNames(a, b *jsonMember) int {
	x, y := r.names[a.name:a.nameEnd], r.names[b.name:b.nameEnd]
	if len(x) != len(y) {
		return len(x) - len(y)
	}
	return bytes.Compare(x, y)
}

// reorder rewrites the members of an object, which stand in dst from first on, in jsonb's order.
func (r *jsonReader) reorder(members []jsonMember, first int) {
	slices.SortFunc(members, func(a, b jsonMember) int {
		if c := r.compareNames(&a, &b); c != 0 {
			return c
		}
		return a.ord - b.ord
	})
	r.scratch = append(r.scratch[:0], r.dst[first:]...)
	text := r.scratch
	r.dst = r.dst[:first]
	wrote := false
	for i := range members {
		m := &members[i]
		if i+1 < len(members) && r.compareNames(m, &members[i+1]) == 0 {
			continue // the last of several with one name counts
		}
		if wrote {
			r.mark(", ")
		}
		r.dst = append(r.dst, text[m.start-first:m.end-first]...)
		wrote = true
	}
}
