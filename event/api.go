// Package event knows what an event is: JSON objects in CLEF or any other spelling are decoded, validated
// and normalised to the bytes that are stored, their timestamp is found, their properties' types are
// observed, and message templates are rendered. It is the one decoder on every road in.
package event

// SEAM.
//
// Normalised form: members sorted bytewise by name at every depth, the built-in ones (@t first) before the others;
// no white space; strings with the shortest escapes; numbers as spelled; of duplicate names the last.
//
//	type Limits struct { Bytes int /*16 MiB*/; Depth int /*512*/ }
//
//	// Options say where the event time comes from and which fields are moved to @l and @m.
//	type Options struct {
//		Limits
//		Timestamp string   // field name; "" the ordinary list: @t, @timestamp, timestamp, time, ts, _time, EventTime
//		Level, Message string
//		Now *int64         // an event without a time gets this one (100 ns); nil: an error
//	}
//
//	// Decoder holds scratch memory; one per goroutine.
//	func NewDecoder(o Options) *Decoder
//	// Decode appends the normalised event to dst and returns it with its time, 100 ns since 1970. Errors are *Error (reason, offset, SQLSTATE).
//	// observe, when not nil, is told each property path's type.
//	func (d *Decoder) Decode(dst, src []byte, observe *Summary) (doc []byte, ts int64, err error)
//
//	// Summary is what a set of events has: for each property path (top-level and nested, in order of first appearance) the merged PropertyType.
//	type Summary struct{ … }
//	func (s *Summary) Merge(o *Summary)
//	func (s *Summary) Properties() []Property // Path []string, Type PropertyType, Count, Misfits
//
//	// PropertyType values are the type OIDs that SQL gives the property: 16 boolean, 20 bigint, 701 double precision, 1700 numeric, 25 text, 3802 jsonb; 0 only nulls so far.
//	type PropertyType uint32
//	func (t PropertyType) Widen(o PropertyType) PropertyType // sql.md, "Property types"
//
//	func ParseTime(s []byte) (ts int64, fraction string, err error)
//	func AppendTime(dst []byte, ts int64) []byte
//	func AppendID(dst []byte, ts int64, arrival uint64) []byte
//	func Render(dst []byte, template string, property func(name string) (raw []byte, ok bool)) []byte
