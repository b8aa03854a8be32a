package span

import (
	"strings"

	"github.com/flare-pg/flare-pg/event"
)

// Types is a set of JSON types.
type Types uint8

// The JSON types.
const (
	Null Types = 1 << iota
	Bool
	Number
	String
	Object
	Array
)

// String lists the types, for people and tests.
func (t Types) String() string {
	var all []string
	for i, name := range [...]string{"null", "bool", "number", "string", "object", "array"} {
		if t&(1<<i) != 0 {
			all = append(all, name)
		}
	}
	return strings.Join(all, "|")
}

// Property says what the values of one path are. Unlike in event.Summary, built-in members are listed too: event.IsBuiltin of the
// first step tells them. Arrays are not descended.
type Property struct {
	Path []string // may share memory with other properties': not to be changed
	// Count is the number of events that have the path, nulls included. It and Types are upper bounds where pages were copied.
	Count int64
	Types Types

	parent int32 // index of the property that this is a member of, or top
}

// top stands for the event itself where another number would be the index of a property or node.
const top = -1

func (p *Property) name() string { return p.Path[len(p.Path)-1] }

// Has reports whether events may have the member that path leads to, names from the top level down. False means that certainly none
// has. Past the limits of package event for names and levels the answer is that for the part of the path before; where Overflowed is set it is
// always true.
func (f *Footer) Has(path ...string) bool {
	if f.Overflowed {
		return true
	}
	at := int32(top)
	i := 0
	for level, name := range path {
		if level >= event.MaxLevels || len(name) > event.MaxNameBytes {
			return true
		}
		// A member stands behind what it is a member of.
		for i < len(f.Properties) && (f.Properties[i].parent != at || f.Properties[i].name() != name) {
			i++
		}
		if i == len(f.Properties) {
			return false
		}
		at = int32(i)
	}
	return true
}
