package event

import (
	"encoding/binary"
	"fmt"
	"slices"
)

func tooLarge(size, limit int) string {
	return fmt.Sprintf("event of %d bytes is larger than the limit of %d", size, limit)
}

// parse validates d.src and builds the nodes; node 0 is the event.
func (d *Decoder) parse() bool {
	src := d.src
	i := d.skip(0)
	switch {
	case i >= len(src):
		d.fail(CodeInvalidText, i, "event is empty: expected a JSON object")
		return false
	case src[i] == '[':
		d.fail(CodeInvalidText, i, "event is a JSON array: expected an object")
		return false
	case src[i] != '{':
		d.fail(CodeInvalidText, i, "expected a JSON object, found "+d.found(i))
		return false
	}
	d.level, d.message, d.chosen = none, none, none
	for k := range d.time {
		d.time[k] = none
	}
	d.irregular, d.shape = false, nil
	d.addElement()
	d.nodes[0].kind, d.nodes[0].val = nodeObject, uint32(i)
	end := d.object(0, root, i, 1)
	if end < 0 {
		return false
	}
	if i = d.skip(end); i < len(src) {
		d.fail(CodeInvalidText, i, "expected the end of the event, found "+d.found(i))
		return false
	}
	return true
}

// skip gives the position of the first byte from i on that is no white space.
func (d *Decoder) skip(i int) int {
	for i < len(d.src) {
		switch d.src[i] {
		case ' ', '\t', '\n', '\r':
			i++
		default:
			return i
		}
	}
	return i
}

// found describes what stands at i, for messages.
func (d *Decoder) found(i int) string {
	if i >= len(d.src) {
		return "the end"
	}
	if c := d.src[i]; c < 0x80 {
		return fmt.Sprintf("%q", c)
	}
	return fmt.Sprintf("byte 0x%02x", d.src[i])
}

func (d *Decoder) unexpected(i int, want string) int {
	return d.fail(CodeInvalidText, i, "expected "+want+", found "+d.found(i))
}

// object reads the object that begins at i into node n and returns the position behind it, or -1. path is the id of the name that objects at this
// place are members of, or none.
func (d *Decoder) object(n, path uint32, i, depth int) int {
	if depth > d.o.Depth {
		return d.tooDeep(i)
	}
	src := d.src
	var o openObject
	o.node, o.path, o.start, o.depth, o.clean, o.strays = n, path, i, depth, true, path == none
	prev, guess := uint32(none), uint32(root) // the names of the member before and, probably, of the next
	if path != none {
		guess = d.names.all[path].first
	}
	i++
	if i < len(src) && src[i] <= ' ' {
		i, o.clean = d.skip(i), false
	}
	if i < len(src) && src[i] == '}' {
		return d.endObject(&o, i+1)
	}
	for {
		if !o.spaced {
			var end bool
			if i, prev, guess, end = d.plainMembers(i, prev, guess); end {
				return d.endObject(&o, i+1)
			}
		}
		m := d.addNode()
		p := &d.nodes[m]
		p.start = uint32(i)
		if i = d.name(&o, m, prev, guess, i); i < 0 {
			return -1
		}
		k := &stranger
		if p.name&strayName == 0 {
			k = &d.names.all[p.name]
		}
		prev, guess = p.name, k.next
		if k.role != 0 {
			d.noteTop(m, k.role)
		}

		if i < len(src) && src[i] <= ' ' {
			i, o.spaced = d.skip(i), true
			p.flags |= nameDirty
		}
		if i >= len(src) {
			return d.unexpected(i, "a value")
		}
		p.val = uint32(i)
		var class class
		var traits numberTraits
		switch c := src[i]; {
		case c == '"':
			i = d.special(i + 1)
			if i >= len(src) || src[i] != '"' {
				var e escapes
				if i, e = d.str(i); i < 0 {
					return -1
				}
				if e == longEscapes {
					p.flags |= valueDirty
				}
			}
			i++
			p.kind, class = nodeString, classText
		case c-'0' <= 9 || c == '-':
			p.kind, class = nodeNumber, classNumber
			if i, traits = d.num(i); i < 0 {
				return -1
			}
		case c == '{':
			p.kind, class = nodeObject, classJSON
			if i = d.object(m, pathOf(prev), i, depth+1); i < 0 {
				return -1
			}
			p = &d.nodes[m]
		case c == '[':
			p.kind, class = nodeArray, classJSON
			if i = d.array(m, pathOf(prev), i, depth+1); i < 0 {
				return -1
			}
			p = &d.nodes[m]
		default:
			if i, p.kind = d.literal(i); i < 0 {
				return -1
			}
			class = classOfKind[p.kind]
		}
		binary.LittleEndian.PutUint16(d.sig[2*m:], uint16(prev<<3)|uint16(class))
		d.traits[m] = byte(traits)
		p.valEnd, p.next = uint32(i), uint32(len(d.nodes))
		if p.flags&(valueDirty|nameDirty) != 0 {
			o.clean = false
		}

		if i < len(src) && src[i] <= ' ' {
			i, o.clean = d.skip(i), false
		}
		switch {
		case i < len(src) && src[i] == ',':
			i++ // where white space follows, name skips it
		case i < len(src) && src[i] == '}':
			return d.endObject(&o, i+1)
		default:
			return d.unexpected(i, "a comma or }")
		}
	}
}

