package sparse

import (
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
	w.sorted, w.wide, w.head = true, false, headOf(first)
	w.root.sort(w.head.names)
	w.root.prepare()
	return w
}

// head is the names that stand before all others.
type head struct {
	names []string
	words []uint64 // their first eight bytes; nil where those don't tell
}

func headOf(names []string) head {
	h := head{names: slices.Clone(names)}
	for _, n := range names {
		if len(n) >= 8 || mustEscape(n) {
			h.words = nil
			break
		}
		h.words = append(h.words, wordOf(n))
	}
	return h
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
func (r *Reader) sorted(doc []byte, n *node, i int, h head) int {
	outer := r.open - (n.wants - len(n.slots)) // wanted elsewhere, or n itself
	want := 0                                  // index of the next wanted member
	at := 0                                    // names of the head that are behind
	first := h.names
	for {
		if at < len(h.words) {
			if i, want, at = r.headAhead(doc, n, i, want, at, h.words); want == len(n.members) {
				return r.leave(doc, outer)
			}
		}
		if at == len(first) && n.members[want].rank == len(first) {
			if i, want = r.sortedAhead(doc, n, i, want); want == len(n.members) {
				return r.leave(doc, outer)
			}
		}
		colon := r.c.next(doc)
		if colon == len(doc) || doc[colon] != ':' {
			return r.closed(doc, colon)
		}
		spelled, word := keyAt(doc, i+1, colon)
		rank := len(first)
		if at < rank {
			if rank = at + index(first[at:], spelled); rank < len(first) {
				at = rank + 1
			} else {
				at = rank
			}
		}
		for {
			m := &n.members[want]
			order := rank - m.rank
			if order == 0 && rank == len(first) {
				order = m.compare(spelled, word)
			}
			if order < 0 {
				break
			}
			if order == 0 {
				r.found(doc, &m.node, skipSpace(doc, colon+1))
			}
			if want++; want == len(n.members) {
				return r.leave(doc, outer)
			}
			if order == 0 {
				break
			}
		}
		if i = r.c.pass(doc); i == len(doc) || doc[i] != ',' {
			return r.closed(doc, i)
		}
	}
}

// leave goes out of an object in which all wanted has been seen, when so much is wanted elsewhere.
func (r *Reader) leave(doc []byte, open int) int {
	if r.open = open; open <= 0 {
		return len(doc) // nothing wanted encloses this, so nobody asks where it ends
	}
	return r.c.leave(doc)
}

// index returns where a name stands in a list of plain ones, the length of that where it does not.
func index(names []string, spelled []byte) int {
	if len(spelled) < 2 {
		return len(names)
	}
	for i, n := range names {
		if string(spelled[1:len(spelled)-1]) == n {
			return i
		}
	}
	return len(names)
}
