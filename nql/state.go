package nql

import (
	"github.com/flare-pg/flare-pg/event"
	"github.com/flare-pg/flare-pg/nql/sparse"
)

// state is what evaluation of one event after the other needs. One goroutine has it.
type state struct {
	ev    *Event
	slots []sparse.Value // values read for the paths of the program
	elems []sparse.Value // the elements that enclosing wildcards stand at
	arena []byte         // bytes made while evaluating this event
	made  [ID + 1]val    // computed built-ins of this event
	known uint16         // bit b: made[b] is made
}

func newState(slots, elems int) *state {
	return &state{slots: make([]sparse.Value, slots), elems: make([]sparse.Value, elems)}
}

// begin turns to another event.
func (st *state) begin(e *Event) {
	st.ev, st.known, st.arena = e, 0, st.arena[:0]
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
