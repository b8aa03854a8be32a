// Package event knows what an event is: JSON objects in CLEF or any other spelling are decoded, validated
// and normalised to the bytes that are stored, their timestamp is found, their properties' types are
// observed, and message templates are rendered. It is the one decoder on every road in.
//
// # Normalised form
//
// One JSON object without white space. Members stand sorted bytewise by their unescaped name at every
// depth; at top level the built-in ones come first, in the order @t, @mt, @m, @l, @x, @i, @r, @tr, @sp. Of
// duplicate names only the last is kept. Strings have the shortest escapes (\" \\ \b \f \n \r \t, other
// control characters \u00xx in lower case, everything else raw UTF-8), numbers stand as they were spelled, and
// @t is RFC 3339 in UTC with as many fractional digits as were received. Every other name that begins
// with @ ("@version", "@metadata", "@@foo", "@st") is an ordinary property.
//
// The package knows nothing of files, streams, SQL or NQL.
package oldevent

import "fmt"

// Limits of one event.
type Limits struct {
	Bytes int // of the JSON text as received; 0: DefaultBytes. At most 1 GiB.
	Depth int // of nested objects and arrays, the event itself being 1; 0: DefaultDepth. At most 10,000.
}

// The limits where none are given.
const (
	DefaultBytes = 16 << 20
	DefaultDepth = 512
)

// Options say where the event time comes from and which fields are moved to @l and @m.
//
// A field that is moved takes the place of the built-in member if that is there too: whoever names a
// field means it. A field that is absent moves nothing, and the built-in member counts. A field named for two
// purposes serves the first of Timestamp, Level, Message.
type Options struct {
	Limits
	// Timestamp names the top-level field that holds the event time; where it is absent, @t counts.
	// Empty: the first present of @t, @timestamp, timestamp, time, ts, _time, EventTime.
	Timestamp string
	Level     string // the field that becomes @l
	Message   string // the field that becomes @m
	Now       *int64 // an event without a time gets this one (100 ns since 1970); nil: an error
}

// Error says what is wrong with an event.
type Error struct {
	Code   string // SQLSTATE
	Reason string
	Offset int // in bytes from the start of the text; -1 where no place is to blame
}

func (e *Error) Error() string {
	if e.Offset < 0 {
		return e.Reason
	}
	return fmt.Sprintf("%s at offset %d", e.Reason, e.Offset)
}

// SQLSTATEs of Errors, by PostgreSQL's names.
const (
	CodeInvalidText      = "22P02" // not JSON, or not an object
	CodeUntranslatable   = "22P05" // \u0000
	CodeInvalidUTF8      = "22021"
	CodeInvalidTime      = "22007"
	CodeTimeOutOfRange   = "22008"
	CodeNoTime           = "23502"
	CodeTooLarge         = "54000"
	CodeNestedTooDeep    = "54001"
	maxLimitBytes        = 1 << 30
	maxLimitDepth        = 10_000
	timeOutOfRangeReason = "timestamp is out of range (years 1 to 9999)"
)

// IsBuiltin reports whether a top-level member of this name is a built-in one and thus no property.
func IsBuiltin(name string) bool { return len(name) <= 3 && builtinRank(name) != 0 }

// builtinRank gives a built-in's place in the order of members, from 1; 0 for other names.
func builtinRank(name string) uint64 {
	switch name {
	case "@t":
		return 1
	case "@mt":
		return 2
	case "@m":
		return 3
	case "@l":
		return 4
	case "@x":
		return 5
	case "@i":
		return 6
	case "@r":
		return 7
	case "@tr":
		return 8
	case "@sp":
		return 9
	}
	return 0
}
