package event

import "fmt"

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
	d.nodes = append(d.nodes, node{kind: nodeObject, val: uint32(i)})
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
	src, start := d.src, i
	clean, strays := true, path == none
	prev, guess := uint32(none), uint32(root)
	if path != none {
		guess = d.names.all[path].first
	}
	i++
	if i < len(src) && src[i] <= ' ' {
		i, clean = d.skip(i), false
	}
	if i < len(src) && src[i] == '}' {
		return d.endObject(n, path, start, i+1, depth, clean, strays)
	}
	for {
		m := uint32(len(d.nodes))
		var v int
		k := &d.names.all[guess]
		if quoted := k.quoted; guess != root && len(src)-i >= len(quoted) && string(src[i:i+len(quoted)]) == quoted {
			d.nodes = append(d.nodes, node{start: uint32(i), name: guess})
			v = i + len(quoted)
			prev = guess
			if v < len(src) && src[v] <= ' ' {
				v = d.skip(v)
				d.nodes[m].flags |= nameDirty
			}
			if depth == 1 && k.role != 0 {
				d.noteTop(m, k.role)
			}
			guess = k.next
		} else {
			if v = d.name(path, prev, i, depth); v < 0 {
				return -1
			}
			if prev = d.nodes[m].name; prev&strayName != 0 {
				prev, guess, strays = none, root, true
			} else {
				guess = d.names.all[prev].next
			}
		}
		stop := d.anyValue(m, prev, v, depth+1)
		if stop < 0 {
			return -1
		}
		p := &d.nodes[m]
		p.next = uint32(len(d.nodes))
		if p.flags&(valueDirty|nameDirty) != 0 {
			clean = false
		}
		i = stop
		if i < len(src) && src[i] <= ' ' {
			i, clean = d.skip(i), false
		}
		if i >= len(src) {
			return d.unexpected(i, "a comma or }")
		}
		if src[i] == ',' {
			i++
			if i < len(src) && src[i] <= ' ' {
				i, clean = d.skip(i), false
			}
			continue
		}
		if src[i] != '}' {
			return d.unexpected(i, "a comma or }")
		}
		return d.endObject(n, path, start, i+1, depth, clean, strays)
	}
}

// endObject puts the members in order and marks the object as normalised already, or not.
func (d *Decoder) endObject(n, path uint32, start, end, depth int, clean, strays bool) int {
	if depth == 1 && !d.settleTop(start) {
		return -1
	}
	from := len(d.order)
	var inOrder bool
	if strays {
		inOrder = d.sortNames(n)
	} else {
		inOrder = d.sortRanks(n, path)
	}
	p := &d.nodes[n]
	p.from, p.to = uint32(from), uint32(len(d.order))
	p.valEnd = uint32(end)
	if !clean || !inOrder {
		p.flags |= valueDirty
	}
	return end
}

func (d *Decoder) tooDeep(i int) int {
	return d.fail(CodeNestedTooDeep, i, fmt.Sprintf("event is nested more than %d levels deep", d.o.Depth))
}

// name reads the name and the colon of a member that is not the one expected, makes its node, and returns the position of the value, or -1. prev
// is the id of the member before it.
func (d *Decoder) name(path, prev uint32, i, depth int) int {
	src := d.src
	if i >= len(src) || src[i] != '"' {
		return d.unexpected(i, "a member's name in quotes")
	}
	end, escaped := d.str(i + 1)
	if end < 0 {
		return -1
	}
	p := node{start: uint32(i)}
	name := src[i+1 : end]
	if escaped != noEscapes {
		d.unescaped = appendUnescaped(d.unescaped[:0], name)
		name = d.unescaped
		p.flags |= nameDirty
	}
	var r role
	if p.name = d.lookup(path, name); p.name != none {
		d.names.follow(path, prev, p.name)
		r = d.names.all[p.name].role
	} else {
		p.name = d.stray(name)
		if depth == 1 {
			r = d.roleOf(name)
		}
	}
	d.nodes = append(d.nodes, p)
	v := end + 1
	if v >= len(src) || src[v] != ':' {
		if v = d.skip(v); v >= len(src) || src[v] != ':' {
			return d.unexpected(v, "a colon")
		}
	}
	v++
	if v < len(src) && src[v] <= ' ' {
		v = d.skip(v)
	}
	m := uint32(len(d.nodes) - 1)
	if v != end+2 {
		d.nodes[m].flags |= nameDirty
	}
	if r != 0 && depth == 1 {
		d.noteTop(m, r)
	}
	return v
}

// anyValue reads the value that begins at i into node n and returns the position behind it, or -1. path is as for object.
func (d *Decoder) anyValue(n, path uint32, i, depth int) int {
	src := d.src
	if i >= len(src) {
		return d.unexpected(i, "a value")
	}
	p := &d.nodes[n]
	p.val = uint32(i)
	var end int
	switch c := src[i]; {
	case c == '"':
		var e escapes
		end, e = d.str(i + 1)
		if end < 0 {
			return -1
		}
		end++
		p.kind = nodeString
		if e == longEscapes {
			p.flags |= valueDirty
		}
	case c-'0' <= 9 || c == '-':
		p.kind = nodeNumber
		end, p.traits = d.num(i)
	case c == '{':
		p.kind = nodeObject
		return d.object(n, path, i, depth)
	case c == '[':
		p.kind = nodeArray
		return d.array(n, path, i, depth)
	case c == 't':
		p.kind, end = nodeTrue, d.word(i, "true")
	case c == 'f':
		p.kind, end = nodeFalse, d.word(i, "false")
	case c == 'n':
		p.kind, end = nodeNull, d.word(i, "null")
	default:
		return d.unexpected(i, "a value")
	}
	p.valEnd = uint32(end)
	return end
}

// array reads the array that begins at i into node n. Its elements' nodes are kept only if the array has to be rewritten.
func (d *Decoder) array(n, path uint32, i, depth int) int {
	if depth > d.o.Depth {
		return d.tooDeep(i)
	}
	src, start := d.src, i
	was := d.mark()
	tight, clean := 1, true
	last := -1 // the node of the latest elements that stand one behind the other in normalised form
	i = d.skip(i + 1)
	if i < len(src) && src[i] == ']' {
		i++
		clean = i-start == 2
	} else {
		for {
			m, before := len(d.nodes), d.mark()
			d.nodes = append(d.nodes, node{})
			stop := d.anyValue(uint32(m), path, i, depth+1)
			if stop < 0 {
				return -1
			}
			p := &d.nodes[m]
			p.next = uint32(len(d.nodes))
			tight += stop - i + 1
			switch {
			case p.flags&valueDirty != 0:
				clean, last = false, -1
			case last >= 0 && int(d.nodes[last].valEnd)+1 == i:
				// One node for a whole run, else a long array would take many times its bytes.
				d.nodes[last].valEnd, d.nodes[last].next = uint32(stop), uint32(last+1)
				before.nodes = last + 1
				d.back(before)
			default:
				last = m
			}
			i = d.skip(stop)
			if i < len(src) && src[i] == ',' {
				i = d.skip(i + 1)
				continue
			}
			if i >= len(src) || src[i] != ']' {
				return d.unexpected(i, "a comma or ]")
			}
			i++
			clean = clean && i-start == tight
			break
		}
	}
	if clean {
		d.back(was)
	}
	p := &d.nodes[n]
	p.valEnd = uint32(i)
	if !clean {
		p.flags |= valueDirty
	}
	return i
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
