package event

import (
	"fmt"
	"slices"
)

// ordinaryTimes are the fields that hold the event time where no option names one; the first present decides.
var ordinaryTimes = [...]string{"@t", "@timestamp", "timestamp", "time", "ts", "_time", "EventTime"}

// Places in Decoder.time: an ordinary field's is its index.
const (
	placeT     = 0
	placeNamed = len(ordinaryTimes) // the field that Options.Timestamp names
	timePlaces = len(ordinaryTimes) + 1
)

// roleOf says what a top-level member of this name may turn out to be.
func (d *Decoder) roleOf(name []byte) (r role) {
	if p := d.timePlace(name); p >= 0 {
		r = role(1 + p)
	}
	if d.o.Level != "" && string(name) == d.o.Level {
		r |= roleLevel
	}
	if d.o.Message != "" && string(name) == d.o.Message {
		r |= roleMessage
	}
	return r
}

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
	return slices.Index(ordinaryTimes[:], string(name))
}

// noteTop remembers a top-level member that may be moved. One of the same name before it is dead.
func (d *Decoder) noteTop(m uint32, r role) {
	if p := r & roleTime; p != 0 {
		d.remember(&d.time[p-1], m)
	}
	if r&roleLevel != 0 {
		d.remember(&d.level, m)
	}
	if r&roleMessage != 0 {
		d.remember(&d.message, m)
	}
}

func (d *Decoder) remember(place *uint32, m uint32) {
	if *place != none {
		d.nodes[*place].flags |= dead
	}
	*place = m
}

// settleTop finds the event time and moves members to @t, @l and @m before the top-level members are put in order. start is where the event
// begins.
func (d *Decoder) settleTop(start int) bool {
	if !d.findTime(start) {
		return false
	}
	if d.level == d.chosen {
		d.level = none
	}
	if d.message == d.chosen || d.message == d.level {
		d.message = none
	}
	p := &d.nodes[d.chosen]
	if p.name != idTime {
		d.rename(d.chosen, idTime)
	}
	if !d.instant.normal || p.flags&valueDirty != 0 {
		p.flags |= isTime
	}
	if d.level != none {
		d.rename(d.level, idLevel)
	}
	if d.message != none {
		d.rename(d.message, idMessage)
	}
	return true
}

// rename gives a member the name of a built-in one. A member that has that name, and is not itself moved, is dead.
func (d *Decoder) rename(m, to uint32) {
	for i := uint32(1); i < uint32(len(d.nodes)); i = d.nodes[i].next {
		if p := &d.nodes[i]; p.name == to && i != m && i != d.level && i != d.message {
			p.flags |= dead
		}
	}
	p := &d.nodes[m]
	p.name = to
	p.flags |= nameDirty
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
	d.instant.normal = false // it stands nowhere in src
	m := d.addElement()
	p := &d.nodes[m]
	p.name, p.kind, p.next = idTime, nodeString, m+1
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
		if looksISO(chars) && d.special(int(p.val)+1) == int(p.valEnd)-1 {
			e = d.instant.parseISO(chars)
			break
		}
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
