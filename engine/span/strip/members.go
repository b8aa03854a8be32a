package strip

// Member is a member of the documents that a Builder holds.
type Member struct {
	Parent int    // the number of the object that it is in; 0: the document
	Name   []byte // as it is spelled
	Counts [types]int
	// Objects is how many documents have an object there; Counts, by type, how many have other values.
	Objects int
}

// Members shows the members of the documents that were added, by their numbers from 1 on, an object before what is in it, and then the documents that are kept whole. It
// is false where not all documents were looked at, as their members are too many.
func (b *Builder) Members(member func(number int, m *Member), whole func(document []byte)) bool {
	if b.tooMany {
		return false
	}
	for n := 1; n < len(b.nodes); n++ {
		x := &b.nodes[n]
		m := Member{Parent: int(x.parent), Name: b.names[x.name.from:x.name.to], Objects: int(x.opened)}
		for t, s := range x.strips {
			if s >= 0 {
				m.Counts[t] = len(b.strips[s].refs)
			}
		}
		member(n, &m)
	}
	if s := b.nodes[0].strips[JSON]; s >= 0 {
		for _, r := range b.strips[s].refs {
			whole(b.docs[r.from:r.to])
		}
	}
	return true
}
