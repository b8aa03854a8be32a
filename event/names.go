package event

import (
	"bytes"
	"encoding/binary"
	"hash/maphash"
	"slices"
)

// names is what a Decoder remembers of the members that it has met: for each path one entry, with its place among its siblings in order. Events
// of one source have the same members over and over, in the same order mostly, so that a name is recognised by one comparison with the bytes
// that stood there the last time, which proves it valid, too; members are brought into order by their ranks, without comparing names; and
// where a Summary keeps the path is remembered as well. Elements of an array are at the array's own path.
//
// What it holds is limited. Members past the limits are strays (strays.go).
type names struct {
	all   []known
	table []uint32 // open addressing: ids; a power of two
	// strays counts the names that found no place. When they are many the memory is of another time, and is given up.
	strays int
}

// known is a name at its place. Its id is its index; that of the event itself is root, which is no member.
type known struct {
	quoted     string // as normalised, with quotes and the colon
	head, tail uint64 // its first and last eight bytes, where it has so many
	// What followed this member the last time, and what did before that; 0: nothing yet.
	next, other uint32
	first       uint32 // the member that the latest object at this path began with
	at          int32  // index in the Summary of this epoch
	epoch       uint64
	rank        uint16 // place among the parent's members in order
	role        role

	parent   uint32
	hash     uint64
	name     []byte
	children []uint32 // in order
}

const (
	root       = 0
	idTime     = 1 // and the other built-in members follow, in their order
	idMessage  = 3
	idLevel    = 4
	lastID     = 9
	maxNames   = 2048
	maxName    = 255 // bytes of a name that is remembered
	manyStrays = 8 * maxNames
)

// role is what a top-level member may turn out to be: bits of the purposes, and in the low ones 1 + its place among the times.
type role uint8

const (
	roleTime    role = 15
	roleLevel   role = 16
	roleMessage role = 32
)

// stands reports whether the name with its colon, spelled as normalised, stands at src[i:].
func (k *known) stands(src []byte, i int) bool {
	n := len(k.quoted)
	if n < 8 || n > len(src)-i {
		return n > 0 && n <= len(src)-i && string(src[i:i+n]) == k.quoted
	}
	s := src[i : i+n]
	return binary.LittleEndian.Uint64(s) == k.head && binary.LittleEndian.Uint64(s[n-8:]) == k.tail &&
		(n <= 16 || string(s[8:n-8]) == k.quoted[8:n-8])
}

// forget empties n but for the event itself and its built-in members.
func (d *Decoder) forget() {
	n := &d.names
	clear(n.all) // the strings, too
	n.all, n.strays = n.all[:0], 0
	if n.table == nil {
		n.table = make([]uint32, 64)
	}
	clear(n.table)
	d.shapes = shapes{} // which are made of ids
	d.shapes.grow()
	n.all = append(n.all, known{})
	for _, name := range builtinOrder {
		d.learn(root, hashStep(root, maphash.String(seed, name)), []byte(name))
	}
}

// lookup finds the name that was met as a member of parent, or takes it in; none where it is a stray.
func (d *Decoder) lookup(parent uint32, name []byte) uint32 {
	if parent == none || len(name) > maxName {
		return none
	}
	n := &d.names
	h := hashStep(int32(parent), maphash.Bytes(seed, name))
	mask := uint64(len(n.table) - 1)
	for i := h & mask; n.table[i] != 0; i = (i + 1) & mask {
		k := &n.all[n.table[i]]
		if k.hash == h && k.parent == parent && bytes.Equal(k.name, name) {
			return n.table[i]
		}
	}
	if len(n.all) >= maxNames {
		n.strays++
		return none
	}
	return d.learn(parent, h, name)
}

// learn adds an entry.
func (d *Decoder) learn(parent uint32, hash uint64, name []byte) uint32 {
	n := &d.names
	id := uint32(len(n.all))
	if 2*len(n.all) >= len(n.table) {
		n.grow()
	}
	quoted := append(AppendString(make([]byte, 0, len(name)+3), name), ':')
	k := known{quoted: string(quoted), parent: parent, hash: hash, name: bytes.Clone(name)}
	if parent == root {
		k.role = d.roleOf(name)
	}
	if len(quoted) >= 8 {
		k.head, k.tail = binary.LittleEndian.Uint64(quoted), binary.LittleEndian.Uint64(quoted[len(quoted)-8:])
	}
	n.all = append(n.all, k)
	n.place(id)

	from := 0
	siblings := n.all[parent].children
	if parent == root {
		from = min(lastID, len(siblings)) // the built-in ones stand first
	}
	at, _ := slices.BinarySearchFunc(siblings[from:], k.name, func(s uint32, name []byte) int { return bytes.Compare(n.all[s].name, name) })
	siblings = slices.Insert(siblings, from+at, id)
	n.all[parent].children = siblings
	for i := from + at; i < len(siblings); i++ {
		n.all[siblings[i]].rank = uint16(i)
	}
	return id
}

func (n *names) place(id uint32) {
	mask := uint64(len(n.table) - 1)
	i := n.all[id].hash & mask
	for n.table[i] != 0 {
		i = (i + 1) & mask
	}
	n.table[i] = id
}

func (n *names) grow() {
	n.table = make([]uint32, 2*len(n.table))
	for id := 1; id < len(n.all); id++ {
		n.place(uint32(id))
	}
}

// follow remembers that the member id followed prev, or began an object at path where prev is none.
func (n *names) follow(path, prev, id uint32) {
	switch {
	case prev&strayName == 0:
		k := &n.all[prev]
		k.next, k.other = id, k.next
	case prev == none && path != none:
		n.all[path].first = id
	}
}
