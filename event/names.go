package event

import (
	"bytes"
	"encoding/binary"
	"hash/maphash"
	"math/bits"
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
	// near is a way shorter than the table, for names that are spelled as normalised: the latest id by a hash of the spelling; 0: none.
	near [1 << nearBits]uint16
	// strays counts the names that found no place. When they are many the memory is of another time, and is given up.
	strays int
}

// known is a name at its place. Its id is its index; that of the event itself is root, which is no member.
type known struct {
	quoted []byte // as normalised, with quotes and the colon

	// For plainMembers: the first and the last eight bytes of quoted, and those behind the first; where it has fewer than eight, both are all of it, and mask has
	// no more bits set.
	head, tail, mask, middle uint64
	size, tailAt             uint8
	plain                    bool // it takes part

	role  role
	rank  uint16 // place among the parent's members in order
	next  uint32 // the member that followed this one the last time; 0: none yet
	first uint32 // the member that the latest object at this path began with
	at    int32  // index in the Summary of this epoch
	epoch uint64

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
	nearBits   = 10
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
	return n > 0 && n <= len(src)-i && bytes.Equal(src[i:i+n], k.quoted)
}

// longestPlain is the longest name, with quotes and the colon, that plainMembers and nearby recognise: three words of eight bytes.
const longestPlain = 24

// spell sets how the name is spelled.
func (k *known) spell(quoted []byte) {
	k.quoted = quoted
	if len(quoted) > longestPlain {
		return
	}
	var room [longestPlain]byte
	n := copy(room[:], quoted)
	k.plain, k.size, k.tailAt = true, uint8(n), uint8(max(n, 8)-8)
	k.mask = ^uint64(0) >> (64 - 8*min(n, 8))
	k.head, k.tail = binary.LittleEndian.Uint64(room[:]), binary.LittleEndian.Uint64(room[k.tailAt:])
	k.middle = binary.LittleEndian.Uint64(room[8:])
}

// forget empties n but for the event itself and its built-in members.
func (d *Decoder) forget() {
	n := &d.names
	clear(n.all) // the texts, too
	n.all, n.strays = append(n.all[:0], builtins.all...), 0
	n.table = append(n.table[:0], builtins.table...)
	clear(n.near[:])
	n.all[root].children = slices.Clone(n.all[root].children)
	for i := range n.all[1:] {
		n.all[1+i].play(d.roleOf(n.all[1+i].name))
	}
	d.shapes = shapes{} // which are made of ids
}

// builtins is what every Decoder begins with.
var builtins = func() (n names) {
	n.all = append(n.all, known{})
	n.table = make([]uint32, 64)
	for _, name := range builtinOrder {
		n.learn(root, hashOf(root, []byte(name)), []byte(name))
	}
	return n
}()

func hashOf(parent uint32, name []byte) uint64 {
	return hashStep(int32(parent), maphash.Bytes(seed, name))
}

// play sets what a top-level member may turn out to be.
func (k *known) play(r role) {
	k.role = r
	k.plain = k.plain && r == 0 // object takes note of it
}

// lookup finds the name that was met as a member of parent, or takes it in; none where it is a stray.
func (d *Decoder) lookup(parent uint32, name []byte) uint32 {
	if parent == none || len(name) > maxName {
		return none
	}
	n := &d.names
	h := hashOf(parent, name)
	mask := uint64(len(n.table) - 1)
	for i := h & mask; n.table[i] != 0; i = (i + 1) & mask {
		k := &n.all[n.table[i]]
		if k.hash == h && k.parent == parent && bytes.Equal(k.name, name) {
			return n.table[i]
		}
	}
	switch {
	case !d.second:
		return none // whoever decodes one event only has nothing of what others would gain
	case len(n.all) >= maxNames:
		n.strays++
		return none
	}
	id := n.learn(parent, h, name)
	if parent == root {
		n.all[id].play(d.roleOf(name))
	}
	return id
}

// learn adds an entry.
func (n *names) learn(parent uint32, hash uint64, name []byte) uint32 {
	id := uint32(len(n.all))
	if 2*len(n.all) >= len(n.table) {
		n.grow()
	}
	k := known{parent: parent, hash: hash}
	k.spell(append(AppendString(make([]byte, 0, len(name)+3), name), ':'))
	if k.name = k.quoted[1 : len(k.quoted)-2]; len(k.name) != len(name) {
		k.name = bytes.Clone(name) // it has escapes when it is quoted
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
		n.all[prev].next = id
	case prev == none && path != none:
		n.all[path].first = id
	}
}

// nearby finds the member of the object at path whose name, with its quotes and the colon, may be src[i:i+size] as it stands; if it is not known by this
// way the id is none. slot is where it would be noted.
func (n *names) nearby(path uint32, src []byte, i, size int) (id uint32, slot int) {
	if size > longestPlain || i+longestPlain > len(src) {
		return none, -1
	}
	mask := ^uint64(0) >> (64 - 8*min(size, 8))
	head := binary.LittleEndian.Uint64(src[i:]) & mask
	tail := binary.LittleEndian.Uint64(src[i+max(size, 8)-8:]) & mask
	h := (head ^ bits.RotateLeft64(tail, 29) ^ uint64(path)<<17 ^ uint64(size)<<48) * 0x9e3779b97f4a7c15
	slot = int(h >> (64 - nearBits))
	id = uint32(n.near[slot])
	k := &n.all[id]
	if id == root || k.parent != path || int(k.size) != size || k.head != head || k.tail != tail ||
		size > 16 && k.middle != binary.LittleEndian.Uint64(src[i+8:]) {
		return none, slot
	}
	return id, slot
}