// openObject is what is known of an object while it is read.
type openObject struct {
	node, path   uint32
	start, depth int
	clean        bool // so far all of it is in normalised form, but for the order of members
	spaced       bool // there is white space behind a name
	strays       bool // there are strays among the members
}

// pathOf gives the path of the objects below the member of this id, none below a stray.
func pathOf(id uint32) uint32 {
	if id&strayName != 0 {
		return none
	}
	return id
}

// stranger stands for the names of strays: nothing is known to follow them.
var stranger known

// addNode adds an empty node.
func (d *Decoder) addNode() uint32 {
	m := len(d.nodes)
	if m == cap(d.nodes) {
		d.growNodes()
	}
	d.nodes = d.nodes[:m+1]
	d.nodes[m] = node{}
	return uint32(m)
}

func (d *Decoder) growNodes() {
	d.nodes = slices.Grow(d.nodes, 64)
	d.sig = slices.Grow(d.sig, 2*cap(d.nodes)-len(d.sig))[:2*cap(d.nodes)]
	d.traits = slices.Grow(d.traits, cap(d.nodes)-len(d.traits))[:cap(d.nodes)]
}

// endObject puts the members in order and marks the object as normalised already, or not.
func (d *Decoder) endObject(o *openObject, end int) int {
	if o.depth == 1 && !d.settleTop(o.start) {
		return -1
	}
	from := len(d.order)
	var inOrder bool
	switch {
	case o.strays:
		d.irregular = true
		inOrder = d.sortNames(o.node)
	case o.depth == 1:
		d.sortTop()
	default:
		inOrder = d.sortRanks(o.node, o.path)
	}
	p := &d.nodes[o.node]
	p.valEnd = uint32(end)
	if o.clean && inOrder && o.depth > 1 {
		d.order = d.order[:from]
		return end
	}
	p.from, p.to = uint32(from), uint32(len(d.order))
	p.flags |= valueDirty
	return end
}

func (d *Decoder) tooDeep(i int) int {
	return d.fail(CodeNestedTooDeep, i, fmt.Sprintf("event is nested more than %d levels deep", d.o.Depth))
}

// name reads the name and the colon of member m and returns the position behind the colon, or -1. prev and guess are the ids of the member before it and
// of the one expected.
func (d *Decoder) name(o *openObject, m, prev, guess uint32, i int) int {
	src := d.src
	if i < len(src) && src[i] <= ' ' {
		i, o.clean = d.skip(i), false
	}
	if i >= len(src) || src[i] != '"' {
		return d.unexpected(i, "a member's name in quotes")
	}
	p := &d.nodes[m]
	p.start = uint32(i)
	if k := &d.names.all[guess]; k.stands(src, i) {
		p.name = guess
		return i + len(k.quoted)
	}
	end, escaped := d.str(i + 1)
	if end < 0 {
		return -1
	}
	slot := -1
	if escaped == noEscapes && o.path != none && end+1 < len(src) && src[end+1] == ':' {
		if p.name, slot = d.names.nearby(o.path, src, i, end+2-i); p.name != none {
			d.names.follow(o.path, prev, p.name)
			return end + 2
		}
	}
	name := src[i+1 : end]
	if escaped != noEscapes {
		d.unescaped = appendUnescaped(d.unescaped[:0], name)
		name = d.unescaped
		p.flags |= nameDirty
	}
	if p.name = d.lookup(o.path, name); p.name != none {
		d.names.follow(o.path, prev, p.name)
		if slot >= 0 {
			d.names.near[slot] = uint16(p.name)
		}
	} else {
		p.name = d.stray(name)
		o.strays = true
		if o.depth == 1 {
			d.noteTop(m, d.roleOf(name))
		}
	}
	i = end + 1
	if i >= len(src) || src[i] != ':' {
		if i = d.skip(i); i >= len(src) || src[i] != ':' {
			return d.unexpected(i, "a colon")
		}
		p.flags |= nameDirty
	}
	return i + 1
}

