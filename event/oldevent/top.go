package oldevent

import "fmt"

// ordinaryTimes are the fields that hold the event time where no option names one; the first present decides.
var ordinaryTimes = [...]string{"@t", "@timestamp", "timestamp", "time", "ts", "_time", "EventTime"}

// Places in Decoder.time: an ordinary field's is its index.
const (
	placeT     = 0
	placeNamed = len(ordinaryTimes) // the field that Options.Timestamp names
	timePlaces = len(ordinaryTimes) + 1
)

// timePlace gives the place of a top-level name in Decoder.time, -1 if it holds no time.
func (d *Decoder) timePlace(name []byte) int {
	if d.o.Timestamp != "" {
		switch string(name) {
		case "@t":
			return placeT
		case d.o.Timestamp:
			return placeNamed
		}
		return -1
	}
	switch len(name) {
	case 2:
		if name[0] == '@' && name[1] == 't' {
			return placeT
		}
		if name[0] == 't' && name[1] == 's' {
			return 4
		}
	case 4:
		if string(name) == ordinaryTimes[3] {
			return 3
		}
	case 5:
		if string(name) == ordinaryTimes[5] {
			return 5
		}
	case 9:
		switch string(name) {
		case ordinaryTimes[2]:
			return 2
		case ordinaryTimes[6]:
			return 6
		}
	case 10:
		if string(name) == ordinaryTimes[1] {
			return 1
		}
	}
	return -1
}

// noteTop remembers a top-level member that may be moved. One of the same name before it is dead.
func (d *Decoder) noteTop(m int, name []byte) {
	if p := d.timePlace(name); p >= 0 {
		d.remember(&d.time[p], m)
	}
	if d.o.Level != "" && string(name) == d.o.Level {
		d.remember(&d.level, m)
	}
	if d.o.Message != "" && string(name) == d.o.Message {
		d.remember(&d.message, m)
	}
}

func (d *Decoder) remember(place *uint32, m int) {
	if *place != none {
		d.nodes[*place].flags |= dead
		d.killed = true
	}
	*place = uint32(m)
}

// settleTop finds the event time and moves members to @t, @l and @m before the top-level members, on the
// stack from base on, are sorted.
func (d *Decoder) settleTop(base, start int) bool {
	if !d.findTime(start) {
		return false
	}
	if d.level == d.chosen {
		d.level = none
	}
	if d.message == d.chosen || d.message == d.level {
		d.message = none
	}
	if d.nodes[d.chosen].flags&nameInText != 0 || d.chosen != d.time[placeT] {
		d.rename(base, d.chosen, "@t")
	}
	d.nodes[d.chosen].flags |= isTime
	if d.level != none {
		d.rename(base, d.level, "@l")
	}
	if d.message != none {
		d.rename(base, d.message, "@m")
	}
	if d.killed {
		kids := d.kids[base:]
		keep := kids[:0]
		for _, k := range kids {
			if d.nodes[k.node].flags&dead == 0 {
				keep = append(keep, k)
			}
		}
		d.kids = d.kids[:base+len(keep)]
	}
	return true
}

// rename gives a member the name of a built-in one. A member that has that name, and is not itself moved, is dead.
func (d *Decoder) rename(base int, m uint32, to string) {
	rank := builtinRank(to)
	for i := base; i < len(d.kids); i++ {
		k := &d.kids[i]
		switch {
		case k.node == m:
			k.key = rank
		case k.key == rank && k.node != d.level && k.node != d.message:
			d.nodes[k.node].flags |= dead
			d.killed = true
		}
	}
	p := &d.nodes[m]
	p.name = uint32(len(d.text))
	d.text = append(d.text, to...)
	p.nameEnd = uint32(len(d.text))
	p.flags |= nameInText
}

// findTime sets d.chosen and d.instant.
func (d *Decoder) findTime(start int) bool {
	if d.time[placeNamed] != none {
		d.chosen = d.time[placeNamed]
		return d.readTime(d.chosen)
	}
	for _, m := range d.time[:placeNamed] {
		if m != none {
			d.chosen = m
			return d.readTime(m)
		}
	}
	if d.o.Now == nil {
		reason := "event has no time: none of @t, @timestamp, timestamp, time, ts, _time, EventTime is there"
		if d.o.Timestamp != "" {
			reason = fmt.Sprintf("event has no time: neither %s nor @t is there", d.o.Timestamp)
		}
		d.fail(CodeNoTime, start, reason)
		return false
	}
	if *d.o.Now < MinTime || *d.o.Now > MaxTime {
		d.fail(CodeTimeOutOfRange, -1, timeOutOfRangeReason)
		return false
	}
	d.value = AppendTime(d.value[:0], *d.o.Now)
	d.instant, _ = parseInstant(d.value, &d.digits)
	m := uint32(len(d.nodes))
	d.nodes = append(d.nodes, node{kind: nodeString, next: m + 1})
	d.kids = append(d.kids, kid{node: m})
	d.chosen = m
	return true
}

// readTime reads the event time from node m.
func (d *Decoder) readTime(m uint32) bool {
	p := &d.nodes[m]
	raw := d.src[p.val:p.valEnd]
	var e *Error
	switch p.kind {
	case nodeString:
		chars := raw[1 : len(raw)-1]
		if nextEscape(chars, 0) < len(chars) {
			d.value = appendUnescaped(d.value[:0], chars)
			chars = d.value
		}
		d.instant, e = parseInstant(chars, &d.digits)
	case nodeNumber:
		d.instant, e = parseEpoch(raw, &d.digits)
	case nodeNull:
		e = &Error{Code: CodeInvalidTime, Reason: "timestamp is null"}
	case nodeFalse, nodeTrue:
		e = &Error{Code: CodeInvalidTime, Reason: "timestamp is a boolean"}
	case nodeObject:
		e = &Error{Code: CodeInvalidTime, Reason: "timestamp is an object"}
	case nodeArray:
		e = &Error{Code: CodeInvalidTime, Reason: "timestamp is an array"}
	}
	if e != nil {
		d.fail(e.Code, int(p.val), fmt.Sprintf("field %s: %s", d.nameOf(p), e.Reason))
		return false
	}
	return true
}
