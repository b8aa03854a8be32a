package span

import (
	"encoding/binary"
	"slices"
	"unsafe"

	"github.com/flare-pg/flare-pg/engine/span/strip"
	"github.com/flare-pg/flare-pg/event"
	"github.com/flare-pg/flare-pg/nql"
)

// What counts events by the value of one member, and nothing else, reads no page: the footer has for the members with few different values how many events of each page
// have which.

// ValueCounts is how many events of each page have which value of one member. It is immutable.
type ValueCounts struct {
	Member nql.PageMember
	// Values are the different ones in the file, as strip.Tally has them.
	Values [][]byte

	pages []byte   // the entries
	ends  []uint32 // of them: entry i begins where the one before ends
}

// Section 0x84, value counts. A member without names is the level with its fall-backs, as package event has them.
//
//	u number; for each member:
//	  u names, and each s
//	  u values, and each s: as it stands in JSON
//	  for each page:
//	    u 0: it is not known; else 1 + n, and n times
//	      u place of the value, minus the place behind the one before
//	      u events that have it
//	      Those that are in no such entry have no value.
const (
	// maxValueBytes is how long a value is at most, and maxMembers how many members are counted.
	maxValueBytes = 256
	maxMembers    = 1024
	// countShare is which part of the file the section takes at most, and leastCounts what it may take of a small one, in bytes.
	countShare  = 256
	leastCounts = 1 << 10
)

// Counted gives the counts of a member; nil: there are none.
func (f *Footer) Counted(m nql.PageMember) *ValueCounts {
	for i := range f.Values {
		if v := &f.Values[i]; v.Member.Core == m.Core && slices.Equal(v.Member.Names, m.Names) {
			return v
		}
	}
	return nil
}

// Add adds the events of a page, which has so many: of each of Values, and behind these those without. It does nothing where they are not known.
func (v *ValueCounts) Add(page, events int, counts []int64) (known bool) {
	from := uint32(0)
	if page > 0 {
		from = v.ends[page-1]
	}
	d := decoder{b: v.pages[from:v.ends[page]]}
	n := d.u()
	if n == 0 {
		return false
	}
	place, left := 0, int64(events)
	for range n - 1 {
		place += int(d.u())
		k := int64(d.u())
		counts[place] += k
		left -= k
		place++
	}
	counts[len(v.Values)] += left
	return true
}

// bytes is about how much memory v takes.
func (v *ValueCounts) bytes() int64 {
	n := int64(unsafe.Sizeof(*v)) + int64(cap(v.pages)) + 4*int64(cap(v.ends))
	for _, x := range v.Values {
		n += int64(unsafe.Sizeof(x)) + int64(len(x))
	}
	for _, s := range v.Member.Names {
		n += int64(unsafe.Sizeof(s)) + int64(len(s))
	}
	return n
}

// append encodes v.
func (v *ValueCounts) append(b []byte) []byte {
	b = binary.AppendUvarint(b, uint64(len(v.Member.Names)))
	for _, s := range v.Member.Names {
		b = append(binary.AppendUvarint(b, uint64(len(s))), s...)
	}
	b = binary.AppendUvarint(b, uint64(len(v.Values)))
	for _, x := range v.Values {
		b = append(binary.AppendUvarint(b, uint64(len(x))), x...)
	}
	return append(b, v.pages...)
}

func (f *Footer) appendValues(b []byte) []byte {
	b = binary.AppendUvarint(b, uint64(len(f.Values)))
	for i := range f.Values {
		b = f.Values[i].append(b)
	}
	return b
}

// decodeValues decodes the section, once the pages are known.
func (f *Footer) decodeValues(d *decoder) {
	least := 2 + len(f.Pages) // bytes of a member
	n := d.number(least)
	if d.bad || n > maxMembers {
		d.bad = true
		return
	}
	f.Values = make([]ValueCounts, n)
	for i := range f.Values {
		if !f.Values[i].decode(d, f.Pages) {
			return
		}
	}
}

func (v *ValueCounts) decode(d *decoder, pages []PageInfo) bool {
	if n := d.upTo(event.MaxLevels); n > 0 {
		v.Member.Names = make([]string, n)
		for i := range v.Member.Names {
			v.Member.Names[i] = string(d.take(d.upTo(event.MaxNameBytes)))
		}
	} else {
		v.Member.Core = nql.Level
	}
	v.Values = make([][]byte, d.upTo(strip.MaxTally))
	for i := range v.Values {
		v.Values[i] = slices.Clone(d.take(d.upTo(maxValueBytes)))
	}
	if d.bad {
		return false
	}
	all := d.b
	v.ends = make([]uint32, len(pages))
	for i := range pages {
		place, left := 0, pages[i].Events
		for range max(d.upTo(uint64(len(v.Values)+1)), 1) - 1 {
			place += d.upTo(uint64(max(len(v.Values)-place-1, 0))) + 1
			left -= d.upTo(uint64(left))
			if d.bad || place > len(v.Values) {
				d.bad = true
				return false
			}
		}
		v.ends[i] = uint32(len(all) - len(d.b))
	}
	if d.bad {
		return false
	}
	v.pages = slices.Clone(all[:len(all)-len(d.b)])
	return true
}

