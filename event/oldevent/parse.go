package oldevent

import (
	"encoding/binary"
	"fmt"
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
	d.level, d.message, d.chosen, d.killed = none, none, none, false
	for k := range d.time {
		d.time[k] = none
	}
	d.nodes = append(d.nodes, node{kind: nodeObject, val: uint32(i)})
	end := d.object(0, i, 1)
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

// object reads the object that begins at i into node n and returns the position behind it, or -1.
func (d *Decoder) object(n, i, depth int) int {
	if depth > d.o.Depth {
		return d.tooDeep(i)
	}
	src, base, start := d.src, len(d.kids), i
	tight := 1 // bytes that the object has if it is normalised already
	clean := true
	i++
	if i < len(src) && src[i] <= ' ' {
		i = d.skip(i)
	}
	if i < len(src) && src[i] == '}' {
		i++
		return d.endObject(n, start, i, base, depth, clean && i-start == 2)
	}
	for {
		if i >= len(src) || src[i] != '"' {
			return d.unexpected(i, "a member's name in quotes")
		}
		m := len(d.nodes)
		d.nodes = append(d.nodes, node{name: uint32(i + 1)})
		end, escaped := d.str(i + 1)
		if end < 0 {
			return -1
		}
		key, ok := d.name(m, i+1, end, escaped, depth)
		if !ok {
			return -1
		}
		after := end + 1
		if after >= len(src) || src[after] != ':' {
			if after = d.skip(after); after >= len(src) || src[after] != ':' {
				return d.unexpected(after, "a colon")
			}
		}
		v := after + 1
		if v < len(src) && src[v] <= ' ' {
			v = d.skip(v)
		}
		if v != end+2 {
			d.nodes[m].flags |= loose
		}
		stop := d.anyValue(m, v, depth+1)
		if stop < 0 {
			return -1
		}
		p := &d.nodes[m]
		p.next = uint32(len(d.nodes))
		d.kids = append(d.kids, kid{key, uint32(m)})
		if p.flags&(valueDirty|loose|nameInText) != 0 {
			clean = false
		}
		tight += stop - i + 1 // with a comma or the brace

		i = stop
		if i < len(src) && src[i] <= ' ' {
			i = d.skip(i)
		}
		if i >= len(src) {
			return d.unexpected(i, "a comma or }")
		}
		if src[i] == ',' {
			i++
			if i < len(src) && src[i] <= ' ' {
				i = d.skip(i)
			}
			continue
		}
		if src[i] != '}' {
			return d.unexpected(i, "a comma or }")
		}
		i++
		return d.endObject(n, start, i, base, depth, clean && i-start == tight)
	}
}

// endObject sorts the members and marks the object as normalised already, or not.
func (d *Decoder) endObject(n, start, end, base, depth int, clean bool) int {
	if depth == 1 && !d.settleTop(base, start) {
		return -1
	}
	if !d.close(n, base) || depth == 1 {
		clean = false
	}
	p := &d.nodes[n]
	p.valEnd = uint32(end)
	if !clean {
		p.flags |= valueDirty
	}
	return end
}

func (d *Decoder) tooDeep(i int) int {
	return d.fail(CodeNestedTooDeep, i, fmt.Sprintf("event is nested more than %d levels deep", d.o.Depth))
}

// name sets the name of member m, in src[from:to], and gives its key.
func (d *Decoder) name(m, from, to int, escaped escapes, depth int) (key uint64, ok bool) {
	name := d.src[from:to]
	p := &d.nodes[m]
	if escaped != noEscapes {
		at := len(d.text)
		d.text = appendUnescaped(d.text, name)
		name = d.text[at:]
		p.flags |= nameInText
		p.name, p.nameEnd = uint32(at), uint32(len(d.text))
	} else {
		p.nameEnd = uint32(to)
	}
	if depth == 1 {
		d.noteTop(m, name)
		if len(name) <= 3 && len(name) > 1 && name[0] == '@' {
			if r := builtinRank(string(name)); r != 0 {
				return r, true
			}
		}
	}
	return keyOf(name), true
}

// keyOf gives a name's first 8 bytes as a number that compares as they do.
func keyOf(name []byte) uint64 {
	if len(name) >= 8 {
		return binary.BigEndian.Uint64(name)
	}
	if len(name) == 0 {
		return keyEmpty
	}
	var k uint64
	for i, c := range name {
		k |= uint64(c) << uint(56-8*i)
	}
	return k
}

// anyValue reads the value that begins at i into node n and returns the position behind it, or -1.
func (d *Decoder) anyValue(n, i, depth int) int {
	src := d.src
	if i >= len(src) {
		return d.unexpected(i, "a value")
	}
	d.nodes[n].val = uint32(i)
	var end int
	var kind nodeKind
	switch c := src[i]; {
	case c == '"':
		var e escapes
		end, e = d.str(i + 1)
		if end < 0 {
			return -1
		}
		end++
		kind = nodeString
		if e == longEscapes {
			d.nodes[n].flags |= valueDirty
		}
	case c-'0' <= 9 || c == '-':
		kind, end = nodeNumber, d.num(i)
	case c == '{':
		d.nodes[n].kind = nodeObject
		return d.object(n, i, depth)
	case c == '[':
		d.nodes[n].kind = nodeArray
		return d.array(n, i, depth)
	case c == 't':
		kind, end = nodeTrue, d.word(i, "true")
	case c == 'f':
		kind, end = nodeFalse, d.word(i, "false")
	case c == 'n':
		kind, end = nodeNull, d.word(i, "null")
	default:
		return d.unexpected(i, "a value")
	}
	p := &d.nodes[n]
	p.kind, p.valEnd = kind, uint32(end)
	return end
}

// array reads the array that begins at i into node n. Its elements' nodes are kept only if the array has to be rewritten.
func (d *Decoder) array(n, i, depth int) int {
	if depth > d.o.Depth {
		return d.tooDeep(i)
	}
	src, start := d.src, i
	first, ordered, named := len(d.nodes), len(d.order), len(d.text)
	tight, clean := 1, true
	last := -1 // the node of the latest elements that stand one behind the other in normalised form
	i = d.skip(i + 1)
	if i < len(src) && src[i] == ']' {
		i++
		clean = i-start == 2
	} else {
		for {
			m, orders, names := len(d.nodes), len(d.order), len(d.text)
			d.nodes = append(d.nodes, node{})
			stop := d.anyValue(m, i, depth+1)
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
				d.nodes, d.order, d.text = d.nodes[:last+1], d.order[:orders], d.text[:names]
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
		d.nodes, d.order, d.text = d.nodes[:first], d.order[:ordered], d.text[:named]
	}
	p := &d.nodes[n]
	p.valEnd = uint32(i)
	if !clean {
		p.flags |= valueDirty
	}
	return i
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

// num checks a number: -?(0|[1-9][0-9]*)(.[0-9]+)?([eE][+-]?[0-9]+)?
func (d *Decoder) num(i int) int {
	src := d.src
	if src[i] == '-' {
		i++
	}
	if i < len(src) && src[i] == '0' {
		i++
	} else if j := digits(src, i); j > i {
		i = j
	} else {
		return d.unexpected(i, "a digit")
	}
	if i < len(src) && src[i] == '.' {
		j := digits(src, i+1)
		if j == i+1 {
			return d.unexpected(j, "a digit")
		}
		i = j
	}
	if i < len(src) && src[i]|0x20 == 'e' {
		i++
		if i < len(src) && (src[i] == '+' || src[i] == '-') {
			i++
		}
		j := digits(src, i)
		if j == i {
			return d.unexpected(j, "a digit")
		}
		i = j
	}
	return i
}

func digits(src []byte, i int) int {
	for i < len(src) && src[i]-'0' <= 9 {
		i++
	}
	return i
}
