package nql

import (
	"fmt"

	"github.com/flare-pg/flare-pg/event"
	"github.com/flare-pg/flare-pg/nql/sparse"
)

// state is what evaluation of one event after the other needs. One goroutine has it.
type state struct {
	ev    *Event
	slots []sparse.Value // values read for the paths of the program
	elems []sparse.Value // the elements that enclosing wildcards and lambdas stand at
	arena []byte         // bytes made while evaluating this event
	made  [ID + 1]val    // computed built-ins of this event
	known uint16         // bit b: made[b] is made
	// Of the events that were asked of late: how often the first part of the predicate was true, and how often all of it.
	first, matches share
	allRead        bool  // what the projection wants of this event is in slots already
	stack          []val // arguments, items and the like while they are evaluated
	turns          int   // elements that wildcards and lambdas were asked of for this event
	// failed says that evaluation of the event went past a limit, so that what it gives is worth nothing.
	failed error
	json   *event.Decoder // of fromjson; made when first needed

	reader sparse.Reader // a large one, so it comes last
}

func newState(slots, elems int) *state {
	return &state{slots: make([]sparse.Value, slots), elems: make([]sparse.Value, elems)}
}

// begin turns to another event.
func (st *state) begin(e *Event) {
	st.ev, st.known, st.arena, st.turns, st.failed = e, 0, st.arena[:0], 0, nil
}

// Limits of what an expression may take for one event. Small texts can ask for more than any machine has: each of fifty lambdas within
// one another doubles the work, each of fifty calls of replace the memory.
const (
	maxMade  = 16 << 20  // bytes of one text, array or object that is made; a larger one is null
	maxArena = 256 << 20 // bytes made in all
	maxTurns = 2_000_000 // elements that wildcards and lambdas are asked of
)

var (
	errTurns = fmt.Errorf("nql: wildcards and lambdas are asked of more than %d elements of one event", maxTurns)
	errArena = fmt.Errorf("nql: texts, arrays and objects of more than %d MiB are made of one event", maxArena>>20)
)

// turn counts one element that a wildcard or a lambda is asked of, and reports whether evaluation shall come to its end.
func (st *state) turn() bool {
	if st.turns++; st.turns > maxTurns {
		st.failed = errTurns
	}
	return st.failed != nil
}

// grown is told that the arena has grown. Past its limit evaluation goes on to a quick end in a new arena, and what it gives is not used.
func (st *state) grown() {
	if len(st.arena) > maxArena {
		st.failed, st.arena = errArena, nil
	}
}

// mark is a place in the arena to which release goes back.
type mark struct {
	arena int
	known uint16
}

func (st *state) mark() mark { return mark{len(st.arena), st.known} }

// release gives back what was made since m, of which nothing is used any more. A built-in property that was made is used again: m moves
// behind it.
func (st *state) release(m *mark) {
	if st.known == m.known && m.arena <= len(st.arena) {
		st.arena = st.arena[:m.arena]
	} else {
		*m = st.mark()
	}
}

// finish makes a value of what was appended to the arena since start.
func (st *state) finish(kind ValueKind, start int) val {
	s := st.arena[start:]
	if len(s) > maxMade {
		st.arena = st.arena[:start]
		return null
	}
	st.grown()
	return val{kind: kind, s: s}
}

// computed gives a built-in property that no member of the document simply is, made once an event.
func (st *state) computed(b Builtin) val {
	if st.known>>b&1 == 0 {
		st.made[b] = st.compute(b)
		st.known |= 1 << b
	}
	return st.made[b]
}

func (st *state) compute(b Builtin) val {
	start := len(st.arena)
	kind, ok := String, true
	switch b {
	case Message:
		st.arena, ok = event.AppendMessage(st.arena, st.ev.Document)
	case Level:
		st.arena, ok = event.AppendLevel(st.arena, st.ev.Document)
	case Exception:
		st.arena, ok = event.AppendException(st.arena, st.ev.Document)
	case TraceID:
		st.arena, ok = event.AppendTraceID(st.arena, st.ev.Document)
	case SpanID:
		st.arena, ok = event.AppendSpanID(st.arena, st.ev.Document)
	case Properties:
		kind = ObjectValue
		st.arena = event.AppendProperties(st.arena, st.ev.Document)
	case ID:
		st.arena = event.AppendID(st.arena, st.ev.Timestamp, st.ev.Arrival)
	default:
		ok = false
	}
	if !ok {
		return val{}
	}
	return val{kind: kind, s: st.arena[start:]}
}
