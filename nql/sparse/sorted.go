package sparse

import (
	"bytes"
	"slices"
	"strings"
)

// CompileSorted is Compile for documents whose objects have no two members of one name and hold them in ascending order of the names' bytes,
// escapes undone; only in the outermost object do the names in first, such of them as are there, stand before all others and in the
// order of first. Reading then ends at the first name behind the last wanted one. On other documents the Wanted may miss members. (Package
// event knows the order of what is stored: see event.Wanted.)
//
// Where a path has a folded step, which can stand anywhere, all is read as Compile has it.
func CompileSorted(first []string, paths [][]Step) *Wanted {
	w := Compile(paths)
	for _, p := range paths {
		for _, s := range p {
			if s.Fold {
				return w
			}
		}
	}
	w.sorted, w.wide, w.first = true, false, slices.Clone(first)
	w.root.sort(w.first)
	return w
}

// sort brings the members of n and below into the order that documents have. first is for n itself.
func (n *node) sort(first []string) {
	for i := range n.members {
		m := &n.members[i]
		if m.rank = slices.Index(first, m.name); m.rank < 0 {
			m.rank = len(first)
		}
		m.node.sort(nil)
	}
	for i := range n.elements {
		n.elements[i].node.sort(nil)
	}
	slices.SortFunc(n.members, func(a, b member) int {
		if a.rank != b.rank {
			return a.rank - b.rank
		}
		return strings.Compare(a.name, b.name)
	})
}

// sorted is object where names stand in order: the document's members and the wanted ones are gone through side by side.
func (r *reader) sorted(doc []byte, n *node, i int, first []string) int {
	outer := r.open - (n.wants - len(n.slots)) // wanted elsewhere, or n itself
	want := 0                                  // index of the next wanted member
	at := 0                                    // names of first that are behind
	i++
	for i < len(doc) {
		c := doc[i]
		switch {
		case c == ',' || c <= ' ':
			i++
			continue
		case c == '}':
			return i + 1
		case c != '"':
			return len(doc)
		}
		start := i
		i = skipString(doc, i)
		key := doc[start:i] // with the quotes
		if len(key) < 2 {
			return len(doc)
		}
		name := key[1 : len(key)-1]
		if i < len(doc) && doc[i] != ':' {
			i = skipSpace(doc, i)
		}
		if i >= len(doc) || doc[i] != ':' {
			return len(doc)
		}
		i++
		if i < len(doc) && doc[i] <= ' ' {
			i = skipSpace(doc, i)
		}
		rank := len(first)
		for f := at; f < len(first); f++ {
			if string(name) == first[f] {
				rank, at = f, f+1
				break
			}
		}
		if rank == len(first) {
			at = rank
		}
		order := 1
		for order > 0 {
			m := &n.members[want]
			if order = rank - m.rank; order == 0 && rank == len(first) {
				order = compareKey(key, m.name)
			}
			if order < 0 {
				break
			}
			end := i
			if order == 0 {
				end = r.found(doc, &m.node, i)
			}
			if want++; want == len(n.members) {
				if r.open = outer; outer <= 0 {
					return len(doc) // nothing wanted encloses this, so nobody asks where it ends
				}
				return skipOut(doc, max(i, end))
			}
			if order == 0 {
				i = max(i, end)
			}
		}
		if order < 0 {
			i = skipValue(doc, i)
		}
	}
	return i
}

// compareKey orders a member's name, as spelled with its quotes, and a plain one.
func compareKey(key []byte, name string) int {
	spelled := key[1 : len(key)-1]
	for i := range min(len(spelled), len(name)) {
		if spelled[i] == '\\' {
			var room [64]byte
			return bytes.Compare(Unquote(room[:0], key), []byte(name))
		}
		if spelled[i] != name[i] {
			return int(spelled[i]) - int(name[i])
		}
	}
	// The longer one is the greater: no escape stands for nothing.
	return len(spelled) - len(name)
}