// pageTally is what a page tells of how many of its events have which value of its members.
type pageTally struct {
	complete bool // no event has a member that is not listed
	members  []memberTally
}

type memberTally struct {
	member nql.PageMember
	known  bool
	values strip.Tally
}

// tallyOf goes through the members of a page of columns.
func tallyOf(c *strip.Columns) (t pageTally, err error) {
	t.complete, err = c.Tallies(func(m nql.PageMember, of *strip.Tally) {
		x := memberTally{member: m}
		if of != nil {
			x.known = true
			for i, v := range of.Values {
				x.known = x.known && len(v) <= maxValueBytes
				x.values.Values, x.values.Counts = append(x.values.Values, v), append(x.values.Counts, of.Counts[i])
			}
		}
		t.members = append(t.members, x)
	})
	return t, err
}

// valueCounting makes the counts of a file, a page after the other.
type valueCounting struct {
	complete []bool // of each page
	members  []*memberCounting
	byName   map[string]*memberCounting
}

// memberCounting is a member of which the pages so far have few different values.
type memberCounting struct {
	ValueCounts
	many  bool // they have more
	known bool // of some page
	place map[string]int
}

func newValueCounting() *valueCounting {
	c := &valueCounting{byName: map[string]*memberCounting{}}
	c.member(nql.PageMember{Core: nql.Level}) // the first, lest there be no room for it
	return c
}

// member gives what is counted of a member; nil: nothing.
func (c *valueCounting) member(m nql.PageMember) *memberCounting {
	if len(m.Names) > event.MaxLevels {
		return nil
	}
	var room [256]byte
	key := room[:0]
	for _, s := range m.Names {
		key = append(append(key, s...), 0xff) // in no name
	}
	x := c.byName[string(key)]
	if x == nil && len(c.members) < maxMembers {
		for _, s := range m.Names {
			if len(s) > event.MaxNameBytes {
				return nil
			}
		}
		x = &memberCounting{ValueCounts: ValueCounts{Member: m}, place: map[string]int{}}
		c.byName[string(key)] = x
		c.members = append(c.members, x)
	}
	return x
}

// add adds the next page.
func (c *valueCounting) add(t pageTally) {
	for i := range t.members {
		m := &t.members[i]
		if x := c.member(m.member); x != nil && !x.many {
			x.pad(c.complete)
			x.add(m)
		}
	}
	c.complete = append(c.complete, t.complete)
}

// pad makes entries of the pages that did not list the member.
func (x *memberCounting) pad(complete []bool) {
	for i := len(x.ends); i < len(complete) && !x.many; i++ {
		entry := byte(0)
		if complete[i] {
			entry = 1
		}
		x.pages = append(x.pages, entry)
		x.ends = append(x.ends, uint32(len(x.pages)))
	}
}

// add adds the entry of a page.
func (x *memberCounting) add(m *memberTally) {
	if !m.known {
		x.pages = append(x.pages, 0)
		x.ends = append(x.ends, uint32(len(x.pages)))
		return
	}
	var counts [strip.MaxTally]int64
	for i, v := range m.values.Values {
		at, ok := x.place[string(v)]
		if !ok {
			if at = len(x.Values); at == strip.MaxTally {
				*x = memberCounting{ValueCounts: ValueCounts{Member: x.Member}, many: true}
				return
			}
			x.Values = append(x.Values, v)
			x.place[string(v)] = at
		}
		counts[at] = m.values.Counts[i]
	}
	x.known = true
	x.pages = binary.AppendUvarint(x.pages, uint64(len(m.values.Values)+1))
	next := 0
	for at, n := range counts[:len(x.Values)] {
		if n > 0 {
			x.pages = binary.AppendUvarint(x.pages, uint64(at-next))
			x.pages = binary.AppendUvarint(x.pages, uint64(n))
			next = at + 1
		}
	}
	x.ends = append(x.ends, uint32(len(x.pages)))
}

// finish gives the counts, of so many members as have room in a file of a size.
func (c *valueCounting) finish(size int64) []ValueCounts {
	room := max(int(size/countShare), leastCounts)
	var out []ValueCounts
	for _, x := range c.members {
		x.pad(c.complete)
		if x.many || !x.known {
			continue
		}
		if n := len(x.append(nil)); n <= room {
			room -= n
			x.pages, x.ends, x.Values = slices.Clip(x.pages), slices.Clip(x.ends), slices.Clip(x.Values)
			out = append(out, x.ValueCounts)
		}
	}
	return slices.Clip(out)
}
