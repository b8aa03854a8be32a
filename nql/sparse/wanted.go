package sparse

// node is a place in the tree of wanted paths.
type node struct {
	slots    []int // paths that end here
	wants    int   // paths that end here or below
	members  []member
	elements []element
	fromEnd  bool // an element is counted from the end
}

type member struct {
	name string
	fold bool
	rank int // where documents are sorted: the index in Wanted.first, else the length of that; 0 further down
	node node
}

type element struct {
	index int
	node  node
}

func (n *node) leaf() bool { return len(n.slots) > 0 }

func (n *node) add(path []Step, slot int) {
	n.wants++
	if len(path) == 0 {
		n.slots = append(n.slots, slot)
		return
	}
	s := path[0]
	if s.Element {
		for i := range n.elements {
			if n.elements[i].index == s.Index {
				n.elements[i].node.add(path[1:], slot)
				return
			}
		}
		n.fromEnd = n.fromEnd || s.Index < 0
		n.elements = append(n.elements, element{index: s.Index})
		n.elements[len(n.elements)-1].node.add(path[1:], slot)
		return
	}
	for i := range n.members {
		if n.members[i].name == s.Name && n.members[i].fold == s.Fold {
			n.members[i].node.add(path[1:], slot)
			return
		}
	}
	n.members = append(n.members, member{name: s.Name, fold: s.Fold})
	n.members[len(n.members)-1].node.add(path[1:], slot)
}

func (n *node) wide() bool {
	if len(n.members) > 64 {
		return true
	}
	for i := range n.members {
		if n.members[i].node.wide() {
			return true
		}
	}
	for i := range n.elements {
		if n.elements[i].node.wide() {
			return true
		}
	}
	return false
}

// reader is one pass over one document. It doesn't hold the document: as that ends up in out, out would be taken to outlive the pass.
type reader struct {
	out  []Value
	open int // wanted values not yet met

	inOrder bool // members are sorted
}

func (r *reader) set(doc []byte, n *node, start, end int) {
	if start >= end {
		return
	}
	v := Value{kindOf[doc[start]], doc[start:end:end]}
	if v.Kind == Missing {
		return
	}
	for _, slot := range n.slots {
		r.out[slot] = v
	}
}

// value reads what n wants of the value at i and returns where the value ends. Once nothing is open any
// more the end is not looked for unless some enclosing value is wanted, which then is open itself.
func (r *reader) value(doc []byte, n *node, i int) int {
	if i >= len(doc) {
		return i
	}
	before := r.open
	end := 0
	switch {
	case doc[i] == '{' && len(n.members) > 0 && r.inOrder:
		end = r.sorted(doc, n, i, nil)
	case doc[i] == '{' && len(n.members) > 0:
		end = r.object(doc, n, i)
	case doc[i] == '[' && len(n.elements) > 0:
		end = r.array(doc, n, i)
	default:
		end = skipValue(doc, i)
	}
	// What was not found here can't be found elsewhere.
	r.open = before - n.wants + len(n.slots)
	return end
}

// found reads member or element node n at i, gives it to its slots, and returns its end.
func (r *reader) found(doc []byte, n *node, i int) int {
	end := r.value(doc, n, i)
	if n.leaf() {
		r.set(doc, n, i, end)
		r.open -= len(n.slots)
	}
	return end
}

func (r *reader) object(doc []byte, n *node, i int) int {
	var seen uint64 // members met, where there are no more than 64
	need := n.wants - len(n.slots)
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
		keyEnd := skipString(doc, i)
		key := doc[i:keyEnd]
		i = keyEnd
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
		hit := false
		start := i
		for m := range n.members {
			mem := &n.members[m]
			if !mem.fold && len(key) < len(mem.name)+2 {
				continue
			}
			if m < 64 && seen>>m&1 != 0 || !KeyIs(key, mem.name, mem.fold) {
				continue
			}
			hit = true
			end := r.found(doc, &mem.node, start)
			i = max(i, end)
			if m < 64 {
				seen |= 1 << m
				need -= mem.node.wants
				if r.open <= 0 {
					return len(doc) // nothing wanted encloses this, so nobody asks where it ends
				}
				if need <= 0 {
					return skipOut(doc, i)
				}
			}
		}
		if !hit {
			i = skipValue(doc, i)
		}
	}
	return i
}

func (r *reader) array(doc []byte, n *node, i int) int {
	count := 0
	if n.fromEnd {
		for it := Elements(doc[i:]); ; count++ {
			if _, ok := it.Next(); !ok {
				break
			}
		}
	}
	i++
	for at := 0; i < len(doc); {
		c := doc[i]
		switch {
		case c == ',' || c <= ' ':
			i++
			continue
		case c == ']':
			return i + 1
		}
		end := 0
		for e := range n.elements {
			el := &n.elements[e]
			if el.index == at || el.index < 0 && el.index+count == at {
				end = max(end, r.found(doc, &el.node, i))
				if r.open <= 0 {
					return len(doc)
				}
			}
		}
		if end == 0 {
			end = skipValue(doc, i)
		}
		if end <= i { // no value begins here
			return len(doc)
		}
		i = end
		at++
	}
	return i
}