// literal reads true, false or null at i and returns the position behind it, or -1.
func (d *Decoder) literal(i int) (end int, kind nodeKind) {
	switch d.src[i] {
	case 't':
		return d.word(i, "true"), nodeTrue
	case 'f':
		return d.word(i, "false"), nodeFalse
	case 'n':
		return d.word(i, "null"), nodeNull
	}
	return d.unexpected(i, "a value"), nodeNull
}

// array reads the array that begins at i into node n and returns the position behind it, or -1. path is as for object. Its elements' nodes are kept
// only if the array has to be rewritten; elements that stand one behind the other in normalised form are one node, else a long array would
// take many times its bytes.
func (d *Decoder) array(n, path uint32, i, depth int) int {
	if depth > d.o.Depth {
		return d.tooDeep(i)
	}
	src := d.src
	was := d.mark()
	clean := true
	run := uint32(none) // the node of the latest elements, which stand one behind the other in normalised form
	i++
	if i < len(src) && src[i] <= ' ' {
		i, clean = d.skip(i), false
	}
	if i < len(src) && src[i] == ']' {
		i++
	} else {
		for {
			from, m := i, uint32(none)
			before := d.mark()
			switch {
			case i >= len(src):
				return d.unexpected(i, "a value")
			case src[i] == '"':
				var e escapes
				if i, e = d.str(i + 1); i < 0 {
					return -1
				}
				i++
				if e == longEscapes {
					m = d.addElement()
					d.nodes[m].kind, d.nodes[m].flags = nodeString, valueDirty
				}
			case src[i] == '{':
				m = d.addElement()
				d.nodes[m].kind = nodeObject
				i = d.object(m, path, i, depth+1)
			case src[i] == '[':
				m = d.addElement()
				d.nodes[m].kind = nodeArray
				i = d.array(m, path, i, depth+1)
			case src[i]-'0' <= 9 || src[i] == '-':
				i, _ = d.num(i)
			default:
				i, _ = d.literal(i)
			}
			switch {
			case i < 0:
				return -1
			case m != none && d.nodes[m].flags&valueDirty != 0:
				clean, run = false, none
			case run != none && int(d.nodes[run].valEnd)+1 == from:
				d.back(before)
				d.nodes[run].valEnd = uint32(i)
				m = none
			default:
				d.back(before)
				m = d.addElement()
				run = m
			}
			if m != none {
				p := &d.nodes[m]
				p.val, p.valEnd, p.next = uint32(from), uint32(i), uint32(len(d.nodes))
			}
			if i < len(src) && src[i] <= ' ' {
				i, clean = d.skip(i), false
			}
			if i < len(src) && src[i] == ',' {
				i++
				if i < len(src) && src[i] <= ' ' {
					i, clean = d.skip(i), false
				}
				continue
			}
			if i >= len(src) || src[i] != ']' {
				return d.unexpected(i, "a comma or ]")
			}
			i++
			break
		}
	}
	if clean {
		d.back(was)
		return i
	}
	d.nodes[n].flags |= valueDirty
	return i
}

// addElement adds a node for elements of an array.
func (d *Decoder) addElement() uint32 {
	m := d.addNode()
	d.sig[2*m], d.sig[2*m+1], d.traits[m] = 0, 0, 0
	return m
}

// mark is how far the scratch memory was filled, to give back what turned out not to be needed.
type mark struct{ nodes, order, strays, text int }

func (d *Decoder) mark() mark { return mark{len(d.nodes), len(d.order), len(d.strays), len(d.text)} }

func (d *Decoder) back(m mark) {
	d.nodes, d.order, d.strays, d.text = d.nodes[:m.nodes], d.order[:m.order], d.strays[:m.strays], d.text[:m.text]
}

// word checks a literal name.
func (d *Decoder) word(i int, w string) int {
	for k := 0; k < len(w); k++ {
		if i+k >= len(d.src) || d.src[i+k] != w[k] {
			return d.unexpected(i+k, w)
		}
	}
	return i + len(w)
}
